"""The base of the optimisers whose rule is written in operations on one parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut.optim._options import (
    as_float,
    check_implementation,
    check_non_negative,
    step_counter,
)
from taut.optim.optimizer import Optimizer, ParamsT, StateDict

__all__ = ["RuleOptimizer", "check_betas"]


def check_betas(betas: tuple[float, float]) -> None:
    """Raise PyTorch's ValueError unless both are in [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


class RuleOptimizer(Optimizer):
    """Keeps a dict of state for each parameter and changes them one after the other.

    A rule says what the state is at first, in ``_first``, and what a step does with it, in ``_update``.
    The options that all share (``maximize``, ``weight_decay``) are seen to here.
    """

    _takes_sparse = False

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        check_implementation(defaults.get("foreach"), None, defaults.get("differentiable", False))
        for name in ("lr", "eps", "weight_decay"):
            if isinstance(defaults.get(name, 0.0), (int, float, Tensor)):
                check_non_negative(name, defaults.get(name, 0.0))
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        """The state before the first step, without its count of steps."""
        raise NotImplementedError

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        """One step of one parameter, in place; ``state["step"]`` counts this one."""
        raise NotImplementedError

    def _decayed(self, param: Tensor, grad: Tensor, group: dict[str, Any]) -> Tensor:
        """The gradient with the weight decay in it; a decoupled one goes into the parameter."""
        decay = group.get("weight_decay", 0)
        if decay and group.get("decoupled_weight_decay"):
            param.mul_(1 - as_float(group["lr"]) * decay)
            return grad
        return grad.add(param, alpha=decay) if decay else grad

    def _check_sparse(self, params: list[Tensor]) -> None:
        if not self._takes_sparse and any(p.grad.is_sparse for p in params):  # type: ignore[union-attr]
            rule = next(c for c in type(self).__mro__ if c.__module__.startswith("taut.optim."))
            raise RuntimeError(f"{rule.__name__} does not support sparse gradients")

    def _state_of(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        state = self.state[param]
        if not state:
            state["step"] = step_counter(0.0)
            state.update(self._first(param, group))
        return state

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """See :meth:`Optimizer.step`."""
        loss = self._loss(closure)
        with taut.no_grad():
            for group in self.param_groups:
                params = self._params_with_grad(group)
                self._check_sparse(params)
                for param in params:
                    state = self._state_of(param, group)
                    if "step" in state:
                        state["step"] += 1
                    grad: Any = -param.grad if group.get("maximize") else param.grad  # type: ignore[operator]
                    self._update(param, self._decayed(param, grad, group), state, group)
        return loss

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for param_state in self.state.values():
            if "step" in param_state and not isinstance(param_state["step"], Tensor):
                # Old checkpoints count steps in a plain number.
                param_state["step"] = step_counter(float(param_state["step"]))

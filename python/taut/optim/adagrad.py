"""Adagrad: steps that shrink with the sum of squared gradients."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float, check_implementation, check_non_negative
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Adagrad"]


class Adagrad(RuleOptimizer):
    r"""Adagrad: each element's steps shrink with the sum of its squared gradients so far.

    .. math::
        s \leftarrow s + g^2 \qquad
        \theta \leftarrow \theta - \frac{\text{lr}}{1 + (t - 1)\, \text{lr\_decay}} \cdot
            \frac{g}{\sqrt{s} + \epsilon}

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        lr_decay: how fast the rate falls.
        weight_decay: L2 penalty.
        initial_accumulator_value: the sum at first.
        eps: keeps the denominator from zero.
        foreach, capturable, fused: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    A sparse gradient steps the rows that it names.

    Raises:
        ValueError: a negative option.
        RuntimeError: in a step, a sparse gradient with weight_decay or fused.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.Adagrad([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5000, -1.5000], requires_grad=True)

    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR 2011.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_implementation(foreach, fused, differentiable)
        check_non_negative("lr_decay", lr_decay)
        check_non_negative("initial_accumulator_value", initial_accumulator_value)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:  # the state is there before the first step, as in PyTorch
            for param in group["params"]:
                self._state_of(param, group)

    def share_memory(self) -> None:
        """Raises: taut has no memory shared between processes yet."""
        raise NotImplementedError("share_memory: taut has no memory shared between processes yet")

    _takes_sparse = True

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        return {"sum": taut.full_like(param, group["initial_accumulator_value"]).detach()}

    def _decayed(self, param: Tensor, grad: Tensor, group: dict[str, Any]) -> Tensor:
        if grad.is_sparse and group["weight_decay"]:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        if grad.is_sparse and group.get("fused"):
            raise RuntimeError("`fused` does not support sparse grad or complex param")
        return super()._decayed(param, grad, group)

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        rate = as_float(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        if grad.is_sparse:
            grad = grad.coalesce()
            rows, values, size = grad.indices(), grad.values(), grad.shape
            state["sum"].add_(_sparse(rows, values.square(), size))
            root = state["sum"].sparse_mask(grad).values().sqrt().add_(group["eps"])
            param.add_(_sparse(rows, values / root, size), alpha=-rate)
            return
        state["sum"].addcmul_(grad, grad, value=1)
        param.addcdiv_(grad, state["sum"].sqrt().add_(group["eps"]), value=-rate)


def _sparse(indices: Tensor, values: Tensor, size: Any) -> Tensor:
    return taut.sparse_coo_tensor(indices, values, size, is_coalesced=True)

"""Rprop: each element has a step of its own, which signs make longer or shorter."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Rprop"]


class Rprop(RuleOptimizer):
    r"""Rprop: each element has a step length; where the sign of its gradient stays, it grows, else it shrinks.

    Only the gradients' signs matter. Where a sign changed, the element rests for one step.

    Args:
        params: parameters, named parameters or groups.
        lr: the first step length, a number or a one-element tensor.
        etas: what a length shrinks and grows by.
        step_sizes: the least and the greatest length.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative rate, or etas that are not below and above 1.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.Rprop([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5000, -1.5000], requires_grad=True)

    Source: Riedmiller and Braun, "The RPROP Algorithm", 1993.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        length = taut.full_like(param, as_float(group["lr"])).detach()
        return {"prev": taut.zeros_like(param), "step_size": length}

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        shrink, grow = group["etas"]
        same = grad.mul(state["prev"])
        factor = taut.ones_like(grad).masked_fill_(same > 0, grow).masked_fill_(same < 0, shrink)
        state["step_size"].mul_(factor).clamp_(*group["step_sizes"])
        grad = grad.masked_fill(same < 0, 0)
        param.addcmul_(grad.sign(), state["step_size"], value=-1)
        state["prev"].copy_(grad)

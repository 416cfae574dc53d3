"""Adadelta: steps as long as the steps before were."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Adadelta"]


class Adadelta(RuleOptimizer):
    r"""Adadelta: the length of a step comes of running averages of squared gradients and squared steps.

    .. math::
        v \leftarrow \rho v + (1 - \rho) g^2 \qquad
        \Delta = g \sqrt{u + \epsilon} / \sqrt{v + \epsilon} \\
        u \leftarrow \rho u + (1 - \rho) \Delta^2 \qquad
        \theta \leftarrow \theta - \text{lr} \cdot \Delta

    Args:
        params: parameters, named parameters or groups.
        lr: factor of the step, a number or a one-element tensor.
        rho: how much of the averages stays.
        eps: keeps the roots from zero.
        weight_decay: L2 penalty.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative option, or ``rho`` above 1.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.Adadelta([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.9984, -1.9984], requires_grad=True)

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        return {"square_avg": taut.zeros_like(param), "acc_delta": taut.zeros_like(param)}

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        rho, eps = group["rho"], group["eps"]
        squares, steps = state["square_avg"], state["acc_delta"]
        squares.mul_(rho).addcmul_(grad, grad, value=1 - rho)
        delta = steps.add(eps).sqrt_().div_(squares.add(eps).sqrt_()).mul_(grad)
        steps.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        param.add_(delta, alpha=-as_float(group["lr"]))

"""Adamax: Adam with the largest gradient in place of the second moment."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float
from taut.optim._rule import RuleOptimizer, check_betas
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Adamax"]


class Adamax(RuleOptimizer):
    r"""Adamax: Adam with a decaying maximum in place of the second moment.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad
        u \leftarrow \max(\beta_2 u, |g| + \epsilon) \qquad
        \theta \leftarrow \theta - \frac{\text{lr}}{1 - \beta_1^t} \cdot \frac{m}{u}

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        betas: :math:`\beta_1, \beta_2`.
        eps: keeps the denominator from zero.
        weight_decay: L2 penalty.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.Adamax([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5000, -1.5000], requires_grad=True)

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_betas(betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        return {"exp_avg": taut.zeros_like(param), "exp_inf": taut.zeros_like(param)}

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        mean, largest = state["exp_avg"], state["exp_inf"]
        mean.lerp_(grad, 1 - beta1)
        largest.copy_(taut.maximum(largest.mul_(beta2), grad.abs().add_(group["eps"])))
        rate = as_float(group["lr"]) / (1 - beta1 ** state["step"].item())
        param.addcdiv_(mean, largest, value=-rate)

"""RAdam: Adam that trusts its second moment only once it can."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float
from taut.optim._rule import RuleOptimizer, check_betas
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["RAdam"]


class RAdam(RuleOptimizer):
    r"""RAdam: Adam whose steps are rectified by how much of the second moment is known.

    With :math:`\rho_\infty = 2 / (1 - \beta_2) - 1` and
    :math:`\rho_t = \rho_\infty - 2 t \beta_2^t / (1 - \beta_2^t)`, a step is Adam's times
    :math:`\sqrt{\frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}}`
    where :math:`\rho_t > 5`, and before that along the first moment alone.

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        betas: :math:`\beta_1, \beta_2`.
        eps: keeps the denominator from zero.
        weight_decay: L2 penalty, or decay rate when decoupled.
        decoupled_weight_decay: AdamW's decay.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.RAdam([w], lr=0.25)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5000, -1.0000], requires_grad=True)

    Source: Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_betas(betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        return {"exp_avg": taut.zeros_like(param), "exp_avg_sq": taut.zeros_like(param)}

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        rate, step = as_float(group["lr"]), state["step"].item()
        left1, left2 = 1 - beta1**step, 1 - beta2**step
        mean = state["exp_avg"].lerp_(grad, 1 - beta1)
        squares = state["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        full = 2 / (1 - beta2) - 1
        known = full - 2 * step * beta2**step / left2
        if known <= 5.0:
            param.add_(mean, alpha=-rate / left1)
            return
        trust = (known - 4) * (known - 2) * full / ((full - 4) * (full - 2) * known)
        scale = squares.sqrt().add_(group["eps"])
        param.addcdiv_(mean, scale, value=-rate * (trust * left2) ** 0.5 / left1)

"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float, check_non_negative, step_counter
from taut.optim._rule import RuleOptimizer, check_betas
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["NAdam"]


class NAdam(RuleOptimizer):
    r"""NAdam: Adam whose momentum looks ahead, by a schedule of its own.

    .. math::
        \mu_t = \beta_1 (1 - \tfrac{1}{2} \cdot 0.96^{t \psi}) \qquad
        m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \theta \leftarrow \theta - \text{lr} \cdot
            \frac{\mu_{t+1} m / (1 - \prod_{i \le t+1} \mu_i) + (1 - \mu_t) g / (1 - \prod_{i \le t} \mu_i)}
            {\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        betas: :math:`\beta_1, \beta_2`.
        eps: keeps the denominator from zero.
        weight_decay: L2 penalty, or decay rate when decoupled.
        momentum_decay: :math:`\psi`.
        decoupled_weight_decay: AdamW's decay.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.NAdam([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.4718, -1.4718], requires_grad=True)

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_betas(betas)
        check_non_negative("momentum_decay", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        return {
            "mu_product": step_counter(1.0),
            "exp_avg": taut.zeros_like(param),
            "exp_avg_sq": taut.zeros_like(param),
        }

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        rate, step = as_float(group["lr"]), state["step"].item()

        def mu(t: float) -> float:
            return beta1 * (1.0 - 0.5 * 0.96 ** (t * group["momentum_decay"]))

        now, following = mu(step), mu(step + 1)
        state["mu_product"] *= now
        product = state["mu_product"].item()
        mean = state["exp_avg"].lerp_(grad, 1 - beta1)
        squares = state["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        scale = squares.div(1 - beta2**step).sqrt_().add_(group["eps"])
        param.addcdiv_(grad, scale, value=-rate * (1.0 - now) / (1.0 - product))
        param.addcdiv_(mean, scale, value=-rate * following / (1.0 - product * following))

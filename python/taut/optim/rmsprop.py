"""RMSprop: steps divided by a running root mean square."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float, check_non_negative
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["RMSprop"]


class RMSprop(RuleOptimizer):
    r"""RMSprop: gradients divided by the root of a running mean of their squares.

    .. math::
        v \leftarrow \alpha v + (1 - \alpha) g^2 \qquad
        \theta \leftarrow \theta - \text{lr} \cdot g / (\sqrt{v} + \epsilon)

    ``centered`` takes the square of a running mean of :math:`g` off :math:`v`; with ``momentum`` the
    quotients are gathered in a buffer.

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        alpha: how much of the mean stays.
        eps: keeps the denominator from zero.
        weight_decay: L2 penalty.
        momentum: how much of the buffer stays; 0 keeps no buffer.
        centered: divide by the standard deviation.
        foreach, capturable: accepted; they choose nothing.
        maximize: ascend instead.
        differentiable: not supported.

    Raises:
        ValueError: a negative option.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.RMSprop([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([-4.0000,  3.0000], requires_grad=True)

    Source: Tieleman and Hinton, "Lecture 6.5: RMSprop", 2012.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_non_negative("momentum", momentum)
        check_non_negative("alpha", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        state = {"square_avg": taut.zeros_like(param)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = taut.zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = taut.zeros_like(param)
        return state

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        alpha, rate = group["alpha"], as_float(group["lr"])
        squares = state["square_avg"].mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
        if group["centered"]:
            mean = state["grad_avg"].lerp_(grad, 1 - alpha)
            scale = squares.addcmul(mean, mean, value=-1).sqrt_()
        else:
            scale = squares.sqrt()
        scale.add_(group["eps"])
        if group["momentum"] > 0:
            buffer = state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(grad, scale)
            param.add_(buffer, alpha=-rate)
        else:
            param.addcdiv_(grad, scale, value=-rate)

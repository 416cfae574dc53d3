"""Adafactor: a second moment of rows and columns in place of one per element."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Adafactor"]


class Adafactor(RuleOptimizer):
    r"""Adafactor: steps scaled by a factored estimate of the second moment, with bounded updates.

    For a matrix the running mean of :math:`g^2` is kept as its means over rows and over columns only.

    Args:
        params: parameters, named parameters or groups.
        lr: the largest relative step, a number or a one-element tensor.
        beta2_decay: the power of the step count by which the mean takes up the new squares.
        eps: bounds of the second moment (None for the type's epsilon) and of the parameter's size.
        d: how large an update may be before it is scaled down.
        weight_decay: decoupled: each step multiplies the weights by ``1 - lr * weight_decay``.
        foreach: accepted; it chooses nothing.
        maximize: ascend instead.

    Raises:
        ValueError: a negative option, a positive ``beta2_decay``, or ``d`` below 1.

    Example:
        >>> import taut
        >>> w = taut.ones(2, 2, requires_grad=True)
        >>> optimizer = taut.optim.Adafactor([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w[0]
        tensor([0.5000, 0.5000], grad_fn=<SelectBackward0>)

    Source: Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", ICML
    2018.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _first(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        if param.dim() < 2:
            return {"variance": taut.zeros_like(param.detach())}
        rows, columns = list(param.shape), list(param.shape)
        rows[-1], columns[-2] = 1, 1
        return {"row_var": param.new_zeros(rows), "col_var": param.new_zeros(columns)}

    def _decayed(self, param: Tensor, grad: Tensor, group: dict[str, Any]) -> Tensor:
        return grad  # decoupled: see _update

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        step, rate = state["step"].item(), as_float(group["lr"])
        eps1, eps2 = group["eps"]
        eps1 = taut.finfo(param.dtype).eps if eps1 is None else eps1
        length = math.sqrt(param.numel())
        alpha = max(eps2, param.norm(2).item() / length) * min(rate, 1 / math.sqrt(step))
        if group["weight_decay"]:
            param.mul_(1 - rate * group["weight_decay"])
        estimate = self._second_moment(grad, state, step ** group["beta2_decay"], eps1)
        update = estimate.clamp_(min=eps1 * eps1).rsqrt_().mul_(grad)
        bound = max(1.0, update.norm(2).item() / (length * group["d"]))
        param.add_(update, alpha=-alpha / bound)

    @staticmethod
    def _second_moment(grad: Tensor, state: StateDict, new: float, eps: float) -> Tensor:
        """The estimate of the second moment, after taking up this gradient with the weight ``new``."""
        if grad.dim() < 2:
            return state["variance"].lerp_(grad.square(), new).clone()
        means = [grad.norm(dim=d, keepdim=True).square_().div_(grad.size(d)) for d in (-1, -2)]
        rows = state["row_var"].lerp_(means[0], new)
        columns = state["col_var"].lerp_(means[1], new)
        return (rows @ columns).div_(rows.mean(dim=-2, keepdim=True).clamp_(min=eps))

"""Muon: momentum whose steps are made orthogonal."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import Tensor
from taut.optim._options import as_float, check_non_negative
from taut.optim._rule import RuleOptimizer
from taut.optim.optimizer import ParamsT, StateDict

__all__ = ["Muon"]


class Muon(RuleOptimizer):
    r"""Muon: the momentum of a matrix, with its singular values brought near 1, as the step.

    A few Newton-Schulz iterations in bfloat16 do that. Only for matrices, such as a network's inner weights.

    Args:
        params: parameters of two dimensions, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        weight_decay: decoupled: each step multiplies the weights by ``1 - lr * weight_decay``.
        momentum: how much of the buffer stays.
        nesterov: look ahead along the buffer.
        ns_coefficients: the coefficients of the iteration's polynomial.
        eps: keeps the first division from zero.
        ns_steps: how many iterations.
        adjust_lr_fn: "original" scales the rate by the root of how much taller than wide the matrix
            is; "match_rms_adamw" by what AdamW's steps would have.

    Raises:
        ValueError: a negative option, a parameter that is not a matrix, or another ``adjust_lr_fn``.

    Example:
        >>> import taut
        >>> w = taut.zeros(2, 2, requires_grad=True)
        >>> optimizer = taut.optim.Muon([w], lr=0.5)
        >>> (w * taut.eye(2)).sum().backward()
        >>> optimizer.step()
        >>> bool(w[0, 0] < -0.3)
        True

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_non_negative("momentum", momentum)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        if ns_steps >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(ns_coefficients) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                if param.dim() != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{param.size()}"
                    )

    def _state_of(self, param: Tensor, group: dict[str, Any]) -> StateDict:
        state = self.state[param]
        if not state:
            state["momentum_buffer"] = taut.zeros_like(param)
        return state

    def _decayed(self, param: Tensor, grad: Tensor, group: dict[str, Any]) -> Tensor:
        param.mul_(1 - as_float(group["lr"]) * group["weight_decay"])
        return grad

    def _update(self, param: Tensor, grad: Tensor, state: StateDict, group: dict[str, Any]) -> None:
        momentum = group["momentum"]
        buffer = state["momentum_buffer"].lerp_(grad, 1 - momentum)
        update = grad.lerp(buffer, momentum) if group["nesterov"] else buffer
        update = _orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"])
        rate = as_float(group["lr"]) * _rate_factor(group["adjust_lr_fn"], *param.shape)
        param.add_(update, alpha=-rate)


def _orthogonal(
    matrix: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float
) -> Tensor:
    """About the orthogonal factor of a matrix's polar decomposition."""
    a, b, c = coefficients
    x = matrix.bfloat16()
    tall = x.size(0) > x.size(1)
    x = x.t() if tall else x
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.t()
        x = taut.addmm(x, taut.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.t() if tall else x


def _rate_factor(how: str | None, rows: int, columns: int) -> float:
    if how == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))

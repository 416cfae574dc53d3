"""Limits on the size of gradients. Source: Pascanu et al., 2013."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import taut
from taut import Tensor

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]


def _gradients(parameters: Any) -> list[Tensor]:
    """Each gradient once, however many names its parameter has."""
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    unique = {id(p._owner): p._owner for p in parameters}
    return [p.grad for p in unique.values() if p.grad is not None]


def get_total_norm(
    tensors: Iterable[Tensor] | Tensor,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all tensors as one vector.

    Args:
        tensors: one tensor or several.
        norm_type: p; ``inf`` for the largest size.
        error_if_nonfinite: raise if it is NaN or infinite.
        foreach: accepted.

    Raises:
        RuntimeError: not finite, with ``error_if_nonfinite``.

    Example:
        >>> import taut
        >>> taut.nn.utils.get_total_norm([taut.tensor([3.0]), taut.tensor([4.0])])
        tensor(5.)
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not tensors:
        return taut.tensor(0.0)
    with taut.no_grad():
        total = taut.stack([t.detach().norm(float(norm_type)) for t in tensors]).norm(
            float(norm_type)
        )
    if error_if_nonfinite and not bool(total.isfinite()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so "
            "it cannot be clipped. To disable this error and scale the gradients by the non-finite "
            "norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scales gradients by ``max_norm / total_norm`` where that is below 1.

    Example:
        >>> import taut
        >>> w = taut.nn.Parameter(taut.zeros(2))
        >>> w.grad = taut.tensor([3.0, 4.0])
        >>> taut.nn.utils.clip_grads_with_norm_([w], 1.0, taut.tensor(5.0))
        >>> w.grad
        tensor([0.6000, 0.8000])
    """
    factor = (max_norm / (total_norm + 1e-6)).clamp(max=1.0)
    with taut.no_grad():
        for grad in _gradients(parameters):
            grad.mul_(factor)


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales all gradients so that their norm is at most ``max_norm``; returns the norm before.

    A tied parameter counts once.

    Example:
        >>> import taut
        >>> w = taut.nn.Parameter(taut.zeros(2))
        >>> w.grad = taut.tensor([3.0, 4.0])
        >>> taut.nn.utils.clip_grad_norm_([w], 1.0)
        tensor(5.)
    """
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, float(max_norm), total)
    return total


def clip_grad_norm(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The former name of :func:`clip_grad_norm_`.

    Warns:
        FutureWarning: always.
    """
    warnings.warn(
        "`taut.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`taut.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Restricts every element of every gradient to [-clip_value, clip_value].

    Example:
        >>> import taut
        >>> w = taut.nn.Parameter(taut.zeros(2))
        >>> w.grad = taut.tensor([3.0, -0.5])
        >>> taut.nn.utils.clip_grad_value_([w], 1.0)
        >>> w.grad
        tensor([ 1.0000, -0.5000])
    """
    limit = float(clip_value)
    with taut.no_grad():
        for grad in _gradients(parameters):
            grad.clamp_(-limit, limit)

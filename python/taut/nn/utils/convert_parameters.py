"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

import taut
from taut import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of the parameters in one vector, in order."""
    return taut.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Writes a vector's elements into the parameters, in order.

    The parameters keep their memory, so ties stay.

    Raises:
        TypeError: not a tensor.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected taut.Tensor, but got: {type(vec).__name__}")
    at = 0
    for p in parameters:
        count = p.numel()
        p.data.copy_(vec[at : at + count].view_as(p).detach())
        at += count

"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

import taut
from taut import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of the parameters in one vector, in order.

    Example:
        >>> import taut
        >>> taut.nn.utils.parameters_to_vector([taut.zeros(2), taut.ones(1, 2)])
        tensor([0., 0., 1., 1.])
    """
    return taut.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Writes a vector's elements into the parameters, in order.

    The parameters keep their memory, so ties stay.

    Raises:
        TypeError: not a tensor.

    Example:
        >>> import taut
        >>> w = taut.nn.Parameter(taut.zeros(2))
        >>> taut.nn.utils.vector_to_parameters(taut.ones(2), [w])
        >>> w.data
        tensor([1., 1.])
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected taut.Tensor, but got: {type(vec).__name__}")
    at = 0
    for p in parameters:
        count = p.numel()
        p.data.copy_(vec[at : at + count].view_as(p).detach())
        at += count

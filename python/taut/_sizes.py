"""Sums down to a size, places from flat indices, and parts under their other names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import taut
from taut import _C, Tensor

__all__ = ["sum_to_size", "unravel_index", "unsafe_chunk", "unsafe_split"]


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """The sum over the dimensions that broadcasting from ``size`` to this shape would add or stretch.

    Raises:
        RuntimeError: ``size`` does not broadcast to the shape.

    Example:
        >>> import taut
        >>> taut.ones(3, 2).sum_to_size(1, 2)
        tensor([[3., 3.]])
    """
    wanted = list(size[0]) if len(size) == 1 and isinstance(size[0], Sequence) else list(size)
    added = self.dim() - len(wanted)
    fits = added >= 0 and all(
        n in (1, m) for n, m in zip(wanted, self.shape[max(added, 0) :], strict=False)
    )
    if not fits:
        raise RuntimeError(f"size {{{wanted}}} is not expandable to size {{{list(self.shape)}}}.")
    if not wanted:
        return self.sum()
    stretched = [added + d for d, n in enumerate(wanted) if n == 1 and self.shape[added + d] != 1]
    dims = [*range(added), *stretched]
    return self.sum(dims, keepdim=True).reshape(wanted) if dims else self


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The coordinates, one tensor for each dimension, of flat indices into a tensor of ``shape``.

    Args:
        indices: integers; negative ones wrap around.
        shape: sizes that are not negative.

    Raises:
        TypeError: indices or sizes that are no integers.
        ValueError: negative sizes.

    Example:
        >>> import taut
        >>> taut.unravel_index(taut.tensor([5, 1]), (2, 3))
        (tensor([1, 0]), tensor([2, 1]))
    """
    if indices.dtype.is_floating_point or indices.dtype is _C.bool:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = [shape] if isinstance(shape, int) else shape
    sizes = sizes.tolist() if isinstance(sizes, Tensor) else list(sizes)
    if not all(isinstance(n, int) for n in sizes):
        raise TypeError(f"expected 'shape' elements to be integer, got {sizes}")
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, got {tuple(sizes)}")
    places, step, coordinates = indices.long(), 1, []
    for n in reversed(sizes):
        coordinates.append(places.div(step, rounding_mode="floor") % n)
        step *= n
    return tuple(reversed(coordinates))


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """:func:`taut.chunk`: its parts may be changed in place, which is safe here.

    Example:
        >>> import taut
        >>> taut.unsafe_chunk(taut.tensor([1, 2]), 2)
        (tensor([1]), tensor([2]))
    """
    return tuple(taut.chunk(input, chunks, dim))


def unsafe_split(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """:func:`taut.split`: its parts may be changed in place, which is safe here.

    Example:
        >>> import taut
        >>> taut.unsafe_split(taut.tensor([1, 2]), 1)
        (tensor([1]), tensor([2]))
    """
    return tuple(taut.split(input, split_size, dim))

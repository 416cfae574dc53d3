"""Random tensors for tests."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import taut
from taut import Tensor

__all__ = ["make_tensor"]


def make_tensor(
    *shape: Any,
    dtype: Any,
    device: Any = "cpu",
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of random values, uniform in ``[low, high)``; the values are PyTorch's for the seed.

    Args:
        shape: the sizes, as arguments or one sequence.
        dtype: the element type.
        device: accepted; there is only the CPU.
        low: lower bound: by default -9, and 0 for bool and uint8.
        high: upper bound: by default 9 for floats, 10 for integers, 2 for bool.
        requires_grad: record operations on the result.
        noncontiguous: a view of every second element of a tensor twice as long.
        exclude_zero: put the smallest positive number in place of zeros.
        memory_format: accepted; not together with ``noncontiguous``.

    Raises:
        ValueError: bounds that are NaN, the wrong way round or outside the dtype, ``requires_grad``
            for integers, or ``noncontiguous`` with a memory format.

    Example:
        >>> import taut
        >>> from taut.testing import make_tensor
        >>> make_tensor(2, 3, dtype=taut.float64, low=0, high=1).shape
        torch.Size([2, 3])
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], Sequence) else tuple(shape)
    floating = dtype.is_floating_point
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "make_tensor: `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    if requires_grad and not floating:
        raise ValueError(
            "make_tensor: `requires_grad=True` is not supported for boolean and integral dtypes, "
            f"but got {dtype=}"
        )
    noncontiguous = noncontiguous and math.prod(sizes) > 1
    if noncontiguous:
        sizes = (*sizes[:-1], 2 * sizes[-1])
    bounds = _bounds(dtype, low, high)
    result = _floats(sizes, dtype, *bounds) if floating else _integers(sizes, dtype, *bounds)
    if noncontiguous:
        result = result[..., 1::2]  # an offset too, for code that forgets it
    if exclude_zero:
        result[result == 0] = taut.finfo(dtype).tiny if floating else 1
    return result.requires_grad_() if requires_grad else result


def _floats(sizes: tuple[int, ...], dtype: Any, low: float, high: float) -> Tensor:
    result = taut.empty(sizes, dtype=dtype)
    if high - low >= taut.finfo(dtype).max:
        return result.uniform_(low / 2, high / 2).mul_(2)
    return result.uniform_(low, high)


def _integers(sizes: tuple[int, ...], dtype: Any, low: float, high: float) -> Tensor:
    return taut.randint(math.ceil(low), math.ceil(high), sizes, dtype=dtype)


def _limits(dtype: Any) -> tuple[float, float, float, float]:
    """Smallest and largest bound of a dtype, and its default bounds."""
    if dtype.is_floating_point:
        info = taut.finfo(dtype)
        return info.min, info.max, -9, 9
    if dtype is taut.bool:
        return 0, 2, 0, 2
    whole = taut.iinfo(dtype)
    # The upper bound is exclusive, and has to be an int64 itself.
    return whole.min, whole.max + (dtype is not taut.int64), -9, 10


def _bounds(dtype: Any, low: float | None, high: float | None) -> tuple[float, float]:
    lowest, highest, default_low, default_high = _limits(dtype)
    low = default_low if low is None else low
    high = default_high if high is None else high
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"make_tensor: `low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and dtype.is_floating_point:
        warnings.warn(
            "Passing `low==high` to make_tensor for floating types is deprecated; use full(...)",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ValueError(f"make_tensor: `low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= highest:
        raise ValueError(
            f"make_tensor: {dtype} only supports values in [{lowest}, {highest}), but got "
            f"[{low}, {high})"
        )
    return min(max(low, lowest), highest), min(max(high, lowest), highest)

"""Maxima over windows at irregular distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from taut import _C, Tensor, no_grad
from taut._autocast_types import in_float32

__all__ = [
    "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices",
    "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices",
]

Sizes = int | Sequence[int]
Ratios = float | Sequence[float]


def _each(value: Any, dims: int, op: str, name: str) -> list[Any]:
    """A number for each dimension."""
    values = list(value) if isinstance(value, Sequence) else [value] * dims
    if len(values) != dims:
        raise RuntimeError(f"{op}: {name} must be one number or {dims}, got {len(values)}")
    return values


def _target(
    input: Tensor, dims: int, op: str, size: Sizes | None, ratio: Ratios | None
) -> list[int]:
    """The size of the result."""
    if size is not None:
        return _each(size, dims, op, "output_size")
    if ratio is None:
        raise ValueError(f"{op} requires specifying either an output_size or an output_ratio")
    if isinstance(ratio, Sequence) and len(ratio) > dims:
        raise ValueError(f"{op} requires output_ratio to either be a single Int or tuple of Ints.")
    ratios = _each(ratio, dims, op, "output_ratio")
    return [int(n * r) for n, r in zip(input.shape[-dims:], ratios, strict=True)]


def _check(input: Tensor, op: str, kernel: list[int], size: list[int], samples: Tensor) -> None:
    dims = len(kernel)
    if input.dim() not in (dims + 1, dims + 2) or 0 in input.shape[-dims - 1 :]:
        raise RuntimeError(
            f"{op}: Expected {dims + 1}D or {dims + 2}D tensor with only the batch allowed to be "
            f"empty, got {tuple(input.shape)}"
        )
    for n, k, out in zip(input.shape[-dims:], kernel, size, strict=True):
        if k < 1 or out < 1 or out + k - 1 > n:
            raise RuntimeError(
                f"{op}: {out} windows of {k} do not fit into {n} elements; output_size + kernel_size "
                "- 1 may be that at most"
            )
    batch = input.size(0) if input.dim() == dims + 2 else 1
    wanted = (batch, input.size(-dims - 1), dims)
    if samples.dim() != 3 or samples.size(0) < batch or tuple(samples.shape[1:]) != wanted[1:]:
        raise RuntimeError(
            f"{op}: Expect _random_samples of shape {wanted}, got {tuple(samples.shape)}"
        )
    if samples.dtype != input.dtype:
        raise RuntimeError(
            f"{op}: Expect _random_samples to have the type of the input, {input.dtype}, got "
            f"{samples.dtype}"
        )


def _windows(sample: Tensor, n: int, out: int, kernel: int) -> Tensor:
    """Where the elements of the windows are along a dimension, (planes, out, kernel)."""
    start = _C.full((sample.size(0), out), n - kernel, dtype=_C.int64)
    if out > 1:
        step = _C.tensor((n - kernel) / (out - 1), dtype=sample.dtype)
        at = _C.arange(0, out - 1, dtype=sample.dtype)
        first = (sample.unsqueeze(1) * step).long()
        start[:, :-1] = ((at + sample.unsqueeze(1)) * step).long() - first
    return start.unsqueeze(-1) + _C.arange(0, kernel)


def _pool(
    input: Tensor,
    dims: int,
    kernel_size: Sizes,
    output_size: Sizes | None,
    output_ratio: Ratios | None,
    samples: Tensor | None,
) -> tuple[Tensor, Tensor]:
    op = f"fractional_max_pool{dims}d"
    size = _target(input, dims, op, output_size, output_ratio)
    kernel = _each(kernel_size, dims, op, "kernel_size")
    batch = 1 if input.dim() == dims + 1 else input.size(0)
    if samples is None:
        samples = _C.rand(batch, input.size(-dims - 1), dims, dtype=input.dtype)
    _check(input, op, kernel, size, samples)
    planes = batch * input.size(-dims - 1)
    with no_grad():
        # In two dimensions the first sample is the width's, in three the depth's.
        each = list(samples[:batch].reshape(planes, dims).unbind(1))
        each = list(reversed(each)) if dims == 2 else each
        flat = _C.zeros(planes, *(1,) * (2 * dims), dtype=_C.int64)
        for d, n in enumerate(input.shape[-dims:]):
            sides = [planes] + [1] * (2 * dims)
            sides[1 + d], sides[1 + dims + d] = size[d], kernel[d]
            flat = flat * n + _windows(each[d], n, size[d], kernel[d]).reshape(sides)
        taps = flat.flatten(1 + dims).flatten(1, dims)  # (planes, windows, elements)
        plane = math.prod(input.shape[-dims:])
        rows = input.reshape(planes, 1, plane).expand(-1, taps.size(1), -1)
        best = rows.gather(2, taps).max(2).indices.unsqueeze(2)
        index = taps.gather(2, best).squeeze(2)
    shape = (*input.shape[:-dims], *size)
    values = input.reshape(planes, plane).gather(1, index)
    return values.reshape(shape), index.reshape(shape)


@in_float32
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest elements of windows whose distances are drawn, so that they fill the plane.

    Args:
        input: (N, C, H, W) or (C, H, W).
        kernel_size: of a window, a number or (height, width).
        output_size: of the result; or
        output_ratio: its share of the size of the input, between 0 and 1.
        return_indices: also return where in its plane each element was.
        _random_samples: what to use instead of draws, (N, C, 2) of numbers in [0, 1).

    Raises:
        ValueError: neither a size nor a ratio.
        RuntimeError: windows that do not fit.

    Source: Graham, "Fractional max-pooling", 2014.

    Example:
        >>> import taut
        >>> taut.nn.functional.fractional_max_pool2d(taut.zeros(1, 9, 9), 2, output_ratio=0.7).shape
        torch.Size([1, 6, 6])
    """
    pooled = _pool(input, 2, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


@in_float32
def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """:func:`fractional_max_pool2d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> F = taut.nn.functional
        >>> F.fractional_max_pool2d_with_indices(taut.zeros(1, 9, 9), 2, output_size=5)[1].shape
        torch.Size([1, 5, 5])
    """
    return _pool(input, 2, kernel_size, output_size, output_ratio, _random_samples)


@in_float32
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """:func:`fractional_max_pool2d` of volumes, (N, C, D, H, W) or (C, D, H, W).

    Example:
        >>> import taut
        >>> taut.nn.functional.fractional_max_pool3d(taut.zeros(1, 9, 9, 9), 2, output_size=5).shape
        torch.Size([1, 5, 5, 5])
    """
    pooled = _pool(input, 3, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


@in_float32
def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """:func:`fractional_max_pool3d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> F = taut.nn.functional
        >>> F.fractional_max_pool3d_with_indices(taut.zeros(1, 9, 9, 9), 2, output_size=5)[1].shape
        torch.Size([1, 5, 5, 5])
    """
    return _pool(input, 3, kernel_size, output_size, output_ratio, _random_samples)

"""Pooling by averages and norms."""

from __future__ import annotations

import math
from typing import Any

from taut import _C, Tensor
from taut.nn.functional._activation import relu
from taut.nn.functional._pool import Sizes, _sizes, _stride

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
]


def avg_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of every window.

    Args:
        input: planes behind channels and an optional batch.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; that of windows side by side if None.
        padding: zeros around the plane, at most half a window.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.

    Shape:
        input (N, C, L) or (C, L); the result has the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.avg_pool1d(taut.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[2., 1.]])
    """
    options = (_stride(stride), padding, ceil_mode, count_include_pad)
    return _C._avg_pool(input, 1, kernel_size, *options, None)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Means of ``output_size`` windows that cover the last dimension evenly.

    Window i of m over n elements is floor(i n / m) to ceil((i + 1) n / m). None keeps a size.

    Shape:
        input (N, C, L) or (C, L).

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_avg_pool1d(taut.zeros(3, 8), 2).shape
        torch.Size([3, 2])
    """
    return _C._adaptive_avg_pool(input, _sizes(input, output_size, 1))


def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """(sum of x^p)^(1/p) over every window, for p = ``norm_type``; see :func:`avg_pool1d`.

    Infinite p takes the largest magnitude, or the smallest for -inf.

    Example:
        >>> import taut
        >>> taut.nn.functional.lp_pool1d(taut.ones(1, 4), 1.0, 4)
        tensor([[4.]])
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 1)


def avg_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of every window.

    Args:
        input: planes behind channels and an optional batch.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; that of windows side by side if None.
        padding: zeros around the plane, at most half a window.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.
        divisor_override: divide sums by this instead of the number of elements.
        out: where to write the result.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.avg_pool2d(taut.arange(16.0).view(1, 4, 4), 2)
        tensor([[[ 2.5000,  4.5000],
                 [10.5000, 12.5000]]])
    """
    options = (_stride(stride), padding, ceil_mode, count_include_pad)
    result = _C._avg_pool(input, 2, kernel_size, *options, divisor_override)
    return _C._into("avg_pool2d", result, out)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Means of ``output_size`` windows that cover the last 2 dimensions evenly.

    Window i of m over n elements is floor(i n / m) to ceil((i + 1) n / m). None keeps a size.

    Shape:
        input (N, C, H, W) or (C, H, W).

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_avg_pool2d(taut.zeros(3, 8, 8), 2).shape
        torch.Size([3, 2, 2])
    """
    return _C._adaptive_avg_pool(input, _sizes(input, output_size, 2))


def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """(sum of x^p)^(1/p) over every window, for p = ``norm_type``; see :func:`avg_pool2d`.

    Infinite p takes the largest magnitude, or the smallest for -inf.

    Example:
        >>> import taut
        >>> taut.nn.functional.lp_pool2d(taut.ones(1, 4, 4), 1.0, 4)
        tensor([[[16.]]])
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 2)


def avg_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The mean of every window.

    Args:
        input: planes behind channels and an optional batch.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; that of windows side by side if None.
        padding: zeros around the plane, at most half a window.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.
        divisor_override: divide sums by this instead of the number of elements.
        out: where to write the result.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W); the result has the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.avg_pool3d(taut.arange(8.0).view(1, 2, 2, 2), 2)
        tensor([[[[3.5000]]]])
    """
    options = (_stride(stride), padding, ceil_mode, count_include_pad)
    result = _C._avg_pool(input, 3, kernel_size, *options, divisor_override)
    return _C._into("avg_pool3d", result, out)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Means of ``output_size`` windows that cover the last 3 dimensions evenly.

    Window i of m over n elements is floor(i n / m) to ceil((i + 1) n / m). None keeps a size.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W).

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_avg_pool3d(taut.zeros(3, 8, 8, 8), 2).shape
        torch.Size([3, 2, 2, 2])
    """
    return _C._adaptive_avg_pool(input, _sizes(input, output_size, 3))


def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """(sum of x^p)^(1/p) over every window, for p = ``norm_type``; see :func:`avg_pool3d`.

    Infinite p takes the largest magnitude, or the smallest for -inf.

    Example:
        >>> import taut
        >>> taut.nn.functional.lp_pool3d(taut.ones(1, 4, 4, 4), 1.0, 4)
        tensor([[[[64.]]]])
    """
    return _lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 3)


def _lp_pool(
    input: Tensor, p: float, kernel: Sizes, stride: Sizes | None, ceil_mode: bool, dims: int
) -> Tensor:
    step = _stride(stride)
    if math.isinf(p):
        sign = 1 if p > 0 else -1
        return sign * _C._max_pool(sign * input.abs(), dims, kernel, step, 0, 1, ceil_mode)
    volume = kernel**dims if isinstance(kernel, int) else math.prod(kernel)
    means = _C._avg_pool(input.pow(p), dims, kernel, step, 0, ceil_mode, True, None)
    # A gradient of 0, not of infinity, where all elements are 0.
    return (means.detach().sign() * relu(means.abs())).mul(volume).pow(1.0 / p)

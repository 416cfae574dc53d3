"""Pooling by maxima, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taut import _C, Tensor

__all__ = [
    "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]

Sizes = int | Sequence[int]


def _stride(stride: Sizes | None) -> Sizes:
    """Windows side by side where no stride is given."""
    return () if stride is None else stride


def _sizes(input: Tensor, size: Any, dims: int) -> list[int]:
    """A target for each dimension; None keeps the size it has."""
    if dims > 1 and isinstance(size, (tuple, list)) and input.dim() <= len(size):
        raise ValueError(
            f"Input dimension should be at least {len(size) + 1}, got {input.dim()} dimensions"
        )
    given = size if isinstance(size, (tuple, list)) else (size,) * dims
    if len(given) != dims:
        raise RuntimeError(f"adaptive pooling: output_size must have {dims} elements, got {size}")
    return [input.size(d - dims) if s is None else s for d, s in enumerate(given)]


def max_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of every window.

    See :func:`max_pool2d` for the arguments.

    Shape:
        input (N, C, L) or (C, L); the result and the int64 indices have the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.max_pool1d(taut.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[3., 2.]])
    """
    pool = _C._max_pool_with_indices if return_indices else _C._max_pool
    return pool(input, 1, kernel_size, _stride(stride), padding, dilation, ceil_mode)


def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """:func:`max_pool1d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> taut.max_pool1d_with_indices(taut.tensor([[1.0, 3.0, 2.0]]), 3)
        (tensor([[3.]]), tensor([[1]]))
    """
    return _C._max_pool_with_indices(
        input, 1, kernel_size, _stride(stride), padding, dilation, ceil_mode
    )


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of the windows of :func:`adaptive_avg_pool1d`, with their indices if asked for.

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_max_pool1d(taut.zeros(3, 8), 2).shape
        torch.Size([3, 2])
    """
    pooled = _C._adaptive_max_pool(input, _sizes(input, output_size, 1))
    return pooled if return_indices else pooled[0]


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool1d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_max_pool1d_with_indices(taut.tensor([[1.0, 3.0, 2.0]]), 1)
        (tensor([[3.]]), tensor([[1]]))
    """
    return _C._adaptive_max_pool(input, _sizes(input, output_size, 1))


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts maxima back to where :func:`max_pool1d` found them; zero elsewhere.

    Args:
        input: maxima.
        indices: where they were, of the same shape.
        kernel_size, stride, padding: those of the pooling.
        output_size: which of the sizes that the pooling may have come from; the smallest exact one if
            None.

    Raises:
        RuntimeError: an index outside the result.
        ValueError: an impossible ``output_size``.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.

    Example:
        >>> import taut
        >>> F = taut.nn.functional
        >>> x = taut.arange(2.0).view(1, 2)
        >>> F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), 2).flatten()
        tensor([0., 1.])
    """
    size = _unpooled_size(input, kernel_size, stride, padding, output_size, 1)
    return _C._max_unpool(input, indices, size)


def max_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of every window.

    Args:
        input: planes behind channels and an optional batch.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; that of windows side by side if None.
        padding: how far windows reach over the edge, at most half their size; nothing there is a
            maximum.
        dilation: distance of the elements of a window.
        ceil_mode: the last window may be cut off by the edge.
        return_indices: also return where in its plane each maximum is.

    Shape:
        input (N, C, H, W) or (C, H, W); the result and the int64 indices have the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.max_pool2d(taut.arange(16.0).view(1, 4, 4), 2)
        tensor([[[ 5.,  7.],
                 [13., 15.]]])
    """
    pool = _C._max_pool_with_indices if return_indices else _C._max_pool
    return pool(input, 2, kernel_size, _stride(stride), padding, dilation, ceil_mode)


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """:func:`max_pool2d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> values, places = taut.nn.functional.max_pool2d_with_indices(taut.eye(2)[None], 2)
        >>> places
        tensor([[[0]]])
    """
    return _C._max_pool_with_indices(
        input, 2, kernel_size, _stride(stride), padding, dilation, ceil_mode
    )


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of the windows of :func:`adaptive_avg_pool2d`, with their indices if asked for.

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_max_pool2d(taut.zeros(3, 8, 8), 2).shape
        torch.Size([3, 2, 2])
    """
    pooled = _C._adaptive_max_pool(input, _sizes(input, output_size, 2))
    return pooled if return_indices else pooled[0]


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool2d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> values, places = taut.nn.functional.adaptive_max_pool2d_with_indices(taut.eye(2)[None], 1)
        >>> places
        tensor([[[0]]])
    """
    return _C._adaptive_max_pool(input, _sizes(input, output_size, 2))


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts maxima back to where :func:`max_pool2d` found them; zero elsewhere.

    Args:
        input: maxima.
        indices: where they were, of the same shape.
        kernel_size, stride, padding: those of the pooling.
        output_size: which of the sizes that the pooling may have come from; the smallest exact one if
            None.

    Raises:
        RuntimeError: an index outside the result.
        ValueError: an impossible ``output_size``.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.

    Example:
        >>> import taut
        >>> F = taut.nn.functional
        >>> x = taut.arange(4.0).view(1, 2, 2)
        >>> F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2).flatten()
        tensor([0., 0., 0., 3.])
    """
    size = _unpooled_size(input, kernel_size, stride, padding, output_size, 2)
    return _C._max_unpool(input, indices, size)


def max_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of every window.

    See :func:`max_pool2d` for the arguments.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W); the result and the int64 indices have the same leading dimensions.

    Raises:
        RuntimeError: windows that do not fit.

    Example:
        >>> import taut
        >>> taut.nn.functional.max_pool3d(taut.arange(8.0).view(1, 2, 2, 2), 2)
        tensor([[[[7.]]]])
    """
    pool = _C._max_pool_with_indices if return_indices else _C._max_pool
    return pool(input, 3, kernel_size, _stride(stride), padding, dilation, ceil_mode)


def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """:func:`max_pool3d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> values, _ = taut.nn.functional.max_pool3d_with_indices(taut.ones(1, 2, 2, 2), 2)
        >>> values.shape
        torch.Size([1, 1, 1, 1])
    """
    return _C._max_pool_with_indices(
        input, 3, kernel_size, _stride(stride), padding, dilation, ceil_mode
    )


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima of the windows of :func:`adaptive_avg_pool3d`, with their indices if asked for.

    Example:
        >>> import taut
        >>> taut.nn.functional.adaptive_max_pool3d(taut.zeros(3, 8, 8, 8), 2).shape
        torch.Size([3, 2, 2, 2])
    """
    pooled = _C._adaptive_max_pool(input, _sizes(input, output_size, 3))
    return pooled if return_indices else pooled[0]


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: Any, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """:func:`adaptive_max_pool3d` together with the indices of the maxima.

    Example:
        >>> import taut
        >>> values, _ = taut.nn.functional.adaptive_max_pool3d_with_indices(taut.ones(1, 2, 2, 2), 1)
        >>> values.shape
        torch.Size([1, 1, 1, 1])
    """
    return _C._adaptive_max_pool(input, _sizes(input, output_size, 3))


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts maxima back to where :func:`max_pool3d` found them; zero elsewhere.

    Args:
        input: maxima.
        indices: where they were, of the same shape.
        kernel_size, stride, padding: those of the pooling.
        output_size: which of the sizes that the pooling may have come from; the smallest exact one if
            None.

    Raises:
        RuntimeError: an index outside the result.
        ValueError: an impossible ``output_size``.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.

    Example:
        >>> import taut
        >>> F = taut.nn.functional
        >>> x = taut.arange(8.0).view(1, 2, 2, 2)
        >>> F.max_unpool3d(*F.max_pool3d(x, 2, return_indices=True), 2).flatten()
        tensor([0., 0., 0., 0., 0., 0., 0., 7.])
    """
    size = _unpooled_size(input, kernel_size, stride, padding, output_size, 3)
    return _C._max_unpool(input, indices, size)


def _unpooled_size(
    input: Tensor,
    kernel: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    wanted: Sequence[int] | None,
    dims: int,
) -> list[int]:
    each = lambda v: (v,) * dims if isinstance(v, int) else tuple(v)  # noqa: E731
    kernels, paddings = each(kernel), each(padding)
    strides = kernels if stride is None else each(stride)
    usual = [
        (input.size(d - dims) - 1) * strides[d] + kernels[d] - 2 * paddings[d] for d in range(dims)
    ]
    if wanted is None:
        size = usual
    else:
        size = list(wanted)[2:] if len(wanted) == dims + 2 else list(wanted)
        if len(size) != dims:
            raise ValueError(
                f"output_size should be a sequence containing {dims} or {dims + 2} elements, but it "
                f"has a length of '{len(wanted)}'"
            )
        for d in range(dims):
            least, most = usual[d] - strides[d], usual[d] + strides[d]
            if not least < size[d] < most:
                raise ValueError(
                    f'invalid output_size "{size}" (dim {d} must be between {least} and {most})'
                )
    for d in range(dims):
        if size[d] < 0:
            raise ValueError(
                "max_unpooling: output_size must contain non-negative spatial dimensions, but got "
                f"output_size[{d}]={size[d]}"
            )
    return size

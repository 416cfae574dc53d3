"""Pooling layers; see the functions of the same names in :mod:`taut.nn.functional`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taut import Tensor
from taut.nn import functional as F
from taut.nn.fractional_pooling import FractionalMaxPool2d, FractionalMaxPool3d
from taut.nn.module import Module

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]

Sizes = int | Sequence[int]


def _each(value: Sizes, dims: int) -> tuple[int, ...]:
    """A number for each dimension."""
    return (value,) * dims if isinstance(value, int) else tuple(value)


class _MaxPool(Module):
    """The largest element of every window."""

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def _pool(self, f: Any, input: Tensor) -> Any:
        return f(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class _MaxUnpool(Module):
    """Puts maxima back to where pooling found them."""

    _dims = 1

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size = _each(kernel_size, self._dims)
        self.stride = _each(kernel_size if stride is None else stride, self._dims)
        self.padding = _each(padding, self._dims)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AvgPool(Module):
    """The mean of every window."""

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def _pool(self, f: Any, input: Tensor) -> Tensor:
        return f(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AdaptiveAvgPool(Module):
    """Means of windows that cover the dimensions evenly."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveMaxPool(Module):
    """Maxima of windows that cover the dimensions evenly."""

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _LPPool(Module):
    """(sum of x^p)^(1/p) over every window."""

    def __init__(
        self,
        norm_type: float,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The largest element of every window over one dimension.

    Args:
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reach over the edge.
        dilation: distance of the elements of a window.
        return_indices: also return where the maxima are, for :class:`MaxUnpool1d`.
        ceil_mode: the last window may be cut off by the edge.

    Shape:
        input (N, C, L) or (C, L); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.MaxPool1d(2)(taut.zeros(1, 3, 8)).shape
        torch.Size([1, 3, 4])
    """

    def forward(self, input: Tensor) -> Any:
        return self._pool(F.max_pool1d, input)


class MaxPool2d(_MaxPool):
    """The largest element of every window over two dimensions.

    Args:
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reach over the edge.
        dilation: distance of the elements of a window.
        return_indices: also return where the maxima are, for :class:`MaxUnpool2d`.
        ceil_mode: the last window may be cut off by the edge.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.MaxPool2d(2)(taut.zeros(1, 3, 8, 8)).shape
        torch.Size([1, 3, 4, 4])
    """

    def forward(self, input: Tensor) -> Any:
        return self._pool(F.max_pool2d, input)


class MaxPool3d(_MaxPool):
    """The largest element of every window over three dimensions.

    Args:
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reach over the edge.
        dilation: distance of the elements of a window.
        return_indices: also return where the maxima are, for :class:`MaxUnpool3d`.
        ceil_mode: the last window may be cut off by the edge.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.MaxPool3d(2)(taut.zeros(1, 3, 8, 8, 8)).shape
        torch.Size([1, 3, 4, 4, 4])
    """

    def forward(self, input: Tensor) -> Any:
        return self._pool(F.max_pool3d, input)


class MaxUnpool1d(_MaxUnpool):
    """The inverse of :class:`MaxPool1d`, what was not a maximum becoming 0.

    Args:
        kernel_size: that of the pooling, as the following are.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reached over the edge.

    Shape:
        input and indices (N, C, L) or (C, L); ``output_size`` of ``forward`` picks among the sizes possible.

    Example:
        >>> import taut
        >>> pool = taut.nn.MaxPool1d(2, return_indices=True)
        >>> taut.nn.MaxUnpool1d(2)(*pool(taut.zeros(1, 3, 8))).shape
        torch.Size([1, 3, 8])
    """

    _dims = 1

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        return F.max_unpool1d(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )


class MaxUnpool2d(_MaxUnpool):
    """The inverse of :class:`MaxPool2d`, what was not a maximum becoming 0.

    Args:
        kernel_size: that of the pooling, as the following are.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reached over the edge.

    Shape:
        input and indices (N, C, H, W) or (C, H, W); ``output_size`` of ``forward`` picks among the sizes possible.

    Example:
        >>> import taut
        >>> pool = taut.nn.MaxPool2d(2, return_indices=True)
        >>> taut.nn.MaxUnpool2d(2)(*pool(taut.zeros(1, 3, 8, 8))).shape
        torch.Size([1, 3, 8, 8])
    """

    _dims = 2

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        return F.max_unpool2d(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )


class MaxUnpool3d(_MaxUnpool):
    """The inverse of :class:`MaxPool3d`, what was not a maximum becoming 0.

    Args:
        kernel_size: that of the pooling, as the following are.
        stride: distance of windows; ``kernel_size`` if None.
        padding: how far windows reached over the edge.

    Shape:
        input and indices (N, C, D, H, W) or (C, D, H, W); ``output_size`` of ``forward`` picks among the sizes possible.

    Example:
        >>> import taut
        >>> pool = taut.nn.MaxPool3d(2, return_indices=True)
        >>> taut.nn.MaxUnpool3d(2)(*pool(taut.zeros(1, 3, 8, 8, 8))).shape
        torch.Size([1, 3, 8, 8, 8])
    """

    _dims = 3

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        return F.max_unpool3d(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )


class AvgPool1d(Module):
    """The mean of every window over one dimension.

    Args:
        kernel_size: size of a window.
        stride: distance of windows; ``kernel_size`` if None.
        padding: zeros on both sides.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.

    Shape:
        input (N, C, L) or (C, L); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.AvgPool1d(2)(taut.zeros(1, 3, 8)).shape
        torch.Size([1, 3, 4])
    """

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _each(kernel_size, 1)
        self.stride = _each(kernel_size if stride is None else stride, 1)
        self.padding = _each(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(_AvgPool):
    """The mean of every window over two dimensions.

    Args:
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        padding: zeros around the plane.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.
        divisor_override: divide sums by this instead of the number of elements.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.AvgPool2d(2)(taut.zeros(1, 3, 8, 8)).shape
        torch.Size([1, 3, 4, 4])
    """

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(F.avg_pool2d, input)


class AvgPool3d(_AvgPool):
    """The mean of every window over three dimensions.

    Args:
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        padding: zeros around the plane.
        ceil_mode: the last window may be cut off by the edge.
        count_include_pad: whether the zeros count as elements.
        divisor_override: divide sums by this instead of the number of elements.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.AvgPool3d(2)(taut.zeros(1, 3, 8, 8, 8)).shape
        torch.Size([1, 3, 4, 4, 4])
    """

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(F.avg_pool3d, input)


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Means of ``output_size`` windows that cover one dimension evenly.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveAvgPool1d(3)(taut.zeros(1, 3, 8)).shape
        torch.Size([1, 3, 3])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Means of ``output_size`` windows that cover two dimensions evenly.

    Args:
        output_size: how many windows, a number or one for each dimension; None keeps a size.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveAvgPool2d(3)(taut.zeros(1, 3, 8, 8)).shape
        torch.Size([1, 3, 3, 3])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Means of ``output_size`` windows that cover three dimensions evenly.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveAvgPool3d(3)(taut.zeros(1, 3, 8, 8, 8)).shape
        torch.Size([1, 3, 3, 3, 3])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool3d(input, self.output_size)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Maxima of ``output_size`` windows that cover one dimension evenly.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveMaxPool1d(3)(taut.zeros(1, 3, 8)).shape
        torch.Size([1, 3, 3])
    """

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Maxima of ``output_size`` windows that cover two dimensions evenly.

    Args:
        output_size: how many windows, a number or one for each dimension; None keeps a size.
        return_indices: also return where the maxima are.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveMaxPool2d(3)(taut.zeros(1, 3, 8, 8)).shape
        torch.Size([1, 3, 3, 3])
    """

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Maxima of ``output_size`` windows that cover three dimensions evenly.

    Example:
        >>> import taut
        >>> taut.nn.AdaptiveMaxPool3d(3)(taut.zeros(1, 3, 8, 8, 8)).shape
        torch.Size([1, 3, 3, 3, 3])
    """

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)


class LPPool1d(_LPPool):
    """(sum of x^p)^(1/p) over every window of one dimension.

    Example:
        >>> import taut
        >>> taut.nn.LPPool1d(2, 2)(taut.ones(1, 3, 8)).shape
        torch.Size([1, 3, 4])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool1d(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )


class LPPool2d(_LPPool):
    """(sum of x^p)^(1/p) over every window of two dimensions.

    Args:
        norm_type: p; 1 sums, infinity takes the largest magnitude.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        stride: distance of windows; ``kernel_size`` if None.
        ceil_mode: the last window may be cut off by the edge.

    Shape:
        input (N, C, H, W) or (C, H, W); the result has the same leading dimensions.

    Example:
        >>> import taut
        >>> taut.nn.LPPool2d(2, 2)(taut.ones(1, 3, 8, 8)).shape
        torch.Size([1, 3, 4, 4])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool2d(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )


class LPPool3d(_LPPool):
    """(sum of x^p)^(1/p) over every window of three dimensions.

    Example:
        >>> import taut
        >>> taut.nn.LPPool3d(2, 2)(taut.ones(1, 3, 8, 8, 8)).shape
        torch.Size([1, 3, 4, 4, 4])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool3d(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

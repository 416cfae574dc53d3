"""Convolution layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init
from taut.nn.lazy import LazyModuleMixin
from taut.nn.module import Module
from taut.nn.parameter import Parameter, UninitializedParameter, is_lazy

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
]

_MODES = ("zeros", "reflect", "replicate", "circular")


def _each(value: Any, dims: int) -> tuple[int, ...]:
    """A number for each dimension."""
    return (value,) * dims if isinstance(value, int) else tuple(value)


class _ConvNd(Module):
    """What all convolutions share: settings, parameters, their first values, repr."""

    _dims = 0
    transposed = False
    bias: Tensor | None
    # Settings that are shown when they differ from these, once for every dimension.
    _unusual = (("padding", 0), ("dilation", 1), ("output_padding", 0))

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int],
        padding: int | Sequence[int] | str,
        dilation: int | Sequence[int],
        output_padding: int | Sequence[int],
        groups: int,
        bias: bool,
        padding_mode: str,
        dtype: Any,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if padding_mode not in _MODES:
            raise ValueError(
                f"padding_mode must be one of {_MODES}, but got padding_mode='{padding_mode}'"
            )
        n = self._dims
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _each(kernel_size, n)
        self.stride = _each(stride, n)
        self.padding = padding if isinstance(padding, str) else _each(padding, n)
        self.dilation = _each(dilation, n)
        self.output_padding = _each(output_padding, n)
        self.groups = groups
        self.padding_mode = padding_mode
        self._check_padding()
        self._make_parameters(bias, dtype)

    def _check_padding(self) -> None:
        if not isinstance(self.padding, str):
            return
        if self.padding not in ("same", "valid"):
            raise ValueError(
                f"Invalid padding string {self.padding!r}, should be one of {{'valid', 'same'}}"
            )
        if self.padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")

    def _weight_shape(self) -> tuple[int, ...]:
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        return (first, second // self.groups, *self.kernel_size)

    def _make_parameters(self, bias: bool, dtype: Any) -> None:
        self.weight = Parameter(taut.empty(self._weight_shape(), dtype=dtype))
        if bias:
            self.bias = Parameter(taut.empty(self.out_channels, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew, from U(-b, b) with b = 1 / sqrt(inputs of an output)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self._reset_bias()

    def _reset_bias(self) -> None:
        if self.bias is not None:
            fan_in = self.weight[0].numel()
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def _around(self) -> list[int]:
        """The padding as :func:`taut.nn.functional.pad` takes it: from the last dimension on."""
        sides = []
        for d in reversed(range(self._dims)):
            if isinstance(self.padding, str):
                total = (
                    self.dilation[d] * (self.kernel_size[d] - 1) if self.padding == "same" else 0
                )
                sides += [total // 2, total - total // 2]
            else:
                sides += [self.padding[d]] * 2
        return sides

    def extra_repr(self) -> str:
        parts = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}, stride={self.stride}",
        ]
        for name, usual in self._unusual:
            value = getattr(self, name)
            if value != (usual,) * self._dims:
                parts.append(f"{name}={value}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class _Conv(_ConvNd):
    """A convolution.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result.
        kernel_size: a number or one for each dimension, as for the following.
        stride: distance of windows.
        padding: elements to add on both sides; "same" for as many as keep the size, "valid" for none.
        dilation: distance of the elements of a window.
        groups: channels fall into so many groups that are convolved each on its own.
        bias: whether to add a number for each output channel.
        padding_mode: what is added: "zeros", "reflect", "replicate" or "circular".
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.
    """

    @on_device
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias,
            padding_mode, dtype,
        )  # fmt: skip

    def _convolve(self, f: Any, input: Tensor) -> Tensor:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around(), self.padding_mode), 0
        return f(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    r"""A convolution over one dimension; see :class:`Conv2d`.

    Shape:
        input (N, C, L) or (C, L), result (N, O, L') or (O, L'); weight (O, C / groups, K), bias (O).

    Example:
        >>> import taut
        >>> taut.nn.Conv1d(4, 8, 3, padding=1)(taut.zeros(2, 4, 10)).shape
        torch.Size([2, 8, 10])
    """

    _dims = 1

    def forward(self, input: Tensor) -> Tensor:
        return self._convolve(F.conv1d, input)


class Conv2d(_Conv):
    r"""A convolution over two dimensions; see :func:`taut.nn.functional.conv2d`.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result.
        kernel_size: a number or one for each dimension, as for the following.
        stride: distance of windows.
        padding: elements to add on both sides; "same" for as many as keep the size, "valid" for none.
        dilation: distance of the elements of a window.
        groups: channels fall into so many groups that are convolved each on its own.
        bias: whether to add a number for each output channel.
        padding_mode: what is added: "zeros", "reflect", "replicate" or "circular".
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Shape:
        input (N, C, H, W) or (C, H, W), result (N, O, H', W') or (O, H', W'); weight
        (O, C / groups, KH, KW), bias (O). Both are drawn from :math:`U(-b, b)` with
        :math:`b = 1/\sqrt{C/groups \cdot KH \cdot KW}`.

    Raises:
        ValueError: channels that groups does not divide, or an unknown mode.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    Example:
        >>> import taut
        >>> layer = taut.nn.Conv2d(1, 6, 5, padding=2)
        >>> layer(taut.zeros(64, 1, 28, 28)).shape
        torch.Size([64, 6, 28, 28])
        >>> layer
        Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    """

    _dims = 2

    def forward(self, input: Tensor) -> Tensor:
        return self._convolve(F.conv2d, input)


class Conv3d(_Conv):
    r"""A convolution over three dimensions; see :class:`Conv2d`.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W); weight (O, C / groups, KD, KH, KW), bias (O).

    Example:
        >>> import taut
        >>> taut.nn.Conv3d(2, 4, 3)(taut.zeros(1, 2, 5, 5, 5)).shape
        torch.Size([1, 4, 3, 3, 3])
    """

    _dims = 3

    def forward(self, input: Tensor) -> Tensor:
        return self._convolve(F.conv3d, input)


class _ConvTranspose(_ConvNd):
    """The transpose of a convolution."""

    transposed = True

    @on_device
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups,
            bias, padding_mode, dtype,
        )  # fmt: skip

    def _extra(self, input: Tensor, output_size: Sequence[int] | None) -> tuple[int, ...]:
        """The output padding that gives a wanted size."""
        if output_size is None:
            return self.output_padding
        n = self._dims
        without_batch = n + 1
        lead = input.dim() - n
        if len(output_size) == n + lead:
            output_size = output_size[lead:]
        if len(output_size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {without_batch if input.dim() == without_batch else n + 2}D "
                f"input, output_size must have {n} or {n + lead} elements (got {len(output_size)})"
            )
        least = [
            (input.size(d + lead) - 1) * self.stride[d]
            - 2 * self.padding[d]
            + self.dilation[d] * (self.kernel_size[d] - 1)
            + 1
            for d in range(n)
        ]
        most = [a + s - 1 for a, s in zip(least, self.stride)]
        if any(not a <= size <= b for a, size, b in zip(least, output_size, most)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {least} to "
                f"{most} (for an input of {input.shape[2:]})"
            )
        return tuple(size - a for size, a in zip(output_size, least))

    def _convolve(self, f: Any, input: Tensor, output_size: Sequence[int] | None) -> Tensor:
        extra = self._extra(input, output_size)
        return f(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a convolution over one dimension; see :class:`ConvTranspose2d`.

    Example:
        >>> import taut
        >>> taut.nn.ConvTranspose1d(4, 2, 3, stride=2)(taut.zeros(1, 4, 5)).shape
        torch.Size([1, 2, 11])
    """

    _dims = 1

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return self._convolve(F.conv_transpose1d, input, output_size)


class ConvTranspose2d(_ConvTranspose):
    """The transpose of a convolution over two dimensions.

    See :func:`taut.nn.functional.conv_transpose2d`.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the result.
        kernel_size: a number or one for each dimension, as for the following.
        stride, padding, groups, dilation: those of the convolution that this is the transpose of.
        output_padding: rows and columns to add at the end of the result.
        bias: whether to add a number for each output channel.
        padding_mode: must be "zeros".
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Shape:
        input (N, C, H, W) or (C, H, W), result (N, O, H', W') or (O, H', W'); weight
        (C, O / groups, KH, KW), bias (O). ``forward`` takes an ``output_size``, too: the size
        among the possible ones that the result shall have.

    Example:
        >>> import taut
        >>> up = taut.nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1)
        >>> up(taut.zeros(1, 4, 5, 5)).shape
        torch.Size([1, 2, 9, 9])
        >>> up(taut.zeros(1, 4, 5, 5), output_size=(10, 10)).shape
        torch.Size([1, 2, 10, 10])
    """

    _dims = 2

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return self._convolve(F.conv_transpose2d, input, output_size)


class ConvTranspose3d(_ConvTranspose):
    """The transpose of a convolution over three dimensions; see :class:`ConvTranspose2d`.

    Example:
        >>> import taut
        >>> taut.nn.ConvTranspose3d(2, 1, 2, stride=2)(taut.zeros(1, 2, 3, 3, 3)).shape
        torch.Size([1, 1, 6, 6, 6])
    """

    _dims = 3

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return self._convolve(F.conv_transpose3d, input, output_size)


class _LazyConvMixin(LazyModuleMixin):
    """A convolution whose ``in_channels`` its first input decides."""

    def _make_parameters(self, bias: bool, dtype: Any) -> None:
        self.weight = UninitializedParameter(dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype)
        else:
            self.register_parameter("bias", None)

    def reset_parameters(self) -> None:
        """Draws weight and bias once they have a shape."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def _channels_of(self, input: Tensor) -> int:
        n = self._dims
        if input.dim() not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {type(self).__name__}, "
                f"but got input of size: {input.shape}"
            )
        return input.shape[-n - 1]

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Takes ``in_channels`` from the first input."""
        known = not is_lazy(self.weight)  # loaded, or given a shape by a module it is tied to
        self.in_channels = self._channels_of(input)
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        with taut.no_grad():
            if not known:
                self.weight.materialize(self._weight_shape())
            if self.bias is not None and is_lazy(self.bias):
                self.bias.materialize((self.out_channels,))
                if known:
                    self._reset_bias()
            if not known:
                self.reset_parameters()


class _LazyConv(_LazyConvMixin):
    """The settings of the convolutions that go forward."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        settings = stride, padding, dilation, groups, bias, padding_mode, device, dtype
        super().__init__(0, 0, kernel_size, *settings)
        self.out_channels = out_channels


class _LazyConvTranspose(_LazyConvMixin):
    """The settings of the transposed ones."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        settings = stride, padding, output_padding, groups, bias, dilation, padding_mode
        super().__init__(0, 0, kernel_size, *settings, device, dtype)
        self.out_channels = out_channels


class LazyConv1d(_LazyConv, Conv1d):
    """A :class:`Conv1d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> layer = taut.nn.LazyConv1d(2, 3)
        >>> _ = layer(taut.zeros(1, 4, 5))
        >>> layer
        Conv1d(4, 2, kernel_size=(3,), stride=(1,))
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A :class:`Conv2d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> taut.nn.LazyConv2d(2, 3)(taut.zeros(1, 4, 5, 5)).shape
        torch.Size([1, 2, 3, 3])
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A :class:`Conv3d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> taut.nn.LazyConv3d(2, 3)(taut.zeros(1, 4, 5, 5, 5)).shape
        torch.Size([1, 2, 3, 3, 3])
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A :class:`ConvTranspose1d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> taut.nn.LazyConvTranspose1d(2, 3)(taut.zeros(1, 4, 5)).shape
        torch.Size([1, 2, 7])
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A :class:`ConvTranspose2d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> taut.nn.LazyConvTranspose2d(2, 3)(taut.zeros(1, 4, 5, 5)).shape
        torch.Size([1, 2, 7, 7])
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A :class:`ConvTranspose3d` whose ``in_channels`` is that of its first input.

    Example:
        >>> import taut
        >>> taut.nn.LazyConvTranspose3d(2, 3)(taut.zeros(1, 4, 5, 5, 5)).shape
        torch.Size([1, 2, 7, 7, 7])
    """

    cls_to_become = ConvTranspose3d

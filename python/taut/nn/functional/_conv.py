"""Convolutions and their transposes."""

from __future__ import annotations

from collections.abc import Sequence

from taut import _C, Tensor

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]

Sizes = int | Sequence[int]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution over one dimension; see :func:`conv2d`.

    Shape:
        input (N, C, L) or (C, L), weight (O, C / groups, K), result (N, O, L') or (O, L').

    Example:
        >>> import taut
        >>> x, w = taut.tensor([[1.0, 2.0, 3.0]]), taut.tensor([[[1.0, -1.0]]])
        >>> taut.nn.functional.conv1d(x, w)
        tensor([[-1., -1.]])
    """
    return _C.conv1d(input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """The products of ``weight`` with every window of ``input``, summed over input channels.

    Args:
        input: images; without a batch dimension, one image.
        weight: the kernels of all output channels.
        bias: a number for each output channel.
        stride: distance of windows, a number or one for each dimension.
        padding: zeros on both sides of each dimension; "same" for as many as keep the size, "valid"
            for none.
        dilation: distance of the elements of a window.
        groups: channels fall into so many groups that are convolved each on its own.

    Shape:
        input (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), bias (O), result
        (N, O, H', W') or (O, H', W') with H' = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1.

    Raises:
        RuntimeError: shapes or dtypes that do not fit, or a kernel larger than the padded input.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.

    Example:
        >>> import taut
        >>> x, w = taut.ones(1, 1, 3, 3), taut.ones(1, 1, 2, 2)
        >>> taut.nn.functional.conv2d(x, w, stride=2, padding=1)
        tensor([[[[1., 2.],
                  [2., 4.]]]])
    """
    return _C.conv2d(input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution over three dimensions; see :func:`conv2d`.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW).

    Example:
        >>> import taut
        >>> taut.nn.functional.conv3d(taut.ones(1, 3, 3, 3), taut.ones(2, 1, 2, 2, 2)).shape
        torch.Size([2, 2, 2, 2])
    """
    return _C.conv3d(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transpose of :func:`conv1d`; see :func:`conv_transpose2d`.

    Shape:
        input (N, C, L) or (C, L), weight (C, O / groups, K), result (N, O, L') or (O, L').

    Example:
        >>> import taut
        >>> x, w = taut.tensor([[1.0, 2.0]]), taut.tensor([[[1.0, 10.0]]])
        >>> taut.nn.functional.conv_transpose1d(x, w)
        tensor([[ 1., 12., 20.]])
    """
    return _C.conv_transpose1d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The map that takes the outputs of a :func:`conv2d` back to the shape of its inputs.

    Every element of the input adds its multiple of the kernel to a window of the result: the gradient
    of that convolution by its input, with the same arguments.

    Args:
        input: images; without a batch dimension, one image.
        weight: as the convolution has it, so that its first dimension is that of the input.
        bias: a number for each output channel.
        stride, padding, groups, dilation: those of the convolution.
        output_padding: rows and columns to add at the end: several sizes have the same convolved one.

    Shape:
        input (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW), bias (O), result
        (N, O, H', W') or (O, H', W') with
        H' = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.

    Raises:
        RuntimeError: shapes or dtypes that do not fit.

    Source: Zeiler et al., "Deconvolutional networks", 2010.

    Example:
        >>> import taut
        >>> x, w = taut.ones(1, 1, 2, 2), taut.ones(1, 1, 2, 2)
        >>> taut.nn.functional.conv_transpose2d(x, w)
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])
    """
    return _C.conv_transpose2d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transpose of :func:`conv3d`; see :func:`conv_transpose2d`.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW).

    Example:
        >>> import taut
        >>> w = taut.ones(1, 2, 2, 2, 2)
        >>> taut.nn.functional.conv_transpose3d(taut.ones(1, 3, 3, 3), w, stride=2).shape
        torch.Size([2, 6, 6, 6])
    """
    return _C.conv_transpose3d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )

"""Windows of images as columns, and back, as layers."""

from __future__ import annotations

from collections.abc import Sequence

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = ["Fold", "Unfold"]

Sizes = int | Sequence[int]


class Unfold(Module):
    """Every window of an image as a column; see :func:`taut.nn.functional.unfold`.

    Example:
        >>> import taut
        >>> taut.nn.Unfold(2)(taut.zeros(1, 3, 4, 4)).shape
        torch.Size([1, 12, 9])
    """

    def __init__(
        self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Module):
    """Adds up columns of windows into images; see :func:`taut.nn.functional.fold`.

    Example:
        >>> import taut
        >>> taut.nn.Fold((4, 4), 2)(taut.zeros(1, 12, 9)).shape
        torch.Size([1, 3, 4, 4])
    """

    def __init__(
        self,
        output_size: Sizes,
        kernel_size: Sizes,
        dilation: Sizes = 1,
        padding: Sizes = 0,
        stride: Sizes = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        sizes = (self.output_size, self.kernel_size)
        return F.fold(input, *sizes, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
            f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )

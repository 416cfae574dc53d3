"""Layers that resize images; see :func:`taut.nn.functional.interpolate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """Images of one to three dimensions at another size.

    Args:
        size: the new size, a number or one for each dimension.
        scale_factor: or the factor by which it grows.
        mode: as for :func:`taut.nn.functional.interpolate`.
        align_corners: whether the middles of the outermost elements coincide, not their edges.
        recompute_scale_factor: take the factor anew from the rounded size.

    Shape:
        input (N, C, L), (N, C, H, W) or (N, C, D, H, W).

    Example:
        >>> import taut
        >>> taut.nn.Upsample(scale_factor=2, mode="bilinear")(taut.zeros(1, 3, 4, 5)).shape
        torch.Size([1, 3, 8, 10])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        self.scale_factor: Any = scale_factor
        if isinstance(scale_factor, (tuple, list)):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        elif scale_factor:
            self.scale_factor = float(scale_factor)  # type: ignore[arg-type]
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        if self.scale_factor is not None:
            target = f"scale_factor={self.scale_factor!r}"
        else:
            target = f"size={self.size!r}"
        return f"{target}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """:class:`Upsample` in mode "nearest".

    Example:
        >>> import taut
        >>> taut.nn.UpsamplingNearest2d(scale_factor=2)(taut.zeros(1, 3, 4, 5)).shape
        torch.Size([1, 3, 8, 10])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """:class:`Upsample` in mode "bilinear" with corners aligned.

    Example:
        >>> import taut
        >>> taut.nn.UpsamplingBilinear2d(size=8)(taut.zeros(1, 3, 4, 5)).shape
        torch.Size([1, 3, 8, 8])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)

"""Images to other sizes, and to columns of windows and back."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from taut import _C, Tensor
from taut.nn.functional._average_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)

__all__ = ["fold", "interpolate", "unfold", "upsample", "upsample_bilinear", "upsample_nearest"]

Sizes = int | Sequence[int]

# The dimensions that a mode is for.
_DIMS = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "area": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "bicubic": (2,),
    "lanczos": (2,),
    "trilinear": (3,),
}
_AVERAGES = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)


def unfold(
    input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Tensor:
    """Every window of an image as a column.

    Args:
        input: images, or one image.
        kernel_size: size of a window, a number or one for each dimension, as for the following.
        dilation: distance of the elements of a window.
        padding: zeros around the image.
        stride: distance of windows.

    Shape:
        input (N, C, H, W) or (C, H, W), result (N, C KH KW, L) or (C KH KW, L) for L windows.

    Raises:
        RuntimeError: no window fits.

    Example:
        >>> import taut
        >>> taut.nn.functional.unfold(taut.arange(9.0).view(1, 3, 3), 2)
        tensor([[0., 1., 3., 4.],
                [1., 2., 4., 5.],
                [3., 4., 6., 7.],
                [4., 5., 7., 8.]])
    """
    return _C._unfold(input, kernel_size, dilation, padding, stride)


def fold(
    input: Tensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """Adds up columns of windows into images: the transpose of :func:`unfold`.

    Args:
        input: columns as unfold makes them.
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: those of the unfold.

    Shape:
        input (N, C KH KW, L) or (C KH KW, L), result (N, C, H, W) or (C, H, W).

    Raises:
        RuntimeError: columns that do not come from such windows.

    Example:
        >>> import taut
        >>> taut.nn.functional.fold(taut.ones(1, 4, 4), (3, 3), 2)
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])
    """
    size = (output_size, output_size) if isinstance(output_size, int) else output_size
    return _C._fold(input, size, kernel_size, dilation, padding, stride)


def _target(input: Tensor, size: Any, scale: Any) -> tuple[list[int], list[float]]:
    """The new sizes, and the factors where those were given."""
    dims = input.dim() - 2
    if size is not None and scale is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    given, what = (size, "output size") if scale is None else (scale, "scale_factor")
    if given is None:
        raise ValueError("either size or scale_factor should be defined")
    several = isinstance(given, (tuple, list))
    values = list(given) if several else [given] * dims
    if several and len(values) != dims:
        raise ValueError(
            f"Input and {what} must have the same number of spatial dimensions, but got input with "
            f"spatial dimensions of {list(input.shape[2:])} and {what} of {given}"
        )
    if scale is not None:
        return [int(input.size(d + 2) * f) for d, f in enumerate(values)], values
    if not all(isinstance(v, int) for v in values):
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], "
            f"but got size with types {[type(v) for v in values]}"
        )
    return values, []


def _check_mode(input: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    dims = input.dim() - 2
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | "
            "bicubic | trilinear"
        )
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and dims == 2):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a "
            "4-D tensor as input"
        )
    if dims not in _DIMS.get(mode, ()):
        raise NotImplementedError(
            f"interpolate: got {input.dim()}D input for mode {mode!r}; 3D, 4D and 5D inputs go with "
            "nearest | nearest-exact | area and linear (3D), bilinear | bicubic | lanczos (4D), "
            "trilinear (5D)"
        )
    if mode == "lanczos" and align_corners:
        raise ValueError("Lanczos mode does not support align_corners=True")
    if mode == "lanczos" and not antialias:
        raise ValueError("Lanczos mode requires antialias=True")


def interpolate(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images at another size.

    Args:
        input: of one, two or three dimensions behind batch and channels.
        size: the new size, a number or one for each dimension.
        scale_factor: or the factor by which it grows.
        mode: "nearest" (index rounded down), "nearest-exact" (the element whose middle is nearest),
            "linear", "bilinear", "trilinear", "bicubic", "area" (averages), or "lanczos".
        align_corners: whether the middles of the outermost elements of input and result coincide, not
            their edges.
        recompute_scale_factor: take the factor anew from the rounded size.
        antialias: average over all that an element of the result covers.

    Shape:
        input (N, C, L), (N, C, H, W) or (N, C, D, H, W).

    Raises:
        ValueError: contradicting arguments.
        NotImplementedError: a mode that is not for so many dimensions.

    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.

    Example:
        >>> import taut
        >>> taut.nn.functional.interpolate(taut.tensor([[[0.0, 1.0]]]), size=4, mode="linear")
        tensor([[[0.0000, 0.2500, 0.7500, 1.0000]]])
    """
    sizes, scales = _target(input, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    _check_mode(input, mode, align_corners, antialias)
    if mode == "area":
        return _AVERAGES[input.dim() - 3](input, sizes)
    if recompute_scale_factor:
        scales = []
    return _C._interpolate(input, sizes, scales, mode, bool(align_corners), antialias)


def upsample(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """The former name of :func:`interpolate`."""
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: Tensor, size: Sizes | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """:func:`interpolate` in mode "nearest"."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(
    input: Tensor, size: Sizes | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """:func:`interpolate` in mode "bilinear" with corners aligned."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, "bilinear", True)

"""Images at positions that a grid gives."""

from __future__ import annotations

import itertools
import math
import warnings

import taut
from taut import Tensor
from taut._autocast_types import in_float32

__all__ = ["affine_grid", "grid_sample"]


def _positions(grid: Tensor, size: int, align_corners: bool) -> Tensor:
    """Positions in elements of what runs from -1 to 1: its ends are the middles of the outermost
    elements with corners aligned, their edges without."""
    if align_corners:
        return (grid + 1) / 2 * (size - 1)
    return ((grid + 1) * size - 1) / 2


def _reflected(x: Tensor, size: int, align_corners: bool) -> Tensor:
    """Mirrored at the middles, or the edges, of the outermost elements until it is inside."""
    low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
    if span == 0:
        return x * 0
    away = (x - low).abs()
    flips = (away.detach() / span).floor()
    rest = away - flips * span
    return taut.where(flips.detach() % 2 == 0, rest + low, span - rest + low)


def _padded(x: Tensor, size: int, padding_mode: str, align_corners: bool) -> Tensor:
    """Positions as padding moves them, NaN to 0; zeros leaves them outside."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        x = _reflected(x, size, align_corners)
    # At the border, too, there is no gradient.
    inside = (x > 0) & (x < size - 1)
    return taut.where(inside, x, x.detach().nan_to_num(nan=0.0).clamp(0, size - 1))


def _elements(input: Tensor, places: list[Tensor]) -> Tensor:
    """(N, C, *) at places (N, *out), one for each dimension; 0 where one is outside."""
    sizes = input.shape[2:]
    inside = None
    flat = None
    for place, n in zip(places, sizes, strict=True):
        within = (place >= 0) & (place <= n - 1)
        inside = within if inside is None else inside & within
        index = taut.where(within, place, 0.0).long()
        flat = index if flat is None else flat * n + index
    assert flat is not None and inside is not None
    shape = (input.shape[0], input.shape[1], *flat.shape[1:])
    index = flat.reshape(flat.shape[0], 1, -1).expand(-1, input.shape[1], -1)
    found = input.reshape(*input.shape[:2], -1).gather(-1, index).reshape(shape)
    return taut.where(inside.unsqueeze(1), found, 0.0)


def _linear(input: Tensor, positions: list[Tensor]) -> Tensor:
    """Weighted by nearness in every dimension, from the corners around each position."""
    floors = [p.detach().floor() for p in positions]
    result: Tensor | None = None
    for corner in itertools.product((0, 1), repeat=len(positions)):
        weight: Tensor | None = None
        for p, f, c in zip(positions, floors, corner, strict=True):
            near = p - f if c else f + 1 - p
            weight = near if weight is None else weight * near
        assert weight is not None
        places = [f + c for f, c in zip(floors, corner, strict=True)]
        term = _elements(input, places) * weight.unsqueeze(1)
        result = term if result is None else result + term
    assert result is not None
    return result


def _cubic_weights(t: Tensor) -> list[Tensor]:
    """Of the elements at -1, 0, 1 and 2 for a position t in [0, 1)."""
    a = -0.75

    def near(x: Tensor) -> Tensor:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Tensor) -> Tensor:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic(
    input: Tensor, positions: list[Tensor], padding_mode: str, align_corners: bool
) -> Tensor:
    """By cubic convolution; each of the elements around a position is padded by itself."""
    sizes = input.shape[2:]
    floors = [p.detach().floor() for p in positions]
    weights = [_cubic_weights(p - f) for p, f in zip(positions, floors, strict=True)]
    result: Tensor | None = None
    for i in range(4):
        row: Tensor | None = None
        for j in range(4):
            places = [
                _padded(f + (k - 1), n, padding_mode, align_corners)
                for f, k, n in zip(floors, (i, j), sizes, strict=True)
            ]
            term = _elements(input, places) * weights[1][j].unsqueeze(1)
            row = term if row is None else row + term
        assert row is not None
        term = row * weights[0][i].unsqueeze(1)
        result = term if result is None else result + term
    assert result is not None
    return result


_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")


def _check(input: Tensor, grid: Tensor, mode: str) -> None:
    op = "grid_sampler"
    if input.dim() not in (4, 5) or input.dim() != grid.dim():
        raise RuntimeError(
            f"{op}(): expected 4D or 5D input and grid with same number of dimensions, but got input "
            f"with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(
            f"{op}(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if grid.shape[-1] != input.dim() - 2:
        raise RuntimeError(
            f"{op}(): expected grid to have size {input.dim() - 2} in last dimension, but got grid "
            f"with sizes {list(grid.shape)}"
        )
    if input.dtype != grid.dtype:
        raise RuntimeError(
            f"{op}(): expected input and grid to have same dtype, but input has {input.dtype} and grid "
            f"has {grid.dtype}"
        )
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"{op}(): not implemented for {input.dtype}")
    if 0 in input.shape[2:]:
        raise RuntimeError(
            f"{op}(): expected input to have non-empty spatial dimensions, but input has sizes "
            f"{list(input.shape)}"
        )
    if mode == "bicubic" and input.dim() != 4:
        raise RuntimeError(f"{op}(): bicubic interpolation only supports 4D input")


@in_float32
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Images at the positions that a grid gives.

    Args:
        input: (N, C, H, W) or (N, C, D, H, W).
        grid: (N, H', W', 2) or (N, D', H', W', 3): x, y (and z) from -1 to 1.
        mode: "bilinear" (in three dimensions trilinear), "nearest", or "bicubic" (of images).
        padding_mode: what lies outside: "zeros", the "border", or a "reflection".
        align_corners: whether -1 and 1 are the middles of the outermost elements, not their edges.

    Shape:
        The result is (N, C, H', W') or (N, C, D', H', W').

    Raises:
        RuntimeError: shapes or types that do not fit.
        ValueError: an unknown mode.

    Source: Jaderberg et al., "Spatial transformer networks", 2015; Keys, "Cubic convolution interpolation
    for digital image processing", 1981.

    Example:
        >>> import taut
        >>> image = taut.tensor([[[[1.0, 3.0]]]])
        >>> taut.nn.functional.grid_sample(image, taut.zeros(1, 1, 1, 2), align_corners=True)
        tensor([[[[2.]]]])
    """
    if mode not in _MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but "
            f"got: '{mode}'"
        )
    if padding_mode not in _PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since "
            "1.3.0. Please specify align_corners=True if the old behavior is desired.",
            stacklevel=2,
        )
        align_corners = False
    return _sampled(input, grid, mode, padding_mode, align_corners)


def _sampled(
    input: Tensor, grid: Tensor, mode: str, padding_mode: str, align_corners: bool
) -> Tensor:
    _check(input, grid, mode)
    sizes = input.shape[2:]
    # The grid's last dimension begins with the image's last.
    coordinates = grid.unbind(-1)[::-1]
    positions = [_positions(c, n, align_corners) for c, n in zip(coordinates, sizes, strict=True)]
    if mode == "bicubic":
        return _cubic(input, positions, padding_mode, align_corners)
    positions = [
        _padded(p, n, padding_mode, align_corners) for p, n in zip(positions, sizes, strict=True)
    ]
    if mode == "nearest":
        sampled = _elements(input, [p.detach().round() for p in positions])
        # The grid takes part with a gradient of zeros.
        return taut.where(taut.tensor(True), sampled, positions[0].unsqueeze(1))
    return _linear(input, positions)


def affine_grid(theta: Tensor, size: list[int], align_corners: bool | None = None) -> Tensor:
    """The grid for :func:`grid_sample` that maps results by affine maps.

    Args:
        theta: (N, 2, 3) or (N, 3, 4): the maps, from positions in the result to those in the input.
        size: of the result: (N, C, H, W) or (N, C, D, H, W).
        align_corners: as for grid_sample.

    Shape:
        The result is (N, H, W, 2) or (N, D, H, W, 3).

    Raises:
        RuntimeError: not floating point.
        ValueError: shapes that do not fit.
        NotImplementedError: a size that is of neither number of dimensions.

    Example:
        >>> import taut
        >>> same = taut.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        >>> taut.nn.functional.affine_grid(same, [1, 1, 1, 2], align_corners=True)
        tensor([[[[-1.,  0.],
                  [ 1.,  0.]]]])
    """
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {size}"
        )
    dims = len(size) - 2
    if theta.dim() != 3 or theta.shape[-2:] != (dims, dims + 1):
        raise ValueError(
            f"Expected a batch of {dims}D affine matrices of shape Nx{dims}x{dims + 1} for size {size}. "
            f"Got {tuple(theta.shape)}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since "
            "1.3.0. Please specify align_corners=True if the old behavior is desired.",
            stacklevel=2,
        )
        align_corners = False
    lines = []
    for n in size[2:]:
        line = taut.linspace(-1, 1, n, dtype=theta.dtype) if n > 1 else theta.new_zeros(1)
        lines.append(line if align_corners else line * (n - 1) / n)
    points = taut.stack(
        [*taut.meshgrid(*lines, indexing="ij")[::-1], theta.new_ones(tuple(size[2:]))], -1
    )
    flat = points.reshape(1, math.prod(size[2:]), dims + 1)
    return (flat @ theta.mT).reshape(size[0], *size[2:], dims)


@in_float32
def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """:func:`taut.nn.functional.grid_sample` with its modes by number, in the order named there.

    Example:
        >>> import taut
        >>> taut.grid_sampler(taut.ones(1, 1, 1, 1), taut.zeros(1, 1, 1, 2), 0, 0, True)
        tensor([[[[1.]]]])
    """
    return _sampled(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


@in_float32
def grid_sampler_2d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """:func:`taut.grid_sampler` of images.

    Example:
        >>> import taut
        >>> taut.grid_sampler_2d(taut.ones(1, 1, 1, 1), taut.zeros(1, 1, 1, 2), 0, 0, True)
        tensor([[[[1.]]]])
    """
    if input.dim() != 4:
        raise RuntimeError(f"grid_sampler_2d(): expected a 4D input, got {input.dim()}D")
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


@in_float32
def grid_sampler_3d(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """:func:`taut.grid_sampler` of volumes.

    Example:
        >>> import taut
        >>> taut.grid_sampler_3d(taut.ones(1, 1, 1, 1, 1), taut.zeros(1, 1, 1, 1, 3), 0, 0, True)
        tensor([[[[[1.]]]]])
    """
    if input.dim() != 5:
        raise RuntimeError(f"grid_sampler_3d(): expected a 5D input, got {input.dim()}D")
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)

"""Functions that move channels into space and back."""

from __future__ import annotations

from taut import Tensor, contiguous_format

__all__ = ["channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """(*, C r^2, H, W) to (*, C, H r, W r).

    Raises:
        RuntimeError: fewer than 3 dimensions, or channels not divisible by r^2.

    Source: Shi et al., "Real-time single image and video super-resolution", 2016.

    Example:
        >>> import taut
        >>> taut.nn.functional.pixel_shuffle(taut.arange(4.0).view(4, 1, 1), 2)
        tensor([[[0., 1.],
                 [2., 3.]]])
    """
    r = upscale_factor
    if input.dim() < 3:
        raise RuntimeError(
            "pixel_shuffle expects input to have at least 3 dimensions, but got input with "
            f"{input.dim()} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *batch, c, h, w = input.shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
            f"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}"
        )
    n = len(batch)
    parts = input.reshape(*batch, c // (r * r), r, r, h, w)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    # A result of its own, also where nothing moves.
    return (
        parts.permute(order)
        .clone(memory_format=contiguous_format)
        .reshape(*batch, c // (r * r), h * r, w * r)
    )


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """(*, C, H r, W r) to (*, C r^2, H, W): undoes :func:`pixel_shuffle`.

    Raises:
        RuntimeError: fewer than 3 dimensions, or sizes not divisible by r.

    Example:
        >>> import taut
        >>> taut.nn.functional.pixel_unshuffle(taut.zeros(1, 4, 6), 2).shape
        torch.Size([4, 2, 3])
    """
    r = downscale_factor
    if input.dim() < 3:
        raise RuntimeError(
            "pixel_unshuffle expects input to have at least 3 dimensions, but got input with "
            f"{input.dim()} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *batch, c, h, w = input.shape
    if h % r or w % r:
        raise RuntimeError(
            "pixel_unshuffle expects height and width to be divisible by downscale_factor, but "
            f"{h} or {w} is not divisible by {r}"
        )
    n = len(batch)
    parts = input.reshape(*batch, c, h // r, r, w // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    moved = parts.permute(order).reshape(*batch, c * r * r, h // r, w // r)
    return moved.clone() if r == 1 else moved  # never a view, as in PyTorch


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Deals out channels, dimension 1, so that the groups mix.

    Raises:
        RuntimeError: fewer than 3 dimensions, or channels not divisible by ``groups``.

    Source: Zhang et al., "ShuffleNet", 2017.

    Example:
        >>> import taut
        >>> taut.nn.functional.channel_shuffle(taut.arange(4.0).view(1, 4, 1), 2).flatten()
        tensor([0., 2., 1., 3.])
    """
    if input.dim() < 3:
        raise RuntimeError(
            "channel_shuffle expects input with > 2 dims, but got input with sizes "
            f"{list(input.shape)}"
        )
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    n, c, *space = input.shape
    if c % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups."
        )
    return input.reshape(n, groups, c // groups, *space).transpose(1, 2).reshape(n, c, *space)

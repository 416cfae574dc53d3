"""Normalisation, and distances that normalise."""

from __future__ import annotations

from collections.abc import Sequence

from taut import _C, Tensor
from taut._conversion import promote_types

__all__ = [
    "batch_norm",
    "cosine_similarity",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "normalize",
    "pairwise_distance",
    "rms_norm",
]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions.

    Args:
        input: (*, *normalized_shape).
        normalized_shape: sizes of the dimensions to normalise over.
        weight, bias: of that shape.
        eps: added to the variance.

    Raises:
        RuntimeError: shapes that do not go together.

    Source: Ba et al., "Layer normalization", 2016.

    Example:
        >>> import taut
        >>> taut.nn.functional.layer_norm(taut.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])
    """
    return _C.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    """x / sqrt(mean(x^2) + eps) * weight over the last dimensions.

    Args:
        input: (*, *normalized_shape).
        normalized_shape: sizes of the dimensions to normalise over.
        weight: of that shape.
        eps: added to the mean square; the element type's epsilon if None.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    Example:
        >>> import taut
        >>> taut.nn.functional.rms_norm(taut.tensor([3.0, 3.0]), (2,))
        tensor([1., 1.])
    """
    return _C.rms_norm(input, normalized_shape, weight, eps)


def _check_batch(input: Tensor) -> None:
    values = input.size(0)
    for size in input.shape[2:]:
        values *= size
    if values == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalises each channel, dimension 1, over all other dimensions.

    Args:
        input: (N, C, *).
        running_mean, running_var: (C); used unless training, moved by ``momentum`` when training.
        weight, bias: (C).
        training: use the moments of the input.
        momentum: the share of the new moments in the running ones.
        eps: added to the variance.

    Raises:
        ValueError: training with one value per channel, or an eps that is not positive.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Example:
        >>> import taut
        >>> taut.nn.functional.batch_norm(taut.tensor([[1.0], [3.0]]), None, None, training=True)
        tensor([[-1.0000],
                [ 1.0000]])
    """
    if training:
        _check_batch(input)
    if eps <= 0:
        raise ValueError(f"batch_norm eps must be positive, but got {eps}")
    return _C.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """:func:`batch_norm` of each sample by itself; (N, C, *) with something behind C.

    Raises:
        ValueError: one value per channel and sample, with ``use_input_stats``.

    Source: Ulyanov et al., "Instance normalization", 2016.

    Example:
        >>> import taut
        >>> taut.nn.functional.instance_norm(taut.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """
    if use_input_stats:
        spatial = 1
        for size in input.shape[2:]:
            spatial *= size
        if spatial == 1:
            raise ValueError(
                f"Expected more than 1 spatial element when training, got input size {input.shape}"
            )
    return _C.instance_norm(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps
    )


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalises each group of channels of each sample.

    Args:
        input: (N, C, *).
        num_groups: how many groups C is cut into.
        weight, bias: (C).
        eps: added to the variance.

    Raises:
        RuntimeError: fewer than 2 dimensions, or C not divisible by ``num_groups``.
        ValueError: one value per group.

    Source: Wu and He, "Group normalization", 2018.

    Example:
        >>> import taut
        >>> taut.nn.functional.group_norm(taut.tensor([[1.0, 3.0]]), 1)
        tensor([[-1.0000,  1.0000]])
    """
    if input.dim() < 2:
        raise RuntimeError(
            f"Expected at least 2 dimensions for input tensor but received {input.dim()}"
        )
    shape = input.shape
    if num_groups > 0 and input.numel() == shape[0] * num_groups and shape[0] == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {list(shape)}"
        )
    return _C.group_norm(input, num_groups, weight, bias, eps)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """input / (k + alpha mean(x^2 over ``size`` neighbouring channels))^beta.

    Args:
        input: (N, C, *).
        size: how many channels, zeros beyond the ends.
        alpha, beta, k: see the formula.

    Raises:
        ValueError: fewer than 3 dimensions.

    Source: Krizhevsky et al., "ImageNet classification with deep convolutional networks", 2012.

    Example:
        >>> import taut
        >>> taut.nn.functional.local_response_norm(taut.ones(1, 1, 1), 1, alpha=1.0, beta=1.0)
        tensor([[[0.5000]]])
    """
    if input.dim() < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality input (got {input.dim()} dimensions)"
        )
    if input.numel() == 0:
        return input
    from taut.nn._lookup import pad

    squares = (input * input).transpose(1, -1)
    padded = pad(squares, (size // 2, (size - 1) // 2))
    windows = padded.unfold(-1, size, 1)
    if input.dtype.is_floating_point:
        mean = windows.mean(-1)
    else:  # a mean of integers is one, as in avg_pool2d
        mean = windows.sum(-1).div(size, rounding_mode="trunc")
    return input / (mean.transpose(1, -1) * alpha + k) ** beta


def normalize(
    input: Tensor,
    p: float = 2.0,
    dim: int | tuple[int, ...] = 1,
    eps: float = 1e-12,
    out: Tensor | None = None,
) -> Tensor:
    """input / max(||input||_p, eps) along ``dim``.

    Example:
        >>> import taut
        >>> taut.nn.functional.normalize(taut.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    norm = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / norm if out is None else _C.div(input, norm, out=out)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x1 . x2 / (max(||x1||, eps) max(||x2||, eps)) along ``dim``; shapes broadcast.

    Example:
        >>> import taut
        >>> taut.nn.functional.cosine_similarity(taut.ones(1, 2), taut.tensor([[1.0, 0.0]]))
        tensor([0.7071])
    """
    x1, x2 = _C.broadcast_tensors(x1, x2)
    if x1.dtype != x2.dtype:
        common = promote_types(x1.dtype, x2.dtype)
        if not common.is_floating_point:
            raise RuntimeError(f"cosine_similarity: expected floating point types, got {common}")
        x1, x2 = x1.to(common), x2.to(common)
    n1 = x1.norm(2, dim, keepdim=True).clamp_min(eps)
    n2 = x2.norm(2, dim, keepdim=True).clamp_min(eps)
    return ((x1 / n1) * (x2 / n2)).sum(dim)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """||x1 - x2 + eps||_p along the last dimension; shapes broadcast.

    Example:
        >>> import taut
        >>> taut.nn.functional.pairwise_distance(taut.zeros(1, 2), taut.tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """
    return (x1 - x2 + eps).norm(p, -1, keepdim=keepdim)

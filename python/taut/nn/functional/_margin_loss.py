"""Losses with a margin: of similarities, rankings and triplets. Reductions as in ``_loss.py``."""

from __future__ import annotations

import math
from collections.abc import Callable

import taut
from taut import _C, Tensor
from taut._autocast_types import in_float32
from taut.nn.functional._loss import legacy_reduction, reduced
from taut.nn.functional._norm import pairwise_distance

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


@in_float32
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """input where target is 1, max(0, margin - input) where it is -1; reduced.

    Example:
        >>> import taut
        >>> taut.nn.functional.hinge_embedding_loss(taut.tensor([0.25]), taut.tensor([-1.0]))
        tensor(0.7500)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    zeros = taut.zeros_like(input)
    loss = _C.where(target != 1, (margin - input).clamp_min(0), zeros)
    return reduced(loss + _C.where(target != -1, input, zeros), reduction)


@in_float32
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos(input1, input2) for targets 1, max(0, cos - margin) for targets -1; reduced.

    Shape:
        - inputs: (N, D) and target (N), or (D) and ().

    Raises:
        RuntimeError: shapes that do not go together.

    Example:
        >>> import taut
        >>> x = taut.ones(1, 2)
        >>> taut.nn.functional.cosine_embedding_loss(x, x, taut.tensor([-1.0]), margin=0.5)
        tensor(0.5000)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if target.dim() not in (0, 1):
        raise RuntimeError(
            "cosine_embedding_loss: 0D or 1D target tensor expected, multi-target not supported"
        )
    if input1.dim() != target.dim() + 1 or input2.dim() != target.dim() + 1:
        raise RuntimeError(
            f"cosine_embedding_loss: {target.dim()}D target tensor expects {target.dim() + 1}D "
            f"input tensors, but found inputs with sizes {input1.shape} and {input2.shape}."
        )
    dot = (input1 * input2).sum(-1)
    n1 = (input1 * input1).sum(-1) + 1e-12
    n2 = (input2 * input2).sum(-1) + 1e-12
    cos = dot / (n1 * n2).sqrt()
    zeros = taut.zeros_like(cos)
    near = _C.where(target == 1, 1 - cos, zeros)
    far = _C.where(target == -1, (cos - margin).clamp_min(0), zeros)
    return reduced(near + far, reduction)


@in_float32
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, -target (input1 - input2) + margin), reduced; target 1 ranks input1 higher.

    Raises:
        RuntimeError: different numbers of dimensions.

    Example:
        >>> import taut
        >>> a, b = taut.tensor([1.0]), taut.tensor([3.0])
        >>> taut.nn.functional.margin_ranking_loss(a, b, taut.ones(1))
        tensor(2.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


@in_float32
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + exp(-target input)), reduced; targets 1 or -1.

    Example:
        >>> import taut
        >>> taut.nn.functional.soft_margin_loss(taut.zeros(1), taut.ones(1))
        tensor(0.6931)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    margin = -target * input
    if margin.dtype.itemsize == 2:  # a gradient through exp is too small for 16 bits
        losses = margin.float().exp().log1p()
        # Where the power leaves the type so does the loss; its gradient stays.
        beyond = taut.zeros_like(losses).masked_fill(margin.detach().exp().isinf(), math.inf)
        return reduced(losses + beyond, reduction).to(margin.dtype)
    return reduced(margin.exp().log1p(), reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes of the binary cross-entropy with logits, reduced.

    Shape:
        - input, target: (*, C); weight: (C).

    Example:
        >>> import taut
        >>> taut.nn.functional.multilabel_soft_margin_loss(taut.zeros(1, 3), taut.ones(1, 3))
        tensor(0.6931)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = -(target * _C.logsigmoid(input) + (1 - target) * _C.logsigmoid(-input))
    loss = loss if weight is None else loss * weight
    return reduced(loss.sum(-1) / input.size(-1), reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, 1 - (x[j] - x[i])) summed over target classes j and others i, divided by C; reduced.

    Args:
        input: scores x, (N, C) or (C).
        target: int64 classes of the same shape; those from the first -1 on are not there.

    Raises:
        RuntimeError: shapes that differ, or a target out of range.
        NotImplementedError: a type of 16 bits, or integers.

    Example:
        >>> import taut
        >>> x, target = taut.tensor([0.1, 0.2, 0.4, 0.8]), taut.tensor([3, 0, -1, 1])
        >>> taut.nn.functional.multilabel_margin_loss(x, target)
        tensor(0.8500)
    """
    return _C.multilabel_margin_loss(
        input, target, legacy_reduction(size_average, reduce, reduction)
    )


@in_float32
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The sum over wrong classes i of max(0, margin - x[target] + x[i])^p / C, reduced.

    Args:
        input: (N, C) or (C).
        target: int64 classes, (N) or ().
        p: 1 or 2.
        margin: see the formula.
        weight: (C), a factor by the target's class, inside the power.

    Raises:
        ValueError: another p.

    Example:
        >>> import taut
        >>> taut.nn.functional.multi_margin_loss(taut.zeros(1, 2), taut.tensor([0]))
        tensor(0.5000)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    _check_classes(input, target, weight, reduction)
    batch = input.reshape(1, -1) if input.dim() < 2 else input
    index = target.reshape(-1, 1)
    hinge = (margin - batch.gather(1, index) + batch).clamp_min(0)
    hinge = hinge if p == 1 else hinge * hinge
    if weight is not None:
        hinge = hinge * weight[index]
    loss = hinge.scatter(1, index, 0.0).sum(1) / batch.size(1)
    if reduction == "mean" and loss.numel() == 0:
        return loss.sum()  # 0, not 0 / 0
    return reduced(loss if input.dim() > 1 else loss.squeeze(0), reduction)


def _check_classes(input: Tensor, target: Tensor, weight: Tensor | None, reduction: str) -> None:
    """The arguments of multi_margin_loss."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if not input.dtype.is_floating_point or input.dtype.itemsize == 2:
        raise NotImplementedError(f"multi_margin_loss: not implemented for {input.dtype}")
    if input.dim() > 2 or (input.dim() > 0 and input.size(-1) == 0):
        raise RuntimeError(
            "multi_margin_loss: Expected non-empty vector or matrix with optional 0-dim batch size, "
            f"but got: {tuple(input.shape)}"
        )
    rows, classes = input.size(0) if input.dim() == 2 else 1, input.size(-1) if input.dim() else 1
    if target.dim() > 1 or target.numel() != rows:
        raise RuntimeError(
            f"multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples. Expected target size [{rows}], but got {tuple(target.shape)}"
        )
    if target.dtype != _C.int64:
        raise RuntimeError(f"multi_margin_loss: expected int64 targets but found {target.dtype}")
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(
            f"multi_margin_loss: inconsistent weight size, expected {classes} but got "
            f"{tuple(weight.shape)}"
        )
    if not target.is_meta and bool(((target < 0) | (target >= classes)).any()):
        raise RuntimeError(f"multi_margin_loss: target out of range, {classes} classes")


@in_float32
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), reduced.

    Args:
        anchor, positive, negative: (N, D) or (D).
        margin: see the formula; positive.
        p, eps: of d, :func:`pairwise_distance`.
        swap: take d(positive, negative) instead of d(anchor, negative) where it is smaller.

    Source: Balntas et al., "Learning local feature descriptors with triplets", 2016.

    Example:
        >>> import taut
        >>> x = taut.zeros(1, 2)
        >>> taut.nn.functional.triplet_margin_loss(x, x, x)
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "triplet_margin_loss: the anchor, positive, and negative tensors are expected to have "
            f"the same number of dimensions, but got: anchor {anchor.dim()}D, positive "
            f"{positive.dim()}D, and negative {negative.dim()}D inputs"
        )

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return pairwise_distance(a, b, p, eps)

    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=distance,
        margin=margin,
        swap=swap,
        reduction=reduction,
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with any distance; :func:`pairwise_distance` if None.

    Raises:
        ValueError: the margin is not positive.

    Example:
        >>> import taut
        >>> x = taut.zeros(1, 2)
        >>> taut.nn.functional.triplet_margin_with_distance_loss(x, x, x, margin=0.5)
        tensor(0.5000)
    """
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = _C.minimum(far, distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)

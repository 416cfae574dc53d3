"""Losses of regression, classification and distributions.

All reduce as ``reduction`` says: "mean", "sum", or "none" for the loss of each element. The arguments
``size_average`` and ``reduce`` are its former spellings.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import taut
from taut import _C, Tensor
from taut._autocast_types import in_float32

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "gaussian_nll_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that the former arguments ``size_average`` and ``reduce`` mean."""
    if size_average is None and reduce is None:
        return reduction
    new = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{new}' instead.",
        stacklevel=3,
    )
    return new


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The losses of elements, reduced."""
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{reduction} is not a valid value for reduction")


def _warn_of_sizes(input: Tensor, target: Tensor) -> None:
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
        "This will likely lead to incorrect results due to broadcasting. Please ensure they have "
        "the same size.",
        stacklevel=3,
    )


def _weighted(loss: Tensor, weight: Tensor, reduction: str) -> Tensor:
    if weight.shape != loss.shape:
        raise ValueError("Inputs and weight must have the same size.")
    loss = loss * weight
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """(input - target)^2, reduced.

    Args:
        input, target: one shape.
        weight: a factor for each element; "mean" divides by their sum.

    Raises:
        ValueError: an unknown reduction, or weights of another shape.

    Example:
        >>> import taut
        >>> taut.nn.functional.mse_loss(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(2.)
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    if input.shape != target.shape:
        _warn_of_sizes(input, target)
    if weight is None:
        return _C.mse_loss(input, target, reduction)
    return _weighted(_C.mse_loss(input, target, "none"), weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """\\|input - target\\|, reduced; arguments as in :func:`mse_loss`.

    Example:
        >>> import taut
        >>> taut.nn.functional.l1_loss(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if input.shape != target.shape:
        _warn_of_sizes(input, target)
    if weight is None:
        return _C.l1_loss(input, target, reduction)
    return _weighted(_C.l1_loss(input, target, "none"), weight, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """d^2 / (2 beta) for d = \\|input - target\\| below beta, else d - beta / 2; reduced.

    Raises:
        RuntimeError: a negative beta.

    Source: Girshick, "Fast R-CNN", 2015.

    Example:
        >>> import taut
        >>> taut.nn.functional.smooth_l1_loss(taut.tensor([0.0]), taut.tensor([3.0]))
        tensor(2.5000)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if input.shape != target.shape:
        _warn_of_sizes(input, target)
    return _C.smooth_l1_loss(input, target, reduction, beta)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """d^2 / 2 for d = \\|input - target\\| up to delta, else delta (d - delta / 2); reduced.

    A ``weight`` multiplies each element; unlike in :func:`mse_loss`, "mean" divides by their number.

    Raises:
        RuntimeError: delta is not positive.

    Source: Huber, "Robust estimation of a location parameter", 1964.

    Example:
        >>> import taut
        >>> taut.nn.functional.huber_loss(taut.tensor([0.0]), taut.tensor([3.0]), delta=2.0)
        tensor(4.)
    """
    if input.shape != target.shape:
        _warn_of_sizes(input, target)
    if weight is None:
        return _C.huber_loss(input, target, reduction, delta)
    if weight.shape != input.shape:
        raise ValueError("Inputs and weight must have the same size.")
    return reduced(_C.huber_loss(input, target, "none", delta) * weight, reduction)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-input[target] for log-probabilities, reduced.

    Args:
        input: (N, C, *) or (C).
        target: int64 classes, (N, *) or ().
        weight: a factor for each class; "mean" divides by those of the targets.
        ignore_index: a target that does not count.

    Raises:
        IndexError: a target that is not a class.
        RuntimeError, ValueError: shapes that do not go together.

    Example:
        >>> import taut
        >>> log_probabilities = taut.tensor([[0.25, 0.75]]).log()
        >>> taut.nn.functional.nll_loss(log_probabilities, taut.tensor([0]))
        tensor(1.3863)
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    return _C.nll_loss(input, target, weight, reduction, ignore_index)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """-log softmax(input)[target], reduced.

    Args:
        input: logits, (N, C, *) or (C).
        target: int64 classes, (N, *) or (); or probabilities of the shape of input.
        weight: a factor for each class; "mean" divides by those of the targets.
        ignore_index: a target class that does not count.
        label_smoothing: the share of each target that is spread over all classes.

    Raises:
        IndexError: a target that is not a class.
        RuntimeError, ValueError: shapes that do not go together, or smoothing outside [0, 1].

    Example:
        >>> import taut
        >>> taut.nn.functional.cross_entropy(taut.zeros(1, 2), taut.tensor([0]))
        tensor(0.6931)
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    return _C.cross_entropy(input, target, weight, reduction, ignore_index, label_smoothing)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)) for probabilities, reduced; logarithms are at least -100.

    Args:
        input, target: one shape; input between 0 and 1.
        weight: a factor for each element; broadcast.

    Raises:
        RuntimeError: input outside [0, 1].
        ValueError: shapes that differ.

    Example:
        >>> import taut
        >>> taut.nn.functional.binary_cross_entropy(taut.tensor([0.5]), taut.tensor([1.0]))
        tensor(0.6931)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return _C.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of sigmoid(input), computed stably.

    Args:
        input, target: one shape.
        weight: a factor for each element; broadcast.
        pos_weight: a factor of the positive term; broadcast.

    Raises:
        ValueError: shapes that differ.

    Example:
        >>> import taut
        >>> taut.nn.functional.binary_cross_entropy_with_logits(taut.zeros(1), taut.ones(1))
        tensor(0.6931)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    return _C.binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)


@in_float32
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """target (log target - input), reduced; "batchmean" divides the sum by the batch.

    Args:
        input: log-probabilities.
        target: probabilities, or their logarithms with ``log_target``.

    Source: Kullback and Leibler, "On information and sufficiency", 1951.

    Example:
        >>> import taut
        >>> p = taut.tensor([0.5, 0.5])
        >>> taut.nn.functional.kl_div(p.log(), p, reduction="sum")
        tensor(0.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    if not (input.dtype.is_floating_point and target.dtype.is_floating_point):
        raise RuntimeError(
            f"kl_div: Integral inputs not supported, got {input.dtype} and {target.dtype}"
        )
    if log_target:
        loss = target.exp() * (target - input)
    else:
        loss = _C.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return loss.sum() / input.size(0) if input.dim() else loss.sum()
    return reduced(loss, reduction)


@in_float32
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """exp(input) - target input, reduced: the rate's logarithm is ``input``.

    Args:
        input, target: shapes that broadcast.
        log_input: False for input - target log(input + eps), the rate itself.
        full: add Stirling's approximation of log(target!) for targets above 1.
        eps: see ``log_input``.

    Example:
        >>> import taut
        >>> taut.nn.functional.poisson_nll_loss(taut.zeros(1), taut.ones(1))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction)


def _broadcasts_once(shape: Sequence[int], to: Sequence[int]) -> bool:
    """Whether exactly one dimension of a shape is 1 where the other has more."""
    differing = [n for n, m in zip(shape, to) if n != m]  # noqa: B905 - lengths are compared
    return len(shape) == len(to) and differing == [1]


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """(log var + (input - target)^2 / var) / 2, reduced.

    Args:
        input, target: shapes that broadcast.
        var: the variance: a number, or of the shape of input, with one size 1 or the last left out.
        full: add log(2 pi) / 2.
        eps: the variance is at least this, which the gradient ignores.

    Raises:
        ValueError: a negative variance, a shape that does not fit, or an unknown reduction.

    Source: Nix and Weigend, "Estimating the mean and variance of the target distribution", 1994.

    Example:
        >>> import taut
        >>> taut.nn.functional.gaussian_nll_loss(taut.zeros(1), taut.ones(1), 1.0)
        tensor(0.5000)
    """
    if isinstance(var, (int, float)):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = taut.full_like(input, var)
    elif bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif not _broadcasts_once(var.shape, input.shape):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    at_least = var.clone()
    with taut.no_grad():
        at_least.clamp_(min=eps)
    loss = 0.5 * (at_least.log() + (input - target) ** 2 / at_least)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)

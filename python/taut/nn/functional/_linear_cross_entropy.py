"""Cross-entropy of a linear layer's result, with or without the whole of the logits in memory."""

from __future__ import annotations

import dataclasses
import functools
import math
import warnings
from typing import Any

import taut
from taut import _C, Tensor
from taut.nn.functional._loss import cross_entropy

__all__ = ["linear_cross_entropy"]

_POLICIES = ("accurate", "balanced", "compact", "auto")


@dataclasses.dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How :func:`~taut.nn.functional.linear_cross_entropy` goes through a batch in chunks.

    The logits of one chunk are in memory at a time. That pays where there are many more classes than
    features.

    Args:
        allow_retain_graph: keep the gradients, which are computed with the loss, for another backward;
            otherwise the backward scales them in place, and a second one is an error.
        batch_chunk_size: rows per chunk; all of them if None.
        chunking_method: instead of a size, "aspect_ratio" makes the logits of a chunk about as large as
            the input, "aspect_ratio:N" an Nth of that. "auto" is "aspect_ratio:2" where no size is given.
        acc_policy: "accurate", "balanced", "compact" or "auto". taut has one way for all of them:
            products and their sums over chunks in ``acc_dtype``.
        acc_dtype: float32 where the input has 16 bits, or the type of the input, which is also what None
            means; with "auto", None means float32 for 16 bits.

    Raises:
        ValueError: an unknown policy, method or type, or a size below 1.

    Example:
        >>> import taut
        >>> taut.nn.LinearCrossEntropyOptions(batch_chunk_size=64).batch_chunk_size
        64
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        if self.acc_policy not in _POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        name, colon, factor = (self.chunking_method or "auto").partition(":")
        valid = name == "aspect_ratio" and (not colon or (factor.isdigit() and int(factor) > 0))
        if not (valid or self.chunking_method in (None, "auto")):
            raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        allowed = (None, taut.float16, taut.bfloat16, taut.float32, taut.float64)
        if self.acc_dtype not in allowed:
            raise ValueError(f"acc_dtype must be one of {set(allowed)}, got {self.acc_dtype!r}")

    def _rows(self, batch: int, features: int, classes: int) -> int:
        """Rows per chunk."""
        size, method = self.batch_chunk_size, self.chunking_method
        if method is None or (method == "auto" and size is not None):
            return max(1, batch if size is None else min(size, batch))
        factor = 2 if method == "auto" else int(method.partition(":")[2] or 1)
        like_input = math.ceil(batch / math.ceil(classes / features))
        found = min((1 << (like_input - 1).bit_length()) // factor, batch)
        if size is not None and size != found:
            raise ValueError(
                f"batch_chunk_size (={size}) and chunking_method ({method!r}) give different chunk "
                f"sizes ({size} vs {found}); pass only one."
            )
        return max(1, found)

    def _computed_in(self, dtype: Any) -> Any:
        """The type of products and sums for an input of a type."""
        narrow = dtype in (taut.float16, taut.bfloat16)
        if self.acc_dtype is None:
            return taut.float32 if narrow and self.acc_policy == "auto" else dtype
        if self.acc_dtype != dtype and not (narrow and self.acc_dtype == taut.float32):
            raise RuntimeError(
                "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got "
                f"{self.acc_dtype} acc_dtype and {dtype} inputs."
            )
        return self.acc_dtype


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """:func:`cross_entropy` of ``linear(input, linear_weight, linear_bias)``.

    Args:
        input: (N, F) or (F).
        linear_weight: (C, F), or (C, *, F) for a loss at each position of *.
        target: int64 classes, (N, *) or (); or probabilities of the shape of the logits, (N, C, *).
        linear_bias: the shape of linear_weight without F.
        weight, reduction, label_smoothing: as of :func:`cross_entropy`.
        ignore_index: a class that does not count; -100 if None. Not with probabilities.
        options: go through the batch in chunks. Loss and gradients are then computed together, and the
            whole of the logits is never in memory; with smoothing, probabilities or positions they are
            not used, with a warning. A gradient of the gradients goes through all of the logits.

    Raises:
        RuntimeError: shapes that do not go together.

    Source: chunks of the vocabulary's logits as in Wijmans et al., "Cut your losses in large-vocabulary
    language models", 2024.

    Example:
        >>> import taut
        >>> weight, target = taut.zeros(4, 3), taut.tensor([1, 2])
        >>> taut.nn.functional.linear_cross_entropy(taut.ones(2, 3), weight, target)
        tensor(1.3863)
    """
    _check(input, linear_weight, linear_bias)
    places = tuple(linear_weight.shape[1:-1])
    shape = (*input.shape[:-1], linear_weight.size(0), *places)
    if tuple(target.shape) == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignored = -100 if ignore_index is None else ignore_index
    if options is not None:
        fits = reduction in ("mean", "sum", "none") and label_smoothing == 0.0
        if fits and target.dtype == taut.int64 and not places:
            return _chunked(
                input, linear_weight, linear_bias, target, weight, reduction, ignored, options
            )
        _warn_of_options(reduction, label_smoothing, target, places, linear_bias)
    flat_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = _C.linear(input, linear_weight.reshape(-1, input.size(-1)), flat_bias).reshape(shape)
    return cross_entropy(
        logits,
        target,
        weight=weight,
        reduction=reduction,
        ignore_index=ignored,
        label_smoothing=label_smoothing,
    )


def _check(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if weight.dim() < 2:
        raise RuntimeError(
            f"expected linear_weight with dimensionality at least 2, got {weight.dim()}"
        )
    if input.size(-1) != weight.size(-1):
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.size(-1)} and {weight.size(-1)}, respectively"
        )
    if bias is not None and bias.shape != weight.shape[:-1]:
        raise RuntimeError(
            f"expected linear_bias shape {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}"
        )
    if weight.dim() > 2 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(weight.shape)} requires batched "
            f"input, (N, {input.size(-1)}), got unbatched input with shape {tuple(input.shape)}"
        )


def _warn_of_options(
    reduction: str, smoothing: float, target: Tensor, places: tuple[int, ...], bias: Tensor | None
) -> None:
    warnings.warn(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in "
        "{'mean','sum','none'}, label_smoothing == 0, target.dtype == int64, out_features == (). Got "
        f"{reduction=}, label_smoothing={smoothing}, target.dtype={target.dtype}, out_features={places}"
        f", linear_bias.shape={None if bias is None else tuple(bias.shape)}.",
        stacklevel=3,
    )


# ---------------------------------------------------------------- chunks


def _chunked(
    input: Tensor,
    linear_weight: Tensor,
    bias: Tensor | None,
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
    ignored: int,
    options: LinearCrossEntropyOptions,
) -> Tensor:
    batched = input.dim() == 2
    x, t = (input, target) if batched else (input.unsqueeze(0), target.unsqueeze(0))
    loss = _Losses(
        x.detach().shape,
        t,
        weight,
        reduction,
        ignored,
        options._rows(x.size(0), x.size(1), linear_weight.size(0)),
        options._computed_in(x.dtype),
        options.allow_retain_graph,
    )
    losses = _function().apply(loss, x, linear_weight, bias)
    return losses if batched or reduction != "none" else losses.squeeze(0)


class _Losses:
    """The losses of a batch as functions of its rows, the matrix and the bias."""

    def __init__(
        self,
        shape: Any,
        target: Tensor,
        weight: Tensor | None,
        reduction: str,
        ignored: int,
        rows: int,
        dtype: Any,
        keeps: bool,
    ) -> None:
        if target.shape != shape[:1]:
            raise ValueError(
                f"Expected input batch_size ({shape[0]}) to match target batch_size "
                f"({target.size(0) if target.dim() else 1})."
            )
        self.target, self.ignored, self.dtype, self.keeps = target, ignored, dtype, keeps
        self.weight = None if weight is None else weight.to(dtype)
        self.reduction, self.rows = reduction, rows

    def whole(self, x: Tensor, matrix: Tensor, bias: Tensor | None) -> Tensor:
        """At once, in recorded operations."""
        return self._of(x, matrix, bias, self.target, self.reduction).to(x.dtype)

    def _of(
        self, x: Tensor, matrix: Tensor, bias: Tensor | None, target: Tensor, reduction: str
    ) -> Tensor:
        bias = None if bias is None else bias.to(self.dtype)
        logits = _C.linear(x.to(self.dtype), matrix.to(self.dtype), bias)
        return _C.cross_entropy(logits, target, self.weight, reduction, self.ignored, 0.0)

    def _divisor(self) -> Tensor:
        """What "mean" divides by: the weights of the targets."""
        counts = self.target != self.ignored
        if self.weight is None:
            return counts.sum().to(self.dtype)
        return _C.where(counts, self.weight[self.target * counts], 0.0).sum()

    def run(
        self, inputs: list[Any], needs: tuple[bool, ...], cotangent: Tensor | None
    ) -> tuple[Tensor, list[Tensor | None]]:
        """The losses, and the gradients that are needed: each is one buffer to which chunks add."""
        leaves: list[Any] = [
            None if t is None else t.detach().to(self.dtype).requires_grad_(need)
            for t, need in zip(inputs, needs, strict=True)
        ]
        x, matrix, bias = leaves
        whole = self.reduction == "none"
        scale = 1.0 / self._divisor() if self.reduction == "mean" else None
        parts = []
        for begin in range(0, x.size(0), self.rows):
            target = self.target[begin : begin + self.rows]
            with taut.set_grad_enabled(any(needs)):
                rows = x[begin : begin + self.rows]
                part = self._of(rows, matrix, bias, target, "none" if whole else "sum")
                part = part if scale is None else part * scale
            parts.append(part.detach())
            if part.requires_grad:
                part.backward(None if cotangent is None else cotangent[begin : begin + self.rows])
        losses = _C.cat(parts) if whole else sum(parts[1:], parts[0])
        grads = [
            t.grad.to(given.dtype) if t is not None and t.grad is not None else None
            for t, given in zip(leaves, inputs, strict=True)
        ]
        return losses.to(inputs[0].dtype), grads


@functools.cache
def _function() -> Any:
    """The class of the chunks' node; made when first used, as autograd imports this package."""

    class LinearCrossEntropy(taut.autograd.Function):
        @staticmethod
        def forward(
            ctx: Any, loss: _Losses, x: Tensor, matrix: Tensor, bias: Tensor | None
        ) -> Tensor:
            ctx.loss = loss
            ctx.save_for_backward(x, matrix, bias)
            early = loss.reduction != "none"
            needs = ctx.needs_input_grad[1:]
            losses, ctx.grads = loss.run([x, matrix, bias], needs if early else (False,) * 3, None)
            return losses

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Any:
            inputs = list(ctx.saved_tensors)
            needs = ctx.needs_input_grad[1:]
            if taut.is_grad_enabled():
                return None, *_differentiable(ctx.loss, inputs, needs, grad)
            if ctx.loss.reduction == "none":
                return None, *ctx.loss.run(inputs, needs, grad.to(ctx.loss.dtype))[1]
            if ctx.grads is None:
                raise RuntimeError(
                    "linear_cross_entropy chunked backward called twice; allow it with "
                    "LinearCrossEntropyOptions(allow_retain_graph=True)"
                )
            if ctx.loss.keeps:
                return None, *(None if g is None else g * grad for g in ctx.grads)
            grads, ctx.grads = ctx.grads, None
            return None, *(None if g is None else g.mul_(grad) for g in grads)

    return LinearCrossEntropy


def _differentiable(
    loss: _Losses, inputs: list[Any], needs: tuple[bool, ...], grad: Tensor
) -> list[Tensor | None]:
    """The gradients in recorded operations."""
    wanted = [t for t, need in zip(inputs, needs, strict=True) if need]
    found = iter(taut.autograd.grad(loss.whole(*inputs), wanted, grad, create_graph=True))
    return [next(found) if need else None for need in needs]

"""Distances of points, and the Kronecker product."""

from __future__ import annotations

from typing import Any

import taut
from taut import _C, Tensor
from taut._autocast_types import in_float32
from taut._linalg.common import cast_into
from taut.autograd import Function

__all__ = ["cdist", "dist", "kron", "pdist", "renorm"]

# Points from which on products of matrices take the place of differences, as in PyTorch.
_MANY = 25


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of the difference; shapes broadcast.

    Example:
        >>> import taut
        >>> taut.dist(taut.tensor([0.0, 4.0]), taut.tensor([3.0, 0.0]))
        tensor(5.)
    """
    return (input - other).norm(p)


class _Euclidean(Function):
    """Distances of many points: |a|^2 + |b|^2 - 2 a b, with a gradient of 0 where they coincide."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        squares = (a * a).sum(-1, True) + (b * b).sum(-1).unsqueeze(-2) - 2 * (a @ b.mT)
        result = squares.clamp_min(0).sqrt()
        ctx.save_for_backward(a, b, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        a, b, result = ctx.saved_tensors
        ratio = taut.where(result == 0, 0.0, grad / result)
        grad_a = a * ratio.sum(-1, True) - ratio @ b
        grad_b = b * ratio.sum(-2).unsqueeze(-1) - ratio.mT @ a
        return grad_a, grad_b


_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@in_float32
def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = None) -> Tensor:
    """The p-norm distances of every row of ``x1`` to every row of ``x2``.

    Args:
        x1: (..., P, M).
        x2: (..., R, M); the batches broadcast. The result is (..., P, R).
        p: 0 counts differing elements, inf takes the largest difference.
        compute_mode: for p = 2, whether to use a matrix product: "use_mm_for_euclid_dist_if_necessary"
            (None: with more than 25 rows), "use_mm_for_euclid_dist" or "donot_use_mm_for_euclid_dist".

    Raises:
        RuntimeError: not floating point, fewer than 2 dimensions, or sizes that do not fit.
        ValueError: an unknown mode.

    Example:
        >>> import taut
        >>> taut.cdist(taut.tensor([[0.0, 0.0]]), taut.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    mode = compute_mode or _MODES[0]
    if mode not in _MODES:
        raise ValueError(f"{mode} is not a valid value for compute_mode")
    for name, x in (("X1", x1), ("X2", x2)):
        if x.dim() < 2:
            raise RuntimeError(f"cdist: {name} must be at least 2D, got {x.dim()}D")
        if not x.dtype.is_floating_point:
            raise RuntimeError(f"cdist: {name} must be floating point, got {x.dtype}")
    if x1.size(-1) != x2.size(-1):
        raise RuntimeError(
            "cdist: X1 and X2 must have the same number of columns, got "
            f"{x1.size(-1)} and {x2.size(-1)}"
        )
    if p < 0:
        raise RuntimeError(f"cdist: only supports non-negative p values, got {p}")
    batch = taut.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    a = x1.expand(*batch, *x1.shape[-2:])
    b = x2.expand(*batch, *x2.shape[-2:])
    many = max(a.size(-2), b.size(-2)) > _MANY
    if p == 2 and (mode == _MODES[1] or (mode == _MODES[0] and many)) and a.size(-1):
        return _Euclidean.apply(a, b)
    apart = a.unsqueeze(-2) - b.unsqueeze(-3)
    result = _C._vector_norm(apart, p, -1)
    # A count has no gradient: here it is zeros, as in PyTorch.
    return taut.where(taut.tensor(True), result, apart.sum(-1)) if p == 0 else result


def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The Kronecker product: ``other`` times each element of ``input``, side by side.

    Shape:
        Sizes multiply, dimension by dimension; the shorter shape is filled up with 1 in front.

    Example:
        >>> import taut
        >>> taut.kron(taut.tensor([1, 10]), taut.tensor([1, 2]))
        tensor([ 1,  2, 10, 20])

    Source: Van Loan, "The ubiquitous Kronecker product", 2000.
    """
    dims = max(input.dim(), other.dim())
    a_sizes = [1] * (dims - input.dim()) + list(input.shape)
    b_sizes = [1] * (dims - other.dim()) + list(other.shape)
    a = input.reshape([n for size in a_sizes for n in (size, 1)])
    b = other.reshape([n for size in b_sizes for n in (1, size)])
    result = (a * b).reshape([m * n for m, n in zip(a_sizes, b_sizes, strict=True)])
    return cast_into("kron", result, out)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norm distances of all pairs of rows, the first row's first.

    Args:
        input: (N, M); the result is (N (N - 1) / 2).

    Raises:
        RuntimeError: not of 2 dimensions, not floating point, or a negative ``p``.

    Example:
        >>> import taut
        >>> taut.pdist(taut.tensor([[0.0], [1.0], [3.0]]))
        tensor([1., 3., 2.])
    """
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"pdist only supports floating-point dtypes, got {input.dtype}")
    if p < 0:
        raise RuntimeError(f"pdist only supports non-negative p values, got {p}")
    first, second = taut.triu_indices(input.size(0), input.size(0), 1)
    apart = input[first] - input[second]
    result = _C._vector_norm(apart, p, -1)
    return taut.where(taut.tensor(True), result, apart.sum(-1)) if p == 0 else result


def renorm(
    input: Tensor, p: float, dim: int, maxnorm: float, *, out: Tensor | None = None
) -> Tensor:
    """Slices along ``dim`` whose p-norm exceeds ``maxnorm``, scaled down to it.

    Raises:
        RuntimeError: fewer than 2 dimensions, p not positive, or a negative maxnorm.

    Example:
        >>> import taut
        >>> taut.renorm(taut.tensor([[3.0, 4.0], [0.0, 1.0]]), 2, 0, 2.5)
        tensor([[1.5000, 2.0000],
                [0.0000, 1.0000]])
    """
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"renorm: expected a floating point tensor, got {input.dtype}")
    if p <= 0:
        raise RuntimeError(f"renorm: non-positive norm not supported, got {p}")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    if input.dim() < 2:
        raise RuntimeError(
            f"renorm: input needs at least 2 dimensions, got {input.dim()} dimensions"
        )
    others = [d for d in range(input.dim()) if d != dim % input.dim()]
    norms = _C._vector_norm(input, p, others, True)
    factor = taut.where(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0)
    return _C._into("renorm", input * factor.to(input.dtype), out)

"""Norms of vectors and matrices, and condition numbers."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import _C, Tensor
from taut._autocast_types import in_own_types
from taut._linalg.common import cast_into, check_matrix, check_square
from taut._linalg.svd import values_of

__all__ = ["cond", "matrix_norm", "norm", "nuclear_norm", "vector_norm"]


def vector_norm(
    x: Tensor,
    ord: float = 2,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: A002
) -> Tensor:
    """(sum |x|^ord)^(1/ord) along ``dim``, over everything if None; 0 counts, infinities are extremes.

    Example:
        >>> import taut
        >>> taut.linalg.vector_norm(taut.tensor([3.0, 4.0]))
        tensor(5.)
    """
    return _C._vector_norm(x, ord, dim, keepdim, dtype=dtype, out=out)


def norm(
    A: Tensor,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: A002, N803
) -> Tensor:
    """The 2-norm of everything, or the norm ``ord`` of vectors (one dim) or matrices (two).

    See :func:`taut.linalg.vector_norm` and :func:`taut.linalg.matrix_norm`.

    Raises:
        RuntimeError: ``ord`` without ``dim`` for other than 1 or 2 dimensions, or an unknown one.

    Example:
        >>> import taut
        >>> taut.linalg.norm(taut.tensor([[3.0, 4.0], [0.0, 12.0]]), dim=1)
        tensor([ 5., 12.])
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    if dim is None and A.dim() not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
            f"Got {A.dim()}D."
        )
    vectors = A.dim() < 2 if dim is None else isinstance(dim, int) or len(dim) == 1
    if not vectors:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: Order {ord} not supported for vectors")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype, out=out)


def _matrix_dims(op: str, A: Tensor, dim: Any) -> tuple[int, int]:  # noqa: N803
    """The dimensions of rows and columns, from 0."""
    if A.dim() < 2:
        raise RuntimeError(
            f"{op}: The input tensor A must have at least 2 dimensions, got {A.dim()}"
        )
    dims = [dim] if isinstance(dim, int) else list(dim)
    if len(dims) != 2:
        raise RuntimeError(f"{op}: dim must be a 2-tuple. Got {dim}")
    for d in dims:
        if not -A.dim() <= d < A.dim():
            raise IndexError(
                f"{op}: Dimension out of range (expected to be in range of [{-A.dim()}, "
                f"{A.dim() - 1}], but got {d})"
            )
    rows, columns = (d % A.dim() for d in dims)
    if rows == columns:
        raise RuntimeError(f"{op}: dims must be different. Got {tuple(dims)}")
    return rows, columns


def _singular_norm(op: str, A: Tensor, ord: Any, dims: tuple[int, int]) -> Tensor:  # noqa: A002, N803
    """ "nuc", 2 and -2: sum, largest and smallest of the singular values."""
    if A.dtype.itemsize == 2:
        raise RuntimeError(f"{op}: Low precision dtypes not supported. Got {A.dtype}")
    S = values_of(A.movedim(dims, (-2, -1)), op)  # noqa: N806
    if ord == "nuc":
        return S.sum(-1)
    return S.amax(-1) if ord == 2 else S.amin(-1)


def _sums_norm(A: Tensor, ord: float, dims: tuple[int, int]) -> Tensor:  # noqa: A002, N803
    """1 and -1, infinity and -infinity: largest and smallest sum of a column and of a row."""
    summed, kept = dims if abs(ord) == 1 else dims[::-1]
    sums = _C._vector_norm(A, 1, summed, True)
    extreme = sums.amax(kept, True) if ord > 0 else sums.amin(kept, True)
    return extreme.squeeze(dims)


def matrix_norm(
    A: Tensor,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: A002, N803
) -> Tensor:
    """The norm ``ord`` of matrices.

    Args:
        A: any shape of at least 2 dimensions.
        ord: "fro" (the root of the sum of squares), "nuc" (the sum of the singular values), 2 or -2
            (the largest or smallest of them), 1 or -1 (the largest or smallest sum of the sizes of a
            column), inf or -inf (of a row).
        dim: the dimensions of rows and columns.
        keepdim: keep them, of size 1.
        dtype: compute in this type.

    Raises:
        RuntimeError: an unknown ``ord``, fewer than 2 dimensions, or not floating point.
        IndexError: the smallest of nothing.

    The gradient of "nuc" is U V^T of the singular vectors: at a singular matrix one of many.

    Example:
        >>> import taut
        >>> taut.linalg.matrix_norm(taut.tensor([[3.0, 0.0], [0.0, -4.0]]), "nuc")
        tensor(7.)
    """
    op = "linalg.matrix_norm"
    dims = _matrix_dims(op, A, dim)
    known = ord in ("fro", "nuc") if isinstance(ord, str) else abs(ord) in (1, 2, math.inf)
    if not known:
        raise RuntimeError(f"{op}: Order {ord} not supported.")
    if not A.dtype.is_floating_point:
        raise RuntimeError(f"{op}: Expected a floating point tensor as input. Got {A.dtype}")
    if dtype is not None and (
        not dtype.is_floating_point or taut.promote_types(A.dtype, dtype) != dtype
    ):
        raise RuntimeError(
            f"{op}: the dtype of the input ({A.dtype}) should be convertible without narrowing to the "
            f"specified dtype ({dtype})"
        )
    if ord == "fro":
        return vector_norm(A, 2, dims, keepdim, dtype=dtype, out=out)
    of_values = ord == "nuc" or abs(ord) == 2
    if of_values and A.dtype.itemsize == 2:
        raise RuntimeError(f"{op}: Low precision dtypes not supported. Got {A.dtype}")
    A = A if dtype is None else A.to(dtype)  # noqa: N806
    if A.numel() == 0 and ord != "nuc" and ord > 0:  # the largest of nothing
        result = A.sum(dims)
    else:
        result = _singular_norm(op, A, ord, dims) if of_values else _sums_norm(A, ord, dims)
    if keepdim:
        for d in sorted(dims):
            result = result.unsqueeze(d)
    return _C._into(op, result, out)


def nuclear_norm(
    A: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: N803
) -> Tensor:
    """``taut.norm(A, "nuc", ...)``: the sum of the singular values of a matrix, or along two dimensions.

    Example:
        >>> import taut
        >>> taut.norm(taut.tensor([[3.0, 0.0], [0.0, -4.0]]), "nuc")
        tensor(7.)
    """
    dims = range(A.dim()) if dim is None else dim
    return matrix_norm(A, "nuc", dims, keepdim, dtype=dtype, out=out)


@in_own_types
def cond(A: Tensor, p: Any = None, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The condition number of each matrix of a batch: norm(A, p) norm(A^-1, p), infinite where singular.

    Args:
        A: (..., m, n); square but for ``p`` None, 2 and -2. The result is (...).
        p: an order of :func:`taut.linalg.matrix_norm`; None for 2, the ratio of the largest singular
            value to the smallest (with -2, its reciprocal).

    Raises:
        RuntimeError: an unknown ``p``, or a matrix that is not square or not floating point.

    Example:
        >>> import taut
        >>> taut.linalg.cond(taut.tensor([[4.0, 0.0], [0.0, 0.5]]))
        tensor(8.)
    """
    op = "linalg.cond"
    check_matrix(op, A)
    if p is None or (not isinstance(p, str) and abs(p) == 2):
        S = values_of(A, op)  # noqa: N806
        if A.numel() == 0:
            return cast_into(op, S.sum(-1), out)
        ends = (S[..., -1], S[..., 0]) if p == -2 else (S[..., 0], S[..., -1])
        return cast_into(op, ends[0] / ends[1], out)
    check_square(op, A)
    if A.numel() == 0:
        return cast_into(op, A.sum((-2, -1)), out)
    from taut._linalg.systems import inv_ex

    inverse, info = inv_ex(A)
    inverse = inverse.masked_fill((info > 0).unsqueeze(-1).unsqueeze(-1), math.inf)
    return cast_into(op, matrix_norm(A, p) * matrix_norm(inverse, p), out)

"""Linear algebra."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from taut import _C, Tensor, matmul
from taut._solvers import householder_product, inv, matrix_exp, solve

__all__ = [
    "QR",
    "householder_product",
    "inv",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "norm",
    "qr",
    "solve",
    "vector_norm",
]


class QR(NamedTuple):
    """The factors of :func:`qr`."""

    Q: Tensor
    R: Tensor


def qr(A: Tensor, mode: str = "reduced", *, out: tuple[Tensor, Tensor] | None = None) -> QR:  # noqa: N803
    """A = Q R with orthonormal columns in Q and R upper triangular, for each matrix of a batch.

    Args:
        A: (..., m, n).
        mode: "reduced" (k = min(m, n) columns of Q), "complete" (all m), or "r" (R only).

    Raises:
        RuntimeError: fewer than 2 dimensions, an integer type, or an unknown mode.

    Differentiable with mode "reduced", and "complete" where m <= n; the first min(m, n) columns of A
    must be linearly independent.

    Example:
        >>> import taut
        >>> Q, R = taut.linalg.qr(taut.eye(2))
        >>> Q.shape
        torch.Size([2, 2])

    Source: Householder, "Unitary triangularization of a nonsymmetric matrix", 1958.
    """
    results = _C._linalg_qr(A, mode)
    return QR(
        *(_C._into("linalg.qr", r, o) for r, o in zip(results, out or (None, None), strict=True))
    )


def vector_norm(
    x: Tensor,
    ord: float = 2,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: A002
) -> Tensor:
    """(sum |x|^ord)^(1/ord) along ``dim``, over everything if None; 0 counts, infinities are extremes."""
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

    Example:
        >>> import taut
        >>> taut.linalg.norm(taut.tensor([[3.0, 4.0], [0.0, 12.0]]), dim=1)
        tensor([ 5., 12.])
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    if dim is None and A.dim() > 2:
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D."
        )
    vectors = A.dim() < 2 if dim is None else isinstance(dim, int) or len(dim) == 1
    if not vectors:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: Order {ord} not supported for vectors")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype, out=out)


def matrix_norm(
    A: Tensor,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,  # noqa: A002, N803
) -> Tensor:
    """The norm of matrices: "fro", or the largest (smallest) sum of a column, 1 (-1), or row, inf (-inf).

    Raises:
        NotImplementedError: a norm made of singular values ("nuc", 2, -2).
    """
    if ord == "fro":
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    if ord in ("nuc", 2, -2):
        raise NotImplementedError(f"linalg.matrix_norm: {ord!r} needs singular values")
    if ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    rows, columns = (d % A.dim() for d in dim)
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = _C._vector_norm(A, 1, summed, True, dtype=dtype)
    result = sums.amax(kept, True) if ord > 0 else sums.amin(kept, True)
    return _C._into(
        "linalg.matrix_norm", result if keepdim else result.squeeze((rows, columns)), out
    )

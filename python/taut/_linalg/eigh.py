"""Eigenvalues and eigenvectors of symmetric matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._autocast_types import in_own_types
from taut._linalg.common import check_square, into_all, lapack, wrap
from taut.autograd import Function

__all__ = ["Eigh", "eigh", "eigvalsh"]


class Eigh(NamedTuple):
    """The results of :func:`taut.linalg.eigh`.

    Example:
        >>> import taut
        >>> taut.linalg.eigh(taut.ones(1, 1)).eigenvalues
        tensor([1.])
    """

    eigenvalues: Tensor
    eigenvectors: Tensor


def _factors(op: str, A: Tensor, triangle: Any) -> tuple[Tensor, Tensor]:  # noqa: N803
    """Values and vectors; NaN for matrices with infinite or NaN elements."""
    import numpy as np

    good = A.detach().isfinite().all(-1).all(-1)[..., None, None]
    safe = A.detach() if bool(good.all()) else taut.where(good, A.detach(), 0.0)
    why = "The algorithm failed to converge."
    values, vectors = map(wrap, lapack(op, lambda a: np.linalg.eigh(a, triangle), safe, why=why))
    if safe.data_ptr() == A.data_ptr():
        return values, vectors
    nan = float("nan")
    return values.masked_fill(~good[..., 0], nan), vectors.masked_fill(~good, nan)


class _Eigh(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor, triangle: str, op: str) -> Any:  # noqa: N803
        results = _factors(op, A, triangle)
        ctx.save_for_backward(*results)
        ctx.set_materialize_grads(False)
        return results

    @staticmethod
    def backward(ctx: Any, dL: Any, dV: Any) -> Any:  # noqa: N803
        # V (dL + skew(V^T dV) / E) V^T with E_ij = l_j - l_i.
        L, V = ctx.saved_tensors  # noqa: N806
        if dV is None:
            return (None if dL is None else (V * dL.unsqueeze(-2)) @ V.mT), None, None
        eye = taut.eye(L.shape[-1], dtype=L.dtype)
        E = L.unsqueeze(-2) - L.unsqueeze(-1) + eye  # noqa: N806
        turn = V.mT @ dV
        inner = 0.5 * (turn - turn.mT) / E
        inner = inner if dL is None else inner + taut.diag_embed(dL)
        return V @ inner @ V.mT, None, None


def _checked(op: str, A: Tensor, triangle: str) -> str:  # noqa: N803
    check_square(op, A)
    if not isinstance(triangle, str) or triangle.upper() not in ("L", "U"):
        raise RuntimeError(f"{op}: Expected UPLO argument to be 'L' or 'U', but got {triangle}")
    return triangle.upper()


@in_own_types
def eigh(A: Tensor, UPLO: str = "L", *, out: tuple[Tensor, Tensor] | None = None) -> Eigh:  # noqa: N803
    """A = V diag(L) V^T with orthonormal V and L ascending, for each symmetric matrix of a batch.

    Args:
        A: (..., n, n), of which only one triangle is read.
        UPLO: "L" for the lower triangle, "U" for the upper.

    Raises:
        RuntimeError: A is not square or not floating point, or another ``UPLO``.

    Vectors are unique up to signs, and only while eigenvalues differ; so are their gradients, which are
    infinite for equal ones. Gradients of the eigenvalues alone always exist.

    Example:
        >>> import taut
        >>> taut.linalg.eigh(taut.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
        tensor([1., 2.])

    Source: Magnus, "On differentiating eigenvalues and eigenvectors", 1985.
    """
    op = "linalg.eigh"
    triangle = _checked(op, A, UPLO)
    return into_all(op, Eigh(*_Eigh.apply(A, triangle, op)), out)


@in_own_types
def eigvalsh(A: Tensor, UPLO: str = "L", *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The eigenvalues of each symmetric matrix of a batch, ascending; see :func:`taut.linalg.eigh`.

    Example:
        >>> import taut
        >>> taut.linalg.eigvalsh(taut.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([1., 2.])
    """
    op = "linalg.eigvalsh"
    triangle = _checked(op, A, UPLO)
    return taut._C._into(op, _Eigh.apply(A, triangle, op)[0], out)

"""Linear algebra."""

from __future__ import annotations

from typing import Any, NamedTuple

from taut import Tensor, _C

__all__ = ["QR", "norm", "qr", "vector_norm"]


class QR(NamedTuple):
    """The factors of :func:`qr`."""

    Q: Tensor
    R: Tensor


def qr(A: Tensor, mode: str = "reduced") -> QR:  # noqa: N803
    """A = Q R with orthonormal columns in Q and R upper triangular, for each matrix of a batch.

    Args:
        A: (..., m, n).
        mode: "reduced" (k = min(m, n) columns of Q), "complete" (all m), or "r" (R only).

    Raises:
        RuntimeError: fewer than 2 dimensions, an integer type, or an unknown mode.
        NotImplementedError: a gradient would be needed; there is none yet.

    Example:
        >>> import taut
        >>> Q, R = taut.linalg.qr(taut.eye(2))
        >>> Q.shape
        torch.Size([2, 2])

    Source: Householder, "Unitary triangularization of a nonsymmetric matrix", 1958.
    """
    return QR(*_C._linalg_qr(A, mode))


def vector_norm(
    x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None  # noqa: A002
) -> Tensor:
    """(sum |x|^ord)^(1/ord) along ``dim``, over everything if None; see :func:`taut.norm`."""
    if dtype is not None:
        x = x.to(dtype)
    if dim is None:
        result = x.flatten().norm(ord, 0)
        return result.reshape([1] * x.dim()) if keepdim else result
    return x.norm(ord, dim, keepdim=keepdim)


def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None  # noqa: A002, N803
) -> Tensor:
    """A vector norm, or with ``ord="fro"`` the Frobenius norm of matrices.

    Raises:
        NotImplementedError: a matrix norm other than Frobenius'.
    """
    matrix = (dim is None and A.dim() == 2) or (isinstance(dim, (tuple, list)) and len(dim) == 2)
    if ord is None or (ord == "fro" and matrix):
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if matrix:
        raise NotImplementedError(f"linalg.norm: matrix norm {ord!r} is not implemented")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype)

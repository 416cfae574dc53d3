"""Singular values and vectors, and what is made of them: pseudoinverses, ranks."""

from __future__ import annotations

from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._autocast_types import in_own_types
from taut._linalg.common import (
    LinAlgError,
    batch_of,
    cast_into,
    check_matrix,
    check_square,
    into_all,
    lapack,
    where,
    wrap,
)
from taut.autograd import Function

__all__ = ["SVD", "matrix_rank", "pinv", "svd", "svd_of", "svdvals", "values_of"]

_WHY = (
    "The algorithm failed to converge because the input matrix contained non-finite values or is "
    "ill-conditioned."
)


class SVD(NamedTuple):
    """The factors of :func:`taut.linalg.svd`.

    Example:
        >>> import taut
        >>> taut.linalg.svd(taut.ones(1, 1)).S
        tensor([1.])
    """

    U: Tensor
    S: Tensor
    Vh: Tensor


def _skew(X: Tensor) -> Tensor:  # noqa: N803
    return X - X.mT


def _gradient(factors: Any, grads: Any) -> Tensor | None:
    """The gradient of A = U S Vh: U (dS + (skew(Ut dU) / E) S + S (skew(Vt dV) / E)) Vt within the
    spaces of U and V, with E_ij = s_j^2 - s_i^2, and what dU and dV do across them."""
    U, S, Vh = factors  # noqa: N806
    dU, dS, dVh = grads  # noqa: N806
    if dU is None and dVh is None:
        return None if dS is None else (U * dS.unsqueeze(-2)) @ Vh
    squares = S * S
    E = squares.unsqueeze(-2) - squares.unsqueeze(-1)  # noqa: N806
    E = E + taut.eye(S.shape[-1], dtype=S.dtype)  # noqa: N806
    inner = taut.diag_embed(dS) if dS is not None else 0
    if dU is not None:
        inner = inner + _skew(U.mT @ dU) / E * S.unsqueeze(-2)
    if dVh is not None:
        inner = inner + S.unsqueeze(-1) * (_skew(Vh @ dVh.mT) / E)
    left = U @ inner
    if dU is not None and U.shape[-2] > U.shape[-1]:
        left = left + (dU - U @ (U.mT @ dU)) / S.unsqueeze(-2)
    result = left @ Vh
    if dVh is not None and Vh.shape[-1] > Vh.shape[-2]:
        result = result + U @ ((dVh - (dVh @ Vh.mT) @ Vh) / S.unsqueeze(-1))
    return result


def _factors(A: Tensor, full: bool, op: str) -> tuple[Tensor, ...]:  # noqa: N803
    import numpy as np

    factors = lapack(op, lambda a: np.linalg.svd(a, full_matrices=full), A, why=_WHY)
    results = tuple(wrap(f) for f in factors)
    _check_finite(op, results[1])
    return results


def _shapes(A: Tensor, full: bool) -> tuple[Tensor, ...]:  # noqa: N803
    """The factors of a matrix without values."""
    *batch, m, n = A.shape
    k = min(m, n)
    sizes = ((m, m if full else k), (k,), (n if full else k, n))
    return tuple(A.new_empty(*batch, *size) for size in sizes)


class _Svd(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor, full: bool, op: str) -> Any:  # noqa: N803
        results = _shapes(A, full) if A.is_meta else _factors(A, full, op)
        ctx.save_for_backward(*results)
        ctx.set_materialize_grads(False)
        return results

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        U, S, Vh = ctx.saved_tensors  # noqa: N806
        dU, dS, dVh = grads  # noqa: N806
        k = S.shape[-1]
        dU = dU[..., :k] if dU is not None else None  # noqa: N806
        dVh = dVh[..., :k, :] if dVh is not None else None  # noqa: N806
        return _gradient((U[..., :k], S, Vh[..., :k, :]), (dU, dS, dVh)), None, None


def _check_finite(op: str, S: Tensor) -> None:  # noqa: N803
    """LinAlgError where LAPACK went through a matrix that is not finite without a word."""
    bad = (~S.isfinite().all(-1)).reshape(-1).nonzero()
    if bad.numel():
        raise LinAlgError(where(op, tuple(S.shape[:-1]), int(bad[0])) + _WHY)


def _check_driver(op: str, driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(
            f"{op}: keyword argument `driver=` is only supported on CUDA inputs, got {driver!r}"
        )


def svd_of(A: Tensor, full_matrices: bool, op: str) -> SVD:  # noqa: N803
    """The factors, recorded; errors name ``op``."""
    check_matrix(op, A)
    return SVD(*_Svd.apply(A, full_matrices, op))


@in_own_types
def svd(
    A: Tensor,  # noqa: N803
    full_matrices: bool = True,
    *,
    driver: str | None = None,
    out: tuple[Tensor, Tensor, Tensor] | None = None,
) -> SVD:
    """A = U diag(S) Vh with orthonormal U and V and S descending, for each matrix of a batch.

    Args:
        A: (..., m, n).
        full_matrices: all columns of U (m, m) and rows of Vh (n, n), not only the first min(m, n).
        driver: None; others are for other devices.

    Raises:
        RuntimeError: fewer than 2 dimensions or not floating point.
        LinAlgError: A has infinite or NaN elements.

    Vectors are unique up to signs, and only while singular values differ; so are their gradients, which
    are infinite for equal ones. Gradients of S alone always exist.

    Example:
        >>> import taut
        >>> taut.linalg.svd(taut.tensor([[3.0, 0.0], [0.0, -4.0]])).S
        tensor([4., 3.])

    Source: Golub and Kahan, "Calculating the singular values and pseudo-inverse of a matrix", 1965; Giles,
    "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
    """
    _check_driver("linalg.svd", driver)
    return into_all("linalg.svd", svd_of(A, full_matrices, "linalg.svd"), out)


@in_own_types
def svdvals(A: Tensor, *, driver: str | None = None, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The singular values of each matrix of a batch, descending.

    Args:
        A: (..., m, n); the result is (..., min(m, n)).

    Raises:
        RuntimeError: fewer than 2 dimensions or not floating point.
        LinAlgError: A has infinite or NaN elements.

    Example:
        >>> import taut
        >>> taut.linalg.svdvals(taut.tensor([[3.0, 0.0], [0.0, -4.0]]))
        tensor([4., 3.])
    """
    _check_driver("linalg.svdvals", driver)
    return taut._C._into("linalg.svdvals", values_of(A, "linalg.svdvals"), out)


def values_of(A: Tensor, op: str) -> Tensor:  # noqa: N803
    """The singular values; vectors are computed only where a gradient needs them."""
    if A.requires_grad and taut.is_grad_enabled():
        return svd_of(A, False, op).S
    check_matrix(op, A)
    if A.is_meta:
        return _shapes(A, False)[1]
    import numpy as np

    S = wrap(lapack(op, lambda a: np.linalg.svd(a, compute_uv=False), A, why=_WHY))  # noqa: N806
    _check_finite(op, S)
    return S


class _Pinv(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor, atol: Any, rtol: Any, hermitian: bool) -> Tensor:  # noqa: N803
        if hermitian:
            from taut._linalg.eigh import eigh

            S, U = eigh(A)  # noqa: N806
            Vh, sizes = U.mT, S.abs()  # noqa: N806
        else:
            U, S, Vh = svd_of(A, False, "linalg.pinv")  # noqa: N806
            sizes = S
        least = _least(atol, rtol, sizes.amax(-1, True))
        kept = sizes > least
        reciprocals = taut.where(kept, 1 / taut.where(kept, S, taut.ones_like(S)), 0.0)
        result = (Vh.mT * reciprocals.unsqueeze(-2)) @ U.mT
        ctx.save_for_backward(A, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        # Golub and Pereyra, 1973, for changes that keep the rank.
        A, P = ctx.saved_tensors  # noqa: N806
        G = grad.mT  # noqa: N806
        GP = G @ P @ P.mT  # noqa: N806
        PG = P.mT @ P @ G  # noqa: N806
        return GP - A @ (P @ GP) + PG - (PG @ P) @ A - P.mT @ grad @ P.mT, None, None, None


def _tolerance(value: Any, A: Tensor) -> Any:  # noqa: N803
    """A number, or a tensor with a dimension for the singular values."""
    return value.to(A.dtype).unsqueeze(-1) if isinstance(value, Tensor) else value


def _tolerances(op: str, A: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:  # noqa: N803
    """The absolute and relative tolerance with their defaults."""
    for name, value in (("atol", atol), ("rtol", rtol)):
        if isinstance(value, Tensor) and value.dtype.is_complex:
            raise RuntimeError(f"{op}: {name} tensor of complex type is not supported.")
    default = taut.finfo(A.dtype).eps * max(A.shape[-2:])
    absolute = 0.0 if atol is None else _tolerance(atol, A)
    if rtol is not None:
        return absolute, _tolerance(rtol, A)
    if isinstance(absolute, Tensor):
        return absolute, taut.where(absolute > 0, 0.0, default).to(A.dtype)
    return absolute, 0.0 if absolute > 0 else default


def _least(atol: Any, rtol: Any, largest: Tensor) -> Tensor:
    """What a singular value must exceed: the larger of atol and rtol times the largest."""
    relative = rtol * largest
    if isinstance(atol, Tensor):
        return taut.maximum(relative, atol)
    return relative.clamp_min(atol)


@in_own_types
def pinv(
    A: Tensor,  # noqa: N803
    rcond: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """The pseudoinverse of each matrix of a batch: its inverse on what it does not send to zero.

    Args:
        A: (..., m, n); the result is (..., n, m).
        rcond: the former name of ``rtol``.
        hermitian: A is symmetric; its lower triangle is read.
        atol, rtol: singular values count as zero up to the larger of ``atol`` and ``rtol`` times the
            largest; numbers or tensors of the batch. By default 0, and max(m, n) eps or, with a positive
            ``atol``, 0.

    Raises:
        RuntimeError: fewer than 2 dimensions, not floating point, or not square with ``hermitian``.

    The gradient is that for changes which keep the rank.

    Example:
        >>> import taut
        >>> taut.linalg.pinv(taut.tensor([[2.0, 0.0], [0.0, 0.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.0000]])

    Source: Penrose, "A generalized inverse for matrices", 1955; Golub and Pereyra, "The differentiation of
    pseudo-inverses and nonlinear least squares problems whose variables separate", 1973.
    """
    op = "linalg.pinv"
    (check_square if hermitian else check_matrix)(op, A)
    atol, rtol = _tolerances(op, A, atol, rcond if rtol is None else rtol)
    if A.numel() == 0:
        return cast_into(op, A.new_zeros((*batch_of(A), A.shape[-1], A.shape[-2])) + A.sum(), out)
    return cast_into(op, _Pinv.apply(A, atol, rtol, hermitian), out)


@in_own_types
def matrix_rank(
    A: Tensor,  # noqa: N803
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """How many singular values of each matrix are not zero, as int64.

    Args:
        A: (..., m, n); the result is (...).
        tol: the former form of ``atol`` with ``rtol=0``.
        hermitian: A is symmetric; its lower triangle is read.
        atol, rtol: as for :func:`taut.linalg.pinv`.

    Raises:
        RuntimeError: fewer than 2 dimensions, not floating point, or not square with ``hermitian``.

    Example:
        >>> import taut
        >>> taut.linalg.matrix_rank(taut.ones(3, 3))
        tensor(1)
    """
    op = "linalg.matrix_rank"
    (check_square if hermitian else check_matrix)(op, A)
    if tol is not None:
        atol, rtol = tol, 0.0
    absolute, relative = _tolerances(op, A, atol, rtol)
    batch = batch_of(A)
    if A.numel() == 0:
        return cast_into(op, taut.zeros(batch, dtype=taut.int64), out)
    with taut.no_grad():
        if hermitian:
            from taut._linalg.eigh import eigvalsh

            sizes = eigvalsh(A).abs()
        else:
            sizes = values_of(A, op)
        rank = (sizes > _least(absolute, relative, sizes.amax(-1, True))).sum(-1)
    return cast_into(op, rank, out)

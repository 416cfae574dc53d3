"""Factors of positive definite matrices, triangular systems, and what is solved by them."""

from __future__ import annotations

from typing import Any, NamedTuple

import taut
from taut import _C, Tensor
from taut._autocast_types import in_own_types
from taut._linalg.common import (
    LinAlgError,
    batch_of,
    broadcast_batches,
    cast_into,
    check_matrix,
    check_square,
    each_matrix,
    where,
    wrap,
)
from taut.autograd import Function

__all__ = [
    "CholeskyEx",
    "cholesky",
    "cholesky_ex",
    "cholesky_factor",
    "cholesky_inverse",
    "cholesky_solve",
    "solve_triangular",
]


class CholeskyEx(NamedTuple):
    """The results of :func:`taut.linalg.cholesky_ex`.

    Example:
        >>> import taut
        >>> taut.linalg.cholesky_ex(taut.ones(1, 1)).L
        tensor([[1.]])
    """

    L: Tensor
    info: Tensor


def _definite(a: Any) -> bool:
    import numpy as np

    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return bool(np.isfinite(a).all())


def _first_bad_minor(a: Any) -> int:
    """The order of the first leading minor that is not positive definite, 0 where all are."""
    good, bad = 0, len(a) + 1
    while good + 1 < bad:
        middle = (good + bad) // 2
        if _definite(a[:middle, :middle]):
            good = middle
        else:
            bad = middle
    return bad if bad <= len(a) else 0


def _factors(A: Tensor) -> tuple[Tensor, Tensor]:  # noqa: N803
    """Lower factors of what the lower triangles say, and the info of LAPACK's potrf. Without a factor
    a matrix is left with that of its good leading minor, zero elsewhere."""
    import numpy as np

    a = A.detach().tril().numpy()
    info: Any = np.zeros(batch_of(A), dtype=np.int32)
    try:
        factor = np.linalg.cholesky(a)
        if np.isfinite(factor).all():
            return wrap(factor), wrap(info)
    except np.linalg.LinAlgError:
        pass
    factor, flat = np.zeros_like(a), info.reshape(-1)
    for i, (matrix, result) in enumerate(each_matrix(a, factor)):
        flat[i] = _first_bad_minor(matrix)
        order = flat[i] - 1 if flat[i] else len(matrix)
        result[:order, :order] = np.linalg.cholesky(matrix[:order, :order])
    return wrap(factor), wrap(info)


class _Cholesky(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Any:  # noqa: N803
        L, info = _factors(A)  # noqa: N806
        ctx.save_for_backward(L)
        ctx.mark_non_differentiable(info)
        return L, info

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _: Any) -> Tensor:
        # L^-T sym(L^T dL) L^-1, sym(X) the mean of its lower triangle and that turned.
        (L,) = ctx.saved_tensors  # noqa: N806
        inner = (L.mT @ grad).tril()
        inner = 0.5 * (inner + inner.tril(-1).mT)
        inner = solve_triangular(L, inner, upper=False, left=False)
        return solve_triangular(L.mT, inner, upper=True)


def _checked_factor(op: str, A: Tensor, upper: bool) -> tuple[Tensor, Tensor]:  # noqa: N803
    check_square(op, A)
    L, info = _Cholesky.apply(A.mT if upper else A)  # noqa: N806
    return L.mT if upper else L, info


def _raise_bad(op: str, info: Tensor) -> None:
    bad = info.reshape(-1).nonzero().reshape(-1)
    if bad.numel():
        i = int(bad[0])
        raise LinAlgError(
            where(op, tuple(info.shape), i)
            + "The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {int(info.reshape(-1)[i])} is not positive-definite)."
        )


def cholesky_factor(op: str, A: Tensor, upper: bool) -> Tensor:  # noqa: N803
    """The factor, recorded; errors name ``op``."""
    factor, info = _checked_factor(op, A, upper)
    _raise_bad(op, info)
    return factor


@in_own_types
def cholesky(A: Tensor, *, upper: bool = False, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """L with A = L L^T, lower triangular, for each positive definite matrix of a batch.

    Args:
        A: (..., n, n), symmetric: one triangle is read.
        upper: read the upper triangle and give L^T.

    Raises:
        RuntimeError: A is not square or not floating point.
        LinAlgError: A is not positive definite.

    Example:
        >>> import taut
        >>> taut.linalg.cholesky(taut.tensor([[4.0, 2.0], [2.0, 5.0]]))
        tensor([[2., 0.],
                [1., 2.]])

    Source: Murray, "Differentiation of the Cholesky decomposition", 2016.
    """
    op = "linalg.cholesky"
    return taut._C._into(op, cholesky_factor(op, A, upper), out)


@in_own_types
def cholesky_ex(
    A: Tensor,  # noqa: N803
    *,
    upper: bool = False,
    check_errors: bool = False,
    out: tuple[Tensor, Tensor] | None = None,
) -> CholeskyEx:
    """:func:`taut.linalg.cholesky` without an error for matrices that are not positive definite.

    Args:
        A, upper: as there.
        check_errors: raise all the same.

    Returns:
        L, and info (int32, of the batch): 0, or the order of the first leading minor that is not
        positive definite, of which L then has the good part only.

    Example:
        >>> import taut
        >>> taut.linalg.cholesky_ex(taut.tensor([[4.0, 2.0], [2.0, 1.0]])).info
        tensor(2, dtype=torch.int32)
    """
    op = "linalg.cholesky_ex"
    factor, info = _checked_factor(op, A, upper)
    if check_errors:
        _raise_bad(op, info)
    if out is None:
        return CholeskyEx(factor, info)
    return CholeskyEx(taut._C._into(op, factor, out[0]), _C._into(op, info, out[1]))


@in_own_types
def solve_triangular(
    A: Tensor,  # noqa: N803
    B: Tensor,  # noqa: N803
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """X with A X = B, or X A = B with ``left=False``, for triangular matrices.

    Args:
        A: (..., n, n), of which one triangle is read.
        B: (..., n, k), or (..., k, n) with ``left=False``; the batches broadcast.
        upper: which triangle A is.
        unitriangular: take the diagonal for ones and do not read it.

    Raises:
        RuntimeError: shapes or types that do not fit.

    A singular A gives infinities and NaN.

    Example:
        >>> import taut
        >>> taut.linalg.solve_triangular(
        ...     taut.tensor([[2.0, 0.0], [1.0, 4.0]]), taut.tensor([[2.0], [9.0]]), upper=False)
        tensor([[1.],
                [2.]])

    Source: Golub and Van Loan, "Matrix computations", section 3.1.
    """
    result = _C._solve_triangular(A, B, upper, left, unitriangular)
    return taut._C._into("linalg.solve_triangular", result, out)


class _CholeskySolve(Function):
    """X with L L^T X = B; the gradient is that of L L^T by every element of L."""

    @staticmethod
    def forward(ctx: Any, B: Tensor, L: Tensor) -> Tensor:  # noqa: N803
        half = solve_triangular(L, B, upper=False)
        X = solve_triangular(L.mT, half, upper=True)  # noqa: N806
        ctx.save_for_backward(X, L)
        return X

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        X, L = ctx.saved_tensors  # noqa: N806
        grad_B = _CholeskySolve.apply(grad, L)  # noqa: N806
        product = grad_B @ X.mT
        lower = L + (L.tril() - L).detach()  # its value, as if every element took part
        return grad_B, -((product + product.mT) @ lower)


@in_own_types
def cholesky_solve(
    input: Tensor,
    L: Tensor,
    upper: bool = False,
    *,
    out: Tensor | None = None,  # noqa: N803
) -> Tensor:
    """X with A X = input, for A = L L^T, or L^T L with ``upper``.

    Args:
        input: (..., n, k).
        L: (..., n, n), triangular; the batches broadcast.

    Raises:
        RuntimeError: shapes or types that do not fit.

    Example:
        >>> import taut
        >>> taut.cholesky_solve(taut.tensor([[8.0]]), taut.tensor([[2.0]]))
        tensor([[2.]])
    """
    op = "cholesky_solve"
    check_matrix(op, input)
    check_square(op, L)
    if input.shape[-2] != L.shape[-1]:
        raise RuntimeError(
            f"{op}: Incompatible matrix sizes: the factor is {L.shape[-2]} by {L.shape[-1]} but the "
            f"right hand side is {input.shape[-2]} by {input.shape[-1]}"
        )
    if input.dtype != L.dtype:
        raise RuntimeError(f"{op}: Expected one dtype, got {input.dtype} and {L.dtype}")
    result = _CholeskySolve.apply(*broadcast_batches(input, L.mT if upper else L))
    return cast_into(op, result, out)


def cholesky_inverse(L: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The inverse of A = L L^T, or of L^T L with ``upper``.

    Args:
        L: (..., n, n), triangular.

    Raises:
        RuntimeError: not square or not floating point.

    Example:
        >>> import taut
        >>> taut.cholesky_inverse(taut.tensor([[2.0]]))
        tensor([[0.2500]])
    """
    check_square("cholesky_inverse", L)
    result = cholesky_solve(taut.eye(L.shape[-1], dtype=L.dtype), L, upper)
    return cast_into("cholesky_inverse", result, out)

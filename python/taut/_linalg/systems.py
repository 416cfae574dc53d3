"""Linear systems, inverses and least squares."""

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
    into_all,
    where,
    wrap,
)
from taut._linalg.svd import pinv, values_of
from taut.autograd import Function

__all__ = ["InvEx", "LstSq", "SolveEx", "inv", "inv_ex", "lstsq", "solve", "solve_ex"]


class SolveEx(NamedTuple):
    """The results of :func:`taut.linalg.solve_ex`.

    Example:
        >>> import taut
        >>> taut.linalg.solve_ex(taut.ones(1, 1), taut.ones(1)).result
        tensor([1.])
    """

    result: Tensor
    info: Tensor


class InvEx(NamedTuple):
    """The results of :func:`taut.linalg.inv_ex`.

    Example:
        >>> import taut
        >>> taut.linalg.inv_ex(taut.ones(1, 1)).inverse
        tensor([[1.]])
    """

    inverse: Tensor
    info: Tensor


class LstSq(NamedTuple):
    """The results of :func:`taut.linalg.lstsq`.

    Example:
        >>> import taut
        >>> taut.linalg.lstsq(taut.ones(1, 1), taut.ones(1, 1)).rank
        tensor(1)
    """

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


def _eliminated(a: Any, b: Any) -> tuple[Any, int]:
    """x with a x = b by elimination, infinite or NaN where a pivot is zero; the first such, from 1."""
    import numpy as np

    lu, b, info, n = a.copy(), b.copy(), 0, len(a)
    for k in range(n):
        pivot = k + int(np.argmax(np.abs(lu[k:, k])))
        lu[[k, pivot]], b[[k, pivot]] = lu[[pivot, k]], b[[pivot, k]]
        if lu[k, k] == 0:
            info = info or k + 1
            continue
        factors = lu[k + 1 :, k] / lu[k, k]
        lu[k + 1 :, k] = 0
        lu[k + 1 :, k + 1 :] -= np.outer(factors, lu[k, k + 1 :])
        b[k + 1 :] -= np.outer(factors, b[k])
    x = _C._solve_triangular(taut.from_numpy(lu), taut.from_numpy(b), True, True, False)
    return x.numpy(), info


def _solutions(A: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:  # noqa: N803
    """X, and LAPACK's info for each matrix: 0 or the first pivot that is zero."""
    import numpy as np

    a, b = A.detach().numpy(), B.detach().numpy()
    info: Any = np.zeros(batch_of(A), dtype=np.int32)
    with np.errstate(all="ignore"):
        try:
            return wrap(np.linalg.solve(a, b)), wrap(info)
        except np.linalg.LinAlgError:
            pass
        x, flat = np.empty(b.shape, dtype=b.dtype), info.reshape(-1)
        for i, (matrix, right, result) in enumerate(each_matrix(a, b, x)):
            try:
                result[...] = np.linalg.solve(matrix, right)
            except np.linalg.LinAlgError:
                result[...], flat[i] = _eliminated(matrix, right)
    return wrap(x), wrap(info)


class _Solve(Function):
    """X with A X = B, for matrices, and info."""

    @staticmethod
    def forward(ctx: Any, A: Tensor, B: Tensor) -> Any:  # noqa: N803
        X, info = _solutions(A, B)  # noqa: N806
        ctx.save_for_backward(A, X)
        ctx.mark_non_differentiable(info)
        return X, info

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _: Any) -> Any:
        A, X = ctx.saved_tensors  # noqa: N806
        grad_B = _Solve.apply(A.mT, grad)[0]  # noqa: N806
        grad_A = -(grad_B @ X.mT) if ctx.needs_input_grad[0] else None  # noqa: N806
        return grad_A, grad_B


def _solved(op: str, A: Tensor, B: Tensor, left: bool) -> tuple[Tensor, Tensor]:  # noqa: N803
    """Checks, and X with info."""
    check_square(op, A)
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"{op}: Expected A and B to have the same dtype, got {A.dtype} and {B.dtype}"
        )
    is_vector = B.dim() == 1 or (B.dim() == A.dim() - 1 and B.shape == A.shape[:-1])
    columns = B.unsqueeze(-1) if is_vector else B
    if not left:
        if is_vector:
            raise RuntimeError(f"{op}: left=False needs B to be a matrix, got a vector")
        A, columns = A.mT, columns.mT  # noqa: N806
    if columns.dim() < 2 or columns.shape[-2] != A.shape[-1]:
        raise RuntimeError(
            f"{op}: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} do not fit"
        )
    A, columns = broadcast_batches(A, columns)  # noqa: N806
    X, info = _Solve.apply(A, columns)  # noqa: N806
    X = X if left else X.mT  # noqa: N806
    return X.squeeze(-1) if is_vector else X, info


def _raise_singular(op: str, info: Tensor, why: str) -> None:
    bad = info.reshape(-1).nonzero().reshape(-1)
    if bad.numel():
        i = int(bad[0])
        raise LinAlgError(where(op, tuple(info.shape), i) + why.format(int(info.reshape(-1)[i])))


_UNSOLVED = "The solver failed because the input matrix is singular."
_UNINVERTED = (
    "The diagonal element {} is zero, the inversion could not be completed because the input matrix "
    "is singular."
)


@in_own_types
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """X with A X = B, or X A = B with ``left=False``, for each matrix of a batch.

    Args:
        A: (..., n, n), each invertible.
        B: (..., n, k), or (n,), or (..., n) where A is a batch of as many matrices.

    Raises:
        RuntimeError: A is not square or not floating point, or shapes do not fit.
        LinAlgError: A is singular.

    Example:
        >>> import taut
        >>> taut.linalg.solve(taut.tensor([[2.0, 0.0], [0.0, 4.0]]), taut.ones(2))
        tensor([0.5000, 0.2500])
    """
    X, info = _solved("linalg.solve", A, B, left)  # noqa: N806
    _raise_singular("linalg.solve", info, _UNSOLVED)
    return taut._C._into("linalg.solve", X, out)


@in_own_types
def solve_ex(
    A: Tensor,  # noqa: N803
    B: Tensor,  # noqa: N803
    *,
    left: bool = True,
    check_errors: bool = False,
    out: tuple[Tensor, Tensor] | None = None,
) -> SolveEx:
    """:func:`taut.linalg.solve` without an error for singular matrices.

    Args:
        A, B, left: as there.
        check_errors: raise all the same.

    Returns:
        X, infinite or NaN where A is singular, and info (int32, of the batch): 0, or the first pivot
        that is zero, counted from 1.

    Example:
        >>> import taut
        >>> taut.linalg.solve_ex(taut.zeros(1, 1), taut.ones(1)).info
        tensor(1, dtype=torch.int32)
    """
    op = "linalg.solve_ex"
    X, info = _solved(op, A, B, left)  # noqa: N806
    if check_errors:
        _raise_singular(op, info, _UNSOLVED)
    if out is None:
        return SolveEx(X, info)
    return SolveEx(taut._C._into(op, X, out[0]), _C._into(op, info, out[1]))


def _inverse(op: str, A: Tensor) -> tuple[Tensor, Tensor]:  # noqa: N803
    check_square(op, A)
    return _Solve.apply(A, taut.eye(A.shape[-1], dtype=A.dtype).expand_as(A))


@in_own_types
def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The inverse of each matrix of a batch.

    Args:
        A: (..., n, n).

    Raises:
        RuntimeError: A is not square or not floating point.
        LinAlgError: A is singular.

    Example:
        >>> import taut
        >>> taut.linalg.inv(taut.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])
    """
    inverse, info = _inverse("linalg.inv", A)
    _raise_singular("linalg.inv", info, _UNINVERTED)
    return taut._C._into("linalg.inv", inverse, out)


@in_own_types
def inv_ex(
    A: Tensor,  # noqa: N803
    *,
    check_errors: bool = False,
    out: tuple[Tensor, Tensor] | None = None,
) -> InvEx:
    """:func:`taut.linalg.inv` without an error for singular matrices.

    Args:
        A: (..., n, n).
        check_errors: raise all the same.

    Returns:
        The inverse, infinite or NaN where A is singular, and info (int32, of the batch): 0, or the
        first pivot that is zero, counted from 1.

    Example:
        >>> import taut
        >>> taut.linalg.inv_ex(taut.zeros(1, 1)).info
        tensor(1, dtype=torch.int32)
    """
    op = "linalg.inv_ex"
    inverse, info = _inverse(op, A)
    if check_errors:
        _raise_singular(op, info, _UNINVERTED)
    if out is None:
        return InvEx(inverse, info)
    return InvEx(taut._C._into(op, inverse, out[0]), _C._into(op, info, out[1]))


def _lstsq_columns(op: str, A: Tensor, B: Tensor) -> tuple[Tensor, bool]:  # noqa: N803
    """B as matrices, and whether it was vectors."""
    check_matrix(op, A)
    if B.dim() < 1:
        raise RuntimeError(f"{op}: other must have at least 1 dimension, got {B.dim()}")
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"{op}: Expected A and B to have the same dtype, got {A.dtype} and {B.dtype}"
        )
    is_vector = A.dim() - 1 == B.dim() and B.shape == A.shape[:-1]
    columns = B.unsqueeze(-1) if is_vector else B
    if columns.dim() < 2 or columns.shape[-2] != A.shape[-2]:
        raise RuntimeError(
            f"{op}: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} do not fit"
        )
    return columns, is_vector


@in_own_types
def lstsq(
    A: Tensor,  # noqa: N803
    B: Tensor,  # noqa: N803
    rcond: float | None = None,
    *,
    driver: str | None = None,
    out: tuple[Tensor, Tensor, Tensor, Tensor] | None = None,
) -> LstSq:
    """X with the least ||A X - B||, and among those the least ||X||, for each matrix of a batch.

    Args:
        A: (..., m, n).
        B: (..., m, k), or (..., m) where A is a batch of as many matrices.
        rcond: singular values up to ``rcond`` times the largest count as zero; eps max(m, n) if None.
        driver: the LAPACK routine whose results to give: "gelsy" (None), "gelsd", "gelss", or "gels",
            which takes A to be of full rank.

    Returns:
        solution (..., n, k); residuals (..., k), the squared distances, where m > n, all ranks are n and
        the driver is not "gelsy"; rank (...), but for "gels"; singular_values (..., min(m, n)) for
        "gelsd" and "gelss". What is not given is empty.

    Raises:
        RuntimeError: shapes or types that do not fit, or an unknown driver.

    Example:
        >>> import taut
        >>> taut.linalg.lstsq(taut.tensor([[1.0], [1.0]]), taut.tensor([[1.0], [3.0]])).solution.round()
        tensor([[2.]])

    Source: Golub and Van Loan, "Matrix computations", section 5.5.
    """
    op = "linalg.lstsq"
    columns, is_vector = _lstsq_columns(op, A, B)
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            f"{op}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss), got {driver}"
        )
    (m, n), driver = A.shape[-2:], driver or "gelsy"
    if rcond is None:
        rcond = taut.finfo(A.dtype).eps * max(m, n)
    A, columns = broadcast_batches(A, columns)  # noqa: N806
    X = pinv(A, rtol=0.0 if driver == "gels" else rcond) @ columns  # noqa: N806
    with taut.no_grad():
        S = values_of(A, op)  # noqa: N806
    least = S.amax(-1, True) * rcond if S.numel() else S
    rank = S.gt(least).sum(-1)
    residuals = A.reshape(-1)[:0]
    if m > n and driver != "gelsy" and (driver == "gels" or bool((rank == n).all())):
        residuals = ((A @ X - columns) ** 2).sum(-2)
    results = LstSq(
        X.squeeze(-1) if is_vector else X,
        residuals,
        taut.empty(0, dtype=taut.int64) if driver == "gels" else rank,
        S if driver in ("gelsd", "gelss") else A.new_empty(0),
    )
    return into_all(op, results, out, cast_into)

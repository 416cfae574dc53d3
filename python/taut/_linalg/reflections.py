"""QR factorisations and products of Householder reflections."""

from __future__ import annotations

from typing import NamedTuple

import taut
from taut import _C, Tensor
from taut._autocast_types import in_own_types
from taut._linalg.cholesky import solve_triangular
from taut._linalg.common import cast_into, check_floating, into_all, wrap

__all__ = ["QR", "geqrf", "householder_product", "qr"]


class QR(NamedTuple):
    """The factors of :func:`qr`.

    Example:
        >>> import taut
        >>> taut.linalg.qr(taut.ones(1, 1)).R
        tensor([[1.]])
    """

    Q: Tensor
    R: Tensor


@in_own_types
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
    return into_all("linalg.qr", QR(*results), out)


@in_own_types
def householder_product(A: Tensor, tau: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The first columns of a product of Householder reflections, as :func:`taut.geqrf` gives them.

    Args:
        A: (..., m, n) with m >= n; the reflection i is by the part of column i below the diagonal,
            with a 1 on it.
        tau: (..., k), the factor of each reflection, k <= n.

    Raises:
        RuntimeError: the shapes do not fit, or the types are not floating point.

    Example:
        >>> import taut
        >>> taut.linalg.householder_product(taut.eye(2), taut.zeros(2))
        tensor([[1., 0.],
                [0., 1.]])

    Source: Schreiber and Van Loan, "A storage-efficient WY representation for products of Householder
    transformations", 1989.
    """
    check_floating("linalg.householder_product", A)
    if A.dim() < 2 or A.shape[-2] < A.shape[-1] or tau.shape[-1] > A.shape[-1]:
        raise RuntimeError(
            "linalg.householder_product: expected (..., m, n) with m >= n and at most n factors, got "
            f"{tuple(A.shape)} and {tuple(tau.shape)}"
        )
    (m, n), k = A.shape[-2:], tau.shape[-1]
    V = A[..., :k].tril(-1) + taut.eye(m, k, dtype=A.dtype)  # noqa: N806
    # Q = I - V T with T = (I + D S)^-1 D V^t, D the factors and S the strict upper part of V^t V.
    factors = tau.unsqueeze(-1)
    T = solve_triangular(  # noqa: N806
        factors * (V.mT @ V), factors * V[..., :n, :].mT, upper=True, unitriangular=True
    )
    Q = taut.eye(m, n, dtype=A.dtype) - V @ T  # noqa: N806
    return cast_into("linalg.householder_product", Q, out)


def geqrf(input: Tensor, *, out: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
    """The QR factorisation as LAPACK stores it: R above the diagonal, reflections below, their factors.

    Not differentiable; see :func:`taut.linalg.qr`.

    Raises:
        RuntimeError: fewer than 2 dimensions, or not floating point.

    Example:
        >>> import taut
        >>> a, tau = taut.geqrf(taut.eye(2))
        >>> tau
        tensor([0., 0.])
    """
    import numpy as np

    check_floating("geqrf", input)
    if input.dim() < 2:
        raise RuntimeError(f"geqrf: expected at least 2 dimensions, got {input.dim()}")
    with np.errstate(all="ignore"):
        reflections, factors = np.linalg.qr(input.detach().numpy(), mode="raw")
    results = (np.swapaxes(reflections, -1, -2), factors)
    a, tau = (
        cast_into("geqrf", wrap(r), o) for r, o in zip(results, out or (None, None), strict=True)
    )
    return a, tau

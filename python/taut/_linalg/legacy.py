"""Factorisations and inverses in the forms that they have in :mod:`taut` itself."""

from __future__ import annotations

from typing import NamedTuple

from taut import Tensor
from taut._autocast_types import in_own_types
from taut._linalg.cholesky import cholesky_factor
from taut._linalg.common import batch_of, cast_into, check_matrix, into_all
from taut._linalg.powers import cross as _cross
from taut._linalg.reflections import QR
from taut._linalg.reflections import householder_product as orgqr
from taut._linalg.reflections import qr as _qr
from taut._linalg.svd import pinv, svd_of, values_of
from taut._linalg.systems import inv as inverse

__all__ = ["cholesky", "cross", "inverse", "orgqr", "pinverse", "qr", "svd"]


class SVD(NamedTuple):
    """The factors of :func:`taut.svd`.

    Example:
        >>> import taut
        >>> taut.svd(taut.ones(1, 1)).S
        tensor([1.])
    """

    U: Tensor
    S: Tensor
    V: Tensor


@in_own_types
def svd(
    input: Tensor,
    some: bool = True,
    compute_uv: bool = True,
    *,
    out: tuple[Tensor, Tensor, Tensor] | None = None,
) -> SVD:
    """input = U diag(S) V^T: :func:`taut.linalg.svd` in its former form.

    Args:
        input: (..., m, n).
        some: U (m, k) and V (n, k) for k = min(m, n), not (m, m) and (n, n).
        compute_uv: False for zeros in place of U (m, m) and V (n, n).

    Raises:
        RuntimeError: fewer than 2 dimensions or not floating point.

    Example:
        >>> import taut
        >>> taut.svd(taut.tensor([[3.0, 0.0], [0.0, -4.0]])).S
        tensor([4., 3.])
    """
    check_matrix("svd", input)
    if compute_uv:
        U, S, Vh = svd_of(input, not some, "svd")  # noqa: N806
        return into_all("svd", SVD(U, S, Vh.mT), out)
    (m, n), batch = input.shape[-2:], batch_of(input)
    S = values_of(input, "svd")  # noqa: N806
    U, V = input.new_zeros((*batch, m, m)), input.new_zeros((*batch, n, n))  # noqa: N806
    return into_all("svd", SVD(U, S, V), out)


@in_own_types
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """:func:`taut.linalg.pinv` in its former form.

    Example:
        >>> import taut
        >>> taut.pinverse(taut.tensor([[2.0]]))
        tensor([[0.5000]])
    """
    return pinv(input, rcond)


@in_own_types
def qr(input: Tensor, some: bool = True, *, out: tuple[Tensor, Tensor] | None = None) -> QR:
    """input = Q R: :func:`taut.linalg.qr` in its former form.

    Args:
        input: (..., m, n).
        some: min(m, n) columns of Q, not all m.

    Example:
        >>> import taut
        >>> taut.qr(taut.eye(3)[:, :2]).Q.shape
        torch.Size([3, 2])
    """
    return _qr(input, "reduced" if some else "complete", out=out)


@in_own_types
def cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """:func:`taut.linalg.cholesky` in its former form.

    Example:
        >>> import taut
        >>> taut.cholesky(taut.tensor([[4.0]]))
        tensor([[2.]])
    """
    return cast_into("cholesky", cholesky_factor("cholesky", input, upper), out)


def cross(
    input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """:func:`taut.linalg.cross` along the first dimension of three elements where ``dim`` is None.

    Raises:
        RuntimeError: there is none, or shapes do not fit.

    Example:
        >>> import taut
        >>> taut.cross(taut.tensor([1.0, 0.0, 0.0]), taut.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    if dim is None:
        dim = next((d for d, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError(
                f"cross: no dimension of size 3 in input of shape {list(input.shape)}"
            )
    return _cross(input, other, dim=dim, out=out)

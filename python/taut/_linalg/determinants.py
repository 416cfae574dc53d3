"""Determinants and their logarithms."""

from __future__ import annotations

from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._autocast_types import in_own_types
from taut._linalg.common import check_square, into_all, wrap
from taut._linalg.svd import svd_of
from taut._linalg.systems import inv_ex
from taut.autograd import Function

__all__ = ["SlogDet", "det", "logdet", "slogdet"]


class SlogDet(NamedTuple):
    """The results of :func:`taut.linalg.slogdet`.

    Example:
        >>> import taut
        >>> taut.linalg.slogdet(taut.ones(1, 1)).logabsdet
        tensor(0.)
    """

    sign: Tensor
    logabsdet: Tensor


def _matrices(t: Tensor) -> Tensor:
    """Numbers as matrices of one element, which broadcast."""
    return t.unsqueeze(-1).unsqueeze(-1)


def _cofactors(A: Tensor) -> Tensor:  # noqa: N803
    """The matrix of cofactors, of singular matrices too: U diag(product of the other singular values)
    Vh, times the sign of det(U Vh)."""
    U, S, Vh = svd_of(A, True, "linalg.det")  # noqa: N806
    own = taut.eye(S.shape[-1], dtype=taut.bool)
    others = taut.where(own, taut.ones_like(S).unsqueeze(-2), S.unsqueeze(-2)).prod(-1)
    sign = det(U.detach()) * det(Vh.detach())
    return _matrices(sign) * ((U * others.unsqueeze(-2)) @ Vh)


class _Det(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Tensor:  # noqa: N803
        import numpy as np

        with np.errstate(all="ignore"):  # large ones are infinite
            result = wrap(np.linalg.det(A.detach().numpy()))
        ctx.save_for_backward(A, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        A, result = ctx.saved_tensors  # noqa: N806
        if A.shape[-1] == 1:
            return _matrices(grad).expand_as(A)
        if bool((result == 0).any()) and bool(A.isfinite().all()):
            return _matrices(grad) * _cofactors(A)
        return _matrices(grad * result) * inv_ex(A).inverse.mT


@in_own_types
def det(A: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The determinant of each square matrix of a batch.

    Args:
        A: (..., n, n); the result is (...).

    Raises:
        RuntimeError: A is not square or not floating point.

    The gradient, the matrix of cofactors, exists for singular matrices too; that of the gradient there
    needs distinct singular values.

    Example:
        >>> import taut
        >>> taut.linalg.det(taut.tensor([[2.0, 1.0], [0.0, 3.0]]))
        tensor(6.)

    Source: Jacobi's formula; Magnus and Neudecker, "Matrix differential calculus", 1988.
    """
    check_square("linalg.det", A)
    return taut._C._into("linalg.det", _Det.apply(A), out)


class _SlogDet(Function):
    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Any:  # noqa: N803
        import numpy as np

        with np.errstate(all="ignore"):
            sign, logarithm = (wrap(r) for r in np.linalg.slogdet(A.detach().numpy()))
        ctx.save_for_backward(A)
        return sign, logarithm

    @staticmethod
    def backward(ctx: Any, _: Any, grad: Tensor) -> Tensor:
        (A,) = ctx.saved_tensors  # noqa: N806
        return _matrices(grad) * inv_ex(A).inverse.mT


@in_own_types
def slogdet(A: Tensor, *, out: tuple[Tensor, Tensor] | None = None) -> SlogDet:  # noqa: N803
    """The sign of the determinant and the logarithm of its size, for each square matrix of a batch.

    Args:
        A: (..., n, n); the results are (...). A singular matrix has the sign 0 and the logarithm -inf.

    Raises:
        RuntimeError: A is not square or not floating point.

    Example:
        >>> import taut
        >>> taut.linalg.slogdet(-taut.eye(3)).sign
        tensor(-1.)
    """
    check_square("linalg.slogdet", A)
    return into_all("linalg.slogdet", SlogDet(*_SlogDet.apply(A)), out)


@in_own_types
def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant of each square matrix of a batch; NaN where that is negative.

    Example:
        >>> import taut
        >>> taut.logdet(taut.eye(3))
        tensor(0.)
    """
    check_square("logdet", input)
    sign, logarithm = _SlogDet.apply(input)
    return taut.where(sign < 0, float("nan"), logarithm)

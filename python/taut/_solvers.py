"""Linear systems, matrix exponentials and Householder reflections.

Systems are solved, and matrices factorised, by the LAPACK that numpy carries; the derivatives are
products and further systems, so that every order of them exists.
"""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor

__all__ = ["geqrf", "householder_product", "inv", "matrix_exp", "solve"]


def _check_square(op: str, A: Tensor) -> None:  # noqa: N803
    if A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{op}: A must be batches of square matrices, got shape {tuple(A.shape)}"
        )
    _check_floating(op, A)


def _check_floating(op: str, A: Tensor) -> None:  # noqa: N803
    if not A.dtype.is_floating_point:
        raise RuntimeError(f"{op}: expected a floating point tensor, got {A.dtype}")
    if A.dtype.itemsize == 2:
        raise NotImplementedError(f"{op}: not implemented for {A.dtype}")


def _cast_into(op: str, result: Tensor, out: Tensor | None) -> Tensor:
    """The result in ``out``, which may be of another floating point type."""
    if out is not None and out.dtype.is_floating_point:
        result = result.to(out.dtype)
    return taut._C._into(op, result, out)


def _function() -> Any:
    """The class of :func:`solve`'s node; made when first used, as autograd imports this package."""
    global _Solve
    if _Solve is None:
        from taut.autograd import Function

        class Solve(Function):
            """X with A X = B, for matrices."""

            @staticmethod
            def forward(ctx: Any, A: Tensor, B: Tensor) -> Tensor:  # noqa: N803
                import numpy as np

                try:
                    X = np.linalg.solve(A.detach().numpy(), B.detach().numpy())
                except np.linalg.LinAlgError as error:
                    raise RuntimeError(
                        "linalg.solve: The solver failed because the input matrix is singular."
                    ) from error
                out = taut.from_numpy(np.ascontiguousarray(X))
                ctx.save_for_backward(A, out)
                return out

            @staticmethod
            def backward(ctx: Any, grad: Tensor) -> Any:
                A, X = ctx.saved_tensors
                grad_B = Solve.apply(A.mT, grad)
                grad_A = -(grad_B @ X.mT) if ctx.needs_input_grad[0] else None
                return grad_A, grad_B

        _Solve = Solve
    return _Solve


_Solve: Any = None


def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """X with A X = B, or X A = B with ``left=False``, for each matrix of a batch.

    Args:
        A: (..., n, n), each invertible.
        B: (..., n, k), or (n,), or (..., n) where A is a batch of as many matrices.

    Raises:
        RuntimeError: A is not square, not floating point or singular, or shapes do not fit.

    Example:
        >>> import taut
        >>> taut.linalg.solve(taut.tensor([[2.0, 0.0], [0.0, 4.0]]), taut.ones(2))
        tensor([0.5000, 0.2500])
    """
    _check_square("linalg.solve", A)
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, got {A.dtype} and {B.dtype}"
        )
    is_vector = B.dim() == 1 or (B.dim() == A.dim() - 1 and B.shape == A.shape[:-1])
    columns = B.unsqueeze(-1) if is_vector else B
    if not left:
        if is_vector:
            raise RuntimeError("linalg.solve: left=False needs B to be a matrix, got a vector")
        A, columns = A.mT, columns.mT  # noqa: N806
    if columns.dim() < 2 or columns.shape[-2] != A.shape[-1]:
        raise RuntimeError(
            f"linalg.solve: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} do not fit"
        )
    shapes = (taut.empty(t.shape[:-2], device="meta") for t in (A, columns))
    batch = taut.broadcast_tensors(*shapes)[0].shape
    A = A.expand(*batch, *A.shape[-2:])  # noqa: N806
    columns = columns.expand(*batch, *columns.shape[-2:])
    X = _function().apply(A, columns)  # noqa: N806
    X = X if left else X.mT  # noqa: N806
    return taut._C._into("linalg.solve", X.squeeze(-1) if is_vector else X, out)


def inv(A: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The inverse of each matrix of a batch.

    Raises:
        RuntimeError: A is not square, not floating point or singular.

    Example:
        >>> import taut
        >>> taut.linalg.inv(taut.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])
    """
    _check_square("linalg.inv", A)
    return solve(A, taut.eye(A.shape[-1], dtype=A.dtype), out=out)


# exp(x) to degree 16, grouped by fours: sum of x^i / i! for i in a group, the powers up to 4.
_COEFFICIENTS = [1.0]
for _i in range(1, 17):
    _COEFFICIENTS.append(_COEFFICIENTS[-1] / _i)


def matrix_exp(A: Tensor) -> Tensor:  # noqa: N803
    """The exponential of each square matrix of a batch.

    The matrix is halved until its norm is below 1/2, exponentiated by its Taylor polynomial of degree
    16, and squared as often.

    Raises:
        RuntimeError: A is not square or not floating point.

    Example:
        >>> import taut
        >>> taut.matrix_exp(taut.zeros(2, 2))
        tensor([[1., 0.],
                [0., 1.]])

    Source: Paterson and Stockmeyer, "On the number of nonscalar multiplications necessary to evaluate
    polynomials", 1973; Moler and Van Loan, "Nineteen dubious ways to compute the exponential of a
    matrix", 2003.
    """
    _check_square("linalg.matrix_exp", A)
    if A.numel() == 0:
        return A.clone()
    largest = float(A.detach().abs().sum(-2).max())
    halvings = 0
    while largest > 0.5 and largest < float("inf"):
        largest, halvings = largest / 2, halvings + 1
    X = A * 0.5**halvings  # noqa: N806
    eye = taut.eye(A.shape[-1], dtype=A.dtype)
    X2 = X @ X  # noqa: N806
    powers = [eye, X, X2, X2 @ X]
    X4 = X2 @ X2  # noqa: N806
    result = X4 * _COEFFICIENTS[16]
    for group in (12, 8, 4, 0):
        for i, power in enumerate(powers):
            result = result + power * _COEFFICIENTS[group + i]
        if group:
            result = X4 @ result
    for _ in range(halvings):
        result = result @ result
    return result


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
    _check_floating("linalg.householder_product", A)
    if A.dim() < 2 or A.shape[-2] < A.shape[-1] or tau.shape[-1] > A.shape[-1]:
        raise RuntimeError(
            "linalg.householder_product: expected (..., m, n) with m >= n and at most n factors, got "
            f"{tuple(A.shape)} and {tuple(tau.shape)}"
        )
    (m, n), k = A.shape[-2:], tau.shape[-1]
    V = A[..., :k].tril(-1) + taut.eye(m, k, dtype=A.dtype)  # noqa: N806
    # Q = I - V T V^t with T = (I + D S)^-1 D, D the factors and S the strict upper part of V^t V.
    factors = tau.unsqueeze(-1)
    system = taut.eye(k, dtype=A.dtype) + factors * (V.mT @ V).triu(1)
    Q = taut.eye(m, n, dtype=A.dtype) - V @ solve(system, factors * V[..., :n, :].mT)  # noqa: N806
    return _cast_into("linalg.householder_product", Q, out)


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

    _check_floating("geqrf", input)
    if input.dim() < 2:
        raise RuntimeError(f"geqrf: expected at least 2 dimensions, got {input.dim()}")
    reflections, factors = np.linalg.qr(input.detach().numpy(), mode="raw")
    results = (np.swapaxes(reflections, -1, -2), factors)
    a, tau = (
        _cast_into("geqrf", taut.from_numpy(np.ascontiguousarray(r)), o)
        for r, o in zip(results, out or (None, None), strict=True)
    )
    return a, tau

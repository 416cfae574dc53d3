"""What multivariate distributions need of matrices."""

from __future__ import annotations

import taut
from taut import Tensor

__all__ = ["cholesky", "is_positive_definite", "solve_lower"]


def cholesky(matrix: Tensor) -> Tensor:
    """The lower factor L of matrices L L^T, column by column; NaN where there is none."""
    matrix = (matrix + matrix.mT) / 2  # so that the gradient is symmetric, too
    columns: list[Tensor] = []
    for j in range(matrix.size(-1)):
        column = matrix[..., :, j]
        if columns:
            before = taut.stack(columns, -1)
            column = column - (before @ before[..., j, :].unsqueeze(-1)).squeeze(-1)
        column = column / column[..., j : j + 1].sqrt()
        columns.append(column.masked_fill(taut.arange(matrix.size(-1)) < j, 0))
    return taut.stack(columns, -1) if columns else matrix


def is_positive_definite(matrix: Tensor) -> Tensor:
    """Whether symmetric matrices are positive definite."""
    with taut.no_grad():
        return (cholesky(matrix).diagonal(dim1=-2, dim2=-1) > 0).all(-1)


def solve_lower(factor: Tensor, right: Tensor) -> Tensor:
    """x with L x = b, for lower triangular L and a batch of matrices b."""
    return taut.linalg.solve(factor.tril(), right)

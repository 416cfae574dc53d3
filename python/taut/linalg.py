"""Linear algebra.

Example:
    >>> import taut
    >>> A = taut.tensor([[2.0, 1.0], [1.0, 3.0]])
    >>> taut.linalg.solve(A, A @ taut.tensor([1.0, 2.0]))
    tensor([1., 2.])
"""

from taut import matmul
from taut._linalg.cholesky import CholeskyEx, cholesky, cholesky_ex, solve_triangular
from taut._linalg.common import LinAlgError
from taut._linalg.determinants import SlogDet, det, slogdet
from taut._linalg.eigh import Eigh, eigh, eigvalsh
from taut._linalg.norms import cond, matrix_norm, norm, vector_norm
from taut._linalg.powers import cross, diagonal, matrix_exp, matrix_power, multi_dot, vecdot
from taut._linalg.reflections import QR, householder_product, qr
from taut._linalg.svd import SVD, matrix_rank, pinv, svd, svdvals
from taut._linalg.systems import InvEx, LstSq, SolveEx, inv, inv_ex, lstsq, solve, solve_ex

__all__ = [
    "QR",
    "SVD",
    "CholeskyEx",
    "Eigh",
    "InvEx",
    "LinAlgError",
    "LstSq",
    "SlogDet",
    "SolveEx",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "lstsq",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "vecdot",
    "vector_norm",
]

"""PyTorch's operation database: every aspect of every row of the first tier, of some of the second the main.

docs/compatibility.md has the other tiers, too; `python tools/compatibility.py` makes it.
"""

import pytest
import torch

import opdb
import opdb_checks
from tiers import TIER_1

ROWS = opdb.rows(TIER_1)
# Of the second tier, what is made of other operations in Python.
COMPOSED = """
    cdist cholesky cholesky_solve corrcoef cov cross cumulative_trapezoid diff dist gradient
    histc histogram kron linalg.cholesky linalg.cholesky_ex linalg.cond linalg.cross
    linalg.det linalg.diagonal linalg.eigh linalg.eigvalsh linalg.inv linalg.inv_ex linalg.lstsq
    linalg.matrix_norm linalg.matrix_power linalg.matrix_rank linalg.multi_dot linalg.pinv linalg.qr
    linalg.slogdet linalg.solve linalg.solve_ex linalg.solve_triangular linalg.svd linalg.svdvals
    linalg.vecdot logdet mode nanquantile narrow_copy nn.functional.grid_sample nn.functional.pdist
    pinverse qr quantile renorm sum_to_size unravel_index unsafe_split
    split_with_sizes_copy svd transpose_copy trapezoid trapz unbind_copy
""".split()
CASES = {
    f"{opdb.named(op)}-{aspect}": check
    for op in ROWS
    for aspect, check in opdb_checks.aspects(op).items()
}
CASES |= {
    f"{opdb.named(op)}-{aspect}": check
    for op in opdb.rows(COMPOSED)
    for aspect, check in opdb_checks.aspects(op).items()
    if aspect in ("values float64", "gradients", "method", "errors")
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_row(case):
    CASES[case]()


def test_the_database_is_used():
    assert len(ROWS) >= 310
    assert {op.name for op in ROWS} >= TIER_1 - {"upsample_nearest"}

"""PyTorch's operation database: every aspect of every row of the first tier.

docs/compatibility.md has the other tiers, too; `python tools/compatibility.py` makes it.
"""

import pytest
import torch

import opdb
import opdb_checks
from tiers import TIER_1

ROWS = opdb.rows(TIER_1)
CASES = {
    f"{opdb.named(op)}-{aspect}": (opdb.named(op), aspect, check)
    for op in ROWS
    for aspect, check in opdb_checks.aspects(op).items()
}
VALUES = ("values float64", "values float32")
# What is not there yet. A case that agrees fails here, so that the list stays true.
MISSING = {
    # The nuclear norm needs singular values.
    "norm-nuc": {*VALUES, "gradients", "second order", "method", "out"},
    **{f"linalg.norm{variant}": {
        *VALUES, "values bfloat16", "values float16", "gradients", "second order", "out",
    } for variant in ("", "-subgradients_at_zero")},
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_row(case):
    row, aspect, check = CASES[case]
    if aspect not in MISSING.get(row, ()):
        check()
        return
    with pytest.raises((AssertionError, NotImplementedError, IndexError)):
        check()


def test_the_database_is_used():
    assert len(ROWS) >= 310
    assert {op.name for op in ROWS} >= TIER_1 - {"upsample_nearest"}


def test_what_is_missing_has_a_row():
    rows = {opdb.named(op): set(opdb_checks.aspects(op)) for op in ROWS}
    for row, aspects in MISSING.items():
        assert aspects <= rows[row], row

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
    f"{opdb.named(op)}-{aspect}": check
    for op in ROWS
    for aspect, check in opdb_checks.aspects(op).items()
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

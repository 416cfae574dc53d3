"""The sweeps of `benchmarks/scaling.py`, and the arithmetic of their bends."""

import json

import pytest

import curves
import scaling
import taut
from sweeps import SWEEPS


@pytest.mark.parametrize("name", SWEEPS)
def test_sweeps_run(monkeypatch, name):
    monkeypatch.setattr(scaling, "seconds_per_call", lambda f: (f(), f(), 1.0)[-1])
    sweep = SWEEPS[name]
    for make in sweep.series.values():
        assert scaling.curve(taut, make, sweep.sizes[:2]) == [1.0, 1.0]


def test_what_is_committed_is_of_this_program():
    found = json.loads(scaling.RESULTS.read_text())["sweeps"]
    assert list(found) == list(SWEEPS)
    page = curves.PAGE.read_text()
    for name, sweep in SWEEPS.items():
        assert tuple(found[name]["sizes"]) == sweep.sizes
        assert curves.section(name, found[name]) in page
        assert (curves.IMAGES / f"scaling_{name}.svg").exists()
        assert all(list(series) == list(sweep.series) for series in found[name]["seconds"].values())


@pytest.mark.parametrize(
    ("cost", "first", "second"),
    [
        (lambda n: 1e-6 + 1e-9 * n, 1000, "none"),  # a floor under a line
        (lambda n: 1e-9 * n, None, "none"),
        (lambda n: 1e-6 + 1e-9 * n * (1 + 3 * (n >= 10**6)), 1000, "1,000,000"),
    ],
)
def test_bends_are_where_they_are(cost, first, second):
    sizes = [10**i for i in range(9)]
    *_, found, past = curves.figures(sizes, [cost(n) for n in sizes])
    assert past == second
    if first is None:
        assert found == "none"
    else:
        assert float(found.replace(",", "")) == pytest.approx(first, rel=0.05)

"""The benchmark's own arithmetic, on made-up readings."""

import copy
import json
import sys

import pytest

import report
import run
from cases import CASES

CASE = next(i for i, case in enumerate(CASES) if case.unit == "time" and not case.parallel)
PARALLEL = next(i for i, case in enumerate(CASES) if case.parallel)


def rows(taut, torch=(1.0, 1.0, 1.0), case=CASE):
    """Results with one case, of these times per round."""
    measured = {"torch": {case: run.summary(list(torch))}, "taut": {case: run.summary(list(taut))}}
    one = report.row(CASES[case], 1, measured["torch"][case], measured["taut"][case])
    return {"rows": {"the case": one}}


def is_worse(old, new):
    return bool(list(run.worse(old, new)))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((0.50, 0.50, 0.50), (0.50, 0.50, 0.50), False),
        ((0.50, 0.50, 0.50), (0.30, 0.30, 0.30), False),  # faster
        ((0.50, 0.50, 0.50), (0.52, 0.52, 0.52), False),  # not told apart
        ((0.50, 0.50, 0.50), (0.60, 0.60, 0.60), True),
        ((0.49, 0.50, 0.51), (0.58, 0.60, 0.62), True),
        ((0.40, 0.50, 0.70), (0.58, 0.60, 0.62), False),  # the old run scattered as far
        ((0.49, 0.50, 0.51), (0.50, 0.60, 0.90), False),  # so did the new one
        ((0.40, 0.50, 0.70), (0.80, 0.90, 1.50), True),  # beyond the scatter of both
    ],
)
def test_worse_means_by_more_than_the_scatter(before, now, expected):
    assert is_worse(rows(before), rows(now)) == expected


def test_one_slow_round_is_scatter():
    assert not is_worse(rows((0.5, 0.5, 0.5)), rows((0.5, 5.0, 0.5)))


def test_a_slow_machine_is_not_a_slow_program():
    """Both modules ran at half the speed in the second round, and later at a third throughout."""
    old = rows((0.5, 1.0, 0.5), torch=(1, 2, 1))
    assert old["rows"]["the case"]["lowest"] == old["rows"]["the case"]["highest"] == 0.5
    assert not is_worse(old, rows((1.5, 1.5, 1.5), torch=(3, 3, 3)))
    assert is_worse(old, rows((1.5, 1.5, 1.5), torch=(2, 2, 2)))


def test_the_ratio_lies_in_its_range():
    row = rows((1.0, 2.0, 9.0), torch=(4.0, 1.0, 2.0))["rows"]["the case"]
    assert row["lowest"] <= row["ratio"] <= row["highest"]
    assert (row["lowest"], row["ratio"], row["highest"]) == (0.25, 1.0, 4.5)


def test_what_no_longer_runs_is_worse():
    old = rows((0.5, 0.5, 0.5))
    new = copy.deepcopy(old)
    new["rows"]["the case"]["ratio"] = None
    assert is_worse(old, new) and not is_worse(new, old) and not is_worse(new, new)


def test_new_cases_have_nothing_to_be_compared_with():
    assert not is_worse({"rows": {}}, rows((9.0, 9.0, 9.0)))


@pytest.mark.parametrize(("now", "status"), [(0.5, 0), (0.9, 1)])
def test_the_command_fails_where_a_row_is_worse(monkeypatch, tmp_path, capsys, now, status):
    """From the readings of processes to the exit status; what is written is what is compared with."""
    seconds = {"torch": 1.0, "taut": 0.5}

    def worker(module, threads, indices):
        return {i: {"value": seconds[module], "digest": None} for i in indices}

    monkeypatch.setattr(run, "worker", worker)
    monkeypatch.setattr(run, "start_times", lambda rounds: {})
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(run, "TABLE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(sys, "argv", ["run.py", "--write"])
    assert run.main() == 0
    seconds["taut"] = now
    monkeypatch.setattr(sys, "argv", ["run.py", "--check"])
    assert run.main() == status
    said = capsys.readouterr().out
    assert (f"{CASES[CASE].name}, 1 thread: 0.50 before" in said) == bool(status)


@pytest.mark.parametrize(
    ("load", "cores", "threads", "expected"),
    [(0.1, 2, 2, True), (1.0, 2, 2, False), (5.0, 8, 2, True), (5.0, 2, 2, False)],
)
def test_the_table_takes_threads_that_have_a_core_each(monkeypatch, load, cores, threads, expected):
    monkeypatch.setattr(run, "busy_cores", lambda: load)
    monkeypatch.setattr(run.os, "cpu_count", lambda: cores)
    assert run.has_cores(threads) == expected


def test_rounds_that_do_not_exist_cannot_scatter(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["run.py", "--check", "--rounds", "1"])
    with pytest.raises(SystemExit):
        run.main()


def test_threads_are_compared_by_least_times_and_by_bits():
    def readings(times, digest):
        return {"taut": {PARALLEL: {**run.summary(times), "digest": digest}}}

    one, two = readings([2.0, 2.2, 9.0], 7), readings([1.0, 1.6, 1.7], 7)
    name = CASES[PARALLEL].name
    assert report.scaling({1: one, 2: two}) == {name: {"gain": 2.0, "identical": True}}
    two["taut"][PARALLEL]["digest"] = 8
    assert not report.scaling({1: one, 2: two})[name]["identical"]
    one["taut"][PARALLEL]["digest"] = two["taut"][PARALLEL]["digest"] = None  # rounds differed
    assert not report.scaling({1: one, 2: two})[name]["identical"]
    assert report.scaling({1: one}) == {}


def test_rounds_with_different_bits_have_no_digest():
    assert run.digested([{"value": 1.0, "digest": 3}] * 2)["digest"] == 3
    assert (
        run.digested([{"value": 1.0, "digest": 3}, {"value": 1.0, "digest": 4}])["digest"] is None
    )


def test_the_committed_table_has_what_the_check_reads():
    found = json.loads(run.RESULTS.read_text())
    for key, row in found["rows"].items():
        assert row["ratio"] is None or row["lowest"] <= row["ratio"] <= row["highest"], key

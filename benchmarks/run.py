"""Times taut and PyTorch side by side on the same cases.

    python benchmarks/run.py [--only WORDS] [--rounds N] [--threads 1 2] [--write] [--check]

Processes alternate between the two (A B A B), so drift of the machine falls on both; the figures are
medians over the rounds. ``--write`` updates docs/benchmarks.md and benchmarks/results.json, ``--check``
compares with them and fails where a case got slower against PyTorch by more than both runs scatter:
where the lowest ratio of any round now is above the highest then. One round alone has no scatter.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import report
from cases import CASES

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
TABLE = HERE.parent / "docs" / "benchmarks.md"
MODULES = ("torch", "taut")
# Rounds can agree by luck: what differs by less is not told apart.
INDISTINCT = 0.05


def worker(module, threads, indices):
    """One process: every case with one module."""
    command = [sys.executable, HERE / "measure.py", module, "--threads", str(threads), "--cases"]
    run = subprocess.run(
        [*command, *map(str, indices)], stdout=subprocess.PIPE, text=True, check=True
    )
    return {int(index): value for index, value in json.loads(run.stdout).items()}


def summary(values):
    """The median of the rounds and the rounds themselves; or why there is none."""
    missing = [v for v in values if isinstance(v, str)]
    if missing:
        return {"missing": missing[0]}
    return {"median": statistics.median(values), "rounds": values}


def measure(indices, threads, rounds):
    """Results by module and case, of alternating processes. What reads the peak of a process has its own."""
    groups = [[i for i in indices if CASES[i].unit == "time"]]
    groups += [[i] for i in indices if CASES[i].unit == "bytes"]
    found = {module: {i: [] for i in indices} for module in MODULES}
    for round_number in range(rounds):
        for group in filter(None, groups):
            for module in MODULES:
                print(f"  {threads} thread(s), round {round_number + 1}: {module}", file=sys.stderr)
                for index, reading in worker(module, threads, group).items():
                    found[module][index].append(reading)
    return {m: {i: digested(r) for i, r in cases.items()} for m, cases in found.items()}


def digested(readings):
    """The rounds of a case, and the one digest of its results (None: none asked for, or they differ)."""
    digests = {reading.get("digest") for reading in readings}
    digest = digests.pop() if len(digests) == 1 else None
    return {**summary([r.get("value", r.get("missing")) for r in readings]), "digest": digest}


def start_times(rounds):
    """Milliseconds and MB that importing costs, over an empty interpreter."""
    return {
        module: {k: summary(v) for k, v in readings(module, rounds).items()} for module in MODULES
    }


def readings(module, rounds):
    code = (
        "import time, programs; before = programs.peak_bytes(); start = time.perf_counter(); "
        f"import {module}; print(time.perf_counter() - start, programs.peak_bytes() - before)"
    )
    pairs = []
    for _ in range(2 * rounds + 1):
        command = [sys.executable, "-c", code]
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
        pairs.append([float(word) for word in out.stdout.split()])
    return {"ms": [1e3 * s for s, _ in pairs], "MB": [size / 2**20 for _, size in pairs]}


def worse(old, new):
    """Rows that got slower by more than both runs scatter, or that no longer run, as lines."""
    for key, row in new["rows"].items():
        before = old["rows"].get(key)
        if before is None or before["ratio"] is None:
            continue
        if row["ratio"] is None:
            yield f"{key}: {before['ratio']:.2f} before, does not run now"
        elif row["lowest"] > before["highest"] * (1 + INDISTINCT):
            yield (
                f"{key}: {before['ratio']:.2f} before ({before['lowest']:.2f} to "
                f"{before['highest']:.2f}), {row['ratio']:.2f} now ({row['lowest']:.2f} to "
                f"{row['highest']:.2f})"
            )


def has_cores(threads):
    """Whether the machine is idle enough that each thread would have a core of its own.

    Where not, both modules wait for threads that are not running, and for how long is chance.
    """
    busy, cores = busy_cores(), os.cpu_count() or 1
    if busy + threads <= cores + 0.2:
        return True
    print(
        f"{threads} threads left out of the table: {busy:.1f} of {cores} cores busy",
        file=sys.stderr,
    )
    return False


def busy_cores(seconds=2.0):
    """How many cores other processes use now; the load of the last minute where the system does not say."""

    def idle_seconds():
        with open("/proc/stat", encoding="ascii") as file:
            fields = file.readline().split()
        return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")

    try:
        before = idle_seconds()
        time.sleep(seconds)
        return max((os.cpu_count() or 1) - (idle_seconds() - before) / seconds, 0.0)
    except OSError:
        return os.getloadavg()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="cases whose group or name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", action="store_true", help="update the committed table")
    parser.add_argument("--check", action="store_true", help="compare with the committed table")
    options = parser.parse_args()
    if options.check and options.rounds < 2:
        parser.error("--check needs two rounds or more, to know how they scatter")
    indices = [i for i, c in enumerate(CASES) if options.only in f"{c.group}: {c.name}"]
    if not indices:
        parser.error(f"no case contains {options.only!r}")

    threads = [n for n in options.threads if n == 1 or not options.write or has_cores(n)]
    measured = {n: measure(indices, n, options.rounds) for n in threads}
    results = report.results(measured, start_times(options.rounds))
    print(report.text(results))
    if options.check:
        lines = list(worse(json.loads(RESULTS.read_text()), results))
        print("\n".join(lines) or "nothing is slower than the committed table, within noise")
        return 1 if lines else 0
    if options.write:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        TABLE.write_text(report.markdown(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())

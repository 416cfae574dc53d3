"""The benchmark's results as JSON, as text and as docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform

from cases import CASES

HEADER = ("case", "threads", "PyTorch", "taut", "ratio", "goal", "")

ABOUT = """# Benchmarks

Made by `python benchmarks/run.py --write` (`make bench ARGS=--write`); not edited by hand.

taut beside PyTorch on the same source (`benchmarks/cases.py`), in one run, processes alternating, the median of each.
A ratio below 1 means taut is faster; in brackets its range over the rounds; "reached" compares it with the goal. Absolute times
depend on the machine and on what else it does; the ratios are what to read. Rows for two threads and their gain are written only
where the machine was idle enough to give each thread a core. A row that says "not yet available" is an operation that taut does not have.

"""


def machine():
    """Where and with what this was measured."""
    import torch

    import taut

    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "load at the end": round(os.getloadavg()[0], 1),
        "taut": f"{taut.__version__}, {taut._C._isa()} kernels",
        "torch": f"{torch.__version__}, {torch.backends.cpu.get_cpu_capability()}",
        "python": platform.python_version(),
    }


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(
                line.split(":")[1].strip() for line in file if line.startswith("model name")
            )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def results(measured, start):
    """Everything measured, by a key that stays when cases are added."""
    rows = {}
    for threads, modules in measured.items():
        for index, torch in modules["torch"].items():
            case = CASES[index]
            key = f"{case.group}: {case.name}, {threads} thread{'s' * (threads > 1)}"
            rows[key] = row(case, threads, torch, modules["taut"][index])
    return {"machine": machine(), "rows": rows, "start": start, "threads": scaling(measured)}


def row(case, threads, torch, taut):
    found = {
        "group": case.group,
        "name": case.name,
        "threads": threads,
        "goal": case.goal,
        "unit": case.unit,
    }
    if "missing" in taut or "missing" in torch:
        return {**found, "ratio": None}
    figures = {"torch": torch["median"], "taut": taut["median"]}
    rates = {}
    if case.flops:
        rates["GFLOP/s"] = case.flops / taut["median"] / 1e9
    if case.bytes:
        rates["GB/s"] = case.bytes / taut["median"] / 1e9
    return {**found, **figures, **ratios(torch, taut), **rates}


def ratios(torch, taut):
    """The ratio of the medians, and the range of the rounds': in a round the two ran one after the
    other, so what slowed the machine slowed both.
    """
    ratio = taut["median"] / torch["median"]
    each = [b / a for a, b in zip(torch["rounds"], taut["rounds"], strict=True)]
    return {"ratio": ratio, "lowest": min(ratio, *each), "highest": max(ratio, *each)}


def scaling(measured):
    """One thread's time over two threads', and whether both gave the same bits.

    Of the least times: another program on one of the cores only makes the gain look smaller.
    """
    found = {}
    one, two = (measured.get(n, {}).get("taut", {}) for n in (1, 2))
    for index in (i for i, case in enumerate(CASES) if case.parallel and i in one and i in two):
        if "missing" not in one[index] and "missing" not in two[index]:
            found[CASES[index].name] = {
                "gain": min(one[index]["rounds"]) / min(two[index]["rounds"]),
                "identical": one[index]["digest"] == two[index]["digest"] is not None,
            }
    return found


def amount(value, unit):
    if unit == "bytes":
        return f"{value / 2**20:.1f} MB"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if value * factor >= 1:
            return f"{value * factor:.3g} {name}"
    return f"{value * 1e9:.3g} ns"


def cells(row):
    """A row of the table as words."""
    goal = "" if row["goal"] is None else f"{row['goal']:.2f}"
    if row["ratio"] is None:
        return row["name"], str(row["threads"]), "", "", "not yet available", goal, ""
    rate = "".join(f" ({row[r]:.0f} {r})" for r in ("GFLOP/s", "GB/s") if r in row)
    reached = "" if row["goal"] is None else "reached" if row["ratio"] <= row["goal"] else "not yet"
    figures = [amount(row[m], row["unit"]) for m in ("torch", "taut")]
    return (
        row["name"],
        str(row["threads"]),
        figures[0],
        figures[1] + rate,
        f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})",
        goal,
        reached,
    )


def groups(found):
    by_group = {}
    for row in found["rows"].values():
        by_group.setdefault(row["group"], []).append(cells(row))
    return by_group


def text(found):
    """The table for a terminal."""
    table = [HEADER, *(c for rows in groups(found).values() for c in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in table]
    return "\n".join([*lines, "", *others(found)])


def others(found):
    """What is no ratio of two times of a case."""
    for module, figures in found["start"].items():
        yield f"import {module}: {figures['ms']['median']:.0f} ms, {figures['MB']['median']:.0f} MB"
    for name, gain in found["threads"].items():
        same = "identical" if gain["identical"] else "DIFFERENT"
        yield f"2 threads over 1, {name}: {gain['gain']:.2f}x (goal 1.85x), results {same}"
    for name, value in found["machine"].items():
        yield f"{name}: {value}"


def markdown(found):
    """docs/benchmarks.md."""
    parts = [ABOUT]
    for group, rows in groups(found).items():
        parts += [
            f"## {group[0].upper()}{group[1:]}\n\n",
            line(HEADER),
            line(["---"] * len(HEADER)),
        ]
        parts += [*map(line, rows), "\n"]
    parts += ["## Start, threads and the machine\n\n", *(f"- {other}\n" for other in others(found))]
    parts += ["\nThe goals for starting are 30 ms and 20 MB.\n"]
    return "".join(parts)


def line(words):
    return "| " + " | ".join(words) + " |\n"

"""The sweeps of `scaling.py` as plots and as docs/scaling.md."""

from __future__ import annotations

import pathlib

import report
from sweeps import SWEEPS

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
PAGE, IMAGES = DOCS / "scaling.md", DOCS / "images"
COLOURS = {"torch": "#d1495b", "taut": "#0b6e4f"}
NAMES = {"torch": "PyTorch", "taut": "taut"}
# A unit of work is dear when it costs so many times what it costs at best.
DEAR = 1.5

ABOUT = """# Scaling

Made by `python benchmarks/scaling.py` (`make bench-scaling`); not edited by hand.

How cost grows with work, on one thread; both axes are logarithmic. On the left of each pair the whole time: what is proportional
to the work is a line at 45 degrees. On the right the time for a unit of work: what is proportional is level.

In the tables, *fixed* is the time at the smallest size; *at best* the least cost of a unit at any size; *first bend* how much work
takes as long as the fixed cost; *second bend* from where a unit costs half as much again as at best.

"""


def write(results):
    """The page and its images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    parts = [ABOUT]
    for name, found in results["sweeps"].items():
        plot(name, found, results["machine"]["caches"])
        parts.append(section(name, found))
    parts.append("## The machine\n\n")
    parts += [f"- {key}: {value}\n" for key, value in words(results["machine"])]
    PAGE.write_text("".join(parts))


def words(machine):
    for key, value in machine.items():
        if key == "caches":
            yield "caches", ", ".join(f"{k} {size // 1024:,} KiB" for k, size in value.items())
        else:
            yield key, value


def section(name, found):
    """A sweep's heading, plot, explanation and figures."""
    sweep = SWEEPS[name]
    rows = [("", "fixed", f"{sweep.unit} at best", "first bend", "second bend"), ("---",) * 5]
    for module, series in found["seconds"].items():
        for label, seconds in series.items():
            rows.append((label_of(module, label, series), *figures(found["sizes"], seconds)))
    table = "".join(report.line(row) for row in rows)
    image = f"![{sweep.title}](images/scaling_{name}.svg)"
    return f"## {sweep.title}\n\n{image}\n\n{sweep.why}\n\n{table}\n"


def figures(sizes, seconds):
    """Fixed cost, least cost of a unit, and where the two bends are, as words."""
    each = [s / n for s, n in zip(seconds, sizes, strict=True)]
    best = min(each)
    first = seconds[0] / best
    past = zip(sizes, each, strict=True)
    second = next((n for n, s in past if s > DEAR * best and n > sizes[each.index(best)]), None)
    return (
        report.amount(seconds[0], "time"),
        report.amount(best, "time"),
        f"{float(f'{first:.2g}'):,.0f}" if first >= 2 else "none",
        "none" if second is None else f"{second:,}",
    )


def label_of(module, label, series):
    return NAMES[module] + (f", {label}" if len(series) > 1 else "")


def plot(name, found, levels):
    """Time against work, and time for a unit of it, as docs/images/scaling_NAME.svg."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.hashsalt": "taut", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot

    sweep, sizes = SWEEPS[name], found["sizes"]
    figure, (whole, unit) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for module, series in found["seconds"].items():
        for (label, seconds), style in zip(series.items(), ("-", "--", ":"), strict=False):
            look = {"color": COLOURS[module], "linestyle": style, "marker": "."}
            look["label"] = label_of(module, label, series)
            whole.loglog(sizes, seconds, **look)
            unit.loglog(sizes, [s / n for s, n in zip(seconds, sizes, strict=True)], **look)
    for axes, title in ((whole, "seconds"), (unit, f"seconds per {sweep.unit}")):
        axes.set(xlabel=sweep.units, title=title)
        axes.grid(alpha=0.3)
        axes.minorticks_off()
        if sweep.bytes_per_unit:
            mark(axes, {k: size / sweep.bytes_per_unit for k, size in levels.items()})
    whole.legend(fontsize=7)
    figure.savefig(IMAGES / f"scaling_{name}.svg", metadata={"Date": None})
    pyplot.close(figure)


def mark(axes, places):
    """Named vertical lines."""
    for name, x in places.items():
        axes.axvline(x, color="grey", linewidth=0.8)
        where = axes.get_xaxis_transform()
        axes.text(x, 0.02, f" {name}", transform=where, fontsize=7, color="grey")

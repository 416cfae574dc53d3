"""What a table shows: rows folded to a depth, equal neighbours as one, the middle of many left out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from taut._inventory.rows import ModuleRow, ParameterRow
from taut.nn._init_gate import Draw

if TYPE_CHECKING:
    from taut._inventory.summary import Summary

__all__ = ["COLUMNS", "Line", "lines", "parameter_table", "totals"]

COLUMNS = (
    "path",
    "class",
    "output",
    "parameters",
    "trained",
    "uses",
    "multiply-adds",
    "FLOPs",
    "bytes",
    "tied to",
)
# Equal neighbours become one line in longer tables; the middle of still longer ones is left out.
_GROUPED, _LONGEST = 60, 200


@dataclasses.dataclass
class Line:
    """A line of the table; its cells are texts, in the order of ``COLUMNS``."""

    depth: int
    path: str
    cells: tuple[str, ...]
    size: int = 1


def lines(summary: Summary) -> list[Line]:
    """The lines that a summary shows."""
    found = _folded(summary)
    if len(found) > _GROUPED:
        found = _grouped(found)
    if len(found) > _LONGEST:
        half = _LONGEST // 2
        gap = Line(found[half].depth, "", (f"... {len(found) - 2 * half:,} more",) + ("",) * 9)
        found = [*found[:half], gap, *found[-half:]]
    return found


def _folded(summary: Summary) -> list[Line]:
    rows, found, i = summary.rows, [], 0
    while i < len(rows):
        row = rows[i]
        below = rows[i : i + row.size] if row.depth >= summary.depth else rows[i : i + 1]
        found.append(_line(row, below, summary.ran))
        i += len(below)
    return found


def _line(row: ModuleRow, rows: Sequence[ModuleRow], ran: bool) -> Line:
    params = [p for r in rows for p in r.parameters if not p.buffer]
    own = [p for p in params if p.tied_to is None]
    more = f" (+{len(rows) - 1:,})" if len(rows) > 1 else ""
    work = list(zip(row.multiply_adds, row.flops, strict=True)) or _work_below(rows)
    cells = (
        row.name or "",
        row.kind + more,
        " ".join(map(shape, row.output)) if row.output else "-" if ran else "",
        _count(params),
        trained(params),
        f"{row.calls:,}" if ran else "",
        _work([products for products, _ in work]),
        _work([flops for _, flops in work]),
        amount(sum(p.nbytes for p in own)) if any(p.shape is not None for p in own) else "",
        _ties(row, rows),
    )
    return Line(row.depth, row.path, cells)


def _work_below(rows: Sequence[ModuleRow]) -> list[tuple[int, int]]:
    """What the modules took that are folded into one that was not called, such as a list."""
    products = flops = 0
    i, any_called = 1, False
    while i < len(rows):
        any_called |= bool(rows[i].multiply_adds)
        products, flops = products + sum(rows[i].multiply_adds), flops + sum(rows[i].flops)
        i += rows[i].size if rows[i].multiply_adds else 1
    return [(products, flops)] if any_called else []


def shape(sizes: Sequence[int] | None) -> str:
    """Sizes as a text."""
    return "lazy" if sizes is None else f"({', '.join(map(str, sizes))}{',' * (len(sizes) == 1)})"


def _count(params: Sequence[ParameterRow]) -> str:
    """Elements that count here; those that count elsewhere in brackets."""
    if not params:
        return ""
    if all(p.shape is None for p in params):
        return "lazy"
    own = sum(p.numel for p in params if p.tied_to is None)
    tied = sum(p.numel for p in params if p.tied_to is not None)
    if not tied:
        return f"{own:,}"
    return f"{own:,} [{tied:,}]" if own else f"[{tied:,}]"


def trained(params: Sequence[ParameterRow]) -> str:
    """Whether they take gradients."""
    flags = {p.trainable for p in params}
    return "" if not flags else "partly" if len(flags) > 1 else "yes" if True in flags else "frozen"


def _work(each: Sequence[int]) -> str:
    """A number for each use: all of them where they differ and are few."""
    if not each:
        return ""
    if len(set(each)) == 1:
        return f"{each[0]:,}" if len(each) == 1 else f"{len(each)} x {each[0]:,}"
    if len(each) <= 3:
        return " + ".join(f"{n:,}" for n in each)
    return f"{sum(each):,} in {len(each)}"


def amount(nbytes: int) -> str:
    """Bytes in a unit that fits."""
    if nbytes < 10_000:
        return f"{nbytes:,} B"
    power = min(int(math.log(nbytes, 1024)), 4)
    return f"{nbytes / 1024**power:.1f} {('B', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"


def _ties(row: ModuleRow, rows: Sequence[ModuleRow]) -> str:
    if row.tied_to is not None:
        return f"({row.tied_to})"
    start = f"{row.path}." if row.path else ""
    found: dict[str, None] = {}
    for other in rows:
        if other.tied_to is not None:
            found.setdefault(f"({other.tied_to})")
            continue
        for p in other.parameters:
            if p.tied_to is not None:
                own = p.name[len(start) :] if p.name.startswith(start) else p.name
                found.setdefault(f"{own} = {p.tied_to}{', transposed' * p.transposed}")
    names = list(found)
    more = f", +{len(names) - 2}" if len(names) > 3 else ""
    return ", ".join(names[:2] if more else names) + more


# -- equal neighbours --------------------------------------------------------------------------------


def _grouped(found: list[Line]) -> list[Line]:
    """Runs of siblings that look the same, each with what is below it, as the first of them."""
    ends = _ends(found)
    result: list[Line] = []
    i = 0
    while i < len(found):
        stop, count = ends[i], 1
        looks = _looks(found[i:stop])
        last = i
        while (
            stop < len(found)
            and found[stop].depth == found[i].depth
            and ends[stop] - stop == ends[i] - i
            and _looks(found[stop : ends[stop]]) == looks
        ):
            last, stop, count = stop, ends[stop], count + 1
        line = found[i]
        if count == 1:
            result.append(line)
            i += 1
            continue
        name, kind, *rest = line.cells
        head = (f"{name}-{found[last].cells[0]}", f"{count:,} x {kind}", *rest)
        result.append(Line(line.depth, line.path, head, count))
        result += found[i + 1 : ends[i]]
        i = stop
    return result


def _looks(group: Sequence[Line]) -> list[Any]:
    return [(line.depth, line.cells[1:] if k == 0 else line.cells) for k, line in enumerate(group)]


def _ends(found: Sequence[Line]) -> list[int]:
    """For each line, where the next one stands that is not below it."""
    ends = [len(found)] * len(found)
    waiting: list[int] = []
    for i, line in enumerate(found):
        while waiting and found[waiting[-1]].depth >= line.depth:
            ends[waiting.pop()] = i
        waiting.append(i)
    return ends


# -- parameters, totals ------------------------------------------------------------------------------


def parameter_table(summary: Summary) -> list[tuple[str, ...]]:
    """A head and a row for each parameter and buffer; empty where nothing was asked for."""
    if not (summary.init or summary.stats):
        return []
    head = ["parameter", "shape", "type", "trained"]
    head += ["initialised by"] * summary.init
    head += ["mean", "std", "norm", "zeros", "non-finite"] * summary.stats
    table = [(*head, "tied to")]
    for p in summary.parameters.values():
        kind = "buffer" if p.buffer else "yes" if p.trainable else "frozen"
        cells = [p.name, shape(p.shape), str(p.dtype).rpartition(".")[2], kind]
        if summary.init:
            cells.append(described(p.draw))
        if summary.stats:
            cells += _numbers(p)
        tie = "" if p.tied_to is None else p.tied_to + ", transposed" * p.transposed
        table.append((*cells, tie))
    if len(table) > _LONGEST:
        gap = (f"... {len(table) - _LONGEST:,} more",) + ("",) * (len(table[0]) - 1)
        table = [*table[: _LONGEST // 2], gap, *table[-_LONGEST // 2 :]]
    return table


def _numbers(p: ParameterRow) -> list[str]:
    s = p.statistics
    if s is None:
        return [""] * 5
    return [*(f"{x:.3g}" for x in (s.mean, s.std, s.norm)), f"{s.zeros:,}", f"{s.nonfinite:,}"]


def described(draw: Draw | None) -> str:
    """An initialiser as a reader would write it."""
    if draw is None:
        return ""
    numbers = [f"{x:.3g}" for x in draw.settings]
    forms = {
        "uniform_": "U({0}, {1})",
        "normal_": "N({0}, {1}^2)",
        "trunc_normal_": "N({0}, {1}^2) in [{2}, {3}]",
        "constant_": "constant {0}",
        "orthogonal_": "orthogonal, gain {0}",
        "sparse_": "N(0, {1}^2), {0} of it 0",
        "eye_": "identity",
        "dirac_": "dirac",
    }
    return forms[draw.scheme].format(*numbers)


def totals(summary: Summary) -> list[tuple[str, str]]:
    """What is true of the whole network, each memory counted once."""
    t = summary.totals
    count = f"{t.parameters:,} (trainable {t.trainable:,}, frozen {t.frozen:,})"
    found = [("parameters", count)]
    if t.untied > t.parameters:
        found.append(("without ties", f"{t.untied:,}"))
    if t.lazy:
        found.append(
            ("lazy", f"{t.lazy} parameters without a shape; give an input, or run a forward")
        )
    memory = amount(t.parameter_bytes)
    found.append(
        ("memory", memory + (f", buffers {amount(t.buffer_bytes)}" if t.buffer_bytes else ""))
    )
    if t.multiply_adds is not None:
        found.append(("forward", f"{t.multiply_adds:,} multiply-adds, {t.flops:,} FLOPs"))
    return found

"""A summary as a table for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from taut._inventory import lines

if TYPE_CHECKING:
    from taut._inventory.summary import Summary

__all__ = ["render", "table"]

_NUMBERS = frozenset(
    "parameters uses multiply-adds FLOPs bytes mean std norm zeros non-finite".split()
)


def render(summary: Summary) -> str:
    """The table, below it the parameters where they were asked for, and the totals."""
    head = ("module", *lines.COLUMNS[1:])
    body = [(_label(line), *line.cells[1:]) for line in lines.lines(summary)]
    parts = [table([head, *body])]
    listed = lines.parameter_table(summary)
    if listed:
        parts.append(table(listed))
    width = max(len(name) for name, _ in lines.totals(summary))
    parts.append("\n".join(f"{name:<{width}}  {text}" for name, text in lines.totals(summary)))
    rule = "-" * max(len(line) for part in parts for line in part.split("\n"))
    return f"\n{rule}\n".join(parts)


def _label(line: lines.Line) -> str:
    return "  " * line.depth + (line.cells[0] or "(net)")


def table(rows: Sequence[Sequence[str]], numbers: Collection[str] = _NUMBERS) -> str:
    """A head and rows as aligned columns, those named in ``numbers`` to the right; empty ones are left out."""
    head, *body = rows
    kept = [i for i in range(len(head)) if i == 0 or any(row[i] for row in body)]
    widths = {i: max(len(row[i]) for row in rows) for i in kept}
    right = {i for i in kept if head[i] in numbers}

    def line(row: Sequence[str]) -> str:
        cells = (row[i].rjust(widths[i]) if i in right else row[i].ljust(widths[i]) for i in kept)
        return "  ".join(cells).rstrip()

    first = line(head)
    return "\n".join(
        [first, "-" * max(len(first), *(len(line(r)) for r in body), 0), *map(line, body)]
    )

"""A summary as a table for a notebook, and a module as a tree in which ties are links."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from taut._collector import collector_paused
from taut._inventory import lines
from taut._inventory.rows import ModuleRow, fitting_depth, walk
from taut.nn.module import Module

if TYPE_CHECKING:
    from taut._inventory.summary import Summary

__all__ = ["render", "tree"]

# Each output of a notebook has anchors of its own.
_outputs = itertools.count(1)
# A tree in the page; of larger networks the deeper modules are left out.
_MOST_ROWS = 1000

_STYLE = """<style>
.taut-table{border-collapse:collapse;font-size:13px;margin:.4em 0}
.taut-table th{text-align:left;border-bottom:2px solid #888;padding:2px 10px 2px 0}
.taut-table td{text-align:left;padding:2px 10px 2px 0;border-bottom:1px solid #8883;white-space:pre}
.taut-table .n{text-align:right;font-variant-numeric:tabular-nums}
.taut-table tr:target,.taut-tree :target{background:#ffe08a;color:#222}
.taut-tree{font-family:monospace;font-size:13px;line-height:1.5}
.taut-tree details,.taut-tree .leaf{margin-left:1.4em}
.taut-tree .leaf{padding-left:1em}
.taut-tree .kind{font-weight:600}
.taut-tree .dim{opacity:.7}
</style>"""
_NUMBERS = frozenset(
    "parameters uses multiply-adds FLOPs bytes mean std norm zeros non-finite".split()
)


def render(summary: Summary) -> str:
    """The table with its totals."""
    anchor = f"taut-{next(_outputs)}"
    body, paths = [], {row.path for row in summary.rows}
    for line in lines.lines(summary):
        label = "  " * line.depth + (line.cells[0] or "(net)")
        ties = _linked(line.cells[-1], anchor, paths)
        cells = [escape(label), *map(escape, line.cells[1:-1]), ties]
        body.append(_row(lines.COLUMNS, cells, f"{anchor}-{line.path}"))
    parts = [_STYLE, _table(("module", *lines.COLUMNS[1:]), body)]
    listed = lines.parameter_table(summary)
    if listed:
        rows = [_row(listed[0], list(map(escape, cells)), "") for cells in listed[1:]]
        parts.append(_table(listed[0], rows))
    facts = (f"<b>{escape(name)}</b> {escape(text)}" for name, text in lines.totals(summary))
    return "".join(parts) + "<div>" + "<br>".join(facts) + "</div>"


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f"<th{_css(name)}>{escape(name)}</th>" for name in head)
    return f'<table class="taut-table"><tr>{cells}</tr>{"".join(rows)}</table>'


def _row(head: Sequence[str], cells: Sequence[str], anchor: str) -> str:
    named = f' id="{escape(anchor)}"' if anchor else ""
    texts = (f"<td{_css(name)}>{cell}</td>" for name, cell in zip(head, cells, strict=True))
    return f"<tr{named}>{''.join(texts)}</tr>"


def _css(name: str) -> str:
    return ' class="n"' if name in _NUMBERS and name != "path" else ""


def _linked(text: str, anchor: str, paths: set[str]) -> str:
    """The words for ties, each leading to the module that it names."""
    found = []
    for part in text.split(", ") if text else ():
        name = part.rpartition(" = ")[2].strip("()")
        path = name if name in paths else name.rpartition(".")[0]
        link = f'<a href="#{escape(anchor)}-{escape(path)}">{escape(part)}</a>'
        found.append(link if path in paths and part not in ("transposed",) else escape(part))
    return ", ".join(found)


# -- a module --------------------------------------------------------------------------------------


@collector_paused()
def tree(net: Module) -> str:
    """A module with its submodules, to be folded and unfolded; ties lead to where they stood first."""
    anchor = f"taut-{next(_outputs)}"
    rows, totals = walk(net)
    depth = fitting_depth(rows, _MOST_ROWS)
    modules = dict(net.named_modules(remove_duplicate=False))
    out = [_STYLE, '<div class="taut-tree">']
    open_rows: list[int] = []
    shown = [row for row in rows if row.depth <= depth][:_MOST_ROWS]
    for row, after in itertools.zip_longest(shown, shown[1:]):
        while open_rows and open_rows[-1] >= row.depth:
            out.append("</details>")
            open_rows.pop()
        head = _head(row, modules[row.path], anchor)
        if after is not None and after.depth > row.depth:
            out.append(f"<details{' open' * (row.depth < 2)}><summary{head}</summary>")
            open_rows.append(row.depth)
        else:
            hidden = f' <span class="dim">(+{row.size - 1:,})</span>' * (row.size > 1)
            out.append(f'<div class="leaf"{head}{hidden}</div>')
    out += ["</details>"] * len(open_rows)
    left = sum(row.depth <= depth for row in rows) - len(shown)
    if left:
        out.append(f'<div class="leaf dim">... {left:,} more</div>')
    ties = f", {totals.untied:,} without ties" if totals.untied > totals.parameters else ""
    out.append(f'<div class="dim">{totals.parameters:,} parameters{ties}</div></div>')
    return "".join(out)


def _head(row: ModuleRow, module: Module, anchor: str) -> str:
    """The rest of the element that opens a module: its anchor, and its line."""
    name = f"({escape(row.name)}): " if row.depth else ""
    extra = escape(", ".join(module.extra_repr().split("\n")))
    ties = _ties(row, anchor)
    mark = f'  <span class="dim"># tied to {ties}</span>' if ties else ""
    settings = f"({extra})" if extra or row.size == 1 else ""
    return f' id="{anchor}-{escape(row.path)}">{name}<span class="kind">{escape(row.kind)}</span>{settings}{mark}'


def _ties(row: ModuleRow, anchor: str) -> str:
    found: dict[str, str] = {}
    for p in row.parameters:
        if p.tied_to is None or p.buffer:
            continue
        path = p.tied_to.rpartition(".")[0]
        if path == row.path:
            continue
        turned = ", transposed" * p.transposed
        text = f'<a href="#{anchor}-{escape(path)}">({escape(path)})</a>{turned}'
        found.setdefault(f"{path}{turned}", text)
    return ", ".join(found.values())

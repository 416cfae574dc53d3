"""``viz.graph``: the autograd graph of a result."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from taut import Tensor
from taut._inventory.lines import amount, shape
from taut.nn.module import Module
from taut.nn.parameter import Parameter
from taut.viz._canvas import ACCENT, INK, LEARNED, PAPER, SOFT, Canvas, text_height, text_width
from taut.viz._layout import Layout
from taut.viz._picture import DotPicture, Picture

__all__ = ["graph"]

_LEAVES = ("AccumulateGrad", "AliasGrad")
_SMALL, _BIG = 7.5, 9.0
_GIVEN = ("#e3edf8", "#2667b5")


class _Item(NamedTuple):
    """A box of the picture.

    Attributes:
        title: its first line.
        lines: the others.
        kind: "operation", "parameter", "input" or "result".
    """

    title: str
    lines: list[str]
    kind: str


def graph(
    result: Tensor,
    names: Module | Mapping[str, Tensor] | None = None,
    *,
    saved: bool = False,
    max_nodes: int = 200,
    engine: str = "matplotlib",
) -> Any:
    """The operations that made a tensor, down from what they began with.

    What takes gradients is at the top, each operation below what it was given. A tied
    parameter is one box with an edge for each use; a transposed use is one of its own.

    Args:
        result: a tensor with a history.
        names: a network, or tensors by name: what the boxes of leaves are called.
        saved: show what each operation keeps for the backward, and how much memory that takes
            beside the leaves. After a backward without ``retain_graph`` nothing is left.
        max_nodes: of larger graphs the operations next to the result are drawn.
        engine: "matplotlib" draws a layout of our own; "graphviz" hands it to Graphviz.

    Returns:
        A :class:`Picture`, or a :class:`DotPicture`, whose ``source`` is in the DOT language.

    Raises:
        TypeError: not a tensor.
        ValueError: the tensor has no history, or another word for ``engine``.
        ImportError: the engine is not installed.

    Example:
        >>> import taut
        >>> from taut import nn, viz
        >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
        >>> loss = net(taut.ones(2, 4)).square().mean()
        >>> viz.graph(loss, net, saved=True).save("graph.svg")
    """
    if not isinstance(result, Tensor):
        raise TypeError(f"graph: expected a Tensor, got {type(result).__name__}")
    if result.grad_fn is None:
        raise ValueError(
            "graph: the tensor has no history: it is a leaf, or was computed without gradients"
        )
    if engine not in ("matplotlib", "graphviz"):
        raise ValueError(f"graph: engine must be 'matplotlib' or 'graphviz', got {engine!r}")
    found = _Found(result, _named(names), saved, max_nodes)
    return DotPicture(_dot(found)) if engine == "graphviz" else _drawn(found)


def _named(names: Module | Mapping[str, Tensor] | None) -> dict[int, tuple[str, Any]]:
    """Names by identity, tied ones joined; the tensors are kept so that identities stay theirs."""
    if names is None:
        return {}
    pairs: Iterator[tuple[str, Any]] = (
        names.named_parameters(remove_duplicate=False)
        if isinstance(names, Module)
        else iter(names.items())
    )
    found: dict[int, tuple[str, Any]] = {}
    for name, tensor in pairs:
        before = found.get(id(tensor))
        found[id(tensor)] = (f"{before[0]} = {name}" if before else name, tensor)
    return found


class _Found:
    """The nodes behind a result, as items and edges."""

    def __init__(
        self, result: Tensor, names: dict[int, tuple[str, Any]], saved: bool, most: int
    ) -> None:
        self.names = names
        self.items: dict[Any, _Item] = {}
        self.edges: list[tuple[Any, Any]] = []
        self.cut = 0
        self.kept: dict[int, int] = {}  # bytes of each storage that is saved
        nodes = self._nodes(result, most)
        leaves = {self._storage(n.variable) for n in nodes if n.name() in _LEAVES}
        for node in nodes:
            self.items[node] = self._item(node, saved, leaves)
            for before, _ in node.next_functions:
                if before is not None and before in nodes:
                    self.edges.append((before, node))
        self.items["result"] = _Item("result", [shape(result.shape)], "result")
        self.edges.append((result.grad_fn, "result"))
        self.total = sum(self.kept.values()) if saved else None

    def _nodes(self, result: Tensor, most: int) -> dict[Any, None]:
        """In the order of distance from the result; leaves are counted with their operation."""
        found: dict[Any, None] = {result.grad_fn: None}
        row: list[Any] = [result.grad_fn]
        operations = 1
        while row:
            following = []
            for node in row:
                for before, _ in node.next_functions:
                    if before is None or before in found:
                        continue
                    leaf = before.name() in _LEAVES
                    if operations >= most and not leaf:
                        self.cut += 1
                        continue
                    found[before] = None
                    operations += not leaf
                    following.append(before)
            row = following
        return found

    def _item(self, node: Any, saved: bool, leaves: set[int]) -> _Item:
        if node.name() in _LEAVES:
            leaf = node.variable
            learned = isinstance(leaf, Parameter)
            name = self.names.get(id(leaf), ("parameter" if learned else "leaf", None))[0]
            turned = [] if node.name() == "AccumulateGrad" else [_how(leaf)]
            kind = "parameter" if learned else "input"
            return _Item(name, [shape(leaf.shape), *turned], kind)
        title = node.name().removesuffix("0").removesuffix("Backward")
        lines = [self._kept(t, leaves) for t in node._saved] if saved else []
        return _Item(title, lines, "operation")

    def _kept(self, t: Tensor, leaves: set[int]) -> str:
        name = self.names.get(id(t), ("", None))[0]
        storage = self._storage(t)
        words = f"{name} " if name else ""
        if storage not in leaves:
            self.kept[storage] = t._storage_bytes()
            return f"keeps {words}{shape(t.shape)} {amount(t.nbytes)}"
        return f"keeps {words or 'leaf '}{shape(t.shape)}"

    @staticmethod
    def _storage(t: Tensor) -> int:
        return t._storage_id()

    def facts(self) -> str:
        """What the title says."""
        operations = sum(item.kind == "operation" for item in self.items.values())
        words = [f"{operations:,} operation{'s' * (operations != 1)}"]
        if self.cut:
            words.append("the rest left out")
        if self.total is not None:
            words.append(f"{amount(self.total)} kept for the backward")
        return ", ".join(words)


def _how(leaf: Tensor) -> str:
    from taut._ties.names import how

    transposed, scale = how(leaf)
    words = ["transposed"] * transposed + [f"gradient × {scale:g}"] * (scale != 1)
    return ", ".join(words)


def _size(item: _Item) -> tuple[float, float]:
    widths = [text_width(item.title, _BIG, True), *(text_width(t, _SMALL) for t in item.lines)]
    height = text_height(1, _BIG) + text_height(len(item.lines), _SMALL) + 0.14
    return max(widths) + 0.3, height


_LOOKS = {
    "operation": ("white", INK),
    "parameter": LEARNED,
    "input": _GIVEN,
    "result": ACCENT,
}


def _drawn(found: _Found) -> Picture:
    sizes = {node: _size(item) for node, item in found.items.items()}
    layout = Layout(found.edges, {node: w for node, (w, _) in sizes.items()}, 0.28)
    heights = [0.0] * (max(layout.layer.values()) + 1)
    for node, row in layout.layer.items():
        heights[row] = max(heights[row], sizes[node][1])
    middles, y = [], 0.75
    for height in heights:
        middles.append(y + height / 2)
        y += height + 0.42
    left = min(layout.x[n] - sizes[n][0] / 2 for n in sizes)
    bends = [x for points in layout.bends.values() for x, _ in points]
    left = min([left, *(x - 0.1 for x in bends)]) - 0.35
    right = max([*(layout.x[n] + sizes[n][0] / 2 for n in sizes), *bends]) + 0.35
    title = found.facts()
    width = max(right - left, text_width(title, 11, True) + 0.7)
    c = Canvas(width, y + 0.25)
    c.text(0.35, 0.3, title, 11, align="left", bold=True)
    shift = (width - right - left) / 2
    for node, item in found.items.items():
        x, row = layout.x[node] + shift, layout.layer[node]
        _box(c, item, x, middles[row], sizes[node])
    for k, (a, b) in enumerate(found.edges):
        ya = middles[layout.layer[a]] + sizes[a][1] / 2
        yb = middles[layout.layer[b]] - sizes[b][1] / 2
        through = [(x + shift, middles[row], heights[row]) for x, row in layout.bends[k]]
        ends = (layout.x[a] + shift, ya), (layout.x[b] + shift, yb)
        _edge(c, ends, through, found.items[a].kind)
    _legend(c, found, y)
    return c.picture()


def _box(c: Canvas, item: _Item, x: float, y: float, size: tuple[float, float]) -> None:
    fill, edge = _LOOKS[item.kind]
    c.box(x, y, *size, fill, edge, 1.1, radius=0.07)
    top = y - size[1] / 2 + 0.07 + text_height(1, _BIG) / 2
    c.text(x, top, item.title, _BIG, bold=item.kind != "operation")
    for k, line in enumerate(item.lines):
        at = top + text_height(1, _BIG) / 2 + text_height(1, _SMALL) * (k + 0.5)
        c.text(x, at, line, _SMALL, SOFT)


def _edge(c: Canvas, ends: Any, through: list[tuple[float, float, float]], kind: str) -> None:
    """Straight down through the layers that it crosses, curved between them."""
    color = LEARNED[1] if kind == "parameter" else SOFT
    (x, y), (x1, y1) = ends
    stops = [(bx, by - h / 2, by + h / 2) for bx, by, h in through]
    for bx, top, bottom in stops:
        c.curve(_bent(x, y, bx, top), color)
        c.curve([(bx, top), (bx, bottom)], color)
        x, y = bx, bottom
    c.curve(_bent(x, y, x1, y1), color, arrow=True)


def _bent(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    if math.isclose(x0, x1, abs_tol=1e-3):
        return [(x0, y0), (x1, y1)]
    half = (y1 - y0) / 2
    return [(x0, y0), (x0, y0 + half), (x1, y1 - half), (x1, y1)]


def _legend(c: Canvas, found: _Found, y: float) -> None:
    kinds = {item.kind for item in found.items.values()}
    words = {"parameter": "parameter", "input": "leaf", "operation": "operation"}
    x = 0.35
    for kind, word in words.items():
        if kind in kinds:
            c.box(x + 0.13, y, 0.26, 0.17, *_LOOKS[kind], line=0.9, radius=0.05)
            c.text(x + 0.33, y, word, 8, SOFT, "left")
            x += 0.33 + text_width(word, 8) + 0.3


def _dot(found: _Found) -> str:
    """The same in the DOT language."""

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'

    ids = {node: f"n{k}" for k, node in enumerate(found.items)}
    lines = [
        "digraph autograd {",
        f'  label={quoted(found.facts())} labelloc=t fontname="DejaVu Sans" fontsize=10',
        '  node [shape=box style="rounded,filled" fontname="DejaVu Sans" fontsize=10]',
        f'  edge [color="{SOFT}"]',
    ]
    for node, item in found.items.items():
        fill, edge = _LOOKS[item.kind]
        fill = PAPER if fill == "white" else fill
        label = quoted("\n".join([item.title, *item.lines]))
        lines.append(f'  {ids[node]} [label={label} fillcolor="{fill}" color="{edge}"]')
    lines += [f"  {ids[a]} -> {ids[b]}" for a, b in found.edges]
    return "\n".join([*lines, "}"]) + "\n"

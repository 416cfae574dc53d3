"""Places for the nodes of a directed graph: layers, an order in each with few crossings, coordinates.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures",
1981. An edge that crosses layers passes through a point in each of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

__all__ = ["Layout", "spaced"]

_SWEEPS = 12


def spaced(
    wanted: Sequence[float], apart: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Coordinates in the given order, each at least so far from the one before.

    The weighted sum of squared distances to the wanted ones is the least (pooling of adjacent
    violators).
    """
    shifts = [0.0]
    for gap in apart:
        shifts.append(shifts[-1] + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for w, shift, weight in zip(wanted, shifts, weights or [1.0] * len(wanted), strict=False):
        mean, count = w - shift, 1
        while pools and pools[-1][0] >= mean:
            other, more, before = pools.pop()
            mean = (mean * weight + other * more) / (weight + more)
            weight += more
            count += before
        pools.append((mean, weight, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [x + shift for x, shift in zip(flat, shifts, strict=False)]


class Layout:
    """Coordinates of the nodes of a graph without cycles, edges leading downwards.

    Attributes:
        x: the middle of each node.
        layer: its layer, 0 at the top.
        bends: for each edge the coordinates it has in the layers between, as (x, layer).
    """

    def __init__(
        self,
        edges: Sequence[tuple[Hashable, Hashable]],
        widths: dict[Hashable, float],
        gap: float,
    ) -> None:
        self._gap = gap
        self._widths: dict[Any, float] = dict(widths)
        self.layer = _layered(edges, widths)
        self._rows: list[list[Any]] = [[] for _ in range(max(self.layer.values(), default=-1) + 1)]
        for node, row in self.layer.items():
            self._rows[row].append(node)
        self._above: dict[Any, list[Any]] = {}
        self._below: dict[Any, list[Any]] = {}
        self._points: dict[int, list[Any]] = {}
        reached = {b for _, b in edges}
        # What is only an input stands aside for the rest, which so comes to stand in line.
        self._weights: dict[Any, float] = {n: 10.0 if n in reached else 1.0 for n in widths}
        for k, (a, b) in enumerate(edges):
            self._join(k, a, b)
        for sweep in range(_SWEEPS):
            self._order(down=sweep % 2 == 0)
        self.x = self._coordinates()
        self.bends = {
            k: [(self.x[p], self.layer_of(p)) for p in points] for k, points in self._points.items()
        }

    def layer_of(self, point: Any) -> int:
        """Of a node, or of the point of an edge."""
        return self.layer[point] if point in self.layer else point[2]

    def _join(self, k: int, a: Any, b: Any) -> None:
        points = [("bend", k, row) for row in range(self.layer[a] + 1, self.layer[b])]
        self._points[k] = points
        for point in points:
            self._rows[point[2]].append(point)
            self._widths[point] = 0.12
            self._weights[point] = 2.0
        for above, below in zip([a, *points], [*points, b], strict=True):
            self._below.setdefault(above, []).append(below)
            self._above.setdefault(below, []).append(above)

    def _order(self, down: bool) -> None:
        """Each row in the order of the means of its neighbours' places in the row before."""
        rows = self._rows if down else self._rows[::-1]
        near = self._above if down else self._below
        for before, row in zip(rows, rows[1:], strict=False):
            place = {node: i for i, node in enumerate(before)}
            means = {}
            for i, node in enumerate(row):
                at = [place[n] for n in near.get(node, ()) if n in place]
                means[node] = sum(at) / len(at) if at else i * len(before) / len(row)
            row.sort(key=means.__getitem__)

    def _coordinates(self) -> dict[Any, float]:
        x: dict[Any, float] = {}
        for row in self._rows:
            for node, at in zip(row, spaced([0.0] * len(row), self._apart(row)), strict=True):
                x[node] = at
        for sweep in range(4 * _SWEEPS):
            rows = self._rows if sweep % 2 == 0 else self._rows[::-1]
            near = self._above if sweep % 2 == 0 else self._below
            last = sweep >= 4 * _SWEEPS - 2
            for row in rows:
                wanted = []
                for node in row:
                    others = near.get(node, ())
                    if last:
                        others = [*self._above.get(node, ()), *self._below.get(node, ())]
                    wanted.append(self._mean(x, others) if others else x[node])
                weights = [self._weights[node] for node in row]
                for node, at in zip(row, spaced(wanted, self._apart(row), weights), strict=True):
                    x[node] = at
        return x

    def _mean(self, x: dict[Any, float], nodes: Sequence[Any]) -> float:
        w = self._weights
        return sum(w[n] * x[n] for n in nodes) / sum(w[n] for n in nodes)

    def _apart(self, row: Sequence[Any]) -> list[float]:
        w = self._widths
        return [(w[a] + w[b]) / 2 + self._gap for a, b in zip(row, row[1:], strict=False)]


def _layered(
    edges: Sequence[tuple[Hashable, Hashable]], nodes: dict[Hashable, float]
) -> dict[Hashable, int]:
    """Rows from the top: as low as what follows allows, so that sources stand by their users."""
    after: dict[Hashable, list[Hashable]] = {n: [] for n in nodes}
    left = dict.fromkeys(nodes, 0)
    before: dict[Hashable, list[Hashable]] = {n: [] for n in nodes}
    for a, b in edges:
        after[a].append(b)
        before[b].append(a)
        left[a] += 1
    height = dict.fromkeys(nodes, 0)  # rows above the bottom
    ready = [n for n, count in left.items() if not count]
    while ready:
        node = ready.pop()
        for b in before[node]:
            height[b] = max(height[b], height[node] + 1)
            left[b] -= 1
            if not left[b]:
                ready.append(b)
    top = max(height.values(), default=0)
    return {n: top - h for n, h in height.items()}

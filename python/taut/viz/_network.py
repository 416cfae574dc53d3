"""``viz.network``: layers as columns, edges by weight."""

from __future__ import annotations

from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._ties.find import ties
from taut._ties.names import how
from taut.nn.module import Module
from taut.nn.parameter import is_lazy
from taut.viz._canvas import (
    ACCENT,
    FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    SOFT,
    TIES,
    Canvas,
    text_width,
)
from taut.viz._picture import Picture, needed

__all__ = ["network"]

_STEP, _ROW, _RADIUS = 2.1, 0.44, 0.14  # between columns, between units, of a unit
_MARGIN, _HEAD = 0.85, 1.0
_NAMED = 5  # modules named below a column


class _Layer(NamedTuple):
    """A layer with a weight.

    Attributes:
        path: where it stands.
        kind: its class.
        matrix: a row for each output unit, a column for each input unit.
        after: the names of the modules without a weight that follow.
        tie: the number of its tie and what it is to another use; None where it has its own weight.
    """

    path: str
    kind: str
    matrix: Tensor
    after: list[str]
    tie: tuple[int, str] | None


def _matrix(module: Module) -> Tensor:
    """How much each input unit adds to each output unit: the sum over a kernel's taps."""
    weight = module.weight.detach().double()
    name = type(module).__name__
    if weight.dim() > 2:
        weight = weight.sum(tuple(range(2, weight.dim())))
    if "Embedding" in name or "Transpose" in name:
        weight = weight.t()
    return weight


def _layers(net: Module, most: int) -> tuple[list[_Layer], int]:
    """The first layers with a weight, and how many there are in all."""
    numbers = {
        name: (number, _to_another(net, name, tie.names))
        for number, tie in enumerate(ties(net))
        for name in tie.names
    }
    found: list[_Layer] = []
    count = 0
    for path, module in net.named_modules(remove_duplicate=False):
        weight = module._parameters.get("weight")
        if weight is not None and is_lazy(weight):
            raise ValueError(f"network: {path!r} is lazy; run a forward first")
        if weight is not None and weight.is_meta:
            raise ValueError(
                f"network: {path!r} is on the meta device and has no values; "
                'net.to_empty(device="cpu") gives it memory'
            )
        if weight is not None and weight.dim() >= 2:
            count += 1
            if count > most:
                continue
            name = f"{path}.weight" if path else "weight"
            layer = _Layer(path, type(module).__name__, _matrix(module), [], numbers.get(name))
            found.append(layer)
        elif found and not module._modules and count <= most:
            found[-1].after.append(type(module).__name__)
    for layer in found:
        if len(layer.after) > _NAMED:
            layer.after[_NAMED - 1 :] = [f"+{len(layer.after) - _NAMED + 1:,} more"]
    return found, count


def _to_another(net: Module, name: str, names: tuple[str, ...]) -> str:
    """What a weight is to the first of the other uses."""
    own = name.rpartition(".")[0]
    other = next((n for n in names if n.rpartition(".")[0] != own), None)
    if other is None:
        return "tied"
    turned = how(net.get_parameter(name)).transposed != how(net.get_parameter(other)).transposed
    return f"{'transpose of' if turned else 'same weight as'} {other.rpartition('.')[0]}"


def network(net: Module, *, max_units: int = 10, max_layers: int = 24) -> Picture:
    """The layers of a network as columns of units, joined by their weights.

    An edge is as wide and as opaque as its weight is large among those of its layer; its colour is the
    sign. A convolution's edge is the sum over its kernel. Layers stand in the order of registration;
    those that share a weight are marked in one colour. What has no weight of two dimensions is
    named below the column that it follows.

    Args:
        net: a network; its values are read, it does not run.
        max_units: of larger layers the first units and the last one are drawn.
        max_layers: of deeper networks the first layers are drawn.

    Raises:
        TypeError: not a module.
        ValueError: no layer has a weight of two dimensions, or one is lazy or on the meta device.

    Example:
        >>> from taut import nn, viz
        >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
        >>> viz.network(net).save("network.svg")
    """
    if not isinstance(net, Module):
        raise TypeError(f"network: expected a taut.nn.Module, got {type(net).__name__}")
    if max_units < 2:
        raise ValueError(f"network: max_units must be at least 2, got {max_units}")
    if max_layers < 1:
        raise ValueError(f"network: max_layers must be at least 1, got {max_layers}")
    with taut.no_grad():
        layers, count = _layers(net, max_layers)
        if not layers:
            raise ValueError(
                f"network: {net._get_name()} has no layer with a weight of two dimensions or more"
            )
        return _Drawing(layers, max_units, count - len(layers)).draw()


class _Column:
    """Units at one x; of many the first and the last."""

    def __init__(self, units: int, x: float, most: int) -> None:
        self.units, self.x = units, x
        cut = units > most
        self.shown = [*range(most - 1), units - 1] if cut else list(range(units))
        self.rows = [*range(most - 1), most] if cut else list(range(units))
        self.gap = most - 1 if cut else None
        self.height = _ROW * (most if cut else max(units - 1, 0))
        self.y: list[float] = []

    def place(self, middle: float) -> None:
        self.top = middle - self.height / 2
        self.y = [self.top + _ROW * row for row in self.rows]


class _Drawing:
    def __init__(self, layers: list[_Layer], most: int, more: int) -> None:
        self.layers = layers
        self.more = more  # layers that are not drawn
        self.columns = [_Column(layers[0].matrix.shape[1], _MARGIN, most)]
        # (layer, column on its left, column on its right)
        self.joined: list[tuple[_Layer, _Column, _Column]] = []
        self.breaks: list[float] = []
        x = _MARGIN
        for layer in layers:
            outputs, inputs = layer.matrix.shape
            if inputs != self.columns[-1].units:  # reshaped in between, or another branch
                self.breaks.append(x + _STEP * 0.35)
                x += _STEP * 0.7
                self.columns.append(_Column(inputs, x, most))
            x += _STEP
            self.columns.append(_Column(outputs, x, most))
            self.joined.append((layer, self.columns[-2], self.columns[-1]))
        self.width = x + _MARGIN + 1.2 * (more > 0)
        self.tallest = max(c.height for c in self.columns)
        self.head = _HEAD + 0.35 * any(layer.tie for layer in layers)
        self.middle = self.head + self.tallest / 2
        self.after = max(len(layer.after) for layer in layers)
        for column in self.columns:
            column.place(self.middle)

    def draw(self) -> Picture:
        bottom = self.head + self.tallest
        c = Canvas(max(self.width, 4.6), bottom + 0.55 + 0.17 * self.after + 0.55)
        for x in self.breaks:
            c.text(x, self.middle, "···", 14, SOFT)
        if self.more:
            word = f"··· {self.more:,} more layers"
            c.text(self.columns[-1].x + 0.3, self.middle, word, 8, SOFT, "left")
        for layer, left, right in self.joined:
            self._edges(c, layer, left, right)
            self._heading(c, layer, (left.x + right.x) / 2)
            words = [f"{right.units:,}", *layer.after]
            for k, word in enumerate(words):
                c.text(right.x, bottom + 0.38 + 0.17 * k, word, 8, INK if k == 0 else SOFT)
        for column in self.columns:
            if all(column is not right for _, _, right in self.joined):
                plural = "s" * (column.units != 1)
                c.text(column.x, bottom + 0.38, f"{column.units:,} input{plural}", 8)
            self._units(c, column)
        self._legend(c, bottom + 0.55 + 0.17 * self.after + 0.25)
        return c.picture()

    def _edges(self, c: Canvas, layer: _Layer, left: _Column, right: _Column) -> None:
        colors = needed("matplotlib.colors")
        part = layer.matrix[right.shown][:, left.shown].nan_to_num()
        largest = float(part.abs().max()) if part.numel() else 0.0
        edges: list[tuple[float, Any, Any]] = []
        for row, y1 in zip(part.tolist(), right.y, strict=True):
            for w, y0 in zip(row, left.y, strict=True):
                share = abs(w) / largest if largest else 0.0
                paint = colors.to_rgba(POSITIVE if w >= 0 else NEGATIVE, 0.12 + 0.78 * share)
                ends = ((left.x + _RADIUS, y0), (right.x - _RADIUS, y1))
                edges.append((0.3 + 2.2 * share, ends, paint))
        edges.sort(key=lambda edge: edge[0])  # the large ones above
        if edges:
            widths, segments, paints = zip(*edges, strict=True)
            c.lines(segments, widths, paints)

    def _heading(self, c: Canvas, layer: _Layer, x: float) -> None:
        path, outputs, inputs = layer.path or "(net)", *layer.matrix.shape
        size = min(9.0, 9.0 * 1.8 / max(text_width(path, 9, True), 1e-6))
        c.text(x, 0.3, path, size, bold=True)
        c.text(x, 0.5, f"{layer.kind} {inputs:,} → {outputs:,}", 7.5, SOFT)
        if layer.tie is not None:
            number, word = layer.tie
            color = TIES[number % len(TIES)]
            width = min(text_width(word, 7.5) + 0.2, 1.95)
            c.box(x, 0.76, width, 0.23, "white", color, 1.3, radius=0.1)
            size = min(7.5, 7.5 * 1.75 / max(text_width(word, 7.5), 1e-6))
            c.text(x, 0.76, word, size, color)

    def _units(self, c: Canvas, column: _Column) -> None:
        first, last = column is self.columns[0], column is self.columns[-1]
        fill = ("white", INK) if first else ACCENT if last else ("#eaf0f6", INK)
        for y in column.y:
            c.circle(column.x, y, _RADIUS, *fill)
        if column.gap is not None:
            y = column.top + _ROW * column.gap
            for k in (-0.08, 0, 0.08):
                c.circle(column.x, y + k, 0.016, INK, INK)

    def _legend(self, c: Canvas, y: float) -> None:
        for k, (color, word) in enumerate(
            ((POSITIVE, "positive"), (NEGATIVE, "negative"), (FAINT, "width: size in its layer"))
        ):
            x = 0.35 + 1.05 * k
            c.curve([(x, y), (x + 0.25, y)], color, 2.4)
            c.text(x + 0.33, y, word, 8, SOFT, "left")

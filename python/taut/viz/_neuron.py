"""``viz.neuron``: one neuron with its inputs, weights and bias."""

from __future__ import annotations

import math
from typing import Any

from taut import Tensor
from taut.nn.module import Module
from taut.nn.parameter import is_lazy
from taut.viz._canvas import ACCENT, FAINT, INK, LEARNED, NEGATIVE, POSITIVE, SOFT, Canvas
from taut.viz._picture import Picture

__all__ = ["neuron", "weights_of"]


def weights_of(layer: Any, who: str) -> Tensor:
    """The weight of a layer.

    Raises:
        TypeError: not a module with a weight of two dimensions or more.
        ValueError: a lazy layer that has not seen an input.
    """
    weight = getattr(layer, "weight", None)
    if not isinstance(layer, Module) or not isinstance(weight, Tensor):
        raise TypeError(f"{who}: expected a layer with a weight, got {type(layer).__name__}")
    if is_lazy(weight):
        raise ValueError(f"{who}: {layer._get_name()} is lazy; run a forward first")
    if weight.dim() < 2:
        raise TypeError(
            f"{who}: the weight of {layer._get_name()} must have 2 dimensions or more, one row for "
            f"each unit, got shape {tuple(weight.shape)}"
        )
    return weight.detach()


def neuron(
    layer: Module,
    unit: int = 0,
    *,
    input: Tensor | None = None,
    activation: str | None = None,
    max_inputs: int = 8,
) -> Picture:
    """One unit of a layer: inputs, weights, bias, sum; what is learned is marked.

    Args:
        layer: has a ``weight`` with a row for each unit, as Linear and the convolutions.
        unit: which one; negative numbers count from the end.
        input: values for the inputs, as many as the unit has weights; the result is then shown, too.
        activation: the name of what is applied to the sum, to be drawn behind it.
        max_inputs: of more inputs the first ones and the last one are drawn.

    Raises:
        TypeError: a layer without such a weight.
        ValueError: a lazy layer, fewer than 2 ``max_inputs``, or an input of another size.
        IndexError: no such unit.

    Example:
        >>> import taut
        >>> from taut import nn, viz
        >>> viz.neuron(nn.Linear(2, 1), 0).save("neuron.png")
    """
    weight = weights_of(layer, "neuron")
    if not -len(weight) <= unit < len(weight):
        raise IndexError(f"neuron: unit {unit} of a layer with {len(weight)}")
    if max_inputs < 2:
        raise ValueError(f"neuron: max_inputs must be at least 2, got {max_inputs}")
    unit %= len(weight)
    weights = weight[unit].reshape(-1).double().tolist()
    bias = getattr(layer, "bias", None)
    offset = None if not isinstance(bias, Tensor) else float(bias.detach()[unit])
    values = None
    if input is not None:
        values = input.detach().reshape(-1).double().tolist()
        if len(values) != len(weights):
            raise ValueError(f"neuron: {len(weights)} inputs are needed, got {len(values)}")
    return _Neuron(weights, offset, values, activation, max_inputs).draw(layer, unit)


class _Neuron:
    """The picture's measures, and its parts."""

    ROW, LEFT, SUM = 0.62, 0.62, 3.75

    def __init__(
        self,
        weights: list[float],
        bias: float | None,
        values: list[float] | None,
        activation: str | None,
        most: int,
    ) -> None:
        self.weights, self.bias, self.values, self.activation = weights, bias, values, activation
        count = len(weights)
        self.shown: list[int | None] = list(range(count))
        if count > most:
            self.shown = [*range(most - 1), None, count - 1]
        half = self.ROW * (len(self.shown) - 1) / 2
        self.middle = max(0.9 + half, 0.95 if bias is None else 1.75)  # the bias stands above
        self.top = self.middle - half
        self.height = self.middle + max(half, 0.45) + 0.9
        self.largest = max(map(abs, weights), default=0.0) or 1.0

    def draw(self, layer: Module, unit: int) -> Picture:
        c = Canvas(7.0 if self.activation else 5.9, self.height)
        cut = f", {len(self.weights):,} inputs" if None in self.shown else ""
        title = f"Unit {unit} of {layer._get_name()}{cut}"
        c.text(0.25, 0.28, title, 11, align="left", bold=True)
        for row, i in enumerate(self.shown):
            self._input(c, self.top + row * self.ROW, i)
        if self.bias is not None:
            high = self.middle - 1.0
            self._edge(c, (self.SUM, high + 0.13), (self.SUM, self.middle - 0.31), self.bias)
            c.pill(self.SUM, high, f"$b$ = {self.bias:.3g}")
        self._behind(c)
        self._legend(c)
        return c.picture()

    def _input(self, c: Canvas, y: float, i: int | None) -> None:
        if i is None:
            for k in (-0.1, 0, 0.1):
                c.circle(self.LEFT, y + k, 0.018, INK, INK)
            return
        x, w = self.LEFT, self.weights[i]
        across, down = self.SUM - x, self.middle - y
        length = math.hypot(across, down)
        start = x + 0.25 * across / length, y + 0.25 * down / length
        end = self.SUM - 0.33 * across / length, self.middle - 0.33 * down / length
        self._edge(c, start, end, w)
        c.circle(x, y, 0.25)
        c.text(x, y, f"$x_{{{i + 1}}}$" if self.values is None else f"{self.values[i]:.2g}", 9)
        at = 0.3  # near the inputs, where the edges are still apart
        c.pill(x + at * across, y + at * down, f"$w_{{{i + 1}}}$ = {w:.3g}")

    def _edge(self, c: Canvas, start: Any, end: Any, w: float) -> None:
        color = POSITIVE if w >= 0 else NEGATIVE
        c.curve([start, end], color, 0.8 + 2.4 * min(abs(w) / self.largest, 1), arrow=True)

    def _behind(self, c: Canvas) -> None:
        x, y = self.SUM, self.middle
        c.circle(x, y, 0.31, "white", INK, 1.6)
        c.text(x, y, r"$\Sigma$", 15)
        end = x + 1.45
        if self.activation:
            c.curve([(x + 0.31, y), (x + 0.8, y)], INK, 1.2, arrow=True)
            c.box(x + 1.25, y, 0.9, 0.42)
            c.text(x + 1.25, y, self.activation, 9)
            c.curve([(x + 1.7, y), (x + 2.3, y)], INK, 1.2, arrow=True)
            end = x + 2.58
        else:
            c.curve([(x + 0.31, y), (end - 0.28, y)], INK, 1.2, arrow=True)
        c.circle(end, y, 0.28, *ACCENT)
        result = None
        if self.values is not None and not self.activation:
            products = (w * v for w, v in zip(self.weights, self.values, strict=True))
            result = sum(products) + (self.bias or 0.0)
        c.text(end, y, "$y$" if result is None else f"{result:.3g}", 9)
        inside = r"\sum_i w_i x_i" + (" + b" if self.bias is not None else "")
        shown = rf"$y = f\left({inside}\right)$" if self.activation else f"$y = {inside}$"
        c.text(x + 0.15, y + 0.62, shown, 9, SOFT, "left")

    def _legend(self, c: Canvas) -> None:
        y, x = self.height - 0.25, 0.35
        c.box(x, y, 0.26, 0.17, *LEARNED, line=0.9, radius=0.07)
        c.text(x + 0.2, y, "learned", 8, SOFT, "left")
        for k, (color, word) in enumerate(((POSITIVE, "positive"), (NEGATIVE, "negative"))):
            left = 1.3 + 1.1 * k
            c.curve([(left, y), (left + 0.25, y)], color, 2.2)
            c.text(left + 0.32, y, word, 8, SOFT, "left")
        c.curve([(3.55, y), (3.8, y)], FAINT, 3.0)
        c.text(3.87, y, "width: size", 8, SOFT, "left")

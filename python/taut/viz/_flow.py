"""``viz.flow``: activations and gradients layer by layer."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._inventory.measure import tensors_in
from taut._ties.calls import CallLog
from taut.nn.module import Module
from taut.viz._canvas import FAINT, INK, NEGATIVE, POSITIVE, SOFT, WARNING
from taut.viz._picture import Picture, look, needed

__all__ = ["flow"]

# A layer counts as odd when what flows is so many times smaller, or larger, than where it enters;
# and as dead when so many of its activations are 0.
_FAR, _DEAD = 1e3, 0.95
_MOST = 60


class _Spread(NamedTuple):
    """The sizes of the values of a tensor."""

    low: float
    high: float
    rms: float
    zeros: float
    nonfinite: int

    @classmethod
    def of(cls, t: Tensor) -> _Spread:
        """The 5th and 95th percentile of the non-zero sizes, the root of the mean square, zeros."""
        np = needed("numpy")
        sizes = np.abs(t.detach().double().reshape(-1).numpy())
        finite = sizes[np.isfinite(sizes)]
        nonzero = finite[finite > 0]
        low, high = np.percentile(nonzero, [5, 95]) if nonzero.size else (0.0, 0.0)
        rms = float(np.sqrt(np.mean(finite**2))) if finite.size else math.nan
        zeros = 1 - nonzero.size / finite.size if finite.size else 0.0
        return cls(float(low), float(high), rms, zeros, int(sizes.size - finite.size))


class _Row:
    """One call of a layer."""

    def __init__(self, path: str, module: Module, values: Tensor) -> None:
        self.path, self.kind = path or "(net)", type(module).__name__
        self.learns = any(p is not None for p in module._parameters.values())
        self.values = _Spread.of(values)
        self.gradient: _Spread | None = None
        self.marks: list[str] = []


class _Watch(CallLog):
    """A log of calls that looks at what those modules return that call no other."""

    def __init__(self, net: Module) -> None:
        super().__init__(net)
        self.rows: list[_Row] = []
        self._innermost: list[bool] = []

    def _enter(self, module: Module, args: Any) -> None:
        super()._enter(module, args)
        del self._innermost[len(self._active) - 1 :]
        self._innermost = [False] * len(self._innermost) + [True]

    def _leave(self, module: Module, args: Any, result: Any) -> None:
        path = self._active[-1][1]
        super()._leave(module, args, result)
        floats = [t for t in tensors_in(result) if t.is_floating_point() and t.numel()]
        if not self._innermost.pop() or not floats:
            return
        row = _Row(path, module, floats[0])
        self.rows.append(row)
        if floats[0].requires_grad:
            floats[0].register_hook(lambda g: setattr(row, "gradient", _Spread.of(g)))


def flow(net: Module, *inputs: Any, loss: Callable[[Any], Tensor] | None = None) -> Picture:
    """What flows through a network: sizes of activations forwards, of gradients backwards.

    Each row is a call of a module that called no other, in the order of the forward. A bar goes from the 5th
    to the 95th percentile of the sizes that are not 0, the dot is the root mean square; both axes
    are logarithmic, so that a steady slope is a factor per layer. A copy of the network runs once
    forward and backward: the given one, its gradients and the random stream stay as they are.

    Rows are marked, and named in ``flagged`` of the picture, where

    - values or gradients are not finite;
    - gradients have vanished or exploded: their size is 1000 times smaller or larger than that of the
      last layer; activations likewise, against the first layer;
    - at least 95% of the activations are 0.

    Args:
        net: the network, in the mode in which it is to be looked at.
        inputs: what to call it with.
        loss: from the network's result to a number; if None, the mean of the first tensor in it
            times fixed random numbers.

    Raises:
        TypeError: not a module.
        ValueError: nothing to call it with, no module returned numbers, or the loss is no number.

    Example:
        >>> import taut
        >>> from taut import nn, viz
        >>> net = nn.Sequential(*(nn.Sequential(nn.Linear(16, 16), nn.Sigmoid()) for _ in range(8)))
        >>> viz.flow(net, taut.randn(32, 16)).flagged[0]
        '0.0: gradient vanished'
    """
    if not isinstance(net, Module):
        raise TypeError(f"flow: expected a taut.nn.Module, got {type(net).__name__}")
    if not inputs:
        raise ValueError("flow: an input is needed, to call the network with")
    rows = _watched(net, inputs, loss)
    if not rows:
        raise ValueError("flow: no module returned floating-point numbers")
    _mark(rows)
    return _drawn(rows)


def _watched(net: Module, inputs: tuple[Any, ...], loss: Any) -> list[_Row]:
    net = copy.deepcopy(net)
    watch = _Watch(net)
    with taut.random.fork_rng(), taut.enable_grad():
        watch.open()
        try:
            result = net(*inputs)
        finally:
            watch.close()
        value = _default_loss(result) if loss is None else loss(result)
        if not isinstance(value, Tensor) or value.numel() != 1:
            raise ValueError(f"flow: the loss must be one number, got {value!r:.80}")
        if value.requires_grad:
            value.backward()
    return watch.rows


def _default_loss(result: Any) -> Tensor:
    floats = [t for t in tensors_in(result) if t.is_floating_point()]
    if not floats:
        raise ValueError("flow: the network returned no floating-point numbers; give a loss")
    generator = taut.Generator().manual_seed(0)
    direction = taut.randn(tuple(floats[0].shape), generator=generator).to(floats[0].dtype)
    return (floats[0] * direction).mean()


def _mark(rows: list[_Row]) -> None:
    first = rows[0].values.rms
    with_gradient = [r for r in rows if r.gradient is not None]
    last = with_gradient[-1].gradient.rms if with_gradient else math.nan  # type: ignore[union-attr]
    for row in rows:
        if row.values.nonfinite:
            row.marks.append("values not finite")
        elif row.values.zeros >= _DEAD:
            row.marks.append(f"{row.values.zeros:.0%} of values are 0")
        elif word := _far(row.values.rms, first):
            row.marks.append(f"values {word}")
        if row.gradient is None:
            continue
        if row.gradient.nonfinite:
            row.marks.append("gradient not finite")
        elif word := _far(row.gradient.rms, last):
            row.marks.append(f"gradient {word}")


def _far(size: float, where_it_enters: float) -> str:
    if size == 0 and where_it_enters > 0:
        return "vanished"
    if size * _FAR < where_it_enters:
        return "vanished"
    return "exploded" if size > _FAR * where_it_enters > 0 else ""


def _drawn(rows: list[_Row]) -> Picture:
    flagged = [f"{row.path}: {mark}" for row in rows for mark in row.marks]
    total = len(rows)
    if total > _MOST:  # evenly spread, the first and the last among them
        rows = [rows[round(k * (total - 1) / (_MOST - 1))] for k in range(_MOST)]
    figures = needed("matplotlib.figure")
    with look():
        longest = max(len(f"{r.path}  {r.kind}") for r in rows)
        size = (6.6 + 0.07 * longest + 1.4 * bool(flagged), 1.35 + 0.24 * len(rows))
        figure = figures.Figure(figsize=size, layout="constrained", facecolor="white")
        left, right = figure.subplots(1, 2, sharey=True)
        shown = f"  ({len(rows)} of {total} layers)" if total > len(rows) else ""
        _panel(left, [r.values for r in rows], rows, POSITIVE, "activations, forwards ↓" + shown)
        _panel(right, [r.gradient for r in rows], rows, NEGATIVE, "gradients, backwards ↑")
        left.set_yticks(range(len(rows)), [f"{r.path}  {r.kind}" for r in rows], size=8)
        left.set_ylim(len(rows) - 0.4, -0.6)
        for k, row in enumerate(rows):
            if row.marks:
                left.get_yticklabels()[k].set_color(WARNING)
                right.annotate(
                    ", ".join(row.marks),
                    (1.02, k),
                    xycoords=("axes fraction", "data"),
                    size=7.5,
                    color=WARNING,
                    va="center",
                    annotation_clip=False,
                )
    return Picture(figure, flagged)


def _panel(
    axes: Any, spreads: list[_Spread | None], rows: list[_Row], color: str, title: str
) -> None:
    axes.set_xscale("log")
    axes.set_title(title, loc="left", size=9, weight="bold", color=INK)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.5, colors=SOFT, which="both")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    dots: list[tuple[float, int]] = []
    for k, (spread, row) in enumerate(zip(spreads, rows, strict=True)):
        axes.axhspan(k - 0.5, k + 0.5, color="#fdf1f0" if row.marks else "none", linewidth=0)
        if spread is None or not spread.rms > 0:
            axes.annotate(
                "none" if spread is None else "all 0",
                (0.01, k),
                xycoords=("axes fraction", "data"),
                size=7,
                color=SOFT,
                va="center",
            )
            continue
        axes.plot([spread.low, spread.high], [k, k], color=color, alpha=0.35, linewidth=5)
        dots.append((spread.rms, k))
    if dots:
        x, y = zip(*dots, strict=True)
        axes.plot(x, y, color=color, linewidth=1.0)
        filled = [rows[k].learns for k in y]
        faces = [color if f else "white" for f in filled]
        axes.scatter(x, y, s=26, facecolors=faces, edgecolors=color, linewidths=1.3, zorder=3)
        low, high = axes.get_xlim()
        if high < 10 * low:  # at least a power of ten, so that small differences look small
            middle = math.sqrt(low * high)
            axes.set_xlim(middle / math.sqrt(10), middle * math.sqrt(10))
    axes.set_xlabel(
        "size (dot: root mean square, filled where a layer learns)", size=7.5, color=SOFT
    )

"""``viz.distribution``: histograms of parameters against what they were drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._inventory.lines import described
from taut._inventory.rows import walk
from taut.nn._init_gate import Draw, drawn
from taut.nn.module import Module
from taut.nn.parameter import is_lazy
from taut.viz._canvas import FAINT, INK, POSITIVE, SOFT, WARNING
from taut.viz._densities import density, spread
from taut.viz._picture import Picture, look, needed

__all__ = ["distribution"]

# The spread of n draws differs from that of the density by 5 standard errors at most, and 1%.
_ERRORS, _SLACK = 5.0, 0.01
_MOST = 24


class _Values(NamedTuple):
    """What one panel shows."""

    name: str
    now: Any
    before: Any
    draw: Draw | None
    shape: tuple[int, ...]

    @property
    def checked(self) -> Any:
        """The values that the initialiser drew: those before training where they are given."""
        return self.now if self.before is None else self.before


def distribution(
    net_or_tensor: Any,
    *,
    before: Any = None,
    names: list[str] | None = None,
    bins: int = 40,
) -> Picture:
    """Histograms of parameters, each against the density that its initialiser drew it from.

    The density is that of the ``taut.nn.init`` function that filled the memory last; where the
    memory was filled otherwise, there is the histogram alone. A parameter whose spread does not
    match its density is marked, and is in ``flagged`` of the picture. With ``before`` the values at
    the start are the filled histogram, which is compared with the density, and those of now are an
    outline. Tied parameters are shown once.

    Args:
        net_or_tensor: a network or a tensor.
        before: the network as it was (``copy.deepcopy``), its ``state_dict``, or a tensor.
        names: which parameters of a network; all, at most 24, if None.
        bins: of each histogram, at most; fewer for few values.

    Raises:
        TypeError: neither a module nor a tensor.
        ValueError: no parameter has values, or ``before`` has another shape.
        KeyError: a name that the network, or ``before``, does not have.

    Example:
        >>> import copy, taut
        >>> from taut import nn, viz
        >>> net = nn.Linear(64, 64)
        >>> start = copy.deepcopy(net)
        >>> _ = nn.init.normal_(net.weight, std=0.01)
        >>> viz.distribution(net).flagged
        []
        >>> net.weight.data *= 3
        >>> viz.distribution(net).flagged
        ['weight']
    """
    shown, left = _panels(net_or_tensor, before, names)
    if not shown:
        raise ValueError("distribution: there are no parameters with values")
    columns = min(len(shown), 3 if len(shown) < 10 else 4)
    rows = math.ceil(len(shown) / columns)
    figures = needed("matplotlib.figure")
    with look():
        size = (max(3.2 * columns, 4.8), 2.25 * rows + 0.45)
        figure = figures.Figure(figsize=size, layout="constrained", facecolor="white")
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
        panels = figure.subplots(rows, columns, squeeze=False).reshape(-1)
        flagged = [v.name for axes, v in zip(panels, shown) if _panel(axes, v, bins)]
        for axes in panels[len(shown) :]:
            axes.axis("off")
        _legend(figure, any(v.before is not None for v in shown), left)
    return Picture(figure, flagged)


def _panels(given: Any, before: Any, names: list[str] | None) -> tuple[list[_Values], int]:
    """What to show, and how many parameters are left out."""
    if isinstance(given, Tensor):
        old = None if before is None else _array(before)
        _check_shape("tensor", given, before)
        return [_Values("", _array(given), old, drawn(given), tuple(given.shape))], 0
    if not isinstance(given, Module):
        raise TypeError(
            f"distribution: expected a taut.nn.Module or a Tensor, got {type(given).__name__}"
        )
    earlier: Mapping[str, Any] | None = before
    if isinstance(before, Module):
        earlier = dict(before.named_parameters(remove_duplicate=False))
    found = []
    for name in names if names is not None else _names(given):
        param = _parameter(given, name)
        if is_lazy(param) or not param.numel() or param.is_meta:
            continue
        old = None
        if earlier is not None:
            if name not in earlier:
                raise KeyError(f"distribution: before has no {name!r}")
            _check_shape(name, param, earlier[name])
            old = _array(earlier[name])
        draw = drawn(param) or (drawn(earlier[name]) if earlier is not None else None)
        found.append(_Values(name, _array(param), old, draw, tuple(param.shape)))
    most = len(found) if names is not None else _MOST
    return found[:most], max(len(found) - most, 0)


def _names(net: Module) -> list[str]:
    rows, _ = walk(net)
    return [p.name for row in rows for p in row.parameters if not p.buffer and p.tied_to is None]


def _parameter(net: Module, name: str) -> Any:
    try:
        return net.get_parameter(name)
    except AttributeError:
        raise KeyError(f"distribution: {net._get_name()} has no parameter {name!r}") from None


def _check_shape(name: str, now: Tensor, before: Any) -> None:
    if before is not None and tuple(before.shape) != tuple(now.shape):
        raise ValueError(
            f"distribution: {name} has shape {tuple(now.shape)}, and before {tuple(before.shape)}"
        )


def _array(t: Tensor) -> Any:
    with taut.no_grad():
        values = t.detach().reshape(-1).double().numpy()
    return values[needed("numpy").isfinite(values)]


def _mismatch(v: _Values) -> tuple[float, float] | None:
    """The spread that is there and the one that was drawn, where they do not match."""
    n = len(v.checked)
    if v.draw is None or n < 2:
        return None
    wanted, there = spread(v.draw, v.shape), float(v.checked.std())
    allowed = wanted * (_ERRORS * math.sqrt(0.5 / n) + _SLACK)
    return None if abs(there - wanted) <= allowed else (there, wanted)


def _panel(axes: Any, v: _Values, bins: int) -> bool:
    """Draws one parameter; true where it is to be marked."""
    np = needed("numpy")
    wrong = _mismatch(v)
    every = v.now if v.before is None else np.concatenate([v.before, v.now])
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)
    flat = high - low <= 1e-12 * max(abs(low), abs(high), 1e-300)
    if v.draw is not None and not flat:
        low, high = _widened(v.draw, v.shape, low, high)
    if flat:
        low, high = low - max(abs(low), 1.0), high + max(abs(high), 1.0)
    few = math.ceil(2.5 * max(len(v.now), 1) ** (1 / 3))  # of few values, wide bins
    edges = np.linspace(low, high, min(bins, few | 1) + 1)
    if not len(every):
        pass  # nothing finite: the words say so
    elif v.before is not None:
        axes.hist(v.before, edges, density=True, color=FAINT)
        axes.hist(v.now, edges, density=True, histtype="step", color=POSITIVE, linewidth=1.4)
    else:
        axes.hist(v.now, edges, density=True, color="#a9c6e8")
    _expected(axes, v, np.linspace(low, high, 400))
    _words(axes, v, wrong)
    return wrong is not None


def _widened(draw: Draw, shape: tuple[int, ...], low: float, high: float) -> tuple[float, float]:
    """A range that also has most of the density in it."""
    wide = spread(draw, shape)
    middle = draw.settings[0] if draw.scheme in ("normal_", "trunc_normal_", "constant_") else 0.0
    if draw.scheme == "uniform_":
        middle, reach = sum(draw.settings[:2]) / 2, 1.9 * wide
    else:
        reach = 3.0 * wide
    return min(low, middle - reach), max(high, middle + reach)


def _expected(axes: Any, v: _Values, x: Any) -> None:
    if v.draw is None:
        return
    y = density(v.draw, v.shape, x)
    if y is not None:
        axes.plot(x, y, color=INK, linewidth=1.3)
        top = max(axes.get_ylim()[1], float(y.max()) * 1.08)
        axes.set_ylim(0, top)
    elif v.draw.scheme == "constant_":
        axes.axvline(v.draw.settings[0], color=INK, linewidth=1.3, linestyle=(0, (4, 2)))


def _words(axes: Any, v: _Values, wrong: tuple[float, float] | None) -> None:
    color = INK if wrong is None else WARNING
    axes.set_title(v.name or "tensor", loc="left", size=9, weight="bold", color=color, pad=17)
    words = "initialiser not known" if v.draw is None else described(v.draw).replace("^2", "²")
    now = f"std {v.now.std():.3g}" if len(v.now) else "no finite value"
    if v.before is not None and len(v.before):
        now = f"std {v.before.std():.3g} → {v.now.std():.3g}"
    if wrong is not None:
        now = f"std {wrong[0]:.3g}, drawn with {wrong[1]:.3g}"
    axes.text(0, 1.03, words, transform=axes.transAxes, size=7.5, color=SOFT, va="bottom")
    axes.text(
        1, 1.03, now, transform=axes.transAxes, size=7.5, color=color, va="bottom", ha="right"
    )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=7.5, colors=SOFT)
    axes.locator_params(axis="x", nbins=5)
    if wrong is not None:
        axes.set_facecolor("#fdf1f0")


def _legend(figure: Any, compared: bool, left: int) -> None:
    patches, lines = needed("matplotlib.patches"), needed("matplotlib.lines")
    marks: list[Any] = [patches.Patch(color=FAINT if compared else "#a9c6e8")]
    names = ["before" if compared else "values"]
    if compared:
        marks.append(patches.Patch(facecolor="none", edgecolor=POSITIVE, linewidth=1.4))
        names.append("now")
    marks.append(lines.Line2D([], [], color=INK, linewidth=1.3))
    names.append("drawn from")
    if left:
        marks.append(patches.Patch(facecolor="none", edgecolor="none"))
        names.append(f"{left:,} more parameters")
    figure.legend(
        marks, names, loc="outside lower left", ncols=len(marks), frameon=False, fontsize=8
    )

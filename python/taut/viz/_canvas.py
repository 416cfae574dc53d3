"""A sheet measured in inches, y downwards, to draw diagrams on."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from taut.viz._picture import Picture, look, needed

__all__ = [
    "ACCENT",
    "FAINT",
    "INK",
    "LEARNED",
    "NEGATIVE",
    "PAPER",
    "POSITIVE",
    "SOFT",
    "TIES",
    "WARNING",
    "Canvas",
    "text_width",
]

INK, SOFT, FAINT, PAPER = "#1f2933", "#627282", "#d3dae1", "#f5f7f9"
POSITIVE, NEGATIVE = "#2667b5", "#d0552b"
LEARNED = ("#fff1c9", "#c98a00")  # inside, border
ACCENT = ("#dcf1e7", "#0b6e4f")
WARNING = "#b3261e"
# One for each tie; they differ in lightness, too.
TIES = ("#0b6e4f", "#7b3fa0", "#c2611a", "#1c6fb8", "#a11d4f", "#6b6a00")
_LINE = 1.25  # from line to line, in sizes


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Inches that a line of text takes."""
    paths, fonts = needed("matplotlib.textpath"), needed("matplotlib.font_manager")
    if not text.strip():
        return 0.0
    with look():
        font = fonts.FontProperties(size=size, weight="bold" if bold else "normal")
        width, _, _ = paths.TextToPath().get_text_width_height_descent(text, font, "$" in text)
    return width / 72


def text_height(lines: int, size: float) -> float:
    """Inches that lines of text take."""
    return lines * size * _LINE / 72


class Canvas:
    """Collects what is drawn; coordinates are inches from the top left corner."""

    def __init__(self, width: float, height: float) -> None:
        figures = needed("matplotlib.figure")
        with look():
            self.figure = figures.Figure(figsize=(width, height), facecolor="white")
            axes = self.axes = self.figure.add_axes((0, 0, 1, 1))
            axes.set(xlim=(0, width), ylim=(height, 0))
            axes.axis("off")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        color: str = INK,
        align: str = "center",
        bold: bool = False,
        halo: bool = False,
        layer: int = 5,
    ) -> None:
        """Text whose middle is at height y."""
        with look():
            made = self.axes.text(
                x,
                y,
                text,
                size=size,
                color=color,
                ha=align,
                va="center_baseline",
                weight="bold" if bold else "normal",
                linespacing=_LINE,
                zorder=layer,
            )
            if halo:  # a box, for SVG text has no stroke behind it
                made.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.2})

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "white",
        edge: str = INK,
        line: float = 1.0,
        radius: float = 0.06,
        dashed: bool = False,
        layer: int = 3,
    ) -> None:
        """A box around a middle, with round corners."""
        patches = needed("matplotlib.patches")
        self.axes.add_patch(
            patches.FancyBboxPatch(
                (x - width / 2 + radius, y - height / 2 + radius),
                width - 2 * radius,
                height - 2 * radius,
                boxstyle=patches.BoxStyle("Round", pad=radius, rounding_size=radius),
                facecolor=fill,
                edgecolor=edge,
                linewidth=line,
                linestyle=(0, (3, 2)) if dashed else "-",
                zorder=layer,
            )
        )

    def circle(
        self, x: float, y: float, r: float, fill: str = "white", edge: str = INK, line: float = 1.2
    ) -> None:
        """A circle."""
        patches = needed("matplotlib.patches")
        self.axes.add_patch(
            patches.Circle((x, y), r, facecolor=fill, edgecolor=edge, linewidth=line, zorder=3)
        )

    def pill(self, x: float, y: float, text: str, size: float = 8, look: Any = LEARNED) -> None:
        """A short text in a box that fits it."""
        width = text_width(text, size) + 0.16
        self.box(x, y, width, 0.24, look[0], look[1], 0.9, radius=0.1, layer=4)
        self.text(x, y, text, size)

    def curve(
        self,
        points: Sequence[tuple[float, float]],
        color: str = SOFT,
        width: float = 1.0,
        style: Any = "-",
        arrow: bool = False,
        alpha: float = 1.0,
        layer: int = 2,
    ) -> None:
        """A line through points: straight for two, else a Bezier curve of the points given."""
        patches, paths = needed("matplotlib.patches"), needed("matplotlib.path")
        kinds = paths.Path
        codes = [kinds.MOVETO] + (
            [kinds.LINETO] if len(points) == 2 else [kinds.CURVE4] * (len(points) - 1)
        )
        self.axes.add_patch(
            patches.FancyArrowPatch(
                path=kinds(points, codes),
                arrowstyle="-|>" if arrow else "-",
                mutation_scale=8 + 1.5 * width,
                shrinkA=0,
                shrinkB=0,
                color=color,
                linewidth=width,
                linestyle=style,
                alpha=alpha,
                zorder=layer,
                capstyle="butt",
                joinstyle="miter",
            )
        )

    def lines(self, segments: Any, widths: Any, colors: Any) -> None:
        """Many straight lines at once."""
        collections = needed("matplotlib.collections")
        with look():
            made = collections.LineCollection(segments, linewidths=widths, colors=colors, zorder=1)
        self.axes.add_collection(made)

    def picture(self, flagged: list[str] | None = None) -> Picture:
        """What was drawn."""
        return Picture(self.figure, flagged)

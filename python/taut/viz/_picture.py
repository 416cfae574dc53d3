"""What the functions of ``taut.viz`` return, and what they need from elsewhere."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pathlib
from collections.abc import Iterator
from typing import Any

__all__ = ["DotPicture", "Picture", "look", "needed"]

# Text stays text in SVG: small files, and words that can be found. Verdana is as wide as DejaVu Sans.
_LOOK = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "taut",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "mathtext.fontset": "dejavusans",
}


def needed(name: str) -> Any:
    """A module that only pictures need.

    Raises:
        ImportError: it is not installed; says what to install.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ImportError(
            f"taut.viz: {package} is not installed; pip install taut[viz]", name=package
        ) from error


@contextlib.contextmanager
def look() -> Iterator[None]:
    """matplotlib's settings for pictures, for the block; the user's are not touched."""
    matplotlib = needed("matplotlib")
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_LOOK, "backend": "Agg"}):
        yield


class Picture:
    """A picture: shows itself in a notebook, saves itself as SVG, PNG or PDF.

    Attributes:
        figure: the ``matplotlib.figure.Figure``, to be changed at will.
        flagged: what the picture marks as odd, in words; see the function that made it.

    Example:
        >>> import taut
        >>> from taut import nn, viz
        >>> picture = viz.neuron(nn.Linear(2, 1), 0)
        >>> picture.save("neuron.svg")
        >>> picture.png()[1:4]
        b'PNG'
    """

    def __init__(self, figure: Any, flagged: list[str] | None = None) -> None:
        self.figure = figure
        self.flagged = flagged or []

    def _written(self, form: str, dpi: float) -> bytes:
        out = io.BytesIO()
        date = {"CreationDate": None} if form == "pdf" else {"Date": None} if form == "svg" else {}
        with look():
            self.figure.savefig(out, format=form, dpi=dpi, metadata=date)
        return out.getvalue()

    def svg(self) -> str:
        """The picture as SVG; the same picture gives the same text."""
        text = self._written("svg", 72).decode()
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def png(self, dpi: float = 144) -> bytes:
        """The picture as PNG."""
        return self._written("png", dpi)

    def save(self, path: str | os.PathLike[str], dpi: float = 144) -> None:
        """Writes a file of the kind that its name ends with: .svg, .png or .pdf.

        Raises:
            ValueError: another ending.
        """
        target = pathlib.Path(path)
        kind = target.suffix.lower()
        if kind == ".svg":
            target.write_text(self.svg(), encoding="utf-8")
        elif kind in (".png", ".pdf"):
            target.write_bytes(self._written(kind[1:], dpi))
        else:
            raise ValueError(f"save: the name must end with .svg, .png or .pdf, got {str(path)!r}")

    def _repr_svg_(self) -> str:
        return self.svg()


class DotPicture:
    """A picture that Graphviz lays out: the same uses as :class:`Picture`.

    Attributes:
        source: the graph in the DOT language.

    Example:
        >>> import taut
        >>> from taut import viz
        >>> loss = taut.ones(2, requires_grad=True).sum()
        >>> viz.graph(loss, engine="graphviz").source.startswith("digraph")
        True
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.flagged: list[str] = []
        self._graphviz = needed("graphviz")

    def _written(self, form: str, dpi: float = 0) -> bytes:
        source = self.source.replace("{", f"{{\n  dpi={dpi:g}", 1) if dpi else self.source
        try:
            made: bytes = self._graphviz.Source(source).pipe(format=form)
            return made
        except self._graphviz.ExecutableNotFound as error:
            raise RuntimeError(
                "taut.viz: Graphviz's program `dot` is not on the PATH; install Graphviz "
                "(https://graphviz.org/download), or leave out engine='graphviz'"
            ) from error

    def svg(self) -> str:
        """The picture as SVG."""
        return self._written("svg").decode()

    def png(self, dpi: float = 144) -> bytes:
        """The picture as PNG."""
        return self._written("png", dpi)

    def save(self, path: str | os.PathLike[str], dpi: float = 144) -> None:
        """Writes a file of the kind that its name ends with: .svg, .png, .pdf, or .dot for the source.

        Raises:
            ValueError: another ending.
            RuntimeError: Graphviz's program is not there.
        """
        target = pathlib.Path(path)
        kind = target.suffix.lower()
        if kind == ".dot":
            target.write_text(self.source, encoding="utf-8")
        elif kind in (".svg", ".png", ".pdf"):
            target.write_bytes(self._written(kind[1:], dpi if kind == ".png" else 0))
        else:
            raise ValueError(
                f"save: the name must end with .svg, .png, .pdf or .dot, got {str(path)!r}"
            )

    def _repr_svg_(self) -> str:
        return self.svg()

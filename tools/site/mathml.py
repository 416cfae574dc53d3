"""Formulas as MathML, which browsers set themselves: no script, no fonts to fetch."""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
LINES = re.compile(r"\\\\(?![a-z])")
TEXT = re.compile(r"\\(?:text|mathrm|operatorname)\{[^{}]*\}")


def mathml(formula: str, display: str) -> str:
    """The formula as a ``math`` element; lines that end in a double backslash stand one below the other.

    Example:
        >>> mathml("x^2", "inline")[:6]
        '<math '
    """
    formula = TEXT.sub(lambda m: m.group().replace(r"\_", "_"), formula.strip())
    if LINES.search(formula) and r"\begin" not in formula:
        formula = rf"\begin{{array}}{{l}}{formula}\end{{array}}"
    made = convert(formula, display=display)
    if "linebreak" in made:
        raise ValueError("lines outside of an array, which browsers do not break")
    return made


def write(translator: Any, node: nodes.Node, display: str) -> None:
    """Adds the formula of a node to the page."""
    formula = node.astext()
    try:
        translator.body.append(mathml(formula, display))
    except Exception as error:  # whatever the converter trips over is a mistake in the page
        logger.warning("formula %r: %s", formula, error, location=node)
        translator.body.append(f"<code>{html.escape(formula)}</code>")
    raise nodes.SkipNode


def inline(translator: Any, node: nodes.Node) -> None:
    """A formula within a line."""
    write(translator, node, "inline")


def block(translator: Any, node: nodes.Node) -> None:
    """A formula on lines of its own."""
    write(translator, node, "block")


def setup(app: Sphinx) -> dict[str, Any]:
    """Makes this the way HTML pages show formulas."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

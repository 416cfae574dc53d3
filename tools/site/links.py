"""Code in a line of text that names something of taut leads to its entry in the reference."""

from __future__ import annotations

import builtins
import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref

NAME = re.compile(r"(?:taut\.)?([A-Za-z_]\w*(?:\.\w+)+|\w+)(?:\(.*\))?", re.DOTALL)


def full_name(code: str) -> str | None:
    """The name that a piece of code may stand for: with a dot in it, or a call of ``taut.something``.

    Example:
        >>> full_name("viz.ties(net)"), full_name("taut.summary"), full_name("net")
        ('taut.viz.ties', 'taut.summary', None)
    """
    found = NAME.fullmatch(code)
    if not found or ("." not in found[1] and not code.startswith("taut.")):
        return None
    return f"taut.{found[1]}"


def link(app: Any, page: nodes.document, name: str) -> None:
    """Joins the literals of a page to the reference."""
    objects = app.env.get_domain("py").objects
    for literal in list(page.findall(nodes.literal)):
        target = full_name(literal.astext())
        inside = (nodes.reference, nodes.title)
        if target not in objects or any(isinstance(p, inside) for p in parents(literal)):
            continue
        place = objects[target]
        address = app.builder.get_relative_uri(name, place.docname) + f"#{place.node_id}"
        reference = nodes.reference("", "", internal=True, refuri=address)
        literal.replace_self(reference)
        reference += literal


def unlinked(app: Any, page: nodes.document) -> None:
    """A type of Python in a signature is not the name of taut that is spelled like it."""
    for reference in list(page.findall(pending_xref)):
        if reference.get("reftype") == "class" and hasattr(builtins, reference["reftarget"]):
            reference.replace_self(nodes.Text(reference["reftarget"]))


def parents(node: nodes.Node) -> list[nodes.Node]:
    """What a node stands in, from the inside out."""
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    app.connect("doctree-read", unlinked)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

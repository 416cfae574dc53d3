"""Docstrings read well in a terminal; this makes them right for Sphinx, too."""

from __future__ import annotations

import re
from typing import Any

# What must stay as it is: code in a line, roles, examples, and formulas with their indentation.
KEPT = re.compile(
    r"``.+?``|`[^`\n]+(?:\n[^`\n]+)?`(?!`)|^ *(?:>>>|\.\.\.).*$|^( *)\.\. math::.*(?:\n(?:\1 +.*)?$)+",
    re.MULTILINE | re.DOTALL,
)
SECTION = re.compile(r"^(\s*)(Args|Keyword Args|Returns|Raises):\s*$")


def escaped(text: str) -> str:
    """The text with its asterisks and bars as characters: nothing here is set in italics.

    Example:
        >>> print(escaped("(N, *) of `x * y`, |x|"))
        (N, \\*) of `x * y`, \\|x\\|
    """
    parts, end = [], 0
    for kept in KEPT.finditer(text):
        parts += [re.sub(r"(?<!\\)([*|])", r"\\\1", text[end : kept.start()]), kept.group()]
        end = kept.end()
    return "".join([*parts, re.sub(r"(?<!\\)([*|])", r"\\\1", text[end:])])


def joined(lines: list[str]) -> list[str]:
    """The lines of a docstring, with names of arguments that go over several lines in one."""
    found: list[str] = []
    depth = None  # of the entries of the section that we are in
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if section := SECTION.match(line):
            depth = len(section[1]) + 4
        elif depth is not None and line.strip() and indent < depth:
            depth = None
        last = found[-1] if found else ""
        if depth and indent > depth and last.rstrip().endswith(",") and ":" not in last:
            found[-1] = f"{last.rstrip()} {line.strip()}"
        else:
            found.append(line)
    return found


def before_napoleon(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Names that go over several lines; the first line of an alias is the signature of the other."""
    lines[:] = joined(lines)
    other = re.match(r"(\w+)\([^\n]*\)$", lines[0]) if lines else None
    if other and other[1] != name.rpartition(".")[2]:
        lines[0] = f"The same as ``{other[1]}``."


def after_napoleon(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Asterisks."""
    lines[:] = escaped("\n".join(lines)).split("\n")


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", before_napoleon, priority=400)
    app.connect("autodoc-process-docstring", after_napoleon, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""What is written where: colour on terminals, progress beside the results, JSON."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

__all__ = [
    "Problem",
    "clean",
    "count",
    "emit_json",
    "has_colour",
    "note",
    "paint",
    "progress",
    "table",
]

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
Item = TypeVar("Item")


class Problem(Exception):
    """What a command cannot do, in words for its user."""


def clean(text: Any) -> str:
    """A text from a file with what is not printable as escapes, so that it cannot steer a terminal."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else repr(c)[1:-1] for c in text)


def count(number: int, what: str) -> str:
    """A number of things in words."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def has_colour(stream: Any) -> bool:
    """Whether a stream is a terminal, and nobody asked it to stay plain (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def paint(text: str, colour: str) -> str:
    """A text for standard output in a colour, where it has any."""
    if not text or not colour or not has_colour(sys.stdout):
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def note(text: str) -> None:
    """Something to know beside the result, on the error stream."""
    print(f"taut: {clean(text)}", file=sys.stderr)


def table(
    rows: Sequence[Sequence[str]], numbers: Collection[str] = (), colours: Sequence[str] = ()
) -> str:
    """A head and rows as aligned columns; each row may have a colour."""
    from taut._inventory import text

    head, rule, *lines = text.table(rows, numbers).split("\n")
    colours = colours or [""] * len(lines)
    painted = (paint(line, colour) for line, colour in zip(lines, colours, strict=True))
    return "\n".join([paint(head, "bold"), rule, *painted])


def progress(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """The items, with a bar on the error stream where it is a terminal and tqdm is installed."""
    if total < 2 or not sys.stderr.isatty():
        return items
    try:
        from tqdm import tqdm
    except ImportError:
        return items
    # A short job has no bar; a bar leaves nothing behind.
    bar: Iterable[Item] = tqdm(items, desc=what, total=total, leave=False, delay=0.5)
    return bar


def emit_json(value: Any) -> None:
    """Write a value as JSON; numbers that are not finite are the words "nan", "inf" and "-inf"."""
    print(json.dumps(_plain(value), indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)

"""Makes docs/notebooks from pages of docs: the same text and code, in cells that are to be run.

    python tools/make_notebooks.py

Where a page saves a picture, the notebook shows it. Nothing that a run would leave is in the files.
"""

from __future__ import annotations

import json
import pathlib
import re
from typing import Any

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
NOTEBOOKS = DOCS / "notebooks"
PAGES = {"index": "get_started", "tutorial": "tutorial", "pictures": "pictures"}

BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
# What only the page needs: printed output, pictures, navigation, comments.
DROPPED = re.compile(
    r"<!-- output -->.*?<!-- end of output -->|^!\[.*?\]\(images/.*?\)$|^```\{toctree\}.*?^```|<!--.*?-->"
    r"| The same as a notebook:\n\[.*?\)\.",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!http|#|notebooks/)([^)]+)\)")
SAVED = re.compile(r"^(\w.*)\.save\(\"\w+\.svg\"\)$")


def text_cell(text: str) -> dict[str, Any] | None:
    """A cell of text; None where nothing is left."""
    text = LINK.sub(r"](../\1)", DROPPED.sub("", text))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return {"cell_type": "markdown", "metadata": {}, "source": text} if text else None


def code_cell(code: str) -> dict[str, Any]:
    """A cell of code."""
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", **empty, "source": code.strip("\n")}


def code_cells(code: str) -> list[dict[str, Any]]:
    """The cells of a block: one ends at each picture, which it shows instead of saving it."""
    cells, lines = [], []
    for line in code.splitlines():
        if picture := SAVED.match(line):
            cells.append(code_cell("\n".join([*lines, picture[1]])))
            lines = []
        else:
            lines.append(line)
    return [*cells, code_cell("\n".join(lines))] if "".join(lines).strip() else cells


def notebook(page: str) -> str:
    """The notebook of a page, as the text of its file."""
    cells, end = [], 0
    for block in BLOCK.finditer(page):
        cells += [text_cell(page[end : block.start()]), *code_cells(block[1])]
        end = block.end()
    cells = [cell for cell in [*cells, text_cell(page[end:])] if cell]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        cell["source"] = cell["source"].splitlines(keepends=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Writes docs/notebooks."""
    NOTEBOOKS.mkdir(exist_ok=True)
    for page, name in PAGES.items():
        text = notebook((DOCS / f"{page}.md").read_text())
        (NOTEBOOKS / f"{name}.ipynb").write_text(text)


if __name__ == "__main__":
    main()

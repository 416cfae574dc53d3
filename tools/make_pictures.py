"""Makes the pictures and the table of docs/pictures.md by running the code on that page.

    python tools/make_pictures.py

The pictures go to docs/images. Needs matplotlib.
"""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "pictures.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?<=<!-- table -->\n```text\n).*?(?=```\n<!-- end of table -->)", re.DOTALL)


def run(page: str) -> dict[str, Any]:
    """Runs the code of a page in the current folder; the names it leaves."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in BLOCK.findall(page):
        exec(compile(block, str(PAGE), "exec"), names)
    return names


def with_table(page: str, table: Any) -> str:
    """The page with a summary in its place."""
    return TABLE.sub(lambda _: f"{table}\n", page)


def main() -> None:
    """Writes docs/images and the table."""
    page = PAGE.read_text()
    os.chdir(DOCS / "images")
    PAGE.write_text(with_table(page, run(page)["table"]))


if __name__ == "__main__":
    main()

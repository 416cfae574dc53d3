"""Makes the pictures and the printed output on the pages of docs by running the code on them.

    python tools/make_pictures.py [PAGE ...]

A page is run from top to bottom. The pictures that it saves go to docs/images; what a block prints goes below it, between
`<!-- output -->` and `<!-- end of output -->`, where the page has them. Needs matplotlib.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
from typing import Any

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r"(<!-- output -->\n```text\n).*?(```\n<!-- end of output -->)", re.DOTALL)
PICTURE = re.compile(r"\(images/(\w+\.svg)\)")


def pages() -> list[pathlib.Path]:
    """The pages whose code makes what they show."""
    found = sorted(DOCS.glob("*.md"))
    return [p for p in found if ".save(" in (text := p.read_text()) and PICTURE.search(text)]


def run(page: str, file: str = "page") -> list[str]:
    """Runs the code of a page in the current folder; what each block printed."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = []
    for block in BLOCK.findall(page):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, file, "exec"), names)
        printed.append(out.getvalue())
    return printed


def with_output(page: str, printed: list[str]) -> str:
    """The page with what its blocks printed in its place."""

    def filled(place: re.Match[str]) -> str:
        above = len(BLOCK.findall(page[: place.start()]))
        return place[1] + printed[above - 1] + place[2]

    return OUTPUT.sub(filled, page)


def main() -> None:
    """Writes docs/images and the outputs."""
    wanted = [DOCS / f"{name.removesuffix('.md')}.md" for name in sys.argv[1:]] or pages()
    for path in wanted:
        page = path.read_text()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            path.write_text(with_output(page, run(page, str(path))))
            for name in PICTURE.findall(page):
                pathlib.Path(name).replace(DOCS / "images" / name)
            os.chdir(DOCS)


if __name__ == "__main__":
    main()

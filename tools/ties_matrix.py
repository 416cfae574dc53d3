"""Prints the table of what ties survive, as docs/ties.md has it, from tests/ties/matrix.py.

    python tools/ties_matrix.py [--write | --check]

``--write`` puts it into docs/ties.md; ``--check`` fails where the page differs.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ties.md"
PLACE = re.compile(r"(?<=<!-- matrix -->\n).*?(?=<!-- end of matrix -->)", re.DOTALL)


def with_table(page: str) -> str:
    """The page with the table of tests/ties/matrix.py in its place."""
    sys.path.insert(0, str(ROOT / "tests" / "ties"))
    import matrix  # type: ignore[import-not-found]

    table = matrix.markdown()
    return PLACE.sub(lambda _: table, page)


def main() -> int:
    """Prints, writes or compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/ties.md")
    parser.add_argument("--check", action="store_true", help="fail where docs/ties.md differs")
    args = parser.parse_args()
    page = PAGE.read_text()
    made = with_table(page)
    if args.check and made != page:
        print(
            "docs/ties.md is not the table of tests/ties/matrix.py: run tools/ties_matrix.py --write"
        )
        return 1
    if args.write:
        PAGE.write_text(made)
    if not args.check and not args.write:
        found = PLACE.search(made)
        print(found.group() if found else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What every file keeps to."""

import collections
import re

import pytest

from repository import ROOT

LIMIT = 600  # aim near 400 lines
FOLDERS = ("csrc", "python", "tests", "benchmarks", "examples", "tools")
FILES = sorted(
    p
    for folder in FOLDERS
    for p in (ROOT / folder).rglob("*")
    if p.suffix in (".h", ".cpp", ".py") and not p.name.startswith(".")
)
HEADERS = [p for p in FILES if p.suffix == ".h"]


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_length(path):
    assert len(path.read_text().splitlines()) <= LIMIT


@pytest.mark.parametrize("path", HEADERS, ids=name)
def test_headers(path):
    text = path.read_text()
    assert "#pragma once" in text
    assert text.startswith("//"), "a header says first what it is for"


def test_no_dead_code():
    for path in FILES:
        if path.suffix != ".py":
            assert not re.search(r"^\s*#\s*if 0\b", path.read_text(), re.MULTILINE), path


def test_test_files_have_names_of_their_own():
    """pytest imports them by their bare name."""
    names = collections.Counter(p.name for p in (ROOT / "tests").rglob("test_*.py"))
    assert [n for n, count in names.items() if count > 1] == []


def test_one_version():
    import taut

    cmake = (ROOT / "CMakeLists.txt").read_text()
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert not re.search(r"VERSION \d+\.\d+\.\d+", cmake)
    assert not re.search(r'^version = "', pyproject, re.MULTILINE)
    assert f'__version__ = "{taut.__version__}"' in (ROOT / "python/taut/__init__.py").read_text()
    assert f"## {taut.__version__}" in (ROOT / "CHANGELOG.md").read_text()

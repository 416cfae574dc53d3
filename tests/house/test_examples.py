"""Every example in the documentation and in docstrings runs and prints what it says."""

import doctest
import importlib
import pkgutil
import re
import shlex

import pytest

import taut
from repository import ROOT
from taut._cli.main import main

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ taut (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize(
    "page", [p for p in PAGES if BLOCK.search(p.read_text())], ids=lambda p: p.name
)
def test_blocks_run(page, tmp_path, monkeypatch, capsys):
    """The blocks of a page run one after the other, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for kind, block in BLOCK.findall(page.read_text()):
        if kind == "python":
            exec(compile(block, str(page), "exec"), namespace)
        else:
            commands_print(block, capsys)


def commands_print(block, capsys):
    """Runs the commands of a block, each of which prints what stands below it."""
    assert len(COMMAND.findall(block)) == block.count("$ "), block
    for command, expected in COMMAND.findall(block):
        capsys.readouterr()
        main(shlex.split(command))
        printed = capsys.readouterr().out
        assert doctest.OutputChecker().check_output(expected, printed, LIKE), printed


def test_no_block_is_passed_over():
    """Every fence of a page is of a kind that is run or checked, or no code."""
    kinds = {"python", "console", "text", "{toctree}", "cpp", "cmake"}
    for page in PAGES:
        found = re.findall(r"^```(.+)$", page.read_text(), re.MULTILINE)
        assert set(found) <= kinds, page


CODE = re.compile(r"^```.*?^```|^ {4}.*?$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!http|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(CODE.sub("", page.read_text())):
        assert (page.parent / target).exists(), target


def modules():
    return ["taut", *(m.name for m in pkgutil.walk_packages(taut.__path__, "taut."))]


@pytest.mark.parametrize("name", modules())
def test_docstrings_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    taut.manual_seed(0)
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=LIKE)
    assert failed == 0

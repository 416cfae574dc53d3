"""Programs that print the same in PyTorch and in taut, character for character.

A program is written for PyTorch; taut runs it with only the import changed.
"""

import contextlib
import io
import pathlib
import re

import pytest

PROGRAMS = sorted((pathlib.Path(__file__).parent / "programs").glob("*.py"))


def with_taut(source):
    source = re.sub(r"^import torch$", "import taut as torch", source, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\b", r"\1 taut", source, flags=re.MULTILINE)


def printed(source, module, path, seed):
    """What a program prints when it is run as a script, after seeding."""
    __import__(module).manual_seed(seed)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, str(path), "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_same_output(path, seed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    source = path.read_text()
    expected = printed(source, "torch", path, seed)
    assert expected.strip()
    assert printed(with_taut(source), "taut", path, seed) == expected


def test_only_imports_change():
    for path in PROGRAMS:
        source = path.read_text()
        for before, after in zip(source.splitlines(), with_taut(source).splitlines(), strict=True):
            assert before == after or re.match(r"(import|from) torch\b", before)

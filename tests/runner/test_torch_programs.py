"""Each program of examples/torch_programs prints the same with PyTorch and on taut."""

import contextlib
import io
import os
import pathlib
import re
import runpy
import subprocess
import sys

import pytest

import taut
import taut.torch
from repository import ROOT

FOLDER = ROOT / "examples" / "torch_programs"
NOT_PROGRAMS = ("digits", "environment")
PROGRAMS = sorted(p for p in FOLDER.glob("*.py") if p.stem not in NOT_PROGRAMS)
ARGUMENTS = {"char_rnn": [["RNN"], ["LSTM"], ["GRU"]]}
CASES = [(p, a) for p in PROGRAMS for a in ARGUMENTS.get(p.stem, [[]])]
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")


@contextlib.contextmanager
def as_script(path, arguments, monkeypatch):
    """What Python sets up for a program; the modules beside it are imported afresh."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", [str(path), *arguments])
        patch.syspath_prepend(str(path.parent))
        for name in NOT_PROGRAMS:
            patch.delitem(sys.modules, name, raising=False)
        yield
        for name in NOT_PROGRAMS:
            sys.modules.pop(name, None)


def printed(path, arguments, monkeypatch):
    out = io.StringIO()
    with as_script(path, arguments, monkeypatch), contextlib.redirect_stdout(out):
        runpy.run_path(str(path), run_name="__main__")
    return out.getvalue()


def compare(expected, found):
    """The same words, and numbers that agree to what is printed and to rounding."""
    assert found.count("\n") == expected.count("\n") > 5
    for theirs, ours in zip(expected.splitlines(), found.splitlines()):
        assert NUMBER.sub("#", theirs) == NUMBER.sub("#", ours)
        for a, b in zip(NUMBER.findall(theirs), NUMBER.findall(ours)):
            step = 10.0 ** -len(a.partition(".")[2])
            assert abs(float(a) - float(b)) <= 2e-4 * abs(float(a)) + 2 * step, (theirs, ours)


@pytest.mark.parametrize(
    "path, arguments", CASES, ids=["-".join([p.stem, *arguments]) for p, arguments in CASES]
)
@pytest.mark.filterwarnings("default")  # PyTorch's own
def test_same_losses(path, arguments, monkeypatch):
    expected = printed(path, arguments, monkeypatch)
    taut.torch.install()
    try:
        found = printed(path, arguments, monkeypatch)
    finally:
        taut.torch.uninstall()
    compare(expected, found)


def test_from_the_command_line(monkeypatch):
    """A program without PyTorch in sight."""
    path = FOLDER / "char_rnn.py"
    package = str(pathlib.Path(taut.__file__).parents[1])
    ours = subprocess.run(
        [sys.executable, "-m", "taut.torch", str(path), "GRU"],
        env={**os.environ, "PYTHONPATH": package},
        capture_output=True,
        text=True,
        check=True,
    )
    compare(printed(path, ["GRU"], monkeypatch), ours.stdout)


def test_check_finds_nothing():
    """What the programs use is there."""
    from taut.torch._check import check_source

    for path in FOLDER.glob("*.py"):
        missing = [f for f in check_source(path.read_text()) if not f.perhaps]
        assert missing == [], path

"""docs/command_line.md: each command, with what it prints."""

import doctest
import re
import shlex

from repository import ROOT
from taut._cli.main import main

PAGE = ROOT / "docs" / "command_line.md"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ taut (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    commands = 0
    for kind, block in BLOCK.findall(PAGE.read_text()):
        if kind == "python":
            exec(block, {"__name__": "__main__"})
            continue
        for command, expected in COMMAND.findall(block):
            main(shlex.split(command))
            printed = capsys.readouterr().out
            options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert doctest.OutputChecker().check_output(expected, printed, options), printed
            commands += 1
    assert commands == 6

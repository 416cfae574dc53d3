"""``taut diff``, ``run``, ``bench``, ``info``, and what all commands have in common."""

import json
import os
import pathlib
import pty
import subprocess
import sys

import pytest

import taut
from taut import nn
from taut._cli import bench_cases
from taut._cli.main import main

COMMAND = [sys.executable, "-m", "taut"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=300, **options
    )


def diff_json(*arguments, capsys):
    status = main(["diff", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


# -- diff -------------------------------------------------------------------------------------------


def test_each_kind_of_difference(folder, capsys):
    shared = taut.ones(3)
    a = {
        "w": taut.zeros(2, 3),
        "gone": taut.ones(1),
        "shape": taut.ones(2),
        "t1": shared,
        "t2": shared,
    }
    b = {
        "w": taut.zeros(2, 3), "new": taut.ones(1), "shape": taut.ones(3), "t1": shared.clone(),
        "t2": shared.clone(),
    }  # fmt: skip
    b["w"][1, 2] = 0.5
    a["half"], b["half"] = taut.ones(2), taut.ones(2).half()
    taut.save({**a, "epoch": 1}, "a.pt")
    taut.save({**b, "epoch": 2}, "b.pt")
    status, found = diff_json("a.pt", "b.pt", capsys=capsys)
    assert status == 1 and not found["equal"]
    assert found["only_in_a"] == ["gone"] and found["only_in_b"] == ["new"]
    assert found["shapes"] == {"shape": [[2], [3]]}
    assert found["dtypes"] == {"half": ["float32", "float16"]}
    assert found["ties"] == {"only_in_a": [["t1", "t2"]], "only_in_b": []}
    assert found["other"] == {"epoch": ["1", "2"]}
    (value,) = found["values"]
    assert value["name"] == "w" and value["differing"] == 1 and value["at"] == [1, 2]
    assert value["largest"] == 0.5
    assert main(["diff", "a.pt", "b.pt"]) == 1
    text = capsys.readouterr().out
    assert "- gone  (1,) float32" in text and "+ new" in text and "- tied: t1 = t2" in text
    assert "epoch  1 -> 2" in text and "float32 -> float16" in text
    assert main(["diff", "a.pt", "b.pt", "-q"]) == 1
    assert capsys.readouterr().out == ""


def test_equal_files(folder, capsys):
    taut.save({"w": taut.tensor([1.0, float("nan"), float("inf")]), "l": [float("nan")]}, "a.pt")
    assert diff_json("a.pt", "a.pt", capsys=capsys)[0] == 0
    taut.save({"w": taut.tensor([1.0, float("nan"), float("inf")]), "l": [float("nan")]}, "b.pt")
    assert main(["diff", "a.pt", "b.pt"]) == 0
    assert "1 tensor in both: no differences" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("x", "y", "options", "count", "largest"),
    [
        ([1.0, 2.0], [1.0, 2.001], (), 1, 0.001),
        ([1.0, 2.0], [1.0, 2.001], ("--rtol", "1e-2"), 0, 0),
        ([1.0, 2.0], [1.0, 2.001], ("--atol", "1e-2"), 0, 0),
        ([1.0, 0.0], [1.0, 2.0], ("--atol", "1"), 1, 2.0),
        ([1.0, float("nan")], [1.0, 2.0], ("--atol", "9"), 1, "inf"),
        ([1.0, float("inf")], [1.0, 2.0], ("--atol", "9"), 1, "inf"),
        ([1.0, 2.0], [1.0, float("inf")], ("--rtol", "9"), 1, "inf"),
        ([float("inf")], [-float("inf")], ("--rtol", "9"), 1, "inf"),
        ([2**62 + 1], [2**62], (), 1, 1.0),  # the same in float64
        ([2**63 - 1], [-(2**63)], (), 1, 2.0**64),
        ([True], [2], (), 1, 1.0),
        ([True, False], [True, True], (), 1, 1.0),
    ],
)
def test_differences_of_values(folder, x, y, options, count, largest, capsys):
    taut.save({"w": taut.tensor(x)}, "a.pt")
    taut.save({"w": taut.tensor(y)}, "b.pt")
    status, found = diff_json("a.pt", "b.pt", *options, capsys=capsys)
    assert status == (1 if count else 0)
    if count:
        assert found["values"][0]["differing"] == count
        got = found["values"][0]["largest"]
        assert (
            got == largest if isinstance(largest, str) else got == pytest.approx(largest, rel=1e-3)
        )


def test_large_tensors_are_compared_piece_by_piece(folder, capsys):
    x = taut.randn(600_000)
    y = x.clone()
    y[3], y[550_000] = x[3] + 1, x[550_000] + 5
    taut.save({"w": x.view(600, 1000)}, "a.pt")
    taut.save({"w": y.view(600, 1000)}, "b.pt")
    _, found = diff_json("a.pt", "b.pt", capsys=capsys)
    assert found["values"][0]["at"] == [550, 0] and found["values"][0]["differing"] == 2


def test_many_differences_are_cut_short(folder, capsys):
    taut.save({f"p{i}": taut.ones(1) for i in range(50)}, "a.pt")
    taut.save({}, "b.pt")
    assert main(["diff", "a.pt", "b.pt"]) == 1
    assert "... 30 more (--all)" in capsys.readouterr().out
    assert main(["diff", "a.pt", "b.pt", "--all"]) == 1
    assert "p49" in capsys.readouterr().out


def test_errors_are_no_differences(folder, capsys):
    taut.save({}, "a.pt")
    assert main(["diff", "a.pt", "none.pt"]) == 2
    with pytest.raises(SystemExit) as status:
        main(["diff", "a.pt"])
    assert status.value.code == 2


# -- run ----------------------------------------------------------------------------------------------

PROGRAM = """
import sys, torch
print(sys.argv[1:], torch.nn.Linear(2, 3)(torch.ones(1, 2)).shape, __name__)
if "fail" in sys.argv:
    raise ValueError("mine")
sys.exit(7)
"""


def test_run_gives_everything_to_the_program(folder):
    pathlib.Path("program.py").write_text(PROGRAM)
    done = run("run", "program.py", "--help", "--json", "x")
    assert done.returncode == 7
    assert done.stdout.strip() == "['--help', '--json', 'x'] torch.Size([1, 3]) __main__"
    done = run("run", "program.py", "fail")
    assert done.returncode == 1 and done.stderr.splitlines()[-1] == "ValueError: mine"
    assert "_cli" not in done.stderr and "_run.py" not in done.stderr


def test_run_says_how_it_is_used(folder):
    assert run("run").returncode == 2
    done = run("run", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: taut run program.py")
    done = run("run", "none.py")
    assert done.returncode == 2 and done.stderr.startswith("taut run: can't open file")


# -- bench, info ----------------------------------------------------------------------------------------


def test_bench(capsys):
    assert main(["bench", "--alone", "--rounds", "1", "--seconds", "0.001", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["seconds"]) == {"import", *bench_cases.CASES}
    assert all(row["taut"] > 0 for row in found["seconds"].values())
    assert found["seconds"]["import"]["taut"] > 1e-4  # the process begins without it


def test_bench_beside_pytorch(capsys):
    assert main(["bench", "--rounds", "1", "--seconds", "0.001", "--threads", "1"]) == 0
    text = capsys.readouterr().out
    assert "taut / PyTorch" in text and "step: LeNet, batch 32" in text and "1 thread;" in text


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--threads", "x"], ["--seconds", "-1"]])
def test_bench_refuses(arguments, capsys):
    with pytest.raises(SystemExit) as status:
        main(["bench", *arguments])
    assert status.value.code == 2


@pytest.mark.parametrize("case", bench_cases.CASES)
def test_every_case_does_its_work(case):
    assert bench_cases.measure(bench_cases.CASES[case](taut), 0.001) > 0


def test_info(capsys):
    assert main(["info"]) == 0
    text = capsys.readouterr().out
    assert taut.__version__ in text and taut._C._isa() in text and "cores" in text
    assert main(["info", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["taut"]["threads"] == taut.get_num_threads()
    assert found["packages"]["numpy"] and found["machine"]["memory"] > 1 << 20


# -- all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["inspect", "diff", "convert", "bench", "info"])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as status:
        main([command, "--help"])
    assert status.value.code == 0
    assert f"examples:\n  taut {command}" in capsys.readouterr().out


def test_versions_and_mistakes(capsys):
    with pytest.raises(SystemExit) as status:
        main(["--version"])
    assert status.value.code == 0 and capsys.readouterr().out == f"taut {taut.__version__}\n"
    for wrong in ([], ["nothing"], ["inspect"], ["inspect", "a", "--what"]):
        with pytest.raises(SystemExit) as status:
            main(wrong)
        assert status.value.code == 2


def test_a_reader_that_goes_away(folder):
    taut.save({f"p{i}": taut.ones(1) for i in range(20_000)}, "a.pt")
    process = subprocess.Popen(
        [*COMMAND, "inspect", "a.pt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141


def on_a_terminal(arguments, **environment):
    """What a command writes to a terminal, both streams together."""
    terminal, other = pty.openpty()
    environment = {"TERM": "xterm", **environment}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=other, stderr=other, env={**os.environ, **environment}
    )
    os.close(other)
    text = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(terminal)
    process.wait(60)
    return text.decode()


def test_colour_on_a_terminal_only(folder):
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    taut.save(net.state_dict(), "a.pt")
    assert "\x1b[36m" in on_a_terminal(["inspect", "a.pt"], NO_COLOR="")
    assert "\x1b" not in on_a_terminal(["inspect", "a.pt"], NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(["inspect", "a.pt"], NO_COLOR="", TERM="dumb")
    assert "\x1b[31mtaut:" in on_a_terminal(["inspect", "none"], NO_COLOR="")
    assert "\x1b" not in run("inspect", "a.pt").stdout


def test_progress_needs_no_tqdm(folder, monkeypatch, capsys):
    taut.save({f"p{i}": taut.ones(1) for i in range(5)}, "a.pt")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["inspect", "a.pt", "--stats"]) == 0


def test_progress_on_a_terminal(folder, monkeypatch, capsys):
    from taut._cli.terminal import progress

    assert progress([1, 2], 2, "work") == [1, 2]  # not a terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    bar = progress([1, 2], 2, "work")
    assert type(bar).__name__ == "tqdm" and list(bar) == [1, 2]
    assert capsys.readouterr().out == ""

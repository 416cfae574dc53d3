"""`python -m taut.torch` behaves as `python` does: output, arguments, tracebacks, exit status."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

import taut

PYTHON = [sys.executable]
TAUT = [sys.executable, "-m", "taut.torch"]


def run(command, cwd, **options):
    package = str(pathlib.Path(taut.__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": package}
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, **options
    )


def same(arguments, cwd):
    """Both Pythons give the same; returns what."""
    theirs, ours = run(PYTHON + arguments, cwd), run(TAUT + arguments, cwd)
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        theirs.returncode,
        theirs.stdout,
        theirs.stderr,
    )
    return ours


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "beside.py").write_text("import torch\nname = torch.__name__\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("import torch as t\nprint('package')\n")
    (tmp_path / "package" / "__main__.py").write_text("import sys\nprint(sys.argv, __package__)\n")
    (tmp_path / "package" / "part.py").write_text(
        "import sys, torch\nfrom . import t\nprint(sys.argv, __name__, __package__, __spec__.name)\n"
        "assert t is torch\n"
    )
    return tmp_path


def write(folder, text):
    (folder / "program.py").write_text(text)
    return ["program.py"]


def test_arguments_and_main(folder):
    program = write(
        folder,
        "import sys, beside, __main__\n"
        "print(sys.argv, __name__, __file__, __package__, __spec__, sys.path[0], beside.name)\n"
        "names = {n for n in globals() if n[0] == '_'} - {'__annotations__'}\n"
        "print(__main__.__dict__ is globals(), sorted(names), type(__loader__))\n",
    )
    same([*program, "-m", "a b", "--check"], folder)


def test_modules(folder):
    same(["-m", "package", "-x"], folder)
    same(["-m", "package.part", "one"], folder)
    assert same(["-c", "import sys, torch; print(sys.argv)", "one"], folder).returncode == 0


def test_no_such_module(folder):
    ours = run([*TAUT, "-m", "package.none"], folder)
    assert ours.returncode == 1 and "No module named package.none" in ours.stderr


def test_no_such_file(folder):
    theirs, ours = run([*PYTHON, "none.py"], folder), run([*TAUT, "none.py"], folder)
    assert ours.returncode == theirs.returncode == 2
    assert ours.stderr.split(": ", 1)[1] == theirs.stderr.split(": ", 1)[1]


@pytest.mark.parametrize("ending", ["raise SystemExit(7)", "import sys; sys.exit('bad')", "exit()"])
def test_exit_status(folder, ending):
    same(write(folder, f"import torch\nprint('before')\n{ending}\n"), folder)


def test_traceback(folder):
    ours = same(
        write(folder, "def f():\n    try:\n        1 / 0\n    finally:\n        [][1]\n\nf()\n"),
        folder,
    )
    assert ours.returncode == 1


def test_syntax_error(folder):
    same(write(folder, "import torch\nx = (\n"), folder)
    (folder / "package" / "bad.py").write_text("x = (\n")
    ours = run([*TAUT, "-m", "package.bad"], folder)
    assert "taut" not in ours.stderr and "SyntaxError" in ours.stderr


def test_own_excepthook(folder):
    program = write(
        folder,
        "import sys\n"
        "def hook(kind, value, tb):\n    print('hooked', kind.__name__, tb.tb_lineno)\n"
        "sys.excepthook = hook\nraise ValueError('x')\n",
    )
    assert "hooked ValueError 5" in same(program, folder).stdout


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_interrupt(folder):
    program = write(
        folder,
        # A process started in the background may have been told to ignore it.
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "os.kill(os.getpid(), signal.SIGINT)\nwhile 1: pass\n",
    )
    assert same(program, folder).returncode == -signal.SIGINT


def test_what_runs_at_exit_sees_the_program(folder):
    program = write(
        folder, "import atexit\nx = 'still here'\natexit.register(lambda: print(x))\n1 / 0\n"
    )
    assert "still here" in same(program, folder).stdout


def test_pickles_of_the_program(folder):
    program = write(
        folder,
        "import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))) is C)\n",
    )
    assert same(program, folder).stdout == "True\n"


def test_workers(folder):
    program = write(
        folder,
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "if __name__ == '__main__':\n"
        "    data = TensorDataset(torch.arange(6.0))\n"
        "    for (x,) in DataLoader(data, batch_size=2, num_workers=1):\n        print(x.tolist())\n",
    )
    same(program, folder)


def test_usage(folder):
    assert run(TAUT, folder).returncode == 2
    assert "usage" in run([*TAUT, "--help"], folder).stdout
    assert run([*TAUT, "--nothing"], folder).returncode == 2
    assert run([*TAUT, "--check"], folder).returncode == 2


def test_missing_name(folder):
    ours = run([*TAUT, *write(folder, "import torch\n\ntorch.no_such_thing(3)\n")], folder)
    assert ours.returncode == 1
    assert re.search(r"AttributeError: .*torch\.no_such_thing.*program\.py:3", ours.stderr)


def test_check(folder):
    program = write(folder, "import torch\ntorch.no_such_thing(3)\nprint('ran')\n")
    ours = run([*TAUT, "--check", *program], folder)
    assert (ours.returncode, ours.stdout) == (1, "program.py:2:1: torch.no_such_thing\n")
    assert run([*TAUT, "--check", "beside.py", "package"], folder).returncode == 0
    assert run([*TAUT, "--check", "none.py"], folder).returncode == 2

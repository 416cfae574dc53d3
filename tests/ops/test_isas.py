"""The tests of this folder on every instruction set that this machine has."""

import os
import pathlib
import subprocess
import sys

import pytest

import taut

# Values, gradients, layouts and accuracy: what depends on the kernels.
KERNEL_TESTS = "values or gradients or layouts or ulp or place or paths"


@pytest.mark.skipif("TAUT_ISA" in os.environ, reason="runs inside such a run already")
@pytest.mark.parametrize("isa", [i for i in taut._C._available_isas() if i != taut._C._isa()])
def test_on(isa):
    here = pathlib.Path(__file__).parent
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-k",
            KERNEL_TESTS,
            # PyTorch's database compares what the operations mean: once is enough.
            f"--ignore={here / 'test_op_db.py'}",
            here,
        ],
        env={**os.environ, "TAUT_ISA": isa},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:]


@pytest.mark.parametrize("isa", taut._C._available_isas())
def test_environment_forces(isa):
    code = "import taut; print(taut._C._isa())"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TAUT_ISA": isa},
        capture_output=True,
        text=True,
    )
    assert run.stdout.strip() == isa, run.stderr


def test_environment_names_a_missing_one():
    run = subprocess.run(
        [sys.executable, "-c", "import taut; taut.ones(2) + 1"],
        env={**os.environ, "TAUT_ISA": "sse9"},
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    assert "TAUT_ISA" in run.stderr

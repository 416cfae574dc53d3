"""What `import taut` costs and brings along, and which kernels run."""

import os
import statistics
import subprocess
import sys

import pytest

import taut


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_numpy_and_friends_are_not_imported():
    run = python(
        "import sys, taut; print([m for m in ('numpy', 'torch', 'inspect', 'pickle') if m in sys.modules])"
    )
    assert run.stdout.strip() == "[]", run.stdout + run.stderr


def test_numpy_is_imported_when_asked_for():
    run = python("import sys, taut; print(taut.ones(2).numpy(), 'numpy' in sys.modules)")
    assert run.stdout.strip() == "[1. 1.] True", run.stderr


UNDER_SANITIZER = "libasan" in os.environ.get("LD_PRELOAD", "")
measured = pytest.mark.skipif(UNDER_SANITIZER, reason="a sanitizer's own cost would be measured")

TIMED = "import time; t = time.process_time(); import taut; print(time.process_time() - t)"


@measured
def test_import_is_quick():
    """The goal is 30 ms; the bound leaves room for slow machines. What others take does not count."""
    times = [float(python(TIMED).stdout) for _ in range(7)]
    assert statistics.median(times) < 0.1, times


MEMORY = """
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
before = peak()
import taut
print(peak() - before)
"""


@measured
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_import_is_small():
    assert int(python(MEMORY).stdout) <= 20_000


@pytest.mark.parametrize("isa", taut._C._available_isas())
def test_a_forced_isa_runs(isa):
    run = python("import taut; print(taut._C._isa())", TAUT_ISA=isa)
    assert run.stdout.strip() == isa, run.stderr


def test_an_unknown_isa_is_named_with_the_choices():
    run = python("import taut", TAUT_ISA="mmx")
    assert run.returncode != 0
    assert "mmx" in run.stderr
    assert all(isa in run.stderr for isa in taut._C._available_isas())


def test_baseline_is_always_there():
    assert "baseline" in taut._C._available_isas()

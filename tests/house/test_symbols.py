"""A kernel object exports its table and nothing else.

One weak symbol built with wide flags, kept by the linker for everyone, crashes older CPUs.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from repository import ROOT

ISAS = ("baseline", "avx2", "avx512")
GLOBAL_OR_WEAK = set("ABCDGRSTUVWuvwi") - {"U"}


def kernel_objects():
    """The object files of the build that this checkout was tested from."""
    builds = [pathlib.Path(b) for b in os.environ.get("TAUT_BUILD", "").split(os.pathsep) if b]
    builds = builds or [ROOT / "build", *sorted((ROOT / "build").glob("*"))]
    for build in builds:
        for isa in ISAS:
            folder = build / "CMakeFiles" / f"taut_kernels_{isa}.dir"
            yield from ((isa, p) for p in sorted(folder.rglob("*.o")))


OBJECTS = list(kernel_objects())


def exported(path):
    run = subprocess.run(["nm", "-C", path], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        kind, _, symbol = line[17:].partition(" ")
        # A sanitizer marks each table with a symbol of its own.
        if kind in GLOBAL_OR_WEAK and not symbol.startswith("__odr_asan."):
            yield symbol


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("nm"), reason="reads ELF with nm")
def test_tables_only():
    assert OBJECTS, f"no kernel objects under {ROOT / 'build'}: build the C++ tests first"
    for isa, path in OBJECTS:
        for symbol in exported(path):
            assert symbol.startswith(f"taut::{isa}::") and symbol.endswith("_table"), (path, symbol)

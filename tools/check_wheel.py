"""What a wheel of taut must be: small, whole, and quick to import.

    python tools/check_wheel.py [WHEEL ...]

Without a wheel the installed package is imported and used.
"""

from __future__ import annotations

import argparse
import pathlib
import statistics
import subprocess
import sys
import zipfile

MAX_BYTES = 4 << 20
MAX_IMPORT_SECONDS = 0.1  # the goal is 30 ms; the machines that build wheels are slow
NEEDED = ("taut/__init__.py", "taut/__main__.py", "taut/py.typed", "taut/_C.pyi")
TIMED = "import time; t = time.process_time(); import taut; print(time.process_time() - t)"
USED = """
import taut
from taut import nn

net = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
net[1].weight = net[0].weight
net(taut.tensor([1, 2])).logsumexp(-1).sum().backward()
assert net[0].weight.grad is net[1].weight.grad and taut.ties(net)[0].uses == 2
"""


def check_wheel(path: pathlib.Path) -> None:
    """Raises SystemExit where a wheel is too large or lacks a file."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{path.name}: {size:,} bytes, at most {MAX_BYTES:,} are allowed")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
    missing = [name for name in NEEDED if name not in names]
    if missing or not any(name.startswith("taut/_C.") and name != "taut/_C.pyi" for name in names):
        raise SystemExit(f"{path.name}: lacks {', '.join(missing) or 'the compiled module'}")
    print(f"{path.name}: {size:,} bytes, {len(names)} files")


def check_installed() -> None:
    """Raises SystemExit where the installed package does not work or is slow to import."""
    subprocess.run([sys.executable, "-c", USED], check=True)
    subprocess.run([sys.executable, "-m", "taut", "info"], check=True)
    times = [
        float(subprocess.run([sys.executable, "-c", TIMED], check=True, capture_output=True).stdout)
        for _ in range(7)
    ]
    seconds = statistics.median(times)
    if seconds > MAX_IMPORT_SECONDS:
        raise SystemExit(
            f"import taut: {seconds * 1e3:.0f} ms, at most {MAX_IMPORT_SECONDS * 1e3:.0f}"
        )
    print(f"import taut: {seconds * 1e3:.0f} ms")


def main() -> None:
    """Checks the wheels that are named, or what is installed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheels", nargs="*", type=pathlib.Path)
    given = parser.parse_args().wheels
    for wheel in given:
        check_wheel(wheel)
    if not given:
        check_installed()


if __name__ == "__main__":
    main()

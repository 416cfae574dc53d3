"""Measures how cost grows with work, with taut and with PyTorch, on one thread.

    python benchmarks/scaling.py [--only SWEEP] [--rounds N]

Processes alternate between the two; the figures are medians over the rounds. Writes benchmarks/scaling.json, a plot per sweep
into docs/images, and docs/scaling.md. Some three minutes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pathlib
import statistics
import subprocess
import sys

import curves
import report
from measure import seconds_per_call
from sweeps import SWEEPS

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "scaling.json"


def curve(module, make, sizes):
    """Seconds at each size."""
    found = []
    for n in sizes:
        module.manual_seed(0)
        found.append(seconds_per_call(make(module, n)))
    return found


def worker(name, sweep):
    """A sweep with one module, in a process of its own, as JSON on stdout."""
    module = importlib.import_module(name)
    importlib.import_module(f"{name}.optim")
    module.set_num_threads(1)
    print(json.dumps({k: curve(module, f, sweep.sizes) for k, f in sweep.series.items()}))


def measure(name, rounds):
    """Seconds by module and series."""
    found = {module: [] for module in curves.NAMES}
    for number in range(rounds):
        for module in found:
            print(f"  {name}, round {number + 1}: {module}", file=sys.stderr)
            command = [sys.executable, __file__, "--worker", module, "--only", name]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            found[module].append(json.loads(run.stdout))
    return {
        "sizes": SWEEPS[name].sizes,
        "seconds": {
            module: {k: medians([r[k] for r in readings]) for k in SWEEPS[name].series}
            for module, readings in found.items()
        },
    }


def medians(rounds):
    return [statistics.median(readings) for readings in zip(*rounds, strict=True)]


def caches():
    """Bytes of the first core's data caches by level, as Linux tells them."""
    found = {}
    for folder in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        if (folder / "type").read_text().strip() != "Instruction":
            size = (folder / "size").read_text().strip()
            found["L" + (folder / "level").read_text().strip()] = int(size.rstrip("K")) * 1024
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=SWEEPS, help="one sweep; the others stay as they are")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--worker", choices=curves.NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return worker(options.worker, SWEEPS[options.only])

    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"sweeps": {}}
    for name in [options.only] if options.only else SWEEPS:
        results["sweeps"][name] = measure(name, options.rounds)
    results["sweeps"] = {n: results["sweeps"][n] for n in SWEEPS if n in results["sweeps"]}
    results["machine"] = {**report.machine(), "caches": caches()}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    curves.write(results)
    return None


if __name__ == "__main__":
    sys.exit(main())

"""One process of the benchmark: times every case with one module and prints JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import time
import zlib

from cases import CASES

SHORTEST = (
    0.02  # seconds that one reading should last, against the clock's and the scheduler's grain
)
READINGS = 5


def seconds_per_call(run):
    """The median of several readings, each of enough calls to be measurable."""
    run()
    calls, spent = 1, 0.0
    while True:
        spent = timed(run, calls)
        if spent >= SHORTEST:
            break
        calls *= max(2, min(100, int(1.2 * SHORTEST / max(spent, 1e-9))))
    return statistics.median([spent, *(timed(run, calls) for _ in range(READINGS - 1))]) / calls


def timed(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def reading(case, module):
    """What one case gives: its value, and a digest of its result where threads share the work."""
    module.manual_seed(0)
    try:
        run = case.make(module)
        digest = zlib.crc32(run().numpy()) if case.parallel else None
        value = run() if case.unit == "bytes" else seconds_per_call(run)
    except AttributeError as missing:
        return {"missing": f"not yet available: {missing}"}
    return {"value": value, "digest": digest}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cases", type=int, nargs="*")
    options = parser.parse_args()
    module = importlib.import_module(options.module)
    importlib.import_module(f"{options.module}.nn")
    importlib.import_module(f"{options.module}.optim")
    module.set_num_threads(options.threads)

    print(json.dumps({index: reading(CASES[index], module) for index in options.cases}))


if __name__ == "__main__":
    main()

"""``taut bench``: how fast typical work runs on this machine, beside PyTorch where it is installed."""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import pathlib
import statistics
import subprocess
import sys
from typing import Any

from taut._cli.terminal import Problem, emit_json, progress, table

__all__ = ["add", "run"]

EXAMPLES = """\
examples:
  taut bench                    about half a minute
  taut bench --threads 1        on one thread
  taut bench --alone --json     without PyTorch, for other programs
"""


def add(commands: Any) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "bench",
        help="times typical operations and training steps, beside PyTorch where it is installed",
        description="Times typical operations and training steps. Each round runs in a process of its "
        "own, taut and PyTorch in turns; what is shown is the median of the rounds.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", type=_positive, help="threads (default: as many as taut uses)")
    parser.add_argument("--rounds", type=_positive, default=3, help="rounds (default 3)")
    parser.add_argument(
        "--seconds",
        type=_duration_given,
        default=0.3,
        help="time for each case and round (default 0.3)",
    )
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text!r}")
    return int(text)


def _duration_given(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text!r}")
    return seconds


def run(options: argparse.Namespace) -> int:
    """Does it; returns the exit status."""
    import taut
    from taut._cli.info import facts

    threads = options.threads or taut.get_num_threads()
    beside = not options.alone and importlib.util.find_spec("torch") is not None
    modules = ["taut", "torch"] if beside else ["taut"]
    turns = [name for _ in range(options.rounds) for name in modules]
    readings: dict[str, list[dict[str, float]]] = {name: [] for name in modules}
    for name in progress(turns, len(turns), "rounds"):
        readings[name].append(_round(name, threads, options.seconds))
    rows = _rows(readings)
    about = facts()
    if options.json:
        emit_json({"about": about, "threads": threads, "seconds": rows})
        return 0
    _show(rows, beside, options.alone)
    torch = f", torch {about['packages']['torch']}" if beside else ""
    print(
        f"\n{about['machine']['processor']}, {threads} thread{'s' * (threads > 1)}; "
        f"taut {taut.__version__} ({about['taut']['instruction set']}){torch}"
    )
    return 0


def _round(name: str, threads: int, seconds: float) -> dict[str, float]:
    # As a text, so that the process begins with neither library imported.
    program = (pathlib.Path(__file__).parent / "bench_cases.py").read_text()
    command = [sys.executable, "-c", program, name, str(threads), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        raise Problem(f"the timing of {name} failed: {last}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _rows(readings: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    """The median seconds of each case, and the median of the ratios of rounds."""
    rows: dict[str, dict[str, float]] = {}
    for case in readings["taut"][0]:
        row = {name: statistics.median(r[case] for r in rs) for name, rs in readings.items()}
        if "torch" in readings:
            pairs = zip(readings["taut"], readings["torch"], strict=True)
            row["ratio"] = statistics.median(a[case] / b[case] for a, b in pairs)
        rows[case] = row
    return rows


def _show(rows: dict[str, dict[str, float]], beside: bool, alone: bool) -> None:
    head = ["", "taut", "PyTorch", "taut / PyTorch"] if beside else ["", "taut"]
    body, colours = [head], []
    for case, row in rows.items():
        cells = [case, _duration(row["taut"])]
        if beside:
            cells += [_duration(row["torch"]), f"{row['ratio']:.2f}"]
        body.append(cells)
        colours.append("" if not beside else "green" if row["ratio"] <= 1 else "yellow")
    print(table(body, head[1:], colours))
    if not beside and not alone:
        print("\nPyTorch is not installed; with it, its times would stand beside these.")


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"

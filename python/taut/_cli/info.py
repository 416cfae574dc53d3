"""``taut info``: what runs here, and on what."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from typing import Any

from taut._cli.terminal import emit_json, paint

__all__ = ["add", "facts", "processor", "run"]

# What taut works with, and what for.
_PACKAGES = {
    "numpy": "conversions, npz files",
    "safetensors": "safetensors files",
    "tqdm": "progress bars",
    "matplotlib": "pictures",
    "graphviz": "pictures of graphs",
    "torch": "comparisons",
}


def add(commands: Any) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "info",
        help="version, instruction sets, threads, memory, packages",
        description="Shows what is needed to understand a timing or to report a problem.",
        epilog="examples:\n  taut info\n  TAUT_ISA=avx2 taut info\n  taut info --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does it; returns the exit status."""
    found = facts()
    if options.json:
        emit_json(found)
        return 0
    for title, values in found.items():
        print(paint(title, "bold"))
        width = max(map(len, values))
        for name, value in values.items():
            print(f"  {name:<{width}}  {_text(name, value)}")
    return 0


def _text(name: str, value: Any) -> str:
    from taut._inventory.lines import amount

    if value is None:
        used = _PACKAGES.get(name)
        return f"not installed ({used})" if used else "not known"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return amount(value) if name.endswith("memory") else str(value)


def facts() -> dict[str, dict[str, Any]]:
    """Everything, by topic."""
    import taut
    from taut import _C

    return {
        "taut": {
            "version": taut.__version__,
            "path": os.path.dirname(taut.__file__),
            "instruction set": _C._isa(),
            "available": list(_C._available_isas()),
            "threads": taut.get_num_threads(),
        },
        "machine": {
            "processor": processor(),
            "cores": usable_cores(),
            "memory": memory("MemTotal"),
            "available memory": memory("MemAvailable"),
            "system": platform.platform(),
        },
        "python": {
            "version": f"{platform.python_implementation()} {platform.python_version()}",
            "executable": sys.executable,
        },
        "packages": {**{name: installed(name) for name in _PACKAGES}, "dot": shutil.which("dot")},
    }


def installed(package: str) -> str | None:
    """The version of a package, which is not imported; None if it is not there."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def usable_cores() -> int | None:
    """Those that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def processor() -> str:
    """The name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            names = (line.split(":")[1].strip() for line in file if line.startswith("model name"))
            return next(names)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def memory(field: str) -> int | None:
    """Bytes of memory; None where the system does not say."""
    try:
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":") for line in file)
        return int(lines[field].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        names = {"MemTotal": "SC_PHYS_PAGES", "MemAvailable": "SC_AVPHYS_PAGES"}
        return os.sysconf(names[field]) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None

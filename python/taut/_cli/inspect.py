"""``taut inspect``: what a checkpoint holds."""

from __future__ import annotations

import argparse
import os
from typing import Any

from taut._cli.checkpoint import Checkpoint, Entry, open_checkpoint
from taut._cli.terminal import clean, count, emit_json, paint, progress, table

__all__ = ["add", "run"]

EXAMPLES = """\
examples:
  taut inspect net.pt                     names, shapes, types, sizes, ties
  taut inspect net.safetensors --stats    mean, spread, norm, zeros and non-finite values, too
  taut inspect run.pt --key model         one part of a larger file
  taut inspect run.pt --json | jq .total  for other programs
"""
_NAMES = {"pt": "PyTorch checkpoint", "safetensors": "safetensors", "npz": "numpy arrays"}
_NUMBERS = ("size", "mean", "std", "norm", "zeros", "non-finite")
_FEW = 20


def add(commands: Any) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "inspect",
        help="what a checkpoint holds: names, shapes, types, sizes, ties, statistics",
        description="Shows what a .pt, .safetensors or .npz file holds. Nothing in the file is "
        "executed; of the values, only what --stats needs is read.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="the checkpoint")
    parser.add_argument("--stats", action="store_true", help="statistics of the values")
    parser.add_argument("--key", help="only this part of a .pt file, such as model")
    parser.add_argument(
        "--all", action="store_true", help="every tensor of an optimiser and every other value"
    )
    parser.add_argument("--json", action="store_true", help="everything as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does it; returns the exit status."""
    found = open_checkpoint(options.file, options.key)
    shown = found.entries
    if not (options.all or options.json):
        shown = [e for e in found.entries if e.optimizer is None]
    statistics = _statistics(shown) if options.stats else {}
    if options.json:
        emit_json(_as_json(found, statistics))
    else:
        _show(found, shown, statistics, options)
    return 0


def _statistics(entries: list[Entry]) -> dict[str, Any]:
    """Those of each tensor, computed once for a tie."""
    from taut._inventory import Statistics

    found: dict[str, Any] = {}
    for entry in progress(entries, len(entries), "statistics"):
        tied = entry.tie is not None and entry.tie.kind != "view" and entry.tie.kept in found
        if entry.tie is not None and tied:
            found[entry.name] = found[entry.tie.kept]
        elif entry.read is not None:
            found[entry.name] = Statistics.of(entry.values())
    return found


# -- for people -----------------------------------------------------------------------------------------


def _show(found: Checkpoint, shown: list[Entry], statistics: dict[str, Any], options: Any) -> None:
    from taut._inventory.lines import amount

    size = amount(os.path.getsize(found.path))
    print(f"{clean(found.path)}: {_NAMES[found.kind]}, {size}\n")
    if shown:
        print(_tensors(shown, statistics, bool(options.stats)) + "\n")
    for name, state in found.optimizers.items():
        own = [e for e in found.entries if e.optimizer == name]
        print(_optimizer(name, state, own, options.all) + "\n")
    for title, what in (("metadata", found.metadata), ("objects, not made", found.objects)):
        if what:
            print(_listed(title, {k: clean(v) for k, v in what.items()}, options.all) + "\n")
    values = {
        name: _value(value)
        for name, value in found.values.items()
        if not any(_shown_there(name, o, options.all) for o in found.optimizers)
    }
    if values:
        print(_listed("other values", values, options.all) + "\n")
    print(_total(found))


def _tensors(entries: list[Entry], statistics: dict[str, Any], with_statistics: bool) -> str:
    from taut._inventory.lines import amount, shape

    head = ["name", "shape", "type", "size"]
    head += ["mean", "std", "norm", "zeros", "non-finite"] * with_statistics
    rows, colours = [[*head, "tied to"]], []
    for e in entries:
        tied = e.tie is not None
        row = [clean(e.name), shape(e.shape), clean(e.dtype), "" if tied else amount(e.nbytes)]
        s = statistics.get(e.name)
        if with_statistics and s is None:
            row += [""] * 5
        elif s is not None:
            row += [*(f"{x:.3g}" for x in s[:3]), f"{s.zeros:,}", f"{s.nonfinite:,}"]
        rows.append([*row, clean(e.tie or "")])
        colours.append("red" if s is not None and s.nonfinite else "cyan" if tied else "")
    return table(rows, _NUMBERS, colours)


def _shown_there(name: str, optimizer: str, whole: bool) -> bool:
    """Whether a value is one of an optimiser's, whose groups have lines of their own."""
    start = f"{optimizer}." if optimizer else ""
    return name.startswith(f"{start}param_groups." if whole else start)


def _optimizer(name: str, state: dict[str, Any], entries: list[Entry], whole: bool) -> str:
    """The state of an optimiser in a few lines."""
    from taut._inventory.lines import amount

    slots = [e.name.rpartition(".")[2] for e in entries]
    counts = ", ".join(f"{slots.count(s)} x {clean(s)}" for s in dict.fromkeys(slots)) or "empty"
    total = amount(sum(e.nbytes for e in entries if e.tie is None))
    lines = [paint(f"optimiser {clean(name)}".rstrip(), "bold") + f"  {counts}, {total}"]
    groups = [g for g in state.get("param_groups", ()) if isinstance(g, dict)]
    for i, group in enumerate(groups if whole else groups[:_FEW]):
        params = group.get("params")
        size = len(params) if isinstance(params, (list, tuple)) else 0
        settings = (
            f"{clean(k)} {_value(v)}"
            for k, v in group.items()
            if k not in ("params", "param_names") and (whole or v not in (None, False))
        )
        lines.append(f"  group {i}: {count(size, 'parameter')}, {', '.join(settings)}")
    if len(lines) <= len(groups):
        lines.append(f"  ... {len(groups) - len(lines) + 1:,} more groups (--all)")
    return "\n".join(lines)


def _listed(title: str, values: dict[str, str], whole: bool) -> str:
    names = list(values) if whole else list(values)[:_FEW]
    lines = [paint(title, "bold"), *(f"  {clean(name)} = {values[name]}" for name in names)]
    if len(names) < len(values):
        lines.append(f"  ... {len(values) - len(names):,} more (--all)")
    return "\n".join(lines)


def _value(value: Any) -> str:
    from taut.serialization._limits import shown

    return clean(shown(value))


def _total(found: Checkpoint) -> str:
    from taut._inventory.lines import amount

    kept = [e for e in found.entries if e.tie is None]
    tied = [e for e in found.entries if e.tie is not None]
    text = f"{count(len(found.entries), 'tensor')}, {count(sum(e.numel for e in kept), 'element')}"
    text += f", {amount(found.nbytes)}"
    if tied:
        text += f"; {len(tied):,} tied ({amount(sum(e.nbytes for e in tied))} saved)"
    return text


# -- for programs ---------------------------------------------------------------------------------------


def _as_json(found: Checkpoint, statistics: dict[str, Any]) -> dict[str, Any]:
    from taut.serialization._limits import shown

    plain = (str, int, float, bool, type(None))
    return {
        "file": found.path,
        "format": found.kind,
        "file_bytes": os.path.getsize(found.path),
        "tensors": [_entry_json(e, statistics.get(e.name)) for e in found.entries],
        "optimizers": list(found.optimizers),
        "objects": found.objects,
        "metadata": found.metadata,
        "values": {k: v if isinstance(v, plain) else shown(v) for k, v in found.values.items()},
        "total": {
            "tensors": len(found.entries),
            "memories": sum(e.tie is None for e in found.entries),
            "elements": sum(e.numel for e in found.entries if e.tie is None),
            "bytes": found.nbytes,
        },
    }


def _entry_json(e: Entry, statistics: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": e.name,
        "shape": list(e.shape),
        "dtype": e.dtype,
        "bytes": e.nbytes,
        "tied_to": None if e.tie is None else e.tie.kept,
        "tie": None if e.tie is None else e.tie.kind,
        "optimizer": e.optimizer,
    }
    if statistics is not None:
        made["statistics"] = statistics._asdict()
    return made

"""``taut diff``: what differs between two checkpoints."""

from __future__ import annotations

import argparse
from typing import Any

from taut._cli.checkpoint import Checkpoint, Entry, open_checkpoint
from taut._cli.compare import Difference, compare
from taut._cli.terminal import clean, count, emit_json, paint, progress, table

__all__ = ["add", "run"]

EXAMPLES = """\
examples:
  taut diff before.pt after.pt                 exit status 0: equal, 1: different, 2: error
  taut diff net.pt net.safetensors             formats may differ
  taut diff a.pt b.pt --rtol 1e-5 --atol 1e-8  leave small differences out
  taut diff run.pt net.pt --key-a model        a part of the first file
"""
_FEW = 20


def add(commands: Any) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "diff",
        help="what differs between two checkpoints",
        description="Compares two checkpoints by name: what is missing, shapes, types, ties, values. "
        "NaN is equal to NaN. Nothing in the files is executed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("a", help="a checkpoint")
    parser.add_argument("b", help="another one")
    parser.add_argument("--rtol", type=float, default=0.0, help="relative tolerance (default 0)")
    parser.add_argument("--atol", type=float, default=0.0, help="absolute tolerance (default 0)")
    parser.add_argument("--key", help="compare this part of each .pt file")
    parser.add_argument("--key-a", metavar="KEY", help="the part of the first file")
    parser.add_argument("--key-b", metavar="KEY", help="the part of the second file")
    parser.add_argument("--all", action="store_true", help="every difference, however many")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing")
    parser.add_argument("--json", action="store_true", help="everything as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does it; 0 if they are equal, 1 if not, 2 where something could not be compared."""
    a = open_checkpoint(options.a, options.key_a or options.key)
    b = open_checkpoint(options.b, options.key_b or options.key)
    in_a, in_b = {e.name: e for e in a.entries}, {e.name: e for e in b.entries}
    common = [name for name in in_a if name in in_b]
    report: dict[str, Any] = {
        "only_in_a": [e for e in a.entries if e.name not in in_b],
        "only_in_b": [e for e in b.entries if e.name not in in_a],
        "shapes": [n for n in common if in_a[n].shape != in_b[n].shape],
        "dtypes": [n for n in common if in_a[n].dtype != in_b[n].dtype],
        "ties": _ties(a, b, set(common)),
        "other": _other_values(a, b),
        "values": [],
    }
    same_shape = [n for n in common if in_a[n].shape == in_b[n].shape]
    for name in progress(same_shape, len(same_shape), "comparing"):
        difference = compare(in_a[name], in_b[name], options.rtol, options.atol)
        if difference is not None:
            report["values"].append(difference)
    report["values"].sort(key=lambda d: -d.largest)
    equal = not any(report.values())
    unclear = any(d.unreadable for d in report["values"])
    if options.json:
        emit_json(_as_json(report, in_a, in_b, equal, len(common)))
    elif not options.quiet:
        _show(report, in_a, in_b, options.all, len(common))
    return 0 if equal else 2 if unclear else 1


def _ties(a: Checkpoint, b: Checkpoint, common: set[str]) -> dict[str, list[list[str]]]:
    """The groups of tied names that only one file has, of names that both have."""
    groups = [_groups(a, common), _groups(b, common)]
    found = {
        "only_in_a": sorted(map(sorted, groups[0] - groups[1])),
        "only_in_b": sorted(map(sorted, groups[1] - groups[0])),
    }
    return found if any(found.values()) else {}


def _groups(found: Checkpoint, common: set[str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for e in found.entries:
        if e.name in common:
            mark = ", transposed" * (e.tie is not None and e.tie.kind == "transposed")
            groups.setdefault(e.tie.kept if e.tie else e.name, set()).add(e.name + mark)
    return {frozenset(names) for names in groups.values() if len(names) > 1}


def _other_values(a: Checkpoint, b: Checkpoint) -> dict[str, tuple[str, str]]:
    """What is no tensor and differs: the two values as texts, "" where there is none."""
    from taut.serialization._limits import shown

    if "pt" not in (a.kind, b.kind):
        both = a.kind == b.kind == "safetensors"
        mine, other = (a.metadata, b.metadata) if both else ({}, {})
    elif a.kind == b.kind:
        mine, other = {**a.values, **a.objects}, {**b.values, **b.objects}
    else:
        return {}  # the other format holds tensors only
    found = {}
    for name in dict.fromkeys([*mine, *other]):
        if name not in mine or name not in other or not _equal(mine[name], other[name]):
            texts = (shown(side[name]) if name in side else "" for side in (mine, other))
            found[name] = (next(texts), next(texts))
    return found


def _equal(x: Any, y: Any) -> bool:
    """Equality in which NaN is equal to itself, in lists, too."""
    if type(x) is type(y) and isinstance(x, (list, tuple)):
        return len(x) == len(y) and all(map(_equal, x, y))
    return type(x) is type(y) and (x is y or bool(x == y) or (x != x and y != y))


# -- what is shown ------------------------------------------------------------------------------------


def _show(
    report: dict[str, Any],
    in_a: dict[str, Entry],
    in_b: dict[str, Entry],
    whole: bool,
    common: int,
) -> None:
    from taut._inventory.lines import shape

    for sign, key, colour in (("-", "only_in_a", "red"), ("+", "only_in_b", "green")):
        lines = [f"{sign} {clean(e.name)}  {shape(e.shape)} {clean(e.dtype)}" for e in report[key]]
        _print(lines, whole, colour)
    lines = [
        f"~ {clean(n)}  shape {shape(in_a[n].shape)} -> {shape(in_b[n].shape)}"
        for n in report["shapes"]
    ]
    lines += [
        f"~ {clean(n)}  type {clean(in_a[n].dtype)} -> {clean(in_b[n].dtype)}"
        for n in report["dtypes"]
    ]
    for sign, key in (("-", "only_in_a"), ("+", "only_in_b")):
        groups = report["ties"].get(key, ())
        lines += [f"{sign} tied: {clean(' = '.join(names))}" for names in groups]
    lines += [
        f"~ {clean(name)}  {clean(x) or '(nothing)'} -> {clean(y) or '(nothing)'}"
        for name, (x, y) in report["other"].items()
    ]
    _print(lines, whole, "yellow")
    if report["values"]:
        _show_values(report["values"], whole)
    counts = {
        "only in the first": len(report["only_in_a"]),
        "only in the second": len(report["only_in_b"]),
        "other shapes": len(report["shapes"]),
        "other types": len(report["dtypes"]),
        "other ties": sum(map(len, report["ties"].values())),
        "other values": len(report["values"]),
        "other settings": len(report["other"]),
    }
    said = ", ".join(f"{n:,} {what}" for what, n in counts.items() if n) or "no differences"
    print(f"{count(common, 'tensor')} in both: {said}")


def _print(lines: list[str], whole: bool, colour: str) -> None:
    for line in lines if whole else lines[:_FEW]:
        print(paint(line, colour))
    if not whole and len(lines) > _FEW:
        print(f"... {len(lines) - _FEW:,} more (--all)")


def _show_values(values: list[Difference], whole: bool) -> None:
    rows = [["values of", "differ", "of", "largest difference", "relative", "at"]]
    for d in values if whole else values[:_FEW]:
        numbers = ("", "") if d.unreadable else (f"{d.largest:.3g}", f"{d.relative:.3g}")
        counts = (
            ("cannot be compared", "") if d.unreadable else (f"{d.differing:,}", f"{d.numel:,}")
        )
        at = clean(d.unreadable) if d.unreadable else str(list(d.at))
        rows.append([clean(d.name), *counts, *numbers, at])
    print(table(rows, ("differ", "of", "largest difference", "relative")))
    if not whole and len(values) > _FEW:
        print(f"... {len(values) - _FEW:,} more (--all)")
    print()


def _as_json(
    report: dict[str, Any],
    in_a: dict[str, Entry],
    in_b: dict[str, Entry],
    equal: bool,
    common: int,
) -> dict[str, Any]:
    return {
        "equal": equal,
        "common": common,
        "only_in_a": [e.name for e in report["only_in_a"]],
        "only_in_b": [e.name for e in report["only_in_b"]],
        "shapes": {n: [list(in_a[n].shape), list(in_b[n].shape)] for n in report["shapes"]},
        "dtypes": {n: [in_a[n].dtype, in_b[n].dtype] for n in report["dtypes"]},
        "ties": report["ties"],
        "values": [d._asdict() for d in report["values"]],
        "other": report["other"],
    }

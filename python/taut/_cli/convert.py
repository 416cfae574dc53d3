"""``taut convert``: a checkpoint in another format or element type."""

from __future__ import annotations

import argparse
import os
from collections import OrderedDict, deque
from typing import Any

import taut
from taut import Tensor
from taut._cli.checkpoint import Checkpoint, open_checkpoint
from taut._cli.sniff import EXTENSIONS, format_of_name
from taut._cli.terminal import Problem, clean, count, note, progress

__all__ = ["add", "run"]

EXAMPLES = """\
examples:
  taut convert net.pt net.safetensors            ties are kept, each memory written once
  taut convert run.pt net.npz --key model        one part of a larger file
  taut convert net.pt half.pt --dtype float16    floating-point tensors in another type
  taut convert old.bin new.pt                    also what PyTorch wrote before 1.6
"""
DTYPES = ("float64", "float32", "float16", "bfloat16")


def add(commands: Any) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "convert",
        help="write a checkpoint in another format or element type",
        description="Reads a .pt, .safetensors or .npz file and writes the format that the name of "
        "the new file says. Tied tensors stay tied. The new file appears in one step at the end.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help="the checkpoint")
    parser.add_argument("target", help="the new file: .pt, .pth, .bin, .safetensors or .npz")
    parser.add_argument("--dtype", choices=DTYPES, help="element type of floating-point tensors")
    parser.add_argument("--key", help="only this part of a .pt file, such as model")
    parser.add_argument("--tensors-only", action="store_true", help="leave out what is no tensor")
    parser.add_argument(
        "--untie", action="store_true", help="write tied tensors each with memory of its own"
    )
    parser.add_argument("-f", "--force", action="store_true", help="replace an existing file")
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does it; returns the exit status."""
    kind = format_of_name(options.target)
    if kind is None:
        raise Problem(f"{options.target}: the name of a format is one of {', '.join(EXTENSIONS)}")
    if os.path.isdir(options.target):
        raise Problem(f"{options.target}: is a directory")
    folder = os.path.dirname(options.target)
    if folder and not os.path.isdir(folder):
        raise Problem(f"{folder}: no such directory")
    if os.path.lexists(options.target) and not options.force:
        raise Problem(f"{options.target}: exists already; --force replaces it")
    found = open_checkpoint(options.source, options.key)
    _check_records(found)
    whole = kind == found.kind == "pt" and not (options.tensors_only or options.untie)
    try:
        with taut.no_grad():
            if whole:
                _write_whole(found, options)
            else:
                _write_tensors(found, kind, options)
    except (RuntimeError, TypeError, ImportError) as error:
        raise Problem(f"{options.target}: {error}") from error
    _report(options)
    return 0


def _report(options: argparse.Namespace) -> None:
    from taut._cli.terminal import emit_json
    from taut._inventory.lines import amount

    made = open_checkpoint(options.target)
    size, ties = os.path.getsize(options.target), sum(e.tie is not None for e in made.entries)
    if options.json:
        emit_json(
            {"file": options.target, "file_bytes": size, "tensors": len(made.entries), "tied": ties}
        )
    else:
        tied = f", {ties:,} of them tied" if ties else ""
        print(
            f"{clean(options.target)}: {count(len(made.entries), 'tensor')}{tied}, {amount(size)}"
        )


def _check_records(found: Checkpoint) -> None:
    """Compares the checksums of a mapped file; what is read otherwise is checked there."""
    import zipfile

    if found.kind != "pt" or not zipfile.is_zipfile(found.path):
        return
    with zipfile.ZipFile(found.path) as archive:
        infos = archive.infolist()
        for info in progress(infos, len(infos), "checking"):
            try:
                with archive.open(info) as record:
                    while record.read(1 << 20):
                        pass
            except zipfile.BadZipFile as error:
                raise Problem(f"{found.path}: {error}") from error


# -- by name --------------------------------------------------------------------------------------------


def _write_tensors(found: Checkpoint, kind: str, options: argparse.Namespace) -> None:
    from taut.serialization import safetensors, save, save_npz

    if not options.tensors_only:
        _refuse_to_lose(found, options.target)
    if found.metadata and kind != "safetensors" and set(found.metadata) != {"format"}:
        note(f"left out, as {kind} has no place for it: metadata {', '.join(found.metadata)}")
    tensors = found.tensors()
    if options.dtype:
        convert = _Conversion(options.dtype, list(tensors.values()))
        optimizers = {e.name for e in found.entries if _is_step(e.name, e.optimizer)}
        tensors = {
            name: t if name in optimizers else convert(t)
            for name, t in progress(tensors.items(), len(tensors), "converting")
        }
        convert.report()
    if options.untie:
        tensors = {name: t.clone() for name, t in tensors.items()}
    if kind == "safetensors":
        safetensors.save_tied(tensors, options.target, found.metadata or {"format": "pt"})
    elif kind == "npz":
        if any(t.dtype == taut.bfloat16 for t in tensors.values()):
            raise Problem(f"{options.target}: numpy has no bfloat16; --dtype float32 makes it that")
        save_npz(tensors, options.target)
    else:
        save(OrderedDict(tensors), options.target)


def _refuse_to_lose(found: Checkpoint, target: str) -> None:
    others = [*found.objects, *found.values]
    if found.kind == "pt" and others:
        names = ", ".join(map(repr, others[:3])) + (", ..." if len(others) > 3 else "")
        raise Problem(
            f"{target}: cannot hold what is no tensor ({names}); --key PART takes one part of "
            f"{found.path}, --tensors-only leaves the rest out"
        )


def _is_step(name: str, optimizer: str | None) -> bool:
    """A count of steps: an element type that cannot count so far would change the training."""
    return optimizer is not None and name.endswith(".step")


class _Conversion:
    """Casts floating-point tensors; those that shared memory share it again."""

    def __init__(self, dtype: str, tensors: list[Tensor]) -> None:
        from taut.nn._convert import Converter

        self._dtype = getattr(taut, dtype)
        floats = [t.detach() for t in tensors if t.is_floating_point() and not t.is_meta]
        self._convert = Converter(self._cast, floats)
        self._overflown = 0

    def _cast(self, t: Tensor) -> Tensor:
        made = t.to(self._dtype)
        self._overflown += int((made.isinf() & ~t.isinf()).sum())
        return made

    def __call__(self, t: Tensor) -> Tensor:
        return self._convert(t.detach()) if t.is_floating_point() and not t.is_meta else t

    def report(self) -> None:
        """Says how many finite values are too large for the type."""
        if self._overflown:
            note(f"{self._overflown:,} finite values are infinite as {self._dtype}")


# -- a .pt file as a whole ------------------------------------------------------------------------------


def _write_whole(found: Checkpoint, options: argparse.Namespace) -> None:
    from taut.serialization import save

    if found.objects:
        name, kind = next(iter(found.objects.items()))
        raise Problem(
            f"{found.path}: {name or 'it'} is an object of {kind}, which only running its code could "
            "make; --tensors-only keeps the tensors by name"
        )
    foreign = next((e for e in found.entries if e.read is None and not _is_meta(e.dtype)), None)
    if foreign is not None:
        foreign.values()  # says why not
    root = found.root
    if options.dtype:
        tensors = [e.values() for e in found.entries if e.read is not None]
        convert = _Conversion(options.dtype, tensors)
        root = _Rebuilt(convert).of(root, False)
        convert.report()
    save(root, options.target)


def _is_meta(dtype: str) -> bool:
    return dtype.endswith("no values")


class _Rebuilt:
    """Containers with each tensor in them converted; what was one object stays one."""

    def __init__(self, convert: _Conversion) -> None:
        self._convert = convert
        self._made: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any, in_optimizer: bool) -> Any:
        """The value converted; dicts and lists are changed in place."""
        if isinstance(value, (Tensor, tuple, dict, list, deque)):
            if id(value) not in self._made:
                self._made[id(value)] = value, value  # containers may hold themselves
                self._made[id(value)] = value, self._new(value, in_optimizer)
            return self._made[id(value)][1]
        return value

    def _new(self, value: Any, in_optimizer: bool) -> Any:
        from taut._cli.walk import is_optimizer

        inside = in_optimizer or is_optimizer(value)
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, tuple):
            return type(value)(self.of(v, inside) for v in value)
        items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        for key, v in items:
            if not (inside and key == "step"):
                value[key] = self.of(v, inside)
        return value

    def _tensor(self, t: Tensor) -> Tensor:
        from taut._utils import alias_of, as_subclass, rebuild_alias

        alias = alias_of(t)
        if alias is not None:
            return rebuild_alias(type(t), self.of(alias[0], False), *alias[1:])
        made = self._convert(t)
        if type(t) is Tensor:
            return made.requires_grad_() if t.requires_grad else made
        return as_subclass(type(t), made, t.requires_grad)

"""A checkpoint of any of the three formats: what it holds, with values read when asked for."""

from __future__ import annotations

import dataclasses
import functools
import math
import os
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import taut
from taut import Tensor
from taut._cli.sniff import format_of
from taut._cli.terminal import Problem
from taut._cli.walk import class_of, is_foreign_tensor, leaves, part
from taut._regions import Regions
from taut.serialization import _inert
from taut.serialization._sharing import aliases, sharing

__all__ = ["Checkpoint", "Entry", "Tie", "open_checkpoint"]


@dataclasses.dataclass(frozen=True)
class Tie:
    """What a name shares its memory with.

    Attributes:
        kept: the first name of that memory.
        kind: "same", "transposed", or "view" for any other overlap.
    """

    kept: str
    kind: str

    def __str__(self) -> str:
        return self.kept + {"same": "", "transposed": ", transposed", "view": ", a view"}[self.kind]


@dataclasses.dataclass
class Entry:
    """A tensor.

    Attributes:
        name: its path.
        shape: its sizes.
        dtype: the name of its element type.
        nbytes: the memory that its elements take.
        tie: what it shares its memory with; None for the first name of a memory.
        optimizer: the name of the optimiser's state that it is in.
        read: gives its values; None where taut does not have its type.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    tie: Tie | None = None
    optimizer: str | None = None
    read: Callable[[], Tensor] | None = None

    @property
    def numel(self) -> int:
        """How many elements."""
        return math.prod(self.shape)

    def values(self) -> Tensor:
        """The tensor itself.

        Raises:
            Problem: it cannot be read.
        """
        if self.read is None:
            raise Problem(
                f"{self.name} has the element type {self.dtype}, which taut does not have"
            )
        try:
            return self.read()
        except RuntimeError as error:
            raise Problem(_words(error)) from error


@dataclasses.dataclass
class Checkpoint:
    """What a file holds.

    Attributes:
        path: of the file.
        kind: "pt", "safetensors" or "npz".
        entries: the tensors, in the order of the file.
        values: what is no tensor, by name.
        objects: the class of each object that was not made, by name.
        optimizers: the states of optimisers, by name.
        metadata: the texts of a safetensors file that name no ties.
        root: the whole of a ``.pt`` file.
        load_all: reads all tensors where they are not independent of each other.
    """

    path: str
    kind: str
    entries: list[Entry] = dataclasses.field(default_factory=list)
    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    objects: dict[str, str] = dataclasses.field(default_factory=dict)
    optimizers: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    root: Any = None
    load_all: Callable[[], dict[str, Tensor]] | None = None

    @property
    def nbytes(self) -> int:
        """The memory of its tensors, each counted once."""
        return sum(e.nbytes for e in self.entries if e.tie is None)

    def tensors(self) -> dict[str, Tensor]:
        """All tensors by name; those that are tied share memory.

        Raises:
            Problem: one of them cannot be read.
        """
        if self.load_all is None:
            return {entry.name: entry.values() for entry in self.entries}
        try:
            return self.load_all()
        except RuntimeError as error:
            raise Problem(_words(error)) from error


def _words(error: BaseException) -> str:
    """The message of an error for a user of the command line."""
    text = str(error) or type(error).__name__
    for start in ("load: ", "load_npz: "):
        text = text.removeprefix(start)
    return text


def open_checkpoint(path: str, key: str | None = None) -> Checkpoint:
    """What a file holds; nothing in it is executed, and values are read later.

    Args:
        path: of the file.
        key: the part of a ``.pt`` file to take, by its name.

    Raises:
        Problem: it is no checkpoint, damaged, or has no such part.
        OSError: it cannot be read.
    """
    kind = format_of(path)
    if key and kind != "pt":
        raise Problem(f"{path}: only .pt files have parts; there is no {key!r}")
    try:
        return {"pt": _read_pt, "safetensors": _read_safetensors, "npz": _read_npz}[kind](path, key)
    except Problem as problem:
        text = str(problem)
        raise Problem(text if path in text else f"{path}: {text}") from problem
    except (RuntimeError, ImportError, MemoryError, zipfile.BadZipFile) as error:
        raise Problem(_words(error)) from error


# -- .pt -----------------------------------------------------------------------------------------------


def _read_pt(path: str, key: str | None) -> Checkpoint:
    root = _inert.load_inert(path)
    if key:
        root = part(root, key)
    found = Checkpoint(path, "pt", root=root)
    tensors: dict[str, Tensor] = {}
    taken: set[str] = set()
    for leaf in leaves(root, found.optimizers):
        name = _unused(leaf.name or "(the file)", taken)
        if isinstance(leaf.value, Tensor):
            tensors[name] = leaf.value
            found.entries.append(_entry(name, leaf.value, leaf.optimizer))
        elif isinstance(leaf.value, _inert.Inert):
            foreign = _foreign_tensor(name, leaf.value, leaf.optimizer)
            if foreign is None:
                found.objects[name] = class_of(leaf.value)
            else:
                found.entries.append(foreign)
        else:
            found.values[name] = leaf.value
    _tie(found.entries, tensors)
    return found


def _unused(name: str, taken: set[str]) -> str:
    """The name, or one like it where another stands under the same."""
    made, number = name, 1
    while made in taken:
        number += 1
        made = f"{name} ({number})"
    taken.add(made)
    return made


def _entry(name: str, t: Tensor, optimizer: str | None) -> Entry:
    shape, dtype = tuple(t.shape), str(t.dtype).rpartition(".")[2]
    if t.is_meta:
        return Entry(name, shape, dtype + ", no values", 0, None, optimizer)
    return Entry(name, shape, dtype, t.nbytes, None, optimizer, t.detach)


def _tie(entries: list[Entry], tensors: Mapping[str, Tensor]) -> None:
    """Says of each entry what it shares its memory with."""
    exact = aliases(tensors)
    regions = Regions(tensors.values())
    by_name = {entry.name: entry for entry in entries}
    for names in sharing(tensors):
        first = by_name[names[0]]
        for name in names[1:]:
            alias = exact.get(name)
            if alias is None:
                by_name[name].tie = Tie(names[0], "view")
                region = regions.of(tensors[name])
                first.nbytes = region.end - region.begin  # what all of them cover
            else:
                by_name[name].tie = Tie(alias.kept, "transposed" if alias.transposed else "same")


def _foreign_tensor(name: str, value: _inert.Inert, optimizer: str | None) -> Entry | None:
    """A tensor of an element type that taut does not have; None if the object is no tensor."""
    if not is_foreign_tensor(value):
        return None
    args = value.args
    kind = args[6] if len(args) > 6 and isinstance(args[6], _inert.InertName) else args[0]
    dtype = getattr(kind, "name", "unknown").rpartition(".")[2].removesuffix("Storage")
    dtype = {"ComplexFloat": "complex64", "ComplexDouble": "complex128"}.get(dtype, dtype)
    return Entry(name, tuple(args[2]), dtype, 0, None, optimizer)


# -- .safetensors, .npz ---------------------------------------------------------------------------------


def _read_safetensors(path: str, key: str | None) -> Checkpoint:
    from taut.serialization._safetensors_reader import DTYPES, SafetensorsReader
    from taut.serialization.safetensors import PERMUTED, orders_of

    reader = SafetensorsReader(path)
    found = Checkpoint(path, "safetensors")
    for name, record in reader.records.items():
        dtype = DTYPES.get(record.kind)
        read = functools.cache(functools.partial(reader.mapped, name)) if dtype else None
        found.entries.append(
            Entry(name, record.shape, dtype or record.kind, record.nbytes, read=read)
        )
    kept = {entry.name: entry for entry in found.entries}
    orders = orders_of(path, reader.texts)
    for name, text in reader.texts.items():
        owner = kept.get(text)
        if owner is None or name in kept:
            if name != PERMUTED:
                found.metadata[name] = text
            continue
        same = list(range(len(owner.shape)))
        order = orders.get(name, same)
        if order == same or order == [1, 0] == same[::-1]:
            found.entries.append(_alias_entry(name, owner, order != same))
        else:  # of a layout that is neither the same nor the transpose
            found.metadata[name] = text
    return found


def _alias_entry(name: str, owner: Entry, transposed: bool) -> Entry:
    shape = owner.shape[::-1] if transposed else owner.shape
    tie = Tie(owner.name, "transposed" if transposed else "same")
    entry = Entry(name, shape, owner.dtype, owner.nbytes, tie)
    if owner.read is not None:
        entry.read = lambda: owner.values().t() if transposed else owner.values().detach()
    return entry


def _read_npz(path: str, key: str | None) -> Checkpoint:
    from taut.serialization.npz import NpzReader

    # Headers are small whatever a compressed file claims; ``read`` refuses such a one.
    reader = NpzReader(path, compressed=True)
    plain = all(info.compress_type == zipfile.ZIP_STORED for info in reader.infos.values())
    found = Checkpoint(path, "npz", load_all=reader.read_all if plain else _refuse(path))
    for name in reader.infos:
        shape, dtype = reader.header(name)
        known = not dtype.hasobject and hasattr(taut, dtype.name)
        nbytes = math.prod(shape) * dtype.itemsize
        read = functools.partial(reader.read, name) if plain else _refuse(path)
        entry = Entry(name, shape, dtype.name, nbytes, read=read if known else None)
        found.entries.append(entry)
    by_name = {entry.name: entry for entry in found.entries}
    for name, tie in reader.ties().items():
        owner = by_name[tie.kept]
        shape = owner.shape[::-1] if tie.transposed else owner.shape
        if by_name[name].shape == shape:
            by_name[name].tie = Tie(tie.kept, "transposed" if tie.transposed else "same")
    return found


def _refuse(path: str) -> Callable[[], Any]:
    def read() -> Any:
        raise Problem(
            f"{os.fspath(path)}: it is compressed, and could claim any amount of memory; "
            "taut.serialization.load_npz(path, compressed=True) reads it, of a file you trust"
        )

    return read

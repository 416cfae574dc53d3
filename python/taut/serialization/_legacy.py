"""Checkpoints as PyTorch wrote them before 1.6: pickles one after another, then the storages.

A magic number, the version of the format, a dict about the machine, the object, the keys of the
storages, and for each key the number of elements and the elements. A storage is referred to before
its content is known, so it gets its memory then, and all of them together no more than the file has
bytes.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Mapping
from typing import IO, Any

from taut._utils import Storage
from taut.serialization._limits import require, shown
from taut.serialization._rebuild import TypedStorage
from taut.serialization._storages import check_location, dtype_of, normalise, parse_id
from taut.serialization._unpickler import RestrictedUnpickler

__all__ = ["is_legacy", "load_legacy"]

_MAGIC = 0x1950A86A20F9469CFC6C
_MAGIC_PICKLES = tuple(pickle.dumps(_MAGIC, protocol) for protocol in (2, 3, 4, 5))
_VERSION = 1001
_PIECE = 1 << 24


def is_legacy(file: IO[bytes]) -> bool:
    """Whether a file begins as these do; its position stays."""
    start = file.tell()
    head = file.read(max(map(len, _MAGIC_PICKLES)))
    file.seek(start)
    return head.startswith(_MAGIC_PICKLES)


class _Bounded:
    """What is left of a file, never asked for more than there is: that would be allocated first."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size

    def _took(self, content: bytes) -> bytes:
        self._left -= len(content)
        return content

    def read(self, size: int) -> bytes:
        return self._took(self._file.read(max(0, min(size, self._left))))

    def readline(self) -> bytes:
        return self._took(self._file.readline())

    def fill(self, buffer: memoryview) -> int:
        """Read into a buffer; how many bytes there were."""
        filled = 0
        while filled < buffer.nbytes:
            piece = self.read(min(buffer.nbytes - filled, _PIECE))
            if not piece:
                break
            buffer[filled : filled + len(piece)] = piece
            filled += len(piece)
        return filled


class _Storages:
    """Storages by key, with memory but without content until the object is read."""

    def __init__(self, limit: int, any_device: bool) -> None:
        self._limit = limit
        self._any_device = any_device
        self.made: dict[str, TypedStorage] = {}

    def __call__(self, pid: Any) -> TypedStorage:
        kind, key, location, numel = parse_id(pid, 6)
        require(pid[5] is None, "a view of a storage, {}", pid[5])
        check_location(location, self._any_device)
        dtype = dtype_of(kind)
        if key not in self.made:
            self._limit -= max(numel, 0) * dtype.itemsize
            require(
                numel >= 0 and self._limit >= 0,
                "storage {} of {} elements is larger than what the file has left",
                key,
                numel,
            )
            self.made[key] = TypedStorage(Storage.empty(numel * dtype.itemsize), dtype, numel)
        found = self.made[key]
        require(
            found.dtype == dtype and found.numel == numel,
            "storage {} has two types or lengths",
            key,
        )
        return found


def load_legacy(
    file: IO[bytes],
    any_device: bool,
    extra: Mapping[tuple[str, str], Any],
    unpickler: type[RestrictedUnpickler] = RestrictedUnpickler,
) -> Any:
    """Read such a file.

    Args:
        file: at its beginning.
        any_device: storages of other devices come to the CPU.
        extra: further globals that the pickle may use.
        unpickler: what reads the object.

    Raises:
        pickle.UnpicklingError: it is of another version, truncated, or holds other types than a
            checkpoint may.
    """
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    content = _Bounded(file, size)
    storages = _Storages(size, any_device)

    def part(unpickler: type[RestrictedUnpickler] = RestrictedUnpickler) -> Any:
        return unpickler(content, size, storages, extra).load()

    require(part() == _MAGIC, "another magic number")
    version = part()
    require(version == _VERSION, "version {} of the format, not {}", version, _VERSION)
    machine = part()
    require(isinstance(machine, dict), "no description of the machine, but {}", machine)
    order = "little" if machine.get("little_endian", True) else "big"
    result = part(unpickler)
    keys = part()
    require(isinstance(keys, list), "no list of storages, but {}", keys)
    for key in keys:
        require(type(key) is str and key in storages.made, "an unknown storage {}", key)
        _fill(content, key, storages.made.pop(key), order)
    require(not storages.made, "no content for the storages {}", list(storages.made))
    return result


def _fill(content: _Bounded, key: str, storage: TypedStorage, order: Any) -> None:
    numel = int.from_bytes(content.read(8), order)
    if numel != storage.numel:
        raise pickle.UnpicklingError(
            f"storage {shown(key)} has {numel} elements, but is said to have {storage.numel}"
        )
    buffer = storage.storage.buffer()
    filled = content.fill(buffer)
    if filled != buffer.nbytes:
        raise pickle.UnpicklingError(
            f"storage {shown(key)} ends after {filled} of {buffer.nbytes} bytes"
        )
    normalise(buffer, storage.dtype, order != sys.byteorder)

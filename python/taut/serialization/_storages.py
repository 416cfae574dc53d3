"""Storages of a checkpoint: read or mapped once each, whoever refers to them."""

from __future__ import annotations

import pickle
from typing import Any

import taut
from taut._utils import Storage
from taut.serialization._archive import ArchiveReader
from taut.serialization._limits import shown
from taut.serialization._names import STORAGE_DTYPES, dtypes
from taut.serialization._rebuild import StorageKind, TypedStorage

__all__ = ["StorageLoader", "check_location", "dtype_of", "normalise", "parse_id"]


def parse_id(pid: Any, length: int = 5) -> tuple[StorageKind, str, str, int]:
    """Kind, key, location and number of elements out of a persistent id, each of its type.

    Raises:
        pickle.UnpicklingError: it is not ``("storage", kind, key, location, numel)``.
    """
    if not (isinstance(pid, tuple) and len(pid) == length and pid[0] == "storage"):
        raise pickle.UnpicklingError(f"unknown persistent id {shown(pid)}")
    _, kind, key, location, numel = pid[:5]
    if not (
        type(kind) is StorageKind
        and type(key) is str
        and type(location) is str
        and type(numel) is int
    ):
        raise pickle.UnpicklingError(f"malformed persistent id {shown(pid)}")
    return kind, key, location, numel


def check_location(location: str, any_device: bool) -> None:
    """Raise RuntimeError for a storage of another device, unless the caller said where it goes."""
    if location != "cpu" and not any_device:
        raise RuntimeError(
            f"load: a storage is on {shown(location)}, and there is only the CPU; pass "
            'map_location="cpu"'
        )


def dtype_of(kind: StorageKind) -> Any:
    """The dtype that a storage class of PyTorch holds.

    Raises:
        pickle.UnpicklingError: this build has no such dtype.
    """
    dtype = dtypes().get(STORAGE_DTYPES[kind.name])
    if dtype is None:
        raise pickle.UnpicklingError(f"dtype {STORAGE_DTYPES[kind.name]} is not supported")
    return dtype


_AS_BOOL = bytes([0]) + bytes([1]) * 255
_PIECE = 1 << 20


def normalise(buffer: memoryview, dtype: Any, swap_bytes: bool) -> None:
    """Bring the bytes of a file into the form that kernels rely on, a piece at a time."""
    width = dtype.itemsize
    for start in range(0, buffer.nbytes, _PIECE):
        piece = buffer[start : start + _PIECE]
        if swap_bytes and width > 1:
            source = bytes(piece)
            for i in range(width):
                piece[i::width] = source[width - 1 - i :: width]
        if dtype == taut.bool:
            piece[:] = bytes(piece).translate(_AS_BOOL)  # 0 and 1 only


class StorageLoader:
    """Reads each storage record once, whoever refers to it.

    Args:
        archive: where the records are.
        swap_bytes: the file is of the other byte order.
        any_device: storages of other devices come to the CPU.
        mapped: use the file's memory where that is possible.
    """

    def __init__(
        self, archive: ArchiveReader, swap_bytes: bool, any_device: bool, mapped: bool = False
    ) -> None:
        self._archive = archive
        self._swap_bytes = swap_bytes
        self._any_device = any_device
        self._mapped = mapped
        self._loaded: dict[str, TypedStorage] = {}

    def __call__(self, pid: Any) -> TypedStorage:
        """Resolve a persistent id, ``("storage", kind, key, location, numel)``."""
        kind, key, location, numel = parse_id(pid)
        check_location(location, self._any_device)
        dtype = dtype_of(kind)
        if key not in self._loaded:
            self._loaded[key] = self._read(key, dtype)
        found = self._loaded[key]
        if found.dtype != dtype or numel != found.numel:
            raise pickle.UnpicklingError(
                f"storage {shown(key)} has {found.numel} elements of {found.dtype}, but is said to "
                f"have {shown(numel)} of {dtype}"
            )
        return found

    def _read(self, key: str, dtype: Any) -> TypedStorage:
        record = f"data/{key}"
        nbytes = self._archive.size(record)
        if nbytes % dtype.itemsize:
            raise pickle.UnpicklingError(
                f"storage {shown(key)} has {nbytes} bytes, which is no number of elements of {dtype}"
            )
        if self._mapped and nbytes and dtype != taut.bool and not self._swap_bytes:
            mapped = self._archive.mapped(record, dtype.itemsize)
            if mapped is not None:
                whole = taut.frombuffer(mapped, dtype=taut.uint8)
                return TypedStorage(Storage(whole), dtype, nbytes // dtype.itemsize)
        storage = Storage.empty(nbytes)
        buffer = storage.buffer()
        self._archive.read_into(record, buffer)
        normalise(buffer, dtype, self._swap_bytes)
        return TypedStorage(storage, dtype, nbytes // dtype.itemsize)

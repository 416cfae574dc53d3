"""Reading a safetensors file tensor by tensor: the library checks it, the memory is the file's."""

from __future__ import annotations

import math
import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._utils import Storage
from taut.serialization._archive import describe
from taut.serialization._storages import normalise

__all__ = ["DTYPES", "Record", "SafetensorsReader", "library"]

# The element types that taut has, by the format's names.
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
}  # fmt: skip
# Bits of an element of the others, to find what lies behind them.
_BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
         "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "U16": 16, "U32": 32, "U64": 64, "C64": 64}  # fmt: skip


def library() -> Any:
    """The package.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import safetensors
    except ImportError as error:
        raise ImportError(
            "safetensors files need the package safetensors: pip install taut[safetensors]"
        ) from error
    return safetensors


class Record(NamedTuple):
    """A tensor of the file.

    Attributes:
        kind: its element type, by the format's name.
        shape: its sizes.
        begin: its first byte, counted from the start of the file.
        nbytes: how many there are.
    """

    kind: str
    shape: tuple[int, ...]
    begin: int
    nbytes: int


class SafetensorsReader:
    """What a file holds, read when it is asked for.

    Attributes:
        records: a :class:`Record` for each name, in the order of the file.
        texts: its metadata.

    Raises:
        ImportError: safetensors is not installed.
        FileNotFoundError: there is no such file.
        RuntimeError: the file is truncated or corrupted.
    """

    def __init__(self, filename: str | os.PathLike[str]) -> None:
        self._name = os.fspath(filename)
        self._map: mmap.mmap | None = None
        with open(self._name, "rb") as file:  # raises where there is no such file
            head = file.read(8)
        with self._errors(), library().safe_open(self._name, framework="np") as opened:
            self.texts: dict[str, str] = dict(opened.metadata() or {})
            self.records: dict[str, Record] = {}
            # Nothing lies between tensors: the library refuses files with holes.
            begin = 8 + int.from_bytes(head, "little")
            for name in opened.offset_keys():
                part = opened.get_slice(name)
                record = self._record(name, part.get_dtype(), tuple(part.get_shape()), begin)
                self.records[name] = record
                begin += record.nbytes

    def _record(self, name: str, kind: str, shape: tuple[int, ...], begin: int) -> Record:
        if kind in DTYPES:
            bits = 8 * getattr(taut, DTYPES[kind]).itemsize
        elif kind in _BITS:
            bits = _BITS[kind]
        else:
            raise self._error(f"tensor {name!r} has the unknown element type {kind}")
        return Record(kind, shape, begin, math.prod(shape) * bits // 8)

    def _error(self, problem: Any) -> RuntimeError:
        return RuntimeError(f"load: cannot read {describe(self._name)}: {problem}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except library().SafetensorError as error:
            raise self._error(error) from error

    def _dtype(self, name: str) -> Any:
        kind = self.records[name].kind
        if kind not in DTYPES:
            raise self._error(
                f"tensor {name!r} has the element type {kind}, which taut does not have"
            )
        return getattr(taut, DTYPES[kind])

    def read(self, name: str) -> Tensor:
        """A tensor with memory of its own.

        Raises:
            RuntimeError: taut does not have its element type.
        """
        dtype, record = self._dtype(name), self.records[name]
        storage = Storage.empty(record.nbytes)
        buffer = storage.buffer()
        with open(self._name, "rb", buffering=0) as file:
            file.seek(record.begin)
            filled = 0
            while filled < record.nbytes and (count := file.readinto(buffer[filled:])):
                filled += count
        if filled != record.nbytes:
            raise self._error(f"tensor {name!r} ends after {filled} of {record.nbytes} bytes")
        normalise(buffer, dtype, sys.byteorder != "little")
        flat = storage.tensor(dtype, 0, (math.prod(record.shape),), (1,))
        return flat.view(record.shape)

    def mapped(self, name: str) -> Tensor:
        """A tensor over the file's own memory, copied page by page when written to.

        As :meth:`read` where its bytes cannot be used as they lie.
        """
        dtype, record = self._dtype(name), self.records[name]
        as_it_lies = dtype != taut.bool and sys.byteorder == "little"
        if not record.nbytes or record.begin % dtype.itemsize or not as_it_lies:
            return self.read(name)
        if self._map is None:
            with open(self._name, "rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        part = memoryview(self._map)[record.begin : record.begin + record.nbytes]
        return taut.frombuffer(part, dtype=dtype).view(record.shape)

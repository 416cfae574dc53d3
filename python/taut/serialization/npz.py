"""numpy's ``.npz`` files: arrays by name, in both directions."""

from __future__ import annotations

import errno
import io
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import taut
from taut import Tensor
from taut._utils import Storage
from taut.serialization._archive import atomic_file, describe
from taut.serialization._sharing import Alias, aliases

__all__ = ["load_npz", "save_npz"]

Path = str | os.PathLike[str]

_LONGEST_HEADER = 1 << 16
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TIE_TAG = 0x5454  # "TT", of an extra field beside an array


def save_npz(tensors: Any, filename: Path) -> None:
    """Write tensors by name for ``numpy.load``; ``filename`` gets its file in one step at the end.

    Names of a tied parameter are written each, as numpy has no ties; a note that numpy passes over says
    what they are other names of, so that :func:`load_npz` gives them one memory again.

    Args:
        tensors: a dict of them, such as a ``state_dict``, or a module.
        filename: the path; nothing is added to it.

    Raises:
        TypeError: a value that is not a tensor, or of an element type that numpy does not have.
        NotImplementedError: a tensor on the meta device.

    Example:
        >>> import os, taut, tempfile
        >>> from taut.serialization import load_npz, save_npz
        >>> path = os.path.join(tempfile.mkdtemp(), "a.npz")
        >>> save_npz({"a": taut.ones(2)}, path)
        >>> load_npz(path)
        {'a': tensor([1., 1.])}
    """
    import numpy as np

    given = tensors.state_dict() if isinstance(tensors, taut.nn.Module) else tensors
    arrays = {name: _array(name, value) for name, value in given.items()}
    ties = aliases(given)
    with atomic_file(filename) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.external_attr = 0o600 << 16
            info.extra = _note(ties[name]) if name in ties else b""
            with archive.open(info, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def _note(tie: Alias) -> bytes:
    content = bytes([tie.transposed]) + tie.kept.encode()
    return struct.pack("<HH", _TIE_TAG, len(content)) + content if len(content) < 1 << 15 else b""


def _tie_of(info: zipfile.ZipInfo) -> Alias | None:
    """What the note beside an array says that it is another name of."""
    extra = info.extra
    while len(extra) >= 4:
        tag, size = struct.unpack("<HH", extra[:4])
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if tag == _TIE_TAG and len(content) == size > 1:
            return Alias(content[1:].decode(errors="replace"), bool(content[0]))
    return None


def _array(name: Any, value: Any) -> Any:
    if not isinstance(name, str) or not isinstance(value, Tensor):
        raise TypeError(
            f"save_npz: expected tensors by name, got {type(value).__name__} under {name!r}"
        )
    try:
        return value.detach().numpy()
    except TypeError as error:
        raise TypeError(
            f"save_npz: numpy has no element type for {name!r}, {value.dtype}"
        ) from error


def load_npz(filename: Path | IO[bytes], *, compressed: bool = False) -> dict[str, Tensor]:
    """Read what ``numpy.savez`` or :func:`save_npz` wrote.

    Args:
        filename: a path, or a binary file that can seek.
        compressed: also read what ``numpy.savez_compressed`` wrote. Such a file can claim any amount
            of memory, so say so only of files you trust.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: the file is truncated or corrupted, holds objects, or is compressed without
            ``compressed``. The message names the file, the array, what was expected and found.

    Example:
        >>> import io, numpy, taut
        >>> file = io.BytesIO()
        >>> numpy.savez(file, a=numpy.arange(3))
        >>> taut.serialization.load_npz(file)
        {'a': tensor([0, 1, 2])}
    """
    with NpzReader(filename, compressed) as reader:
        return reader.read_all()


class NpzReader:
    """What a file holds, read when it is asked for; closed at the end of a ``with`` block.

    Attributes:
        infos: the zip's entry for each name, in the order of the file.

    Raises:
        FileNotFoundError, RuntimeError: as for :func:`load_npz`.
    """

    def __init__(self, filename: Path | IO[bytes], compressed: bool = False) -> None:
        self._description = describe(filename)
        size = _size(filename)
        with self._errors():
            self._archive = zipfile.ZipFile(filename)
            infos = self._archive.infolist()
        plain = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
        stored = sum(info.file_size for info in infos)
        if not plain and not compressed:
            raise self.error("it is compressed; compressed=True reads it, of a file you trust")
        if any(info.flag_bits & 1 for info in infos):
            raise self.error("it is encrypted")
        if plain and stored > size:
            raise self.error(f"its arrays claim {stored} bytes, the file has {size}")
        self.infos = {info.filename.removesuffix(".npy"): info for info in infos}

    def __enter__(self) -> NpzReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._archive.close()

    def error(self, problem: str) -> RuntimeError:
        """An error that names the file."""
        return RuntimeError(f"load_npz: cannot read {self._description}: {problem}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError,
                OverflowError, OSError) as problem:  # fmt: skip
            if isinstance(problem, OSError) and problem.errno != errno.EINVAL:
                raise  # not what the file says, but what became of reading it
            raise self.error(f"it is truncated, corrupted or no .npz file ({problem})") from problem

    def header(self, name: str) -> tuple[tuple[int, ...], Any]:
        """The shape of an array and its numpy type."""
        info = self.infos[name]
        with self._errors(), self._archive.open(info) as stream:
            shape, _, dtype = self._header(info.filename, io.BytesIO(stream.read(_LONGEST_HEADER)))
            return shape, dtype

    def _header(self, filename: str, head: io.BytesIO) -> tuple[tuple[int, ...], bool, Any]:
        import numpy as np

        try:
            version = np.lib.format.read_magic(head)
            reader: Any = np.lib.format.read_array_header_1_0
            if version != (1, 0):
                reader = np.lib.format.read_array_header_2_0
            return reader(head, max_header_size=_LONGEST_HEADER)
        except Exception as problem:  # whatever the header holds
            raise self.error(f"array {filename!r} has no readable header ({problem})") from problem

    def read(self, name: str) -> Tensor:
        """One array, with memory only for what the record holds.

        Raises:
            RuntimeError: it is corrupted, or of a type that taut does not have.
        """
        import numpy as np

        info = self.infos[name]
        with self._errors(), self._archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
        if len(content) != info.file_size:
            raise self.error(
                f"array {info.filename!r} ends after {len(content)} of {info.file_size} bytes"
            )
        head = io.BytesIO(content)
        shape, by_columns, dtype = self._header(info.filename, head)
        if dtype.hasobject:
            raise self.error(
                f"array {info.filename!r} holds objects, which only unpickling could make"
            )
        data = memoryview(content)[head.tell() :]
        expected = math.prod(shape) * dtype.itemsize
        if any(n < 0 for n in shape) or expected != data.nbytes:
            raise self.error(
                f"array {info.filename!r} of shape {shape} and type {dtype} needs {expected} bytes, "
                f"found {data.nbytes}"
            )
        array = np.frombuffer(bytearray(data), dtype=dtype)
        if dtype == np.bool_:
            array = array.view(np.uint8) != 0  # kernels rely on 0 and 1
        array = array.reshape(shape, order="F" if by_columns else "C")
        try:
            return taut.from_numpy(array.astype(dtype.newbyteorder("="), copy=False))
        except TypeError as problem:
            raise self.error(
                f"array {info.filename!r} is of type {dtype}, which taut does not have"
            ) from problem

    def ties(self) -> dict[str, Alias]:
        """The names that are noted as another one."""
        found = {name: _tie_of(info) for name, info in self.infos.items()}
        return {n: tie for n, tie in found.items() if tie is not None and tie.kept in found}

    def read_all(self) -> dict[str, Tensor]:
        """Every array; names noted as one share memory if their values are still the same."""
        tensors = {name: self.read(name) for name in self.infos}
        for name, tie in self.ties().items():
            kept, own = tensors[tie.kept], tensors[name]
            turned = kept.t() if tie.transposed and kept.dim() == 2 else kept
            if _same_values(turned, own):
                tensors[name] = turned.detach()
        return tensors


def _same_values(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors have the same bytes; NaN is equal to itself."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return bytes(Storage.of(a.contiguous()).buffer()) == bytes(Storage.of(b.contiguous()).buffer())


def _size(filename: Path | IO[bytes]) -> int:
    if isinstance(filename, (str, os.PathLike)):
        return os.path.getsize(filename)
    return filename.seek(0, os.SEEK_END)

"""numpy's ``.npz`` files: arrays by name, in both directions."""

from __future__ import annotations

import io
import math
import os
import zipfile
from typing import IO, Any

import taut
from taut import Tensor
from taut.serialization._archive import atomic_file, describe

__all__ = ["load_npz", "save_npz"]

Path = str | os.PathLike[str]

_LONGEST_HEADER = 1 << 16


def save_npz(tensors: Any, filename: Path) -> None:
    """Write tensors by name for ``numpy.load``; ``filename`` gets its file in one step at the end.

    Names of a tied parameter are written each, as numpy has no ties.

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
    with atomic_file(filename) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


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
    description = describe(filename)

    def error(problem: str) -> RuntimeError:
        return RuntimeError(f"load_npz: cannot read {description}: {problem}")

    try:
        size = _size(filename)
        with zipfile.ZipFile(filename) as archive:
            infos = archive.infolist()
            stored = sum(info.file_size for info in infos)
            plain = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
            if not plain and not compressed:
                raise error("it is compressed; compressed=True reads it, of a file you trust")
            if plain and stored > size:
                raise error(f"its arrays claim {stored} bytes, the file has {size}")
            return {
                info.filename.removesuffix(".npy"): _read(archive, info, error) for info in infos
            }
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        ValueError,
        OverflowError,
    ) as problem:
        raise error(f"it is truncated, corrupted or no .npz file ({problem})") from problem


def _size(filename: Path | IO[bytes]) -> int:
    if isinstance(filename, (str, os.PathLike)):
        return os.path.getsize(filename)
    return filename.seek(0, os.SEEK_END)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, error: Any) -> Tensor:
    """One array, with memory only for what the record holds."""
    import numpy as np

    with archive.open(info) as stream:
        content = stream.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise error(f"array {info.filename!r} ends after {len(content)} of {info.file_size} bytes")
    head = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(head)
        reader = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            reader = np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = reader(head, max_header_size=_LONGEST_HEADER)
    except Exception as problem:  # whatever the header holds
        raise error(f"array {info.filename!r} has no readable header ({problem})") from problem
    if dtype.hasobject:
        raise error(f"array {info.filename!r} holds objects, which only unpickling could make")
    data = memoryview(content)[head.tell() :]
    expected = math.prod(shape) * dtype.itemsize
    if any(n < 0 for n in shape) or expected != data.nbytes:
        raise error(
            f"array {info.filename!r} of shape {shape} and type {dtype} needs {expected} bytes, "
            f"found {data.nbytes}"
        )
    array = np.frombuffer(bytearray(data), dtype=dtype)
    array = array.reshape(shape, order="F" if by_columns else "C")
    try:
        return taut.from_numpy(array.astype(dtype.newbyteorder("="), copy=False))
    except TypeError as problem:
        raise error(
            f"array {info.filename!r} is of type {dtype}, which taut does not have"
        ) from problem

"""The zip archive around a checkpoint: named records, stored, each aligned to 64 bytes.

The layout is PyTorch's: ``<name>/data.pkl`` holds the object, ``<name>/data/<key>`` the memory of
one storage. Records are never compressed, so that a reader can map them.
"""

from __future__ import annotations

import mmap
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

__all__ = ["ArchiveReader", "ArchiveWriter", "atomic_file", "describe"]

ALIGNMENT = 64
_LOCAL_HEADER = 30  # bytes of a zip local header before the name
_ZIP64_EXTRA = 20
_PADDING_TAG = 0x4246  # "FB", the tag PyTorch gives its padding
_EPOCH = (1980, 1, 1, 0, 0, 0)


def describe(file: Any) -> str:
    """How messages name a file."""
    if isinstance(file, (str, os.PathLike)):
        return repr(os.fspath(file))
    return repr(getattr(file, "name", None) or file)


class ArchiveWriter:
    """Writes records to a binary file that need not be seekable."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._name = name

    def write(self, record: str, content: Any) -> None:
        """Write one record: anything with the buffer protocol."""
        view = memoryview(content).cast("B")
        info = zipfile.ZipInfo(f"{self._name}/{record}", _EPOCH)
        info.file_size = view.nbytes
        is_large = view.nbytes * 1.05 > zipfile.ZIP64_LIMIT
        header = _LOCAL_HEADER + len(info.filename.encode()) + (_ZIP64_EXTRA if is_large else 0)
        padding = -(self._zip.start_dir + header + 4) % ALIGNMENT
        info.extra = struct.pack("<HH", _PADDING_TAG, padding) + b"Z" * padding
        with self._zip.open(info, "w", force_zip64=is_large) as stream:
            stream.write(view)

    def close(self) -> None:
        """Write the directory of the archive."""
        self._zip.close()


class ArchiveReader:
    """Reads records, believing nothing about their sizes that the file does not bear out.

    Raises:
        RuntimeError: the archive is truncated, corrupted or not a checkpoint.
    """

    def __init__(self, file: IO[bytes], description: str) -> None:
        self._description = description
        self._file = file
        self._map: mmap.mmap | None = None
        file_size = file.seek(0, os.SEEK_END)
        with self._errors("its directory cannot be read: the file is truncated or corrupted"):
            self._zip = zipfile.ZipFile(file)
            infos = self._zip.infolist()
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise self._error("two of its records have one name")
        names = [name for name in self._infos if name.endswith("/data.pkl")]
        if len(names) != 1:
            raise self._error(f"expected one record data.pkl, found {len(names)}")
        self._prefix = names[0][: -len("data.pkl")]
        for name, info in self._infos.items():
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
                raise self._error(f"record {name!r} is compressed; a checkpoint's never are")
        self._starts = self._find_records(file, file_size)

    def _find_records(self, file: IO[bytes], file_size: int) -> dict[str, int]:
        """Where the content of each record begins; they lie in the file, one behind another."""
        starts = {}
        for name, info in self._infos.items():
            file.seek(max(info.header_offset, 0))
            header = file.read(_LOCAL_HEADER)
            broken = info.header_offset < 0 or len(header) < _LOCAL_HEADER
            if broken or header[:4] != b"PK\x03\x04":
                raise self._error(f"record {name!r} has no header at byte {info.header_offset}")
            lengths = struct.unpack("<HH", header[26:30])
            starts[name] = info.header_offset + _LOCAL_HEADER + sum(lengths)
        end, last = 0, "the beginning"
        for name in sorted(starts, key=lambda name: self._infos[name].header_offset):
            info = self._infos[name]
            if info.header_offset < end:
                raise self._error(f"record {name!r} overlaps {last}")
            end, last = starts[name] + info.file_size, f"record {name!r}"
            if end > file_size:
                raise self._error(
                    f"{last} of {info.file_size} bytes ends at byte {end}, the file has {file_size}"
                )
        return starts

    def _error(self, problem: str) -> RuntimeError:
        return RuntimeError(f"load: cannot read {self._description}: {problem}")

    @contextmanager
    def _errors(self, problem: str) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, struct.error,
                NotImplementedError, KeyError, RuntimeError) as error:  # fmt: skip
            raise self._error(f"{problem} ({error})") from error

    def __contains__(self, record: str) -> bool:
        return self._prefix + record in self._infos

    def size(self, record: str) -> int:
        """The size of a record in bytes.

        Raises:
            RuntimeError: there is no such record.
        """
        info = self._infos.get(self._prefix + record)
        if info is None:
            raise self._error(f"record {record!r} is missing")
        return info.file_size

    def _open(self, record: str) -> IO[bytes]:
        return self._zip.open(self._infos[self._prefix + record])

    def read(self, record: str) -> bytes:
        """The content of a record, checked against its checksum."""
        size = self.size(record)
        with self._errors(f"record {record!r} is corrupted"), self._open(record) as stream:
            content = stream.read()
        if len(content) != size:
            raise self._error(f"record {record!r} has {len(content)} bytes instead of {size}")
        return content

    def read_into(self, record: str, buffer: memoryview) -> None:
        """Fill ``buffer``, which is as long as the record, checked against its checksum."""
        filled = 0
        with self._errors(f"record {record!r} is corrupted"), self._open(record) as stream:
            while chunk := stream.read(1 << 24):
                buffer[filled : filled + len(chunk)] = chunk
                filled += len(chunk)
        if filled != buffer.nbytes:
            raise self._error(f"record {record!r} has {filled} bytes instead of {buffer.nbytes}")

    def mapped(self, record: str, alignment: int) -> memoryview | None:
        """A record in the file's own memory, copied page by page when written to.

        None where it is not aligned. Its checksum is not checked: that would read all of it.
        """
        start, size = self._starts[self._prefix + record], self.size(record)
        if start % alignment:
            return None
        if self._map is None:
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_COPY)
        return memoryview(self._map)[start : start + size]


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A file that takes its place under ``path`` only once it is complete and on disk.

    An interruption at any moment leaves the old file, or none. Devices and pipes are written to
    directly.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as file:
            yield file
        return
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Put the new name itself on disk, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Checkpoints: ``save`` and ``load``, in PyTorch's file format.

PyTorch reads what taut writes (``weights_only=True`` included) and taut reads what PyTorch writes,
each without the other installed. Tensors that shared memory share it again.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any

from taut.serialization import _archive
from taut.serialization._legacy import is_legacy, load_legacy
from taut.serialization._pickler import CheckpointPickler
from taut.serialization._storages import StorageLoader
from taut.serialization._unpickler import FullUnpickler, RestrictedUnpickler
from taut.serialization.npz import load_npz, save_npz

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "load_npz",
    "safe_globals",
    "save",
    "save_npz",
]

File = str | os.PathLike[str] | IO[bytes]

_safe_globals: dict[tuple[str, str], Any] = {}


def save(
    obj: Any,
    f: File,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write an object to a file that :func:`load` and ``torch.load`` read.

    Args:
        obj: tensors, and containers and objects with tensors in them. The memory under a tensor
            is written whole, once, however many tensors view it.
        f: a path, or a binary file. A path gets its file in one step at the end: an interruption
            leaves the old file.
        pickle_module: Python's own ``pickle``.
        pickle_protocol: of the part beside the tensors; PyTorch's ``weights_only`` reads 2.

    Raises:
        ValueError: another ``pickle_module``, or the format of PyTorch before 1.6, which is read only.
        RuntimeError: two tensors view the same memory as different dtypes.
        OSError: the file cannot be written.

    Example:
        >>> import io, taut
        >>> file = io.BytesIO()
        >>> weight = taut.arange(4.0)
        >>> taut.save({"weight": weight, "row": weight[1:3]}, file)
        >>> _ = file.seek(0)
        >>> loaded = taut.load(file)
        >>> _ = loaded["row"].fill_(9.0)
        >>> loaded["weight"]
        tensor([0., 9., 9., 3.])
    """
    if pickle_module is not pickle:
        raise ValueError(f"save: pickle_module must be Python's own pickle, got {pickle_module!r}")
    if not _use_new_zipfile_serialization:
        raise ValueError("save: the format of PyTorch before 1.6 is read, and not written")
    content = io.BytesIO()
    pickler = CheckpointPickler(content, pickle_protocol)
    order = not _disable_byteorder_record
    pickler.dump(obj)
    if isinstance(f, (str, os.PathLike)):
        name = os.path.splitext(os.path.basename(os.fspath(f)))[0] or "archive"
        with _archive.atomic_file(f) as file:
            _write(file, name, content, pickler, order)
    elif hasattr(f, "write"):
        _write(f, "archive", content, pickler, order)
    else:
        raise TypeError(f"save: expected a path or a binary file, got {type(f).__name__}")


def _write(
    file: IO[bytes], name: str, content: io.BytesIO, pickler: CheckpointPickler, order: bool
) -> None:
    archive = _archive.ArchiveWriter(file, name)
    archive.write("data.pkl", content.getbuffer())
    archive.write(".format_version", b"1")
    archive.write(".storage_alignment", str(_archive.ALIGNMENT).encode())
    if order:
        archive.write("byteorder", sys.byteorder.encode())
    for key, storage in pickler.storages.items():
        archive.write(f"data/{key}", storage.buffer())
    archive.write("version", b"3\n")
    archive.close()


def load(
    f: File,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what :func:`save` or ``torch.save`` wrote; a path that ends in ``.safetensors``, too.

    Args:
        f: a path, or a binary file that can seek.
        map_location: where tensors go; everything goes to the CPU, but without it a checkpoint
            from another device is an error, as in PyTorch without that device.
        pickle_module: Python's own ``pickle``, which says ``weights_only=False``.
        weights_only: True (and None) builds tensors, containers, numbers and strings only, which is
            safe for a file from anywhere. False builds any object, running code the file names:
            for files you trust only.
        mmap: use the file's own memory for tensors instead of reading it: nothing is read that is
            not used, and what is written to is copied page by page, so that the file stays as it
            is. ``f`` must be a path, and the file must not get shorter meanwhile. Checksums are not
            checked, and bools and files of the other byte order are read as usual.
        pickle_load_args: ``encoding`` and ``errors`` for what Python 2 pickled, with
            ``weights_only=False``.

    What was written by PyTorch before 1.6 is read, too, in the same closed list of types.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: ``mmap`` without a path; another ``pickle_module``.
        EOFError: the file is empty.
        RuntimeError: the file is truncated or corrupted.
        pickle.UnpicklingError: it is not a checkpoint, or ``weights_only`` forbids what is in it.

    Example:
        >>> import io, taut
        >>> file = io.BytesIO()
        >>> taut.save([taut.ones(2), "text"], file)
        >>> _ = file.seek(0)
        >>> taut.load(file)
        [tensor([1., 1.]), 'text']
    """
    description = _archive.describe(f)
    weights_only = _weights_only(weights_only, pickle_module, pickle_load_args)
    if isinstance(f, (str, os.PathLike)) and os.fspath(f).endswith(".safetensors"):
        from taut.serialization.safetensors import load_file

        return load_file(f)
    if mmap and not isinstance(f, (str, os.PathLike)):
        raise ValueError(f"load: mmap=True needs the path of a file, got {type(f).__name__}")
    any_device = _goes_to_cpu(map_location)
    with _opened(f) as file:
        if is_legacy(file):
            if mmap:
                raise RuntimeError(
                    f"load: {description} was written by PyTorch before 1.6 and cannot be mapped"
                )
            if not weights_only:
                raise RuntimeError(
                    f"load: {description} was written by PyTorch before 1.6, of which tensors and "
                    "plain data are read only (weights_only=True)"
                )
            with _explained(description):
                return load_legacy(file, any_device, _safe_globals)
        _check_magic(file, description)
        archive = _archive.ArchiveReader(file, description)
        swap = "byteorder" in archive and archive.read("byteorder") != sys.byteorder.encode()
        storages = StorageLoader(archive, swap, any_device, bool(mmap))
        pickled = archive.read("data.pkl")
        if not weights_only:
            return FullUnpickler(io.BytesIO(pickled), storages, **pickle_load_args).load()
        with _explained(description):
            content = io.BytesIO(pickled)
            return RestrictedUnpickler(content, len(pickled), storages, _safe_globals).load()


def _weights_only(asked: bool | None, pickle_module: Any, arguments: dict[str, Any]) -> bool:
    """Whether a closed list of types is built."""
    if pickle_module not in (None, pickle):
        raise ValueError(f"load: pickle_module must be Python's own pickle, got {pickle_module!r}")
    if asked and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    weights_only = pickle_module is None if asked is None else bool(asked)
    if weights_only and arguments:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", stacklevel=3)
    return weights_only


@contextlib.contextmanager
def _explained(description: str) -> Iterator[None]:
    """What the restricted unpickler raises, as an error that names the file."""
    try:
        yield
    except RecursionError as error:
        raise pickle.UnpicklingError(
            f"Weights only load failed for {description}: it is nested too deeply"
        ) from error
    except RuntimeError:
        raise  # a storage record is missing or corrupted, and says so
    except Exception as error:
        raise pickle.UnpicklingError(
            f"Weights only load failed for {description}: {error or type(error).__name__}. If the "
            "file is from a source you trust, weights_only=False loads any object, or "
            "taut.serialization.add_safe_globals([...]) allows more types."
        ) from error


@contextlib.contextmanager
def _opened(f: File) -> Iterator[IO[bytes]]:
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            yield file
    elif hasattr(f, "read") and hasattr(f, "seek"):
        yield f
    else:
        raise AttributeError(
            f"load: expected a path or a binary file that can seek, got {type(f).__name__}"
        )


def _check_magic(file: IO[bytes], description: str) -> None:
    start = file.tell()
    magic = file.read(4)
    file.seek(start)
    if not magic:
        raise EOFError(f"load: {description} is empty")
    if magic != b"PK\x03\x04":
        raise pickle.UnpicklingError(
            f"load: {description} is not a checkpoint (it begins with {magic!r}, not a zip header)"
        )


def _goes_to_cpu(map_location: Any) -> bool:
    """Whether the caller said where tensors of other devices go; there is only the CPU."""
    if map_location is None:
        return False
    if isinstance(map_location, dict) or callable(map_location):
        return True
    if str(getattr(map_location, "type", map_location)) != "cpu":
        raise RuntimeError(f"load: map_location={map_location!r}, and there is only the CPU")
    return True


def _key(entry: Any) -> tuple[tuple[str, str], Any]:
    value, path = entry if isinstance(entry, tuple) else (entry, None)
    if path is None:
        return (value.__module__, value.__qualname__), value
    module, _, name = path.rpartition(".")
    return (module, name), value


def add_safe_globals(safe_globals: list[Callable[..., Any] | tuple[Any, str]]) -> None:
    """Let ``weights_only`` loads build further types and call further functions.

    Args:
        safe_globals: classes or functions, or pairs of one and the path a file knows it by.

    Example:
        >>> import fractions, taut
        >>> taut.serialization.add_safe_globals([fractions.Fraction])
        >>> taut.serialization.clear_safe_globals()
    """
    _safe_globals.update(map(_key, safe_globals))


def get_safe_globals() -> list[Any]:
    """What :func:`add_safe_globals` added.

    Example:
        >>> import taut
        >>> taut.serialization.get_safe_globals()
        []
    """
    return list(_safe_globals.values())


def clear_safe_globals() -> None:
    """Take back all :func:`add_safe_globals`.

    Example:
        >>> import taut
        >>> taut.serialization.clear_safe_globals()
    """
    _safe_globals.clear()


@contextlib.contextmanager
def safe_globals(safe_globals: list[Callable[..., Any] | tuple[Any, str]]) -> Iterator[None]:
    """:func:`add_safe_globals` for a ``with`` block.

    Example:
        >>> import fractions, taut
        >>> with taut.serialization.safe_globals([fractions.Fraction]):
        ...     print(len(taut.serialization.get_safe_globals()))
        1
    """
    before = dict(_safe_globals)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe_globals.clear()
        _safe_globals.update(before)


def __getattr__(name: str) -> Any:
    if name == "safetensors":
        return importlib.import_module("taut.serialization.safetensors")
    raise AttributeError(f"module 'taut.serialization' has no attribute {name!r}")

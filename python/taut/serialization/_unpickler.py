"""Reading ``data.pkl``.

Note [Untrusted checkpoints]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~
A pickle is a program. ``RestrictedUnpickler`` runs it with the opcodes that build plain data, the
globals of ``known_globals``, calls to ``CALLABLES`` only, and state only for OrderedDict: nothing
it can name imports a module, runs code of the file's choosing, allocates by a number in the file,
or changes an object that was there before.
"""

from __future__ import annotations

import pickle
import struct
import sys
from collections import OrderedDict, deque
from typing import Any

import taut
from taut._utils import Storage
from taut.serialization._archive import ArchiveReader
from taut.serialization._names import STORAGE_DTYPES, dtypes
from taut.serialization._rebuild import CALLABLES, StorageKind, TypedStorage, known_globals

__all__ = ["FullUnpickler", "RestrictedUnpickler", "StorageLoader"]


class StorageLoader:
    """Reads each storage record once, whoever refers to it."""

    def __init__(self, archive: ArchiveReader, swap_bytes: bool, any_device: bool) -> None:
        self._archive = archive
        self._swap_bytes = swap_bytes
        self._any_device = any_device
        self._loaded: dict[str, TypedStorage] = {}

    def __call__(self, pid: Any) -> TypedStorage:
        """Resolve a persistent id, ``("storage", kind, key, location, numel)``."""
        if not (isinstance(pid, tuple) and len(pid) == 5 and pid[0] == "storage"):
            raise pickle.UnpicklingError(f"unknown persistent id {pid!r}")
        _, kind, key, location, numel = pid
        if not (type(kind) is StorageKind and type(key) is str and type(numel) is int):
            raise pickle.UnpicklingError(f"malformed persistent id {pid!r}")
        if location != "cpu" and not self._any_device:
            raise RuntimeError(
                f"load: a storage is on {location!r}, and there is only the CPU; pass "
                'map_location="cpu"'
            )
        dtype = dtypes().get(STORAGE_DTYPES[kind.name])
        if dtype is None:
            raise pickle.UnpicklingError(f"dtype {STORAGE_DTYPES[kind.name]} is not supported")
        if key not in self._loaded:
            self._loaded[key] = self._read(key, dtype)
        found = self._loaded[key]
        if found.dtype != dtype or numel != found.numel:
            raise pickle.UnpicklingError(
                f"storage {key!r} has {found.numel} elements of {found.dtype}, but is said to have "
                f"{numel} of {dtype}"
            )
        return found

    def _read(self, key: str, dtype: Any) -> TypedStorage:
        record = f"data/{key}"
        nbytes = self._archive.size(record)
        if nbytes % dtype.itemsize:
            raise pickle.UnpicklingError(f"storage {key!r} has {nbytes} bytes, of {dtype}")
        storage = Storage.empty(nbytes)
        buffer = storage.buffer()
        self._archive.read_into(record, buffer)
        if self._swap_bytes:
            _swap(buffer, dtype.itemsize)
        if dtype == taut.bool:
            buffer[:] = bytes(buffer).translate(_AS_BOOL)  # a kernel relies on 0 and 1
        return TypedStorage(storage, dtype, nbytes // dtype.itemsize)


_AS_BOOL = bytes([0]) + bytes([1]) * 255


def _swap(buffer: memoryview, itemsize: int) -> None:
    """Reverse the bytes of each element."""
    source = bytes(buffer)
    for i in range(itemsize):
        buffer[i::itemsize] = source[itemsize - 1 - i :: itemsize]


_OPCODES = frozenset(
    "PROTO FRAME STOP MARK POP POP_MARK NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG "
    "LONG1 LONG4 FLOAT BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES "
    "BINBYTES8 EMPTY_LIST LIST APPEND APPENDS EMPTY_DICT DICT SETITEM SETITEMS EMPTY_SET ADDITEMS "
    "FROZENSET EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 GLOBAL STACK_GLOBAL REDUCE BUILD NEWOBJ "
    "BINPERSID GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE".split()
)
# Opcodes that fill a container in place -> where it lies below the top of the stack; None: below
# the mark.
_FILLING = {"APPEND": 2, "SETITEM": 3, "APPENDS": None, "SETITEMS": None, "ADDITEMS": None}


class RestrictedUnpickler(pickle._Unpickler):  # type: ignore[name-defined]
    """Builds plain data and tensors, nothing else; see Note [Untrusted checkpoints]."""

    def __init__(self, file: Any, storages: StorageLoader, extra: dict[tuple[str, str], Any]):
        super().__init__(file)
        self.persistent_load = storages
        self._globals = {**known_globals(), **extra}
        self._callables = CALLABLES | {value for value in extra.values() if callable(value)}
        self._trusted = tuple(value for value in extra.values() if isinstance(value, type))

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._globals[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it refers to {module}.{name}, which is not among the types a checkpoint may hold"
            ) from None

    def _check_callable(self, function: Any) -> None:
        if not any(function is allowed for allowed in self._callables):
            raise pickle.UnpicklingError(f"it calls {function!r}")

    def load_reduce(self) -> None:
        args = self.stack.pop()
        function = self.stack[-1]
        self._check_callable(function)
        if type(args) is not tuple:
            raise pickle.UnpicklingError("it calls something without a tuple of arguments")
        self.stack[-1] = function(*args)

    def load_newobj(self) -> None:
        args = self.stack.pop()
        cls = self.stack[-1]
        self._check_callable(cls)
        if not isinstance(cls, type) or type(args) is not tuple:
            raise pickle.UnpicklingError(f"it makes an object of {cls!r}")
        self.stack[-1] = cls.__new__(cls, *args)

    def load_build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if self._trusted and type(target) in self._trusted:
            _set_state(target, state)
        elif type(target) is OrderedDict and type(state) is dict:
            vars(target).update(state)  # such as a state_dict's _metadata
        else:
            raise pickle.UnpicklingError(f"it sets the state of a {type(target).__name__}")

    def check_fillable(self, target: Any) -> None:
        """Raise unless ``target`` is a container of the pickle's own making."""
        if not isinstance(target, (list, dict, set, deque)) and type(target) not in self._trusted:
            raise pickle.UnpicklingError(f"it fills a {type(target).__name__}")


def _guarded(opcode: str, handler: Any) -> Any:
    depth = _FILLING[opcode]

    def fill(unpickler: Any) -> None:
        stack = unpickler.metastack[-1] if depth is None else unpickler.stack
        unpickler.check_fillable(stack[-1 if depth is None else -depth])
        handler(unpickler)

    return fill


def _load_bytearray8(unpickler: Any) -> None:
    """As bytes are read; pickle's own allocates the length the file claims first."""
    (length,) = struct.unpack("<Q", unpickler.read(8))
    unpickler.append(bytearray(unpickler.read(min(length, sys.maxsize))))


class _Dispatch(dict[int, Any]):
    def __missing__(self, code: int) -> Any:
        raise pickle.UnpicklingError(f"it contains opcode {bytes([code])!r}")


def _dispatch_table() -> dict[int, Any]:
    known = pickle._Unpickler.dispatch  # type: ignore[attr-defined]
    codes = {opcode: getattr(pickle, opcode)[0] for opcode in _OPCODES}
    table = _Dispatch({code: known[code] for code in codes.values()})
    table.update({codes[op]: _guarded(op, known[codes[op]]) for op in _FILLING})
    table[codes["REDUCE"]] = RestrictedUnpickler.load_reduce
    table[codes["NEWOBJ"]] = RestrictedUnpickler.load_newobj
    table[codes["BUILD"]] = RestrictedUnpickler.load_build
    table[pickle.BYTEARRAY8[0]] = _load_bytearray8
    return table


RestrictedUnpickler.dispatch = _dispatch_table()


def _set_state(target: Any, state: Any) -> None:
    """What pickle does with the state of an object of a class the user vouches for."""
    if hasattr(target, "__setstate__"):
        target.__setstate__(state)
    else:
        vars(target).update(state)


class FullUnpickler(pickle.Unpickler):
    """Builds whatever the pickle says; PyTorch's own classes become taut's of the same name."""

    def __init__(self, file: Any, storages: StorageLoader) -> None:
        super().__init__(file)
        self._storages = storages

    def persistent_load(self, pid: Any) -> Any:
        return self._storages(pid)

    def find_class(self, module: str, name: str) -> Any:
        known = known_globals().get((module, name))
        if known is not None and module.partition(".")[0] == "torch":
            return known
        if module == "torch._C._nn":  # where PyTorch's built-in activations say they live
            module = "torch.nn.functional"
        if module.partition(".")[0] == "torch":
            module = "taut" + module[len("torch") :]
        try:
            return super().find_class(module, name)
        except (ImportError, AttributeError) as error:
            raise pickle.UnpicklingError(f"load: there is no {module}.{name} ({error})") from error

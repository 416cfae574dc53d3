"""Reading ``data.pkl``.

Note [Untrusted checkpoints]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~
A pickle is a program. ``RestrictedUnpickler`` runs it with the opcodes that build plain data, the
globals of ``known_globals``, calls to ``CALLABLES`` only, and state only for OrderedDict: nothing
it can name imports a module, runs code of the file's choosing, allocates by a number in the file,
or changes an object that was there before. What it may cost is in Note [Small files that are large].
"""

from __future__ import annotations

import itertools
import pickle
import struct
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from taut.serialization._limits import Budget, Depths, check_keys, shown
from taut.serialization._rebuild import CALLABLES, COPYING, HASHING, known_globals

__all__ = ["FullUnpickler", "RestrictedUnpickler"]


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


_Unpickler: Any = pickle._Unpickler  # the one in Python, whose opcodes can be replaced


class RestrictedUnpickler(_Unpickler):
    """Builds plain data and tensors, nothing else; see Note [Untrusted checkpoints].

    Args:
        file: the pickle.
        size: its length in bytes.
        storages: gives the storage that a persistent id stands for.
        extra: further globals by module and name, which may be called.
    """

    def __init__(
        self,
        file: Any,
        size: int,
        storages: Callable[[Any], Any],
        extra: Mapping[tuple[str, str], Any],
    ) -> None:
        super().__init__(file)
        self.persistent_load = storages
        self.budget = Budget(size)
        self.depths = Depths()
        self._globals = {**known_globals(), **extra}
        self._callables = CALLABLES | {value for value in extra.values() if callable(value)}
        self._trusted = tuple(value for value in extra.values() if isinstance(value, type))

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._globals[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it refers to {shown(module + '.' + name)}, which is not among the types a "
                "checkpoint may hold"
            ) from None

    def _check_call(self, function: Any, args: Any) -> None:
        if not any(function is allowed for allowed in self._callables):
            raise pickle.UnpicklingError(f"it calls {shown(function)}")
        if type(args) is not tuple:
            raise pickle.UnpicklingError("it calls something without a tuple of arguments")
        position = COPYING.get(function)
        if position is None or len(args) <= position:
            return
        copied = args[position]
        self.budget.charge(copied)
        if function in HASHING:
            check_keys(self._keys(copied), self.depths)

    def _keys(self, copied: Any) -> Iterable[Any]:
        """What becomes a key when a container is made of another."""
        if isinstance(copied, (dict, set, frozenset)):
            return ()  # they are keys already
        if not isinstance(copied, (list, tuple, deque)):
            raise pickle.UnpicklingError(f"it makes a container of {shown(copied)}")
        pairs = [item for item in copied if isinstance(item, (list, tuple)) and len(item) == 2]
        return itertools.chain(copied, (pair[0] for pair in pairs))

    def load_reduce(self) -> None:
        args = self.stack.pop()
        function = self.stack[-1]
        self._check_call(function, args)
        self.stack[-1] = function(*args)

    def load_newobj(self) -> None:
        args = self.stack.pop()
        cls = self.stack[-1]
        self._check_call(cls, args)
        if not isinstance(cls, type):
            raise pickle.UnpicklingError(f"it makes an object of {shown(cls)}")
        self.stack[-1] = cls.__new__(cls, *args)

    def load_build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if self._trusted and type(target) in self._trusted:
            _set_state(target, state)
        elif type(target) is OrderedDict and type(state) is dict:
            self.budget.charge(state)
            vars(target).update(state)  # such as a state_dict's _metadata
        else:
            raise pickle.UnpicklingError(f"it sets the state of a {type(target).__name__}")

    def check_filling(self, target: Any, items: list[Any]) -> None:
        """Raise unless ``target`` is a container of the pickle's own making, and fits its items."""
        if isinstance(target, dict):
            check_keys(items[::2], self.depths)
        elif isinstance(target, set):
            check_keys(items, self.depths)
        elif not isinstance(target, (list, deque)) and type(target) not in self._trusted:
            raise pickle.UnpicklingError(f"it fills a {type(target).__name__}")


def _guarded(opcode: str, handler: Any) -> Any:
    depth = _FILLING[opcode]

    def fill(unpickler: Any) -> None:
        stack = unpickler.metastack[-1] if depth is None else unpickler.stack
        target = stack[-1 if depth is None else -depth]
        items = unpickler.stack if depth is None else unpickler.stack[1 - depth :]
        unpickler.check_filling(target, items)
        handler(unpickler)

    return fill


def _noting_depth(handler: Any) -> Any:
    def make(unpickler: Any) -> None:
        handler(unpickler)
        unpickler.depths.note(unpickler.stack[-1])

    return make


def _load_dict(unpickler: Any) -> None:
    items = unpickler.pop_mark()
    check_keys(items[::2], unpickler.depths)
    unpickler.append({items[i]: items[i + 1] for i in range(0, len(items), 2)})


def _load_frozenset(unpickler: Any) -> None:
    items = unpickler.pop_mark()
    check_keys(items, unpickler.depths)
    unpickler.append(frozenset(items))


def _load_bytearray8(unpickler: Any) -> None:
    """As bytes are read; pickle's own allocates the length the file claims first."""
    (length,) = struct.unpack("<Q", unpickler.read(8))
    unpickler.append(bytearray(unpickler.read(min(length, sys.maxsize))))


class _Dispatch(dict[int, Any]):
    def __missing__(self, code: int) -> Any:
        raise pickle.UnpicklingError(f"it contains opcode {bytes([code])!r}")


def _dispatch_table() -> dict[int, Any]:
    known = _Unpickler.dispatch
    codes = {opcode: getattr(pickle, opcode)[0] for opcode in _OPCODES}
    table = _Dispatch({code: known[code] for code in codes.values()})
    table.update({codes[op]: _guarded(op, known[codes[op]]) for op in _FILLING})
    for name in ("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"):
        table[codes[name]] = _noting_depth(known[codes[name]])
    table[codes["DICT"]] = _load_dict
    table[codes["FROZENSET"]] = _load_frozenset
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

    def __init__(self, file: Any, storages: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(file, **{"encoding": "utf-8", **options})
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

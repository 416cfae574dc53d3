"""Reading a checkpoint that holds objects of any class, without making one of them.

Where a pickle names a class or a function that a checkpoint may not hold, an :class:`Inert` stands for
what it would have made: the name, the arguments, the state. Nothing is imported or called.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Mapping
from typing import Any

from taut import Tensor
from taut.serialization import _archive, _rebuild
from taut.serialization._legacy import is_legacy, load_legacy
from taut.serialization._storages import StorageLoader
from taut.serialization._unpickler import RestrictedUnpickler

__all__ = ["Inert", "InertName", "load_inert"]


class InertName:
    """A class or function that a pickle names.

    Attributes:
        name: its module and name, with a point between.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Inert:
    """What a pickle would have made.

    Attributes:
        name: of the class, or of the function that returns it.
        args: what it would have been called with.
        state: what the pickle gives the object; None if nothing.
        items: what it puts into the object.
    """

    def __init__(self, name: str, args: Any) -> None:
        self.name = name
        self.args = args
        self.state: Any = None
        self.items: list[Any] = []

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def append(self, item: Any) -> None:
        """What the pickle puts at the end."""
        self.items.append(item)

    add = append

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items.append((key, value))


_NEVER = (Inert, InertName)


class InertUnpickler(RestrictedUnpickler):
    """As the restricted one, with an :class:`Inert` for each thing that it would refuse."""

    def __init__(self, file: Any, size: int, storages: Any, extra: Mapping[Any, Any]) -> None:
        super().__init__(file, size, storages, extra)
        self._names: dict[tuple[str, str], InertName] = {}
        self._storages = storages
        self.persistent_load = self._persistent

    def _persistent(self, pid: Any) -> Any:
        if isinstance(pid, tuple) and len(pid) > 1:
            if pid[0] == "module" and isinstance(pid[1], InertName):
                return pid[1]  # a class, with its source in files before PyTorch 1.6
            if pid[0] == "storage" and isinstance(pid[1], InertName):
                return Inert(pid[1].name, pid[2:])
        return self._storages(pid)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self._globals:
            return self._globals[module, name]
        return self._names.setdefault((module, name), InertName(f"{module}.{name}"))

    def load_reduce(self) -> None:
        args, function = self.stack[-1], self.stack[-2]
        inert = self._made(function, args)
        if inert is None:
            super().load_reduce()
        else:
            self.stack.pop()
            self.stack[-1] = inert

    def load_newobj(self) -> None:
        args, cls = self.stack[-1], self.stack[-2]
        if isinstance(cls, InertName):
            self.stack.pop()
            self.stack[-1] = Inert(cls.name, args)
        else:
            super().load_newobj()

    def _made(self, function: Any, args: Any) -> Any:
        """What stands for the result of a call; None for a call that a checkpoint may make."""
        if isinstance(function, InertName):
            return Inert(function.name, args)
        if not isinstance(args, tuple) or not any(isinstance(a, _NEVER) for a in args):
            return None
        if function is _rebuild.rebuild_with_state and len(args) > 2:
            return self._tensor_of_a_class(args)
        parameters = (_rebuild.rebuild_parameter, _rebuild.rebuild_parameter_with_state)
        return args[0] if function in parameters else Inert(_name(function), args)

    def _tensor_of_a_class(self, args: tuple[Any, ...]) -> Any:
        """A tensor of a class that is not known: the tensor."""
        rebuild, inner = args[0], args[2]
        known = rebuild in (_rebuild.rebuild_tensor, _rebuild.rebuild_parameter)
        if known and isinstance(inner, tuple) and not any(isinstance(a, _NEVER) for a in inner):
            return rebuild(*inner)
        return Inert(_name(rebuild), inner)

    def load_build(self) -> None:
        target = self.stack[-2]
        if isinstance(target, Inert):
            target.state = self.stack.pop()
        elif isinstance(target, (InertName, Tensor)):
            self.stack.pop()
        else:
            super().load_build()

    def check_filling(self, target: Any, items: list[Any]) -> None:
        if not isinstance(target, Inert):
            super().check_filling(target, items)


InertUnpickler.dispatch = type(RestrictedUnpickler.dispatch)(
    {
        **RestrictedUnpickler.dispatch,
        pickle.REDUCE[0]: InertUnpickler.load_reduce,
        pickle.NEWOBJ[0]: InertUnpickler.load_newobj,
        pickle.BUILD[0]: InertUnpickler.load_build,
    }
)


def _name(function: Any) -> str:
    """The name by which files know one of the functions that rebuild."""
    for (module, name), value in _rebuild.known_globals().items():
        if value is function:
            return f"{module}.{name}"
    return str(function)


def load_inert(path: str | os.PathLike[str]) -> Any:
    """Read a checkpoint of any content; its tensors lie in the file's own memory.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: it is truncated, corrupted or no checkpoint.
    """
    description = _archive.describe(path)
    with open(path, "rb") as file:
        try:
            if is_legacy(file):
                return load_legacy(file, True, {}, InertUnpickler)
            archive = _archive.ArchiveReader(file, description)
            swap = "byteorder" in archive and archive.read("byteorder") != sys.byteorder.encode()
            storages = StorageLoader(archive, swap, any_device=True, mapped=True)
            pickled = archive.read("data.pkl")
            return InertUnpickler(io.BytesIO(pickled), len(pickled), storages, {}).load()
        except RecursionError as error:
            raise RuntimeError(f"load: cannot read {description}: nested too deeply") from error
        except RuntimeError:
            raise  # says what is wrong, and with what file
        except Exception as error:
            raise RuntimeError(
                f"load: cannot read {description}: {error or type(error).__name__}"
            ) from error

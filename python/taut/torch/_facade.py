"""The modules that stand in ``sys.modules`` under PyTorch's names.

A facade holds nothing of its own: it reads taut's module, and writes go there, so that a program that
replaces ``torch.nn.functional.relu`` replaces it for all. What it read is kept in its ``__dict__``, so
that the second ``torch.relu`` is an ordinary attribute access.
"""

from __future__ import annotations

import dis
import importlib
import sys
from types import FrameType, ModuleType
from typing import Any

from taut.torch import _names

__all__ = ["Facade", "asked_at"]

_IMPORT_FROM = dis.opmap["IMPORT_FROM"]
# Flags and numbers may change where they live; they are read each time.
_PLAIN = (bool, int, float, str, bytes, tuple, list, dict, set, type(None))


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def asked_at(frame: FrameType | None) -> str:
    """The place in a program where a name was asked for, as "file:line"."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "unknown"


class Facade(ModuleType):
    """A module of PyTorch's name over a module of taut."""

    def __init__(self, name: str, home: ModuleType) -> None:
        super().__init__(name, home.__doc__)
        self.__dict__["__home__"] = home
        if getattr(home, "__file__", None):
            self.__dict__["__file__"] = home.__file__

    def __getattr__(self, name: str) -> Any:
        if _is_dunder(name) and name not in ("__all__", "__version__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        there, value = _names.value_of(self.__name__, name)
        if not there:
            raise self._missing(name, sys._getframe(1))
        if isinstance(value, str) and value == f"{self.__name__}.{name}":
            value = importlib.import_module(value)
        if not isinstance(value, _PLAIN):
            self.__dict__[name] = value
        return value

    def _missing(self, name: str, frame: FrameType) -> Exception:
        """AttributeError; in ``from torch import name`` the ImportError that Python makes of it."""
        words = f"{_names.dotted(self.__name__, name)}; asked for at {asked_at(frame)}"
        if frame.f_code.co_code[frame.f_lasti] == _IMPORT_FROM:
            return ImportError(
                f"cannot import name {name!r} from {self.__name__!r}: {words}", name=self.__name__
            )
        return AttributeError(f"module {self.__name__!r} has no attribute {name!r}: {words}")

    def __setattr__(self, name: str, value: Any) -> None:
        if _is_dunder(name) or isinstance(value, Facade):
            self.__dict__[name] = value
            return
        setattr(self.__home__, name, value)
        self.__dict__.pop(name, None)

    def __delattr__(self, name: str) -> None:
        known = self.__dict__.pop(name, None) is not None
        if name in self.__home__.__dict__:
            delattr(self.__home__, name)
        elif not known:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*dir(self.__home__), *self.__dict__} - {"__home__"})

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} over {self.__home__.__name__!r}>"

"""What a file may cost: no more memory and time than its own size accounts for.

Note [Small files that are large]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
A pickle names an object once and refers to it as often as it likes, so that a few bytes can stand for
a structure of exponential size. Nothing here may therefore copy, print or walk an object without
counting: ``Budget`` allows containers to be copied into others as many elements in all as the pickle
has bytes (each element that a pickle puts down takes at least one), ``shown`` prints the outermost
levels, and ``Depths`` knows how deeply tuples are nested without looking into them. Deep tuples are
refused as keys, because hashing them would exhaust the stack of the interpreter.
"""

from __future__ import annotations

import pickle
import reprlib
from collections.abc import Iterable
from typing import Any

__all__ = ["Budget", "Depths", "check_keys", "require", "shown"]

MAX_KEY_DEPTH = 32

_printer = reprlib.Repr()
_printer.maxlevel = 2
_printer.maxstring = _printer.maxother = 60


def shown(value: Any) -> str:
    """``repr`` of a value from a file, cut short."""
    if type(value) is int and abs(value) >= 2**128:
        return f"an integer of {value.bit_length()} bits"
    try:
        return _printer.repr(value)
    except Exception:  # whatever a file holds must not break its error message
        return f"<{type(value).__name__}>"


def require(condition: bool, problem: str, *values: Any) -> None:
    """Raise UnpicklingError with ``problem`` formatted with the values shown, unless ``condition``."""
    if not condition:
        raise pickle.UnpicklingError(problem.format(*map(shown, values)))


class Budget:
    """How many elements may still be copied."""

    def __init__(self, total: int) -> None:
        self.total = self.left = total

    def charge(self, value: Any) -> None:
        """Take off the length of a container or string that is about to be copied."""
        if hasattr(value, "__len__"):
            self.left -= len(value)
            require(
                self.left >= 0,
                "it copies more elements than the {} that its size allows: it refers to the same "
                "container many times",
                self.total,
            )


class Depths:
    """How deeply each tuple of a pickle nests other tuples."""

    def __init__(self) -> None:
        self._deep: dict[int, tuple[int, Any]] = {}  # the tuple, too, so that its id stays its own

    def of(self, value: Any) -> int:
        """0 for what is no tuple, 1 for a tuple of no tuples, ..."""
        if not isinstance(value, tuple):
            return 0
        return self._deep.get(id(value), (1,))[0]

    def note(self, value: tuple[Any, ...]) -> None:
        """Remember a tuple that was just made of others."""
        inner = max(map(self.of, value), default=0)
        if inner:
            self._deep[id(value)] = inner + 1, value


def check_keys(keys: Iterable[Any], depths: Depths) -> None:
    """Raise unless hashing these is quick and they differ enough to be found again."""
    for key in keys:
        if isinstance(key, tuple):
            require(
                depths.of(key) <= MAX_KEY_DEPTH, "a key of tuples nested {} deep", depths.of(key)
            )
        elif type(key) is int:
            require(-(2**63) <= key < 2**64, "a key that is {}", key)

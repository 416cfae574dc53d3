"""What a module has registered, and its attributes, as one.

Note [Registered attributes]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~
Parameters, buffers and submodules stand in ``_parameters``, ``_buffers`` and ``_modules``, as PyTorch
programs expect, and in the instance's ``__dict__`` too: reading ``self.weight`` is then an ordinary
attribute access. Module has no ``__getattr__``, because a class that has one makes every attribute
read slower. Programs may write to the three dicts directly; each mirrors what is written.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["REGISTRIES", "Registry"]

REGISTRIES = ("_parameters", "_buffers", "_modules")


class Registry(dict[str, Any]):
    """A module's parameters, buffers or submodules by name, mirrored into its ``__dict__``.

    The module is held weakly: a reference back would keep it alive until the garbage collector runs.

    Args:
        owner: the module.
        items: what to register at once.
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: Any, items: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._owner = weakref.ref(owner)
        if items:
            self.update(items)

    def owner(self) -> Any:
        """The module, or None when it is gone."""
        return self._owner()

    def _forget(self, name: str) -> None:
        owner = self._owner()
        if owner is not None:
            owner.__dict__.pop(name, None)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        owner = self._owner()
        if owner is not None:
            owner.__dict__[name] = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._forget(name)

    def pop(self, name: str, *default: Any) -> Any:
        """Takes a name off."""
        if name in self:
            self._forget(name)
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        """Takes the last name off."""
        name, value = super().popitem()
        self._forget(name)
        return name, value

    def clear(self) -> None:
        """Takes every name off."""
        for name in list(self):
            del self[name]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Registers several names."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The value under a name, registered if missing."""
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, other: Mapping[str, Any] | Iterable[Any]) -> Registry:  # type: ignore[override, misc]
        self.update(other)
        return self

    def move_to_end(self, name: str, last: bool = True) -> None:
        """Moves a name to the end, or to the front, as OrderedDict does."""
        value = super().pop(name)
        others = [] if last else list(self.items())
        if not last:
            super().clear()
        super().__setitem__(name, value)
        super().update(others)

    def copy(self) -> dict[str, Any]:
        """A plain dict of the same items."""
        return dict(self)

    __copy__ = copy

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        owner = self._owner()
        if owner is None:
            return dict, (dict(self),)
        return Registry, (owner,), None, None, iter(self.items())

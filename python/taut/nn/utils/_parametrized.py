"""The classes of parametrized modules, and the values that their properties read.

Note [Parametrized classes]
~~~~~~~~~~~~~~~~~~~~~~~~~~~
A property lives on a class, so a parametrized module gets one of its own: a subclass of its class,
made once for each set of parametrized names and never changed. Copies share it, taking one name off
gives the module another class, and a pickle names the first class and the set.
"""

from __future__ import annotations

import copyreg
from typing import Any

from taut import Tensor
from taut.nn.module import Module

__all__ = ["class_before", "names_of", "set_names", "value_of"]

cache: dict[Module, Tensor] = {}
_cache_depth = 0


def enter_cache(step: int) -> None:
    """Counts ``with`` blocks that keep values; those go when the last is left."""
    global _cache_depth
    _cache_depth += step
    if not _cache_depth:
        cache.clear()


def value_of(parametrizations: Module) -> Tensor:
    """What a list of parametrizations computes, from the cache where there is one."""
    if not _cache_depth:
        return parametrizations()
    if parametrizations not in cache:
        cache[parametrizations] = parametrizations()
    return cache[parametrizations]


def _property(name: str) -> property:
    def read(self: Any) -> Tensor:
        return value_of(self.parametrizations[name])

    def write(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(read, write)


def _reduce(self: Any, protocol: Any) -> Any:
    parts = (
        copyreg.__reduce_ex__(self, protocol)  # type: ignore[call-arg]
        if protocol < 2
        else object.__reduce_ex__(self, protocol)
    )
    base, names = self._parametrized_from
    return _blank, (base, names), *parts[2:]


def _class_for(base: type, names: tuple[str, ...]) -> type:
    """The subclass of ``base`` with these names parametrized; ``base`` itself for none."""
    if not names:
        return base
    made = base.__dict__.get("_parametrized_classes")
    if made is None:
        made = {}
        base._parametrized_classes = made  # type: ignore[attr-defined]
    if names not in made:
        body: dict[str, Any] = {name: _property(name) for name in names}
        body.update(_parametrized_from=(base, names), __reduce_ex__=_reduce, __doc__=base.__doc__)
        made[names] = type(base)(f"Parametrized{base.__name__}", (base,), body)
        made[names].__module__ = base.__module__
    return made[names]


def _blank(base: type, names: tuple[str, ...]) -> Any:
    """An object of a parametrized class, for copies and pickles."""
    cls: Any = _class_for(base, names)
    return cls.__new__(cls)


def class_before(module: Module) -> type:
    """The class that a module had before it was parametrized."""
    return getattr(type(module), "_parametrized_from", (type(module),))[0]


def set_names(module: Module, names: set[str]) -> None:
    """Makes exactly these names of a module parametrized."""
    module.__class__ = _class_for(class_before(module), tuple(sorted(names)))


def names_of(module: Module) -> set[str]:
    """The parametrized names of a module."""
    return set(getattr(type(module), "_parametrized_from", (None, ()))[1])

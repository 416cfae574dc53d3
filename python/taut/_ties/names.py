"""Parameters by name, and what stands under a name of a tied one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from taut import _C, Tensor
from taut._utils import alias_of, rebuild_alias
from taut.nn.module import Module
from taut.nn.parameter import Parameter

__all__ = ["How", "by_owner", "how", "locate", "name_under_tie", "own_module", "places", "stand_in"]


class How(NamedTuple):
    """How a parameter stands for its owner."""

    transposed: bool = False
    scale: float = 1.0


def how(param: Tensor) -> How:
    """How a parameter stands for its owner: as itself, for most."""
    alias = alias_of(param)
    return How() if alias is None else How(*alias[1:])


def stand_in(owner: Parameter, wanted: How) -> Parameter:
    """The parameter that stands for ``owner`` in the wanted way; there is one of each kind."""
    if wanted == How():
        return owner
    for alias in _C._aliases_of(owner):
        if how(alias) == wanted:
            return alias
    return rebuild_alias(type(owner), owner, *wanted)


def locate(net: Module, name: str) -> tuple[Any, str, Parameter]:
    """The registry that has a name, the last part of the name, the parameter."""
    param = net.get_parameter(name)
    path, _, last = name.rpartition(".")
    return net.get_submodule(path)._parameters, last, param


def by_owner(net: Module) -> Iterator[tuple[Parameter, list[tuple[str, Parameter]]]]:
    """Each owner, with every name that leads to it and what stands there, in order."""
    groups: dict[int, list[tuple[str, Parameter]]] = {}
    for name, param in net.named_parameters(remove_duplicate=False):
        groups.setdefault(id(param._owner), []).append((name, param))
    for group in groups.values():
        yield group[0][1]._owner, group


def places(net: Module) -> dict[int, int]:
    """By id of each module, at how many paths it stands."""
    uses: dict[int, int] = {}
    for _, module in net.named_modules(remove_duplicate=False):
        uses[id(module)] = uses.get(id(module), 0) + 1
    return uses


def own_module(net: Module, path: str, uses: dict[int, int] | None = None) -> Module:
    """The module at a path, made to stand there only: what is used elsewhere, too, is copied.

    ``uses``: what :func:`places` gave; kept true for the next call.
    """
    uses = places(net) if uses is None else uses
    module: Any = net
    for name in path.split(".") if path else ():
        child = module._modules[name]
        if uses[id(child)] > 1:
            uses[id(child)] -= 1
            child = copy.copy(child)
            uses[id(child)] = 1
            child._non_persistent_buffers_set = set(child._non_persistent_buffers_set)
            module._modules[name] = child
        module = child
    return module


def name_under_tie(names: tuple[str, ...], given: str) -> list[str]:
    """Those of a tie's names that are ``given``, or stand in the module of that path."""
    return [n for n in names if n == given or n.startswith(given + ".")]

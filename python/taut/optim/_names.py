"""Names of parameters in an optimiser: one parameter may have several, any of which finds its state.

A group with names has ``param_names``, as in PyTorch, and for each tied parameter under
``param_aliases`` all its names: whether it is the transpose, under that name, of the tensor that the
optimiser's state belongs to.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from taut import Tensor
from taut._utils import alias_of

# "weight_orig" of pruning and the former spectral norm, "parametrizations.weight.original".
_ORIGINAL = re.compile(r"(?<![^.])(?:parametrizations\.([^.]+)\.original|([^.]+)_orig)$")

__all__ = [
    "Name",
    "State",
    "is_module",
    "keep",
    "matched",
    "note_aliases",
    "note_untied",
    "of_module",
]


class State(defaultdict[Any, Any]):
    """State by parameter; that of a transposed name of a tied one is its owner's."""

    def __missing__(self, key: Any) -> Any:
        owner = getattr(key, "_owner", key)
        return super().__missing__(key) if owner is key else self[owner]


def is_module(params: Any) -> bool:
    """Whether an optimiser was given a module instead of its parameters."""
    return hasattr(params, "named_parameters") and not isinstance(params, Tensor)


def of_module(module: Any, group: dict[str, Any]) -> list[tuple[str, Tensor]]:
    """A module's parameters with their names; the further names of tied ones go to the group."""
    note_aliases(group, module.named_parameters(remove_duplicate=False))
    return list(module.named_parameters())


def note_aliases(group: dict[str, Any], named: Iterable[tuple[str, Tensor]]) -> None:
    """Adds to a group's ``param_aliases`` what several names, or a transposed one, stand for."""
    by_owner: dict[int, dict[str, bool]] = {}
    for name, param in named:
        alias = alias_of(param)
        by_owner.setdefault(id(param._owner), {})[name] = alias is not None and alias[1]
    known = group.get("param_aliases", {})
    for names in by_owner.values():
        first = next(iter(names))
        if len(names) > 1 or names[first]:
            known.setdefault(first, {}).update(names)
    if known:
        group["param_aliases"] = known


def note_untied(group: dict[str, Any], index: int, name: str) -> None:
    """Takes a name away from the parameter at ``index``, which was tied and keeps its others."""
    names, known = group["param_names"], group.get("param_aliases", {})
    others = {n: t for n, t in known.pop(names[index], {}).items() if n != name}
    if names[index] == name and others:
        names[index] = next(iter(others))
    if len(others) > 1 or any(others.values()):
        known[names[index]] = others


def keep(group: dict[str, Any], loaded: dict[str, Any]) -> None:
    """Gives the options that were loaded for a group the group's own names."""
    loaded["param_names"] = group["param_names"]
    loaded.pop("param_aliases", None)
    if "param_aliases" in group:
        loaded["param_aliases"] = group["param_aliases"]


class Name(NamedTuple):
    """What a name stands for: a parameter by its number, transposed or not."""

    number: int
    transposed: bool


def _plain(name: str) -> str:
    """The name of a weight before it was pruned or parametrized: the parameter is the same one."""
    return _ORIGINAL.sub(lambda found: found[1] or found[2], name)


def _names(groups: list[dict[str, Any]], numbers: list[list[int]]) -> dict[str, Name] | None:
    """Every name of every parameter; None where a group has none."""
    found: dict[str, Name] = {}
    for group, own in zip(groups, numbers, strict=True):
        names = group.get("param_names")
        if names is None or len(names) != len(own):
            return None
        aliases = group.get("param_aliases", {})
        for name, number in zip(names, own, strict=True):
            for other, transposed in aliases.get(name, {name: False}).items():
                found.setdefault(other, Name(number, transposed))
    return found


def matched(
    groups: list[dict[str, Any]], saved_groups: list[dict[str, Any]]
) -> dict[Tensor, Name] | None:
    """For each parameter of ``groups``, which saved one has its state: by name.

    None where positions have to do: a side has no names, or they have no name in common.

    Raises:
        ValueError: some parameters are found and others are not.
    """
    params = [p for group in groups for p in group["params"]]
    numbers = iter(range(len(params)))
    own = _names(groups, [[next(numbers) for _ in group["params"]] for group in groups])
    saved = _names(saved_groups, [group["params"] for group in saved_groups])
    if own is None or saved is None:
        return None
    found: dict[Tensor, Name] = {}
    plain = {_plain(name): there for name, there in reversed(saved.items())}
    for known, called in ((saved, str), (plain, _plain)):
        for name, (number, transposed) in own.items():
            there = known.get(called(name))
            if there is not None and params[number] not in found:
                found[params[number]] = Name(there.number, there.transposed != transposed)
    if not found:
        return None
    missing = [name for name, (number, _) in own.items() if params[number] not in found]
    if missing:
        raise ValueError(
            f"load_state_dict: the checkpoint has no state for {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, saved))}"
        )
    return found

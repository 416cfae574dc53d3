"""The contents of a ``.pt`` file as names: tensors, values, objects, states of optimisers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from taut import Tensor
from taut._cli.terminal import Problem
from taut.serialization._inert import Inert, InertName
from taut.serialization._limits import shown

__all__ = ["Leaf", "class_of", "is_foreign_tensor", "is_optimizer", "leaves", "part"]

# More than this would be a file that refers to the same container again and again.
_MOST = 2_000_000
_DEEPEST = 200
_CONTAINERS = (dict, list, tuple, set, frozenset, deque, Inert)
_MEMBERS = ("_parameters", "_buffers", "_modules")


class Leaf(NamedTuple):
    """What stands under a name.

    Attributes:
        name: the keys on the way to it, with points between.
        value: a tensor, an :class:`Inert`, or something without parts.
        optimizer: the name of the optimiser's state that it is in; None elsewhere.
    """

    name: str
    value: Any
    optimizer: str | None


def is_optimizer(value: Any) -> bool:
    """Whether a value is what an optimiser's ``state_dict`` gives."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("state"), dict)
        and isinstance(value.get("param_groups"), (list, tuple))
    )


def _is_plain(value: Any) -> bool:
    """Whether a list is best shown as one value."""
    return not any(isinstance(v, (Tensor, *_CONTAINERS)) for v in value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key) if isinstance(key, int) else shown(key)


def _children(value: Any) -> Iterator[tuple[str, Any]] | None:
    """Name and value of the parts; None for what is shown as one."""
    if isinstance(value, dict):
        return ((_key(k), v) for k, v in value.items()) if value else None
    if isinstance(value, Inert):
        return _of_object(value)
    if isinstance(value, (list, tuple, set, frozenset, deque)) and not _is_plain(value):
        return ((str(i), v) for i, v in enumerate(value))
    return None


def _of_object(value: Inert) -> Iterator[tuple[str, Any]]:
    if is_foreign_tensor(value):
        return
    state = value.state if isinstance(value.state, dict) else {}
    if any(name in state for name in _MEMBERS):
        yield from _of_module(state)
        return
    yield from ((_key(k), v) for k, v in state.items())
    arguments = value.args if isinstance(value.args, (tuple, list)) else ()
    for i, v in enumerate((*arguments, *value.items)):
        if isinstance(v, (Tensor, *_CONTAINERS)):
            yield str(i), v


def _of_module(state: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Parameters, buffers and modules, however the library that wrote the file keeps them."""
    kept = [state[name] for name in _MEMBERS if isinstance(state.get(name), dict)]
    for members in kept:
        yield from ((_key(k), v) for k, v in members.items() if v is not None)
    if not kept:  # taut's modules have them as attributes
        for k, v in state.items():
            if k not in _MEMBERS and isinstance(v, (Tensor, Inert)):
                yield _key(k), v


def is_foreign_tensor(value: Inert) -> bool:
    """Whether it is a tensor of an element type that taut does not have."""
    args = value.args
    return (
        value.name.startswith("torch._utils._rebuild_tensor")
        and isinstance(args, tuple)
        and len(args) > 2
        and isinstance(args[2], tuple)
        and all(type(n) is int and n >= 0 for n in args[2])
    )


def leaves(root: Any, optimizers: dict[str, Any] | None = None) -> Iterator[Leaf]:
    """Everything in a value that has no parts, and each object before its parts.

    Args:
        root: the value.
        optimizers: filled with the states of optimisers by name.

    Raises:
        Problem: there are too many.
    """
    above: set[int] = set()
    # (name, value, optimizer, depth); depth -1 is the way back out of a container.
    pending: list[tuple[str, Any, str | None, int]] = [("", root, None, 0)]
    count = 0
    while pending:
        name, value, optimizer, depth = pending.pop()
        if depth < 0:
            above.discard(value)
            continue
        count += 1
        if count > _MOST:
            raise Problem(
                f"it has more than {_MOST:,} parts: it refers to the same ones many times"
            )
        if optimizer is None and is_optimizer(value):
            optimizer = name
            if optimizers is not None:
                optimizers[name] = value
        parts = _children(value)
        if parts is None or isinstance(value, Inert):
            yield Leaf(name, value, optimizer)
        if parts is None:
            continue
        if id(value) in above or depth >= _DEEPEST:
            yield Leaf(f"{name}...", "(itself)" if id(value) in above else "(deeper)", optimizer)
            continue
        above.add(id(value))
        pending.append(("", id(value), None, -1))
        start = f"{name}." if name else ""
        below = [(start + key, v, optimizer, depth + 1) for key, v in parts]
        pending += reversed(below)


def part(root: Any, key: str) -> Any:
    """What stands under a key of nested containers, its parts with points between.

    Raises:
        Problem: nothing does; says what there is.
    """
    value, rest = root, key
    while rest:
        parts = dict(_children(value) or ())
        # The keys of a state_dict have points themselves: the longest one that fits.
        fitting = [k for k in parts if rest == k or rest.startswith(f"{k}.")]
        if not fitting:
            names = ", ".join(map(repr, list(parts)[:8])) or "nothing"
            raise Problem(f"it has no part {key!r}; there is {names}")
        found = max(fitting, key=len)
        value, rest = parts[found], rest[len(found) + 1 :]
    return value


def class_of(value: Any) -> str:
    """The name that a file gives the class of what it would have made."""
    return value.name if isinstance(value, (Inert, InertName)) else type(value).__name__

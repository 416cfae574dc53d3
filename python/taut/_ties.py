"""Ties: one parameter reached by several names.

Kinds: "module" (one module at two places), "parameter" (one Parameter in two modules), "storage"
(two Parameters over one memory).
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import taut
from taut.nn.module import Module
from taut.nn.parameter import Parameter, is_lazy

__all__ = ["Tie", "assert_tied", "tie", "ties", "untie"]


@dataclasses.dataclass(frozen=True)
class Tie:
    """One tied parameter.

    Attributes:
        names: its paths, in the order of registration.
        kind: "module", "parameter" or "storage".
        shape: of the parameter under its first name.
        bytes_saved: what separate parameters would take in addition.
    """

    names: tuple[str, ...]
    kind: str
    shape: tuple[int, ...]
    bytes_saved: int


def _kind(net: Module, names: list[str], params: list[Parameter]) -> str:
    if len({id(p) for p in params}) > 1:
        return "storage"
    owners = {id(net.get_submodule(name.rpartition(".")[0])) for name in names}
    return "module" if len(owners) == 1 else "parameter"


def ties(net: Module) -> list[Tie]:
    """Every tied parameter of a module.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> shared = nn.Linear(8, 8, bias=False)
        >>> taut.ties(nn.Sequential(shared, nn.ReLU(), shared))
        [Tie(names=('0.weight', '2.weight'), kind='module', shape=(8, 8), bytes_saved=256)]
    """
    groups: dict[int, list[tuple[str, Parameter]]] = {}
    for name, param in net.named_parameters(remove_duplicate=False):
        if not is_lazy(param) and param.numel():
            groups.setdefault(param._storage_id(), []).append((name, param))
    found = []
    for group in groups.values():
        if len(group) > 1:
            names, params = [n for n, _ in group], [p for _, p in group]
            saved = sum(p.nbytes for p in params[1:])
            found.append(
                Tie(tuple(names), _kind(net, names, params), tuple(params[0].shape), saved)
            )
    return found


def _locate(net: Module, name: str) -> tuple[Any, str, Parameter]:
    param = net.get_parameter(name)
    path, _, last = name.rpartition(".")
    return net.get_submodule(path)._parameters, last, param


def assert_tied(net: Module, a: str, b: str) -> None:
    """Raises unless two names are one parameter, or two over one memory.

    Raises:
        AssertionError: they are not tied; the message shows how to tie them.
        AttributeError: a name that the module does not have.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        >>> net[1].weight = net[0].weight
        >>> taut.assert_tied(net, "0.weight", "1.weight")
    """
    pa, pb = net.get_parameter(a), net.get_parameter(b)
    if pa is not pb and pa._storage_id() != pb._storage_id():
        raise AssertionError(
            f"assert_tied: {a!r} {tuple(pa.shape)} and {b!r} {tuple(pb.shape)} do not share memory; "
            f"taut.tie(net, {a!r}, {b!r}) makes them one parameter"
        )


def tie(net: Module, a: str, b: str) -> Parameter:
    """Makes name ``b`` the parameter that ``a`` is, and returns it.

    Raises:
        ValueError: their shapes or types differ.
        AttributeError: a name that the module does not have.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        >>> taut.tie(net, "0.weight", "1.weight") is net[1].weight
        True
    """
    _, _, kept = _locate(net, a)
    registry, last, replaced = _locate(net, b)
    if kept.shape != replaced.shape or kept.dtype != replaced.dtype:
        raise ValueError(
            f"tie: parameters must have one shape and dtype, got {a!r} {tuple(kept.shape)} "
            f"{kept.dtype} and {b!r} {tuple(replaced.shape)} {replaced.dtype}"
        )
    registry[last] = kept
    return kept


def _own_module(net: Module, path: str) -> Module:
    """The module at a path, made to stand there only: what is used elsewhere, too, is copied."""
    uses: dict[int, int] = {}
    for _, module in net.named_modules(remove_duplicate=False):
        uses[id(module)] = uses.get(id(module), 0) + 1
    module = net
    for name in path.split(".") if path else ():
        child = module._modules[name]
        if uses[id(child)] > 1:
            child = copy.copy(child)
            child._non_persistent_buffers_set = set(child._non_persistent_buffers_set)
            module._modules[name] = child
        module = child
    return module


def untie(net: Module, name: str, optimizer: Any = None) -> Parameter:
    """Gives a name a parameter of its own with the same values, and returns it.

    Where a module stands at two paths, the path of ``name`` gets a module of its own; its other
    parameters stay tied.

    Args:
        net: the module.
        name: which of the tied names.
        optimizer: gets the new parameter beside the old one, with a copy of its state.

    Raises:
        AttributeError: a name that the module does not have.
        ValueError: the name is not tied.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        >>> _ = taut.tie(net, "0.weight", "1.weight")
        >>> own = taut.untie(net, "1.weight")
        >>> taut.ties(net)
        []
    """
    _, last, shared = _locate(net, name)
    if not any(name in tie.names for tie in ties(net)):
        raise ValueError(f"untie: {name!r} is not tied to another parameter")
    own = Parameter(shared.detach().clone(), requires_grad=shared.requires_grad)
    _own_module(net, name.rpartition(".")[0])._parameters[last] = own
    if optimizer is not None:
        _add_to_optimizer(optimizer, shared, own)
    return own


def _add_to_optimizer(optimizer: Any, shared: Parameter, own: Parameter) -> None:
    for group in optimizer.param_groups:
        if any(p is shared for p in group["params"]):
            group["params"].append(own)
    if shared in optimizer.state:
        optimizer.state[own] = {
            k: v.clone() if taut.is_tensor(v) else v for k, v in optimizer.state[shared].items()
        }

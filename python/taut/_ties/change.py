"""``taut.tie``, ``taut.untie``, ``taut.assert_tied``."""

from __future__ import annotations

from typing import Any

import taut
from taut._ties.find import Tie, share_memory, ties
from taut._ties.names import How, how, locate, own_module, stand_in
from taut.nn.module import Module
from taut.nn.parameter import Parameter, is_lazy
from taut.optim import _names

__all__ = ["assert_tied", "tie", "untie"]


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
    if share_memory(pa, pb):
        return
    shapes = [p if is_lazy(p) else tuple(p.shape) for p in (pa, pb)]
    turned = shapes[0] != shapes[1] and shapes[0] == shapes[1][::-1]
    raise AssertionError(
        f"assert_tied: {a!r} {shapes[0]} and {b!r} {shapes[1]} do not share memory; "
        f"taut.tie(net, {a!r}, {b!r}{', transpose=True' if turned else ''}) makes them one parameter"
    )


def tie(net: Module, a: str, b: str, *, init: str | None = None, transpose: bool = False) -> Tie:
    """Makes two names one parameter, and returns the tie.

    The parameter under ``a`` stays; it comes to stand under ``b`` and under every other name that was
    tied to ``b``. With ``transpose`` the names see one buffer as W and as its transpose: one gradient
    buffer, one optimiser state, one entry of ``parameters()``.

    Args:
        net: the module.
        a: the name of the parameter that stays.
        b: the name that joins it.
        init: the name, ``a`` or ``b``, whose values the parameter has afterwards; ``a`` if None.
        transpose: ``b`` is the transpose of ``a``. Both must be matrices.

    Raises:
        ValueError: shapes or types do not fit; ``init`` is neither name; the two are tied already
            the other way around; ``b`` shares memory with a parameter that is not one with it.
        AttributeError: a name that the module does not have.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
        >>> taut.tie(net, "0.weight", "1.weight", transpose=True).kind
        'transpose'
        >>> net(taut.ones(1, 2)).sum().backward()
        >>> taut.equal(net[1].weight.grad, net[0].weight.grad.t())
        True
    """
    if init not in (None, a, b):
        raise ValueError(f"tie: init must be {a!r} or {b!r}, got {init!r}")
    kept, replaced = net.get_parameter(a), net.get_parameter(b)
    if kept._owner is replaced._owner:
        _check_same(a, b, kept, replaced, transpose)
    else:
        _check_fits(a, b, kept, replaced, transpose)
        _check_separate(net, b, kept, replaced)
        if init == b:
            with taut.no_grad():
                kept.detach().copy_(replaced.t() if transpose else replaced)
        _join(net, kept, replaced, transpose)
    return next(t for t in ties(net) if a in t.names)


def _check_same(a: str, b: str, kept: Parameter, replaced: Parameter, transpose: bool) -> None:
    if a == b or (how(kept).transposed != how(replaced).transposed) != transpose:
        raise ValueError(
            f"tie: {a!r} and {b!r} are one parameter already"
            + (
                ""
                if a == b
                else f", {'not ' if transpose else ''}transposed; untie one of them first"
            )
        )


def _check_fits(a: str, b: str, kept: Parameter, replaced: Parameter, transpose: bool) -> None:
    if is_lazy(kept) or is_lazy(replaced):
        if not (is_lazy(kept) and is_lazy(replaced)):
            raise ValueError(
                f"tie: {a if is_lazy(kept) else b!r} has no shape yet, and the other has; run a forward "
                "first"
            )
        return
    shape = tuple(replaced.shape)
    wanted = shape[::-1] if transpose else shape
    if transpose and len(shape) != 2:
        raise ValueError(
            f"tie: transpose=True is for matrices, got {a!r} {tuple(kept.shape)} and {b!r} {shape}"
        )
    if tuple(kept.shape) != wanted or kept.dtype != replaced.dtype:
        turned = not transpose and len(shape) == 2 and tuple(kept.shape) == shape[::-1]
        raise ValueError(
            f"tie: parameters must have one shape and dtype{', transposed' if transpose else ''}, got "
            f"{a!r} {tuple(kept.shape)} {kept.dtype} and {b!r} {shape} {replaced.dtype}"
            + ("; transpose=True ties a matrix to its transpose" if turned else "")
        )


def _check_separate(net: Module, b: str, kept: Parameter, replaced: Parameter) -> None:
    for name, param in net.named_parameters(remove_duplicate=False):
        owner = param._owner
        if owner is kept._owner or owner is replaced._owner:
            continue
        if share_memory(param, replaced):
            raise ValueError(
                f"tie: {b!r} shares its memory with {name!r}, another parameter, and would part from "
                f"it; tie the two first, or untie one"
            )


def _join(net: Module, kept: Parameter, replaced: Parameter, transpose: bool) -> None:
    """Puts what ``kept`` is under every name of ``replaced``, each seeing it as it saw that."""
    turned = how(kept).transposed ^ how(replaced).transposed ^ transpose
    for module in net.modules():
        for last, param in module._parameters.items():
            if param is not None and param._owner is replaced._owner:
                is_transposed, scale = how(param)
                wanted = How(is_transposed ^ turned, scale)
                module._parameters[last] = stand_in(kept._owner, wanted)


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
    if not any(name in tie.names for tie in ties(net)):
        net.get_parameter(name)
        raise ValueError(f"untie: {name!r} is not tied to another parameter")
    shared, own = part(net, name)
    if optimizer is not None:
        _add_to_optimizer(optimizer, shared, own, name)
    return own


def part(net: Module, name: str, uses: dict[int, int] | None = None) -> tuple[Parameter, Parameter]:
    """Gives a tied name a parameter of its own; what stood there, and that. ``uses``: :func:`places`."""
    _, last, shared = locate(net, name)
    kind: Any = type(shared)
    if is_lazy(shared):
        own = kind(requires_grad=shared.requires_grad, dtype=shared.dtype)
    else:
        values = shared.detach().clone(memory_format=taut.contiguous_format)
        own = Parameter(values, requires_grad=shared.requires_grad)
    own_module(net, name.rpartition(".")[0], uses)._parameters[last] = own
    return shared, own


def _add_to_optimizer(optimizer: Any, shared: Parameter, own: Parameter, name: str) -> None:
    owner, turned = shared._owner, how(shared).transposed
    for group in optimizer.param_groups:
        index = next((i for i, p in enumerate(group["params"]) if p is owner), None)
        if index is None:
            continue
        group["params"].append(own)
        if "param_names" in group:
            _names.note_untied(group, index, name)
            group["param_names"].append(name)
    if owner in optimizer.state:
        optimizer.state[own] = {
            key: _copied(value, turned and tuple(value.shape) == tuple(owner.shape))
            if taut.is_tensor(value)
            else value
            for key, value in optimizer.state[owner].items()
        }


def _copied(value: Any, turned: bool) -> Any:
    """A copy of a tensor of an optimiser's state, as the transposed parameter needs it."""
    return (value.t() if turned else value).clone(memory_format=taut.contiguous_format)

"""Functions of modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import taut
from taut import Tensor
from taut._utils import alias_of
from taut.nn._convert import place
from taut.nn.module import Module

__all__ = ["functional_call", "stack_module_state"]


def _aliases(module: Module) -> dict[str, dict[str, bool]]:
    """For each name of a parameter or buffer, every name of the same tensor: is it its transpose?"""
    names: dict[int, dict[str, bool]] = {}
    for walk in (module.named_parameters, module.named_buffers):
        for name, tensor in walk(remove_duplicate=False):
            alias = alias_of(tensor)
            names.setdefault(id(tensor._owner), {})[name] = alias is not None and alias[1]
    return {name: group for group in names.values() for name in group}


def _tied_values(
    values: dict[str, Tensor], aliases: Mapping[str, Mapping[str, bool]]
) -> dict[str, Tensor]:
    """The values, and those that names tied to theirs have by them."""
    found = dict(values)
    for name, value in values.items():
        group = aliases.get(name, {name: False})
        for other, transposed in group.items():
            same = value if transposed == group[name] else value.t()
            if other in values:
                agree = values[other] is value or (
                    same is not value and place(values[other]) == place(same)
                )
            else:
                agree = True
                found.setdefault(other, same)
            if not agree:
                raise ValueError(
                    f"functional_call got multiple values for keys {sorted(group)}, which are "
                    "tied. Consider using tie_weights=False"
                )
    return found


@contextmanager
def _replaced(module: Module, values: Mapping[str, Tensor]) -> Iterator[None]:
    undo: list[tuple[Any, str, Any]] = []
    try:
        for name, value in values.items():
            path, _, last = name.rpartition(".")
            registry = _registry(module.get_submodule(path), last)
            if not isinstance(value, Tensor):
                raise TypeError(f"functional_call: expected tensors, got {value!r} for {name!r}")
            undo.append((registry, last, registry.get(last, undo)))
            registry[last] = value
        yield
    finally:
        for registry, last, before in reversed(undo):
            if before is undo:
                del registry[last]
            else:
                registry[last] = before


def _registry(owner: Module, last: str) -> Any:
    """Where a module has a tensor: of its parameters, its buffers, or any attribute."""
    if not last:
        raise KeyError('tensor name can\'t be empty string ""')
    for registry in (owner._parameters, owner._buffers):
        if last in registry:
            return registry
    stands = getattr(owner, last, None)
    if stands is not None and not isinstance(stands, Tensor):
        raise TypeError(f"functional_call: attribute {last!r} is not a tensor: {stands!r:.80}")
    return owner.__dict__


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with other values for its parameters and buffers; it keeps its own.

    Args:
        module: what to call.
        parameter_and_buffer_dicts: values by name, in one dict or several. Other names of tensors,
            or of nothing, are attributes during the call.
        args: positional arguments, a tuple or a single value.
        kwargs: keyword arguments.
        tie_weights: a value for one name of a tied parameter is used under all.
        strict: every name must be given, and no other.

    Raises:
        RuntimeError: with ``strict``, names that are missing or unknown.
        AttributeError: a name below a module that is not there.
        TypeError: a value that is not a tensor, or the name of something else.
        ValueError: different values for names of one tied parameter.

    Example:
        >>> import taut
        >>> net = taut.nn.Linear(2, 1, bias=False)
        >>> taut.func.functional_call(net, {"weight": taut.ones(1, 2)}, taut.ones(1, 2))
        tensor([[2.]])
    """
    dicts = parameter_and_buffer_dicts
    if isinstance(dicts, Mapping):
        dicts = (dicts,)
    if not isinstance(dicts, Sequence) or not all(isinstance(d, Mapping) for d in dicts):
        raise ValueError(
            "functional_call: parameter_and_buffer_dicts must be a dict or a sequence of dicts, got "
            f"{type(dicts).__name__}"
        )
    values: dict[str, Tensor] = {}
    for entries in dicts:
        for name, value in entries.items():
            if name in values:
                raise ValueError(
                    f"{name} appears in multiple dictionaries; behavior of functional call is ambiguous"
                )
            values[name] = value
    aliases = _aliases(module)
    unknown = [name for name in values if name not in aliases]
    if strict:
        covered = {
            n for name in values for n in (aliases.get(name, ()) if tie_weights else (name,))
        }
        missing = [name for name in aliases if name not in covered]
        if unknown or missing:
            raise RuntimeError(
                f"functional_call: unexpected keys {unknown}, missing keys {missing}"
            )
    if tie_weights:
        values = _tied_values(values, aliases)
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _replaced(module, values):
        return module(*args, **(kwargs or {}))


def stack_module_state(
    models: Sequence[Module],
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Parameters and buffers of several models of one kind, each stacked along a new first dimension.

    The stacked parameters are new leaves: an optimiser can have them, and :func:`functional_call`
    runs a model with their parts. A tied parameter is there once, under its first name.

    Args:
        models: modules of one class, all in training mode or all in evaluation mode.

    Returns:
        The parameters and the buffers by name.

    Raises:
        RuntimeError: no models, models of several classes or modes, or a parameter that is trained in
            some of them only.

    Example:
        >>> import taut
        >>> models = [taut.nn.Linear(3, 2) for _ in range(5)]
        >>> params, buffers = taut.func.stack_module_state(models)
        >>> params["weight"].shape
        torch.Size([5, 2, 3])
    """
    if len(models) == 0:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(m.named_parameters()) for m in models]
    buffers = [dict(m.named_buffers()) for m in models]
    return (
        {name: _stacked(name, [p[name] for p in parameters]) for name in parameters[0]},
        {name: _stacked(name, [b[name] for b in buffers]) for name in buffers[0]},
    )


def _stacked(name: str, tensors: list[Tensor]) -> Tensor:
    trained = {t.requires_grad for t in tensors}
    if len(trained) > 1:
        raise RuntimeError(
            f"stack_module_state: Expected {name} from each model to have the same .requires_grad"
        )
    with taut.no_grad():
        return taut.stack(tensors).requires_grad_(trained.pop())

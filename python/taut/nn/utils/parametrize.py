"""Parameters that are computed from others whenever they are read.

A parametrized name of a module is a property: reading ``layer.weight`` runs the parametrizations on
``layer.parametrizations.weight.original``, and assigning to it stores what they map to the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import taut
from taut import Tensor
from taut._utils import rebuild_alias
from taut.nn.containers import ModuleDict, ModuleList
from taut.nn.module import Module
from taut.nn.parameter import Parameter
from taut.nn.utils._parametrized import (
    class_before,
    enter_cache,
    names_of,
    set_names,
    value_of,
)
from taut.nn.utils._uses import Layout, Use, alias_between, find_uses, locate, seen_as

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]


@contextmanager
def cached() -> Iterator[None]:
    """Computes each parametrized tensor once within the block, however often it is read.

    Names of one tied parameter read one value. Assigning to a parametrized name within the block
    does not change what was read before.

    Example:
        >>> import taut
        >>> from taut.nn.utils import parametrizations, parametrize
        >>> layer = parametrizations.weight_norm(taut.nn.Linear(2, 2))
        >>> with parametrize.cached():
        ...     print(layer.weight is layer.weight)
        True
    """
    enter_cache(1)
    try:
        yield
    finally:
        enter_cache(-1)


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in the order they apply, and what they apply to.

    Attributes:
        original: the tensor that is trained; ``original0``, ``original1``, ... where the first
            parametrization takes several.
        is_tensor: whether there is one.

    Args:
        modules: the parametrizations. One with a method ``right_inverse(tensor)`` lets the
            tensor be assigned to.
        original: the parameter or buffer they replace.
        unsafe: skip the checks that values, shape and dtype make sense.

    Raises:
        ValueError: no modules, or shape or dtype would change.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.parametrizations.weight_norm(taut.nn.Linear(2, 2))
        >>> type(layer.parametrizations.weight).__name__
        'ParametrizationList'
    """

    original: Tensor

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError(
                "ParametrizationList: at least one parametrization is needed, got none"
            )
        super().__init__(modules)
        self.unsafe = unsafe
        value = _inverse_of(modules, original)
        self.is_tensor = isinstance(value, Tensor)
        if self.is_tensor:
            self.ntensors = 1
            _check_dtype("right_inverse", value, original)
            with taut.no_grad():
                _store(original, value)
            _register(self, "original", original)
        else:
            self.ntensors = len(value)
            for i, part in enumerate(value):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        "register_parametrization: right_inverse must return a Tensor or a sequence "
                        f"of them, got a sequence whose element {i} is a {type(part).__name__}"
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part.detach(), requires_grad=original.requires_grad)
                part.requires_grad_(original.requires_grad)
                _register(self, f"original{i}", part)
        if not unsafe:
            _check_result(self(), original)

    def _originals(self) -> list[Tensor]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Stores what the parametrizations map to ``value``.

        Raises:
            RuntimeError: one of them has no ``right_inverse``.
            ValueError: it gives another type, number of tensors or dtype than the one it replaces.
        """
        with taut.no_grad():
            inverse: Any = value
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse, "
                        "so that its tensor cannot be assigned to"
                    )
                inverse = module.right_inverse(inverse)
            if self.is_tensor:
                if not isinstance(inverse, Tensor):
                    raise ValueError(
                        f"right_inverse must return a tensor, got {type(inverse).__name__}"
                    )
                _check_dtype("right_inverse", inverse, self.original)
                _store(self.original, inverse)
                return
            if not isinstance(inverse, Sequence) or len(inverse) != self.ntensors:
                got = len(inverse) if isinstance(inverse, Sequence) else type(inverse).__name__
                raise ValueError(
                    f"right_inverse must return a sequence of {self.ntensors} tensors, got {got}"
                )
            for i, (part, mine) in enumerate(zip(inverse, self._originals(), strict=True)):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"right_inverse must return tensors, got {type(part).__name__} at {i}"
                    )
                _check_dtype(f"right_inverse, tensor {i}", part, mine)
                _store(mine, part)

    def forward(self) -> Tensor:
        first, *others = self
        value = first(*self._originals())
        for module in others:
            value = module(value)
        return value


class _ViewOfParametrized(Module):
    """What a tied name reads that stands for a view of a parametrized tensor."""

    def __init__(
        self, source: ParametrizationList, layout: Layout, tensor: Tensor, first: Tensor
    ) -> None:
        super().__init__()
        self.source = source
        self.layout = layout
        # Of a transposed tie, which is one again when the parametrizations are removed.
        self.alias = alias_between(first, tensor)
        self.__dict__["replaced"] = tensor  # not a parameter meanwhile: the source has the values

    def append(self, module: Module) -> None:
        """Adds a parametrization to the source."""
        self.source.append(module)

    def right_inverse(self, value: Tensor) -> None:
        """Changes the source so that the view has this value."""
        with taut.no_grad():
            whole = self.source().clone(memory_format=taut.contiguous_format)
            self.layout.of(whole).copy_(value)
            self.source.right_inverse(whole)

    def forward(self) -> Tensor:
        return seen_as(value_of(self.source), self.layout, self.alias)


def _store(mine: Tensor, value: Tensor) -> None:
    """Puts a value into a tensor's memory, where every name of it sees it."""
    if value is mine:
        return
    if value.shape == mine.shape:
        mine.detach().copy_(value.detach().clone())
    else:
        mine.data = value.detach().clone()


def _inverse_of(modules: Sequence[Module], original: Tensor) -> Any:
    """What the modules map to ``original``, as far as they know."""
    value: Any = original
    with taut.no_grad():
        for module in reversed(modules):
            if hasattr(module, "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:
                    continue
    if not isinstance(value, (Tensor, Sequence)):
        raise ValueError(
            "register_parametrization: right_inverse must return a Tensor or a sequence of them, got "
            f"{type(value).__name__}"
        )
    return value


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _check_dtype(what: str, value: Tensor, original: Tensor) -> None:
    if value.dtype != original.dtype:
        raise ValueError(
            f"{what} must keep the dtype {original.dtype} of the tensor, got {value.dtype}"
        )


def _check_result(value: Any, original: Tensor) -> None:
    if not isinstance(value, Tensor):
        raise ValueError(f"a parametrization must return a tensor, got {type(value).__name__}")
    for what in ("dtype", "shape"):
        expected, got = getattr(original, what), getattr(value, what)
        if expected != got:
            raise ValueError(
                f"a parametrization must not change the {what} of its tensor, unless unsafe=True is "
                f"given: expected {expected}, got {got}"
            )


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Makes a parameter or buffer the result of a module, computed whenever it is read.

    The tensor itself becomes ``module.parametrizations.<name>.original``, the same object, so that
    an optimiser that has it goes on training it. A second parametrization applies to the result of
    the first.

    Where the tensor is tied, every name of it within ``module`` reads the parametrized value: give
    the whole network and a dotted name. Names that share one Parameter share one list of
    parametrizations; a transposed name reads the transposed result.

    Args:
        module: the module, or a network that contains it.
        tensor_name: the name, or the path from ``module``, of a parameter, a buffer or a tensor
            that is parametrized already.
        parametrization: maps the original to the tensor. With a method ``right_inverse`` the tensor
            can be assigned to; if that returns several tensors, ``forward`` takes as many.
        unsafe: allow that shape or dtype change, and skip the check of consistency.

    Raises:
        ValueError: no such tensor, or the parametrization changes shape or dtype.

    Returns:
        ``module``.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> from taut.nn.utils import parametrize
        >>> class Symmetric(nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).mT
        >>> net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        >>> net[1].weight = net[0].weight
        >>> _ = parametrize.register_parametrization(net, "0.weight", Symmetric())
        >>> bool((net[1].weight == net[0].weight.mT).all())
        True
    """
    parametrization.train(module.training)
    owner, name = locate(module, tensor_name)
    if is_parametrized(owner, name):
        _append(owner, name, parametrization, unsafe)
        return module
    if not (name in owner._parameters or name in owner._buffers) or "parametrizations" in name:
        raise ValueError(
            f"register_parametrization: {type(owner).__name__} has no parameter, buffer or "
            f"parametrized tensor {name!r}"
        )
    uses = find_uses(module, tensor_name)
    shared = ParametrizationList([parametrization], uses[0].tensor, unsafe)
    for use in uses:
        _parametrize(use, shared, uses[0].tensor)
    return module


def _parametrize(use: Use, shared: ParametrizationList, first: Tensor) -> None:
    """Puts the list in the place of one name's tensor."""
    owner, name = use.module, use.name
    delattr(owner, name)
    if not is_parametrized(owner):
        owner.parametrizations = ModuleDict()
    view: Module = shared
    if use.layout is not None:
        view = _ViewOfParametrized(shared, use.layout, use.tensor, first)
    owner.parametrizations[name] = view
    set_names(owner, names_of(owner) | {name})


def _append(module: Module, name: str, parametrization: Module, unsafe: bool) -> None:
    entry: Any = module.parametrizations[name]
    if not unsafe:
        with taut.no_grad():
            before = getattr(module, name)
            after = parametrization(before)
            _check_result(after, before)
            if hasattr(parametrization, "right_inverse"):
                try:
                    back = parametrization.right_inverse(after)
                except NotImplementedError:
                    back = None
                if back is not None:
                    _check_result(back, before)
    if isinstance(entry, _ViewOfParametrized):
        raise ValueError(
            f"register_parametrization: {name!r} is a view of a parametrized tensor; register under "
            "the name that was parametrized first"
        )
    entry.append(parametrization)
    if unsafe:
        entry.unsafe = True


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrizations, or one on the tensor named.

    Example:
        >>> import taut
        >>> taut.nn.utils.parametrize.is_parametrized(taut.nn.Linear(2, 2))
        False
    """
    if tensor_name is not None and "." in tensor_name:
        module, tensor_name = locate(module, tensor_name)
    entries = module._modules.get("parametrizations")
    if not isinstance(entries, ModuleDict):
        return False
    return len(entries) > 0 if tensor_name is None else tensor_name in entries


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Makes a parametrized tensor an ordinary one again, under all its names.

    Args:
        module: the module, or the network that was given when registering.
        tensor_name: the name, or the path from ``module``.
        leave_parametrized: keep the value that the parametrizations gave; False brings back the
            value of the original.

    Raises:
        ValueError: the tensor is not parametrized, or ``leave_parametrized=False`` where it was
            made of several tensors.

    Returns:
        ``module``.

    Example:
        >>> import taut
        >>> from taut.nn.utils import parametrizations, parametrize
        >>> layer = parametrizations.weight_norm(taut.nn.Linear(2, 2))
        >>> parametrize.remove_parametrizations(layer, "weight")
        Linear(in_features=2, out_features=2, bias=True)
    """
    owner, name = locate(module, tensor_name)
    if not is_parametrized(owner, name):
        raise ValueError(
            f"remove_parametrizations: {tensor_name!r} of {type(module).__name__} is not parametrized"
        )
    entry: Any = owner.parametrizations[name]
    shared = entry.source if isinstance(entry, _ViewOfParametrized) else entry
    result = _plain(shared, leave_parametrized)
    for place_owner, place_name, found in _places(module, shared):
        tensor = result
        if isinstance(found, _ViewOfParametrized):
            tensor = _view_again(found, result, kept=shared.is_tensor)
        _unparametrize(place_owner, place_name, tensor)
    return module


def _plain(shared: ParametrizationList, leave_parametrized: bool) -> Tensor:
    """The tensor that takes the place of the list."""
    if not shared.is_tensor:
        if not leave_parametrized:
            raise ValueError(
                "remove_parametrizations: leave_parametrized=False needs one original tensor, and "
                f"this one is made of {shared.ntensors}"
            )
        value = shared()
        return Parameter(value.detach()) if value.requires_grad else value.detach()
    original = shared.original
    if leave_parametrized:
        with taut.no_grad():
            _store(original, shared())
    return original


def _places(root: Module, shared: ParametrizationList) -> list[tuple[Module, str, Module]]:
    """Every name below ``root`` that reads a list."""
    found = []
    for owner in root.modules():
        if is_parametrized(owner):
            for name, entry in owner.parametrizations.items():
                if entry is shared or getattr(entry, "source", None) is shared:
                    found.append((owner, name, entry))
    return found


def _view_again(view: _ViewOfParametrized, result: Tensor, kept: bool) -> Tensor:
    """The tensor of a name that is a view of another."""
    if kept and view.replaced._storage_id() == result._storage_id():
        return view.replaced
    if view.alias is not None:
        return rebuild_alias(type(view.replaced), result, *view.alias)
    window = view.layout.of(result.detach())
    if isinstance(view.replaced, Parameter):
        return Parameter(window, requires_grad=view.replaced.requires_grad)
    return window


def _unparametrize(owner: Module, name: str, tensor: Tensor) -> None:
    set_names(owner, names_of(owner) - {name})
    del owner.parametrizations[name]
    if not len(owner.parametrizations):
        del owner.parametrizations
    _register(owner, name, tensor)


def type_before_parametrizations(module: Module) -> type:
    """The class that a module had before it was parametrized.

    Example:
        >>> import taut
        >>> from taut.nn.utils import parametrizations, parametrize
        >>> layer = parametrizations.weight_norm(taut.nn.Linear(2, 2))
        >>> parametrize.type_before_parametrizations(layer) is taut.nn.Linear
        True
    """
    return class_before(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Gives ``to_module`` the parametrizations of another module of the same kind, and their values.

    Args:
        from_module: has parametrizations; the objects themselves are used, not copies.
        to_module: the module that gets them.
        tensor_name: only those of this tensor.

    Returns:
        ``to_module``.

    Example:
        >>> import taut
        >>> from taut.nn.utils import parametrizations, parametrize
        >>> a = parametrizations.weight_norm(taut.nn.Linear(2, 2))
        >>> b = parametrize.transfer_parametrizations_and_params(a, taut.nn.Linear(2, 2))
        >>> bool((a.weight == b.weight).all())
        True
    """
    if not is_parametrized(from_module):
        return to_module
    entries: Any = from_module.parametrizations
    for name in [tensor_name] if tensor_name is not None else list(entries):
        source = entries[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target: Any = to_module.parametrizations[name]
        if source.is_tensor:
            setattr(target, "original", source.original)  # noqa: B010
        else:
            for i in range(source.ntensors):
                setattr(target, f"original{i}", getattr(source, f"original{i}"))
    return to_module

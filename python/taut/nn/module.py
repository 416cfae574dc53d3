"""Module: the base of everything that has parameters."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from taut import Tensor
from taut.nn._convert import ConvertMixin
from taut.nn._hooks import HooksMixin, global_hooks
from taut.nn._repr import render
from taut.nn._state import StateMixin
from taut.nn.parameter import Buffer, Parameter

__all__ = ["Module"]

T = TypeVar("T", bound="Module")


class _Registry(dict[str, Any]):
    """A module's parameters, buffers or submodules by name, mirrored into the module's attributes.

    Reading ``module.weight`` is then an ordinary attribute access. The module is held weakly: a
    reference back would keep it alive until the garbage collector runs.
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: Module) -> None:
        super().__init__()
        self._owner = weakref.ref(owner)

    def _attributes(self) -> dict[str, Any]:
        owner = self._owner()
        return {} if owner is None else owner.__dict__

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._attributes()[name] = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._attributes().pop(name, None)

    def pop(self, name: str, *default: Any) -> Any:
        """Takes a name off, attribute included."""
        if name in self:
            self._attributes().pop(name, None)
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        """Takes the last name off, attribute included."""
        name, value = super().popitem()
        self._attributes().pop(name, None)
        return name, value

    def clear(self) -> None:
        """Takes every name off, attributes included."""
        for name in list(self):
            del self[name]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets several names, attributes included."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The value under a name, set if missing."""
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, other: Any) -> _Registry:  # type: ignore[override]
        self.update(other)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()  # noqa: E731

    def copy(self) -> dict[str, Any]:
        """A plain dict of the same items."""
        return dict(self)


_REGISTRIES = ("_parameters", "_buffers", "_modules")


class Module(HooksMixin, StateMixin, ConvertMixin):
    """Base of all modules: registers what is assigned to it and calls :meth:`forward`.

    A subclass calls ``super().__init__()``, assigns parameters and submodules to attributes, and
    defines ``forward``.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> class Scale(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = nn.Parameter(taut.ones(1))
        ...     def forward(self, x):
        ...         return self.factor * x
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
    """

    dump_patches = False
    _version = 1
    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    call_super_init = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got unexpected arguments: {args or kwargs}"
            )
        attributes = self.__dict__
        attributes["training"] = True
        for registry in _REGISTRIES:
            attributes[registry] = _Registry(self)
        attributes["_non_persistent_buffers_set"] = set()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the result. Every subclass defines it."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooked or global_hooks:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    # -- registration ----------------------------------------------------------------------------

    def _check_name(self, kind: str, registry: str, name: Any) -> dict[str, Any]:
        if registry not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got {name!r}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        entries = self.__dict__[registry]
        if hasattr(self, name) and name not in entries:
            raise KeyError(f"attribute '{name}' already exists")
        return entries

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter under a name; None reserves the name.

        Raises:
            KeyError: the name is empty, has a dot, or is taken.
            TypeError: not a Parameter.
            ValueError: the result of an operation instead of a leaf.
        """
        entries = self._check_name("parameter", "_parameters", name)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                    "(taut.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be "
                    "created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method."
                )
        entries[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is state but not trained, such as a running mean.

        Args:
            name: its name.
            tensor: the buffer; None reserves the name.
            persistent: whether it is part of ``state_dict``.
        """
        entries = self._check_name("buffer", "_buffers", name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(taut Tensor or None required)"
            )
        entries[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a submodule under a name; None reserves the name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name("module", "_modules", name)[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """Another name for :meth:`add_module`."""
        self.add_module(name, module)

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        if isinstance(value, Parameter):
            self._release(name, "_parameters")
            return self.register_parameter(name, value)
        if isinstance(value, Module):
            if "_modules" not in attributes:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._release(name, "_modules")
            attributes["_modules"][name] = value
            return None
        for registry in _REGISTRIES:
            if name in attributes.get(registry, ()):
                return self._replace(registry, name, value)
        if isinstance(value, Buffer):
            self._release(name, "_buffers")
            return self.register_buffer(name, value, value.persistent)
        return object.__setattr__(self, name, value)

    def _replace(self, registry: str, name: str, value: Any) -> None:
        """Assigns something that is neither Parameter nor Module to a registered name."""
        if registry == "_buffers":
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{type(value).__name__}' as buffer '{name}' "
                    "(taut.Tensor or None expected)"
                )
        elif value is not None:
            kind, wanted = (
                ("parameter", "taut.nn.Parameter")
                if registry == "_parameters"
                else ("child module", "taut.nn.Module")
            )
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as {kind} '{name}' ({wanted} or None expected)"
            )
        self.__dict__[registry][name] = value

    def _release(self, name: str, keep: str) -> None:
        """Frees a name for a new kind of value."""
        attributes = self.__dict__
        found = False
        for registry in _REGISTRIES:
            if registry != keep and name in attributes.get(registry, ()):
                del attributes[registry][name]
                found = True
        if not found and name not in attributes.get(keep, ()):
            attributes.pop(name, None)
        attributes.get("_non_persistent_buffers_set", set()).discard(name)

    def __delattr__(self, name: str) -> None:
        for registry in _REGISTRIES:
            if name in self.__dict__.get(registry, ()):
                del self.__dict__[registry][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __getattr__(self, name: str) -> Any:
        # Only for what is not there: see _Registry. Hook tables come into being when asked for.
        table = self._hook_table(name)
        if table is not None:
            return table
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__}
        return sorted(n for n in names if not n[0].isdigit())

    # -- pickling and copying --------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for registry in _REGISTRIES:
            if registry in state:
                for name in state[registry]:
                    state.pop(name, None)
                state[registry] = dict(state[registry])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        entries = {name: state.get(name, {}) for name in _REGISTRIES}
        attributes = self.__dict__
        attributes.update({k: v for k, v in state.items() if k not in entries})
        attributes.setdefault("_non_persistent_buffers_set", set())
        attributes.setdefault("training", True)
        for registry, items in entries.items():
            attributes[registry] = _Registry(self)
            attributes[registry].update(items)

    # -- walking ---------------------------------------------------------------------------------

    def _named_members(
        self, get: Callable[[Module], Any], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in get(module):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield f"{path}.{name}" if path else name, member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Each parameter with its path; a tied one under its first name only.

        Args:
            prefix: put before every path.
            recurse: include submodules.
            remove_duplicate: False lists a tied parameter under each of its names.
        """
        yield from self._named_members(
            lambda m: m._parameters.items(), prefix, recurse, remove_duplicate
        )

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Each parameter once, as an optimiser takes them."""
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Each buffer with its path."""
        yield from self._named_members(
            lambda m: m._buffers.items(), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Each buffer once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct submodules with their names, each once."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """The direct submodules, each once."""
        for _, module in self.named_children():
            yield module

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it with their paths.

        Args:
            memo: modules to leave out; filled with those that were yielded.
            prefix: put before every path.
            remove_duplicate: False lists a module that is used twice under each of its paths.
        """
        if memo is None:
            memo = set()
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        for _, module in self.named_modules():
            yield module

    # -- access by path --------------------------------------------------------------------------

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path ("" is this one).

        Raises:
            AttributeError: the path leads nowhere, or to something that is not a module.
        """
        module: Module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not a Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a dotted path.

        Args:
            target: the path.
            module: what to put there.
            strict: the name must be there already.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if not isinstance(module, Module):
            raise ValueError(f"module must be a Module, got {type(module).__name__}")
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError(f"`{name}` is not a Module")
        setattr(parent, name, module)

    def _get_member(self, target: str, registry: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        if name not in getattr(module, registry):
            raise AttributeError(f"`{name}` is not {kind}")
        return getattr(module, registry)[name]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path."""
        return self._get_member(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path."""
        return self._get_member(target, "_buffers", "a buffer")

    # -- over all submodules ---------------------------------------------------------------------

    def apply(self: T, fn: Callable[[Module], Any]) -> T:
        """Calls ``fn`` on every submodule, then on this module, as when initialising."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: T, mode: bool = True) -> T:
        """Sets training mode here and below; it matters to Dropout, BatchNorm and the like."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: T) -> T:
        """Sets evaluation mode: ``train(False)``."""
        return self.train(False)

    def requires_grad_(self: T, requires_grad: bool = True) -> T:
        """Freezes (False) or unfreezes all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drops the gradients of all parameters, or zeroes them with ``set_to_none=False``."""
        if getattr(self, "_is_replica", False):
            warnings.warn("Calling .zero_grad() on a replica has no effect.", stacklevel=2)
        for p in self.parameters():
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                else:
                    p.grad = p.grad.detach()
                    p.grad.zero_()

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Accepted for programs that call it; modules run as they are."""

    # -- printing --------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What a subclass shows between the parentheses of its repr."""
        return ""

    def __repr__(self) -> str:
        return render(self)

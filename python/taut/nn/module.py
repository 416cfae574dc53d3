"""Module: the base of everything that has parameters."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from taut import Tensor
from taut.nn._convert import ConvertMixin
from taut.nn._hooks import (
    HooksMixin,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
    run_registration_hooks,
)
from taut.nn._registry import REGISTRIES, Registry
from taut.nn._repr import render
from taut.nn._state import StateMixin
from taut.nn.parameter import Buffer, Parameter

__all__ = [
    "Module",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

T = TypeVar("T", bound="Module")


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
    call_super_init = False
    # Whether equal neighbours among the submodules print as one.
    _groups_repr = False
    _version = 1
    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init and (args or kwargs):
            got = (
                f"got an unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"takes 1 positional argument but {len(args) + 1} were given"
            )
            raise TypeError(f"{type(self).__name__}.__init__() {got}")
        attributes = self.__dict__
        attributes["training"] = True
        for kind in REGISTRIES:
            attributes[kind] = Registry(self)
        attributes["_non_persistent_buffers_set"] = set()
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the result. Every subclass defines it."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooked:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    # -- registration ----------------------------------------------------------------------------

    def _registry(self, kind: str) -> Registry:
        """The registry of a kind, made this module's own if it came from another one."""
        entries = self.__dict__[kind]
        if type(entries) is not Registry or entries.owner() is not self:
            entries = self.__dict__[kind] = Registry(self, entries)
        return entries

    def _check_name(self, what: str, kind: str, name: Any) -> Registry:
        if kind not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type(name).__name__}")
        entries = self._registry(kind)
        if hasattr(self, name) and name not in entries:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            got = f", got: {name}" if what == "module" else ""
            raise KeyError(f'{what} name can\'t contain "."{got}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
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
                    f"created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method."
                )
            param = run_registration_hooks("parameter", self, name, param)
        entries[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is state but not trained, such as a running mean.

        Args:
            name: its name.
            tensor: the buffer; None reserves the name.
            persistent: whether it is part of ``state_dict``.

        Raises:
            KeyError: the name is empty, has a dot, or is taken.
            TypeError: not a tensor.
        """
        entries = self._check_name("buffer", "_buffers", name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(taut Tensor or None required)"
            )
        entries[name] = run_registration_hooks("buffer", self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a submodule under a name; None reserves the name.

        Raises:
            KeyError: the name is empty, has a dot, or is taken.
            TypeError: not a module.
        """
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        entries = self._check_name("module", "_modules", name)
        entries[name] = run_registration_hooks("module", self, name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """Another name for :meth:`add_module`."""
        self.add_module(name, module)

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        tensor = isinstance(value, Tensor)  # asking the others costs more
        if tensor and isinstance(value, Parameter):
            if "_parameters" not in attributes:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._release(name, "_parameters")
            self.register_parameter(name, value)
        elif name in attributes.get("_parameters", ()):
            self._refuse_unless_none(value, "parameter", name, "taut.nn.Parameter or None")
            self._registry("_parameters")[name] = None
        elif isinstance(value, Module):
            if "_modules" not in attributes:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._release(name, "_modules")
            value = run_registration_hooks("module", self, name, value)
            self._registry("_modules")[name] = value
        elif name in attributes.get("_modules", ()):
            self._refuse_unless_none(value, "child module", name, "taut.nn.Module or None")
            self._registry("_modules")[name] = None
        elif name in attributes.get("_buffers", ()) or (tensor and isinstance(value, Buffer)):
            self._assign_buffer(name, value)
        elif name in REGISTRIES and name in attributes:
            for registered in attributes[name]:
                attributes.pop(registered, None)
            attributes[name] = Registry(self, value)
        else:
            object.__setattr__(self, name, value)

    @staticmethod
    def _refuse_unless_none(value: Any, what: str, name: str, wanted: str) -> None:
        if value is not None:
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as {what} '{name}' ({wanted} expected)"
            )

    def _assign_buffer(self, name: str, value: Any) -> None:
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        if not isinstance(value, Tensor):
            wanted = "taut.nn.Buffer, taut.Tensor or None"
            self._refuse_unless_none(value, "buffer", name, wanted)
        persistent = name not in self._non_persistent_buffers_set
        if isinstance(value, Buffer):
            persistent = value.persistent
        self.register_buffer(name, value, persistent)

    def _release(self, name: str, keep: str) -> None:
        """Frees a name for a value that goes into the registry ``keep``."""
        attributes = self.__dict__
        for kind in REGISTRIES:
            if kind != keep and name in attributes[kind]:
                del self._registry(kind)[name]
        if name not in attributes[keep]:
            attributes.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __delattr__(self, name: str) -> None:
        for kind in REGISTRIES:
            if name in self.__dict__.get(kind, ()):
                del self._registry(kind)[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__}
        return sorted(n for n in names if not n[0].isdigit())

    def _set_computed(self, name: str, value: Tensor | None) -> None:
        """Sets what a hook computes from parameters; None takes it off.

        Copies and pickles hold its value only: the next forward computes it again.
        """
        names = self.__dict__.setdefault("_computed_names", set())
        if value is None:
            names.discard(name)
            self.__dict__.pop(name, None)
        else:
            names.add(name)
            self.__dict__[name] = value

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__
        if state.get("_computed_names"):
            computed = {n: state[n].detach() for n in state["_computed_names"] if n in state}
            state = {**state, **computed}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        attributes = self.__dict__
        for kind in REGISTRIES:
            attributes.setdefault(kind, {})
            self._registry(kind)
        attributes.setdefault("training", True)
        attributes.setdefault("_non_persistent_buffers_set", set())
        self._find_hooks()

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
                owner = id(getattr(member, "_owner", member))  # one for all names of a tied one
                if member is None or owner in seen:
                    continue
                if remove_duplicate:
                    seen.add(owner)
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

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all below it, each once; at each of its places if not ``remove_duplicate``."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
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
                raise AttributeError(f"`{name}` is not an nn.Module")
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
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def _get_member(self, target: str, registry: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        member = getattr(module, registry).get(name)
        if member is None:
            raise AttributeError(f"`{name}` is not {kind}")
        return member

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
        for p in (p._owner for p in self.parameters()):
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                elif p.grad.grad_fn is not None:
                    p.grad.detach_().zero_()
                else:
                    p.grad.requires_grad_(False).zero_()

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

    def _repr_html_(self) -> str:
        from taut._inventory import html

        return html.tree(self)

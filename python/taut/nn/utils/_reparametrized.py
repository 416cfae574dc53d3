"""Hooks that compute a weight before each forward: the former weight norm and spectral norm."""

from __future__ import annotations

from typing import Any

from taut import Tensor
from taut._utils import rebuild_alias
from taut.nn.module import Module
from taut.nn.parameter import Parameter, is_lazy
from taut.nn.utils._uses import Layout, Use, alias_between, find_uses, locate, seen_as

__all__ = ["WeightHook", "install", "uninstall"]


class WeightHook:
    """Computes ``<name>`` of a module from other parameters before each forward.

    Attributes:
        name: of the weight.
        kind: what messages call it.
    """

    name: str
    kind: str

    def compute(self, module: Module) -> Tensor:
        """The weight, as the next forward uses it."""
        raise NotImplementedError

    def replace(self, module: Module, weight: Tensor) -> None:
        """Registers the parameters that the weight of ``module`` is computed from."""
        raise NotImplementedError

    def restore(self, module: Module) -> Tensor:
        """Takes them off again and returns the weight's value."""
        raise NotImplementedError

    def __call__(self, module: Module, inputs: Any) -> None:
        module._set_computed(self.name, self.compute(module))


class _Shared:
    """Reads for another name of a tied weight what a hook computes for the first."""

    def __init__(
        self,
        source: WeightHook,
        owner: Module,
        name: str,
        layout: Layout | None,
        alias: tuple[bool, float] | None,
    ) -> None:
        self.source = source
        self.owner = owner
        self.name = name
        self.layout = layout
        self.alias = alias  # of a transposed tie, which is one again when the hook is taken off

    def value(self) -> Tensor:
        """The weight under this name."""
        weight = self.source.compute(self.owner)
        return weight if self.layout is None else seen_as(weight, self.layout, self.alias)

    def __call__(self, module: Module, inputs: Any) -> None:
        module._set_computed(self.name, self.value())


def _hook(module: Module, kind: type, name: str) -> tuple[int, Any] | None:
    for key, hook in module._forward_pre_hooks.items():
        source = hook.source if isinstance(hook, _Shared) else hook
        if isinstance(source, kind) and hook.name == name:
            return key, hook
    return None


def install(hook: WeightHook, module: Module, path: str) -> None:
    """Puts a hook on a weight, and on every other name of it below ``module``."""
    owner, name = locate(module, path)
    if _hook(owner, type(hook), name) is not None:
        raise RuntimeError(f"Cannot register two {hook.kind} hooks on the same parameter {name}")
    weight = owner._parameters.get(name)
    if weight is None:
        raise ValueError(f"{hook.kind}: {type(owner).__name__} has no parameter {name!r}")
    if is_lazy(weight):
        raise ValueError(
            f"{hook.kind}: the module can't have uninitialized parameters. Make sure to run the "
            f"dummy forward before applying {hook.kind}"
        )
    uses = find_uses(module, path)
    for use in uses:
        del use.module._parameters[use.name]
    hook.replace(owner, weight)
    owner.register_forward_pre_hook(hook)
    for use in uses[1:]:
        _share(use, hook, owner, weight)


def _share(use: Use, hook: WeightHook, owner: Module, first: Tensor) -> None:
    alias = alias_between(first, use.tensor)
    shared = _Shared(hook, owner, use.name, use.layout, alias)
    use.module._set_computed(use.name, use.tensor.detach())
    use.module.register_forward_pre_hook(shared)


def uninstall(kind: type[WeightHook], module: Module, path: str) -> None:
    """Takes a hook off again, under every name below ``module``."""
    owner, name = locate(module, path)
    found = _hook(owner, kind, name)
    if found is None:
        raise ValueError(f"{kind.kind} of '{name}' not found in {owner}")
    key, hook = found
    if isinstance(hook, _Shared):
        owner, name, hook = hook.owner, hook.source.name, hook.source
        key = next(k for k, h in owner._forward_pre_hooks.items() if h is hook)
    del owner._forward_pre_hooks[key]
    weight = Parameter(hook.restore(owner).detach())
    owner._set_computed(name, None)
    owner.register_parameter(name, weight)
    owner._find_hooks()
    for child in module.modules():
        _restore_shared(child, hook, weight)


def _own(hook: _Shared, weight: Parameter) -> Parameter:
    """What stands under another name when the weight is a parameter again."""
    if hook.layout is None:
        return weight
    if hook.alias is not None:
        return rebuild_alias(Parameter, weight, *hook.alias)
    return Parameter(hook.layout.of(weight.detach()))


def _restore_shared(module: Module, source: WeightHook, weight: Parameter) -> None:
    for key, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, _Shared) and hook.source is source:
            del module._forward_pre_hooks[key]
            module._set_computed(hook.name, None)
            module.register_parameter(hook.name, _own(hook, weight))
            module._find_hooks()

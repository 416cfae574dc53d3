"""state_dict and load_state_dict.

Note [Loading is all or nothing]
Every module's ``_load_from_state_dict`` checks its own entries and plans the copies; they are made
when all checks of the whole tree have passed. A load that raises has changed nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut.nn.parameter import Parameter, is_lazy
from taut.utils.hooks import RemovableHandle

__all__ = ["LoadReport", "StateMixin"]

_EXTRA = "_extra_state"


class LoadReport(NamedTuple):
    """What ``load_state_dict`` found: keys of the module that were missing, and keys unknown to it."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    # Keys that were missing but share their memory with one that was there.
    @property
    def via_alias(self) -> list[str]:
        """Keys filled through another name of the same tied parameter."""
        return getattr(self, "_via_alias", [])

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )

    __str__ = __repr__


class _Report(LoadReport):
    """A report with room for what the tuple does not hold."""

    _via_alias: list[str]


class _Plan:
    """The copies of one load."""

    def __init__(self) -> None:
        self.copies: list[tuple[str, Tensor, Tensor]] = []  # key, destination, source
        self.assigns: list[tuple[Any, str, str, Any]] = []  # registry, name, key, value
        self.extra: list[tuple[Callable[[Any], None], Any]] = []
        self.keys_of_storage: dict[Any, list[tuple[str, Tensor]]] = {}

    def conflicts(self) -> list[str]:
        """Aliases that the file gives different values."""
        messages = []
        for found in self.keys_of_storage.values():
            (first, value), *others = found
            for key, other in others:
                if other.shape != value.shape:
                    continue
                same = (other == value) | ((other != other) & (value != value))
                if not bool(same.all()):
                    largest = (other.double() - value.double()).abs().max().item()
                    messages.append(
                        f'"{first}" and "{key}" are one tied parameter, but their values differ '
                        f"(by up to {largest:.6g})."
                    )
        return messages

    def run(self) -> None:
        """Makes the copies."""
        with taut.no_grad():
            for _, destination, source in self.copies:
                destination.copy_(source)
        for registry, name, _, value in self.assigns:
            registry[name] = value
        for set_extra, state in self.extra:
            set_extra(state)


_current: list[_Plan] = []


def _place(t: Tensor) -> tuple[Any, ...]:
    """Equal for tensors that are the same view of the same memory."""
    return t._storage_id(), t.storage_offset(), tuple(t.shape), tuple(t.stride())


class StateMixin:
    """The state_dict part of Module."""

    # -- saving ----------------------------------------------------------------------------------

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = param if keep_vars or is_lazy(param) else param.detach()
        for name, buf in self._buffers.items():
            if buf is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = buf if keep_vars or is_lazy(buf) else buf.detach()
        if type(self).get_extra_state is not StateMixin.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Parameters and persistent buffers by path, sharing their memory.

        Args:
            destination: a dict to fill; a new OrderedDict if None.
            prefix: put before every key.
            keep_vars: give the parameters themselves instead of detached tensors.
        """
        if args:
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook in self.__dict__.get("_state_dict_pre_hooks", {}).values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in self.__dict__.get("_state_dict_hooks", {}).values():
            result = hook(self, destination, prefix, local)
            if not getattr(hook, "_from_public_api", False):
                if result is not None:
                    destination = result
            elif result is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    def get_extra_state(self) -> Any:
        """Further state for ``state_dict``, from a subclass that defines it with set_extra_state."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called."
        )

    def set_extra_state(self, state: Any) -> None:
        """Takes what :meth:`get_extra_state` gave."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called."
        )

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls ``hook(module, state_dict, prefix, local_metadata)`` after ``state_dict``."""
        hook._from_public_api = True  # type: ignore[attr-defined]
        return self._register("_state_dict_hooks", hook)

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        return self._register("_state_dict_hooks", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls ``hook(module, prefix, keep_vars)`` before ``state_dict``."""
        return self._register("_state_dict_pre_hooks", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)`` before the module's entries are read."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook: Any, with_module: bool = False) -> Any:
        if not with_module:
            return self._register("_load_state_dict_pre_hooks", hook)

        def bound(*args: Any) -> None:
            hook(self, *args)

        return self._register("_load_state_dict_pre_hooks", bound)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls ``hook(module, incompatible_keys)`` after loading; it may edit the lists."""
        return self._register("_load_state_dict_post_hooks", hook)

    # -- loading ---------------------------------------------------------------------------------

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        for hook in self.__dict__.get("_load_state_dict_pre_hooks", {}).values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        plan = _current[-1] if _current else _Plan()
        assign = bool(local_metadata.get("assign_to_params_buffers", False))
        for registry in (self._parameters, self._buffers):
            for name, mine in registry.items():
                if mine is None or name in self._non_persistent_buffers_set:
                    continue
                key = prefix + name
                if key in state_dict:
                    self._plan_entry(plan, registry, name, key, state_dict[key], assign, error_msgs)
                elif strict:
                    missing_keys.append(key)
        self._plan_extra_state(plan, state_dict, prefix, strict, missing_keys, unexpected_keys)
        if strict:
            self._find_unexpected(state_dict, prefix, unexpected_keys)
        if not _current:  # called by itself, not by load_state_dict
            plan.run()

    def _plan_entry(
        self,
        plan: _Plan,
        registry: Any,
        name: str,
        key: str,
        value: Any,
        assign: bool,
        error_msgs: list[str],
    ) -> None:
        mine = registry[name]
        if not isinstance(value, Tensor):
            error_msgs.append(
                f'While copying the parameter named "{key}", expected taut.Tensor or Tensor-like '
                f"object from checkpoint but received {type(value)}"
            )
            return
        if is_lazy(value) or is_lazy(mine):
            if not is_lazy(value):
                mine.materialize(value.shape)
                mine = registry[name]
            elif is_lazy(mine):
                return
        if mine.dim() == 0 and value.dim() == 1 and value.shape[0] == 1:
            value = value[0]
        if value.shape != mine.shape:
            error_msgs.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from "
                f"checkpoint, the shape in current model is {mine.shape}."
            )
            return
        plan.keys_of_storage.setdefault(_place(mine), []).append((key, value))
        if assign:
            if isinstance(mine, Parameter):
                if not isinstance(value, Parameter):
                    value = Parameter(value, requires_grad=mine.requires_grad)
                else:
                    value.requires_grad_(mine.requires_grad)
            plan.assigns.append((registry, name, key, value))
        else:
            plan.copies.append((key, mine, value))

    def _plan_extra_state(
        self,
        plan: _Plan,
        state_dict: Mapping[str, Any],
        prefix: str,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
    ) -> None:
        key = prefix + _EXTRA
        if type(self).set_extra_state is not StateMixin.set_extra_state:
            if key in state_dict:
                plan.extra.append((self.set_extra_state, state_dict[key]))
            elif strict:
                missing_keys.append(key)
        elif strict and key in state_dict:
            unexpected_keys.append(key)

    def _find_unexpected(
        self, state_dict: Mapping[str, Any], prefix: str, unexpected_keys: list[str]
    ) -> None:
        own = {
            name
            for name in (*self._parameters, *self._buffers)
            if name not in self._non_persistent_buffers_set
        }
        for key in state_dict:
            if key.startswith(prefix) and key != prefix + _EXTRA:
                first, *deeper = key[len(prefix) :].split(".", 1)
                if deeper and first in self._modules and self._modules[first] is not None:
                    continue
                if deeper or first not in own:
                    unexpected_keys.append(key)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> LoadReport:
        """Copies values by key into parameters and buffers, here and below.

        A tied parameter needs one of its keys only. When anything is wrong, nothing is changed and
        every problem is reported at once.

        Args:
            state_dict: values by path, as ``state_dict()`` gives them.
            strict: every key must be there, and no other.
            assign: use the given tensors themselves instead of copying their values; names of a
                tied parameter stay tied.

        Returns:
            A report with ``missing_keys``, ``unexpected_keys`` and ``via_alias``.

        Raises:
            RuntimeError: keys or shapes do not match, or names of one tied parameter have different
                values in ``state_dict``.
            TypeError: not a mapping.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        state = OrderedDict(state_dict)
        plan = _Plan()
        _current.append(plan)
        try:
            _load_tree(self, state, "", metadata, assign, missing, unexpected, errors)
        finally:
            _current.pop()
        via_alias = _found_by_alias(self, plan, missing)
        missing[:] = [key for key in missing if key not in via_alias]
        report = _Report(missing, unexpected)
        report._via_alias = via_alias
        for module in self.modules():
            for hook in module.__dict__.get("_load_state_dict_post_hooks", {}).values():
                if hook(module, report) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not "
                        "expected to return new values, if incompatible_keys need to be modified, "
                        "it should be done inplace."
                    )
        _raise_problems(self, strict, missing, unexpected, errors + plan.conflicts())
        if assign:
            _keep_ties(self, plan)
        plan.run()
        return report


def _load_tree(
    module: Any,
    state: Any,
    prefix: str,
    metadata: Any,
    assign: bool,
    missing: list[str],
    unexpected: list[str],
    errors: list[str],
) -> None:
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local = {**local, "assign_to_params_buffers": True}
    module._load_from_state_dict(state, prefix, local, True, missing, unexpected, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = f"{prefix}{name}."
            part = {k: v for k, v in state.items() if k.startswith(below)}
            _load_tree(child, part, below, metadata, assign, missing, unexpected, errors)


def _found_by_alias(root: Any, plan: _Plan, missing: Iterable[str]) -> list[str]:
    """The missing keys whose memory another, present key fills."""
    if not missing:
        return []
    places = {}
    for path, tensor in (
        *root.named_parameters(remove_duplicate=False),
        *root.named_buffers(remove_duplicate=False),
    ):
        if not is_lazy(tensor):
            places[path] = _place(tensor)
    return [key for key in missing if places.get(key) in plan.keys_of_storage]


def _keep_ties(root: Any, plan: _Plan) -> None:
    """With assign, every name of a tied parameter gets the one value that was assigned."""
    chosen: dict[Any, Any] = {}
    for at, (registry, name, key, value) in enumerate(plan.assigns):
        value = chosen.setdefault(_place(registry[name]), value)
        plan.assigns[at] = (registry, name, key, value)
    planned = {(id(registry), name) for registry, name, _, _ in plan.assigns}
    for module in root.modules():
        for registry in (module._parameters, module._buffers):
            for name, mine in registry.items():
                if mine is None or is_lazy(mine) or (id(registry), name) in planned:
                    continue
                if _place(mine) in chosen:
                    plan.assigns.append((registry, name, name, chosen[_place(mine)]))


def _raise_problems(
    module: Any, strict: bool, missing: list[str], unexpected: list[str], errors: list[str]
) -> None:
    if strict and unexpected:
        keys = ", ".join(f'"{k}"' for k in unexpected)
        errors.insert(0, f"Unexpected key(s) in state_dict: {keys}. ")
    if strict and missing:
        keys = ", ".join(f'"{k}"' for k in missing)
        errors.insert(0, f"Missing key(s) in state_dict: {keys}. ")
    if errors:
        details = "\n\t".join(errors)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{details}")

"""state_dict and load_state_dict: what a module saves and loads; see also ``_load.py``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from taut.nn._load import (
    LOAD_KEY,
    Conflict,
    Load,
    LoadReport,
    check_entry,
    load_untied,
    problems,
)
from taut.nn.parameter import is_lazy
from taut.utils.hooks import RemovableHandle

__all__ = ["LoadReport", "StateMixin"]

_EXTRA = "_extra_state"


class StateMixin:
    """The state_dict part of Module."""

    if TYPE_CHECKING:  # what a module holds is known when it runs

        def __getattr__(self, name: str) -> Any: ...

    # -- saving ----------------------------------------------------------------------------------

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = (
                    param if keep_vars or is_lazy(param) else param.detach()
                )
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
            hook(
                state_dict,
                prefix,
                local_metadata,
                strict,
                missing_keys,
                unexpected_keys,
                error_msgs,
            )
        given = local_metadata.get(LOAD_KEY)
        load = given or Load(self, bool(local_metadata.get("assign_to_params_buffers", False)))
        for registry in (self._parameters, self._buffers):
            for name, mine in registry.items():
                if mine is None or name in self._non_persistent_buffers_set:
                    continue
                if prefix + name in state_dict:
                    key = prefix + name
                    check_entry(load, registry, name, key, state_dict[key], error_msgs)
                elif strict:
                    missing_keys.append(prefix + name)
        self._load_extra_state(load, state_dict, prefix, strict, missing_keys, unexpected_keys)
        if strict:
            self._find_unexpected(state_dict, prefix, unexpected_keys)
        if type(self)._load_from_state_dict is not StateMixin._load_from_state_dict or not given:
            load.write(keep=True)

    def _load_extra_state(
        self,
        load: Load,
        state_dict: Mapping[str, Any],
        prefix: str,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
    ) -> None:
        key = prefix + _EXTRA
        if type(self).set_extra_state is not StateMixin.set_extra_state:
            if key in state_dict:
                load.extra.append((self, state_dict[key]))
            elif strict:
                missing_keys.append(key)
        elif strict and key in state_dict:
            unexpected_keys.append(key)

    def _find_unexpected(
        self, state_dict: Mapping[str, Any], prefix: str, unexpected_keys: list[str]
    ) -> None:
        own = {
            name
            for name, value in (*self._parameters.items(), *self._buffers.items())
            if value is not None and name not in self._non_persistent_buffers_set
        }
        for key in state_dict:
            if key.startswith(prefix) and key != prefix + _EXTRA:
                first, *deeper = key[len(prefix) :].split(".", 1)
                if first not in self._modules if deeper else first not in own:
                    unexpected_keys.append(key)

    def load_state_dict(
        self,
        state_dict: Mapping[str, Any],
        strict: bool = True,
        assign: bool = False,
        *,
        on_tie_conflict: str = "error",
    ) -> LoadReport:
        """Copies values by key into parameters and buffers, here and below.

        A tied parameter needs one of its keys only. When anything is wrong, nothing is changed and
        every problem is reported at once.

        Args:
            state_dict: values by path, as ``state_dict()`` gives them.
            strict: every key must be there, and no other.
            assign: use the given tensors themselves instead of copying their values; names of a
                tied parameter stay tied.
            on_tie_conflict: what to do where ``state_dict`` has different values for names of one
                tied parameter: "error"; "first", the first key holds; or "untie", the others get
                parameters of their own.

        Returns:
            A report with ``missing_keys``, ``unexpected_keys``, ``via_alias`` and ``untied``.

        Raises:
            RuntimeError: keys or shapes do not match, or names of one tied parameter have different
                values in ``state_dict``; the message names both keys and the largest difference.
            TypeError: not a mapping, or a key that is not a string.
            ValueError: another word for ``on_tie_conflict``.

        Example:
            >>> import taut
            >>> net = taut.nn.Linear(2, 1)
            >>> net.load_state_dict({"weight": taut.ones(1, 2), "bias": taut.zeros(1)})
            <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        other = next((key for key in state_dict if not isinstance(key, str)), "")
        if other != "":
            raise TypeError(f"load_state_dict: keys must be strings, got {other!r}")
        if on_tie_conflict not in ("error", "first", "untie"):
            raise ValueError(
                "load_state_dict: on_tie_conflict must be 'error', 'first' or 'untie', got "
                f"{on_tie_conflict!r}"
            )
        load, report = Load(self, assign), LoadReport([], [])
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        try:
            _load_tree(self, OrderedDict(state_dict), "", metadata, load, report, errors)
            conflicts = self._find_conflicts(load, report, on_tie_conflict, errors)
            if conflicts:
                _raise_problems(self, strict, report, errors)
            else:
                self._finish_load(load, report, strict, errors)
        except BaseException:
            load.undo()
            raise
        if conflicts:
            load.undo()
            report = load_untied(
                self, state_dict, strict, assign, {c.other: None for c in conflicts}
            )
        return report

    def _find_conflicts(
        self, load: Load, report: LoadReport, policy: str, errors: list[str]
    ) -> list[Conflict]:
        """Sorts the keys found via an alias out; returns the conflicts that are to be untied."""
        report.via_alias[:] = load.via_alias(self, report.missing_keys)
        via_alias = set(report.via_alias)
        report.missing_keys[:] = [k for k in report.missing_keys if k not in via_alias]
        conflicts = load.conflicts()
        if policy == "first" and conflicts:
            load.settle_for_first()
        elif policy == "error":
            errors += map(str, conflicts)
        return conflicts if policy == "untie" else []

    def _finish_load(self, load: Load, report: LoadReport, strict: bool, errors: list[str]) -> None:
        """Raises what the tree found, or writes, and runs the post-hooks."""
        hooked = any(m.__dict__.get("_load_state_dict_post_hooks") for m in self.modules())
        if errors or not hooked:  # hooks may edit the lists of keys, nothing else
            _raise_problems(self, strict, report, errors)
        load.write(keep=hooked or bool(load.extra))
        if hooked:
            _run_post_hooks(self, report)
            _raise_problems(self, strict, report, [])
        load.finish()


def _load_tree(
    module: Any,
    state: Any,
    prefix: str,
    metadata: Any,
    load: Load,
    report: LoadReport,
    errors: list[str],
) -> None:
    local = {**({} if metadata is None else metadata.get(prefix[:-1], {})), LOAD_KEY: load}
    if load.assign:
        local["assign_to_params_buffers"] = True
    missing, unexpected = report
    module._load_from_state_dict(state, prefix, local, True, missing, unexpected, errors)
    parts: dict[str, Any] = {}
    for key, value in state.items():
        name, dot, _ = key.removeprefix(prefix).partition(".")
        if dot and key.startswith(prefix):
            parts.setdefault(name, OrderedDict())[key] = value
    for name, child in module._modules.items():
        if child is not None:
            part = parts.get(name, OrderedDict())
            _load_tree(child, part, f"{prefix}{name}.", metadata, load, report, errors)


def _run_post_hooks(module: Any, report: LoadReport) -> None:
    for child in module._modules.values():
        if child is not None:
            _run_post_hooks(child, report)
    for hook in list(module.__dict__.get("_load_state_dict_post_hooks", {}).values()):
        if hook(module, report) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                "return new values, if incompatible_keys need to be modified, it should be done "
                "inplace."
            )


def _raise_problems(module: Any, strict: bool, report: LoadReport, errors: list[str]) -> None:
    message = problems(type(module).__name__, strict, report, errors)
    if message:
        raise RuntimeError(message)

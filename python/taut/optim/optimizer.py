"""The base of every optimiser: parameter groups, per-parameter state, hooks, checkpoints.

A rule (SGD, Adam, ...) adds a ``step`` that hands all parameters of a group to one C++ call.
"""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import taut
from taut import Tensor
from taut.optim import _names, _state_dict
from taut.utils.hooks import RemovableHandle

__all__ = [
    "Optimizer",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
]

if TYPE_CHECKING:
    from taut.nn.module import Module

ParamsT: TypeAlias = (
    "Module | Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]"
)
StateDict: TypeAlias = dict[str, Any]
Hooks: TypeAlias = "OrderedDict[int, Callable[..., Any]]"

_global_pre_hooks: Hooks = OrderedDict()
_global_post_hooks: Hooks = OrderedDict()


class _Required:
    """Marks an option in ``defaults`` that every group must give."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


def _register(hooks: Hooks, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before each ``step`` of every optimiser.

    Example:
        >>> from taut.optim.optimizer import register_optimizer_step_pre_hook
        >>> handle = register_optimizer_step_pre_hook(lambda opt, args, kwargs: None)
        >>> handle.remove()
    """
    return _register(_global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after each ``step`` of every optimiser.

    Example:
        >>> from taut.optim.optimizer import register_optimizer_step_post_hook
        >>> handle = register_optimizer_step_post_hook(lambda opt, args, kwargs: None)
        >>> handle.remove()
    """
    return _register(_global_post_hooks, hook)


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """``step`` with its hooks around it; a ``super().step()`` inside does not run them again."""

    @functools.wraps(step)
    def hooked(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        self._opt_called = True  # read by the schedulers, which warn of the wrong order of calls
        own_pre, own_post = self._optimizer_step_pre_hooks, self._optimizer_step_post_hooks
        hooks = own_pre or own_post or _global_pre_hooks or _global_post_hooks
        if not hooks or type(self).step is not hooked:
            return step(self, *args, **kwargs)
        pre = (*_global_pre_hooks.values(), *own_pre.values())
        post = (*own_post.values(), *_global_post_hooks.values())
        args = (self, *args)
        for hook in pre:
            replaced = hook(self, args, kwargs)
            if replaced is not None:
                if not (isinstance(replaced, tuple) and len(replaced) == 2):
                    raise RuntimeError(
                        f"step: a pre-hook must return None or (new_args, new_kwargs), "
                        f"got {replaced}"
                    )
                args, kwargs = replaced
        result = step(*args, **kwargs)
        for hook in post:
            hook(self, args, kwargs)
        return result

    return hooked


class Optimizer:
    """Base class of all optimisers.

    Args:
        params: the tensors to optimise, in a fixed order: tensors, ``(name, tensor)`` pairs, a
            module, or dicts ("groups") with a ``"params"`` entry of these and options that differ
            from the defaults.
        defaults: the options of a group that does not state its own.

    A parameter listed twice in one group (with a warning) is stepped once; listed in two groups it
    is an error, because the groups would disagree on its options. So are the names of one tied
    parameter, a transposed one included.

    Raises:
        TypeError: ``params`` is a tensor, a group's is a set, or something in it is not a tensor.
        ValueError: no parameters, a parameter that is not a leaf, one in two groups, or names
            for some parameters only.

    Example:
        >>> import taut
        >>> w = taut.zeros(2, requires_grad=True)
        >>> optimizer = taut.optim.SGD([{"params": [w], "lr": 0.5}], lr=0.1)
        >>> optimizer.param_groups[0]["lr"]
        0.5
    """

    _opt_called: bool
    _optimizer_step_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_step_post_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._init_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {params.type()}; write [param]"
            )
        self.state: defaultdict[Tensor, Any] = _names.State(dict)
        self.param_groups: list[dict[str, Any]] = []
        given: Any = params
        groups = [{"params": given}] if _names.is_module(given) else list(given)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    def _init_hooks(self) -> None:
        for when in ("step_pre", "step_post", "state_dict_pre", "state_dict_post",
                     "load_state_dict_pre", "load_state_dict_post"):  # fmt: skip
            self.__dict__.setdefault(f"_optimizer_{when}_hooks", OrderedDict())

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._init_hooks()
        for group in self.param_groups:
            for name, value in self.defaults.items():
                group.setdefault(name, value)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            options = (f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            text += f"\nParameter Group {i}\n" + "".join(options)
        return text + ")"

    # Groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, as when frozen layers are set free during training.

        Args:
            param_group: ``{"params": ..., option: value, ...}``; options not given are the
                optimiser's defaults. The dict itself becomes the group.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"add_param_group: expected a dict, got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError(
                "add_param_group: parameters must come in a fixed order, and the order of a set "
                "changes between runs; use a list"
            )
        if _names.is_module(params):
            params = _names.of_module(params, param_group)
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in params if isinstance(p, tuple)]
        if names and len(names) != len(params):
            raise ValueError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        given = [p[1] for p in params] if names else params
        if names:
            param_group["param_names"] = names
        for param in given:
            self._check_param(param)
        param_group["params"] = [p._owner for p in given]
        if names:
            _names.note_aliases(param_group, zip(names, given))
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group is missing the required option {name!r}")
            param_group.setdefault(name, default)
        self._check_against_others(param_group)
        self.param_groups.append(param_group)

    def _check_param(self, param: Any) -> None:
        if not isinstance(param, Tensor):
            cls = type(param)
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is "
                f"{cls.__module__}.{cls.__qualname__}"
            )
        if not (self.defaults.get("differentiable") or param.is_leaf or param.retains_grad):
            raise ValueError("can't optimize a non-leaf Tensor")

    def _check_against_others(self, group: dict[str, Any]) -> None:
        named = "param_names" in group
        for other in self.param_groups:
            if named != ("param_names" in other):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param "
                    f"group {'with' if named else 'without'} names to the optimizer"
                )
        if len(set(group["params"])) != len(group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; each is stepped "
                "once",
                stacklevel=3,
            )
        where = {
            param: (g, i)
            for g, other in enumerate(self.param_groups)
            for i, param in enumerate(other["params"])
        }
        for i, param in enumerate(group["params"]):
            if param in where:
                g, j = where[param]
                here, there = len(self.param_groups), self.param_groups[g]
                one, second = _param_path(there, g, j), _param_path(group, here, i)
                if one == second:
                    one, second = f"{one} of group {g}", f"{second} of group {here}"
                raise ValueError(
                    f"some parameters appear in more than one parameter group: {one} is also {second}"
                )

    # Stepping

    @staticmethod
    def _params_with_grad(group: dict[str, Any]) -> list[Tensor]:
        """The parameters to step, each once."""
        return list({p: None for p in group["params"] if p.grad is not None})

    @staticmethod
    def _loss(closure: Callable[[], Any] | None) -> Any:
        if closure is None:
            return None
        with taut.enable_grad():
            return closure()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient by this optimiser's rule.

        Args:
            closure: recomputes the loss (and its gradients) and returns it; called once, before.

        Returns:
            What ``closure`` returned, or None.
        """
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients.

        Args:
            set_to_none: set ``.grad`` to None, so that a parameter the next backward does not
                reach is left alone by ``step``; otherwise fill the gradients with zeros.
        """
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                elif param.grad is not None:
                    param.grad.detach_()
                    param.grad.zero_()

    # Hooks

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before ``step``; it may return new ones."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after ``step``."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` before ``state_dict``."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[[Optimizer, StateDict], StateDict | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after ``state_dict``; it may return another."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[[Optimizer, StateDict], StateDict | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before loading; it may return another."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after loading."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # Checkpoints

    def state_dict(self) -> StateDict:
        """Everything ``load_state_dict`` needs to go on from here.

        Returns:
            ``{"state": {index: {...}}, "param_groups": [{..., "params": [index, ...]}]}``.
            Parameters are numbered in the order of the groups; where they have names, these are in
            ``param_names``, and those of tied parameters in ``param_aliases``. The tensors are not
            copied.
        """
        for pre_hook in self._optimizer_state_dict_pre_hooks.values():
            pre_hook(self)
        packed = _state_dict.pack(self.state, self.param_groups)
        for post_hook in self._optimizer_state_dict_post_hooks.values():
            replaced = post_hook(self, packed)
            packed = packed if replaced is None else replaced
        return packed

    def load_state_dict(self, state_dict: StateDict) -> None:
        """Take over the state and the group options of a checkpoint.

        Args:
            state_dict: what :meth:`state_dict` returned, here or in PyTorch. State tensors are
                converted to their parameter's dtype, except step counters. Where both sides have
                names, state is found by name, in any order, under any name of a tied parameter;
                otherwise by position.

        Raises:
            ValueError: the number of groups differs, or, without names, that of parameters in a
                group; or some names are in the checkpoint and others are not.
            KeyError: a part is missing.
            TypeError: a part is not of the type that :meth:`state_dict` gives it.

        When anything is wrong, the optimiser stays as it was.
        """
        state_dict = state_dict.copy()
        for pre_hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = pre_hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        before = dict(self.__dict__)
        try:
            self.__setstate__(_state_dict.unpack(state_dict, self.param_groups))
            for post_hook in self._optimizer_load_state_dict_post_hooks.values():
                post_hook(self)
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise


def _param_path(group: dict[str, Any], group_index: int, index: int) -> str:
    names = group.get("param_names")
    return repr(names[index]) if names else f"param_groups[{group_index}]['params'][{index}]"

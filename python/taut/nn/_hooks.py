"""Hooks of modules: around forward, around backward."""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taut import Tensor
from taut.autograd.function import Function
from taut.utils.hooks import RemovableHandle

__all__ = [
    "HooksMixin",
    "global_hooks",
    "run_registration_hooks",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

_CALL_TABLES = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_OTHER_TABLES = (
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


class _Table:
    """A table of hooks that comes into being when it is first asked for: most modules have none."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, module: Any, owner: type | None = None) -> Any:
        if module is None:
            return self
        table: OrderedDict[Any, Any] = OrderedDict()
        module.__dict__[self.name] = table
        if self.name in _CALL_TABLES:
            module.__dict__["_hooked"] = True
        return table


class _GlobalHooks:
    """Hooks of every module."""

    def __init__(self) -> None:
        self.forward: OrderedDict[int, Any] = OrderedDict()
        self.forward_with_kwargs: OrderedDict[int, Any] = OrderedDict()
        self.forward_always: OrderedDict[int, Any] = OrderedDict()
        self.forward_pre: OrderedDict[int, Any] = OrderedDict()
        self.backward: OrderedDict[int, Any] = OrderedDict()
        self.backward_pre: OrderedDict[int, Any] = OrderedDict()

    def any(self) -> bool:
        """Whether there are hooks that a call must run."""
        return bool(self.forward or self.forward_pre or self.backward or self.backward_pre)


global_hooks = _GlobalHooks()


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class _Boundary(Function):
    """The identity, as one node through which all gradients of a module's inputs or outputs pass."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> Any:
        made = tuple(t.view_as(t) for t in tensors)
        ctx.mark_non_differentiable(
            *(m for m, t in zip(made, tensors, strict=True) if not t.requires_grad)
        )
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return grads


def _through_boundary(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any, list[int]]:
    """Passes the tensors of values through one node: the new values, the node, their positions."""
    at = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    if not any(values[i].requires_grad for i in at):
        return values, None, at
    passed = _Boundary.apply(*(values[i] for i in at))
    result = list(values)
    for i, tensor in zip(at, passed, strict=True):
        result[i] = tensor
    node = next(t.grad_fn for t in passed if t.grad_fn is not None)
    return tuple(result), node, at


class _BackwardHooks:
    """Runs a module's backward hooks when both gradients of its inputs and outputs are known."""

    def __init__(self, module: Any, hooks: list[Any], pre_hooks: list[Any]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_outputs: Any = None
        self.input_node: Any = None
        self.input_count = 0
        self.input_at: list[int] = []

    def wrap_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Puts a node before the module, whose hook sees the gradients of its inputs."""
        args, self.input_node, self.input_at = _through_boundary(args)
        self.input_count = len(args)
        if self.input_node is not None and self.hooks:
            self.input_node.register_hook(self._inputs_done)
        return args

    def wrap_outputs(self, result: Any) -> Any:
        """Puts a node after the module, whose hook sees the gradients of its outputs."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=5,
            )
        outputs = _as_tuple(result)
        passed, node, at = _through_boundary(outputs)
        if node is None:
            return result
        node.register_prehook(functools.partial(self._outputs_known, at, len(outputs)))
        return passed if isinstance(result, tuple) else passed[0]

    def _spread(self, grads: tuple[Any, ...], at: list[int], count: int) -> tuple[Any, ...]:
        full: list[Any] = [None] * count
        for i, g in zip(at, grads, strict=True):
            full[i] = g
        return tuple(full)

    def _outputs_known(self, at: list[int], count: int, grads: tuple[Any, ...]) -> Any:
        grad_outputs = self._spread(grads, at, count)
        for hook in self.pre_hooks:
            replaced = hook(self.module, grad_outputs)
            if replaced is not None:
                grad_outputs = _as_tuple(replaced)
        self.grad_outputs = grad_outputs
        if self.input_node is None and self.hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module "
                "outputs since no inputs require gradients. See "
                "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html for more details.",
                stacklevel=5,
            )
            for hook in self.hooks:
                if hook(self.module, (None,) * self.input_count, grad_outputs) is not None:
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always "
                        "return None or None for all gradients."
                    )
        return tuple(grad_outputs[i] for i in at)

    def _inputs_done(self, grad_inputs: tuple[Any, ...], _: Any) -> Any:
        grads = self._spread(grad_inputs, self.input_at, self.input_count)
        for hook in self.hooks:
            replaced = hook(self.module, grads, self.grad_outputs)
            if replaced is not None:
                replaced = _as_tuple(replaced)
                if len(replaced) != len(grads):
                    raise RuntimeError(
                        "Backward hook returned an invalid number of grad_input, got "
                        f"{len(replaced)}, but expected {len(grads)}"
                    )
                grads = replaced
        return tuple(grads[i] for i in self.input_at)


class HooksMixin:
    """The hook part of Module."""

    if TYPE_CHECKING:  # what a module holds is known when it runs

        def __getattr__(self, name: str) -> Any: ...

    # True once a hook is, or may have been, registered: until then calls skip all of this. Global
    # hooks set it on the class.
    _hooked = False

    for _name in (*_CALL_TABLES, *_OTHER_TABLES):
        locals()[_name] = _Table()
    del _name

    def _find_hooks(self) -> None:
        """Sets ``_hooked`` by what there is, and drops tables that hold nothing."""
        attributes = self.__dict__
        for name in _CALL_TABLES:
            if not attributes.get(name, True):
                del attributes[name]
        if any(name in attributes for name in _CALL_TABLES):
            attributes["_hooked"] = True
        else:
            attributes.pop("_hooked", None)

    def _register(
        self, table: str, hook: Any, prepend: bool = False, flags: tuple[str, ...] = ()
    ) -> RemovableHandle:
        hooks = getattr(self, table)
        extra = [getattr(self, flag) for flag in flags]
        handle = RemovableHandle(hooks, extra_dict=extra)
        hooks[handle.id] = hook
        for flag_table in extra:
            flag_table[handle.id] = True
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls ``hook(module, args)`` before forward; what it returns replaces the arguments.

        Args:
            hook: the hook; with ``with_kwargs`` called as ``hook(module, args, kwargs)`` and
                returning both.
            prepend: run it before those registered earlier.
            with_kwargs: pass keyword arguments, too.
        """
        flags = ("_forward_pre_hooks_with_kwargs",) if with_kwargs else ()
        return self._register("_forward_pre_hooks", hook, prepend, flags)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Calls ``hook(module, args, output)`` after forward; what it returns replaces the output.

        Args:
            hook: the hook; with ``with_kwargs`` called as ``hook(module, args, kwargs, output)``.
            prepend: run it before those registered earlier.
            with_kwargs: pass keyword arguments, too.
            always_call: run it also when forward raises.
        """
        flags: tuple[str, ...] = ("_forward_hooks_with_kwargs",) if with_kwargs else ()
        flags += ("_forward_hooks_always_called",) if always_call else ()
        return self._register("_forward_hooks", hook, prepend, flags)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Calls ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are known.

        What it returns replaces ``grad_input``.
        """
        return self._register("_backward_hooks", hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The former name of :meth:`register_full_backward_hook`."""
        return self.register_full_backward_hook(hook)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Calls ``hook(module, grad_output)`` before the module's backward.

        What it returns replaces ``grad_output``.
        """
        return self._register("_backward_pre_hooks", hook, prepend)

    def _hooks(self, table: str) -> dict[int, Any]:
        """The hooks of a table, which is not made by looking."""
        return self.__dict__.get(table, {})

    def _run_pre_hooks(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        for hook in list(global_hooks.forward_pre.values()):
            result = hook(self, args)
            if result is not None:
                args = _as_tuple(result)
        for key, hook in list(self._hooks("_forward_pre_hooks").items()):
            if key in self._hooks("_forward_pre_hooks_with_kwargs"):
                result = hook(self, args, kwargs)
                if result is not None:
                    if not (isinstance(result, tuple) and len(result) == 2):
                        raise RuntimeError(
                            "forward pre-hook must return None or a tuple of (new_args, "
                            f"new_kwargs), but got {result}."
                        )
                    args, kwargs = result
            else:
                result = hook(self, args)
                if result is not None:
                    args = _as_tuple(result)
        return args, kwargs

    def _forward_hook_list(self) -> list[tuple[Any, bool, bool]]:
        """(hook, takes kwargs, runs always) of every forward hook, in order."""
        listed = [
            (h, k in global_hooks.forward_with_kwargs, k in global_hooks.forward_always)
            for k, h in global_hooks.forward.items()
        ]
        with_kwargs = self._hooks("_forward_hooks_with_kwargs")
        always = self._hooks("_forward_hooks_always_called")
        return listed + [
            (h, k in with_kwargs, k in always) for k, h in self._hooks("_forward_hooks").items()
        ]

    def _call_with_hooks(self, args: Any, kwargs: Any) -> Any:
        pending: list[Any] = []
        result = None

        def run(hook: Any, with_kwargs: bool) -> Any:
            replaced = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            return result if replaced is None else replaced

        try:
            args, kwargs = self._run_pre_hooks(args, kwargs)
            backward = [*global_hooks.backward.values(), *self._hooks("_backward_hooks").values()]
            before = [
                *global_hooks.backward_pre.values(),
                *self._hooks("_backward_pre_hooks").values(),
            ]
            around = _BackwardHooks(self, backward, before) if backward or before else None
            if around:
                args = around.wrap_inputs(args)
            result = self.forward(*args, **kwargs)
            pending = self._forward_hook_list()
            while pending:
                hook, with_kwargs, _ = pending.pop(0)
                result = run(hook, with_kwargs)
            return around.wrap_outputs(result) if around else result
        except Exception:
            for hook, with_kwargs, always in pending or self._forward_hook_list():
                if always:
                    result = _silenced(run, hook, with_kwargs, result)
            raise


def _silenced(run: Callable[..., Any], hook: Any, with_kwargs: bool, result: Any) -> Any:
    """Runs an ``always_call`` hook while another error is on its way."""
    try:
        return run(hook, with_kwargs)
    except Exception as error:  # noqa: BLE001 - the first error is the one to report
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception that was silenced as "
            f"another error was raised in forward: {error}",
            stacklevel=4,
        )
        return result


class _GlobalHandle(RemovableHandle):
    """Takes a hook off every module."""

    def remove(self) -> None:
        """Takes the hook off."""
        super().remove()
        HooksMixin._hooked = global_hooks.any()


def _register_global(table: OrderedDict[int, Any], hook: Any, *flags: Any) -> RemovableHandle:
    handle = _GlobalHandle(table, extra_dict=list(flags))
    table[handle.id] = hook
    for flag in flags:
        flag[handle.id] = True
    HooksMixin._hooked = True
    return handle


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A forward pre-hook of every module; see ``Module.register_forward_pre_hook``.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_forward_pre_hook(lambda module, args: print(args[0].shape))
        >>> _ = taut.nn.ReLU()(taut.ones(2))
        torch.Size([2])
        >>> handle.remove()
    """
    return _register_global(global_hooks.forward_pre, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """A forward hook of every module; see ``Module.register_forward_hook``.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_forward_hook(lambda module, args, result: print(result.shape))
        >>> _ = taut.nn.ReLU()(taut.ones(2))
        torch.Size([2])
        >>> handle.remove()
    """
    flags = [global_hooks.forward_with_kwargs] if with_kwargs else []
    flags += [global_hooks.forward_always] if always_call else []
    return _register_global(global_hooks.forward, hook, *flags)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A backward hook of every module; see ``Module.register_full_backward_hook``.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_backward_hook(lambda module, grad_input, grad_output: None)
        >>> handle.remove()
    """
    return _register_global(global_hooks.backward, hook)


register_module_backward_hook = register_module_full_backward_hook


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A backward pre-hook of every module; see ``Module.register_full_backward_pre_hook``.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_full_backward_pre_hook(lambda module, grad_output: None)
        >>> handle.remove()
    """
    return _register_global(global_hooks.backward_pre, hook)


# -- registration --------------------------------------------------------------------------------

_registration: dict[str, OrderedDict[int, Any]] = {
    "parameter": OrderedDict(),
    "buffer": OrderedDict(),
    "module": OrderedDict(),
}


def run_registration_hooks(kind: str, module: Any, name: str, value: Any) -> Any:
    """What is registered after all hooks of the kind saw it."""
    for hook in _registration[kind].values():
        replaced = hook(module, name, value)
        if replaced is not None:
            value = replaced
    return value


def _register_registration(kind: str, hook: Callable[..., Any]) -> RemovableHandle:
    handle = RemovableHandle(_registration[kind])
    _registration[kind][handle.id] = hook
    return handle


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls ``hook(module, name, parameter)`` whenever one is registered; the result replaces it.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_parameter_registration_hook(lambda module, name, parameter: print(name))
        >>> _ = taut.nn.PReLU()
        weight
        >>> handle.remove()
    """
    return _register_registration("parameter", hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls ``hook(module, name, buffer)`` whenever one is registered; the result replaces it.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_buffer_registration_hook(lambda module, name, buffer: print(name))
        >>> taut.nn.Module().register_buffer("b", None)
        b
        >>> handle.remove()
    """
    return _register_registration("buffer", hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls ``hook(module, name, submodule)`` whenever one is registered; the result replaces it.

    Example:
        >>> import taut
        >>> from taut.nn import module
        >>> handle = module.register_module_module_registration_hook(lambda module, name, child: print(name))
        >>> _ = taut.nn.Sequential(taut.nn.ReLU())
        0
        >>> handle.remove()
    """
    return _register_registration("module", hook)

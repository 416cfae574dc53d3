"""Custom differentiable functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from taut import _C
from taut.autograd.grad_mode import enable_grad, no_grad

__all__ = ["Function", "once_differentiable"]


class FunctionCtx:
    """What a custom function's forward leaves for its backward."""

    _to_save: tuple[Any, ...] = ()
    _dirty: tuple[Any, ...] = ()
    _non_differentiable: tuple[Any, ...] = ()
    _materialize_grads = True
    _pack: Any = None
    needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors for backward, where ``ctx.saved_tensors`` gives them back.

        A tensor changed in between is an error in backward.
        """
        self._to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to :meth:`save_for_backward`."""
        return self._pack.unpack() if self._pack is not None else tuple(self._to_save)

    def mark_dirty(self, *tensors: Any) -> None:
        """Says that forward changed these inputs in place; they must be returned."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Says that these outputs have no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """With False, backward gets None for outputs without a gradient instead of zeros."""
        self._materialize_grads = value

    def _run_backward(self, *grads: Any) -> Any:
        function = self._function  # type: ignore[attr-defined]
        if function.vjp is not Function.vjp:
            return function.vjp(self, *grads)
        return function.backward(self, *grads)


class Function:
    """Base of custom differentiable functions: define ``forward`` and ``backward``, call ``apply``.

    ``forward(ctx, *args)`` computes, recording nothing; or ``forward(*args)`` together with
    ``setup_context(ctx, inputs, output)``. ``backward(ctx, *grad_outputs)`` returns one gradient
    (or None) per argument of forward.

    Example:
        >>> import taut
        >>> class Square(taut.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         (x,) = ctx.saved_tensors
        ...         return 2 * x * grad
        >>> x = taut.tensor(3.0, requires_grad=True)
        >>> Square.apply(x).backward()
        >>> x.grad
        tensor(6.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            f"{type(self).__name__}: functions are not instantiated; call "
            f"{type(self).__name__}.apply(...)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the result. Must be overridden."""
        raise NotImplementedError("You must implement the forward function for custom Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Fills ctx after a forward that does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Computes the gradients of the inputs. Must be overridden (or ``vjp``)."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @staticmethod
    def vjp(ctx: Any, *grad_outputs: Any) -> Any:
        """Another name for :meth:`backward`."""
        raise NotImplementedError

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs forward on args and records it."""
        ctx = type(f"{cls.__name__}Backward", (FunctionCtx,), {"_function": cls})()
        ctx.needs_input_grad = tuple(isinstance(a, _C.TensorBase) and a.requires_grad for a in args)
        records = _C.is_grad_enabled() and any(ctx.needs_input_grad)
        with no_grad():
            if cls.setup_context is not Function.setup_context:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args)
        outputs = output if isinstance(output, tuple) else (output,)
        if records:
            outputs = _C._record_function(
                ctx, f"{cls.__name__}Backward", args, outputs, ctx._non_differentiable
            )
        return outputs if isinstance(output, tuple) else outputs[0]


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a backward whose result cannot be differentiated again.

    A second derivative through it raises RuntimeError instead of giving a wrong result.

    Example:
        >>> import taut
        >>> class Double(taut.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return 2 * x
        ...     @staticmethod
        ...     @taut.autograd.once_differentiable
        ...     def backward(ctx, grad):
        ...         return 2 * grad
        >>> x = taut.tensor(1.0, requires_grad=True)
        >>> Double.apply(x).backward()
        >>> x.grad
        tensor(2.)
    """

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any) -> Any:
        tracked = _C.is_grad_enabled()
        with no_grad():
            result = backward(ctx, *args)
        needs = any(isinstance(a, _C.TensorBase) and a.requires_grad for a in args)
        if not (tracked and needs):
            return result
        results = result if isinstance(result, tuple) else (result,)
        with enable_grad():
            barred = tuple(_Barrier.apply(r, *args) if r is not None else None for r in results)
        return barred if isinstance(result, tuple) else barred[0]

    return wrapper


class _Barrier(Function):
    @staticmethod
    def forward(ctx: Any, result: Any, *sources: Any) -> Any:
        return result.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )

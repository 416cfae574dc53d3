"""Conversion of a module's tensors to another type, ties kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut.nn.parameter import is_lazy

__all__ = ["ConvertMixin"]


class _Converter:
    """Applies a function to each storage once, so that what shared memory still does.

    Parameters over one storage (one object under two names, ``a.data = b.data``, transposed views)
    are views of it: the function is applied to the whole storage, and each is cut out of the result
    as it was cut out before.
    """

    def __init__(self, fn: Callable[[Tensor], Tensor]) -> None:
        self.fn = fn
        self.storages: dict[int, Tensor] = {}

    def __call__(self, t: Tensor) -> Tensor:
        key = t._storage_id()
        count = t._storage_bytes() // t.element_size()
        whole = self.storages.get(key)
        if whole is None:
            flat = t.detach().as_strided((count,), (1,), 0)
            whole = self.storages[key] = self.fn(flat)
        return whole.as_strided(tuple(t.shape), t.stride(), t.storage_offset())


class ConvertMixin:
    """The conversion part of Module."""

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Replaces the values of all parameters, gradients and buffers by ``fn`` of them."""
        convert = _Converter(fn)
        seen: set[int] = set()
        modules = self.modules() if recurse else (self,)
        with taut.no_grad():
            for module in modules:
                for param in module._parameters.values():
                    if param is None or id(param) in seen:
                        continue
                    seen.add(id(param))
                    if is_lazy(param):
                        param.data = fn(param.data)
                        continue
                    if param.grad is not None:
                        grad, param.grad = param.grad, None
                        param.data = convert(param.data)
                        param.grad = fn(grad.detach()).requires_grad_(grad.requires_grad)
                    else:
                        param.data = convert(param.data)
                for name, buffer in list(module._buffers.items()):
                    if buffer is not None and id(buffer) not in seen:
                        module._buffers[name] = fn(buffer)
                        seen.add(id(module._buffers[name]))
        return self

    def _to_dtype(self, dtype: Any) -> Any:
        return self._apply(lambda t: t._cast(dtype) if t.is_floating_point() else t)

    def float(self) -> Any:
        """Casts floating-point parameters and buffers to float32."""
        return self._to_dtype(taut.float32)

    def double(self) -> Any:
        """Casts floating-point parameters and buffers to float64."""
        return self._to_dtype(taut.float64)

    def type(self, dst_type: Any) -> Any:
        """Casts all parameters and buffers to a type."""
        return self._apply(lambda t: t._cast(dst_type))

    def cpu(self) -> Any:
        """The module itself: taut lives on the CPU."""
        return self

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Casts floating-point parameters and buffers; devices other than the CPU are refused.

        Call as ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(tensor)``.

        Raises:
            TypeError: the type is not floating point.
            RuntimeError: a device that is not the CPU.
        """
        dtype = kwargs.get("dtype")
        device = kwargs.get("device")
        for arg in args:
            if isinstance(arg, taut.dtype):
                dtype = arg
            elif isinstance(arg, Tensor):
                dtype = arg.dtype
            elif not isinstance(arg, bool) and arg is not None:
                device = arg
        if device is not None and taut.device(device).type != "cpu":
            raise RuntimeError(f"to: taut runs on the CPU, got device {taut.device(device)}")
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point dtypes, but got desired dtype={dtype}")
        return self._to_dtype(dtype)

    def to_empty(self, *, device: Any = None, recurse: bool = True) -> Any:
        """Replaces all parameters and buffers by uninitialised ones of the same shapes."""
        return self._apply(lambda t: taut.empty_like(t), recurse)

    def share_memory(self) -> Any:
        """Accepted for programs that call it; see the guide on processes."""
        return self

"""Conversion of a module's tensors to another type, ties kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import taut
from taut import Tensor
from taut._device import is_meta
from taut._regions import Region, Regions
from taut.nn.parameter import is_lazy

__all__ = ["ConvertMixin", "Converter", "place"]


def place(t: Tensor) -> tuple[Any, ...]:
    """Equal for tensors that are the same view of the same memory."""
    return t._storage_id(), t.dtype, t.storage_offset(), tuple(t.shape), tuple(t.stride())


class Converter:
    """Applies a function once to each memory, so that what shared it shares the result.

    Tensors that are the same view get one result. Where different views overlap (a transposed
    alias), the function is applied to the whole region, and each is cut out of the result as it was
    cut out before.
    """

    def __init__(self, fn: Callable[[Tensor], Tensor], tensors: Iterable[Tensor]) -> None:
        self.fn = fn
        self.done: dict[tuple[Any, ...], Tensor] = {}
        tensors = list(tensors)
        self.regions = Regions(tensors)
        self.views: dict[Region, set[tuple[Any, ...]]] = {}
        for t in tensors:
            self.views.setdefault(self.regions.of(t), set()).add(place(t))

    def __call__(self, t: Tensor) -> Tensor:
        at = place(t)
        if at not in self.done:
            region = self.regions.of(t)
            alone = len(self.views.get(region, ())) < 2
            self.done[at] = self.fn(t.detach()) if alone else self._cut(region, t)
        return self.done[at]

    def _cut(self, region: Region, t: Tensor) -> Tensor:
        whole = self.done.get(region)
        if whole is None:
            elements = region.elements(t)
            whole = self.done[region] = self.fn(elements)
            if whole.numel() != elements.numel():
                raise RuntimeError(
                    "_apply: a function that changes shapes cannot be applied to parameters that are "
                    "different views of one memory; taut.untie(net, name) separates them"
                )
        return region.view(whole, t)


class ConvertMixin:
    """The conversion part of Module."""

    if TYPE_CHECKING:  # what a module holds is known when it runs

        def __getattr__(self, name: str) -> Any: ...

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Replaces the values of all parameters, gradients and buffers by ``fn`` of them.

        Parameters stay the same objects. What shared memory before shares it afterwards.
        """
        modules = list(self.modules()) if recurse else [self]
        # What is set on the owner of a transposed tie is set on its alias.
        owners = [p._owner for m in modules for p in m._parameters.values() if p is not None]
        parameters = {id(p): p for p in owners}
        buffers = {id(b): b for m in modules for b in m._buffers.values() if b is not None}
        ready = [t for t in (*parameters.values(), *buffers.values()) if not is_lazy(t)]
        convert = Converter(fn, ready)
        with taut.no_grad():
            for param in parameters.values():
                grad = None if is_lazy(param) else param.grad
                param.data = fn(param.data) if is_lazy(param) else convert(param)
                if grad is not None:
                    grad.data = fn(grad.detach())
            made = {key: _converted_buffer(b, fn, convert) for key, b in buffers.items()}
        for module in modules:
            for name, buffer in list(module._buffers.items()):
                if buffer is not None:
                    module._buffers[name] = made[id(buffer)]
        return self

    def _to_dtype(self, name: str) -> Any:
        dtype = getattr(taut, name)
        return self._apply(lambda t: t._cast(dtype) if t.is_floating_point() else t)

    def float(self) -> Any:
        """Casts floating-point parameters and buffers to float32."""
        return self._to_dtype("float32")

    def double(self) -> Any:
        """Casts floating-point parameters and buffers to float64."""
        return self._to_dtype("float64")

    def half(self) -> Any:
        """Casts floating-point parameters and buffers to float16."""
        return self._to_dtype("float16")

    def bfloat16(self) -> Any:
        """Casts floating-point parameters and buffers to bfloat16."""
        return self._to_dtype("bfloat16")

    def type(self, dst_type: Any) -> Any:
        """Casts all parameters and buffers to a type."""
        return self._apply(lambda t: t._cast(dst_type))

    def cpu(self) -> Any:
        """Moves parameters and buffers to the CPU, where they are unless they are on the meta device."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Any:
        """Raises AssertionError: taut has no GPU."""
        return self.to("cuda" if device is None else device)

    def ipu(self, device: Any = None) -> Any:
        """Raises the error of a PyTorch without such a device."""
        return self._to_accelerator("ipu", device)

    def xpu(self, device: Any = None) -> Any:
        """Raises the error of a PyTorch without such a device."""
        return self._to_accelerator("xpu", device)

    def mtia(self, device: Any = None) -> Any:
        """Raises the error of a PyTorch without such a device."""
        return self._to_accelerator("mtia", device)

    def _to_accelerator(self, kind: str, device: Any) -> Any:
        return self.to(f"{kind}:{device}" if isinstance(device, int) else device or kind)

    def to(
        self,
        *args: Any,
        device: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        memory_format: Any = None,
    ) -> Any:
        """Casts floating-point parameters and buffers, or drops the values of all of them ("meta").

        Call as ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(tensor)``.

        Raises:
            TypeError: the type is not floating point.
            AssertionError: a GPU.
            RuntimeError: another device than the CPU and meta.
            NotImplementedError: from the meta device to the CPU; see :meth:`to_empty`.

        Example:
            >>> import taut
            >>> taut.nn.Linear(1, 1).to(taut.float64).weight.dtype
            torch.float64
        """
        for arg in args:
            if isinstance(arg, taut.dtype):
                dtype = arg
            elif isinstance(arg, Tensor):
                dtype = arg.dtype
            elif not isinstance(arg, bool) and arg is not None:
                device = arg
        meta = None if device is None else is_meta(device)
        tensors = (*self.parameters(), *self.buffers())
        if meta is not None and any(not is_lazy(t) and t.is_meta != meta for t in tensors):
            self._apply(lambda t: t.to(device))
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={dtype}"
            )
        return self._apply(lambda t: t._cast(dtype) if t.is_floating_point() else t)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Any:
        """Gives all parameters and buffers new memory of the same shapes, not initialised.

        What is tied stays tied, also on the way from the meta device.

        Args:
            device: the CPU, or "meta" for no memory; where each is if None.
            recurse: submodules, too.

        Example:
            >>> import taut
            >>> net = taut.nn.Linear(2, 3, device="meta")
            >>> net.to_empty(device="cpu").weight.is_meta
            False
        """
        return self._apply(lambda t: taut.empty_like(t, device=device), recurse)

    def share_memory(self) -> Any:
        """Moves parameters and buffers to memory that processes share.

        Raises:
            NotImplementedError: taut has no such memory yet.
        """
        raise NotImplementedError("share_memory: taut has no memory shared between processes yet")


def _converted_buffer(b: Tensor, fn: Callable[[Tensor], Tensor], convert: Converter) -> Tensor:
    """The buffer's new value, of the buffer's class."""
    if is_lazy(b):
        b.data = fn(b.data)
        return b
    made = convert(b)
    if place(made) == place(b):
        return b
    if type(b) is Tensor:
        return made
    b.data = made
    return b

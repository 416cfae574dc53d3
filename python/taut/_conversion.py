"""Methods of Tensor that convert: to other element types, and to the devices programs name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taut import _C
from taut._device import device as Device
from taut._device import is_meta

__all__ = ["ConversionMethods", "can_cast", "promote_types"]


def _moved(t: Any, where: Any) -> Any:
    """A tensor on a device; itself where it is there."""
    if is_meta(where) == t.is_meta:
        return t
    if t.is_meta:
        raise NotImplementedError(
            "Cannot copy out of meta tensor; no data! Module.to_empty(device=...) gives a module "
            "memory instead"
        )
    return _C.empty_strided(
        tuple(t.shape), tuple(t.stride()), dtype=t.dtype, device="meta"
    ).requires_grad_(t.requires_grad)


def _laid_out(t: Any, format: Any) -> Any:
    """The tensor in a memory format, itself where it lies so or any will do."""
    if format is None or repr(format).endswith("preserve_format"):
        return t
    return t.contiguous(memory_format=format)


# Tensor is made of both; for a type checker one begins with the other.
if TYPE_CHECKING:
    from taut._C import TensorBase as _Base
else:
    _Base = object


class ConversionMethods(_Base):
    """The conversions of Tensor."""

    def to(
        self,
        *args: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: Any = None,
    ) -> Any:
        """The tensor as another element type; itself if nothing changes.

        Call as ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(other)``.

        Args:
            dtype: the element type.
            device: the CPU, or "meta" for the shape without values.
            non_blocking: accepted.
            copy: always make a new tensor.
            memory_format: the order of the dimensions in memory, e.g. ``taut.channels_last``.

        Raises:
            RuntimeError: another device; a memory format of another number of dimensions.
            NotImplementedError: from the meta device to the CPU.
            TypeError: an argument that is none of these.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).to(taut.float32)
            tensor([1., 2.])
        """
        flags = []
        for arg in args:
            if isinstance(arg, _C.TensorBase):
                dtype = arg.dtype
            elif isinstance(arg, _C.dtype):
                dtype = arg
            elif isinstance(arg, bool):
                flags.append(arg)
            elif isinstance(arg, (str, int, Device)):
                device = arg
            elif arg is not None:
                raise TypeError(
                    f"to() received an invalid combination of arguments: {type(arg).__name__}"
                )
        copy = flags[1] if len(flags) > 1 else copy
        result = self if dtype is None else self._cast(dtype)
        if device is not None:
            result = _moved(result, device)
        if copy and result is self:
            return result.clone(memory_format=memory_format)
        return _laid_out(result, memory_format)

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The name of the tensor's type, or the tensor as another: a dtype, a class or its name.

        Example:
            >>> import taut
            >>> taut.ones(2).type()
            'torch.FloatTensor'
        """
        if dtype is None:
            layout = "sparse." if self.is_sparse else ""
            return f"torch.{layout}{LEGACY_NAMES[self.dtype]}Tensor"
        if isinstance(dtype, str):
            names = {f"torch.{name}Tensor": t for t, name in LEGACY_NAMES.items()}
            if dtype not in names:
                raise ValueError(f"invalid type: {dtype!r}")
            dtype = names[dtype]
        return self._cast(dtype if isinstance(dtype, _C.dtype) else dtype.dtype)

    def type_as(self, other: Any) -> Any:
        """The tensor as the element type of another.

        Example:
            >>> import taut
            >>> taut.ones(2).type_as(taut.tensor([1]))
            tensor([1, 1])
        """
        return self._cast(other.dtype)

    def float(self, memory_format: Any = None) -> Any:
        """The tensor as float32.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).float()
            tensor([1., 2.])
        """
        return _laid_out(self._cast(_C.float32), memory_format)

    def half(self, memory_format: Any = None) -> Any:
        """The tensor as float16.

        Example:
            >>> import taut
            >>> taut.ones(1).half()
            tensor([1.], dtype=torch.float16)
        """
        return _laid_out(self._cast(_C.float16), memory_format)

    def bfloat16(self, memory_format: Any = None) -> Any:
        """The tensor as bfloat16.

        Example:
            >>> import taut
            >>> taut.ones(1).bfloat16()
            tensor([1.], dtype=torch.bfloat16)
        """
        return _laid_out(self._cast(_C.bfloat16), memory_format)

    def double(self, memory_format: Any = None) -> Any:
        """The tensor as float64.

        Example:
            >>> import taut
            >>> taut.ones(1).double().dtype
            torch.float64
        """
        return _laid_out(self._cast(_C.float64), memory_format)

    def int(self, memory_format: Any = None) -> Any:
        """The tensor as int32.

        Example:
            >>> import taut
            >>> taut.tensor([1.5]).int()
            tensor([1], dtype=torch.int32)
        """
        return _laid_out(self._cast(_C.int32), memory_format)

    def long(self, memory_format: Any = None) -> Any:
        """The tensor as int64.

        Example:
            >>> import taut
            >>> taut.tensor([1.5]).long()
            tensor([1])
        """
        return _laid_out(self._cast(_C.int64), memory_format)

    def short(self, memory_format: Any = None) -> Any:
        """The tensor as int16.

        Example:
            >>> import taut
            >>> taut.tensor([1.5]).short()
            tensor([1], dtype=torch.int16)
        """
        return _laid_out(self._cast(_C.int16), memory_format)

    def char(self, memory_format: Any = None) -> Any:
        """The tensor as int8.

        Example:
            >>> import taut
            >>> taut.tensor([1.5]).char()
            tensor([1], dtype=torch.int8)
        """
        return _laid_out(self._cast(_C.int8), memory_format)

    def byte(self, memory_format: Any = None) -> Any:
        """The tensor as uint8.

        Example:
            >>> import taut
            >>> taut.tensor([1.5]).byte()
            tensor([1], dtype=torch.uint8)
        """
        return _laid_out(self._cast(_C.uint8), memory_format)

    def bool(self, memory_format: Any = None) -> Any:
        """The tensor as bool: whether each element is not 0.

        Example:
            >>> import taut
            >>> taut.tensor([0, 2]).bool()
            tensor([False,  True])
        """
        return _laid_out(self._cast(_C.bool), memory_format)

    def cpu(self, memory_format: Any = None) -> Any:
        """The tensor on the CPU, where it is unless it is on the meta device.

        Example:
            >>> import taut
            >>> x = taut.ones(1)
            >>> x.cpu() is x
            True
        """
        return _moved(self, "cpu")

    def cuda(self, *args: Any, **kwargs: Any) -> Any:
        """Raises AssertionError: taut has no GPU.

        Example:
            >>> import taut
            >>> taut.ones(1).cuda()
            Traceback (most recent call last):
            AssertionError: Torch not compiled with CUDA enabled...
        """
        return _moved(self, "cuda")

    def is_complex(self) -> Any:
        """False: there are no complex types."""
        return False

    def is_conj(self) -> Any:
        """False: there are no complex types."""
        return False

    def is_neg(self) -> Any:
        """False: nothing is negated lazily."""
        return False

    def conj(self) -> Any:
        """The tensor itself: there are no complex types.

        Example:
            >>> import taut
            >>> x = taut.ones(2)
            >>> x.conj() is x
            True
        """
        return self

    def resolve_conj(self) -> Any:
        """The tensor itself.

        Example:
            >>> import taut
            >>> x = taut.ones(2)
            >>> x.resolve_conj() is x
            True
        """
        return self

    def resolve_neg(self) -> Any:
        """The tensor itself.

        Example:
            >>> import taut
            >>> x = taut.ones(2)
            >>> x.resolve_neg() is x
            True
        """
        return self

    def is_nonzero(self) -> Any:
        """Whether the one element is not 0."""
        return self.__bool__()

    def is_same_size(self, other: Any) -> Any:
        """Whether another tensor has the same shape."""
        return self.shape == other.shape

    def is_signed(self) -> Any:
        """Whether the element type has negative values."""
        return self.dtype.is_signed

    def is_pinned(self) -> Any:
        """False.

        Example:
            >>> import taut
            >>> taut.ones(1).is_pinned()
            False
        """
        return False

    def pin_memory(self, device: Any = None) -> Any:
        """The tensor itself: pinning is for GPUs.

        Example:
            >>> import taut
            >>> x = taut.ones(1)
            >>> x.pin_memory() is x
            True
        """
        return self

    def get_device(self) -> Any:
        """-1: the CPU.

        Example:
            >>> import taut
            >>> taut.ones(1).get_device()
            -1
        """
        return -1

    def untyped_storage(self) -> Any:
        """The memory under the tensor.

        Example:
            >>> import taut
            >>> taut.ones(2).untyped_storage().nbytes()
            8
        """
        from taut.storage import storage_of

        return storage_of(self)


# What the types of tensors are called, without "Tensor".
LEGACY_NAMES = {
    _C.float16: "Half",
    _C.bfloat16: "BFloat16",
    _C.float32: "Float",
    _C.float64: "Double",
    _C.int8: "Char",
    _C.int16: "Short",
    _C.int32: "Int",
    _C.int64: "Long",
    _C.uint8: "Byte",
    _C.bool: "Bool",
}


def promote_types(type1: Any, type2: Any) -> Any:
    """The smallest type that holds both, as an operation on tensors of the two would give.

    Example:
        >>> import taut
        >>> taut.promote_types(taut.int32, taut.float32)
        torch.float32
    """
    import taut

    return taut.result_type(taut.empty(1, dtype=type1), taut.empty(1, dtype=type2))


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a value may become another type in place: not to a lower category.

    Example:
        >>> import taut
        >>> taut.can_cast(taut.int64, taut.float32), taut.can_cast(taut.float32, taut.int64)
        (True, False)
    """

    def category(t: Any) -> int:
        return 2 if t.is_floating_point else 0 if t is _C.bool else 1

    return category(from_) <= category(to)

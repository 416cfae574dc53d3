"""``FloatTensor`` and its kin: classes that make tensors of one element type and recognise them."""

from __future__ import annotations

import warnings
from typing import Any

from taut import _C
from taut._conversion import LEGACY_NAMES
from taut._tensor import Tensor

__all__ = ["LEGACY_TYPES", "set_default_tensor_type"]


class _LegacyType(type):
    """The class of ``FloatTensor`` and its kin: a tensor is an instance if it has the element type."""

    dtype: Any

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, Tensor) and value.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"

    def __call__(cls, *args: Any, device: Any = None) -> Tensor:
        """A tensor of the given sizes without values, or of the given data.

        Raises:
            TypeError: a tensor of another element type, or a number that is no size.
            RuntimeError: another device than the CPU.
        """
        if device is not None and str(device).partition(":")[0] != "cpu":
            raise RuntimeError(
                f"legacy constructor expects device type: cpu but device type: {device} was passed"
            )
        if len(args) == 1 and isinstance(args[0], Tensor):
            if args[0].dtype is not cls.dtype:
                raise TypeError(
                    f"{cls.__name__}: expected a tensor of {cls.dtype}, got {args[0].dtype}"
                )
            return args[0].detach()
        if len(args) == 1 and isinstance(args[0], float):
            raise TypeError("new(): data must be a sequence (got float)")
        sizes = len(args) != 1 or isinstance(args[0], int)
        if sizes or type(args[0]).__name__ == "Size":
            return _C.empty(*(args or (0,)), dtype=cls.dtype)
        return _C.tensor(args[0]).to(cls.dtype)


LEGACY_TYPES = {
    f"{name}Tensor": _LegacyType(
        f"{name}Tensor",
        (),
        {
            "dtype": dtype,
            "__module__": "torch",
            "__doc__": f"Makes tensors of {dtype}; each tensor of this type is an instance.",
        },
    )
    for dtype, name in LEGACY_NAMES.items()
}


def __getattr__(name: str) -> Any:
    if name in LEGACY_TYPES:
        return LEGACY_TYPES[name]
    raise AttributeError(f"module 'taut._legacy_types' has no attribute {name!r}")


def set_default_tensor_type(t: Any) -> None:
    """The element type of a class like ``FloatTensor``, or of its name, as the default.

    Raises:
        TypeError: not a floating point type.
    """
    kind = LEGACY_TYPES.get(t.removeprefix("torch.")) if isinstance(t, str) else t
    if not isinstance(kind, _LegacyType):
        raise TypeError(f"invalid type object: {t!r}")
    if not kind.dtype.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    warnings.warn(
        "set_default_tensor_type is deprecated; use set_default_dtype and set_default_device",
        stacklevel=2,
    )
    _C.set_default_dtype(kind.dtype)

"""What the element types can hold."""

from __future__ import annotations

import sys

from taut import _C

__all__ = ["finfo", "iinfo"]

# dtype: largest value, 1's distance to the next value, smallest normal value, decimal digits
_FLOATS = {
    _C.float16: (65504.0, 2.0**-10, 2.0**-14, 1e-3),
    _C.bfloat16: (3.3895313892515355e38, 2.0**-7, 2.0**-126, 1e-2),
    _C.float32: (3.4028234663852886e38, 2.0**-23, 2.0**-126, 1e-6),
    _C.float64: (sys.float_info.max, sys.float_info.epsilon, sys.float_info.min, 1e-15),
}


def _name(dtype: _C.dtype) -> str:
    return repr(dtype).split(".")[1]


class finfo:
    """Numerical properties of a floating-point type.

    Args:
        type: a floating-point dtype; the default one when left out.

    Attributes:
        bits: bits of an element.
        max, min: the largest and the most negative value.
        eps: the distance from 1 to the next value.
        smallest_normal, tiny: the smallest positive normal value.
        resolution: 10 to the power of minus the decimal digits of precision.

    Example:
        >>> import taut
        >>> taut.finfo(taut.float32).eps
        1.1920928955078125e-07
    """

    def __init__(self, type: _C.dtype | None = None) -> None:
        dtype = _C.get_default_dtype() if type is None else type
        if not isinstance(dtype, _C.dtype):
            raise TypeError(f"finfo: expected a dtype, got {dtype!r}")
        if not dtype.is_floating_point:
            raise TypeError(
                f"finfo: expected a floating-point dtype, got {dtype}; use iinfo for integers"
            )
        self.bits = 8 * dtype.itemsize
        self.max, self.eps, self.smallest_normal, self.resolution = _FLOATS[dtype]
        self.min = -self.max
        self.tiny = self.smallest_normal
        self.dtype = _name(dtype)

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


class iinfo:
    """Numerical properties of an integer type.

    Attributes:
        bits: bits of an element.
        max, min: the largest and the smallest value.

    Example:
        >>> import taut
        >>> taut.iinfo(taut.int8).max
        127
    """

    def __init__(self, type: _C.dtype) -> None:
        if not isinstance(type, _C.dtype):
            raise TypeError(f"iinfo: expected a dtype, got {type!r}")
        if type.is_floating_point:
            raise TypeError(
                f"iinfo: expected an integer dtype, got {type}; use finfo for floating-point types"
            )
        if _name(type) == "bool":
            raise TypeError("iinfo: bool is not an integer dtype")
        self.bits = 8 * type.itemsize
        self.min = -(2 ** (self.bits - 1)) if type.is_signed else 0
        self.max = 2 ** (self.bits - 1 if type.is_signed else self.bits) - 1
        self.dtype = _name(type)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

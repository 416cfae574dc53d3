"""Padding of the last dimensions as modules; see :func:`taut.nn.functional.pad`."""

from __future__ import annotations

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """Pads the last ``_dims`` dimensions.

    Args:
        padding: elements on every side, or (before, after) of the last dimension, then of the one
            before it, and so on. Negative numbers remove.
    """

    _dims = 1
    _mode = "constant"

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        sides = 2 * self._dims
        self.padding = (padding,) * sides if isinstance(padding, int) else tuple(padding)
        if len(self.padding) != sides:
            raise ValueError(
                f"{type(self).__name__}: padding must be an int or {sides} ints, got {padding}"
            )

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    """Pads with a number."""

    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    """Pads with zeros."""

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ReflectionPad(_Pad):
    """Pads with the elements mirrored at the edge, which is not repeated."""

    _mode = "reflect"


class _ReplicationPad(_Pad):
    """Pads with the edge repeated."""

    _mode = "replicate"


class _CircularPad(_Pad):
    """Pads with the elements of the other end."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        dims = self._dims
        if input.dim() not in (dims + 1, dims + 2):
            raise ValueError(
                f"expected {dims + 1}D or {dims + 2}D input (got {input.dim()}D input)"
            )
        return super().forward(input)


class ConstantPad1d(_ConstantPad):
    """Pads the last dimension with ``value``.

    Example:
        >>> import taut
        >>> taut.nn.ConstantPad1d(1, 3.0)(taut.zeros(2, 4)).shape
        torch.Size([2, 6])
    """


class ConstantPad2d(_ConstantPad):
    """Pads the last two dimensions with ``value``.

    Example:
        >>> import taut
        >>> taut.nn.ConstantPad2d(1, 3.0)(taut.zeros(1, 4, 4)).shape
        torch.Size([1, 6, 6])
    """

    _dims = 2


class ConstantPad3d(_ConstantPad):
    """Pads the last three dimensions with ``value``.

    Example:
        >>> import taut
        >>> taut.nn.ConstantPad3d(1, 3.0)(taut.zeros(1, 4, 4, 4)).shape
        torch.Size([1, 6, 6, 6])
    """

    _dims = 3


class ZeroPad1d(_ZeroPad):
    """Pads the last dimension with zeros.

    Example:
        >>> import taut
        >>> taut.nn.ZeroPad1d(1)(taut.zeros(2, 4)).shape
        torch.Size([2, 6])
    """


class ZeroPad2d(_ZeroPad):
    """Pads the last two dimensions with zeros.

    Example:
        >>> import taut
        >>> taut.nn.ZeroPad2d(1)(taut.zeros(1, 4, 4)).shape
        torch.Size([1, 6, 6])
    """

    _dims = 2


class ZeroPad3d(_ZeroPad):
    """Pads the last three dimensions with zeros.

    Example:
        >>> import taut
        >>> taut.nn.ZeroPad3d(1)(taut.zeros(1, 4, 4, 4)).shape
        torch.Size([1, 6, 6, 6])
    """

    _dims = 3


class ReflectionPad1d(_ReflectionPad):
    """Pads the last dimension with the elements mirrored at the edge, which is not repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReflectionPad1d(1)(taut.zeros(2, 4)).shape
        torch.Size([2, 6])
    """


class ReflectionPad2d(_ReflectionPad):
    """Pads the last two dimensions with the elements mirrored at the edge, which is not repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReflectionPad2d(1)(taut.zeros(1, 4, 4)).shape
        torch.Size([1, 6, 6])
    """

    _dims = 2


class ReflectionPad3d(_ReflectionPad):
    """Pads the last three dimensions with the elements mirrored at the edge, which is not repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReflectionPad3d(1)(taut.zeros(1, 4, 4, 4)).shape
        torch.Size([1, 6, 6, 6])
    """

    _dims = 3


class ReplicationPad1d(_ReplicationPad):
    """Pads the last dimension with the edge repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReplicationPad1d(1)(taut.zeros(2, 4)).shape
        torch.Size([2, 6])
    """


class ReplicationPad2d(_ReplicationPad):
    """Pads the last two dimensions with the edge repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReplicationPad2d(1)(taut.zeros(1, 4, 4)).shape
        torch.Size([1, 6, 6])
    """

    _dims = 2


class ReplicationPad3d(_ReplicationPad):
    """Pads the last three dimensions with the edge repeated.

    Example:
        >>> import taut
        >>> taut.nn.ReplicationPad3d(1)(taut.zeros(1, 4, 4, 4)).shape
        torch.Size([1, 6, 6, 6])
    """

    _dims = 3


class CircularPad1d(_CircularPad):
    """Pads the last dimension with the elements of the other end.

    Example:
        >>> import taut
        >>> taut.nn.CircularPad1d(1)(taut.zeros(2, 4)).shape
        torch.Size([2, 6])
    """


class CircularPad2d(_CircularPad):
    """Pads the last two dimensions with the elements of the other end.

    Example:
        >>> import taut
        >>> taut.nn.CircularPad2d(1)(taut.zeros(1, 4, 4)).shape
        torch.Size([1, 6, 6])
    """

    _dims = 2


class CircularPad3d(_CircularPad):
    """Pads the last three dimensions with the elements of the other end.

    Example:
        >>> import taut
        >>> taut.nn.CircularPad3d(1)(taut.zeros(1, 4, 4, 4)).shape
        torch.Size([1, 6, 6, 6])
    """

    _dims = 3

"""In-place forms of functions that are composed of others."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor

__all__ = ["deg2rad_", "float_power_", "ldexp_", "polygamma_", "rad2deg_", "renorm_"]


def _written(op: str, self: Tensor, result: Tensor) -> Tensor:
    if result.dtype.is_floating_point and not self.dtype.is_floating_point:
        raise RuntimeError(
            f"{op}: result type {result.dtype} can't be cast to the desired output type {self.dtype}"
        )
    if result.shape != self.shape:
        raise RuntimeError(
            f"{op}: output with shape {list(self.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )
    return self.copy_(result)


def deg2rad_(self: Tensor) -> Tensor:
    """:func:`taut.deg2rad` in place.

    Example:
        >>> import taut
        >>> taut.tensor([180.0]).deg2rad_()
        tensor([3.1416])
    """
    return _written("deg2rad_", self, taut.deg2rad(self.clone()))


def rad2deg_(self: Tensor) -> Tensor:
    """:func:`taut.rad2deg` in place.

    Example:
        >>> import taut
        >>> taut.tensor([0.0]).rad2deg_()
        tensor([0.])
    """
    return _written("rad2deg_", self, taut.rad2deg(self.clone()))


def ldexp_(self: Tensor, other: Tensor) -> Tensor:
    """:func:`taut.ldexp` in place.

    Example:
        >>> import taut
        >>> taut.tensor([1.0]).ldexp_(taut.tensor([3]))
        tensor([8.])
    """
    return _written("ldexp_", self, taut.ldexp(self.clone(), other))


def float_power_(self: Tensor, exponent: Any) -> Tensor:
    """:func:`taut.float_power` in place, of float64.

    Raises:
        RuntimeError: another type.

    Example:
        >>> import taut
        >>> taut.tensor([3.0], dtype=taut.float64).float_power_(2)
        tensor([9.], dtype=torch.float64)
    """
    if self.dtype is not taut.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype} but the operation's result requires "
            "dtype torch.float64"
        )
    return _written("float_power_", self, taut.float_power(self.clone(), exponent))


def polygamma_(self: Tensor, n: int) -> Tensor:
    """:func:`taut.polygamma` in place.

    Example:
        >>> import taut
        >>> taut.tensor([1.0]).polygamma_(1)
        tensor([1.6449])
    """
    return _written("polygamma_", self, taut.polygamma(n, self.clone()))


def renorm_(self: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """:func:`taut.renorm` in place.

    Example:
        >>> import taut
        >>> taut.tensor([[3.0, 4.0]]).renorm_(2, 0, 10)
        tensor([[3., 4.]])
    """
    return _written("renorm_", self, taut.renorm(self.clone(), p, dim, maxnorm))

"""The types in which operations written in Python work inside an autocast."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from taut import _C
from taut._tensor import Tensor

__all__ = ["in_16_bits", "in_float32", "in_own_types", "in_state_type"]


def in_float32(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inside an autocast the function gets 16-bit tensors as float32 and runs without it."""

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        if not _C._autocast_enabled():
            return function(*args, **kwargs)
        return _without(function, _C._autocast_widen, args, kwargs)

    return inner


def in_16_bits(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inside an autocast the function gets float32 tensors in the 16-bit type and runs without it."""

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        if not _C._autocast_enabled():
            return function(*args, **kwargs)
        return _without(function, _C._autocast_lower, args, kwargs)

    return inner


def in_state_type(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inside an autocast the function gets tensors rounded to 16 bits, as float32 if its input or state is.

    So that the products of a recurrent cell are those of 16-bit numbers, and its state stays wide.
    """

    @functools.wraps(function)
    def inner(input: Tensor, *args: Any) -> Any:
        if not _C._autocast_enabled():
            return function(input, *args)
        packed = isinstance(args[0], Tensor) and not args[0].dtype.is_floating_point
        state = args[1] if packed else args[0]
        states = state if isinstance(state, (list, tuple)) else (state,)
        wide = any(t is not None and t.dtype == _C.float32 for t in (input, *states))
        cast = _rounded if wide else _C._autocast_lower
        return _without(function, cast, (input, *args), {})

    return inner


def in_own_types(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inside an autocast the function runs without it: its products are its own affair."""

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        if not _C._autocast_enabled():
            return function(*args, **kwargs)
        return _without(function, lambda tensor: tensor, args, kwargs)

    return inner


def _rounded(tensor: Tensor) -> Tensor:
    return _C._autocast_widen(_C._autocast_lower(tensor))


def _without(function: Any, cast: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def each(value: Any) -> Any:
        if isinstance(value, Tensor):
            return cast(value)
        if type(value) in (list, tuple):
            return type(value)(map(each, value))
        return value

    args, kwargs = each(args), {k: each(v) for k, v in kwargs.items()}
    _C._set_autocast_enabled(False)
    try:
        return function(*args, **kwargs)
    finally:
        _C._set_autocast_enabled(True)

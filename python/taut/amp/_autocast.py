"""The switch for mixed precision, as far as it can be on."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import taut
from taut._device import device

__all__ = [
    "autocast",
    "clear_autocast_cache",
    "custom_bwd",
    "custom_fwd",
    "get_autocast_dtype",
    "is_autocast_available",
    "is_autocast_cache_enabled",
    "is_autocast_enabled",
]

_AVAILABLE = ("cpu", "cuda", "mps", "xpu")  # PyTorch has an autocast for these


def is_autocast_available(device_type: str) -> bool:
    """Whether a type of device has an autocast, whether or not there is such a device."""
    return device(device_type).type in _AVAILABLE


class autocast:  # noqa: N801
    """A block, or a function, in which products may run in a 16-bit type.

    On the CPU it cannot be enabled yet; with ``enabled=False`` it changes nothing. For a device that is
    not there it warns and is disabled, as in PyTorch.

    Args:
        device_type: "cpu", "cuda" and so on.
        dtype: the 16-bit type; another type disables it, with a warning.
        enabled: whether it does anything.
        cache_enabled: accepted.

    Raises:
        ValueError: a device instead of its type.
        NotImplementedError: enabled on the CPU.

    Example:
        >>> import taut
        >>> with taut.autocast("cpu", enabled=False):
        ...     taut.is_autocast_enabled("cpu")
        False
    """

    def __init__(
        self,
        device_type: str,
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = device(device_type).type
        if not is_autocast_available(self.device):
            raise RuntimeError(
                f"User specified an unsupported autocast device_type {device_type!r}"
            )
        self.fast_dtype = dtype
        self._enabled = enabled
        if enabled and self.device != "cpu":
            name = self.device.upper()
            warnings.warn(f"{name} is not available. Disabling autocast.", stacklevel=2)
            self._enabled = False
        elif enabled and dtype is not None and not _is_half(dtype):
            warnings.warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=2,
            )
            self._enabled = False

    def __enter__(self) -> autocast:
        if self._enabled:
            raise NotImplementedError(
                "autocast: taut has no mixed precision yet; autocast(enabled=False) runs the block in "
                "the types of its tensors"
            )
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return inside


def _is_half(dtype: Any) -> bool:
    return dtype.is_floating_point and dtype.itemsize == 2


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False: see :class:`autocast`."""
    return False


def is_autocast_cache_enabled() -> bool:
    """True."""
    return True


def clear_autocast_cache() -> None:
    """Nothing: there is no cache."""


def get_autocast_dtype(device_type: str) -> Any:
    """The type that an autocast would use: bfloat16 on the CPU, float16 elsewhere."""
    return getattr(taut, "bfloat16" if device(device_type).type == "cpu" else "float16")


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None
) -> Callable[..., Any]:
    """The forward of a Function that knows of autocast: without an autocast, the function itself.

    Args:
        fwd: the forward; without it a decorator is returned.
        device_type: "cpu", "cuda" and so on.
        cast_inputs: what floating point inputs become inside an autocast.
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx._fwd_used_autocast = is_autocast_enabled(device_type)
        return fwd(ctx, *args, **kwargs)

    return forward


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Callable[..., Any]:
    """The backward beside :func:`custom_fwd`, in the same mode as the forward."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(*args: Any, **kwargs: Any) -> Any:
        return bwd(*args, **kwargs)

    return backward

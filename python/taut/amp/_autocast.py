"""The switch for mixed precision."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import taut
from taut import _C
from taut._device import device

__all__ = [
    "autocast",
    "autocast_decrement_nesting",
    "autocast_increment_nesting",
    "clear_autocast_cache",
    "custom_bwd",
    "custom_fwd",
    "get_autocast_dtype",
    "is_autocast_available",
    "is_autocast_cache_enabled",
    "is_autocast_enabled",
    "set_autocast_cache_enabled",
    "set_autocast_dtype",
    "set_autocast_enabled",
]

_AVAILABLE = ("cpu", "cuda", "mps", "xpu")  # PyTorch has an autocast for these
_HALVES = (_C.bfloat16, _C.float16)


def is_autocast_available(device_type: str) -> bool:
    """Whether a type of device has an autocast, whether or not there is such a device.

    Example:
        >>> import taut
        >>> taut.amp.is_autocast_available("cpu"), taut.amp.is_autocast_available("meta")
        (True, False)
    """
    return device(device_type).type in _AVAILABLE


class autocast:  # noqa: N801
    """A block, or a function, in which products run in a 16-bit type.

    Inside, on the CPU, ``linear``, ``matmul`` and its kin, convolutions, ``prelu`` and attention take
    float32 as the 16-bit type and give it; losses, ``prod``, ``trace``, pads by mirroring and pools in
    three dimensions take 16 bits as float32; everything else runs in the types of its inputs, of which
    several give the widest. float64 stays. Functions with ``out=`` and in-place ones are left alone.

    A parameter is cast once: the outermost block keeps the result. Gradients arrive in the parameter's
    own type. Backward belongs outside the block; where it runs inside, nothing is cast there.

    Blocks may be nested, and switched off by ``enabled=False`` in between. For a device that is not there
    autocast warns and is disabled, as in PyTorch.

    Args:
        device_type: "cpu", "cuda" and so on.
        dtype: the 16-bit type; :func:`get_autocast_dtype` if None. Another type disables it, with a
            warning.
        enabled: whether it does anything.
        cache_enabled: whether casts of parameters are kept; as outside if None.

    Raises:
        ValueError: a device instead of its type.
        RuntimeError: a type of device without autocast.

    Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.

    Example:
        >>> import taut
        >>> with taut.autocast("cpu"):
        ...     taut.ones(2, 2) @ taut.ones(2, 2)
        tensor([[2., 2.],
                [2., 2.]], dtype=torch.bfloat16)
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
        self.fast_dtype = get_autocast_dtype(self.device) if dtype is None else dtype
        cached = is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        self._cache_enabled = cached
        self._enabled = enabled
        self._before: list[tuple[Any, ...]] = []  # one for each block that the object is around
        if enabled and self.device != "cpu":
            name = self.device.upper()
            warnings.warn(f"{name} is not available. Disabling autocast.", stacklevel=2)
            self._enabled = False
        elif enabled and self.fast_dtype not in _HALVES:
            warnings.warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=2,
            )
            self._enabled = False

    def __enter__(self) -> autocast:
        enabled, dtype = is_autocast_enabled(self.device), get_autocast_dtype(self.device)
        self._before.append((enabled, dtype, is_autocast_cache_enabled()))
        set_autocast_enabled(self.device, self._enabled)
        set_autocast_dtype(self.device, self.fast_dtype)
        set_autocast_cache_enabled(self._cache_enabled)
        autocast_increment_nesting()
        return self

    def __exit__(self, *exception: object) -> None:
        if autocast_decrement_nesting() == 0:
            clear_autocast_cache()
        enabled, dtype, cache = self._before.pop()
        set_autocast_enabled(self.device, enabled)
        set_autocast_dtype(self.device, dtype)
        set_autocast_cache_enabled(cache)

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return inside


# ---------------------------------------------------------------- the state of the thread

# Of devices that are not there: kept for those who ask.
_elsewhere: dict[str, Any] = {}


def _state(device_type: str) -> list[Any]:
    return _elsewhere.setdefault(device(device_type).type, [False, _C.float16])


def _is_cpu(device_type: str) -> bool:
    return device(device_type).type == "cpu"


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether an autocast is on; for "cuda" if no type of device is given, as in PyTorch.

    Example:
        >>> import taut
        >>> taut.is_autocast_enabled("cpu")
        False
    """
    if device_type is not None and _is_cpu(device_type):
        return _C._autocast_enabled()
    return _state(device_type or "cuda")[0]


def set_autocast_enabled(device_type: Any, enabled: bool | None = None) -> None:
    """Switches autocast on or off for this thread; :class:`autocast` does that for a block.

    Args:
        device_type: "cpu", "cuda" and so on; left out, "cuda".
        enabled: on or off.

    Example:
        >>> import taut
        >>> taut.set_autocast_enabled("cpu", False)
    """
    if enabled is None:
        device_type, enabled = "cuda", device_type
    if _is_cpu(device_type):
        _C._set_autocast_enabled(enabled)
    else:
        _state(device_type)[0] = enabled


def get_autocast_dtype(device_type: str) -> Any:
    """The type that an autocast uses: bfloat16 on the CPU and float16 elsewhere, or what was set.

    Example:
        >>> import taut
        >>> taut.get_autocast_dtype("cpu")
        torch.bfloat16
    """
    return _C._autocast_dtype() if _is_cpu(device_type) else _state(device_type)[1]


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Sets the type that an autocast uses.

    Example:
        >>> import taut
        >>> taut.set_autocast_dtype("cpu", taut.bfloat16)
    """
    if _is_cpu(device_type):
        _C._set_autocast_dtype(dtype)
    else:
        _state(device_type)[1] = dtype


def is_autocast_cache_enabled() -> bool:
    """Whether casts of parameters are kept until the outermost autocast ends.

    Example:
        >>> import taut
        >>> taut.is_autocast_cache_enabled()
        True
    """
    return _C._autocast_cache_enabled()


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Sets whether casts of parameters are kept.

    Example:
        >>> import taut
        >>> taut.set_autocast_cache_enabled(True)
    """
    _C._set_autocast_cache_enabled(enabled)


def clear_autocast_cache() -> None:
    """Forgets the casts of parameters.

    Example:
        >>> import taut
        >>> taut.clear_autocast_cache()
    """
    _C._clear_autocast_cache()


def autocast_increment_nesting() -> int:
    """One autocast more; returns how many there are.

    Example:
        >>> import taut
        >>> taut.autocast_increment_nesting() + taut.autocast_decrement_nesting()
        1
    """
    return _C._autocast_nesting(1)


def autocast_decrement_nesting() -> int:
    """One autocast less; returns how many are left.

    Example:
        >>> import taut
        >>> taut.autocast_increment_nesting() + taut.autocast_decrement_nesting()
        1
    """
    return _C._autocast_nesting(-1)


# ---------------------------------------------------------------- custom functions


def _cast(value: Any, device_type: str, dtype: Any) -> Any:
    """Floating point tensors in nested values in another type; float64 as it is."""
    if isinstance(value, taut.Tensor):
        fits = value.is_floating_point() and value.dtype != taut.float64
        return value.to(dtype) if fits and value.device.type == device_type else value
    if isinstance(value, dict):
        return {
            _cast(k, device_type, dtype): _cast(v, device_type, dtype) for k, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(v, device_type, dtype) for v in value)
    return value


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None
) -> Callable[..., Any]:
    """The forward of a :class:`taut.autograd.Function` that knows of autocast.

    Args:
        fwd: the forward; without it a decorator is returned.
        device_type: "cpu", "cuda" and so on.
        cast_inputs: inside an autocast, what floating point inputs become, after which the forward runs
            without autocast. None: the forward runs in the autocast as it is.

    Raises:
        ValueError: a device instead of its type.

    Example:
        >>> import taut
        >>> class Product(taut.autograd.Function):
        ...     @staticmethod
        ...     @taut.amp.custom_fwd(device_type="cpu", cast_inputs=taut.float32)
        ...     def forward(ctx, a, b):
        ...         return a @ b
        >>> with taut.autocast("cpu"):
        ...     Product.apply(taut.eye(2), taut.eye(2)).dtype
        torch.float32
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx._dtype = get_autocast_dtype(device_type)
        inside = is_autocast_enabled(device_type)
        ctx._fwd_used_autocast = inside and cast_inputs is None
        if cast_inputs is None or not inside:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            args = _cast(args, device_type, cast_inputs)
            return fwd(ctx, *args, **_cast(kwargs, device_type, cast_inputs))

    return forward


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Callable[..., Any]:
    """The backward beside :func:`custom_fwd`, with autocast as it was in the forward.

    Args:
        bwd: the backward; without it a decorator is returned.
        device_type: "cpu", "cuda" and so on.

    Raises:
        ValueError: a device instead of its type.

    Example:
        >>> import taut
        >>> class Product(taut.autograd.Function):
        ...     @staticmethod
        ...     @taut.amp.custom_fwd(device_type="cpu")
        ...     def forward(ctx, a, b):
        ...         ctx.save_for_backward(a, b)
        ...         return a @ b
        ...     @staticmethod
        ...     @taut.amp.custom_bwd(device_type="cpu")
        ...     def backward(ctx, grad):
        ...         a, b = ctx.saved_tensors
        ...         return grad @ b.T, a.T @ grad  # in 16 bits, as the forward
        >>> a = taut.eye(2, requires_grad=True)
        >>> with taut.autocast("cpu"):
        ...     product = Product.apply(a, taut.eye(2))
        >>> product.sum().backward()
        >>> product.dtype, a.grad.dtype
        (torch.bfloat16, torch.float32)
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **kwargs)

    return backward

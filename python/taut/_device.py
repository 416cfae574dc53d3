"""Devices: the CPU, and "meta", whose tensors have a shape but no memory."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from taut import _C

__all__ = [
    "device",
    "get_default_device",
    "layout",
    "memory_format",
    "on_device",
    "set_default_device",
]


class device:  # noqa: N801
    """A device by type and index, as in ``taut.device("cpu")``.

    Tensors are on the CPU, or on "meta", where they have a shape and a dtype but no memory. Others can
    be named, but hold no tensors. In a ``with`` block, tensors that are made without saying where are
    made there.

    Raises:
        RuntimeError: not a device string.

    Example:
        >>> import taut
        >>> with taut.device("meta"):
        ...     net = taut.nn.Linear(10**6, 10**6)
        >>> net.weight.device
        device(type='meta')
    """

    __slots__ = ("index", "type")
    index: int | None
    type: str
    _types = ("cpu", "cuda", "mps", "xpu", "meta", "hip", "hpu", "ipu", "mtia", "vulkan", "xla")

    def __init__(self, type: Any, index: int | None = None) -> None:  # noqa: A002
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        elif ":" in type:
            type, _, number = type.partition(":")
            if not number.isdecimal():
                raise RuntimeError(f"device: Invalid device string: '{type}:{number}'")
            index = int(number)
        if type not in self._types:
            raise RuntimeError(f"device: Expected one of {', '.join(self._types)}, got {type!r}")
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "index", index)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"attribute {name!r} of 'device' objects is not writable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        _entered.append(_C._set_default_meta(is_meta(self)))
        return self

    def __exit__(self, *exception: object) -> None:
        _C._set_default_meta(_entered.pop())


class _Entered(threading.local):
    """What the ``with`` blocks of a thread go back to."""

    def __init__(self) -> None:
        self.before: list[bool] = []

    def append(self, meta: bool) -> None:
        self.before.append(meta)

    def pop(self) -> bool:
        return self.before.pop()


_entered = _Entered()


def is_meta(where: Any) -> bool:
    """Whether a device, or its name, is the meta device.

    Raises:
        AssertionError: a GPU, as PyTorch that was built without.
        RuntimeError: another device.
    """
    kind = device(where).type
    if kind in ("cuda", "xpu"):
        raise AssertionError(
            f"Torch not compiled with {kind.upper()} enabled: taut runs on the CPU, got device "
            f"{device(where)}"
        )
    if kind not in ("cpu", "meta"):
        raise RuntimeError(f"taut runs on the CPU, got device {device(where)}")
    return kind == "meta"


def set_default_device(where: Any) -> None:
    """Where tensors are made on this thread when nothing is said; None for the CPU.

    Example:
        >>> import taut
        >>> taut.set_default_device("meta")
        >>> taut.empty(2).is_meta
        True
        >>> taut.set_default_device(None)
    """
    _C._set_default_meta(where is not None and is_meta(where))


def get_default_device() -> device:
    """Where tensors are made when nothing is said.

    Example:
        >>> import taut
        >>> taut.get_default_device()
        device(type='cpu')
    """
    now = _C._set_default_meta(False)
    _C._set_default_meta(now)
    return device("meta" if now else "cpu")


def on_device(init: Callable[..., None]) -> Callable[..., None]:
    """A constructor whose argument ``device`` says where it makes its tensors."""
    position = init.__code__.co_varnames.index("device")

    @functools.wraps(init)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        where = kwargs.get("device")
        if where is None and len(args) >= position:
            where = args[position - 1]
        if where is None:
            init(self, *args, **kwargs)
            return
        with device(where):
            init(self, *args, **kwargs)

    return made


class _Constant:
    """A named constant of PyTorch's interface."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name


class layout(_Constant):  # noqa: N801
    """The layout of a tensor's memory.

    Example:
        >>> import taut
        >>> taut.ones(2).layout
        torch.strided
    """


class memory_format(_Constant):  # noqa: N801
    """How dimensions are ordered in memory.

    Example:
        >>> import taut
        >>> taut.ones(1, 2, 3, 3).contiguous(memory_format=taut.channels_last).stride()
        (18, 1, 6, 2)
    """

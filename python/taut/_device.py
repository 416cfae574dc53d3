"""Devices: programs name them, taut has the CPU."""

from __future__ import annotations

from typing import Any

__all__ = ["device", "layout", "memory_format"]


class device:  # noqa: N801
    """A device by type and index, as in ``taut.device("cpu")``.

    Others than the CPU can be named, but hold no tensors.

    Raises:
        RuntimeError: not a device string.
    """

    __slots__ = ("index", "type")
    _types = ("cpu", "cuda", "mps", "xpu", "meta")

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


class _Constant:
    """A named constant of PyTorch's interface."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name


class layout(_Constant):  # noqa: N801
    """The layout of a tensor's memory."""


class memory_format(_Constant):  # noqa: N801
    """How dimensions are ordered in memory."""

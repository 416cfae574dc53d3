"""``torch.accelerator``: there is none."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = [
    "current_accelerator",
    "current_device_index",
    "device_count",
    "empty_cache",
    "is_available",
    "set_device_index",
    "synchronize",
]


def is_available() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.accelerator.is_available()
        False
    """
    return False


def device_count() -> int:
    """0.

    Example:
        >>> import taut
        >>> taut.accelerator.device_count()
        0
    """
    return 0


def current_accelerator(check_available: bool = False) -> Any:
    """None.

    Example:
        >>> import taut
        >>> taut.accelerator.current_accelerator()
    """
    return None


def _refuse() -> NoReturn:
    raise RuntimeError("Cannot access accelerator device when none is available.")


def current_device_index() -> int:
    """Raises RuntimeError: there is no accelerator."""
    _refuse()


def set_device_index(device: Any) -> None:
    """Raises RuntimeError: there is no accelerator."""
    _refuse()


def synchronize(device: Any = None) -> None:
    """Raises RuntimeError: there is no accelerator.

    Example:
        >>> import taut
        >>> taut.accelerator.synchronize()
        Traceback (most recent call last):
        RuntimeError: Cannot access accelerator device when none is available.
    """
    _refuse()


def empty_cache() -> None:
    """Raises RuntimeError: there is no accelerator.

    Example:
        >>> import taut
        >>> taut.accelerator.empty_cache()
        Traceback (most recent call last):
        RuntimeError: Cannot access accelerator device when none is available.
    """
    _refuse()

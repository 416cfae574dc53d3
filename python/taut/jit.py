"""``torch.jit``: marks that programs put on functions, where nothing is scripted."""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = [
    "Final",
    "export",
    "ignore",
    "is_scripting",
    "is_tracing",
    "script",
    "script_if_tracing",
    "unused",
]

from typing import Final  # noqa: E402

F = TypeVar("F")


def script(obj: F, *args: Any, **options: Any) -> F:
    """The function or module itself: what it computes is what Python computes.

    Example:
        >>> import taut
        >>> taut.jit.script(abs)(-1)
        1
    """
    return obj


def script_if_tracing(fn: F) -> F:
    """The function itself.

    Example:
        >>> import taut
        >>> taut.jit.script_if_tracing(abs)(-1)
        1
    """
    return fn


def export(fn: F) -> F:
    """The function itself.

    Example:
        >>> import taut
        >>> taut.jit.export(abs)(-1)
        1
    """
    return fn


def unused(fn: F) -> F:
    """The function itself.

    Example:
        >>> import taut
        >>> taut.jit.unused(abs)(-1)
        1
    """
    return fn


def ignore(drop: Any = False, **options: Any) -> Any:
    """The function itself, or a decorator that returns it.

    Example:
        >>> import taut
        >>> taut.jit.ignore(abs)(-1)
        1
    """
    return drop if callable(drop) else lambda fn: fn


def is_scripting() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.jit.is_scripting()
        False
    """
    return False


def is_tracing() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.jit.is_tracing()
        False
    """
    return False

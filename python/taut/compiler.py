"""``torch.compiler``: what programs ask it and tell it, where nothing is compiled."""

from __future__ import annotations

from typing import Any

from taut._compile import compile

__all__ = [
    "allow_in_graph",
    "assume_constant_result",
    "compile",
    "cudagraph_mark_step_begin",
    "disable",
    "is_compiling",
    "is_dynamo_compiling",
    "is_exporting",
    "list_backends",
    "reset",
]


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function itself, or a decorator that returns it.

    Example:
        >>> import taut
        >>> taut.compiler.disable(abs)(-1)
        1
    """
    return (lambda function: function) if fn is None else fn


def allow_in_graph(fn: Any) -> Any:
    """The function itself.

    Example:
        >>> import taut
        >>> taut.compiler.allow_in_graph(abs)(-1)
        1
    """
    return fn


def assume_constant_result(fn: Any) -> Any:
    """The function itself.

    Example:
        >>> import taut
        >>> taut.compiler.assume_constant_result(abs)(-1)
        1
    """
    return fn


def is_compiling() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.compiler.is_compiling()
        False
    """
    return False


def is_dynamo_compiling() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.compiler.is_dynamo_compiling()
        False
    """
    return False


def is_exporting() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.compiler.is_exporting()
        False
    """
    return False


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """No names: there is no compiler.

    Example:
        >>> import taut
        >>> taut.compiler.list_backends()
        []
    """
    return []


def reset() -> None:
    """Nothing to forget.

    Example:
        >>> import taut
        >>> taut.compiler.reset()
    """


def cudagraph_mark_step_begin() -> None:
    """Nothing to mark.

    Example:
        >>> import taut
        >>> taut.compiler.cudagraph_mark_step_begin()
    """

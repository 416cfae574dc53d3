"""``compile``, which returns what it is given: there is no compiler yet."""

from __future__ import annotations

from typing import Any

__all__ = ["compile"]


def compile(model: Any = None, **options: Any) -> Any:  # noqa: A001
    """The function or module itself, or, without one, a decorator that returns it.

    Args:
        model: the function or module.
        options: ``fullgraph``, ``dynamic``, ``backend``, ``mode``, ``options``, ``disable``: accepted.

    Raises:
        RuntimeError: both ``mode`` and ``options``.
        TypeError: an option that PyTorch does not have, or a model that cannot be called.

    Example:
        >>> import taut
        >>> @taut.compile(fullgraph=True)
        ... def double(x):
        ...     return x + x
        >>> double(taut.ones(2))
        tensor([2., 2.])
    """
    unknown = options.keys() - _OPTIONS
    if unknown:
        raise TypeError(f"compile() got an unexpected keyword argument {sorted(unknown)[0]!r}")
    if options.get("mode") is not None and options.get("options") is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if model is None:
        return compile
    if not callable(model):
        raise TypeError(f"compile: expected a function or module, got {type(model).__name__}")
    return model


_OPTIONS = {
    "backend",
    "disable",
    "dynamic",
    "fullgraph",
    "isolate_recompiles",
    "mode",
    "name",
    "options",
    "recompile_limit",
    "shapes_spec",
}

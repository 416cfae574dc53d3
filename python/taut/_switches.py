"""Switches of PyTorch's that programs set and ask for.

taut is deterministic, and computes float32 products in float32, whatever these say; they keep what they
were told, so that a program reads back what it wrote.
"""

from __future__ import annotations

import warnings
from typing import Any

from taut import _C

__all__ = [
    "are_deterministic_algorithms_enabled",
    "get_deterministic_debug_mode",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_warn_always",
    "use_deterministic_algorithms",
]

_PRECISIONS = ("highest", "high", "medium")
_MODES = ("default", "warn", "error")
_state: dict[str, Any] = {"mode": 0, "precision": "highest", "warn_always": False, "interop": 0}


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for deterministic algorithms; all of taut's are.

    Example:
        >>> import taut
        >>> taut.use_deterministic_algorithms(True)
        >>> taut.are_deterministic_algorithms_enabled()
        True
        >>> taut.use_deterministic_algorithms(False)
    """
    if not isinstance(mode, bool):
        raise TypeError(
            f"use_deterministic_algorithms: mode must be bool, not {type(mode).__name__}"
        )
    _state["mode"] = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """Whether deterministic algorithms were asked for.

    Example:
        >>> import taut
        >>> taut.are_deterministic_algorithms_enabled()
        False
    """
    return _state["mode"] > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether they were asked for with ``warn_only``.

    Example:
        >>> import taut
        >>> taut.is_deterministic_algorithms_warn_only_enabled()
        False
    """
    return _state["mode"] == 1


def get_deterministic_debug_mode() -> int:
    """0 as it is by default, 1 with ``warn_only``, 2 where deterministic algorithms were asked for.

    Example:
        >>> import taut
        >>> taut.get_deterministic_debug_mode()
        0
    """
    return _state["mode"]


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """0 or "default", 1 or "warn", 2 or "error".

    Example:
        >>> import taut
        >>> taut.set_deterministic_debug_mode("default")
    """
    if isinstance(debug_mode, str):
        if debug_mode not in _MODES:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                f"{debug_mode}"
            )
        debug_mode = _MODES.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}"
        )
    _state["mode"] = debug_mode


def get_float32_matmul_precision() -> str:
    """What :func:`set_float32_matmul_precision` was told.

    Example:
        >>> import taut
        >>> taut.get_float32_matmul_precision()
        'highest'
    """
    return _state["precision"]


def set_float32_matmul_precision(precision: str) -> None:
    """Allow products of float32 to be less precise; taut's never are.

    Example:
        >>> import taut
        >>> taut.set_float32_matmul_precision("highest")
    """
    if precision in _PRECISIONS:
        _state["precision"] = precision
    else:
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current "
            "setFloat32MatmulPrecision call has no effect.",
            stacklevel=2,
        )


def get_num_interop_threads() -> int:
    """How many threads run operations beside each other, by what the program set; taut has one.

    Example:
        >>> import taut
        >>> taut.get_num_interop_threads() >= 1
        True
    """
    return _state["interop"] or _C.get_num_threads()


def set_num_interop_threads(num: int) -> None:
    """Keep the number for :func:`get_num_interop_threads`.

    Example:
        >>> import taut
        >>> taut.set_num_interop_threads(taut.get_num_interop_threads())
    """
    if num < 1:
        raise RuntimeError("set_num_interop_threads: expects a positive integer")
    _state["interop"] = num


def set_flush_denormal(mode: bool) -> bool:
    """False: taut computes with denormal numbers, as it does by default.

    Example:
        >>> import taut
        >>> taut.set_flush_denormal(False)
        False
    """
    return False


def set_warn_always(b: bool) -> None:
    """Keep the flag for :func:`is_warn_always_enabled`; Python's filters decide on warnings.

    Example:
        >>> import taut
        >>> taut.set_warn_always(False)
    """
    _state["warn_always"] = bool(b)


def is_warn_always_enabled() -> bool:
    """What :func:`set_warn_always` was told.

    Example:
        >>> import taut
        >>> taut.is_warn_always_enabled()
        False
    """
    return _state["warn_always"]

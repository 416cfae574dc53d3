"""``torch.distributed`` where it is not available: one process."""

from __future__ import annotations

__all__ = ["is_available", "is_initialized"]


def is_available() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.distributed.is_available()
        False
    """
    return False


def is_initialized() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.distributed.is_initialized()
        False
    """
    return False

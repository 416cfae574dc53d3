"""``torch.multiprocessing``: Python's own module with PyTorch's additions.

Tensors that are sent to another process are copied.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import *  # noqa: F403

__all__ = [
    *multiprocessing.__all__,
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
]


def get_all_sharing_strategies() -> set[str]:
    """The strategies that can be set; tensors are copied in each.

    Example:
        >>> import taut
        >>> from taut import multiprocessing
        >>> sorted(multiprocessing.get_all_sharing_strategies())
        ['file_descriptor', 'file_system']
    """
    return {"file_descriptor", "file_system"}


_current = ["file_descriptor"]


def get_sharing_strategy() -> str:
    """What :func:`set_sharing_strategy` was told.

    Example:
        >>> import taut
        >>> from taut import multiprocessing
        >>> multiprocessing.get_sharing_strategy()
        'file_descriptor'
    """
    return _current[0]


def set_sharing_strategy(new_strategy: str) -> None:
    """Keep the name for :func:`get_sharing_strategy`.

    Example:
        >>> import taut
        >>> from taut import multiprocessing
        >>> multiprocessing.set_sharing_strategy(multiprocessing.get_sharing_strategy())
    """
    if new_strategy not in get_all_sharing_strategies():
        raise AssertionError(f"invalid sharing strategy {new_strategy!r}")
    _current[0] = new_strategy

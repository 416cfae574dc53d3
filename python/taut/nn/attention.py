"""Which kernel attention runs by: there is one, whatever is asked for."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(enum.Enum):
    """The kernels that PyTorch has.

    Example:
        >>> import taut
        >>> taut.nn.attention.SDPBackend.MATH.name
        'MATH'
    """

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[None]:
    """A block in which attention may use the kernels named; taut's own computes what all do.

    Raises:
        AssertionError: neither a kernel nor a list of them.

    Example:
        >>> import taut
        >>> with taut.nn.attention.sdpa_kernel(taut.nn.attention.SDPBackend.MATH):
        ...     pass
    """
    listed = [backends] if isinstance(backends, SDPBackend) else backends
    if not isinstance(listed, (list, tuple)):
        raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackends")
    yield

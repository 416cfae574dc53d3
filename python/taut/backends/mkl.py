"""``torch.backends.mkl``: taut is built without MKL."""

from __future__ import annotations

__all__ = ["is_available"]


def is_available() -> bool:
    """False."""
    return False

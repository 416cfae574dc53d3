"""``torch.backends.opt_einsum``: flags that are kept; ``einsum`` does not use it."""

from __future__ import annotations

__all__ = ["is_available"]

enabled = False
strategy: str | None = None


def is_available() -> bool:
    """False."""
    return False

"""``torch.xpu`` where there is none: seeding does nothing."""

from __future__ import annotations

from taut.mps import device_count, empty_cache, is_available, manual_seed

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed", "manual_seed_all"]

manual_seed_all = manual_seed

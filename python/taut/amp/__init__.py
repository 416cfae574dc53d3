"""Mixed precision: :class:`autocast` and :class:`GradScaler`."""

from __future__ import annotations

from taut.amp._autocast import autocast, custom_bwd, custom_fwd, is_autocast_available
from taut.amp._grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

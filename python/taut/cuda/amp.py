"""``torch.cuda.amp``: the former names of autocast and GradScaler, for a GPU that is not there."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import taut.amp

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`torch.cuda.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}('cuda', "
        "args...)` instead.",
        FutureWarning,
        stacklevel=3,
    )


class autocast(taut.amp.autocast):  # noqa: N801
    """:class:`taut.amp.autocast` for "cuda": disabled, with a warning."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        _deprecated("autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(taut.amp.GradScaler):
    """:class:`taut.amp.GradScaler` for "cuda": disabled, with a warning."""

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        _deprecated("GradScaler")
        super().__init__(
            "cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled
        )


custom_fwd = functools.partial(taut.amp.custom_fwd, device_type="cuda")
custom_bwd = functools.partial(taut.amp.custom_bwd, device_type="cuda")

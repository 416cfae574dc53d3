"""Things around training: data loading, checkpointing of activations, hooks.

Submodules load on first use, so that ``import taut`` stays fast.
"""

import importlib
from types import ModuleType

_SUBMODULES = ("checkpoint", "data", "dlpack", "hooks")


def __getattr__(name: str) -> ModuleType:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Optimisers and learning rate schedules."""

from __future__ import annotations

import importlib
from typing import Any

from taut.optim import lr_scheduler
from taut.optim.adam import Adam, AdamW
from taut.optim.optimizer import Optimizer
from taut.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler", "swa_utils"]


def __getattr__(name: str) -> Any:
    if name == "swa_utils":  # imported when first used
        return importlib.import_module("taut.optim.swa_utils")
    raise AttributeError(f"module 'taut.optim' has no attribute {name!r}")

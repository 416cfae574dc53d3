"""Optimisers and learning rate schedules."""

from __future__ import annotations

import importlib
from typing import Any

from taut.optim import lr_scheduler
from taut.optim.adam import Adam, AdamW
from taut.optim.optimizer import Optimizer
from taut.optim.sgd import SGD

__all__ = [  # noqa: PLE0604
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "lr_scheduler",
    "swa_utils",
]

# Imported when first used: class -> file.
_RULES = {
    "ASGD": "asgd",
    "Adadelta": "adadelta",
    "Adafactor": "_adafactor",
    "Adagrad": "adagrad",
    "Adamax": "adamax",
    "LBFGS": "lbfgs",
    "Muon": "_muon",
    "NAdam": "nadam",
    "RAdam": "radam",
    "RMSprop": "rmsprop",
    "Rprop": "rprop",
    "SparseAdam": "sparse_adam",
}
__all__ += _RULES


def __getattr__(name: str) -> Any:
    if name in _RULES:
        return getattr(importlib.import_module(f"taut.optim.{_RULES[name]}"), name)
    if name == "swa_utils" or name in _RULES.values():
        return importlib.import_module(f"taut.optim.{name}")
    raise AttributeError(f"module 'taut.optim' has no attribute {name!r}")

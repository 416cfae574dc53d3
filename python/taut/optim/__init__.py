"""Optimisers and learning rate schedules."""

from taut.optim import lr_scheduler
from taut.optim.adam import Adam, AdamW
from taut.optim.optimizer import Optimizer
from taut.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]

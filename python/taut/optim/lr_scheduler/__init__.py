"""Learning rate schedules: what to set ``group["lr"]`` to, step by step."""

from taut.optim.lr_scheduler._base import LRScheduler
from taut.optim.lr_scheduler._compose import ChainedScheduler, SequentialLR
from taut.optim.lr_scheduler._cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from taut.optim.lr_scheduler._cycle import CyclicLR, OneCycleLR
from taut.optim.lr_scheduler._factor import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from taut.optim.lr_scheduler._plateau import ReduceLROnPlateau

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

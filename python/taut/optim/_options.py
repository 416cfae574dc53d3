"""Checks of the options the optimisers share."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor


def check_non_negative(name: str, value: Any) -> None:
    """Raise PyTorch's ValueError unless ``value >= 0`` (a NaN fails too)."""
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError(f"Tensor {name} must be 1-element")
    if not value >= 0.0:
        label = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
        raise ValueError(f"Invalid {label}: {value}")


def check_implementation(foreach: bool | None, fused: bool | None, differentiable: bool) -> None:
    """``foreach`` and ``fused`` choose nothing here, the step is always one fused call over all
    parameters; only their contradictions are errors, as in PyTorch.
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if differentiable:
        raise NotImplementedError(
            "differentiable=True: a step writes the parameters in place and records nothing; "
            "write the update in tensor operations to differentiate through it"
        )


def as_float(value: Any) -> float:
    """The number of an option that may be a one-element tensor."""
    return value.item() if isinstance(value, Tensor) else value


def step_counter(steps: float) -> Tensor:
    """A count of steps, as the state keeps it."""
    wide = taut.get_default_dtype() == taut.float64
    return taut.tensor(steps, dtype=taut.float64 if wide else taut.float32)

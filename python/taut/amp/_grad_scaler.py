"""Scaling of a loss, so that small gradients do not vanish in a 16-bit type."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import taut
from taut import Tensor
from taut.optim.optimizer import Optimizer

__all__ = ["GradScaler"]

_READY, _UNSCALED, _STEPPED = "ready", "unscaled", "stepped"


class GradScaler:
    """Scales the loss, takes the factor out of the gradients, and skips steps that overflowed.

    ``update`` multiplies the scale by ``backoff_factor`` where a step since the last update was skipped,
    and by ``growth_factor`` after ``growth_interval`` updates without one.

    Args:
        device: "cpu"; another device is not there, so that the scaler warns and is disabled.
        init_scale: the first scale.
        growth_factor: above 1.
        backoff_factor: below 1.
        growth_interval: how many updates in a row.
        enabled: otherwise ``scale`` returns what it gets and ``step`` steps.

    Example:
        >>> import taut
        >>> w = taut.ones(1, requires_grad=True)
        >>> optimizer = taut.optim.SGD([w], lr=0.5)
        >>> scaler = taut.amp.GradScaler("cpu")
        >>> scaler.scale((w * w).sum()).backward()
        >>> _ = scaler.step(optimizer)
        >>> scaler.update()
        >>> w
        tensor([0.], requires_grad=True)

    Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        self._enabled = enabled
        if enabled and taut.device(device).type != "cpu":
            warnings.warn(
                f"torch.{device}.amp.GradScaler is enabled, but {device.upper()} is not available.  "
                "Disabling.",
                stacklevel=2,
            )
            self._enabled = False
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale = init_scale
        self._scale: Tensor | None = None  # made when it is first used
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0
        self._stages: dict[int, str] = {}  # optimiser -> what was done with it since the update
        self._found_inf: dict[int, bool] = {}

    # Use

    def scale(self, outputs: Any) -> Any:
        """A loss, or losses in an iterable of any depth, times the scale.

        Raises:
            ValueError: neither a tensor nor an iterable of tensors.
        """
        if not self._enabled:
            return outputs
        if self._scale is None:
            self._scale = taut.tensor(self._init_scale, dtype=taut.float32)
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = (self.scale(output) for output in outputs)
            if isinstance(outputs, tuple) and hasattr(outputs, "_fields"):
                return type(outputs)(*scaled)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Take the scale out of the gradients of an optimiser's parameters, as before clipping.

        Raises:
            RuntimeError: a second time, or after the step, since the last update.
        """
        if not self._enabled:
            return
        scale = self._checked_scale("unscale_")
        stage = self._stages.get(id(optimizer), _READY)
        if stage == _UNSCALED:
            raise RuntimeError(
                "unscale_() has already been called on this optimizer since the last update()."
            )
        if stage == _STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        inverse = 1.0 / scale.double().item()
        grads = [_elements(p) for g in optimizer.param_groups for p in _with_grad(g)]
        finite = [_unscale(grad, inverse) for grad in grads]
        self._found_inf[id(optimizer)] = not all(finite)
        self._stages[id(optimizer)] = _UNSCALED

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """``optimizer.step()``, unless a gradient is infinite or NaN.

        Returns:
            What the optimiser's ``step`` returned; None where it was skipped.

        Raises:
            RuntimeError: a closure, or a second step since the last update.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._checked_scale("step")
        stage = self._stages.get(id(optimizer), _READY)
        if stage == _STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if stage == _READY:
            self.unscale_(optimizer)
        self._stages[id(optimizer)] = _STEPPED
        return None if self._found_inf[id(optimizer)] else optimizer.step(*args, **kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Change the scale by what happened since the last update, or to a given one."""
        if not self._enabled:
            return
        scale = self._checked_scale("update")
        if new_scale is not None:
            scale.fill_(float(new_scale))
        else:
            if not self._found_inf:
                raise AssertionError("No inf checks were recorded prior to update.")
            self._adapt(scale, any(self._found_inf.values()))
        self._stages.clear()
        self._found_inf.clear()

    def _adapt(self, scale: Tensor, found_inf: bool) -> None:
        if found_inf:
            scale.mul_(self._backoff_factor)
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = scale.item() * self._growth_factor
            if math.isfinite(taut.tensor(grown, dtype=taut.float32).item()):
                scale.fill_(grown)
            self._growth_tracker = 0

    def _checked_scale(self, function: str) -> Tensor:
        if self._scale is None:
            raise AssertionError(
                f"Attempted {function} but _scale is None.  This may indicate your script did not use "
                "scaler.scale(loss or outputs) earlier in the iteration."
            )
        return self._scale

    # Options

    def is_enabled(self) -> bool:
        """Whether the scaler does anything."""
        return self._enabled

    def get_scale(self) -> float:
        """The scale; 1 if disabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self) -> float:
        """What the scale grows by."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Change what the scale grows by."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale shrinks by."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Change what the scale shrinks by."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many updates without a skipped step let the scale grow."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Change how many updates without a skipped step let the scale grow."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self) -> int:
        return self._growth_tracker if self._enabled else 0

    # Checkpoints

    def state_dict(self) -> dict[str, Any]:
        """The scale and the options; empty if disabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned; a disabled scaler takes nothing.

        Raises:
            RuntimeError: the state of a disabled scaler.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled "
                "instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale.fill_(state_dict["scale"])
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]


def _with_grad(group: dict[str, Any]) -> list[Tensor]:
    return [p for p in group["params"] if p.grad is not None]


def _elements(param: Tensor) -> Tensor:
    """The gradient, or of a sparse one the values; those of float16 are summed first, in which they
    may become infinite.
    """
    grad: Any = param.grad
    if not grad.is_sparse:
        return grad
    if grad.dtype == taut.float16:
        grad = param.grad = grad.coalesce()
    return grad._values()


def _unscale(grad: Tensor, inverse: float) -> bool:
    """Multiplies a gradient in place; returns whether it was finite."""
    with taut.no_grad():
        finite = bool(taut.isfinite(grad).all())
        grad.mul_(inverse)
    return finite

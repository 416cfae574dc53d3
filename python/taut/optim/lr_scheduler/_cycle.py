"""Cyclical schedules, which move the momentum against the learning rate."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Literal

from taut.optim.lr_scheduler._base import (
    LR,
    LRScheduler,
    callables_state,
    check_optimizer,
    per_group,
    set_group_value,
)
from taut.optim.optimizer import Optimizer

__all__ = ["CyclicLR", "OneCycleLR"]


class _MomentumCycling(LRScheduler):
    """Schedules that also set ``momentum``, or ``betas[0]`` where the optimiser has betas."""

    def _init_momentum(
        self, base_momentum: Any, max_momentum: Any, starting: bool
    ) -> tuple[list[float], list[float]]:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError(
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
            )
        self.use_beta1 = "betas" in defaults
        lows = per_group("base_momentum", self.optimizer, base_momentum)
        highs = per_group("max_momentum", self.optimizer, max_momentum)
        if starting:
            for group, low, high in zip(self.optimizer.param_groups, lows, highs, strict=True):
                self._set_momentum(group, high)
                group["max_momentum"] = high
                group["base_momentum"] = low
        return lows, highs

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class CyclicLR(_MomentumCycling):
    """Move the learning rate up and down between two bounds at a constant pace.

    Args:
        optimizer: the optimiser whose learning rates are set.
        base_lr: lower bound, one for all groups or a list.
        max_lr: upper bound of the first cycle, one for all groups or a list.
        step_size_up: steps of the rise.
        step_size_down: steps of the fall; ``step_size_up`` when None.
        mode: ``"triangular"`` (constant bounds), ``"triangular2"`` (half the height at each
            cycle) or ``"exp_range"`` (the height shrinks by ``gamma`` at each step).
        gamma: of ``"exp_range"``.
        scale_fn: height as a function of ``scale_mode``'s count; ``mode`` is then ignored.
        scale_mode: ``"cycle"`` or ``"iterations"``: what ``scale_fn`` is called with.
        cycle_momentum: move the momentum from ``max_momentum`` to ``base_momentum`` and back.
        base_momentum: lower bound, one for all groups or a list.
        max_momentum: upper bound, one for all groups or a list.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: an unknown mode without ``scale_fn``, an optimiser without momentum, or a list
            of another length than the groups.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
        >>> scheduler = taut.optim.lr_scheduler.CyclicLR(optimizer, 1.0, 3.0, step_size_up=2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [2.0]

    Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError("mode is invalid and scale_fn is None")
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                set_group_value(group, "lr", lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self._init_scale_fn()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._init_momentum(
                base_momentum, max_momentum, last_epoch == -1
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _init_scale_fn(self) -> None:
        if self._scale_fn_custom is None:
            self.scale_mode = "iterations" if self.mode == "exp_range" else "cycle"

    def scale_fn(self, x: float) -> float:
        """The height of the cycle, as a share of the first one's."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular2":
            return 1 / 2.0 ** (x - 1)
        return self.gamma**x if self.mode == "exp_range" else 1.0

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group; sets the momentum."""
        self._warn_unless_stepping()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        rising = x <= self.step_ratio
        share = x / self.step_ratio if rising else (x - 1) / (self.step_ratio - 1)
        scale = functools.partial(
            self.scale_fn, cycle if self.scale_mode == "cycle" else self.last_epoch
        )
        if self.cycle_momentum:
            bounds = zip(self.base_momentums, self.max_momentums, strict=True)
            values = [high - (high - low) * share * scale() for low, high in bounds]
            for group, value in zip(self.optimizer.param_groups, values, strict=True):
                self._set_momentum(group, value)
        lrs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * share * scale() for low, high in lrs]

    def state_dict(self) -> dict[str, Any]:
        """The state; of ``scale_fn``, the attributes of a callable object, None for a function."""
        state = super().state_dict()
        function = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = None if function is None else callables_state([function])[0]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        state = dict(state_dict)
        attributes = state.pop("_scale_fn_custom")
        super().load_state_dict(state)
        if attributes is not None:
            vars(self._scale_fn_custom).update(attributes)
        self._init_scale_fn()


class OneCycleLR(_MomentumCycling):
    """Warm the learning rate up to ``max_lr``, then anneal it far below where it began.

    Args:
        optimizer: the optimiser whose learning rates are set.
        max_lr: the top, one for all groups or a list.
        total_steps: steps of the cycle; or give ``epochs`` and ``steps_per_epoch``.
        epochs: with ``steps_per_epoch``, another way to say ``total_steps``.
        steps_per_epoch: see ``epochs``.
        pct_start: share of the steps spent rising.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: move the momentum from ``max_momentum`` to ``base_momentum`` and back.
        base_momentum: lower bound, one for all groups or a list.
        max_momentum: upper bound, one for all groups or a list.
        div_factor: the first learning rate is ``max_lr / div_factor``.
        final_div_factor: the last one is the first divided by this.
        three_phase: fall back to the first learning rate as fast as it rose, then on to the last.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: no number of steps, an option out of range, an optimiser without momentum, a
            list of another length than the groups, or a step past ``total_steps``.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
        >>> scheduler = taut.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
        >>> round(scheduler.get_last_lr()[0], 6)
        0.04

    Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates", 2018.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _count_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, max_lrs):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._init_momentum(base_momentum, max_momentum, last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    def _anneal(self, start: Any, end: Any, share: float) -> Any:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)

    def _phase(self) -> tuple[dict[str, Any], float]:
        """The phase ``last_epoch`` is in, and how far into it, from 0 to 1."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        return phase, (self.last_epoch - start) / (end - start)

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group; sets the momentum."""
        self._warn_unless_stepping()
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"Tried to step {self.last_epoch} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        phase, share = self._phase()
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._anneal(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._anneal(*ends, share))
        return lrs


def _count_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    if total_steps is not None:
        given: dict[str, Any] = {"total_steps": total_steps}
    else:
        given = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
    for name, value in given.items():
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
    return math.prod(given.values())


def _phases(total_steps: int, pct_start: float, three_phase: bool) -> list[dict[str, Any]]:
    """When each phase ends, and between which options of the group it goes."""

    def phase(end: float, lrs: tuple[str, str], momentums: tuple[str, str]) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": lrs[0],
            "end_lr": lrs[1],
            "start_momentum": f"{momentums[0]}_momentum",
            "end_momentum": f"{momentums[1]}_momentum",
        }

    last = total_steps - 1
    rise = phase(float(pct_start * total_steps) - 1, ("initial_lr", "max_lr"), ("max", "base"))
    if not three_phase:
        return [rise, phase(last, ("max_lr", "min_lr"), ("base", "max"))]
    fall = phase(float(2 * pct_start * total_steps) - 2, ("max_lr", "initial_lr"), ("base", "max"))
    return [rise, fall, phase(last, ("initial_lr", "min_lr"), ("max", "max"))]

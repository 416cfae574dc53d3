"""Schedules made of schedules: one after the other, or several at once."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Any

from taut.optim.lr_scheduler._base import LRScheduler, group_values, set_group_value
from taut.optim.lr_scheduler._plateau import ReduceLROnPlateau
from taut.optim.optimizer import Optimizer

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Composed(LRScheduler):
    _not_saved = ("optimizer", "_schedulers")

    def _check_parts(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler]) -> None:
        name = type(self).__name__
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(f"{name} at index {i} should have `optimizer` as its attribute.")
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(
                    f"{name} does not support `ReduceLROnPlateau`, whose `step` needs the metric, "
                    f"but got one at index {i}"
                )
            if scheduler.optimizer is not optimizer:
                raise ValueError(
                    f"{name} expects all schedulers to belong to the same optimizer, but "
                    f"{type(scheduler).__name__} at index {i} belongs to another"
                )

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """The state of this schedule and, under ``_schedulers``, of its parts."""
        parts = [scheduler.state_dict() for scheduler in self._schedulers]
        return {**super().state_dict(), "_schedulers": parts}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        state = dict(state_dict)
        for scheduler, part in zip(self._schedulers, state.pop("_schedulers")):
            scheduler.load_state_dict(part)
        super().load_state_dict(state)


class SequentialLR(_Composed):
    """One schedule up to the first milestone, the next one from there, and so on.

    Args:
        optimizer: the optimiser of all schedules.
        schedulers: the schedules.
        milestones: where the next one takes over; one fewer than schedules.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: no schedules, a wrong number of milestones, or a schedule of another optimiser.

    Example:
        >>> import taut
        >>> from taut.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> warm_up = ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> decay = ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> rates
        [0.5, 0.5, 1.0, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler, but got no scheduler."
            )
        self._check_parts(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR: expected one milestone fewer than schedulers, got "
                f"{len(schedulers)} schedulers and {len(milestones)} milestones"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Each part wrote its first learning rate when it was made: take all that back.
        for group in optimizer.param_groups:
            set_group_value(group, "lr", group["initial_lr"])
        self._undo_first_step(self)
        first = schedulers[bisect.bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def _undo_first_step(self, scheduler: LRScheduler) -> None:
        parts = getattr(scheduler, "_schedulers", None)
        if parts is None:
            scheduler.last_epoch -= 1
        for part in parts or ():
            self._undo_first_step(part)

    def step(self) -> None:  # type: ignore[override]
        """Step the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect.bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Composed):
    """All schedules at every step, each on the learning rate the one before left.

    Args:
        schedulers: the schedules.
        optimizer: their optimiser; the first schedule's when None.

    Raises:
        ValueError: no schedules, or a schedule of another optimiser.

    Example:
        >>> import taut
        >>> from taut.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = ChainedScheduler(
        ...     [ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.5)]
        ... )
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler to be chained, but got no "
                "scheduler."
            )
        shared: Any = optimizer or getattr(schedulers[0], "optimizer", None)
        self._check_parts(shared, schedulers)
        self._schedulers = schedulers
        self.optimizer = shared
        self._last_lr = group_values(shared, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Step every schedule, in order."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = group_values(self.optimizer, "lr")

"""Cosine schedules, with and without warm restarts."""

from __future__ import annotations

import math

from taut.optim.lr_scheduler._base import LR, LRScheduler, group_values
from taut.optim.optimizer import Optimizer

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]


class CosineAnnealingLR(LRScheduler):
    r"""Follow half a cosine from the initial learning rate to ``eta_min`` in ``T_max`` steps.

    .. math::
        \text{lr}_t = \eta_\min + \tfrac12 (\text{lr}_0 - \eta_\min)(1 + \cos(\pi t / T_\max))

    The values come from a recurrence on the last learning rate, so that other schedules may act on
    it too.

    Args:
        optimizer: the optimiser whose learning rates are set.
        T_max: steps of the half wave.
        eta_min: the smallest learning rate.
        last_epoch: steps already done when resuming.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
    ICLR 2017.
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group."""
        self._warn_unless_stepping()
        lrs = group_values(self.optimizer, "lr")
        t, low = self.last_epoch, self.eta_min
        if self._is_initial:
            return lrs
        if self._step_count == 1 and t > 0:
            wave = 1 + math.cos(t * math.pi / self.T_max)
            return [low + (base - low) * wave / 2 for base in self.base_lrs]
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:
            # Just past the minimum the ratio below would be 0 / 0.
            rise = 1 - math.cos(math.pi / self.T_max)
            return [
                lr + (base - low) * rise / 2 for base, lr in zip(self.base_lrs, lrs, strict=True)
            ]
        # pi * t before the division fixes the last bit.
        ratio = (1 + math.cos(math.pi * t / self.T_max)) / (
            1 + math.cos(math.pi * (t - 1) / self.T_max)
        )
        return [ratio * (lr - low) + low for lr in lrs]

    def _closed_form_lr(self) -> list[LR]:
        low = self.eta_min
        wave = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return [low + (base - low) * wave / 2 for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Cosine annealing that starts again after ``T_0`` steps, then ``T_0 * T_mult``, and so on.

    Args:
        optimizer: the optimiser whose learning rates are set.
        T_0: steps of the first half wave.
        T_mult: how much longer each next one is.
        eta_min: the smallest learning rate.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: ``T_0`` or ``T_mult`` is not a positive integer.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += scheduler.get_last_lr()
        ...     optimizer.step()
        ...     scheduler.step()
        >>> [round(rate, 4) for rate in rates]
        [1.0, 0.5, 1.0, 0.5]

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
    ICLR 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group."""
        self._warn_unless_stepping()
        wave = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * wave / 2 for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go one step on, or to ``epoch``, which may lie between two steps."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self._advance()
        else:
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        with self._flag("_get_lr_called_within_step"):
            values = self.get_lr()
        self._write(values)

    def _advance(self) -> None:
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur %= self.T_i
            self.T_i *= self.T_mult

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            # After n restarts T_0 * (T_mult**n - 1) / (T_mult - 1) steps are done.
            ratio = self.T_mult
            n = int(math.log(epoch / self.T_0 * (ratio - 1) + 1, ratio))
            self.T_cur = epoch - self.T_0 * (ratio**n - 1) / (ratio - 1)
            self.T_i = self.T_0 * ratio**n

"""Schedules that multiply: the new learning rate is the last one times a factor.

Multiplying the last rate instead of computing it from the base one lets schedules be chained, and
is what fixes the last bits to PyTorch's.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from taut.optim.lr_scheduler._base import LR, LRScheduler, callables_state, group_values
from taut.optim.optimizer import Optimizer

__all__ = [
    "ConstantLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]

LRLambda = Callable[[int], float]


class _FactorLR(LRScheduler):
    """A schedule given by ``_factor`` (the step's multiplier, None to stay) and ``_total_factor``
    (all of them so far, for ``step(epoch)``)."""

    def _factor(self) -> float | None:
        raise NotImplementedError

    def _total_factor(self) -> float:
        raise NotImplementedError

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group."""
        self._warn_unless_stepping()
        factor = self._factor()
        if factor is None:
            return group_values(self.optimizer, "lr")
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _closed_form_lr(self) -> list[LR]:
        total = self._total_factor()
        return [base_lr * total for base_lr in self.base_lrs]


class StepLR(_FactorLR):
    """Multiply the learning rate by ``gamma`` every ``step_size`` steps.

    Args:
        optimizer: the optimiser whose learning rates are set.
        step_size: steps between two decays.
        gamma: the factor.
        last_epoch: steps already done when resuming.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> for _ in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        decays = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self.gamma if decays else None

    def _total_factor(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(_FactorLR):
    """Multiply the learning rate by ``gamma`` at each milestone.

    Args:
        optimizer: the optimiser whose learning rates are set.
        milestones: the steps; one listed twice counts twice.
        gamma: the factor.
        last_epoch: steps already done when resuming.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.MultiStepLR(optimizer, [1, 10], gamma=0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        count = self.milestones[self.last_epoch]
        return self.gamma**count if count else None

    def _total_factor(self) -> float:
        passed = bisect.bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return self.gamma**passed


class ConstantLR(_FactorLR):
    """Multiply the learning rate by ``factor`` for the first ``total_iters`` steps.

    Args:
        optimizer: the optimiser whose learning rates are set.
        factor: between 0 and 1.
        total_iters: when the full learning rate returns.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: ``factor`` outside [0, 1].

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5)
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1.0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else None

    def _total_factor(self) -> float:
        # Written as PyTorch's sum: 1 - factor + factor need not be 1 in the last bit.
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(_FactorLR):
    """Move a factor on the learning rate from ``start_factor`` to ``end_factor`` in equal steps.

    Args:
        optimizer: the optimiser whose learning rates are set.
        start_factor: in (0, 1].
        end_factor: in [0, 1].
        total_iters: number of steps.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: a factor out of range.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.75]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1.0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal "
                "to 1."
            )
        if not 0 <= end_factor <= 1.0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _total_factor(self) -> float:
        done = min(self.total_iters, self.last_epoch)
        return self.start_factor + (self.end_factor - self.start_factor) * done / self.total_iters


class ExponentialLR(_FactorLR):
    """Multiply the learning rate by ``gamma`` at every step.

    Args:
        optimizer: the optimiser whose learning rates are set.
        gamma: the factor.
        last_epoch: steps already done when resuming.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        return None if self._is_initial else self.gamma

    def _total_factor(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(_FactorLR):
    """Let the learning rate fall to 0 as ``(1 - step / total_iters) ** power``.

    Args:
        optimizer: the optimiser whose learning rates are set.
        total_iters: number of steps.
        power: 1 for a straight line.
        last_epoch: steps already done when resuming.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.75]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        now = 1.0 - self.last_epoch / self.total_iters
        before = 1.0 - (self.last_epoch - 1) / self.total_iters
        return (now / before) ** self.power

    def _total_factor(self) -> float:
        return (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power


class _LambdaScheduler(LRScheduler):
    """Schedules given by one function for all groups, or one for each."""

    _not_saved = ("optimizer", "lr_lambdas")

    def __init__(
        self, optimizer: Optimizer, lr_lambda: LRLambda | list[LRLambda], last_epoch: int = -1
    ) -> None:
        count = len(optimizer.param_groups)
        if not isinstance(lr_lambda, (list, tuple)):
            lr_lambda = [lr_lambda] * count
        if len(lr_lambda) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(lr_lambda)}")
        for function in lr_lambda:
            if not callable(function):
                raise TypeError(
                    f"lr_lambda should be a function, but got {type(function).__name__}"
                )
        self.lr_lambdas = list(lr_lambda)
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """The state; of ``lr_lambdas``, the attributes of callable objects, None for functions."""
        return {**super().state_dict(), "lr_lambdas": callables_state(self.lr_lambdas)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        state = dict(state_dict)
        for function, attributes in zip(self.lr_lambdas, state.pop("lr_lambdas")):
            if attributes is not None:
                vars(function).update(attributes)
        super().load_state_dict(state)


class LambdaLR(_LambdaScheduler):
    """The initial learning rate times a function of the step.

    Args:
        optimizer: the optimiser whose learning rates are set.
        lr_lambda: ``step -> factor``, or a list of one for each group.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: a list of another length than the groups.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group."""
        self._warn_unless_stepping()
        pairs = zip(self.lr_lambdas, self.base_lrs, strict=True)
        return [base_lr * function(self.last_epoch) for function, base_lr in pairs]


class MultiplicativeLR(_LambdaScheduler):
    """The last learning rate times a function of the step.

    Args:
        optimizer: the optimiser whose learning rates are set.
        lr_lambda: ``step -> factor``, or a list of one for each group.
        last_epoch: steps already done when resuming.

    Raises:
        ValueError: a list of another length than the groups.
        TypeError: something that cannot be called.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = taut.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda step: 0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group."""
        self._warn_unless_stepping()
        if self._is_initial:
            return group_values(self.optimizer, "lr")
        pairs = zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        return [group["lr"] * function(self.last_epoch) for function, group in pairs]

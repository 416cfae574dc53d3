"""What every schedule shares: the counters, the order of calls, writing the groups, checkpoints."""

from __future__ import annotations

import contextlib
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from taut import Tensor
from taut.optim.optimizer import Optimizer

__all__ = ["LRScheduler"]

LR = float | Tensor

_EPOCH_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available."
)


def group_values(optimizer: Optimizer, key: str) -> list[Any]:
    """``group[key]`` of every group; a tensor is cloned, so that nobody shares it."""
    return [_copied(group[key]) for group in optimizer.param_groups]


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def set_group_value(group: dict[str, Any], key: str, value: LR) -> None:
    """Write an option; one that is a tensor stays that tensor and is filled."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value.item() if isinstance(value, Tensor) else value)
    else:
        group[key] = value


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each group, from one for all or a list of as many."""
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        value = [value] * count
    if len(value) != count:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {count}."
        )
    return [_copied(v) for v in value]


def check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def callables_state(functions: list[Callable[..., Any]]) -> list[dict[str, Any] | None]:
    """What a checkpoint keeps of user functions: of objects the attributes, else nothing."""
    return [None if isinstance(f, types.FunctionType) else dict(vars(f)) for f in functions]


class LRScheduler:
    """Base class of all schedules: subclasses give :meth:`get_lr`.

    A schedule writes ``group["lr"]`` when it is made and at every :meth:`step`. The learning rate
    a group started with stays in ``group["initial_lr"]``.

    Args:
        optimizer: the optimiser whose learning rates are set.
        last_epoch: -1 to start; when resuming, the number of steps already done.

    Raises:
        TypeError: ``optimizer`` is not an :class:`~taut.optim.Optimizer`.
        KeyError: resuming, and a group has no ``initial_lr``.

    Example:
        >>> import taut
        >>> class Halving(taut.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [lr * 0.5**self.last_epoch for lr in self.base_lrs]
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> scheduler = Halving(optimizer)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    _get_lr_called_within_step: bool = False
    _is_initial: bool = False
    _not_saved: tuple[str, ...] = ("optimizer",)

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming "
                    "scheduler with last_epoch >= 0; load the optimizer's state_dict first, or "
                    "start with last_epoch=-1"
                )
        self.base_lrs: list[LR] = group_values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        # A step replaced on the instance later no longer tells us that it was called.
        optimizer._scheduled_step = vars(optimizer).get("step")  # type: ignore[attr-defined]
        if not hasattr(optimizer, "_opt_called"):
            optimizer._opt_called = False
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        with self._flag("_is_initial"):
            self.step()

    @contextlib.contextmanager
    def _flag(self, name: str) -> Iterator[None]:
        setattr(self, name, True)
        try:
            yield
        finally:
            setattr(self, name, False)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser, as a dict."""
        return {key: value for key, value in vars(self).items() if key not in self._not_saved}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        vars(self).update(state_dict)

    def get_last_lr(self) -> list[LR]:
        """The learning rates last written, one for each group."""
        return self._last_lr

    def get_lr(self) -> list[LR]:
        """The next learning rates, one for each group. To read the last ones, call
        ``get_last_lr``."""
        raise NotImplementedError

    def _closed_form_lr(self) -> list[LR]:
        """The learning rates at ``last_epoch`` from the base ones, for ``step(epoch)``."""
        return self.get_lr()

    def _warn_unless_stepping(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    def step(self, epoch: int | None = None) -> None:
        """Go one step on and write the learning rates; call it after ``optimizer.step()``.

        Args:
            epoch: deprecated; go to this step instead.
        """
        if self._step_count == 1:
            self._warn_of_wrong_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(_EPOCH_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _warn_of_wrong_order(self) -> None:
        optimizer = self.optimizer
        if vars(optimizer).get("step") is not getattr(optimizer, "_scheduled_step", None):
            warnings.warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
                "initialization. Please, make sure to call `optimizer.step()` before "
                "`lr_scheduler.step()`.",
                UserWarning,
                stacklevel=3,
            )
        elif not getattr(optimizer, "_opt_called", False):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in "
                "the opposite order: `optimizer.step()` before `lr_scheduler.step()`. Otherwise "
                "the first value of the learning rate schedule is skipped.",
                UserWarning,
                stacklevel=3,
            )

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._flag("_get_lr_called_within_step"):
            self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
            values = self.get_lr() if epoch is None else self._closed_form_lr()
        self._write(values)

    def _write(self, values: list[LR]) -> None:
        for group, value in zip(self.optimizer.param_groups, values, strict=True):
            set_group_value(group, "lr", value)
        self._last_lr = group_values(self.optimizer, "lr")

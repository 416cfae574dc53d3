"""Averages of a model over its training: stochastic weight averaging, exponential moving averages."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any

import taut
from taut import Tensor
from taut.nn.module import Module
from taut.optim.lr_scheduler._base import LRScheduler, per_group

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Tensors = Sequence[Tensor]


def _check_decay(decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Tensors, Tensors, Any], None]:
    """A function that moves averages towards the model's values: an exponential moving average.

    Args:
        decay: how much of the average stays in each update.

    Raises:
        ValueError: ``decay`` is not between 0 and 1.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import get_ema_multi_avg_fn
        >>> average = taut.zeros(1)
        >>> get_ema_multi_avg_fn(0.75)([average], [taut.ones(1)], 1)
        >>> average
        tensor([0.2500])
    """
    _check_decay(decay)

    @taut.no_grad()
    def ema_update(averages: Tensors, values: Tensors, _: Any) -> None:
        for average, value in zip(averages, values, strict=True):
            if average.is_floating_point():
                average.lerp_(value, 1 - decay)
            else:
                average.copy_(average * decay + value * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Callable[[Tensors, Tensors, Any], None]:
    """A function that keeps the mean of all values: stochastic weight averaging.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import get_swa_multi_avg_fn
        >>> average = taut.zeros(1)
        >>> get_swa_multi_avg_fn()([average], [taut.ones(1)], 1)
        >>> average
        tensor([0.5000])
    """

    @taut.no_grad()
    def swa_update(averages: Tensors, values: Tensors, num_averaged: Any) -> None:
        share = 1 / (float(num_averaged) + 1)
        for average, value in zip(averages, values, strict=True):
            if average.is_floating_point():
                average.lerp_(value, share)
            else:
                average.copy_(average + (value - average) * share)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """As :func:`get_ema_multi_avg_fn`, for one tensor, giving the new average.

    Raises:
        ValueError: ``decay`` is not between 0 and 1.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import get_ema_avg_fn
        >>> get_ema_avg_fn(0.75)(taut.zeros(1), taut.ones(1), 1)
        tensor([0.2500])
    """
    _check_decay(decay)

    @taut.no_grad()
    def ema_update(average: Tensor, value: Tensor, num_averaged: Any) -> Tensor:
        return decay * average + (1 - decay) * value

    return ema_update


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """As :func:`get_swa_multi_avg_fn`, for one tensor, giving the new average.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import get_swa_avg_fn
        >>> get_swa_avg_fn()(taut.zeros(1), taut.ones(1), 1)
        tensor([0.5000])
    """

    @taut.no_grad()
    def swa_update(average: Tensor, value: Tensor, num_averaged: Any) -> Tensor:
        return average + (value - average) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a model that holds the average of its parameters.

    The first :meth:`update_parameters` copies the values. What is tied in the model is tied in the
    copy, and each memory is averaged once, however many names it has.

    Args:
        model: the model to average.
        device: must be the CPU.
        avg_fn: gives a new average from (average, value, number averaged); the mean if None.
        multi_avg_fn: changes averages in place by (averages, values, number averaged).
        use_buffers: average buffers, too; else they are copied.

    Raises:
        AssertionError: both functions are given.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
        >>> model = taut.nn.Linear(1, 1)
        >>> ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
        >>> ema.update_parameters(model)
        >>> bool(ema.module.weight == model.weight)
        True

    Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Tensors, Tensors, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", taut.tensor(0, dtype=taut.int64))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Takes the model's values into the average."""
        pairs = list(_each_memory_once(self.module.parameters(), model.parameters()))
        buffers = list(_each_memory_once(self.module.buffers(), model.buffers()))
        if self.use_buffers:
            pairs, buffers = pairs + buffers, []
        with taut.no_grad():
            if int(self.n_averaged) == 0:
                buffers, pairs = pairs + buffers, []
            self._average(pairs)
            for average, value in buffers:
                average.copy_(value)
            self.n_averaged += 1

    def _average(self, pairs: list[tuple[Tensor, Tensor]]) -> None:
        if self.multi_avg_fn is None and self.avg_fn is not None:
            for average, value in pairs:
                average.copy_(self.avg_fn(average, value, self.n_averaged))
            return
        update = self.multi_avg_fn or get_swa_multi_avg_fn()
        for dtype in dict.fromkeys(average.dtype for average, _ in pairs):
            alike = [pair for pair in pairs if pair[0].dtype == dtype]
            update([a for a, _ in alike], [v for _, v in alike], self.n_averaged)


def _each_memory_once(
    averages: Iterable[Tensor], values: Iterable[Tensor]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of averages and values, detached, without aliases of what came before."""
    seen: dict[int, list[tuple[int, int]]] = {}
    for average, value in zip(averages, values, strict=False):
        average = average.detach()
        start = average.storage_offset()
        reach = zip(average.shape, average.stride(), strict=True)
        end = start + sum((n - 1) * s for n, s in reach) + 1
        spans = seen.setdefault(average._storage_id(), [])
        if not any(first <= start and end <= last for first, last in spans):
            spans.append((start, end))
            yield average, value.detach().to(average.dtype)


@taut.no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Computes the statistics of a model's batch norms anew, by one pass over data.

    Args:
        loader: batches; of a tuple or list, the first element is the input.
        model: the model; in training mode during the pass.
        device: must be the CPU.

    Example:
        >>> import taut
        >>> from taut.optim.swa_utils import update_bn
        >>> model = taut.nn.BatchNorm1d(1)
        >>> update_bn([taut.tensor([[1.0], [3.0]])], model)
        >>> model.running_mean
        tensor([2.])
    """
    from taut.nn.batchnorm import _BatchNorm

    norms = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    if not norms:
        return
    was_training = model.training
    model.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over batches
    for batch in loader:
        input = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(input if device is None else input.to(device))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Anneals learning rates to a fixed value, which stays.

    Args:
        optimizer: whose learning rates these are.
        swa_lr: the last learning rate, or one for each parameter group.
        anneal_epochs: steps until then.
        anneal_strategy: "cos" or "linear".
        last_epoch: the step to go on from; -1 to begin.

    Raises:
        ValueError: an unknown strategy, or a number of steps that is not one.

    Example:
        >>> import taut
        >>> optimizer = taut.optim.SGD([taut.zeros(1, requires_grad=True)], lr=1.0)
        >>> schedule = taut.optim.swa_utils.SWALR(optimizer, 0.5, 2, "linear")
        >>> for _ in range(3):
        ...     optimizer.step()
        ...     schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Any,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = per_group("swa_lr", optimizer, swa_lr)
        for rate, group in zip(rates, optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """How far from the first rate to the last, at the fraction ``t`` of the steps."""
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2

    def _reached(self, step: int) -> float:
        return self.anneal_func(max(0, min(1, step / max(1, self.anneal_epochs))))

    def get_lr(self) -> list[Any]:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                UserWarning,
                stacklevel=2,
            )
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._reached(step - 1), self._reached(step)
        rates = []
        for group in self.optimizer.param_groups:
            lr, last = group["lr"], group["swa_lr"]
            first = last if before == 1 else (lr - before * last) / (1 - before)
            rates.append(last * now + first * (1 - now))
        return rates

"""Normalisation over a batch or over each sample, with running moments."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init
from taut.nn.lazy import LazyModuleMixin
from taut.nn.module import Module
from taut.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
]


class _NormBase(Module):
    """Weight, bias and running moments of ``num_features`` channels.

    Args:
        num_features: channels, dimension 1.
        eps: added to the variance.
        momentum: the share of new moments in the running ones; None averages all batches equally.
        affine: learn weight (first 1) and bias (first 0).
        track_running_stats: keep running moments, used in evaluation.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of parameters and moments.
        bias: with ``affine``, whether to learn the bias.
    """

    _version = 2
    _dims: tuple[int, ...] = ()

    @on_device
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        for name, present in (("weight", affine), ("bias", affine and bias)):
            value = Parameter(taut.empty(num_features, dtype=dtype)) if present else None
            self.register_parameter(name, value)
        tracked = track_running_stats
        mean = taut.zeros(num_features, dtype=dtype) if tracked else None
        var = taut.ones(num_features, dtype=dtype) if tracked else None
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        count = taut.tensor(0, dtype=taut.int64) if tracked else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Starts the running moments anew: mean 0, variance 1."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Starts the running moments anew and sets weight to 1 and bias to 0."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any
    ) -> None:
        version = local_metadata.get("version")
        if (version is None or version < 2) and self.track_running_stats:
            # Files of version 1 do not count batches.
            count = self.num_batches_tracked
            state_dict.setdefault(prefix + "num_batches_tracked", count.clone())
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() not in self._dims:
            wanted = " or ".join(f"{n}D" for n in self._dims)
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")


class _BatchNorm(_NormBase):
    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        by_batch = self.training or (self.running_mean is None and self.running_var is None)
        running = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if running else None,
            self.running_var if running else None,
            self.weight,
            self.bias,
            by_batch,
            momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Normalises each channel of (N, C) or (N, C, L) over everything else.

    In training by the moments of the batch, which move the running ones; in evaluation by those.

    Args:
        num_features: C.
        eps: added to the variance.
        momentum: the share of new moments in the running ones; None averages all batches equally.
        affine: learn weight (first 1) and bias (first 0).
        track_running_stats: keep running moments.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of parameters and moments.
        bias: with ``affine``, whether to learn the bias.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Example:
        >>> import taut
        >>> taut.nn.BatchNorm1d(1, affine=False)(taut.tensor([[1.0], [3.0]]))
        tensor([[-1.0000],
                [ 1.0000]])
    """

    _dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Normalises each channel of (N, C, H, W); arguments as :class:`BatchNorm1d`.

    Example:
        >>> import taut
        >>> taut.nn.BatchNorm2d(3)(taut.rand(2, 3, 4, 4)).shape
        torch.Size([2, 3, 4, 4])
    """

    _dims = (4,)


class BatchNorm3d(_BatchNorm):
    """Normalises each channel of (N, C, D, H, W); arguments as :class:`BatchNorm1d`.

    Example:
        >>> import taut
        >>> taut.nn.BatchNorm3d(3)(taut.rand(2, 3, 2, 2, 2)).shape
        torch.Size([2, 3, 2, 2, 2])
    """

    _dims = (5,)


class _InstanceNorm(_NormBase):
    @on_device
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        channels = input.size(-min(self._dims))
        if channels != self.num_features and self.affine:
            raise ValueError(
                f"expected input's size at dim={input.dim() - min(self._dims)} to match "
                f"num_features ({self.num_features}), but got: {channels}."
            )
        single = input.dim() == min(self._dims)
        result = F.instance_norm(
            input.unsqueeze(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return result.squeeze(0) if single else result


class InstanceNorm1d(_InstanceNorm):
    """Normalises each channel of each sample of (N, C, L) or (C, L).

    Arguments as :class:`BatchNorm1d`; by default nothing is learned and no moments are kept.

    Source: Ulyanov et al., "Instance normalization", 2016.

    Example:
        >>> import taut
        >>> taut.nn.InstanceNorm1d(1)(taut.tensor([[1.0, 3.0]]))
        tensor([[-1.0000,  1.0000]])
    """

    _dims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalises each channel of each sample of (N, C, H, W) or (C, H, W).

    Example:
        >>> import taut
        >>> taut.nn.InstanceNorm2d(3)(taut.rand(2, 3, 4, 4)).shape
        torch.Size([2, 3, 4, 4])
    """

    _dims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalises each channel of each sample of (N, C, D, H, W) or (C, D, H, W).

    Example:
        >>> import taut
        >>> taut.nn.InstanceNorm3d(3)(taut.rand(2, 3, 2, 2, 2)).shape
        torch.Size([2, 3, 2, 2, 2])
    """

    _dims = (4, 5)


class _LazyNorm(LazyModuleMixin, _NormBase):
    """A norm whose ``num_features`` is the number of channels of its first input."""

    @on_device
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, dtype=dtype)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(dtype=dtype)
            self.running_var = UninitializedBuffer(dtype=dtype)
            self.num_batches_tracked = taut.tensor(0, dtype=taut.int64)

    def reset_parameters(self) -> None:
        """Starts parameters and moments anew once they have a shape."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Takes the number of channels from the first input."""
        if not self.has_uninitialized_params():
            return
        self._check_input_dim(input)
        single = isinstance(self, _InstanceNorm) and input.dim() == min(self._dims)
        self.num_features = input.shape[0 if single else 1]
        for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
            if tensor is not None:
                tensor.materialize((self.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A :class:`BatchNorm1d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyBatchNorm1d()
        >>> _ = norm(taut.rand(2, 3, 4))
        >>> norm
        BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A :class:`BatchNorm2d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyBatchNorm2d()
        >>> _ = norm(taut.rand(2, 3, 4, 4))
        >>> norm
        BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A :class:`BatchNorm3d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyBatchNorm3d()
        >>> _ = norm(taut.rand(2, 3, 2, 2, 2))
        >>> norm
        BatchNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """A :class:`InstanceNorm1d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyInstanceNorm1d()
        >>> _ = norm(taut.rand(2, 3, 4))
        >>> norm
        InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """A :class:`InstanceNorm2d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyInstanceNorm2d()
        >>> _ = norm(taut.rand(2, 3, 4, 4))
        >>> norm
        InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """A :class:`InstanceNorm3d` whose ``num_features`` is that of its first input.

    Arguments as there, without ``num_features``; ``affine`` and ``track_running_stats`` by default.

    Example:
        >>> import taut
        >>> norm = taut.nn.LazyInstanceNorm3d()
        >>> _ = norm(taut.rand(2, 3, 2, 2, 2))
        >>> norm
        InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = InstanceNorm3d

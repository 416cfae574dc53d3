"""Normalisation that needs no batch: LayerNorm, RMSNorm, GroupNorm, LocalResponseNorm."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init
from taut.nn.module import Module
from taut.nn.parameter import Parameter

__all__ = ["GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


def _shape(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(normalized_shape, numbers.Integral):
        return (int(normalized_shape),)
    return tuple(normalized_shape)  # type: ignore[arg-type]


class _Affine(Module):
    """A weight that starts as 1, and a bias that starts as 0, where there are."""

    weight: Tensor | None
    bias: Tensor | None

    def _add_affine(self, name: str, shape: Sequence[int], present: bool, dtype: Any) -> None:
        parameter = Parameter(taut.empty(tuple(shape), dtype=dtype)) if present else None
        self.register_parameter(name, parameter)

    def reset_parameters(self) -> None:
        """Sets weight to 1 and bias to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        bias = getattr(self, "bias", None)
        if bias is not None:
            init.zeros_(bias)


class LayerNorm(_Affine):
    r""":math:`(x - E[x]) / \sqrt{Var[x] + eps} \cdot weight + bias` over the last dimensions.

    Args:
        normalized_shape: sizes of those dimensions.
        eps: added to the variance.
        elementwise_affine: learn weight (first 1) and bias (first 0).
        bias: with ``elementwise_affine``, whether to learn the bias.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Source: Ba et al., "Layer normalization", 2016.

    Example:
        >>> import taut
        >>> taut.nn.LayerNorm(2, elementwise_affine=False)(taut.tensor([1.0, 3.0]))
        tensor([-1.0000,  1.0000])
    """

    @on_device
    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._add_affine("weight", self.normalized_shape, elementwise_affine, dtype)
        self._add_affine("bias", self.normalized_shape, elementwise_affine and bias, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(_Affine):
    r""":math:`x / \sqrt{E[x^2] + eps} \cdot weight` over the last dimensions.

    Args:
        normalized_shape: sizes of those dimensions.
        eps: added to the mean square; the type's epsilon if None.
        elementwise_affine: learn weight (first 1).
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the weight.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    Example:
        >>> import taut
        >>> taut.nn.RMSNorm(2, elementwise_affine=False)(taut.tensor([3.0, 3.0]))
        tensor([1., 1.])
    """

    @on_device
    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._add_affine("weight", self.normalized_shape, elementwise_affine, dtype)
        self.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(_Affine):
    """Normalises each group of channels of each sample; see :func:`taut.nn.functional.group_norm`.

    Args:
        num_groups: how many groups the channels are cut into.
        num_channels: size of dimension 1.
        eps: added to the variance.
        affine: learn weight (first 1) and bias (first 0), one per channel.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.
        bias: with ``affine``, whether to learn the bias.

    Raises:
        ValueError: channels not divisible by groups.

    Source: Wu and He, "Group normalization", 2018.

    Example:
        >>> import taut
        >>> taut.nn.GroupNorm(1, 2, affine=False)(taut.tensor([[1.0, 3.0]]))
        tensor([[-1.0000,  1.0000]])
    """

    @on_device
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._add_affine("weight", (num_channels,), affine, dtype)
        self._add_affine("bias", (num_channels,), affine and bias, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Divides by what neighbouring channels hold; see :func:`taut.nn.functional.local_response_norm`.

    Example:
        >>> import taut
        >>> taut.nn.LocalResponseNorm(1, alpha=1.0, beta=1.0)(taut.ones(1, 1, 1))
        tensor([[[0.5000]]])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"

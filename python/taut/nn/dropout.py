"""Dropout as modules: active in training, the identity in evaluation."""

from __future__ import annotations

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class _DropoutNd(Module):
    """Something that drops with probability ``p`` in training."""

    p: float
    inplace: bool

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Zeroes elements with probability ``p`` in training and scales the others by 1 / (1 - p).

    Args:
        p: probability of an element to be zeroed.
        inplace: overwrite the input.

    Source: Hinton et al., "Improving neural networks by preventing co-adaptation", 2012.

    Example:
        >>> import taut
        >>> taut.nn.Dropout(0.5).eval()(taut.ones(2))
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """Zeroes whole channels of (N, C, L) or (C, L); arguments as :class:`Dropout`.

    Example:
        >>> import taut
        >>> taut.nn.Dropout1d().eval()(taut.ones(1, 2))
        tensor([[1., 1.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """Zeroes whole channels of (N, C, H, W); arguments as :class:`Dropout`.

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2014.

    Example:
        >>> import taut
        >>> taut.nn.Dropout2d().eval()(taut.ones(1, 2, 1, 1)).shape
        torch.Size([1, 2, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W); arguments as :class:`Dropout`.

    Example:
        >>> import taut
        >>> taut.nn.Dropout3d().eval()(taut.ones(2, 1, 1, 1)).shape
        torch.Size([2, 1, 1, 1])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout that keeps mean and spread under SELU; arguments as :class:`Dropout`.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.

    Example:
        >>> import taut
        >>> taut.nn.AlphaDropout().eval()(taut.ones(2))
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """:class:`AlphaDropout` of whole channels, dimension 1.

    Example:
        >>> import taut
        >>> taut.nn.FeatureAlphaDropout().eval()(taut.ones(1, 2))
        tensor([[1., 1.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)

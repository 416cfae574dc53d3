"""Distances between vectors, as modules."""

from __future__ import annotations

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Module):
    """The cosine of the angle between two tensors' vectors along ``dim``.

    Args:
        dim: the dimension of the vectors.
        eps: the least norm to divide by.

    Example:
        >>> import taut
        >>> taut.nn.CosineSimilarity()(taut.eye(2), taut.ones(2, 2))
        tensor([0.7071, 0.7071])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of the difference of two tensors' vectors along the last dimension.

    Args:
        p: of the norm.
        eps: added to every difference.
        keepdim: keep the last dimension, of size 1.

    Example:
        >>> import taut
        >>> taut.nn.PairwiseDistance()(taut.zeros(1, 2), taut.tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)

"""Numbers about the values of a tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import taut
from taut import Tensor

__all__ = ["Statistics"]


class Statistics(NamedTuple):
    """What the values of a tensor are like; mean, spread, norm and extremes of the finite ones.

    Attributes:
        mean: their mean.
        std: their standard deviation, around their own mean.
        norm: the root of the sum of their squares.
        min: the least.
        max: the greatest.
        zeros: how many are 0.
        nonfinite: how many are infinite or NaN.
    """

    mean: float
    std: float
    norm: float
    min: float
    max: float
    zeros: int
    nonfinite: int

    @classmethod
    def of(cls, tensor: Tensor) -> Statistics:
        """Of the values that a tensor has now; NaN where there are none.

        Example:
            >>> import taut
            >>> from taut._inventory import Statistics
            >>> s = Statistics.of(taut.tensor([3.0, 0.0, -3.0, float("inf")]))
            >>> s.mean, s.max, s.zeros, s.nonfinite
            (0.0, 3.0, 1, 1)
        """
        sums = _Sums()
        with taut.no_grad():
            for piece in _pieces(tensor.detach()):
                sums.add(piece.double())
        return sums.result()


# Elements that are looked at together: their copies in float64 stay in the cache.
_PIECE = 1 << 17


def _pieces(tensor: Tensor) -> Iterator[Tensor]:
    """The elements, a piece at a time, in any order; only scattered ones are copied first."""
    strides = sorted((s, n) for n, s in zip(tensor.shape, tensor.stride(), strict=True) if n > 1)
    dense = all(s == math.prod(n for _, n in strides[:i]) for i, (s, _) in enumerate(strides))
    count = tensor.numel()
    flat = tensor.as_strided((count,), (1,)) if dense and count else tensor.reshape(-1)
    for start in range(0, count, _PIECE):
        yield flat[start : start + _PIECE]


class _Sums:
    """What pieces have in common; means and spreads are merged as Chan, Golub and LeVeque (1979)."""

    def __init__(self) -> None:
        self.count = self.zeros = self.nonfinite = 0
        self.mean = self.squares = self.norm = 0.0
        self.low, self.high = math.inf, -math.inf

    def add(self, values: Tensor) -> None:
        finite = values.isfinite()
        count = int(finite.sum())
        self.zeros += int((values == 0).sum())
        self.nonfinite += values.numel() - count
        if not count:
            return
        if count < values.numel():
            values = values[finite]
        mean, total = float(values.mean()), self.count + count
        away = mean - self.mean
        self.squares += float(values.var(correction=0)) * count
        self.squares += away * away * (self.count * count / total)
        self.mean += away * (count / total)
        self.norm = math.hypot(self.norm, float(values.norm()))
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        self.count = total

    def result(self) -> Statistics:
        if not self.count:
            return Statistics(*(math.nan,) * 5, self.zeros, self.nonfinite)
        std = math.sqrt(self.squares / self.count)
        return Statistics(
            self.mean, std, self.norm, self.low, self.high, self.zeros, self.nonfinite
        )

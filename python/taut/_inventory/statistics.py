"""Numbers about the values of a tensor."""

from __future__ import annotations

import math
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
        with taut.no_grad():
            values = tensor.detach().reshape(-1).double()
            finite = values.isfinite()
            count = int(finite.sum())
            zeros = int((values == 0).sum())
            if count < values.numel():
                values = values[finite]
            if not count:
                return cls(*(math.nan,) * 5, zeros, tensor.numel())
            mean, std = float(values.mean()), float(values.std(correction=0))
            low, high = float(values.min()), float(values.max())
            return cls(mean, std, float(values.norm()), low, high, zeros, tensor.numel() - count)

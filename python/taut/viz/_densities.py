"""The densities that initialisers draw from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from taut.nn._init_gate import Draw
from taut.viz._picture import needed

__all__ = ["density", "spread"]


def _phi(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _cdf(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _unit_length(shape: Sequence[int]) -> int:
    """The length of the rows or columns that ``orthogonal_`` makes orthogonal: the longer side."""
    rows = shape[0]
    return max(rows, math.prod(shape) // max(rows, 1))


def density(draw: Draw, shape: Sequence[int], x: Any) -> Any:
    """The density at the points x, a numpy array; None for what has none, such as a constant.

    An element of ``orthogonal_`` is a coordinate of a point on a sphere.
    """
    np = needed("numpy")
    s = draw.settings
    if draw.scheme == "uniform_":
        return np.where((x >= s[0]) & (x <= s[1]), 1 / (s[1] - s[0]), 0.0) if s[1] > s[0] else None
    if draw.scheme in ("normal_", "sparse_"):
        mean, std = (s[0], s[1]) if draw.scheme == "normal_" else (0.0, s[1])
        part = 1.0 if draw.scheme == "normal_" else 1 - s[0]
        return part * _normal(np, x, mean, std) if std > 0 else None
    if draw.scheme == "trunc_normal_":
        mean, std, a, b = s
        inside = _cdf((b - mean) / std) - _cdf((a - mean) / std) if std > 0 else 0.0
        if inside <= 0:
            return None
        return np.where((x >= a) & (x <= b), _normal(np, x, mean, std) / inside, 0.0)
    if draw.scheme == "orthogonal_":
        n, gain = _unit_length(shape), abs(s[0])
        if n < 3 or gain == 0:
            return None
        scale = math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2)) / math.sqrt(math.pi) / gain
        return scale * np.clip(1 - (x / gain) ** 2, 0, None) ** ((n - 3) / 2)
    return None


def _normal(np: Any, x: Any, mean: float, std: float) -> Any:
    return np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))


def spread(draw: Draw, shape: Sequence[int]) -> float:
    """The standard deviation of an element as drawn."""
    s = draw.settings
    if draw.scheme == "uniform_":
        return (s[1] - s[0]) / math.sqrt(12)
    if draw.scheme == "normal_":
        return s[1]
    if draw.scheme == "sparse_":
        return s[1] * math.sqrt(max(1 - math.ceil(s[0] * shape[0]) / shape[0], 0.0))
    if draw.scheme == "orthogonal_":
        return abs(s[0]) / math.sqrt(_unit_length(shape))
    if draw.scheme == "trunc_normal_":
        return _truncated_spread(*s)
    if draw.scheme == "constant_":
        return 0.0
    # One in some places, zero in the others.
    ones = min(shape[:2]) if draw.scheme == "eye_" else _ones_of_dirac(shape, int(s[0]))
    share = ones / math.prod(shape)
    return math.sqrt(share * (1 - share))


def _ones_of_dirac(shape: Sequence[int], groups: int) -> int:
    return groups * min(shape[0] // groups, shape[1])


def _truncated_spread(mean: float, std: float, a: float, b: float) -> float:
    if std <= 0:
        return 0.0
    low, high = (a - mean) / std, (b - mean) / std
    inside = _cdf(high) - _cdf(low)
    if inside < 1e-12:  # far in a tail: not known well
        return (b - a) / math.sqrt(12)
    shift = (_phi(low) - _phi(high)) / inside
    edges = (low * _phi(low) if math.isfinite(low) else 0.0) - (
        high * _phi(high) if math.isfinite(high) else 0.0
    )
    return std * math.sqrt(max(1 + edges / inside - shift**2, 0.0))

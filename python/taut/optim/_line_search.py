"""A step length that satisfies the strong Wolfe conditions.

Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6, with the cubic of
equation 3.59.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from taut import Tensor

__all__ = ["Point", "strong_wolfe"]

_DECREASE, _CURVATURE = 1e-4, 0.9


class Point(NamedTuple):
    """A place along the direction: how far, the loss, its gradient, and the slope there."""

    t: float
    loss: float
    grad: Tensor
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    t: float,
    length: float,
    tolerance: float,
    limit: int,
) -> tuple[Point, int]:
    """Searches along a direction of descent.

    Args:
        evaluate: the point at a distance.
        start: the point at 0.
        t: the distance to try first.
        length: the largest element of the direction.
        tolerance: the least change of an element that is worth a search.
        limit: how many points may be evaluated after the first.

    Returns:
        The best point and how many were evaluated.
    """
    before, here = start, evaluate(t)
    tries = 0
    while True:
        if tries == limit:
            return min(start, here, key=lambda p: p.loss), tries + 1
        if _too_high(start, here) or (tries > 1 and here.loss >= before.loss):
            break
        if abs(here.slope) <= -_CURVATURE * start.slope:
            return here, tries + 1
        if here.slope >= 0:
            break
        nearest, farthest = here.t + 0.01 * (here.t - before.t), 10 * here.t
        t = _minimum_of_cubic(before, here, nearest, farthest)
        before, here = here, evaluate(t)
        tries += 1
    found, more = _zoom(evaluate, start, [before, here], limit - tries, length, tolerance)
    return found, tries + 1 + more


def _too_high(start: Point, here: Point) -> bool:
    return here.loss > start.loss + _DECREASE * here.t * start.slope


def _zoom(
    evaluate: Callable[[float], Point],
    start: Point,
    bracket: list[Point],
    limit: int,
    length: float,
    tolerance: float,
) -> tuple[Point, int]:
    """Narrows a bracket by up to ``limit`` points; returns the best and how many were evaluated."""
    best, other = sorted(bracket, key=lambda p: p.loss)
    stuck, tries = False, 0
    while tries < limit and abs(best.t - other.t) * length >= tolerance:
        low, high = sorted((best.t, other.t))
        t = _minimum_of_cubic(best, other, low, high)
        t, stuck = _away_from_ends(t, low, high, stuck)
        here = evaluate(t)
        tries += 1
        if _too_high(start, here) or here.loss >= best.loss:
            best, other = (best, here) if best.loss <= here.loss else (here, best)
            continue
        if abs(here.slope) <= -_CURVATURE * start.slope:
            return here, tries
        if here.slope * (other.t - best.t) >= 0:
            other = best
        best = here
    return best, tries


def _away_from_ends(t: float, low: float, high: float, stuck: bool) -> tuple[float, bool]:
    """A distance near an end of the bracket moves away from it the second time in a row."""
    margin = 0.1 * (high - low)
    if min(high - t, t - low) >= margin:
        return t, False
    if not (stuck or t >= high or t <= low):
        return t, True
    return (high - margin if abs(t - high) < abs(t - low) else low + margin), False


def _minimum_of_cubic(a: Point, b: Point, low: float, high: float) -> float:
    """Where the cubic through two points with their slopes is least, between two bounds."""
    if a.t > b.t:
        a, b = b, a
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2
    d2 = math.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, low), high)

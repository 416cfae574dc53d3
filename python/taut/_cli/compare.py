"""How far the values of two tensors are from each other."""

from __future__ import annotations

import math
from typing import NamedTuple

import taut
from taut import Tensor
from taut._cli.checkpoint import Entry

__all__ = ["Difference", "compare"]

_PIECE = 1 << 18  # elements compared together: their copies in float64 take a few MB


class Difference(NamedTuple):
    """Values that differ by more than the tolerance.

    Attributes:
        name: of the tensor.
        differing: how many elements do.
        numel: how many there are.
        largest: the largest absolute difference; infinite between what is finite and what is not.
        relative: the largest difference relative to the second value.
        at: the index of the largest difference.
        unreadable: why the values could not be compared; "" if they were.
    """

    name: str
    differing: int
    numel: int
    largest: float
    relative: float
    at: tuple[int, ...]
    unreadable: str = ""


def compare(a: Entry, b: Entry, rtol: float = 0.0, atol: float = 0.0) -> Difference | None:
    """The difference of two tensors of one shape; None if there is none beyond the tolerance.

    Raises:
        Problem: a file is damaged there.
    """
    if a.read is None or b.read is None:
        if a.dtype == b.dtype and a.dtype.endswith("no values"):
            return None
        missing = a if a.read is None else b
        why = f"taut does not have {missing.dtype}"
        return Difference(a.name, 0, a.numel, math.inf, math.inf, (), why)
    x, y = a.values().reshape(-1), b.values().reshape(-1)
    count, largest, relative, where = 0, -1.0, 0.0, 0
    with taut.no_grad():
        for start in range(0, a.numel, _PIECE):
            piece = slice(start, start + _PIECE)
            found = _compare(x[piece], y[piece], rtol, atol)
            if found is None:
                continue
            count += found[0]
            relative = max(relative, found[2])
            if found[1] > largest:
                largest, where = found[1], start + found[3]
    if not count:
        return None
    return Difference(a.name, count, a.numel, largest, relative, _index(where, a.shape))


def _compare(
    x: Tensor, y: Tensor, rtol: float, atol: float
) -> tuple[int, float, float, int] | None:
    """Count, largest absolute and relative difference, and its place; None if there is none."""
    exact = x.dtype == y.dtype and not x.is_floating_point()
    equal = x == y if exact else x.double() == y.double()
    if bool(equal.all()):
        return None
    away = (x.double() - y.double()).abs()
    if exact:  # int64 has more digits than float64
        away = away.where(away > 2.0**53, (x.long() - y.long()).abs().double())
    x, y = x.double(), y.double()
    equal = equal | (x.isnan() & y.isnan())
    away = away.masked_fill(equal, 0.0)
    away = away.masked_fill(~equal & (x.isnan() | y.isnan()), math.inf)
    near = equal | ((away <= atol + rtol * y.abs()) & away.isfinite() & y.isfinite())
    count = int((~near).sum())
    if not count:
        return None
    away = away.masked_fill(near, -1.0)
    relative = (away / y.abs()).masked_fill(near | (y == 0), 0.0)
    relative = relative.masked_fill(relative.isnan(), math.inf)
    place = int(away.argmax())
    return count, max(float(away[place]), 0.0), float(relative.max()), place


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for n in reversed(shape):
        flat, i = divmod(flat, n)
        found.append(i)
    return tuple(reversed(found))

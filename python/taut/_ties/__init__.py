"""Ties: one parameter reached by several names. See docs/ties.md."""

from taut._ties.change import assert_tied, tie, untie
from taut._ties.find import Tie, ties
from taut._ties.terms import PerUse, Use, UseStats, per_use

__all__ = [
    "PerUse",
    "Tie",
    "Use",
    "UseStats",
    "assert_tied",
    "per_use",
    "tie",
    "ties",
    "untie",
]

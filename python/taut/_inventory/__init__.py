"""``taut.summary``: what a network is made of. See docs/pictures.md."""

from taut._inventory.rows import ModuleRow, ParameterRow
from taut._inventory.statistics import Statistics
from taut._inventory.summary import Summary, summary

__all__ = ["ModuleRow", "ParameterRow", "Statistics", "Summary", "summary"]

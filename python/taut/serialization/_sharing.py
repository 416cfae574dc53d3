"""Which tensors of a file share memory, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from taut import Tensor
from taut._regions import Regions

__all__ = ["Alias", "aliases", "is_transposed", "order_of", "sharing"]


class Alias(NamedTuple):
    """What a name is another name of.

    Attributes:
        kept: the first name of the memory.
        transposed: whether this name sees the matrix transposed.
    """

    kept: str
    transposed: bool


def sharing(tensors: Mapping[str, Tensor]) -> list[list[str]]:
    """The names, those whose tensors overlap together."""
    regions = Regions(tensors.values())
    groups: dict[Any, list[str]] = {}
    for name, t in tensors.items():
        key = (name,) if t.numel() == 0 or t.is_meta else regions.key(t)
        groups.setdefault(key, []).append(name)
    return list(groups.values())


def is_transposed(t: Tensor, kept: Tensor) -> bool:
    """Whether a matrix over the memory of another is its transpose."""
    return t.dim() == 2 and t.shape == kept.shape[::-1] and t.stride() == kept.stride()[::-1]


def order_of(t: Tensor, kept: Tensor) -> list[int] | None:
    """The order of the dimensions of ``kept`` that makes it ``t``; None if there is none."""
    if t.data_ptr() != kept.data_ptr():
        return None
    wanted = list(zip(t.shape, t.stride(), strict=True))
    dims = list(zip(kept.shape, kept.stride(), strict=True))
    if wanted == dims:
        return list(range(len(dims)))
    if sorted(wanted) != sorted(dims):
        return None
    order: list[int] = []
    for dim in wanted:
        order.append(next(i for i, d in enumerate(dims) if d == dim and i not in order))
    return order


def _same_place(t: Tensor, kept: Tensor) -> bool:
    return t.dtype == kept.dtype and t.storage_offset() == kept.storage_offset()


def aliases(tensors: Mapping[str, Tensor]) -> dict[str, Alias]:
    """The names that are an earlier one or its transpose; views of other kinds are left out."""
    found: dict[str, Alias] = {}
    for names in sharing(tensors):
        firsts: list[str] = []
        for name in names:
            t = tensors[name]
            for first in firsts:
                kept = tensors[first]
                same = t.shape == kept.shape and t.stride() == kept.stride()
                if _same_place(t, kept) and (same or is_transposed(t, kept)):
                    found[name] = Alias(first, not same)
                    break
            else:
                firsts.append(name)
    return found

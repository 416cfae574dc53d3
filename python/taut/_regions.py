"""Which tensors lie over each other in memory.

Tensors of one storage may be neighbours that have nothing to do with each other, as in a file that is
mapped as a whole, or views of the same elements. A region is a stretch of a storage that tensors
cover overlapping each other; tensors of different regions are independent.
"""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from taut import Tensor
from taut._utils import Storage

__all__ = ["Region", "Regions"]


def is_lazy(t: Tensor) -> bool:
    """True for a parameter or buffer without a shape."""
    from taut.nn.parameter import is_lazy  # whose package imports this module

    return is_lazy(t)


class Region(NamedTuple):
    """Bytes [begin, end) of a storage.

    Attributes:
        storage: its identity.
        begin: the first byte, counted from the start of the storage.
        end: the byte behind the last.
    """

    storage: int
    begin: int
    end: int

    @classmethod
    def of(cls, t: Tensor) -> Region:
        """From a tensor's first byte to its last."""
        begin = t.storage_offset() * t.element_size()
        if t.is_contiguous():
            return cls(t._storage_id(), begin, begin + t.nbytes)
        steps = sum((n - 1) * s for n, s in zip(t.shape, t.stride(), strict=True))
        return cls(t._storage_id(), begin, begin + (steps + 1) * t.element_size())

    def overlaps(self, other: Region) -> bool:
        """Whether some byte is in both."""
        return self.storage == other.storage and self.begin < other.end and other.begin < self.end

    def elements(self, t: Tensor) -> Tensor:
        """The whole region as a vector of the type of ``t``, one of its tensors."""
        size = t.element_size()
        return Storage.of(t).tensor(
            t.dtype, self.begin // size, ((self.end - self.begin) // size,), (1,)
        )

    def view(self, copied: Tensor, t: Tensor) -> Tensor:
        """The view of a vector like :meth:`elements` that ``t`` is of the region."""
        offset = copied.storage_offset() + t.storage_offset() - self.begin // t.element_size()
        return copied.as_strided(tuple(t.shape), tuple(t.stride()), offset).detach()


class Regions:
    """The regions that some parameters and buffers cover, found once."""

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self._by_storage: dict[int, list[Region]] = {}
        for region in sorted(Region.of(t) for t in tensors if not is_lazy(t)):
            merged = self._by_storage.setdefault(region.storage, [])
            if merged and region.begin < merged[-1].end:
                last = merged.pop()
                region = Region(region.storage, last.begin, max(last.end, region.end))
            merged.append(region)

    def of(self, t: Tensor) -> Region:
        """The region of one of the tensors, one with a shape."""
        own = Region.of(t)
        regions = self._by_storage.get(own.storage, [])
        # They follow each other without overlapping, so the last to begin no later is the one.
        i = bisect.bisect_right(regions, own.begin, key=lambda region: region.begin)
        return regions[i - 1] if i and own.begin < min(own.end, regions[i - 1].end) else own

    def key(self, t: Tensor) -> Hashable:
        """Equal for tensors of one region, and for those without memory that are one."""
        return id(t._owner) if is_lazy(t) or not t.numel() else self.of(t)

"""Size: the shape of a tensor."""

from __future__ import annotations

import math
from typing import Any

from taut import _C

__all__ = ["Size"]


class Size(tuple[int, ...]):
    """The sizes of a tensor's dimensions: a tuple of ints.

    Example:
        >>> import taut
        >>> taut.Size([2, 3]).numel()
        6
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, tuple(other)))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __reduce__(self) -> tuple[Any, ...]:
        return Size, (tuple(self),)


_C._set_size_class(Size)

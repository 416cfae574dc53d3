"""The memory of a tensor, as programs look at it: where it is and how long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import taut
from taut import _C

__all__ = ["UntypedStorage"]


class UntypedStorage:
    """The bytes that one or several tensors are views of.

    Two storages are equal when they are the same memory, so that programs can ask whether tensors
    share it.

    Example:
        >>> import taut
        >>> x = taut.zeros(3)
        >>> x.untyped_storage().nbytes(), x[1:].untyped_storage() == x.untyped_storage()
        (12, True)
    """

    def __init__(self, tensor: Any) -> None:
        if tensor.is_sparse:
            raise NotImplementedError("a sparse tensor has no storage; its indices and values have")
        self._tensor = tensor.detach()

    def data_ptr(self) -> int:
        """The address of the first byte; 0 where there is none."""
        t = self._tensor
        return t.data_ptr() - t.storage_offset() * t.element_size() if t.numel() else 0

    def nbytes(self) -> int:
        """The number of bytes."""
        return self._tensor._storage_bytes()

    size = nbytes
    __len__ = nbytes

    def element_size(self) -> int:
        """1: the elements are bytes."""
        return 1

    @property
    def device(self) -> Any:
        """Where the memory is."""
        return self._tensor.device

    @property
    def is_cuda(self) -> bool:
        """False."""
        return False

    def _bytes(self) -> Any:
        return _C._storage_as_bytes(self._tensor)

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        return self._bytes().tolist()

    def clone(self) -> UntypedStorage:
        """A copy."""
        return UntypedStorage(self._bytes().clone())

    def cpu(self) -> UntypedStorage:
        """The storage itself."""
        return self

    def __getitem__(self, index: Any) -> Any:
        values = self._bytes()[index]
        return values.item() if isinstance(index, int) else UntypedStorage(values.clone())

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UntypedStorage):
            return NotImplemented
        return _C._has_same_storage(self._tensor, other._tensor)

    def __hash__(self) -> int:
        return hash(self._tensor._storage_id())

    def __repr__(self) -> str:
        values = "" if self.device.type == "meta" else "".join(f" {b}\n" for b in self.tolist())
        name = f"{__name__.replace('taut', 'torch', 1)}.UntypedStorage"
        return f"{values}[{name}(device={self.device}) of size {self.nbytes()}]"


def storage_of(tensor: Any) -> UntypedStorage:
    """The storage of a tensor.

    Raises:
        TypeError: not a tensor.
    """
    if not isinstance(tensor, taut.Tensor):
        raise TypeError(f"expected a tensor, got {type(tensor).__name__}")
    return UntypedStorage(tensor)

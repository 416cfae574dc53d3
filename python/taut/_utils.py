"""How tensors are pickled and deep-copied: storages first, tensors as views of them.

Note [Shared storages]
~~~~~~~~~~~~~~~~~~~~~~
Two tensors over one memory (a view and its base, two Parameters after ``a.data = b.data``) must come
out of ``pickle``, ``copy.deepcopy`` and ``taut.save`` over one memory again. All three go through
``Storage.of``, which gives the same handle for the same memory for as long as the handle lives; the
memo of the pickle or the copy keeps it alive and does the rest.
"""

from __future__ import annotations

import copy
import pickle
import weakref
from collections.abc import Sequence
from typing import Any

import taut
from taut import Tensor, _C

__all__ = ["Storage", "deepcopy_tensor", "reduce_parameter", "reduce_tensor"]

_handles: weakref.WeakValueDictionary[int, Storage] = weakref.WeakValueDictionary()


class Storage:
    """A handle on the whole memory under a tensor, without a dtype."""

    def __init__(self, bytes_tensor: Tensor) -> None:
        self._bytes = bytes_tensor

    @staticmethod
    def of(tensor: Tensor) -> Storage:
        """The handle of the memory under ``tensor``."""
        key = _C._storage_key(tensor)
        handle = _handles.get(key)
        if handle is None:
            handle = _handles[key] = Storage(_C._storage_bytes(tensor))
        return handle

    @staticmethod
    def empty(nbytes: int) -> Storage:
        """New memory, not initialised."""
        return Storage(taut.empty(nbytes, dtype=taut.uint8))

    @property
    def nbytes(self) -> int:
        """Its size."""
        return self._bytes.numel()

    def buffer(self) -> memoryview:
        """Its bytes, writable, without a copy."""
        return _C._storage_buffer(self._bytes)

    def tensor(
        self, dtype: Any, offset: int, size: Sequence[int], stride: Sequence[int]
    ) -> Tensor:
        """A tensor over this memory; ``offset`` and ``stride`` count elements."""
        return _C._tensor_on_storage(self._bytes, dtype, offset, tuple(size), tuple(stride))

    def clone(self) -> Storage:
        """A copy of the memory."""
        return Storage(self._bytes.clone())

    def __deepcopy__(self, memo: dict[int, Any]) -> Storage:
        if id(self) not in memo:
            memo[id(self)] = self.clone()
            memo.setdefault(id(memo), []).append(self)  # the id must not be used again meanwhile
        return memo[id(self)]

    def __reduce_ex__(self, protocol: int) -> tuple[Any, ...]:  # type: ignore[override]
        buffer = self.buffer()
        if protocol < 5:
            return _rebuild_storage, (bytes(buffer),)
        return _rebuild_storage, (pickle.PickleBuffer(buffer),)


def _rebuild_storage(content: Any) -> Storage:
    source = memoryview(content)
    storage = Storage.empty(source.nbytes)
    storage.buffer()[:] = source.cast("B")
    return storage


def _rebuild_tensor(
    storage: Storage,
    dtype: Any,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    requires_grad: bool,
) -> Tensor:
    tensor = storage.tensor(dtype, offset, size, stride)
    return tensor.requires_grad_() if requires_grad else tensor


def _rebuild_parameter(cls: type, data: Tensor, requires_grad: bool) -> Tensor:
    parameter = data.as_subclass(cls) if cls is not taut.nn.Parameter else taut.nn.Parameter(data)
    return parameter.requires_grad_(requires_grad)


def _rebuild_subclass(cls: type, data: Tensor) -> Tensor:
    return data.as_subclass(cls)


def _attributes(tensor: Tensor) -> dict[str, Any] | None:
    """What the user set on the object, as pickle's state."""
    return getattr(tensor, "__dict__", None) or None


def _layout(tensor: Tensor) -> tuple[Any, ...]:
    return (
        tensor.dtype,
        tensor.storage_offset(),
        tuple(tensor.shape),
        tuple(tensor.stride()),
    )


def reduce_tensor(tensor: Tensor, protocol: int = 2) -> tuple[Any, ...]:
    """``Tensor.__reduce_ex__``: the storage, and the tensor as a view of it.

    Gradients and hooks are not pickled; a result of operations comes back as a leaf.
    """
    args = (Storage.of(tensor), *_layout(tensor), tensor.requires_grad)
    if type(tensor) is Tensor:
        return _rebuild_tensor, args, _attributes(tensor)
    plain = _rebuild_tensor(*args)
    return _rebuild_subclass, (type(tensor), plain), _attributes(tensor)


def reduce_parameter(parameter: Tensor, protocol: int = 2) -> tuple[Any, ...]:
    """``Parameter.__reduce_ex__``."""
    args = (type(parameter), parameter.data, parameter.requires_grad)
    return _rebuild_parameter, args, _attributes(parameter)


def deepcopy_tensor(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """``Tensor.__deepcopy__``: also for Parameters, whose gradient is not copied, as in PyTorch.

    Raises:
        RuntimeError: the tensor is the result of recorded operations.
    """
    if id(tensor) in memo:
        return memo[id(tensor)]
    if not tensor.is_leaf:
        raise RuntimeError(
            "deepcopy: only tensors created by the user (graph leaves) can be copied, got the "
            f"result of {type(tensor.grad_fn).__name__}; call .detach() first"
        )
    storage = copy.deepcopy(Storage.of(tensor), memo)
    result = storage.tensor(*_layout(tensor))
    if isinstance(tensor, taut.nn.Parameter):
        result = _rebuild_parameter(type(tensor), result, tensor.requires_grad)
    else:
        if type(tensor) is not Tensor:
            result = _rebuild_subclass(type(tensor), result)
        result.requires_grad_(tensor.requires_grad)
        if tensor.grad is not None:
            result.grad = copy.deepcopy(tensor.grad, memo)
    memo[id(tensor)] = result
    attributes = _attributes(tensor)
    if attributes:
        vars(result).update(copy.deepcopy(attributes, memo))
    return result

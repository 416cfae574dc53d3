"""How tensors are pickled and deep-copied: storages first, tensors as views of them.

Note [Shared storages]
~~~~~~~~~~~~~~~~~~~~~~
Two tensors over one memory (a view and its base, two Parameters after ``a.data = b.data``) must
come out of ``pickle``, ``copy.deepcopy`` and ``taut.save`` over one memory again. All go through
``Storage.of``, which gives the same handle for the same memory for as long as the handle lives; the
memo of the pickle or the copy keeps it alive and does the rest.
"""

from __future__ import annotations

import copy
import pickle
import weakref
from collections.abc import Sequence
from typing import Any, TypeAlias

import taut
from taut import _C, Tensor

__all__ = [
    "Storage",
    "alias_of",
    "rebuild_alias",
    "rebuild_sparse",
    "as_subclass",
    "deepcopy_tensor",
    "rebuild_tensor",
    "reduce_tensor",
    "user_attributes",
]

# What stands for another parameter: (owner, transposed, factor of its gradient).
AliasSpec: TypeAlias = tuple[Tensor, bool, float]


def alias_of(tensor: Tensor) -> AliasSpec | None:
    """What a transposed or weighted name of a tied parameter stands for; None for other tensors."""
    return None if tensor._owner is tensor else _C._alias_of(tensor)


def rebuild_alias(cls: type, owner: Tensor, transposed: bool, scale: float) -> Any:
    """A parameter that stands for another: its memory, its gradient."""
    made = _C._leaf_alias(cls, owner, transposed, scale)
    if not issubclass(cls, taut.nn.Parameter):
        made._is_param = True  # a tensor of the user's class that counts as a Parameter
    return made


_handles: weakref.WeakValueDictionary[int, Storage] = weakref.WeakValueDictionary()


class Storage:
    """A handle on the whole memory under a tensor, without a dtype."""

    def __init__(self, bytes_tensor: Tensor) -> None:
        self._bytes = bytes_tensor

    @staticmethod
    def of(tensor: Tensor) -> Storage:
        """The handle of the memory under ``tensor``."""
        key = tensor._storage_id()
        handle = _handles.get(key)
        if handle is None:
            handle = _handles[key] = Storage(_C._storage_as_bytes(tensor))
        return handle

    @staticmethod
    def empty(nbytes: int) -> Storage:
        """New memory, not initialised."""
        return Storage(taut.empty(nbytes, dtype=taut.uint8, device="cpu"))

    @property
    def nbytes(self) -> int:
        """Its size."""
        return self._bytes.numel()

    def buffer(self) -> memoryview:
        """Its bytes, writable, without a copy."""
        return _C._storage_buffer(self._bytes)

    def tensor(self, dtype: Any, offset: int, size: Sequence[int], stride: Sequence[int]) -> Tensor:
        """A tensor over this memory; ``offset`` and ``stride`` count elements."""
        return _C._tensor_on_storage(self._bytes, dtype, offset, tuple(size), tuple(stride))

    def clone(self) -> Storage:
        """A copy of the memory."""
        copied = self._bytes.clone()
        copied._set_origin(self._bytes._origin())
        return Storage(copied)

    def __deepcopy__(self, memo: dict[int, Any]) -> Storage:
        if id(self) not in memo:
            memo[id(self)] = self.clone()
            memo.setdefault(id(memo), []).append(self)  # the id must not be used again meanwhile
        return memo[id(self)]

    def __reduce_ex__(self, protocol: int) -> tuple[Any, ...]:  # type: ignore[override]
        if self._bytes.is_meta:
            return _rebuild_meta, (self.nbytes,)
        buffer = self.buffer()
        if protocol < 5:
            return _rebuild_storage, (bytes(buffer),)
        return _rebuild_storage, (pickle.PickleBuffer(buffer),)


def _rebuild_storage(content: Any) -> Storage:
    source = memoryview(content)
    storage = Storage.empty(source.nbytes)
    storage.buffer()[:] = source.cast("B")
    return storage


def _rebuild_meta(nbytes: int) -> Storage:
    return Storage(taut.empty(nbytes, dtype=taut.uint8, device="meta"))


def rebuild_tensor(
    cls: type,
    storage: Storage,
    dtype: Any,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    requires_grad: bool,
) -> Any:
    """A leaf of class ``cls`` (Tensor, Parameter, a subclass) over a storage."""
    tensor = storage.tensor(dtype, offset, size, stride)
    if cls is Tensor:
        return tensor.requires_grad_() if requires_grad else tensor
    return as_subclass(cls, tensor, requires_grad)


def _sparse_parts(tensor: Tensor) -> tuple[Any, ...]:
    size, coalesced = tuple(tensor.shape), tensor.is_coalesced()
    return tensor._indices(), tensor._values(), size, coalesced, tensor.requires_grad


def rebuild_sparse(
    cls: type,
    indices: Tensor,
    values: Tensor,
    size: Sequence[int],
    coalesced: bool,
    requires_grad: bool,
) -> Any:
    """A sparse leaf of class ``cls``."""
    tensor = taut.sparse_coo_tensor(indices, values, size, is_coalesced=coalesced)
    if cls is Tensor:
        return tensor.requires_grad_() if requires_grad else tensor
    return as_subclass(cls, tensor, requires_grad)


def as_subclass(cls: type, tensor: Tensor, requires_grad: bool) -> Any:
    """The memory of a tensor as a leaf of another class; the class's ``__init__`` is not run."""
    return _C._make_subclass(cls, tensor, requires_grad)


def user_attributes(tensor: Tensor) -> dict[str, Any] | None:
    """What the user set on the object."""
    return getattr(tensor, "__dict__", None) or None


def _layout(tensor: Tensor) -> tuple[Any, ...]:
    return (
        tensor.dtype,
        tensor.storage_offset(),
        tuple(tensor.shape),
        tuple(tensor.stride()),
        tensor.requires_grad,
    )


def reduce_tensor(tensor: Tensor, protocol: int = 2) -> tuple[Any, ...]:
    """``Tensor.__reduce_ex__``: the storage, and the tensor as a view of it.

    Gradients and hooks are not pickled; a result of operations comes back as a leaf.
    """
    alias = alias_of(tensor)
    if alias is not None:
        return rebuild_alias, (type(tensor), *alias), user_attributes(tensor)
    if tensor.is_sparse:
        return rebuild_sparse, (type(tensor), *_sparse_parts(tensor)), user_attributes(tensor)
    args = (type(tensor), Storage.of(tensor), *_layout(tensor))
    return rebuild_tensor, args, user_attributes(tensor)


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
    alias = alias_of(tensor)
    if alias is not None:
        owner, transposed, scale = alias
        owner = copy.deepcopy(owner, memo)
        result = rebuild_alias(type(tensor), owner, transposed, scale)
    elif tensor.is_sparse:
        result = rebuild_sparse(type(tensor), *copy.deepcopy(_sparse_parts(tensor), memo))
    else:
        storage = copy.deepcopy(Storage.of(tensor), memo)
        result = rebuild_tensor(type(tensor), storage, *_layout(tensor))
    memo[id(tensor)] = result
    is_parameter = type(tensor) is not Tensor and isinstance(tensor, taut.nn.Parameter)
    if tensor.grad is not None and not is_parameter:
        result.grad = copy.deepcopy(tensor.grad, memo)
    attributes = user_attributes(tensor)
    if attributes:
        vars(result).update(copy.deepcopy(attributes, memo))
    return result

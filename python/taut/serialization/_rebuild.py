"""What a checkpoint may build, and how: the functions behind the names in its pickle.

Every argument comes from the file, so each is checked before it is used.
"""

from __future__ import annotations

import codecs
import functools
import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut._utils import Storage, as_subclass, rebuild_alias
from taut.serialization._limits import require
from taut.serialization._names import STORAGE_DTYPES, TIE_ATTRIBUTE, dtypes

__all__ = ["StorageKind", "TypedStorage", "known_globals"]


class StorageKind:
    """A storage class of PyTorch; says which dtype a storage record is read as."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class TypedStorage:
    """A storage read from a record, as elements of one dtype."""

    __slots__ = ("dtype", "numel", "storage")

    def __init__(self, storage: Storage, dtype: Any, numel: int) -> None:
        self.storage = storage
        self.dtype = dtype
        self.numel = numel


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_layout(offset: Any, size: Any, stride: Any, requires_grad: Any) -> None:
    """Raise unless these are sizes and strides that a tensor can have."""
    require(isinstance(size, tuple) and isinstance(stride, tuple), "sizes that are not tuples")
    require(len(size) == len(stride) <= 64, "{} sizes, {} strides", len(size), len(stride))
    require(all(map(_is_count, (offset, *size, *stride))), "size {}, stride {}", size, stride)
    require(type(requires_grad) is bool, "requires_grad that is not a bool")
    require(math.prod(max(n, 1) for n in size) < 2**60, "size {}", size)
    require(all(s < 2**60 for s in stride), "stride {}", stride)


def rebuild_tensor(
    storage: Any,
    offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any = False,
    hooks: Any = None,
    metadata: Any = None,
) -> Tensor:
    """``torch._utils._rebuild_tensor_v2``, with every index inside the storage."""
    require(type(storage) is TypedStorage, "a tensor without a storage")
    _check_layout(offset, size, stride, requires_grad)
    end = offset + sum((n - 1) * s for n, s in zip(size, stride)) + 1 if 0 not in size else offset
    require(
        end <= storage.numel,
        "a tensor of size {} and stride {} at {} in {} elements",
        size,
        stride,
        offset,
        storage.numel,
    )
    tensor = storage.storage.tensor(storage.dtype, offset, size, stride)
    return tensor.requires_grad_() if requires_grad else tensor


def rebuild_meta(dtype: Any, size: Any, stride: Any, requires_grad: Any) -> Tensor:
    """``torch._utils._rebuild_meta_tensor_no_storage``: a tensor without values."""
    require(isinstance(dtype, taut.dtype), "a meta tensor without a dtype")
    _check_layout(0, size, stride, requires_grad)
    tensor = taut.empty_strided(size, stride, dtype=dtype, device="meta")
    return tensor.requires_grad_() if requires_grad else tensor


def rebuild_sparse(layout: Any, data: Any) -> Tensor:
    """``torch._utils._rebuild_sparse_tensor``, in coordinate form."""
    require(layout is taut.sparse_coo, "a tensor of layout {}", layout)
    require(isinstance(data, tuple) and len(data) in (3, 4), "a sparse tensor of other parts")
    indices, values, size = data[:3]
    require(all(isinstance(t, Tensor) for t in (indices, values)), "a sparse tensor without parts")
    require(isinstance(size, tuple) and all(map(_is_count, size)), "size {}", size)
    coalesced = bool(data[3]) if len(data) > 3 else False
    return taut.sparse_coo_tensor(indices, values, size, is_coalesced=coalesced)


def _layout(name: Any) -> Any:
    known = {"torch.strided": taut.strided, "torch.sparse_coo": taut.sparse_coo}
    require(isinstance(name, str) and name in known, "the layout {}", name)
    return known[name]


def rebuild_parameter(data: Any, requires_grad: Any, hooks: Any = None) -> Tensor:
    """``torch._utils._rebuild_parameter``."""
    require(isinstance(data, Tensor), "a Parameter that is not a tensor")
    return as_subclass(taut.nn.Parameter, data, bool(requires_grad))


def rebuild_parameter_with_state(data: Any, requires_grad: Any, hooks: Any, state: Any) -> Tensor:
    """``torch._utils._rebuild_parameter_with_state``."""
    if isinstance(state, dict) and TIE_ATTRIBUTE in state:
        parameter = _rebuild_tied(data, state.pop(TIE_ATTRIBUTE))
    else:
        parameter = rebuild_parameter(data, requires_grad)
    _set_attributes(parameter, state)
    return parameter


def _rebuild_tied(data: Any, alias: Any) -> Tensor:
    """A parameter that stands for another one, over the same memory."""
    require(isinstance(alias, tuple) and len(alias) == 3, "a tie that is not a tuple of three")
    owner, transposed, scale = alias
    require(isinstance(owner, taut.nn.Parameter), "a tie to something that is not a Parameter")
    require(type(transposed) is bool and type(scale) is float, "a tie of unknown kind")
    require(isinstance(data, Tensor), "a Parameter that is not a tensor")
    require(owner.dim() == 2 or not transposed, "a transposed tie to what is not a matrix")
    shape = owner.shape[::-1] if transposed else owner.shape
    require(data.shape == shape, "a tie between shapes {} and {}", tuple(shape), tuple(data.shape))
    return rebuild_alias(taut.nn.Parameter, owner, transposed, scale)


def rebuild_with_state(rebuild: Any, cls: Any, args: Any, state: Any) -> Tensor:
    """``torch._tensor._rebuild_from_type_v2``: a tensor of a subclass, or with attributes."""
    require(rebuild in (rebuild_tensor, rebuild_parameter), "a tensor rebuilt by {}", rebuild)
    require(isinstance(cls, type) and issubclass(cls, Tensor), "{} is no tensor class", cls)
    require(isinstance(args, tuple), "arguments that are not a tuple")
    tensor = rebuild(*args)
    if type(tensor) is not cls:
        tensor = as_subclass(cls, tensor, tensor.requires_grad)
    _set_attributes(tensor, state)
    return tensor


def _set_attributes(tensor: Tensor, state: Any) -> None:
    require(isinstance(state, dict), "attributes that are not a dict")
    require(all(type(key) is str for key in state), "attributes whose names are not strings")
    vars(tensor).update(state)


def _encode(text: Any, encoding: Any) -> bytes:
    """How protocol 2 writes bytes."""
    require(type(text) is str and encoding in ("latin1", "latin-1"), "bytes in another encoding")
    return codecs.encode(text, "latin1")


def _bytearray(content: Any = b"", encoding: Any = "latin1") -> bytearray:
    if isinstance(content, str):
        content = _encode(content, encoding)
    require(isinstance(content, bytes), "a bytearray of something else")  # not a size to allocate
    return bytearray(content)


def _size(dims: Any) -> Any:
    require(isinstance(dims, tuple) and all(map(_is_count, dims)), "a Size of {}", dims)
    return taut.Size(dims)


def _device(*args: Any) -> Any:
    require(all(isinstance(arg, (str, int)) for arg in args), "a device of {}", args)
    return taut.device(*args)


def _defaultdict(factory: Any = None, *args: Any) -> Any:
    require(factory in (None, dict, list, set, int, float, str), "a defaultdict of another kind")
    return defaultdict(factory, *args)


@functools.cache
def known_globals() -> dict[tuple[str, str], Any]:
    """(module, name) -> what it stands for: the closed list."""
    table: dict[tuple[str, str], Any] = {
        ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
        ("torch._utils", "_rebuild_meta_tensor_no_storage"): rebuild_meta,
        ("torch._utils", "_rebuild_sparse_tensor"): rebuild_sparse,
        ("torch.serialization", "_get_layout"): _layout,
        ("torch._utils", "_rebuild_parameter"): rebuild_parameter,
        ("torch._utils", "_rebuild_parameter_with_state"): rebuild_parameter_with_state,
        ("torch._tensor", "_rebuild_from_type_v2"): rebuild_with_state,
        ("torch", "Tensor"): Tensor,
        ("torch._tensor", "Tensor"): Tensor,
        ("torch.nn.parameter", "Parameter"): taut.nn.Parameter,
        ("torch", "Size"): _size,
        ("torch", "device"): _device,
        ("collections", "OrderedDict"): OrderedDict,
        ("collections", "Counter"): Counter,
        ("collections", "deque"): deque,
        ("collections", "defaultdict"): _defaultdict,
        ("_codecs", "encode"): _encode,
    }
    plain: dict[str, Callable[..., Any]] = {
        "set": set, "frozenset": frozenset, "complex": complex, "bytearray": _bytearray,
        "dict": dict, "list": list, "int": int, "float": float, "str": str,
    }  # fmt: skip
    for name, value in plain.items():
        table["builtins", name] = table["__builtin__", name] = value
    for name, dtype in dtypes().items():
        table["torch", name] = dtype
    for name in STORAGE_DTYPES:
        table["torch", name] = StorageKind(name)
    return table


# Those that copy their first argument, or with ``defaultdict`` the second.
COPYING: dict[Any, int] = {
    OrderedDict: 0, Counter: 0, deque: 0, set: 0, frozenset: 0, _size: 0, _encode: 0, _bytearray: 0,
    _defaultdict: 1, rebuild_with_state: 3, rebuild_parameter_with_state: 3,
}  # fmt: skip
# Those that hash what they copy.
HASHING = frozenset({OrderedDict, Counter, set, frozenset, _defaultdict})

# What a pickle may call; the other globals are values or mark a type.
CALLABLES = frozenset(
    {
        rebuild_tensor, rebuild_meta, rebuild_parameter, rebuild_parameter_with_state, rebuild_with_state,
        rebuild_sparse, _layout, OrderedDict, Counter, deque, set, frozenset, complex,
        _size, _device, _defaultdict, _encode, _bytearray,
    }
)  # fmt: skip

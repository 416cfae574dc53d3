"""Writing ``data.pkl``: a pickle whose tensors refer to storage records, under PyTorch's names."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import Any

import taut
from taut import Tensor
from taut._utils import Storage, alias_of, user_attributes
from taut.serialization._names import TIE_ATTRIBUTE, dtype_names, storage_class_name

__all__ = ["CheckpointPickler"]


class _Name:
    """A class or function of PyTorch, by name only: PyTorch need not be there."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __call__(self, *args: Any) -> None:
        raise TypeError(f"{self.module}.{self.name} is only a name")  # pickle wants callables


class _TypedStorage:
    """A storage seen as elements of one dtype, which is how a checkpoint refers to it."""

    def __init__(self, storage: Storage, dtype: Any) -> None:
        self.storage = storage
        self.dtype = dtype


_Pickler: Any = pickle._Pickler


class CheckpointPickler(_Pickler):
    """Pickles an object and collects the storages of its tensors.

    The C pickler looks every name up by importing it; this one, in Python, can write names of a
    package that is not installed. Tensors' memory does not pass through it.

    Attributes:
        storages: record key -> storage, to be written beside the pickle.
    """

    dispatch = _Pickler.dispatch.copy()

    def __init__(self, file: Any, protocol: int = 2) -> None:
        super().__init__(file, protocol)
        self.storages: dict[str, Storage] = {}
        self._keys: dict[Storage, str] = {}
        self._seen_as: dict[Storage, Any] = {}
        self._names: dict[tuple[str, str], _Name] = {}

    def _name(self, module: str, name: str) -> _Name:
        # One object for each name, so that the pickle refers back instead of repeating it.
        return self._names.setdefault((module, name), _Name(module, name))

    def _save_name(self, obj: _Name) -> None:
        if self.proto >= 4:
            self.save(obj.module)
            self.save(obj.name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode("ascii"))
        self.memoize(obj)

    dispatch[_Name] = _save_name

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, taut.dtype):
            obj = self._name("torch", dtype_names()[obj])
        elif obj is Tensor:
            obj = self._name("torch", "Tensor")
        elif obj is taut.nn.Parameter:
            obj = self._name("torch.nn.parameter", "Parameter")
        super().save(obj, save_persistent_id)

    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _TypedStorage):
            return None
        storage, dtype = obj.storage, obj.dtype
        if self._seen_as.setdefault(storage, dtype) != dtype:
            raise RuntimeError(
                "save: cannot save tensors that view the same memory as different types, "
                f"{self._seen_as[storage]} and {dtype}; clone one of them"
            )
        key = self._keys.setdefault(storage, str(len(self._keys)))
        self.storages[key] = storage
        kind = self._name("torch", storage_class_name(dtype))
        return "storage", kind, key, "cpu", storage.nbytes // dtype.itemsize

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Tensor):
            if taut.nn.parameter.is_lazy(obj):
                return NotImplemented  # nothing to keep but its class, which knows how
            is_parameter = issubclass(type(obj), taut.nn.Parameter)
            return self._reduce_parameter(obj) if is_parameter else self._reduce_tensor(obj)
        if isinstance(obj, taut.layout):
            return self._name("torch.serialization", "_get_layout"), (repr(obj),)
        if isinstance(obj, taut.Size):
            return self._name("torch", "Size"), (tuple(obj),)
        if isinstance(obj, taut.device):
            return self._name("torch", "device"), (obj.type,)
        return NotImplemented

    def _reduce_tensor(self, tensor: Tensor) -> tuple[Any, ...]:
        if tensor.is_meta:
            layout = tuple(tensor.shape), tuple(tensor.stride())
            rebuild = self._name("torch._utils", "_rebuild_meta_tensor_no_storage")
            return rebuild, (tensor.dtype, *layout, tensor.requires_grad)
        if tensor.is_sparse:
            rebuild = self._name("torch._utils", "_rebuild_sparse_tensor")
            parts = tensor._indices(), tensor._values(), tensor.shape, tensor.is_coalesced()
            return rebuild, (tensor.layout, parts)
        rebuild = self._name("torch._utils", "_rebuild_tensor_v2")
        args: tuple[Any, ...] = (
            _TypedStorage(Storage.of(tensor), tensor.dtype),
            tensor.storage_offset(),
            tuple(tensor.shape),
            tuple(tensor.stride()),
            tensor.requires_grad,
            OrderedDict(),
        )
        state = user_attributes(tensor)
        if type(tensor) is Tensor and not state:
            return rebuild, args
        rebuild_any = self._name("torch._tensor", "_rebuild_from_type_v2")
        return rebuild_any, (rebuild, type(tensor), args, state or {})

    def _reduce_parameter(self, parameter: Tensor) -> tuple[Any, ...]:
        args: tuple[Any, ...] = (parameter.data, parameter.requires_grad, OrderedDict())
        state = user_attributes(parameter)
        alias = alias_of(parameter)
        if alias is not None:  # an attribute for readers that do not know what it means
            state = {**(state or {}), TIE_ATTRIBUTE: alias}
        if not state:
            return self._name("torch._utils", "_rebuild_parameter"), args
        return self._name("torch._utils", "_rebuild_parameter_with_state"), (*args, state)

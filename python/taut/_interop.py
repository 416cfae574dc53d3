"""PyTorch's tensors as taut's and the other way, over the same memory.

Note [Shared with PyTorch]
~~~~~~~~~~~~~~~~~~~~~~~~~~
A structure is converted storage by storage: each memory is handed over once, as a whole, and every
tensor on it is cut out of that again. So views stay views, what is tied stays tied, and one object
that stands at two places stands at both as one object. PyTorch is imported only here, when asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import taut
from taut import Tensor
from taut._utils import Storage, alias_of
from taut.torch._finder import reference

__all__ = ["from_torch", "to_torch"]


def from_torch(obj: Any) -> Any:
    """Tensors of PyTorch, and structures of them, as taut's over the same memory.

    Args:
        obj: a tensor or Parameter; a dict, list or tuple with such in it, nested as you like, such as
            ``net.state_dict()`` or ``optimizer.state_dict()``; a module or an optimiser, which
            stand for their state. Other values stay what they are. An optimiser that loads what
            comes of another one's state steps the same moments as that; give a copy to avoid it.

    Raises:
        TypeError: a tensor of an element type that taut does not have.
        RuntimeError: a tensor that is not on the CPU, or is not strided.

    Example:
        >>> import taut, torch
        >>> theirs = torch.zeros(2)
        >>> ours = taut.from_torch({"a": theirs})["a"]
        >>> _ = theirs.fill_(1.0)
        >>> ours
        tensor([1., 1.])
    """
    with reference() as torch:
        if isinstance(obj, (torch.nn.Module, torch.optim.Optimizer)):
            obj = obj.state_dict()
        return _convert(obj, torch.Tensor, _FromTorch(torch))


def to_torch(obj: Any) -> Any:
    """Tensors of taut, and structures of them, as PyTorch's over the same memory.

    Args:
        obj: as in :func:`from_torch`, with taut's types.

    Raises:
        ImportError: PyTorch is not installed.
        NotImplementedError: a tensor on the meta device.

    Example:
        >>> import taut, torch
        >>> ours = taut.zeros(2)
        >>> _ = taut.to_torch(ours).fill_(1.0)
        >>> ours
        tensor([1., 1.])
    """
    with reference() as torch:
        if isinstance(obj, (taut.nn.Module, taut.optim.Optimizer)):
            obj = obj.state_dict()
        return _convert(obj, Tensor, _ToTorch(torch))


def _convert(obj: Any, kind: type, convert: Any) -> Any:
    """A structure with its tensors converted; each object once."""
    done: dict[int, Any] = {}

    def walk(value: Any) -> Any:
        if id(value) in done:
            return done[id(value)][0]
        done[id(value)] = result, _ = made(value), value
        return result

    def made(value: Any) -> Any:
        if isinstance(value, kind):
            return convert.tensor(value)
        if isinstance(value, Mapping):
            items = {key: walk(item) for key, item in value.items()}
            if type(value) is not OrderedDict:
                return items if type(value) is dict else _like(value, items)
            ordered: Any = OrderedDict(items)
            vars(ordered).update(vars(value))  # such as a state_dict's _metadata
            return ordered
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(walk, value))
        if type(value) in (list, tuple):
            return type(value)(map(walk, value))
        return convert.other(value)

    return walk(obj)


def _like(value: Any, items: dict[Any, Any]) -> Any:
    """The items in a copy of a mapping of another kind, such as a defaultdict."""
    copied = value.copy()
    copied.update(items)
    return copied


class _FromTorch:
    """From PyTorch's tensors."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._storages: dict[int, Storage] = {}

    def tensor(self, t: Any) -> Tensor:
        dtype = self.other(t.dtype)
        if not isinstance(dtype, taut.dtype):
            raise TypeError(f"from_torch: taut does not have the element type {t.dtype}")
        if t.layout != self._torch.strided or t.device.type not in ("cpu", "meta"):
            raise RuntimeError(
                f"from_torch: expected a strided tensor on the CPU, got {t.layout} on {t.device}"
            )
        layout = tuple(t.shape), tuple(t.stride())
        if t.device.type == "meta":
            made = taut.empty_strided(*layout, dtype=dtype, device="meta")
        elif t.is_neg():
            made = taut.from_dlpack(t.detach().resolve_neg())
        else:
            made = self._storage(t).tensor(dtype, t.storage_offset(), *layout)
        if isinstance(t, self._torch.nn.Parameter):
            return taut.nn.Parameter(made, requires_grad=t.requires_grad)
        return made.requires_grad_() if t.requires_grad and t.is_leaf else made

    def _storage(self, t: Any) -> Storage:
        memory = t.untyped_storage()
        key = memory.data_ptr()
        if not memory.nbytes():
            return Storage.empty(0)
        if key not in self._storages:
            whole = self._torch.empty(0, dtype=self._torch.uint8).set_(memory)
            self._storages[key] = Storage(taut.from_dlpack(whole))
        return self._storages[key]

    def other(self, value: Any) -> Any:
        if isinstance(value, self._torch.dtype):
            return getattr(taut, str(value).removeprefix("torch."), value)
        if isinstance(value, self._torch.Size):
            return taut.Size(value)
        if isinstance(value, self._torch.device):
            return taut.device(value.type)
        return value


class _ToTorch:
    """To PyTorch's tensors."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._storages: dict[int, Any] = {}
        self._kept: list[Storage] = []

    def tensor(self, t: Tensor) -> Any:
        torch = self._torch
        memory = self._storage(t)
        made = torch.empty(0, dtype=self.other(t.dtype))
        made.set_(memory, t.storage_offset(), tuple(t.shape), tuple(t.stride()))
        if isinstance(t, taut.nn.Parameter) and alias_of(t) is None:
            return torch.nn.Parameter(made, requires_grad=t.requires_grad)
        return made.requires_grad_() if t.requires_grad and t.is_leaf else made

    def _storage(self, t: Tensor) -> Any:
        key = t._storage_id()
        if key not in self._storages:
            handle = Storage.of(t)
            self._kept.append(handle)  # so that its id stays its own
            whole = handle.tensor(taut.uint8, 0, (handle.nbytes,), (1,))
            self._storages[key] = self._torch.from_dlpack(whole).untyped_storage()
        return self._storages[key]

    def other(self, value: Any) -> Any:
        if isinstance(value, taut.dtype):
            return getattr(self._torch, str(value).removeprefix("torch."))
        if isinstance(value, taut.Size):
            return self._torch.Size(value)
        if isinstance(value, taut.device):
            return self._torch.device(value.type)
        return value

"""Parameters and buffers: tensors that a module owns."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

import taut
from taut import _C, Tensor
from taut._utils import alias_of, rebuild_alias

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]


class _Role(type(Tensor)):  # type: ignore[misc]
    """Parameters and buffers made of a subclass of Tensor are of that class, and count as these."""

    _flag: str

    def __instancecheck__(cls, instance: Any) -> bool:
        if super().__instancecheck__(instance):
            return True
        own = "_flag" in cls.__dict__  # not for subclasses of Parameter
        return own and isinstance(instance, Tensor) and getattr(instance, cls._flag, False)


def _made(cls: type, data: Any, requires_grad: bool) -> Any:
    """The memory of ``data`` as a ``cls``, or as its own class where that is the user's."""
    if not isinstance(data, Tensor):
        raise TypeError(f"{cls.__name__}: data must be a Tensor, got {type(data).__name__}")
    kind = type(data)
    if kind in (Tensor, _C.TensorBase) or issubclass(kind, (Parameter, Buffer)):
        return _C._make_subclass(cls, data, requires_grad)
    made = _C._make_subclass(kind, data, requires_grad)
    setattr(made, cls._flag, True)  # type: ignore[attr-defined]
    return made


class Parameter(Tensor, metaclass=_Role):
    """A tensor that a module registers as its parameter when assigned to an attribute.

    Args:
        data: the values; the parameter shares their memory. An empty tensor if None. A tensor of a
            subclass stays of its class and counts as a Parameter.
        requires_grad: whether the parameter is trained.

    Example:
        >>> import taut
        >>> taut.nn.Parameter(taut.zeros(2))
        Parameter containing:
        tensor([0., 0.], requires_grad=True)
    """

    _flag = "_is_param"

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        return _made(cls, taut.empty(0) if data is None else data, requires_grad)

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__()

    __hash__ = Tensor.__hash__


class Buffer(Tensor, metaclass=_Role):
    """A tensor that a module registers as a buffer when assigned to an attribute.

    Args:
        data: the values; the buffer shares their memory. An empty tensor if None. A tensor of a
            subclass stays of its class and counts as a Buffer.
        persistent: whether the buffer is part of ``state_dict``.

    Example:
        >>> import taut
        >>> m = taut.nn.Module()
        >>> m.mean = taut.nn.Buffer(taut.zeros(2))
        >>> m.state_dict()
        OrderedDict([('mean', tensor([0., 0.]))])
    """

    _flag = "_is_buffer"
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        data = taut.empty(0) if data is None else data
        made = _made(cls, data, getattr(data, "requires_grad", False))
        made.persistent = persistent
        return made

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return repr(self.detach().requires_grad_(self.requires_grad))  # as a tensor, as in PyTorch

    __hash__ = Tensor.__hash__


class _Lazy:
    """A tensor whose shape is not known yet: using it is an error until it is materialized."""

    _target: ClassVar[Callable[..., Any]]
    _allowed = frozenset(
        [
            "__class__",
            "__dict__",
            "__init__",
            "__hash__",
            "__repr__",
            "__deepcopy__",
            "__reduce_ex__",
            "materialize",
            "requires_grad",
            "requires_grad_",
            "dtype",
            "device",
            "is_meta",
            "data",
            "is_leaf",
            "grad",
            "grad_fn",
            "_is_param",
            "_is_buffer",
            "_target",
            "persistent",
            "_lazy_dtype",
            "__setattr__",
            "__module__",
            "__doc__",
            "_allowed",
            "register_hook",
            "cpu",
            "to",
            "float",
            "double",
            "half",
            "share_memory_",
            "_storage_id",
            "_cast",
            "_owner",
        ]
    )

    def __getattribute__(self, name: str) -> Any:
        if name in _Lazy._allowed:
            return object.__getattribute__(self, name)
        if name == "shape":
            raise RuntimeError(
                "Can't access the shape of an uninitialized parameter or buffer. This error usually "
                "happens in `load_state_dict` when trying to load an uninitialized parameter into "
                "an initialized one. Call `forward` to initialize the parameters before accessing "
                "their attributes."
            )
        raise ValueError(
            f"Attempted to use an uninitialized parameter in {name}. This error happens when you "
            "are using a `LazyModule` or explicitly manipulating taut.nn.parameter."
            "UninitializedParameter objects. When using LazyModules, call `forward` with a dummy "
            "batch to initialize the parameters before calling other functions."
        )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Gives the tensor a shape and (uninitialised) memory; it becomes an ordinary one.

        Args:
            shape: the sizes.
            device: the CPU or "meta"; that of the lazy tensor if None.
            dtype: the element type; that of the lazy tensor if None.
        """
        if device is None:
            device = "meta" if object.__getattribute__(self, "is_meta") else "cpu"
        dtype = dtype or object.__getattribute__(self, "dtype")
        data = taut.empty(shape, dtype=dtype, device=device)
        object.__setattr__(self, "data", data)
        owner = self._owner
        for one in (owner, *_C._aliases_of(owner)):  # all names of a tied parameter
            one.__class__ = one._target

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            alias = alias_of(self)  # type: ignore[arg-type]
            if alias is None:
                fresh = type(self)(requires_grad=self.requires_grad, dtype=self.dtype)  # type: ignore[call-arg]
            else:
                owner, transposed, scale = alias
                owner = copy.deepcopy(owner, memo)
                fresh = rebuild_alias(type(self), owner, transposed, scale)
            memo[id(self)] = fresh
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        alias = alias_of(self)  # type: ignore[arg-type]
        if alias is not None:
            return rebuild_alias, (type(self), *alias)
        return _rebuild_lazy, (type(self), self.requires_grad, self.dtype)


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(self: Any, *args: Any) -> Any:
        return getattr(self, name)  # raises, and says why

    return refuse


# Operators do not look at the instance's attributes.
for _name in [
    "__abs__",
    "__add__",
    "__and__",
    "__bool__",
    "__contains__",
    "__float__",
    "__floordiv__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__iadd__",
    "__imul__",
    "__index__",
    "__int__",
    "__invert__",
    "__isub__",
    "__iter__",
    "__itruediv__",
    "__le__",
    "__len__",
    "__lt__",
    "__matmul__",
    "__mod__",
    "__mul__",
    "__neg__",
    "__or__",
    "__pow__",
    "__radd__",
    "__rmatmul__",
    "__rmul__",
    "__rpow__",
    "__rsub__",
    "__rtruediv__",
    "__setitem__",
    "__sub__",
    "__truediv__",
    "__xor__",
]:
    setattr(_Lazy, _name, _refusal(_name))


def _rebuild_lazy(cls: type, requires_grad: bool, dtype: Any) -> Any:
    return cls(requires_grad=requires_grad, dtype=dtype)


class UninitializedParameter(_Lazy, Parameter):  # type: ignore[misc]
    """A parameter whose shape the first forward of a lazy module decides.

    Args:
        requires_grad: whether it will be trained.
        device: the CPU or "meta".
        dtype: its element type.

    Example:
        >>> import taut
        >>> p = taut.nn.UninitializedParameter()
        >>> p.materialize((2, 3))
        >>> p.shape
        torch.Size([2, 3])
    """

    _target = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return _C._make_subclass(cls, taut.empty(0, dtype=dtype, device=device), requires_grad)

    __hash__ = Tensor.__hash__


class UninitializedBuffer(_Lazy, Buffer):  # type: ignore[misc]
    """A buffer whose shape the first forward of a lazy module decides.

    Example:
        >>> import taut
        >>> b = taut.nn.UninitializedBuffer()
        >>> b.materialize((2,))
        >>> b.shape
        torch.Size([2])
    """

    _target = Buffer

    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: Any = None,
        persistent: bool = True,
    ) -> Any:
        made = _C._make_subclass(cls, taut.empty(0, dtype=dtype, device=device), requires_grad)
        made.persistent = persistent
        return made

    __hash__ = Tensor.__hash__


def is_lazy(tensor: Any) -> bool:
    """True for a parameter or buffer whose shape is not known yet.

    Example:
        >>> import taut
        >>> taut.nn.parameter.is_lazy(taut.nn.LazyLinear(2).weight)
        True
    """
    return isinstance(tensor, _Lazy)

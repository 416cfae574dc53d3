"""Tensor: the Python class over the C++ one, and the methods that are Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from taut import _C
from taut._conversion import ConversionMethods
from taut._lazy import METHODS, LazyMethod
from taut.utils.hooks import RemovableHandle

if TYPE_CHECKING:
    from taut._device import device as Device

__all__ = ["Tensor"]


class Tensor(ConversionMethods, _C.TensorBase):
    """A strided array of numbers whose operations can be differentiated.

    Made by :func:`taut.tensor`, :func:`taut.zeros` and the like, or as ``Tensor(sizes...)`` and
    ``Tensor(data)`` of the default dtype.

    Example:
        >>> import taut
        >>> x = taut.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    def __new__(cls, *args: Any, device: Any = None) -> Tensor:
        import taut

        if len(args) == 1 and isinstance(args[0], _C.TensorBase):
            made = args[0].detach()
        elif len(args) == 1 and not isinstance(args[0], int):
            made = taut.tensor(args[0], dtype=taut.get_default_dtype())
        else:
            made = taut.empty(*args) if args else taut.empty(0)
        return made if cls is Tensor else _C._make_subclass(cls, made)

    @staticmethod
    def _make_subclass(cls: type, data: Tensor, requires_grad: bool = False) -> Any:  # noqa: PLW0211
        return _C._make_subclass(cls, data, requires_grad)

    # -- autograd --------------------------------------------------------------------------------

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Adds the gradients of this tensor with respect to the graph's leaves into their ``.grad``.

        Args:
            gradient: the gradient of this tensor, of its shape; may be omitted for one element.
            retain_graph: keep saved values for another backward; as ``create_graph`` if None.
            create_graph: make the gradients differentiable.
            inputs: tensors to take gradients of; all leaves if None.

        Raises:
            RuntimeError: no gradient given for more than one element, nothing to differentiate, or
                saved values already freed or changed.

        Example:
            >>> import taut
            >>> x = taut.tensor(3.0, requires_grad=True)
            >>> (x * x).backward()
            >>> x.grad
            tensor(6.)
        """
        from taut import autograd

        autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls ``hook(grad)`` whenever a gradient of this tensor is computed.

        The hook may return a tensor that replaces the gradient. Returns a handle whose
        ``remove()`` takes the hook off.

        Raises:
            RuntimeError: the tensor does not require a gradient.

        Example:
            >>> import taut
            >>> x = taut.ones(2, requires_grad=True)
            >>> _ = x.register_hook(lambda grad: grad * 10)
            >>> x.sum().backward()
            >>> x.grad
            tensor([10., 10.])
        """
        return _TensorHandle(self, _C._register_tensor_hook(self, hook))

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Calls ``hook(tensor)`` after the gradient of this leaf was added into ``.grad``.

        Raises:
            RuntimeError: not a leaf, or it does not require a gradient.

        Example:
            >>> import taut
            >>> x = taut.ones(2, requires_grad=True)
            >>> _ = x.register_post_accumulate_grad_hook(lambda p: print(p.grad))
            >>> x.sum().backward()
            tensor([1., 1.])
        """
        return _TensorHandle(self, _C._register_post_accumulate_grad_hook(self, hook))

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets ``requires_grad`` in place and returns the tensor.

        Example:
            >>> import taut
            >>> taut.ones(2).requires_grad_().requires_grad
            True
        """
        self.requires_grad = requires_grad
        return self

    # -- protocol --------------------------------------------------------------------------------

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        from taut._tensor_str import tensor_repr

        return tensor_repr(self)

    def __iter__(self) -> Iterator[Tensor]:
        if self.dim() == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self) -> bool:
        if self.numel() != 1:
            what = "no values" if self.numel() == 0 else "more than one value"
            raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous")
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.numel() != 1 or self.dtype.is_floating_point or self.dtype is _C.bool:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, (Tensor, int, float, bool)):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                f"{type(element)}."
            )
        return bool((self == element).any())

    def __format__(self, spec: str) -> str:
        if self.dim() == 0 and type(self) is Tensor:
            return self.item().__format__(spec)
        return object.__format__(self, spec)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        from taut._utils import reduce_tensor

        return reduce_tensor(self, protocol)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        from taut._utils import deepcopy_tensor

        return deepcopy_tensor(self, memo)

    # -- types and devices -----------------------------------------------------------------------

    @property
    def device(self) -> Device:
        """Where the tensor lives: the CPU, or "meta" where it has no memory."""
        from taut._device import device

        return device("meta" if self.is_meta else "cpu")

    @property
    def layout(self) -> Any:
        """The memory layout: ``taut.strided``, or ``taut.sparse_coo`` in coordinate form."""
        import taut

        return taut.sparse_coo if self.is_sparse else taut.strided


class _TensorHandle(RemovableHandle):
    """A handle for a hook that C++ keeps."""

    def __init__(self, tensor: Tensor, hook_id: int) -> None:
        self._tensor = tensor
        self.id = hook_id

    def remove(self) -> None:
        """Takes the hook off its tensor."""
        _C._remove_tensor_hook(self._tensor, self.id)


class _NodeHandle(RemovableHandle):
    """A handle for a hook on a graph node."""

    def __init__(self, node: Any, hook_id: int) -> None:
        self._node = node
        self.id = hook_id

    def remove(self) -> None:
        """Takes the hook off its node."""
        self._node._remove_hook(self.id)


def _register_hook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Calls ``hook(grad_inputs, grad_outputs)`` after the node ran; it may replace grad_inputs."""
    return _NodeHandle(self, self._register_hook(hook))


def _register_prehook(self: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Calls ``hook(grad_outputs)`` before the node runs; it may replace grad_outputs."""
    return _NodeHandle(self, self._register_prehook(hook))


_C.Node.register_hook = _register_hook  # type: ignore[method-assign, assignment]
_C.Node.register_prehook = _register_prehook  # type: ignore[method-assign, assignment]
for _name in METHODS:
    setattr(Tensor, _name, LazyMethod(_name))
_C._set_tensor_class(Tensor)

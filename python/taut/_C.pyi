"""The compiled core of taut. Made by tools/make_stubs.py; not edited by hand."""

import builtins
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from taut._size import Size
from taut._tensor import Tensor

_Number: TypeAlias = builtins.bool | builtins.int | builtins.float
_Operand: TypeAlias = Tensor | _Number
_DType: TypeAlias = dtype
_Dims: TypeAlias = builtins.int | Sequence[builtins.int]

class Generator:
    """A source of random numbers: Mersenne Twister, PyTorch's streams for the same seed."""
    def __getstate__(self, /) -> bytes: ...
    def __init__(self, device: builtins.object = ...) -> None: ...
    def __setstate__(self, arg0: bytes) -> None: ...
    def clone_state(self) -> Generator:
        """Another generator in the same state."""
    @property
    def device(self) -> Any:
        ...
    def get_state(self) -> Tensor:
        """The state as a uint8 tensor of 5056 bytes, PyTorch's layout."""
    def initial_seed(self) -> builtins.int:
        """The seed that the stream started from."""
    def manual_seed(self, seed: builtins.object) -> Any:
        """Starts the stream of a seed and returns the generator."""
    def seed(self) -> builtins.int:
        """Starts the stream of a random seed and returns that seed."""
    def set_state(self, new_state: Tensor) -> Any:
        """Continues from a state of get_state(), taut's or PyTorch's."""

class Node:
    """A node of the autograd graph: one recorded operation."""
    def __eq__(self, other: builtins.object, /) -> builtins.bool: ...
    def __hash__(self) -> builtins.int: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __repr__(self) -> builtins.str: ...
    def _register_hook(self, arg0: builtins.object) -> builtins.int:
        ...
    def _register_prehook(self, arg0: builtins.object) -> builtins.int:
        ...
    def _remove_hook(self, arg0: builtins.int) -> None:
        ...
    @property
    def _saved(self) -> Any:
        ...
    @property
    def _sequence_nr(self) -> Any:
        ...
    def name(self) -> builtins.str:
        ...
    @property
    def next_functions(self) -> Any:
        ...
    def register_hook(self, *args: Any, **kwargs: Any) -> Tensor:
        """Calls ``hook(grad_inputs, grad_outputs)`` after the node ran; it may replace grad_inputs."""
    def register_prehook(self, *args: Any, **kwargs: Any) -> Tensor:
        """Calls ``hook(grad_outputs)`` before the node runs; it may replace grad_outputs."""
    @property
    def variable(self) -> Any:
        ...

class TensorBase:
    """The C++ part of taut.Tensor."""
    @property
    def H(self) -> Tensor:
        """The conjugate transpose of a matrix."""
    @property
    def T(self) -> Tensor:
        """All dimensions reversed."""
    def __abs__(self) -> Tensor: ...
    def __add__(self, other: Any, /) -> Tensor: ...
    def __and__(self, other: Any, /) -> Tensor: ...
    def __array__(self, dtype: builtins.object = ..., copy: builtins.object = ...) -> Any: ...
    def __bool__(self) -> builtins.bool: ...
    def __delitem__(self, *args: Any, **kwargs: Any) -> Tensor: ...
    def __dlpack__(self, *, stream: builtins.object = ..., max_version: builtins.tuple[builtins.int, builtins.int] | None = ..., dl_device: builtins.tuple[builtins.int, builtins.int] | None = ..., copy: builtins.bool | None = ...) -> Any: ...
    def __dlpack_device__(self) -> builtins.tuple[builtins.object, builtins.int]: ...
    def __eq__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]
    def __float__(self) -> builtins.float: ...
    def __floordiv__(self, other: Any, /) -> Tensor: ...
    def __ge__(self, other: Any, /) -> Tensor: ...
    def __getitem__(self, index: Any, /) -> Tensor: ...
    def __gt__(self, other: Any, /) -> Tensor: ...
    def __hash__(self) -> builtins.int: ...
    def __iadd__(self, other: Any, /) -> Tensor: ...
    def __iand__(self, other: Any, /) -> Tensor: ...
    def __ifloordiv__(self, other: Any, /) -> Tensor: ...
    def __ilshift__(self, other: Any, /) -> Tensor: ...
    def __imod__(self, other: Any, /) -> Tensor: ...
    def __imul__(self, other: Any, /) -> Tensor: ...
    def __index__(self) -> builtins.int: ...
    def __int__(self) -> builtins.int: ...
    def __invert__(self) -> Tensor: ...
    def __ior__(self, other: Any, /) -> Tensor: ...
    def __ipow__(self, other: Any, /) -> Tensor: ...
    def __irshift__(self, other: Any, /) -> Tensor: ...
    def __isub__(self, other: Any, /) -> Tensor: ...
    def __itruediv__(self, other: Any, /) -> Tensor: ...
    def __ixor__(self, other: Any, /) -> Tensor: ...
    def __le__(self, other: Any, /) -> Tensor: ...
    def __len__(self) -> builtins.int: ...
    def __lshift__(self, other: Any, /) -> Tensor: ...
    def __lt__(self, other: Any, /) -> Tensor: ...
    def __matmul__(self, other: Any, /) -> Tensor: ...
    def __mod__(self, other: Any, /) -> Tensor: ...
    def __mul__(self, other: Any, /) -> Tensor: ...
    def __ne__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]
    def __neg__(self) -> Tensor: ...
    def __or__(self, other: Any, /) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __pow__(self, other: Any, /) -> Tensor: ...
    def __radd__(self, other: Any, /) -> Tensor: ...
    def __rand__(self, other: Any, /) -> Tensor: ...
    def __rdiv__(self, other: _Operand) -> Tensor: ...
    def __rfloordiv__(self, other: Any, /) -> Tensor: ...
    def __rlshift__(self, other: Any, /) -> Tensor: ...
    def __rmatmul__(self, other: Any, /) -> Tensor: ...
    def __rmod__(self, other: Any, /) -> Tensor: ...
    def __rmul__(self, other: Any, /) -> Tensor: ...
    def __ror__(self, other: Any, /) -> Tensor: ...
    def __rpow__(self, other: Any, /) -> Tensor: ...
    def __rrshift__(self, other: Any, /) -> Tensor: ...
    def __rshift__(self, other: Any, /) -> Tensor: ...
    def __rsub__(self, other: Any, /) -> Tensor: ...
    def __rtruediv__(self, other: Any, /) -> Tensor: ...
    def __rxor__(self, other: Any, /) -> Tensor: ...
    def __setitem__(self, index: Any, value: Any, /) -> None: ...
    def __sub__(self, other: Any, /) -> Tensor: ...
    def __truediv__(self, other: Any, /) -> Tensor: ...
    def __xor__(self, other: Any, /) -> Tensor: ...
    @property
    def _base(self) -> Tensor:
        """The tensor this is a view of, or None."""
    def _cast(self, dtype: _DType) -> Tensor:
        ...
    def _indices(self) -> Tensor:
        ...
    @property
    def _is_inference(self) -> builtins.bool:
        """Made under inference_mode."""
    def _is_view(self) -> builtins.bool:
        ...
    def _nnz(self) -> builtins.int:
        ...
    def _origin(self) -> builtins.int:
        ...
    @property
    def _owner(self) -> Any:
        """The leaf that has this leaf's gradient: itself but for an alias."""
    def _set_origin(self, arg0: builtins.int) -> None:
        ...
    def _storage_bytes(self) -> builtins.int:
        ...
    def _storage_id(self) -> builtins.int:
        ...
    def _values(self) -> Tensor:
        ...
    @property
    def _version(self) -> builtins.int:
        """How often the storage was written in place."""
    def abs(self, *, out: Tensor | None = ...) -> Tensor:
        """The absolute value of each element.

        Example:
            >>> import taut
            >>> taut.abs(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([1.5000, 0.0000, 2.0000])"""
    def abs_(self) -> Tensor:
        """Writes into the tensor itself: The absolute value of each element."""
    def absolute(self, *, out: Tensor | None = ...) -> Tensor:
        """The absolute value of each element.

        Example:
            >>> import taut
            >>> taut.abs(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([1.5000, 0.0000, 2.0000])"""
    def absolute_(self) -> Tensor:
        """Writes into the tensor itself: The absolute value of each element."""
    def acos(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [0, pi] whose cosine is each element.

        Example:
            >>> import taut
            >>> taut.acos(taut.tensor([0.25, 0.5, 0.75]))
            tensor([1.3181, 1.0472, 0.7227])"""
    def acos_(self) -> Tensor:
        """Writes into the tensor itself: The angle in [0, pi] whose cosine is each element."""
    def acosh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic cosine of each element; NaN below 1.

        Example:
            >>> import taut
            >>> taut.acosh(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.0000, 1.3170, 2.0634])"""
    def acosh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic cosine of each element; NaN below 1."""
    def add(self, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """input + alpha * other, with broadcasting and type promotion.

        Example:
            >>> import taut
            >>> taut.add(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), alpha=10)
            tensor([21.0000, 18.0000, -6.5000])"""
    def add_(self, other: _Operand, *, alpha: _Number = ...) -> Tensor:
        """Writes into the tensor itself: input + alpha * other, with broadcasting and type promotion."""
    def addbmm(self, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """beta * input + alpha * the sum of bmm(batch1, batch2) over the batch.

        Example:
            >>> import taut
            >>> taut.addbmm(taut.zeros(2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2))
            tensor([[12., 12.],
                    [12., 12.]])"""
    def addbmm_(self, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ...) -> Tensor:
        """addbmm() over input itself."""
    def addcdiv(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
        """input + value * tensor1 / tensor2, elementwise.

        Example:
            >>> import taut
            >>> taut.addcdiv(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
            tensor([2.])"""
    def addcdiv_(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ...) -> Tensor:
        """Writes into the tensor itself: input + value * tensor1 / tensor2, elementwise."""
    def addcmul(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
        """input + value * tensor1 * tensor2, elementwise.

        Example:
            >>> import taut
            >>> taut.addcmul(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
            tensor([10.])"""
    def addcmul_(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ...) -> Tensor:
        """Writes into the tensor itself: input + value * tensor1 * tensor2, elementwise."""
    def addmm(self, mat1: Any, mat2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """beta * input + alpha * (mat1 @ mat2), input broadcasting.

        Example:
            >>> import taut
            >>> taut.addmm(taut.ones(2, 2), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), beta=10)
            tensor([[17., 20.],
                    [25., 32.]])"""
    def addmm_(self, mat1: Any, mat2: Any, *, beta: Any = ..., alpha: _Number = ...) -> Tensor:
        """addmm() over input itself."""
    def addmv(self, mat: Any, vec: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """beta * input + alpha * (mat @ vec), input broadcasting.

        Example:
            >>> import taut
            >>> taut.addmv(taut.tensor([10.0, 20.0]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
            tensor([ 9., 19.])"""
    def addmv_(self, mat: Any, vec: Any, *, beta: Any = ..., alpha: _Number = ...) -> Tensor:
        """addmv() over input itself."""
    def addr(self, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """beta * input + alpha * outer(vec1, vec2), input broadcasting.

        Example:
            >>> import taut
            >>> taut.addr(taut.zeros(2, 2), taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
            tensor([[3., 4.],
                    [6., 8.]])"""
    def addr_(self, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: _Number = ...) -> Tensor:
        """addr() over input itself."""
    def adjoint(self) -> Tensor:
        """The last two dimensions exchanged, as a view.

        Example:
            >>> import taut
            >>> taut.adjoint(taut.arange(6).reshape(2, 3))
            tensor([[0, 3],
                    [1, 4],
                    [2, 5]])"""
    def all(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """Whether every element along dim is not zero.

        Example:
            >>> import taut
            >>> taut.all(taut.tensor([[True, False], [True, True]]), dim=1)
            tensor([False,  True])"""
    def allclose(self, other: _Operand, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> builtins.bool:
        """Whether all elements are close: see isclose().

        Example:
            >>> import taut
            >>> taut.allclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.000001]))
            True"""
    def amax(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """The greatest element over dim; ties share the gradient.

        Example:
            >>> import taut
            >>> taut.amax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([2., 4.])"""
    def amin(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """The least element over dim; ties share the gradient.

        Example:
            >>> import taut
            >>> taut.amin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([1., 3.])"""
    def aminmax(self, *, dim: _Dims | None = ..., keepdim: builtins.bool = ..., out: Tensor | None = ...) -> Any:
        """The least and the greatest element, of everything or along dim.

        Example:
            >>> import taut
            >>> taut.aminmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            torch.return_types.aminmax(
            min=tensor([1., 3.]),
            max=tensor([2., 4.]))"""
    def any(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """Whether any element along dim is not zero.

        Example:
            >>> import taut
            >>> taut.any(taut.tensor([[True, False], [True, True]]), dim=1)
            tensor([True, True])"""
    def arccos(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [0, pi] whose cosine is each element.

        Example:
            >>> import taut
            >>> taut.acos(taut.tensor([0.25, 0.5, 0.75]))
            tensor([1.3181, 1.0472, 0.7227])"""
    def arccos_(self) -> Tensor:
        """Writes into the tensor itself: The angle in [0, pi] whose cosine is each element."""
    def arccosh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic cosine of each element; NaN below 1.

        Example:
            >>> import taut
            >>> taut.acosh(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.0000, 1.3170, 2.0634])"""
    def arccosh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic cosine of each element; NaN below 1."""
    def arcsin(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [-pi/2, pi/2] whose sine is each element.

        Example:
            >>> import taut
            >>> taut.asin(taut.tensor([0.25, 0.5, 0.75]))
            tensor([0.2527, 0.5236, 0.8481])"""
    def arcsin_(self) -> Tensor:
        """Writes into the tensor itself: The angle in [-pi/2, pi/2] whose sine is each element."""
    def arcsinh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic sine of each element.

        Example:
            >>> import taut
            >>> taut.asinh(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.1948,  0.0000,  1.4436])"""
    def arcsinh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic sine of each element."""
    def arctan(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in (-pi/2, pi/2) whose tangent is each element.

        Example:
            >>> import taut
            >>> taut.atan(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.9828,  0.0000,  1.1071])"""
    def arctan2(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [-pi, pi] of the point (other, input), elementwise.

        Example:
            >>> import taut
            >>> taut.atan2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 0.4636, -0.7854,  1.8491])"""
    def arctan2_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The angle in [-pi, pi] of the point (other, input), elementwise."""
    def arctan_(self) -> Tensor:
        """Writes into the tensor itself: The angle in (-pi/2, pi/2) whose tangent is each element."""
    def arctanh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic tangent of each element; NaN outside [-1, 1].

        Example:
            >>> import taut
            >>> taut.atanh(taut.tensor([0.25, 0.5, 0.75]))
            tensor([0.2554, 0.5493, 0.9730])"""
    def arctanh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic tangent of each element; NaN outside [-1, 1]."""
    def argmax(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """The first place of the greatest element, in the flattened input or along dim.

        Example:
            >>> import taut
            >>> taut.argmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([1, 1])"""
    def argmin(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """The first place of the least element, in the flattened input or along dim.

        Example:
            >>> import taut
            >>> taut.argmin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([0, 0])"""
    def argsort(self, dim: _Dims | None = ..., descending: builtins.bool = ..., *, stable: builtins.bool = ..., out: Tensor | None = ...) -> Tensor:
        """The positions that put dim in order; always stable.

        Example:
            >>> import taut
            >>> taut.argsort(taut.tensor([3.0, 1.0, 2.0]))
            tensor([1, 2, 0])"""
    def argwhere(self) -> Tensor:
        """The coordinates of the elements that are not zero: n x dim.

        Example:
            >>> import taut
            >>> taut.argwhere(taut.tensor([0, 3, 0, 5]))
            tensor([[1],
                    [3]])"""
    def as_strided(self, size: _Dims | None, stride: _Dims | None, storage_offset: Any = ...) -> Tensor:
        """A view of the memory with any sizes, strides and offset, in elements.

        Example:
            >>> import taut
            >>> taut.as_strided(taut.arange(5), (3, 3), (1, 1))
            tensor([[0, 1, 2],
                    [1, 2, 3],
                    [2, 3, 4]])"""
    def as_strided_(self, size: _Dims | None, stride: _Dims | None, storage_offset: Any = ...) -> Tensor:
        """Writes into the tensor itself: A view of the memory with any sizes, strides and offset, in elements."""
    def as_subclass(self, cls: builtins.type) -> Any:
        """The same tensor as an instance of a subclass of Tensor.

        Example:
            >>> import taut
            >>> class Mine(taut.Tensor):
            ...     pass
            >>> type(taut.zeros(2).as_subclass(Mine)).__name__
            'Mine'"""
    def asin(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [-pi/2, pi/2] whose sine is each element.

        Example:
            >>> import taut
            >>> taut.asin(taut.tensor([0.25, 0.5, 0.75]))
            tensor([0.2527, 0.5236, 0.8481])"""
    def asin_(self) -> Tensor:
        """Writes into the tensor itself: The angle in [-pi/2, pi/2] whose sine is each element."""
    def asinh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic sine of each element.

        Example:
            >>> import taut
            >>> taut.asinh(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.1948,  0.0000,  1.4436])"""
    def asinh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic sine of each element."""
    def atan(self, *, out: Tensor | None = ...) -> Tensor:
        """The angle in (-pi/2, pi/2) whose tangent is each element.

        Example:
            >>> import taut
            >>> taut.atan(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.9828,  0.0000,  1.1071])"""
    def atan2(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The angle in [-pi, pi] of the point (other, input), elementwise.

        Example:
            >>> import taut
            >>> taut.atan2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 0.4636, -0.7854,  1.8491])"""
    def atan2_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The angle in [-pi, pi] of the point (other, input), elementwise."""
    def atan_(self) -> Tensor:
        """Writes into the tensor itself: The angle in (-pi/2, pi/2) whose tangent is each element."""
    def atanh(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse hyperbolic tangent of each element; NaN outside [-1, 1].

        Example:
            >>> import taut
            >>> taut.atanh(taut.tensor([0.25, 0.5, 0.75]))
            tensor([0.2554, 0.5493, 0.9730])"""
    def atanh_(self) -> Tensor:
        """Writes into the tensor itself: The inverse hyperbolic tangent of each element; NaN outside [-1, 1]."""
    def baddbmm(self, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """beta * input + alpha * bmm(batch1, batch2), input broadcasting.

        Example:
            >>> import taut
            >>> taut.baddbmm(taut.zeros(3, 2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2)).shape
            torch.Size([3, 2, 2])"""
    def baddbmm_(self, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ...) -> Tensor:
        """baddbmm() over input itself."""
    def bernoulli(self, p: builtins.float | None = ..., **kwargs: Any) -> Tensor:
        """Ones with the probability that each element (or p) gives, else zeros.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.bernoulli(taut.tensor([0.0, 0.5, 1.0]))
            tensor([0., 0., 1.])"""
    def bernoulli_(self, p: builtins.object = ..., *, generator: Generator = ...) -> Tensor:
        """Draws ones with probability p, a number or a tensor that broadcasts, else zeros.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(5).bernoulli_(0.5)
            tensor([0., 0., 1., 0., 0.])"""
    def bincount(self, weights: Any = ..., minlength: Any = ...) -> Tensor:
        """How often each of 0 ... max occurs, or the sum of the weights there.

        Example:
            >>> import taut
            >>> taut.bincount(taut.tensor([0, 1, 1, 3]))
            tensor([1, 2, 0, 1])"""
    def bitwise_and(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The bits set in both; logical and for bools.

        Example:
            >>> import taut
            >>> taut.bitwise_and(taut.tensor([5, 6]), taut.tensor([3, 3]))
            tensor([1, 2])"""
    def bitwise_and_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The bits set in both; logical and for bools."""
    def bitwise_left_shift(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input * 2^other in integer bits; 0 past the width.

        Example:
            >>> import taut
            >>> taut.bitwise_left_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
            tensor([10, 12])"""
    def bitwise_left_shift_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input * 2^other in integer bits; 0 past the width."""
    def bitwise_not(self, *, out: Tensor | None = ...) -> Tensor:
        """Every bit turned; logical not for bools.

        Example:
            >>> import taut
            >>> taut.bitwise_not(taut.tensor([0, 5]))
            tensor([-1, -6])"""
    def bitwise_not_(self) -> Tensor:
        """Writes into the tensor itself: Every bit turned; logical not for bools."""
    def bitwise_or(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The bits set in either; logical or for bools.

        Example:
            >>> import taut
            >>> taut.bitwise_or(taut.tensor([5, 6]), taut.tensor([3, 3]))
            tensor([7, 7])"""
    def bitwise_or_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The bits set in either; logical or for bools."""
    def bitwise_right_shift(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input shifted right by other bits, the sign filling in.

        Example:
            >>> import taut
            >>> taut.bitwise_right_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
            tensor([2, 3])"""
    def bitwise_right_shift_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input shifted right by other bits, the sign filling in."""
    def bitwise_xor(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The bits set in one of both; exclusive or for bools.

        Example:
            >>> import taut
            >>> taut.bitwise_xor(taut.tensor([5, 6]), taut.tensor([3, 3]))
            tensor([6, 5])"""
    def bitwise_xor_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The bits set in one of both; exclusive or for bools."""
    def bmm(self, mat2: Any, *, out: Tensor | None = ...) -> Tensor:
        """Products of (b, m, k) with (b, k, n) matrices, one by one.

        Example:
            >>> import taut
            >>> taut.bmm(taut.ones(5, 2, 3), taut.ones(5, 3, 4)).shape
            torch.Size([5, 2, 4])"""
    def broadcast_to(self, *args: Any, **kwargs: Any) -> Tensor:
        """The tensor repeated to the given shape without copying.

        Example:
            >>> import taut
            >>> taut.broadcast_to(taut.tensor([1, 2]), (2, 2))
            tensor([[1, 2],
                    [1, 2]])"""
    def cauchy_(self, median: builtins.float = ..., sigma: builtins.float = ..., *, generator: Generator = ...) -> Tensor:
        """Draws every element from the Cauchy distribution of the given median and scale.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).cauchy_()
            tensor([10.5977,  0.7648, -0.1283])"""
    def ceil(self, *, out: Tensor | None = ...) -> Tensor:
        """The smallest integer not below each element.

        Example:
            >>> import taut
            >>> taut.ceil(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.,  0.,  2.])"""
    def ceil_(self) -> Tensor:
        """Writes into the tensor itself: The smallest integer not below each element."""
    def chunk(self, chunks: builtins.int, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
        """At most that many pieces of equal size along dim, as views; the last may be smaller.

        Example:
            >>> import taut
            >>> taut.chunk(taut.arange(5), 2)
            (tensor([0, 1, 2]), tensor([3, 4]))"""
    def clamp(self, min: _Operand = ..., max: _Operand = ..., *, out: Tensor | None = ...) -> Tensor:
        """Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are).

        Example:
            >>> import taut
            >>> taut.clamp(taut.tensor([-1.5, 0.0, 2.0]), -1, 1)
            tensor([-1.,  0.,  1.])"""
    def clamp_(self, min: _Operand = ..., max: _Operand = ...) -> Tensor:
        """Writes into the tensor itself: Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are)."""
    def clamp_max(self, max: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Each element, at most max.

        Example:
            >>> import taut
            >>> taut.clamp_max(taut.tensor([-1.5, 0.0, 2.0]), 1)
            tensor([-1.5000,  0.0000,  1.0000])"""
    def clamp_max_(self, max: _Operand) -> Tensor:
        """Writes into the tensor itself: Each element, at most max."""
    def clamp_min(self, min: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Each element, at least min.

        Example:
            >>> import taut
            >>> taut.clamp_min(taut.tensor([-1.5, 0.0, 2.0]), -1)
            tensor([-1.,  0.,  2.])"""
    def clamp_min_(self, min: _Operand) -> Tensor:
        """Writes into the tensor itself: Each element, at least min."""
    def clip(self, min: _Operand = ..., max: _Operand = ..., *, out: Tensor | None = ...) -> Tensor:
        """Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are).

        Example:
            >>> import taut
            >>> taut.clamp(taut.tensor([-1.5, 0.0, 2.0]), -1, 1)
            tensor([-1.,  0.,  1.])"""
    def clip_(self, min: _Operand = ..., max: _Operand = ...) -> Tensor:
        """Writes into the tensor itself: Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are)."""
    def clone(self, memory_format: builtins.object = ...) -> Tensor:
        """A copy with memory of its own; gradients flow through it.

        Example:
            >>> import taut
            >>> x = taut.tensor([1, 2])
            >>> taut.clone(x).data_ptr() == x.data_ptr()
            False"""
    def coalesce(self) -> Tensor:
        """The same sparse tensor with its indices in ascending order, each once; itself where it is so.

        Raises:
            RuntimeError: the tensor is not sparse.

        Example:
            >>> import taut
            >>> taut.sparse_coo_tensor([[1, 0, 1]], [2.0, 1.0, 3.0]).coalesce()
            tensor(indices=tensor([[0, 1]]),
                   values=tensor([1., 5.]),
                   size=(2,), nnz=2, layout=torch.sparse_coo)"""
    def constant_pad_nd(self, pad: Any, value: _Operand = ...) -> Tensor:
        """Padded with a value; pad lists (before, after) from the last dimension on, and negative numbers remove.

        Example:
            >>> import taut
            >>> taut.constant_pad_nd(taut.tensor([1, 2]), (1, 2), 9)
            tensor([9, 1, 2, 9, 9])"""
    def contiguous(self, memory_format: builtins.object = ...) -> Tensor:
        """The tensor itself where its elements lie in the order of memory_format, else a copy that does.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).t().contiguous().stride()
            (2, 1)"""
    def copy_(self, src: Tensor, non_blocking: builtins.bool = ...) -> Tensor:
        """Writes the elements of src, converted and broadcast, into the tensor itself; recorded.

        Example:
            >>> import taut
            >>> taut.zeros(2).copy_(taut.tensor([1, 2]))
            tensor([1., 2.])"""
    def copysign(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The size of input with the sign of other, -0 and NaN included.

        Example:
            >>> import taut
            >>> taut.copysign(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 1.0000,  2.0000, -3.5000])"""
    def copysign_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The size of input with the sign of other, -0 and NaN included."""
    def cos(self, *, out: Tensor | None = ...) -> Tensor:
        """The cosine of each element, in radians.

        Example:
            >>> import taut
            >>> taut.cos(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([ 0.0707,  1.0000, -0.4161])"""
    def cos_(self) -> Tensor:
        """Writes into the tensor itself: The cosine of each element, in radians."""
    def cosh(self, *, out: Tensor | None = ...) -> Tensor:
        """The hyperbolic cosine of each element.

        Example:
            >>> import taut
            >>> taut.cosh(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([2.3524, 1.0000, 3.7622])"""
    def cosh_(self) -> Tensor:
        """Writes into the tensor itself: The hyperbolic cosine of each element."""
    def count_nonzero(self, dim: _Dims | None = ...) -> Tensor:
        """How many elements along dim are not zero.

        Example:
            >>> import taut
            >>> taut.count_nonzero(taut.tensor([[0, 1], [2, 3]]), dim=1)
            tensor([1, 2])"""
    def cummax(self, dim: _Dims | None, *, out: Tensor | None = ...) -> Any:
        """The greatest element so far along dim, and its last place.

        Example:
            >>> import taut
            >>> taut.cummax(taut.tensor([1.0, 3.0, 2.0]), dim=0)
            torch.return_types.cummax(
            values=tensor([1., 3., 3.]),
            indices=tensor([0, 1, 1]))"""
    def cummin(self, dim: _Dims | None, *, out: Tensor | None = ...) -> Any:
        """The least element so far along dim, and its last place.

        Example:
            >>> import taut
            >>> taut.cummin(taut.tensor([1.0, 3.0, 2.0]), dim=0)
            torch.return_types.cummin(
            values=tensor([1., 1., 1.]),
            indices=tensor([0, 0, 0]))"""
    def cumprod(self, dim: _Dims | None, *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The products of the elements so far along dim.

        Example:
            >>> import taut
            >>> taut.cumprod(taut.tensor([1.0, 3.0, 2.0]), dim=0)
            tensor([1., 3., 6.])"""
    def cumprod_(self, dim: _Dims | None, *, dtype: _DType | None = ...) -> Tensor:
        """cumprod() in place."""
    def cumsum(self, dim: _Dims | None, *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The sums of the elements so far along dim.

        Example:
            >>> import taut
            >>> taut.cumsum(taut.tensor([1.0, 3.0, 2.0]), dim=0)
            tensor([1., 4., 6.])"""
    def cumsum_(self, dim: _Dims | None, *, dtype: _DType | None = ...) -> Tensor:
        """cumsum() in place."""
    @property
    def data(self) -> Tensor:
        """The same memory, cut off from the graph."""
    @data.setter
    def data(self, value: Any) -> None: ...
    def data_ptr(self) -> builtins.int:
        """The address of the first element.

        Example:
            >>> import taut
            >>> x = taut.zeros(2, 3)
            >>> x.data_ptr() == x.t().data_ptr()
            True"""
    def deg2rad(self, *, out: Tensor | None = ...) -> Tensor:
        """Degrees as radians.

        Example:
            >>> import taut
            >>> taut.deg2rad(taut.tensor([0.0, 90.0, 180.0]))
            tensor([0.0000, 1.5708, 3.1416])"""
    def dense_dim(self) -> builtins.int:
        """How many dimensions are not indexed: all unless the tensor is sparse.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).to_sparse(1).dense_dim()
            1"""
    def detach(self) -> Tensor:
        """The same memory, cut off from the graph.

        Example:
            >>> import taut
            >>> x = taut.tensor([1.0], requires_grad=True)
            >>> taut.detach(x).requires_grad
            False"""
    def detach_(self) -> Tensor:
        """Cuts the tensor itself off from the graph; RuntimeError for a view.

        Example:
            >>> import taut
            >>> (taut.tensor([1.0], requires_grad=True) * 2).detach_().requires_grad
            False"""
    def diag(self, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
        """The diagonal of a matrix, or the matrix that has a vector as its diagonal.

        Example:
            >>> import taut
            >>> taut.diag(taut.tensor([1, 2]))
            tensor([[1, 0],
                    [0, 2]])"""
    def diag_embed(self, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """Matrices with the last dimension on their diagonals, zero elsewhere.

        Example:
            >>> import taut
            >>> taut.diag_embed(taut.ones(2, 3)).shape
            torch.Size([2, 3, 3])"""
    def diagonal(self, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """Diagonals over dim1 and dim2 as the last dimension, as a view.

        Example:
            >>> import taut
            >>> taut.diagonal(taut.arange(6).reshape(2, 3))
            tensor([0, 4])"""
    def digamma(self, *, out: Tensor | None = ...) -> Tensor:
        """The derivative of lgamma().

        Example:
            >>> import taut
            >>> taut.digamma(taut.tensor([1.0, 2.0, 4.0]))
            tensor([-0.5772,  0.4228,  1.2561])"""
    def digamma_(self) -> Tensor:
        """Writes into the tensor itself: The derivative of lgamma()."""
    def dim(self) -> builtins.int:
        """The number of dimensions.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).dim()
            2"""
    def div(self, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
        """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

        Example:
            >>> import taut
            >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
            tensor([ 0., -1., -4.])"""
    def div_(self, other: _Operand, *, rounding_mode: Any = ...) -> Tensor:
        """Writes into the tensor itself: input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down)."""
    def divide(self, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
        """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

        Example:
            >>> import taut
            >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
            tensor([ 0., -1., -4.])"""
    def divide_(self, other: _Operand, *, rounding_mode: Any = ...) -> Tensor:
        """Writes into the tensor itself: input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down)."""
    def dot(self, tensor: Any, *, out: Tensor | None = ...) -> Tensor:
        """The sum of products of two vectors.

        Example:
            >>> import taut
            >>> taut.dot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
            tensor(11.)"""
    @property
    def dtype(self) -> _DType:
        """The element type."""
    def element_size(self) -> builtins.int:
        """Bytes of one element.

        Example:
            >>> import taut
            >>> taut.zeros(2, dtype=taut.float64).element_size()
            8"""
    def eq(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input == other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.eq(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([False, False, False])"""
    def eq_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input == other, elementwise, as bools."""
    def equal(self, other: _Operand) -> builtins.bool:
        """Whether both have the same shape and elements.

        Example:
            >>> import taut
            >>> taut.equal(taut.tensor([1, 2]), taut.tensor([1, 2]))
            True"""
    def erf(self, *, out: Tensor | None = ...) -> Tensor:
        """The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.

        Example:
            >>> import taut
            >>> taut.erf(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.9661,  0.0000,  0.9953])"""
    def erf_(self) -> Tensor:
        """Writes into the tensor itself: The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x."""
    def erfc(self, *, out: Tensor | None = ...) -> Tensor:
        """1 - erf(x), accurate where erf(x) is near 1.

        Example:
            >>> import taut
            >>> taut.erfc(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([1.9661, 1.0000, 0.0047])"""
    def erfc_(self) -> Tensor:
        """Writes into the tensor itself: 1 - erf(x), accurate where erf(x) is near 1."""
    def erfinv(self, *, out: Tensor | None = ...) -> Tensor:
        """The inverse of erf(); infinite at -1 and 1, NaN beyond.

        Example:
            >>> import taut
            >>> taut.erfinv(taut.tensor([0.25, 0.5, 0.75]))
            tensor([0.2253, 0.4769, 0.8134])"""
    def erfinv_(self) -> Tensor:
        """Writes into the tensor itself: The inverse of erf(); infinite at -1 and 1, NaN beyond."""
    def exp(self, *, out: Tensor | None = ...) -> Tensor:
        """e^x of each element.

        Example:
            >>> import taut
            >>> taut.exp(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([0.2231, 1.0000, 7.3891])"""
    def exp2(self, *, out: Tensor | None = ...) -> Tensor:
        """2^x of each element.

        Example:
            >>> import taut
            >>> taut.exp2(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([0.3536, 1.0000, 4.0000])"""
    def exp2_(self) -> Tensor:
        """Writes into the tensor itself: 2^x of each element."""
    def exp_(self) -> Tensor:
        """Writes into the tensor itself: e^x of each element."""
    def expand(self, *args: Any, **kwargs: Any) -> Tensor:
        """Dimensions of size 1 repeated to the given sizes without copying; -1 keeps a size.

        Example:
            >>> import taut
            >>> taut.tensor([[1], [2]]).expand(2, 3)
            tensor([[1, 1, 1],
                    [2, 2, 2]])"""
    def expand_as(self, other: _Operand) -> Tensor:
        """expand() to the shape of other.

        Example:
            >>> import taut
            >>> taut.tensor([[1], [2]]).expand_as(taut.zeros(2, 3))
            tensor([[1, 1, 1],
                    [2, 2, 2]])"""
    def expm1(self, *, out: Tensor | None = ...) -> Tensor:
        """e^x - 1 of each element, accurate near 0.

        Example:
            >>> import taut
            >>> taut.expm1(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.7769,  0.0000,  6.3891])"""
    def expm1_(self) -> Tensor:
        """Writes into the tensor itself: e^x - 1 of each element, accurate near 0."""
    def exponential_(self, lambd: builtins.float = ..., *, generator: Generator = ...) -> Tensor:
        """Draws every element from the exponential distribution of rate lambd.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).exponential_()
            tensor([3.5083, 1.2304, 0.6150])"""
    def fill_(self, value: builtins.object) -> Tensor:
        """Writes one value, a number or a tensor without dimensions, into every element."""
    def fix(self, *, out: Tensor | None = ...) -> Tensor:
        """Each element rounded towards zero.

        Example:
            >>> import taut
            >>> taut.trunc(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.,  0.,  2.])"""
    def fix_(self) -> Tensor:
        """Writes into the tensor itself: Each element rounded towards zero."""
    def flatten(self, start_dim: Any = ..., end_dim: Any = ...) -> Tensor:
        """Dimensions start_dim to end_dim as one.

        Example:
            >>> import taut
            >>> taut.flatten(taut.arange(6).reshape(2, 3))
            tensor([0, 1, 2, 3, 4, 5])"""
    def flip(self, *args: Any, **kwargs: Any) -> Tensor:
        """The elements in reverse order along each of dims.

        Example:
            >>> import taut
            >>> taut.flip(taut.arange(6).reshape(2, 3), (1,))
            tensor([[2, 1, 0],
                    [5, 4, 3]])"""
    def float_power(self, exponent: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input^exponent, computed in float64.

        Example:
            >>> import taut
            >>> taut.float_power(taut.tensor([1, 2, 3]), 2)
            tensor([1., 4., 9.], dtype=torch.float64)"""
    def floor(self, *, out: Tensor | None = ...) -> Tensor:
        """The largest integer not above each element.

        Example:
            >>> import taut
            >>> taut.floor(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-2.,  0.,  2.])"""
    def floor_(self) -> Tensor:
        """Writes into the tensor itself: The largest integer not above each element."""
    def floor_divide(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input / other rounded down, in the promoted type (Python's //).

        Example:
            >>> import taut
            >>> taut.floor_divide(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 0., -1., -4.])"""
    def floor_divide_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input / other rounded down, in the promoted type (Python's //)."""
    def fmax(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The larger of both; a number where the other is NaN.

        Example:
            >>> import taut
            >>> taut.fmax(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
            tensor([2., 3.])"""
    def fmax_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The larger of both; a number where the other is NaN."""
    def fmin(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The smaller of both; a number where the other is NaN.

        Example:
            >>> import taut
            >>> taut.fmin(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
            tensor([1., 3.])"""
    def fmin_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The smaller of both; a number where the other is NaN."""
    def fmod(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The remainder with the sign of input (C's fmod).

        Example:
            >>> import taut
            >>> taut.fmod(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([1.0000, -0.0000, 0.5000])"""
    def fmod_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The remainder with the sign of input (C's fmod)."""
    def frac(self, *, out: Tensor | None = ...) -> Tensor:
        """Each element minus its integer part.

        Example:
            >>> import taut
            >>> taut.frac(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.5000,  0.0000,  0.0000])"""
    def frac_(self) -> Tensor:
        """Writes into the tensor itself: Each element minus its integer part."""
    def gather(self, dim: _Dims | None, index: Tensor | builtins.int, *, sparse_grad: Any = ..., out: Tensor | None = ...) -> Tensor:
        """out[i][j] = input[index[i][j]][j] for dim 0, and so on for other dimensions.

        Example:
            >>> import taut
            >>> taut.gather(taut.arange(6).reshape(2, 3), 1, taut.tensor([[2], [0]]))
            tensor([[2],
                    [3]])"""
    def ge(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input >= other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.ge(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([False, False,  True])"""
    def ge_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input >= other, elementwise, as bools."""
    def geometric_(self, p: builtins.float, *, generator: Generator = ...) -> Tensor:
        """Draws the number of trials up to and including the first success, each of probability p.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).geometric_(0.5)
            tensor([1., 1., 2.])"""
    def ger(self, vec2: Any, *, out: Tensor | None = ...) -> Tensor:
        """The former name of outer().

        Example:
            >>> import taut
            >>> taut.ger(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
            tensor([[3., 4.],
                    [6., 8.]])"""
    @property
    def grad(self) -> Tensor | None:
        """The gradient of a leaf, or None."""
    @grad.setter
    def grad(self, value: Any) -> None: ...
    @property
    def grad_fn(self) -> Node | None:
        """The graph node that made this tensor, or None."""
    def greater(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input > other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.gt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([False, False,  True])"""
    def greater_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input > other, elementwise, as bools."""
    def greater_equal(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input >= other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.ge(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([False, False,  True])"""
    def greater_equal_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input >= other, elementwise, as bools."""
    def gt(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input > other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.gt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([False, False,  True])"""
    def gt_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input > other, elementwise, as bools."""
    def hardshrink(self, lambd: Any = ..., *, out: Tensor | None = ...) -> Tensor:
        """x where |x| > lambd, else 0.

        Example:
            >>> import taut
            >>> taut.hardshrink(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.5000,  0.0000,  2.0000])"""
    def hardsigmoid(self, *, out: Tensor | None = ...) -> Tensor:
        """min(max(x + 3, 0), 6) / 6.

        Example:
            >>> import taut
            >>> taut.hardsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([0.2500, 0.5000, 0.8333])"""
    def hardsigmoid_(self) -> Tensor:
        """Writes into the tensor itself: min(max(x + 3, 0), 6) / 6."""
    def hardswish(self, *, out: Tensor | None = ...) -> Tensor:
        """x min(max(x + 3, 0), 6) / 6 (arXiv:1905.02244).

        Example:
            >>> import taut
            >>> taut.hardswish(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.3750,  0.0000,  1.6667])"""
    def hardswish_(self) -> Tensor:
        """Writes into the tensor itself: x min(max(x + 3, 0), 6) / 6 (arXiv:1905.02244)."""
    def heaviside(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """0 below zero, 1 above, other at zero.

        Example:
            >>> import taut
            >>> taut.heaviside(taut.tensor([-1.0, 0.0, 1.0]), taut.tensor(0.5))
            tensor([0.0000, 0.5000, 1.0000])"""
    def heaviside_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: 0 below zero, 1 above, other at zero."""
    def hypot(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """sqrt(input^2 + other^2) without overflow.

        Example:
            >>> import taut
            >>> taut.hypot(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([2.2361, 2.8284, 3.6401])"""
    def hypot_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: sqrt(input^2 + other^2) without overflow."""
    def index_add(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """A copy with alpha times the slices of source added at their indices.

        Example:
            >>> import taut
            >>> taut.index_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
            tensor([1., 0., 2.])"""
    def index_add_(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, *, alpha: _Number = ...) -> Tensor:
        """Writes into the tensor itself: A copy with alpha times the slices of source added at their indices."""
    def index_copy(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, *, out: Tensor | None = ...) -> Tensor:
        """A copy with the slices of source at their indices.

        Example:
            >>> import taut
            >>> taut.index_copy(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([1.0, 2.0]))
            tensor([1., 0., 2.])"""
    def index_copy_(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor) -> Tensor:
        """Writes into the tensor itself: A copy with the slices of source at their indices."""
    def index_fill(self, dim: _Dims | None, index: Tensor | builtins.int, value: _Operand) -> Tensor:
        """A copy with a value in the slices that index names.

        Example:
            >>> import taut
            >>> taut.index_fill(taut.zeros(3), 0, taut.tensor([0, 2]), 7)
            tensor([7., 0., 7.])"""
    def index_fill_(self, dim: _Dims | None, index: Tensor | builtins.int, value: _Operand) -> Tensor:
        """Writes into the tensor itself: A copy with a value in the slices that index names."""
    def index_put(self, indices: Tensor, values: Any, accumulate: builtins.bool = ...) -> Tensor:
        """A copy with values at the places that index tensors name, or added there.

        Example:
            >>> import taut
            >>> taut.index_put(taut.zeros(3), (taut.tensor([0, 2]),), taut.tensor(7.0))
            tensor([7., 0., 7.])"""
    def index_put_(self, indices: Tensor, values: Any, accumulate: builtins.bool = ...) -> Tensor:
        """Writes into the tensor itself: A copy with values at the places that index tensors name, or added there."""
    def index_reduce(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, reduce: Any, *, include_self: Any = ..., out: Tensor | None = ...) -> Tensor:
        """A copy with slices of source combined at their indices: prod, mean, amax or amin.

        Example:
            >>> import taut
            >>> taut.index_reduce(taut.ones(3), 0, taut.tensor([0, 2, 2]), taut.tensor([2.0, 3.0, 4.0]), "prod")
            tensor([ 2.,  1., 12.])"""
    def index_reduce_(self, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """Writes into the tensor itself: A copy with slices of source combined at their indices: prod, mean, amax or amin."""
    def index_select(self, dim: _Dims | None, index: Tensor | builtins.int, *, out: Tensor | None = ...) -> Tensor:
        """The slices of dim that a vector of indices names, copied.

        Example:
            >>> import taut
            >>> taut.index_select(taut.arange(6).reshape(2, 3), 1, taut.tensor([2, 0]))
            tensor([[2, 0],
                    [5, 3]])"""
    def indices(self) -> Tensor:
        """The indices of a coalesced sparse tensor, sparse_dim x nnz.

        Raises:
            RuntimeError: the tensor is not sparse, or not coalesced.

        Example:
            >>> import taut
            >>> taut.tensor([0.0, 5.0]).to_sparse().indices()
            tensor([[1]])"""
    def is_coalesced(self) -> builtins.bool:
        """Whether a sparse tensor is known to have its indices in ascending order, each once.

        Raises:
            RuntimeError: the tensor is not sparse.

        Example:
            >>> import taut
            >>> taut.sparse_coo_tensor([[1, 0]], [2.0, 1.0]).is_coalesced()
            False"""
    def is_contiguous(self, memory_format: builtins.object = ...) -> builtins.bool:
        """Whether the elements lie in memory in the order of memory_format, without gaps.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).t().is_contiguous()
            False"""
    @property
    def is_cpu(self) -> builtins.bool:
        """Whether it has values."""
    @property
    def is_cuda(self) -> builtins.bool:
        """False: taut is for CPUs."""
    def is_floating_point(self) -> builtins.bool:
        """Whether the elements are floating-point numbers.

        Example:
            >>> import taut
            >>> taut.tensor([1]).is_floating_point()
            False"""
    def is_inference(self) -> builtins.bool:
        """Whether it was made under inference_mode().

        Example:
            >>> import taut
            >>> taut.tensor([1]).is_inference()
            False"""
    @property
    def is_leaf(self) -> builtins.bool:
        """True when no recorded operation made this tensor."""
    @property
    def is_meta(self) -> builtins.bool:
        """Whether it has a shape but no values."""
    @property
    def is_quantized(self) -> builtins.bool:
        """False."""
    @property
    def is_sparse(self) -> builtins.bool:
        """Whether it is in coordinate form."""
    def isclose(self, other: _Operand, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> Tensor:
        """Whether |input - other| <= atol + rtol |other|, elementwise, as bools; infinities are close to themselves, NaN only with equal_nan.

        Example:
            >>> import taut
            >>> taut.isclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.1]))
            tensor([ True, False])"""
    def isfinite(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is neither infinite nor NaN.

        Example:
            >>> import taut
            >>> taut.isfinite(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
            tensor([ True, False, False, False])"""
    def isinf(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is infinite.

        Example:
            >>> import taut
            >>> taut.isinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
            tensor([False,  True,  True, False])"""
    def isnan(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is NaN.

        Example:
            >>> import taut
            >>> taut.isnan(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
            tensor([False, False, False,  True])"""
    def isneginf(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is -infinity.

        Example:
            >>> import taut
            >>> taut.isneginf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
            tensor([False, False,  True, False])"""
    def isposinf(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is +infinity.

        Example:
            >>> import taut
            >>> taut.isposinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
            tensor([False,  True, False, False])"""
    def isreal(self) -> Tensor:
        """Whether each element is real: always.

        Example:
            >>> import taut
            >>> taut.isreal(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([True, True, True])"""
    def item(self) -> _Number:
        """The only element as a Python number; RuntimeError for more or none.

        Example:
            >>> import taut
            >>> taut.tensor([2.5]).item()
            2.5"""
    @property
    def itemsize(self) -> builtins.int:
        """Bytes of one element."""
    def kthvalue(self, k: builtins.int, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
        """The k-th smallest value along dim, k from 1, and its position.

        Example:
            >>> import taut
            >>> taut.kthvalue(taut.tensor([3.0, 1.0, 2.0]), 2)
            torch.return_types.kthvalue(
            values=tensor(2.),
            indices=tensor(2))"""
    def ldexp(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input * 2^other.

        Example:
            >>> import taut
            >>> taut.ldexp(taut.tensor([1.0, 3.0]), taut.tensor([1, 2]))
            tensor([ 2., 12.])"""
    def le(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input <= other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.le(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ True,  True, False])"""
    def le_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input <= other, elementwise, as bools."""
    def lerp(self, end: _Operand, weight: _Operand | None, *, out: Tensor | None = ...) -> Tensor:
        """input + weight (end - input), elementwise; weight is a number or a tensor.

        Example:
            >>> import taut
            >>> taut.lerp(taut.tensor([0.0, 10.0]), taut.tensor([10.0, 20.0]), 0.25)
            tensor([ 2.5000, 12.5000])"""
    def lerp_(self, end: _Operand, weight: _Operand | None) -> Tensor:
        """Writes into the tensor itself: input + weight (end - input), elementwise; weight is a number or a tensor."""
    def less(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input < other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.lt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ True,  True, False])"""
    def less_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input < other, elementwise, as bools."""
    def less_equal(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input <= other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.le(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ True,  True, False])"""
    def less_equal_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input <= other, elementwise, as bools."""
    def lgamma(self, *, out: Tensor | None = ...) -> Tensor:
        """log |gamma(x)| of each element.

        Example:
            >>> import taut
            >>> taut.lgamma(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.0000, 0.0000, 1.7918])"""
    def lgamma_(self) -> Tensor:
        """Writes into the tensor itself: log |gamma(x)| of each element."""
    def log(self, *, out: Tensor | None = ...) -> Tensor:
        """The natural logarithm of each element; -inf at 0, NaN below.

        Example:
            >>> import taut
            >>> taut.log(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.0000, 0.6931, 1.3863])"""
    def log10(self, *, out: Tensor | None = ...) -> Tensor:
        """The logarithm to base 10 of each element.

        Example:
            >>> import taut
            >>> taut.log10(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.0000, 0.3010, 0.6021])"""
    def log10_(self) -> Tensor:
        """Writes into the tensor itself: The logarithm to base 10 of each element."""
    def log1p(self, *, out: Tensor | None = ...) -> Tensor:
        """log(1 + x) of each element, accurate near 0.

        Example:
            >>> import taut
            >>> taut.log1p(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0.6931, 1.0986, 1.6094])"""
    def log1p_(self) -> Tensor:
        """Writes into the tensor itself: log(1 + x) of each element, accurate near 0."""
    def log2(self, *, out: Tensor | None = ...) -> Tensor:
        """The logarithm to base 2 of each element.

        Example:
            >>> import taut
            >>> taut.log2(taut.tensor([1.0, 2.0, 4.0]))
            tensor([0., 1., 2.])"""
    def log2_(self) -> Tensor:
        """Writes into the tensor itself: The logarithm to base 2 of each element."""
    def log_(self) -> Tensor:
        """Writes into the tensor itself: The natural logarithm of each element; -inf at 0, NaN below."""
    def log_normal_(self, mean: builtins.float = ..., std: builtins.float = ..., *, generator: Generator = ...) -> Tensor:
        """Draws the exponential of a normal sample of the given mean and standard deviation.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).log_normal_()
            tensor([5.9263e+01, 1.5116e+00, 3.4819e-02])"""
    def log_softmax(self, dim: _Dims | None, dtype: _DType | None = ..., *, out: Tensor | None = ...) -> Tensor:
        """The logarithm of softmax() along dim.

        Example:
            >>> import taut
            >>> taut.log_softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
            tensor([-2.4076, -1.4076, -0.4076])"""
    def logaddexp(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """log(e^input + e^other) without overflow.

        Example:
            >>> import taut
            >>> taut.logaddexp(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([2.3133, 2.0181, 3.5110])"""
    def logaddexp2(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """log2(2^input + 2^other) without overflow.

        Example:
            >>> import taut
            >>> taut.logaddexp2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([2.5850, 2.0875, 3.5624])"""
    def logaddexp2_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: log2(2^input + 2^other) without overflow."""
    def logaddexp_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: log(e^input + e^other) without overflow."""
    def logcumsumexp(self, dim: _Dims | None, *, out: Tensor | None = ...) -> Tensor:
        """The logarithm of the sums of the exponentials so far along dim.

        Example:
            >>> import taut
            >>> taut.logcumsumexp(taut.tensor([1.0, 3.0, 2.0]), dim=0)
            tensor([1.0000, 3.1269, 3.4076])"""
    def logical_and(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether both are nonzero, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.logical_and(taut.tensor([True, False]), taut.tensor([True, True]))
            tensor([ True, False])"""
    def logical_and_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether both are nonzero, elementwise, as bools."""
    def logical_not(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether each element is zero, as bools.

        Example:
            >>> import taut
            >>> taut.logical_not(taut.tensor([True, False]))
            tensor([False,  True])"""
    def logical_not_(self) -> Tensor:
        """Writes into the tensor itself: Whether each element is zero, as bools."""
    def logical_or(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether either is nonzero, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.logical_or(taut.tensor([True, False]), taut.tensor([True, True]))
            tensor([True, True])"""
    def logical_or_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether either is nonzero, elementwise, as bools."""
    def logical_xor(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether exactly one is nonzero, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.logical_xor(taut.tensor([True, False]), taut.tensor([True, True]))
            tensor([False,  True])"""
    def logical_xor_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether exactly one is nonzero, elementwise, as bools."""
    def logit(self, eps: Any = ..., *, out: Tensor | None = ...) -> Tensor:
        """log(x / (1 - x)), x first limited to [eps, 1 - eps] when eps is given.

        Example:
            >>> import taut
            >>> taut.logit(taut.tensor([0.25, 0.5, 0.75]))
            tensor([-1.0986,  0.0000,  1.0986])"""
    def logit_(self, eps: Any = ...) -> Tensor:
        """Writes into the tensor itself: log(x / (1 - x)), x first limited to [eps, 1 - eps] when eps is given."""
    def logsigmoid(self, *, out: Tensor | None = ...) -> Tensor:
        """log(sigmoid(x)) without overflow.

        Example:
            >>> import taut
            >>> taut.logsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.7014, -0.6931, -0.1269])"""
    def logsigmoid_(self) -> Tensor:
        """Writes into the tensor itself: log(sigmoid(x)) without overflow."""
    def logsumexp(self, dim: _Dims | None, keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
        """log(sum(exp(input))) over dim, without overflow.

        Example:
            >>> import taut
            >>> taut.logsumexp(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([2.3133, 4.3133])"""
    def lt(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input < other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.lt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ True,  True, False])"""
    def lt_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input < other, elementwise, as bools."""
    @property
    def mH(self) -> Tensor:
        """The last two dimensions exchanged."""
    @property
    def mT(self) -> Tensor:
        """The last two dimensions exchanged."""
    def masked_fill(self, mask: Tensor, value: _Operand) -> Tensor:
        """A copy with a value where the mask is true.

        Example:
            >>> import taut
            >>> taut.masked_fill(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3, -1)
            tensor([[ 0,  1,  2],
                    [ 3, -1, -1]])"""
    def masked_fill_(self, mask: Tensor, value: _Operand) -> Tensor:
        """Writes into the tensor itself: A copy with a value where the mask is true."""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """A copy with the first elements of source, in order, where the mask is true.

        Example:
            >>> import taut
            >>> taut.masked_scatter(taut.zeros(3), taut.tensor([True, False, True]), taut.tensor([1.0, 2.0]))
            tensor([1., 0., 2.])"""
    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """Writes into the tensor itself: A copy with the first elements of source, in order, where the mask is true."""
    def masked_select(self, mask: Tensor, *, out: Tensor | None = ...) -> Tensor:
        """The elements where the mask is true, as a vector.

        Example:
            >>> import taut
            >>> taut.masked_select(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3)
            tensor([4, 5])"""
    def matmul(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The product of matrices, vectors, and batches of them that broadcast.

        Example:
            >>> import taut
            >>> taut.matmul(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
            tensor([-1., -1.])"""
    def max(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, other: _Operand = ..., out: Tensor | None = ...) -> Any:
        """The greatest element of all, or along dim with its place, or of input and other elementwise.

        Example:
            >>> import taut
            >>> taut.max(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            torch.return_types.max(
            values=tensor([2., 4.]),
            indices=tensor([1, 1]))"""
    def maximum(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The larger of both; NaN where either is.

        Example:
            >>> import taut
            >>> taut.maximum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([2.0000, 2.0000, 3.5000])"""
    def maximum_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The larger of both; NaN where either is."""
    def mean(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The mean over dim, or over everything.

        Example:
            >>> import taut
            >>> taut.mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([1.5000, 3.5000])"""
    def median(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
        """The lower median of everything, or along dim with its place; NaN if there is one.

        Example:
            >>> import taut
            >>> taut.median(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            torch.return_types.median(
            values=tensor([1., 3.]),
            indices=tensor([0, 0]))"""
    def min(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, other: _Operand = ..., out: Tensor | None = ...) -> Any:
        """The least element of all, or along dim with its place, or of input and other elementwise.

        Example:
            >>> import taut
            >>> taut.min(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            torch.return_types.min(
            values=tensor([1., 3.]),
            indices=tensor([0, 0]))"""
    def minimum(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The smaller of both; NaN where either is.

        Example:
            >>> import taut
            >>> taut.minimum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 1., -2., -1.])"""
    def minimum_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The smaller of both; NaN where either is."""
    def mish(self, *, out: Tensor | None = ...) -> Tensor:
        """x tanh(softplus(x)) (arXiv:1908.08681).

        Example:
            >>> import taut
            >>> taut.mish(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.2981,  0.0000,  1.9440])"""
    def mish_(self) -> Tensor:
        """Writes into the tensor itself: x tanh(softplus(x)) (arXiv:1908.08681)."""
    def mm(self, mat2: Any, *, out: Tensor | None = ...) -> Tensor:
        """The product of an (m, k) and a (k, n) matrix.

        Example:
            >>> import taut
            >>> taut.mm(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]))
            tensor([[ 7., 10.],
                    [15., 22.]])"""
    def moveaxis(self, *args: Any, **kwargs: Any) -> Tensor:
        """Dimensions moved from source to destination, the others keeping their order.

        Example:
            >>> import taut
            >>> taut.moveaxis(taut.zeros(2, 3, 5), 0, -1).shape
            torch.Size([3, 5, 2])"""
    def movedim(self, *args: Any, **kwargs: Any) -> Tensor:
        """Dimensions moved from source to destination, the others keeping their order.

        Example:
            >>> import taut
            >>> taut.movedim(taut.zeros(2, 3, 5), 0, -1).shape
            torch.Size([3, 5, 2])"""
    def msort(self, *, out: Tensor | None = ...) -> Tensor:
        """Values in order along the first dimension.

        Example:
            >>> import taut
            >>> taut.msort(taut.tensor([3.0, 1.0, 2.0]))
            tensor([1., 2., 3.])"""
    def mul(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input * other, with broadcasting and type promotion.

        Example:
            >>> import taut
            >>> taut.mul(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 2.0000, -4.0000, -3.5000])"""
    def mul_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input * other, with broadcasting and type promotion."""
    def multinomial(self, num_samples: builtins.int, replacement: builtins.bool = ..., **kwargs: Any) -> Tensor:
        """Indices drawn with probabilities in proportion to the last dimension's weights.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.multinomial(taut.tensor([0.0, 0.3, 0.7]), 2)
            tensor([2, 1])"""
    def multiply(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input * other, with broadcasting and type promotion.

        Example:
            >>> import taut
            >>> taut.mul(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 2.0000, -4.0000, -3.5000])"""
    def multiply_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input * other, with broadcasting and type promotion."""
    def mv(self, vec: Any, *, out: Tensor | None = ...) -> Tensor:
        """The product of an (m, k) matrix and a vector of k.

        Example:
            >>> import taut
            >>> taut.mv(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
            tensor([-1., -1.])"""
    @property
    def name(self) -> builtins.str | None:
        """Name of the variable, or None."""
    @name.setter
    def name(self, value: Any) -> None: ...
    def nan_to_num(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ..., *, out: Tensor | None = ...) -> Tensor:
        """NaN replaced by nan (0), the infinities by posinf and neginf (the largest and smallest finite numbers).

        Example:
            >>> import taut
            >>> taut.nan_to_num(taut.tensor([1.0, taut.nan, taut.inf]), posinf=9.0)
            tensor([1., 0., 9.])"""
    def nan_to_num_(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
        """Writes into the tensor itself: NaN replaced by nan (0), the infinities by posinf and neginf (the largest and smallest finite numbers)."""
    def nanmean(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The mean over dim of what is not NaN.

        Example:
            >>> import taut
            >>> taut.nanmean(taut.tensor([1.0, taut.nan, 3.0]))
            tensor(2.)"""
    def nanmedian(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
        """The lower median of what is not NaN, of everything or along dim with its place.

        Example:
            >>> import taut
            >>> taut.nanmedian(taut.tensor([1.0, taut.nan, 3.0, 5.0]))
            tensor(3.)"""
    def nansum(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The sum over dim, NaN counting as 0.

        Example:
            >>> import taut
            >>> taut.nansum(taut.tensor([1.0, taut.nan, 3.0]))
            tensor(4.)"""
    def narrow(self, dim: _Dims | None, start: builtins.int, length: Any) -> Tensor:
        """Elements start to start + length of dim, as a view.

        Example:
            >>> import taut
            >>> taut.narrow(taut.arange(6).reshape(2, 3), 1, 0, 2)
            tensor([[0, 1],
                    [3, 4]])"""
    @property
    def nbytes(self) -> builtins.int:
        """Bytes of all elements."""
    @property
    def ndim(self) -> builtins.int:
        """The number of dimensions."""
    def ndimension(self) -> builtins.int:
        """The number of dimensions.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).ndimension()
            2"""
    def ne(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input != other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.ne(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([True, True, True])"""
    def ne_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input != other, elementwise, as bools."""
    def neg(self, *, out: Tensor | None = ...) -> Tensor:
        """-x of each element.

        Example:
            >>> import taut
            >>> taut.neg(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([ 1.5000, -0.0000, -2.0000])"""
    def neg_(self) -> Tensor:
        """Writes into the tensor itself: -x of each element."""
    def negative(self, *, out: Tensor | None = ...) -> Tensor:
        """-x of each element.

        Example:
            >>> import taut
            >>> taut.neg(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([ 1.5000, -0.0000, -2.0000])"""
    def negative_(self) -> Tensor:
        """Writes into the tensor itself: -x of each element."""
    def nelement(self) -> builtins.int:
        """The number of elements.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).nelement()
            6"""
    def new_empty(self, *args: Any, **kwargs: Any) -> Tensor:
        """A tensor of the given size, of this dtype unless told otherwise, with arbitrary content.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).new_empty(2).dtype
            torch.float32"""
    def new_empty_strided(self, size: builtins.int | Sequence[builtins.int], stride: builtins.int | Sequence[builtins.int], **kwargs: Any) -> Tensor:
        """A tensor of the given size and strides, of this dtype unless told otherwise, with arbitrary content.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).new_empty_strided((2, 3), (1, 2)).stride()
            (1, 2)"""
    def new_full(self, size: builtins.int | Sequence[builtins.int], fill_value: builtins.object, **kwargs: Any) -> Tensor:
        """A tensor of the given size and of this dtype filled with one number.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).new_full((2,), 7)
            tensor([7, 7])"""
    def new_ones(self, *args: Any, **kwargs: Any) -> Tensor:
        """A tensor of the given size and of this dtype filled with ones.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).new_ones(2)
            tensor([1, 1])"""
    def new_tensor(self, data: builtins.object, **kwargs: Any) -> Tensor:
        """The data as a tensor of its own, of this dtype unless told otherwise.

        Example:
            >>> import taut
            >>> taut.tensor([1.0, 2.0]).new_tensor([3, 4])
            tensor([3., 4.])"""
    def new_zeros(self, *args: Any, **kwargs: Any) -> Tensor:
        """A tensor of the given size and of this dtype filled with zeros.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).new_zeros(2)
            tensor([0, 0])"""
    def nonzero(self, *, as_tuple: Any = ..., out: Tensor | None = ...) -> Any:
        """The coordinates of the elements that are not zero: n x dim, or a tuple of vectors.

        Example:
            >>> import taut
            >>> taut.nonzero(taut.tensor([0, 3, 0, 5]))
            tensor([[1],
                    [3]])"""
    def norm(self, p: Any = ..., dim: _Dims | None = ..., keepdim: builtins.bool = ..., out: Tensor | None = ..., dtype: _DType | None = ...) -> Tensor:
        """The p-norm of the elements over dim, as of a vector.

        Example:
            >>> import taut
            >>> taut.norm(taut.tensor([3.0, 4.0]))
            tensor(5.)"""
    def normal_(self, mean: builtins.float = ..., std: builtins.float = ..., *, generator: Generator = ...) -> Tensor:
        """Draws every element from the normal distribution of the given mean and standard deviation.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).normal_()
            tensor([ 1.5410, -0.2934, -2.1788])"""
    def not_equal(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """Whether input != other, elementwise, as bools.

        Example:
            >>> import taut
            >>> taut.ne(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([True, True, True])"""
    def not_equal_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: Whether input != other, elementwise, as bools."""
    def numel(self) -> builtins.int:
        """The number of elements.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).numel()
            6"""
    def numpy(self, *, force: builtins.bool = ...) -> Any:
        """The tensor as a numpy array over the same memory.

        Args:
            force: also where the tensor requires gradients, as its values.

        Raises:
            RuntimeError: the tensor requires gradients.

        Example:
            >>> import taut
            >>> taut.ones(2).numpy()
            array([1., 1.], dtype=float32)"""
    def outer(self, vec2: Any, *, out: Tensor | None = ...) -> Tensor:
        """The matrix of all products of the elements of two vectors.

        Example:
            >>> import taut
            >>> taut.outer(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
            tensor([[3., 4.],
                    [6., 8.]])"""
    @property
    def output_nr(self) -> builtins.int:
        """Which output of grad_fn this is."""
    def permute(self, *args: Any, **kwargs: Any) -> Tensor:
        """The dimensions in the given order, as a view.

        Example:
            >>> import taut
            >>> taut.permute(taut.zeros(2, 3, 5), (2, 0, 1)).shape
            torch.Size([5, 2, 3])"""
    def polygamma(self, n: builtins.int) -> Tensor:
        """The n-th derivative of digamma().

        Example:
            >>> import taut
            >>> taut.polygamma(1, taut.tensor([1.0, 2.0]))
            tensor([1.6449, 0.6449])"""
    def positive(self) -> Tensor:
        """The input itself; RuntimeError for bools.

        Example:
            >>> import taut
            >>> taut.positive(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.5000,  0.0000,  2.0000])"""
    def pow(self, exponent: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input^exponent, elementwise; either may be a number. Integers to negative numbers are a RuntimeError.

        Example:
            >>> import taut
            >>> taut.pow(taut.tensor([1.0, 2.0, 3.0]), 2)
            tensor([1., 4., 9.])"""
    def pow_(self, exponent: _Operand) -> Tensor:
        """Writes into the tensor itself: input^exponent, elementwise; either may be a number. Integers to negative numbers are a RuntimeError."""
    def prod(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The product over dim, or of everything.

        Example:
            >>> import taut
            >>> taut.prod(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([ 2., 12.])"""
    def put(self, index: Tensor | builtins.int, source: Tensor, accumulate: builtins.bool = ...) -> Tensor:
        """A copy with source at positions in the flattened input, or added there.

        Example:
            >>> import taut
            >>> taut.put(taut.zeros(3), taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
            tensor([5., 0., 6.])"""
    def put_(self, index: Tensor | builtins.int, source: Tensor, accumulate: builtins.bool = ...) -> Tensor:
        """Writes into the tensor itself: A copy with source at positions in the flattened input, or added there."""
    def rad2deg(self, *, out: Tensor | None = ...) -> Tensor:
        """Radians as degrees.

        Example:
            >>> import taut
            >>> taut.rad2deg(taut.tensor([0.0, taut.pi / 2, taut.pi]))
            tensor([  0.,  90., 180.])"""
    def random_(self, *args: Any, **kwargs: Any) -> Tensor:
        """random_(from=0, to=None): integers in [from, to); without bounds every one that the dtype counts exactly.

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).random_(0, 10)
            tensor([4., 9., 3.])"""
    def ravel(self) -> Tensor:
        """All elements as a vector.

        Example:
            >>> import taut
            >>> taut.ravel(taut.arange(6).reshape(2, 3))
            tensor([0, 1, 2, 3, 4, 5])"""
    @property
    def real(self) -> Tensor:
        """The tensor: all numbers here are real."""
    def reciprocal(self, *, out: Tensor | None = ...) -> Tensor:
        """1 / x of each element.

        Example:
            >>> import taut
            >>> taut.reciprocal(taut.tensor([1.0, 2.0, 4.0]))
            tensor([1.0000, 0.5000, 0.2500])"""
    def reciprocal_(self) -> Tensor:
        """Writes into the tensor itself: 1 / x of each element."""
    def relu(self, *, out: Tensor | None = ...) -> Tensor:
        """max(x, 0) of each element.

        Example:
            >>> import taut
            >>> taut.relu(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([0., 0., 2.])"""
    def relu_(self) -> Tensor:
        """Writes into the tensor itself: max(x, 0) of each element."""
    def remainder(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The remainder with the sign of other (Python's %).

        Example:
            >>> import taut
            >>> taut.remainder(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([ 1.0000, -0.0000, -0.5000])"""
    def remainder_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: The remainder with the sign of other (Python's %)."""
    def repeat(self, *args: Any, **kwargs: Any) -> Tensor:
        """That many copies along each dimension, new dimensions in front.

        Example:
            >>> import taut
            >>> taut.tensor([1, 2]).repeat(2, 2)
            tensor([[1, 2, 1, 2],
                    [1, 2, 1, 2]])"""
    def repeat_interleave(self, repeats: _Dims | None = ..., dim: _Dims | None = ..., *, output_size: Any = ...) -> Tensor:
        """Each slice along dim as often as repeats says.

        Example:
            >>> import taut
            >>> taut.repeat_interleave(taut.tensor([1, 2]), 2)
            tensor([1, 1, 2, 2])"""
    @property
    def requires_grad(self) -> builtins.bool:
        """Whether operations on this tensor are recorded."""
    @requires_grad.setter
    def requires_grad(self, value: Any) -> None: ...
    def reshape(self, *args: Any, **kwargs: Any) -> Tensor:
        """The elements in another shape; a view where strides allow it, else a copy.

        Example:
            >>> import taut
            >>> taut.reshape(taut.arange(6), (2, 3))
            tensor([[0, 1, 2],
                    [3, 4, 5]])"""
    def reshape_as(self, other: _Operand) -> Tensor:
        """reshape() to the shape of other.

        Example:
            >>> import taut
            >>> taut.arange(4).reshape_as(taut.zeros(2, 2))
            tensor([[0, 1],
                    [2, 3]])"""
    def retain_grad(self) -> None:
        """Keeps the gradient of a result in its grad, as leaves do.

        Example:
            >>> import taut
            >>> x = taut.tensor([1.0], requires_grad=True)
            >>> y = x * 2
            >>> y.retain_grad()
            >>> y.sum().backward()
            >>> y.grad
            tensor([1.])"""
    @property
    def retains_grad(self) -> builtins.bool:
        """Whether a non-leaf keeps its gradient."""
    def roll(self, *args: Any, **kwargs: Any) -> Tensor:
        """The elements moved along dims, what leaves at the end coming back at the start.

        Example:
            >>> import taut
            >>> taut.roll(taut.arange(5), 2)
            tensor([3, 4, 0, 1, 2])"""
    def round(self, *, decimals: Any = ..., out: Tensor | None = ...) -> Tensor:
        """Each element rounded to `decimals` places, halves to the even neighbour.

        Example:
            >>> import taut
            >>> taut.round(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-2.,  0.,  2.])"""
    def round_(self, *, decimals: Any = ...) -> Tensor:
        """Writes into the tensor itself: Each element rounded to `decimals` places, halves to the even neighbour."""
    def rsqrt(self, *, out: Tensor | None = ...) -> Tensor:
        """1 / sqrt(x) of each element.

        Example:
            >>> import taut
            >>> taut.rsqrt(taut.tensor([1.0, 2.0, 4.0]))
            tensor([1.0000, 0.7071, 0.5000])"""
    def rsqrt_(self) -> Tensor:
        """Writes into the tensor itself: 1 / sqrt(x) of each element."""
    def scatter(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand = ..., *, reduce: Any = ..., value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
        """A copy with out[index[i][j]][j] = src[i][j] for dim 0, or a value there.

        Example:
            >>> import taut
            >>> taut.scatter(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
            tensor([5., 0., 6.])"""
    def scatter_(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand = ..., *, reduce: Any = ..., value: _Operand = ...) -> Tensor:
        """Writes into the tensor itself: A copy with out[index[i][j]][j] = src[i][j] for dim 0, or a value there."""
    def scatter_add(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """A copy with src[i][j] added to out[index[i][j]][j] for dim 0.

        Example:
            >>> import taut
            >>> taut.scatter_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
            tensor([1., 0., 2.])"""
    def scatter_add_(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand) -> Tensor:
        """Writes into the tensor itself: A copy with src[i][j] added to out[index[i][j]][j] for dim 0."""
    def scatter_reduce(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand, reduce: Any, *, include_self: Any = ..., out: Tensor | None = ...) -> Tensor:
        """A copy with src combined at its indices: sum, prod, mean, amax or amin, with or without the old values.

        Example:
            >>> import taut
            >>> taut.scatter_reduce(taut.zeros(2), 0, taut.tensor([0, 1, 1]), taut.tensor([1.0, 2.0, 5.0]), "amax")
            tensor([1., 5.])"""
    def scatter_reduce_(self, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """Writes into the tensor itself: A copy with src combined at its indices: sum, prod, mean, amax or amin, with or without the old values."""
    def select(self, dim: _Dims | None, index: Tensor | builtins.int) -> Tensor:
        """The slice at index of dim, without that dimension, as a view.

        Example:
            >>> import taut
            >>> taut.select(taut.arange(6).reshape(2, 3), 1, 0)
            tensor([0, 3])"""
    def sgn(self, *, out: Tensor | None = ...) -> Tensor:
        """-1, 0 or 1 by the sign of each element; 0 for NaN.

        Example:
            >>> import taut
            >>> taut.sign(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.,  0.,  1.])"""
    def sgn_(self) -> Tensor:
        """Writes into the tensor itself: -1, 0 or 1 by the sign of each element; 0 for NaN."""
    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
    def sigmoid(self, *, out: Tensor | None = ...) -> Tensor:
        """1 / (1 + e^-x) of each element.

        Example:
            >>> import taut
            >>> taut.sigmoid(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([0.1824, 0.5000, 0.8808])"""
    def sigmoid_(self) -> Tensor:
        """Writes into the tensor itself: 1 / (1 + e^-x) of each element."""
    def sign(self, *, out: Tensor | None = ...) -> Tensor:
        """-1, 0 or 1 by the sign of each element; 0 for NaN.

        Example:
            >>> import taut
            >>> taut.sign(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.,  0.,  1.])"""
    def sign_(self) -> Tensor:
        """Writes into the tensor itself: -1, 0 or 1 by the sign of each element; 0 for NaN."""
    def signbit(self, *, out: Tensor | None = ...) -> Tensor:
        """Whether the sign bit of each element is set; -0 has it.

        Example:
            >>> import taut
            >>> taut.signbit(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([ True, False, False])"""
    def silu(self, *, out: Tensor | None = ...) -> Tensor:
        """x sigmoid(x) (arXiv:1702.03118).

        Example:
            >>> import taut
            >>> taut.silu(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.2736,  0.0000,  1.7616])"""
    def silu_(self) -> Tensor:
        """Writes into the tensor itself: x sigmoid(x) (arXiv:1702.03118)."""
    def sin(self, *, out: Tensor | None = ...) -> Tensor:
        """The sine of each element, in radians.

        Example:
            >>> import taut
            >>> taut.sin(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.9975,  0.0000,  0.9093])"""
    def sin_(self) -> Tensor:
        """Writes into the tensor itself: The sine of each element, in radians."""
    def sinc(self, *, out: Tensor | None = ...) -> Tensor:
        """sin(pi x) / (pi x), 1 at 0.

        Example:
            >>> import taut
            >>> taut.sinc(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-2.1221e-01,  1.0000e+00,  2.7828e-08])"""
    def sinc_(self) -> Tensor:
        """Writes into the tensor itself: sin(pi x) / (pi x), 1 at 0."""
    def sinh(self, *, out: Tensor | None = ...) -> Tensor:
        """The hyperbolic sine of each element.

        Example:
            >>> import taut
            >>> taut.sinh(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-2.1293,  0.0000,  3.6269])"""
    def sinh_(self) -> Tensor:
        """Writes into the tensor itself: The hyperbolic sine of each element."""
    def size(self, dim: builtins.int | None = ...) -> Any:
        """The sizes of the dimensions, or that of dim.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).size(), taut.zeros(2, 3).size(1)
            (torch.Size([2, 3]), 3)"""
    def softmax(self, dim: _Dims | None, dtype: _DType | None = ..., *, out: Tensor | None = ...) -> Tensor:
        """exp(input) divided by its sum along dim.

        Example:
            >>> import taut
            >>> taut.softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
            tensor([0.0900, 0.2447, 0.6652])"""
    def softsign(self, *, out: Tensor | None = ...) -> Tensor:
        """x / (1 + |x|).

        Example:
            >>> import taut
            >>> taut.softsign(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.6000,  0.0000,  0.6667])"""
    def softsign_(self) -> Tensor:
        """Writes into the tensor itself: x / (1 + |x|)."""
    def sort(self, dim: _Dims | None = ..., descending: builtins.bool = ..., *, stable: builtins.bool = ..., out: Tensor | None = ...) -> Any:
        """Values in order along dim and the positions they came from; always stable.

        Example:
            >>> import taut
            >>> taut.sort(taut.tensor([3.0, 1.0, 2.0]))
            torch.return_types.sort(
            values=tensor([1., 2., 3.]),
            indices=tensor([1, 2, 0]))"""
    def sparse_dim(self) -> builtins.int:
        """How many dimensions are indexed: 0 unless the tensor is sparse.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).to_sparse(1).sparse_dim()
            1"""
    def sparse_mask(self, mask: Tensor) -> Tensor:
        """The elements of the tensor at the places of a sparse one.

        Args:
            mask: a sparse tensor of the same shape.

        Raises:
            RuntimeError: the mask is not sparse, or of another shape.

        Example:
            >>> import taut
            >>> taut.tensor([1.0, 2.0]).sparse_mask(taut.tensor([0.0, 5.0]).to_sparse()).values()
            tensor([2.])"""
    def split(self, split_size: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
        """Pieces of the given size, or of the given sizes, along dim, as views.

        Example:
            >>> import taut
            >>> taut.split(taut.arange(5), 2)
            (tensor([0, 1]), tensor([2, 3]), tensor([4]))"""
    def split_with_sizes(self, split_sizes: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
        """Pieces of the given sizes along dim, as views.

        Example:
            >>> import taut
            >>> taut.split_with_sizes(taut.arange(5), [1, 4])
            (tensor([0]), tensor([1, 2, 3, 4]))"""
    def sqrt(self, *, out: Tensor | None = ...) -> Tensor:
        """The square root of each element; NaN below 0.

        Example:
            >>> import taut
            >>> taut.sqrt(taut.tensor([1.0, 2.0, 4.0]))
            tensor([1.0000, 1.4142, 2.0000])"""
    def sqrt_(self) -> Tensor:
        """Writes into the tensor itself: The square root of each element; NaN below 0."""
    def square(self, *, out: Tensor | None = ...) -> Tensor:
        """x^2 of each element.

        Example:
            >>> import taut
            >>> taut.square(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([2.2500, 0.0000, 4.0000])"""
    def square_(self) -> Tensor:
        """Writes into the tensor itself: x^2 of each element."""
    def squeeze(self, dim: _Dims | None = ...) -> Tensor:
        """Without dimensions of size 1: all of them, or those given.

        Example:
            >>> import taut
            >>> taut.squeeze(taut.zeros(1, 3, 1)).shape
            torch.Size([3])"""
    def squeeze_(self, dim: _Dims | None = ...) -> Tensor:
        """Writes into the tensor itself: Without dimensions of size 1: all of them, or those given."""
    def std(self, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Tensor:
        """The standard deviation over dim, divided by the count less correction.

        Example:
            >>> import taut
            >>> taut.std(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([0.7071, 0.7071])"""
    def storage_offset(self) -> builtins.int:
        """Where in its storage the first element lies, in elements.

        Example:
            >>> import taut
            >>> taut.arange(5)[2:].storage_offset()
            2"""
    def stride(self, dim: builtins.int | None = ...) -> Any:
        """How far apart neighbours lie in each dimension, or in dim, in elements.

        Example:
            >>> import taut
            >>> taut.zeros(2, 3).stride(), taut.zeros(2, 3).stride(0)
            ((3, 1), 3)"""
    def sub(self, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """input - alpha * other, with broadcasting and type promotion.

        Example:
            >>> import taut
            >>> taut.sub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([-1.0000, -4.0000,  4.5000])"""
    def sub_(self, other: _Operand, *, alpha: _Number = ...) -> Tensor:
        """Writes into the tensor itself: input - alpha * other, with broadcasting and type promotion."""
    def subtract(self, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
        """input - alpha * other, with broadcasting and type promotion.

        Example:
            >>> import taut
            >>> taut.sub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
            tensor([-1.0000, -4.0000,  4.5000])"""
    def subtract_(self, other: _Operand, *, alpha: _Number = ...) -> Tensor:
        """Writes into the tensor itself: input - alpha * other, with broadcasting and type promotion."""
    def sum(self, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
        """The sum over dim, or over everything.

        Example:
            >>> import taut
            >>> taut.sum(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([3., 7.])"""
    def swapaxes(self, axis0: _Dims | None, axis1: _Dims | None) -> Tensor:
        """Two dimensions exchanged, as a view.

        Example:
            >>> import taut
            >>> taut.swapaxes(taut.arange(6).reshape(2, 3), 0, 1)
            tensor([[0, 3],
                    [1, 4],
                    [2, 5]])"""
    def swapaxes_(self, axis0: _Dims | None, axis1: _Dims | None) -> Tensor:
        """Writes into the tensor itself: Two dimensions exchanged, as a view."""
    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions exchanged, as a view.

        Example:
            >>> import taut
            >>> taut.swapdims(taut.arange(6).reshape(2, 3), 0, 1)
            tensor([[0, 3],
                    [1, 4],
                    [2, 5]])"""
    def swapdims_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Writes into the tensor itself: Two dimensions exchanged, as a view."""
    def t(self) -> Tensor:
        """A matrix transposed; tensors of fewer dimensions as they are.

        Example:
            >>> import taut
            >>> taut.t(taut.arange(6).reshape(2, 3))
            tensor([[0, 3],
                    [1, 4],
                    [2, 5]])"""
    def t_(self) -> Tensor:
        """Writes into the tensor itself: A matrix transposed; tensors of fewer dimensions as they are."""
    def take(self, index: Tensor | builtins.int, *, out: Tensor | None = ...) -> Tensor:
        """Elements by their position in the flattened input.

        Example:
            >>> import taut
            >>> taut.take(taut.arange(6).reshape(2, 3), taut.tensor([0, 5]))
            tensor([0, 5])"""
    def take_along_dim(self, indices: Tensor, dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
        """gather() with input and indices broadcast; flat without dim.

        Example:
            >>> import taut
            >>> taut.take_along_dim(taut.arange(6).reshape(2, 3), taut.tensor([[2], [0]]), dim=1)
            tensor([[2],
                    [3]])"""
    def tan(self, *, out: Tensor | None = ...) -> Tensor:
        """The tangent of each element, in radians.

        Example:
            >>> import taut
            >>> taut.tan(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-14.1014,   0.0000,  -2.1850])"""
    def tan_(self) -> Tensor:
        """Writes into the tensor itself: The tangent of each element, in radians."""
    def tanh(self, *, out: Tensor | None = ...) -> Tensor:
        """The hyperbolic tangent of each element.

        Example:
            >>> import taut
            >>> taut.tanh(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.9051,  0.0000,  0.9640])"""
    def tanh_(self) -> Tensor:
        """Writes into the tensor itself: The hyperbolic tangent of each element."""
    def tanhshrink(self, *, out: Tensor | None = ...) -> Tensor:
        """x - tanh(x).

        Example:
            >>> import taut
            >>> taut.tanhshrink(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-0.5949,  0.0000,  1.0360])"""
    def tanhshrink_(self) -> Tensor:
        """Writes into the tensor itself: x - tanh(x)."""
    def tensor_split(self, indices_or_sections: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
        """That many pieces along dim, or a cut before each index, as views.

        Example:
            >>> import taut
            >>> taut.tensor_split(taut.arange(5), (1, 3))
            (tensor([0]), tensor([1, 2]), tensor([3, 4]))"""
    def to_dense(self, dtype: _DType | None = ..., *, masked_grad: builtins.bool | None = ...) -> Tensor:
        """The tensor with all its elements in memory; the tensor itself where it is so.

        The gradient is sparse: that of the elements that are there.

        Args:
            dtype: of the result; not of a sparse tensor.
            masked_grad: None or True.

        Example:
            >>> import taut
            >>> taut.sparse_coo_tensor([[1, 1]], [2.0, 3.0], (3,)).to_dense()
            tensor([0., 5., 0.])"""
    def to_sparse(self, sparse_dim: builtins.int | None = ..., *, layout: builtins.object = ...) -> Tensor:
        """The tensor in coordinate form: what is not 0.

        Args:
            sparse_dim: how many of the first dimensions are indexed, all by default; over the others, a slice
                that has any element other than 0 is kept whole.
            layout: taut.sparse_coo.

        Raises:
            RuntimeError: sparse_dim is 0, or more than there are dimensions.

        Example:
            >>> import taut
            >>> taut.tensor([[0.0, 0.0], [5.0, 0.0]]).to_sparse(1)
            tensor(indices=tensor([[1]]),
                   values=tensor([[5., 0.]]),
                   size=(2, 2), nnz=1, layout=torch.sparse_coo)"""
    def to_sparse_coo(self) -> Tensor:
        """The tensor in coordinate form over all dimensions; see to_sparse().

        Example:
            >>> import taut
            >>> taut.tensor([0.0, 5.0]).to_sparse_coo()._nnz()
            1"""
    def tolist(self) -> Any:
        """The elements as nested lists of numbers; a number for no dimensions.

        Example:
            >>> import taut
            >>> taut.ones(2, 2).tolist()
            [[1.0, 1.0], [1.0, 1.0]]"""
    def topk(self, k: builtins.int, dim: _Dims | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
        """The k largest (or smallest) values along dim and their positions.

        Example:
            >>> import taut
            >>> taut.topk(taut.tensor([3.0, 1.0, 2.0]), 2)
            torch.return_types.topk(
            values=tensor([3., 2.]),
            indices=tensor([0, 2]))"""
    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions exchanged, as a view.

        Example:
            >>> import taut
            >>> taut.transpose(taut.arange(6).reshape(2, 3), 0, 1)
            tensor([[0, 3],
                    [1, 4],
                    [2, 5]])"""
    def transpose_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Writes into the tensor itself: Two dimensions exchanged, as a view."""
    def tril(self, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
        """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

        Args:
            diagonal: 0 for the main one, positive for those above it.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).tril()
            tensor([[1., 0., 0.],
                    [1., 1., 0.]])"""
    def tril_(self, diagonal: builtins.int = ...) -> Tensor:
        """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

        Args:
            diagonal: 0 for the main one, positive for those above it.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).tril()
            tensor([[1., 0., 0.],
                    [1., 1., 0.]])"""
    def triu(self, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
        """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

        Args:
            diagonal: 0 for the main one, positive for those above it.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).tril()
            tensor([[1., 0., 0.],
                    [1., 1., 0.]])"""
    def triu_(self, diagonal: builtins.int = ...) -> Tensor:
        """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

        Args:
            diagonal: 0 for the main one, positive for those above it.

        Example:
            >>> import taut
            >>> taut.ones(2, 3).tril()
            tensor([[1., 0., 0.],
                    [1., 1., 0.]])"""
    def true_divide(self, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
        """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

        Example:
            >>> import taut
            >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
            tensor([ 0., -1., -4.])"""
    def true_divide_(self, other: _Operand, *, rounding_mode: Any = ...) -> Tensor:
        """Writes into the tensor itself: input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down)."""
    def trunc(self, *, out: Tensor | None = ...) -> Tensor:
        """Each element rounded towards zero.

        Example:
            >>> import taut
            >>> taut.trunc(taut.tensor([-1.5, 0.0, 2.0]))
            tensor([-1.,  0.,  2.])"""
    def trunc_(self) -> Tensor:
        """Writes into the tensor itself: Each element rounded towards zero."""
    def unbind(self, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
        """Every slice along dim, without that dimension, as views.

        Example:
            >>> import taut
            >>> taut.unbind(taut.arange(6).reshape(2, 3))
            (tensor([0, 1, 2]), tensor([3, 4, 5]))"""
    def unflatten(self, dim: _Dims | None, sizes: _Dims | None) -> Tensor:
        """Dimension dim as several of the given sizes, one of which may be -1.

        Example:
            >>> import taut
            >>> taut.unflatten(taut.arange(6), 0, (2, -1))
            tensor([[0, 1, 2],
                    [3, 4, 5]])"""
    def unfold(self, dimension: builtins.int, size: _Dims | None, step: builtins.int) -> Tensor:
        """All windows of size elements along a dimension, step apart, in a new dimension.

        Example:
            >>> import taut
            >>> taut.arange(5).unfold(0, 3, 1)
            tensor([[0, 1, 2],
                    [1, 2, 3],
                    [2, 3, 4]])"""
    def uniform_(self, from_: builtins.float = ..., to: builtins.float = ..., *, generator: Generator = ...) -> Tensor:
        """Draws every element uniformly from [from, to).

        Example:
            >>> import taut
            >>> _ = taut.manual_seed(0)
            >>> taut.zeros(3).uniform_(-1, 1)
            tensor([-0.0075,  0.5364, -0.8230])"""
    def unsqueeze(self, dim: _Dims | None) -> Tensor:
        """With a new dimension of size 1 before position dim.

        Example:
            >>> import taut
            >>> taut.unsqueeze(taut.zeros(3), 0).shape
            torch.Size([1, 3])"""
    def unsqueeze_(self, dim: _Dims | None) -> Tensor:
        """Writes into the tensor itself: With a new dimension of size 1 before position dim."""
    def values(self) -> Tensor:
        """The values of a coalesced sparse tensor, nnz x the dimensions that are not indexed.

        Raises:
            RuntimeError: the tensor is not sparse, or not coalesced.

        Example:
            >>> import taut
            >>> taut.tensor([0.0, 5.0]).to_sparse().values()
            tensor([5.])"""
    def var(self, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Tensor:
        """The variance over dim, divided by the count less correction.

        Example:
            >>> import taut
            >>> taut.var(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
            tensor([0.5000, 0.5000])"""
    def vdot(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """The sum of products of two vectors.

        Example:
            >>> import taut
            >>> taut.vdot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
            tensor(11.)"""
    def view(self, *args: Any, **kwargs: Any) -> Tensor:
        """The same elements in another shape, or as another dtype, sharing memory.

        Example:
            >>> import taut
            >>> taut.arange(4).view(2, 2)
            tensor([[0, 1],
                    [2, 3]])"""
    def view_as(self, other: _Operand) -> Tensor:
        """view() with the shape of other.

        Example:
            >>> import taut
            >>> taut.arange(4).view_as(taut.zeros(2, 2))
            tensor([[0, 1],
                    [2, 3]])"""
    def where(self, condition: Tensor, other: _Operand) -> Any:
        """input where condition, else other, elementwise; both may be numbers. Of a condition alone: the indices of its nonzero elements, a tensor per dimension.

        Example:
            >>> import taut
            >>> taut.where(taut.tensor([-1.5, 0.0, 2.0]) > 0, taut.tensor(1.0), taut.tensor(-1.0))
            tensor([-1., -1.,  1.])"""
    def xlogy(self, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
        """input * log(other), 0 where input is 0 and other is no NaN.

        Example:
            >>> import taut
            >>> taut.xlogy(taut.tensor([0.0, 1.0]), taut.tensor([0.0, 2.0]))
            tensor([0.0000, 0.6931])"""
    def xlogy_(self, other: _Operand) -> Tensor:
        """Writes into the tensor itself: input * log(other), 0 where input is 0 and other is no NaN."""
    def zero_(self) -> Tensor:
        """Writes 0 into every element.

        Example:
            >>> import taut
            >>> taut.zero_(taut.ones(2))
            tensor([0., 0.])"""

class _SavedPack:
    ...
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def unpack(self) -> builtins.tuple:
        ...

class _StorageBuffer:
    ...
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

def _accumulate_grad_node(arg0: Tensor) -> Any:
    ...

def _adam_step(params: builtins.list, grads: builtins.object, exp_avgs: builtins.list, exp_avg_sqs: builtins.list, max_exp_avg_sqs: builtins.list, steps: builtins.list, lr: builtins.float, beta1: builtins.float, beta2: builtins.float, eps: builtins.float, weight_decay: builtins.float, decoupled: builtins.bool, maximize: builtins.bool) -> None:
    """One step of Adam (AdamW when decoupled) over all parameters. max_exp_avg_sqs: empty without amsgrad. steps: one-element tensors, incremented here."""

def _adaptive_avg_pool(arg0: Tensor, arg1: builtins.int | Sequence[builtins.int]) -> Tensor:
    ...

def _adaptive_max_pool(arg0: Tensor, arg1: builtins.int | Sequence[builtins.int]) -> builtins.tuple[Tensor, Tensor]:
    ...

def _alias_of(arg0: Tensor) -> Any:
    ...

def _aliases_of(arg0: Tensor) -> builtins.list:
    ...

def _autocast_cache_enabled() -> builtins.bool:
    ...

def _autocast_dtype() -> _DType:
    ...

def _autocast_enabled() -> builtins.bool:
    ...

def _autocast_lower(arg0: Tensor) -> Tensor:
    ...

def _autocast_nesting(arg0: builtins.int) -> builtins.int:
    ...

def _autocast_widen(arg0: Tensor) -> Tensor:
    ...

def _available_isas() -> builtins.list[builtins.str]:
    ...

def _avg_pool(arg0: Tensor, arg1: builtins.int, arg2: builtins.int | Sequence[builtins.int], arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int], arg5: builtins.bool, arg6: builtins.bool, arg7: builtins.int | None) -> Tensor:
    ...

def _backward(arg0: builtins.object, arg1: builtins.object, arg2: builtins.bool, arg3: builtins.bool, arg4: builtins.object) -> None:
    ...

def _backward_is_partial() -> builtins.bool:
    ...

def _clear_autocast_cache() -> None:
    ...

def _ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: builtins.int | Sequence[builtins.int], target_lengths: builtins.int | Sequence[builtins.int], blank: builtins.int = ..., zero_infinity: builtins.bool = ...) -> Tensor:
    """Minus the log-likelihood of each sequence of targets."""

def _element_operations() -> builtins.int:
    ...

def _embedding_bag(weight: _Operand | None, input: _Operand, offsets: Any, mode: Any, per_sample_weights: Any, options: Any) -> Tensor:
    ...

def _embedding_renorm_(weight: _Operand | None, input: _Operand, max_norm: Any, norm_type: Any) -> Tensor:
    ...

def _fold(arg0: Tensor, arg1: builtins.int | Sequence[builtins.int], arg2: builtins.int | Sequence[builtins.int], arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int], arg5: builtins.int | Sequence[builtins.int]) -> Tensor:
    ...

def _grad(arg0: builtins.object, arg1: builtins.object, arg2: builtins.object, arg3: builtins.bool, arg4: builtins.bool, arg5: builtins.bool) -> builtins.tuple:
    ...

def _has_same_storage(arg0: Tensor, arg1: Tensor) -> builtins.bool:
    ...

def _interpolate(arg0: Tensor, arg1: builtins.int | Sequence[builtins.int], arg2: Sequence[builtins.float], arg3: builtins.str, arg4: builtins.bool, arg5: builtins.bool) -> Tensor:
    ...

def _into(arg0: builtins.str, arg1: Tensor, arg2: Tensor | None) -> Tensor:
    ...

def _isa() -> builtins.str:
    ...

def _last_sequence() -> builtins.int:
    ...

def _leaf_alias(cls: builtins.type, leaf: Tensor, transposed: builtins.bool, scale: builtins.float) -> Any:
    ...

def _linalg_qr(arg0: Tensor, arg1: builtins.str) -> builtins.tuple[Tensor, Tensor]:
    ...

def _make_subclass(cls: builtins.type, data: Tensor, requires_grad: builtins.bool = ...) -> Any:
    ...

def _max_pool(arg0: Tensor, arg1: builtins.int, arg2: builtins.int | Sequence[builtins.int], arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int], arg5: builtins.int | Sequence[builtins.int], arg6: builtins.bool) -> Tensor:
    ...

def _max_pool_with_indices(arg0: Tensor, arg1: builtins.int, arg2: builtins.int | Sequence[builtins.int], arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int], arg5: builtins.int | Sequence[builtins.int], arg6: builtins.bool) -> builtins.tuple[Tensor, Tensor]:
    ...

def _max_unpool(arg0: Tensor, arg1: Tensor, arg2: builtins.int | Sequence[builtins.int]) -> Tensor:
    ...

def _multiply_adds() -> builtins.int:
    ...

def _one_hot(input: _Operand, num_classes: Any = ...) -> Tensor:
    ...

def _pack_padded_sequence(input: Tensor, lengths: Tensor, batch_first: builtins.bool) -> builtins.tuple:
    ...

def _pad(input: _Operand, pad: Any, mode: Any = ..., value: _Operand = ...) -> Tensor:
    ...

def _pad_packed_sequence(data: Tensor, batch_sizes: Tensor, batch_first: builtins.bool, padding_value: builtins.bool | builtins.int | builtins.float, total_length: builtins.int) -> builtins.tuple:
    ...

def _pad_sequence(sequences: Sequence[Tensor], batch_first: builtins.bool, padding_value: builtins.bool | builtins.int | builtins.float, padding_side: builtins.str) -> Tensor:
    ...

def _pop_saved_hooks() -> None:
    ...

def _pop_term_observer() -> None:
    ...

def _push_saved_hooks(arg0: builtins.object, arg1: builtins.object) -> None:
    ...

def _push_term_observer(arg0: builtins.object) -> None:
    ...

def _record_function(arg0: builtins.object, arg1: builtins.str, arg2: builtins.tuple, arg3: builtins.tuple, arg4: builtins.object) -> builtins.tuple:
    ...

def _register_post_accumulate_grad_hook(arg0: Tensor, arg1: builtins.object) -> builtins.int:
    ...

def _register_tensor_hook(arg0: Tensor, arg1: builtins.object) -> builtins.int:
    ...

def _remove_tensor_hook(arg0: Tensor, arg1: builtins.int) -> None:
    ...

def _set_anomaly(arg0: builtins.bool, arg1: builtins.bool) -> None:
    ...

def _set_autocast_cache_enabled(arg0: builtins.bool) -> None:
    ...

def _set_autocast_dtype(arg0: _DType) -> None:
    ...

def _set_autocast_enabled(arg0: builtins.bool) -> None:
    ...

def _set_default_meta(arg0: builtins.bool) -> builtins.bool:
    ...

def _set_grad_enabled(arg0: builtins.bool) -> None:
    ...

def _set_inference_mode(arg0: builtins.bool) -> None:
    ...

def _set_size_class(arg0: builtins.object) -> None:
    ...

def _set_tensor_class(*args: Any, **kwargs: Any) -> Tensor:
    """Makes a class the type of tensors that C++ returns."""

def _sgd_step(params: builtins.list, grads: builtins.object, momentum_buffers: builtins.list, lr: builtins.float, momentum: builtins.float, dampening: builtins.float, weight_decay: builtins.float, nesterov: builtins.bool, maximize: builtins.bool) -> None:
    """One step of SGD over all parameters. grads: a list, None inside skips a parameter; or None: their .grad. momentum_buffers: empty when momentum is 0; None in it is replaced by a new buffer."""

def _solve_triangular(arg0: Tensor, arg1: Tensor, arg2: builtins.bool, arg3: builtins.bool, arg4: builtins.bool) -> Tensor:
    ...

def _sparse_adam_step(params: builtins.list, exp_avgs: builtins.list, exp_avg_sqs: builtins.list, steps: Sequence[builtins.float], lr: builtins.float, beta1: builtins.float, beta2: builtins.float, eps: builtins.float, maximize: builtins.bool) -> None:
    """One step of SparseAdam over all parameters with their .grad. steps: counts that take in this step."""

def _standard_gamma(alpha: Tensor, generator: Generator = ...) -> Tensor:
    ...

def _standard_gamma_grad(alpha: Tensor, sample: Tensor) -> Tensor:
    ...

def _storage_as_bytes(arg0: Tensor) -> Tensor:
    ...

def _storage_buffer(arg0: Tensor) -> memoryview:
    ...

def _tensor_on_storage(arg0: Tensor, arg1: _DType, arg2: builtins.int, arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int]) -> Tensor:
    ...

def _unfold(arg0: Tensor, arg1: builtins.int | Sequence[builtins.int], arg2: builtins.int | Sequence[builtins.int], arg3: builtins.int | Sequence[builtins.int], arg4: builtins.int | Sequence[builtins.int]) -> Tensor:
    ...

def _unique(input: _Operand, dim: _Dims | None = ..., inverse: Any = ...) -> Any:
    ...

def _unique_consecutive(input: _Operand, dim: _Dims | None = ..., inverse: Any = ...) -> Any:
    ...

def _uses_of(arg0: Tensor) -> builtins.int:
    ...

def _vector_norm(input: _Operand, ord: Any = ..., dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """(sum |input|^ord)^(1/ord) over dim; 0 counts, infinities are extremes."""

def _watch_element_operations(arg0: builtins.bool) -> None:
    ...

def abs(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The absolute value of each element.

    Example:
        >>> import taut
        >>> taut.abs(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([1.5000, 0.0000, 2.0000])"""

def abs_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The absolute value of each element."""

def absolute(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The absolute value of each element.

    Example:
        >>> import taut
        >>> taut.abs(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([1.5000, 0.0000, 2.0000])"""

def absolute_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The absolute value of each element."""

def acos(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [0, pi] whose cosine is each element.

    Example:
        >>> import taut
        >>> taut.acos(taut.tensor([0.25, 0.5, 0.75]))
        tensor([1.3181, 1.0472, 0.7227])"""

def acos_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in [0, pi] whose cosine is each element."""

def acosh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic cosine of each element; NaN below 1.

    Example:
        >>> import taut
        >>> taut.acosh(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.0000, 1.3170, 2.0634])"""

def acosh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic cosine of each element; NaN below 1."""

def add(input: _Operand, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """input + alpha * other, with broadcasting and type promotion.

    Example:
        >>> import taut
        >>> taut.add(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), alpha=10)
        tensor([21.0000, 18.0000, -6.5000])"""

def addbmm(input: _Operand, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """beta * input + alpha * the sum of bmm(batch1, batch2) over the batch.

    Example:
        >>> import taut
        >>> taut.addbmm(taut.zeros(2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2))
        tensor([[12., 12.],
                [12., 12.]])"""

def addcdiv(input: _Operand, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
    """input + value * tensor1 / tensor2, elementwise.

    Example:
        >>> import taut
        >>> taut.addcdiv(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
        tensor([2.])"""

def addcmul(input: _Operand, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
    """input + value * tensor1 * tensor2, elementwise.

    Example:
        >>> import taut
        >>> taut.addcmul(taut.tensor([1.0]), taut.tensor([6.0]), taut.tensor([3.0]), value=0.5)
        tensor([10.])"""

def addmm(input: _Operand, mat1: Any, mat2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """beta * input + alpha * (mat1 @ mat2), input broadcasting.

    Example:
        >>> import taut
        >>> taut.addmm(taut.ones(2, 2), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), beta=10)
        tensor([[17., 20.],
                [25., 32.]])"""

def addmv(input: _Operand, mat: Any, vec: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """beta * input + alpha * (mat @ vec), input broadcasting.

    Example:
        >>> import taut
        >>> taut.addmv(taut.tensor([10.0, 20.0]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
        tensor([ 9., 19.])"""

def addr(input: _Operand, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """beta * input + alpha * outer(vec1, vec2), input broadcasting.

    Example:
        >>> import taut
        >>> taut.addr(taut.zeros(2, 2), taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])"""

def adjoint(input: _Operand) -> Tensor:
    """The last two dimensions exchanged, as a view.

    Example:
        >>> import taut
        >>> taut.adjoint(taut.arange(6).reshape(2, 3))
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""

def all(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """Whether every element along dim is not zero.

    Example:
        >>> import taut
        >>> taut.all(taut.tensor([[True, False], [True, True]]), dim=1)
        tensor([False,  True])"""

def allclose(input: _Operand, other: _Operand, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> builtins.bool:
    """Whether all elements are close: see isclose().

    Example:
        >>> import taut
        >>> taut.allclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.000001]))
        True"""

def alpha_dropout(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.alpha_dropout(taut.ones(4), 0.5, True)
        tensor([-0.7792, -0.7792,  1.6656, -0.7792])"""

def alpha_dropout_(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest."""

def amax(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """The greatest element over dim; ties share the gradient.

    Example:
        >>> import taut
        >>> taut.amax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([2., 4.])"""

def amin(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """The least element over dim; ties share the gradient.

    Example:
        >>> import taut
        >>> taut.amin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([1., 3.])"""

def aminmax(input: _Operand, *, dim: _Dims | None = ..., keepdim: builtins.bool = ..., out: Tensor | None = ...) -> Any:
    """The least and the greatest element, of everything or along dim.

    Example:
        >>> import taut
        >>> taut.aminmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        torch.return_types.aminmax(
        min=tensor([1., 3.]),
        max=tensor([2., 4.]))"""

def any(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """Whether any element along dim is not zero.

    Example:
        >>> import taut
        >>> taut.any(taut.tensor([[True, False], [True, True]]), dim=1)
        tensor([True, True])"""

def arange(*args: Any, **kwargs: Any) -> Tensor:
    """arange(start=0, end, step=1): the numbers start, start + step, ... up to, not including, end.

    int64 when all three are integers, else the default dtype.

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Raises:
        RuntimeError: the step is 0, or leads away from end.

    Example:
        >>> import taut
        >>> taut.arange(1, 2.5, 0.5)
        tensor([1.0000, 1.5000, 2.0000])"""

def arccos(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [0, pi] whose cosine is each element.

    Example:
        >>> import taut
        >>> taut.acos(taut.tensor([0.25, 0.5, 0.75]))
        tensor([1.3181, 1.0472, 0.7227])"""

def arccos_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in [0, pi] whose cosine is each element."""

def arccosh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic cosine of each element; NaN below 1.

    Example:
        >>> import taut
        >>> taut.acosh(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.0000, 1.3170, 2.0634])"""

def arccosh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic cosine of each element; NaN below 1."""

def arcsin(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is each element.

    Example:
        >>> import taut
        >>> taut.asin(taut.tensor([0.25, 0.5, 0.75]))
        tensor([0.2527, 0.5236, 0.8481])"""

def arcsin_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in [-pi/2, pi/2] whose sine is each element."""

def arcsinh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic sine of each element.

    Example:
        >>> import taut
        >>> taut.asinh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.1948,  0.0000,  1.4436])"""

def arcsinh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic sine of each element."""

def arctan(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in (-pi/2, pi/2) whose tangent is each element.

    Example:
        >>> import taut
        >>> taut.atan(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.9828,  0.0000,  1.1071])"""

def arctan2(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [-pi, pi] of the point (other, input), elementwise.

    Example:
        >>> import taut
        >>> taut.atan2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 0.4636, -0.7854,  1.8491])"""

def arctan_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in (-pi/2, pi/2) whose tangent is each element."""

def arctanh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic tangent of each element; NaN outside [-1, 1].

    Example:
        >>> import taut
        >>> taut.atanh(taut.tensor([0.25, 0.5, 0.75]))
        tensor([0.2554, 0.5493, 0.9730])"""

def arctanh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic tangent of each element; NaN outside [-1, 1]."""

def argmax(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """The first place of the greatest element, in the flattened input or along dim.

    Example:
        >>> import taut
        >>> taut.argmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([1, 1])"""

def argmin(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """The first place of the least element, in the flattened input or along dim.

    Example:
        >>> import taut
        >>> taut.argmin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([0, 0])"""

def argsort(input: _Operand, dim: _Dims | None = ..., descending: builtins.bool = ..., *, stable: builtins.bool = ..., out: Tensor | None = ...) -> Tensor:
    """The positions that put dim in order; always stable.

    Example:
        >>> import taut
        >>> taut.argsort(taut.tensor([3.0, 1.0, 2.0]))
        tensor([1, 2, 0])"""

def argwhere(input: _Operand) -> Tensor:
    """The coordinates of the elements that are not zero: n x dim.

    Example:
        >>> import taut
        >>> taut.argwhere(taut.tensor([0, 3, 0, 5]))
        tensor([[1],
                [3]])"""

def as_strided(input: _Operand, size: _Dims | None, stride: _Dims | None, storage_offset: Any = ...) -> Tensor:
    """A view of the memory with any sizes, strides and offset, in elements.

    Example:
        >>> import taut
        >>> taut.as_strided(taut.arange(5), (3, 3), (1, 1))
        tensor([[0, 1, 2],
                [1, 2, 3],
                [2, 3, 4]])"""

def as_tensor(data: builtins.object, dtype: _DType | None = ..., device: builtins.object = ...) -> Tensor:
    """The data as a tensor that shares memory with it where that is possible.

    A tensor is returned as it is and an array is shared, unless another dtype is asked for;
    everything else is copied as by `tensor`.

    Example:
        >>> import taut
        >>> x = taut.ones(2)
        >>> taut.as_tensor(x) is x
        True"""

def asarray(obj: builtins.object, **kwargs: Any) -> Tensor:
    """The data as a tensor that shares memory with tensors, arrays, DLPack objects and buffers.

    Args:
        copy: True copies, False raises where sharing is impossible, None copies only then.
        requires_grad: whether to record operations on the result; when left out, as obj.

    Raises:
        ValueError: copy=False, and the data cannot be shared.

    Example:
        >>> import taut
        >>> taut.asarray(bytearray(b'ab'), dtype=taut.uint8)
        tensor([97, 98], dtype=torch.uint8)"""

def asin(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is each element.

    Example:
        >>> import taut
        >>> taut.asin(taut.tensor([0.25, 0.5, 0.75]))
        tensor([0.2527, 0.5236, 0.8481])"""

def asin_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in [-pi/2, pi/2] whose sine is each element."""

def asinh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic sine of each element.

    Example:
        >>> import taut
        >>> taut.asinh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.1948,  0.0000,  1.4436])"""

def asinh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic sine of each element."""

def atan(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in (-pi/2, pi/2) whose tangent is each element.

    Example:
        >>> import taut
        >>> taut.atan(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.9828,  0.0000,  1.1071])"""

def atan2(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The angle in [-pi, pi] of the point (other, input), elementwise.

    Example:
        >>> import taut
        >>> taut.atan2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 0.4636, -0.7854,  1.8491])"""

def atan_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The angle in (-pi/2, pi/2) whose tangent is each element."""

def atanh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse hyperbolic tangent of each element; NaN outside [-1, 1].

    Example:
        >>> import taut
        >>> taut.atanh(taut.tensor([0.25, 0.5, 0.75]))
        tensor([0.2554, 0.5493, 0.9730])"""

def atanh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse hyperbolic tangent of each element; NaN outside [-1, 1]."""

def baddbmm(input: _Operand, batch1: Any, batch2: Any, *, beta: Any = ..., alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """beta * input + alpha * bmm(batch1, batch2), input broadcasting.

    Example:
        >>> import taut
        >>> taut.baddbmm(taut.zeros(3, 2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2)).shape
        torch.Size([3, 2, 2])"""

def batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: builtins.bool, momentum: builtins.float, eps: builtins.float, cudnn_enabled: builtins.bool = ...) -> Tensor:
    """Normalises each channel (dimension 1) over all other dimensions.

    Example:
        >>> import taut
        >>> taut.batch_norm(taut.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 1e-5, True)
        tensor([[-1.0000],
                [ 1.0000]])"""

def bernoulli(input: Tensor, p: builtins.float | None = ..., **kwargs: Any) -> Tensor:
    """Ones with the probability that each element (or p) gives, else zeros.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.bernoulli(taut.tensor([0.0, 0.5, 1.0]))
        tensor([0., 0., 1.])"""

bfloat16: dtype

def binary_cross_entropy(input: _Operand, target: Tensor, weight: _Operand | None = ..., reduction: builtins.str = ...) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)), logarithms at least -100; reduced.

    Example:
        >>> import taut
        >>> taut.binary_cross_entropy(taut.tensor([0.5]), taut.tensor([1.0]))
        tensor(0.6931)"""

def binary_cross_entropy_with_logits(input: _Operand, target: Tensor, weight: _Operand | None = ..., pos_weight: Any = ..., reduction: builtins.str = ...) -> Tensor:
    """binary_cross_entropy of sigmoid(input), computed stably; reduced.

    Example:
        >>> import taut
        >>> taut.binary_cross_entropy_with_logits(taut.tensor([0.0]), taut.tensor([1.0]))
        tensor(0.6931)"""

def bincount(input: _Operand, weights: Any = ..., minlength: Any = ...) -> Tensor:
    """How often each of 0 ... max occurs, or the sum of the weights there.

    Example:
        >>> import taut
        >>> taut.bincount(taut.tensor([0, 1, 1, 3]))
        tensor([1, 2, 0, 1])"""

def bitwise_and(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The bits set in both; logical and for bools.

    Example:
        >>> import taut
        >>> taut.bitwise_and(taut.tensor([5, 6]), taut.tensor([3, 3]))
        tensor([1, 2])"""

def bitwise_left_shift(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input * 2^other in integer bits; 0 past the width.

    Example:
        >>> import taut
        >>> taut.bitwise_left_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
        tensor([10, 12])"""

def bitwise_not(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Every bit turned; logical not for bools.

    Example:
        >>> import taut
        >>> taut.bitwise_not(taut.tensor([0, 5]))
        tensor([-1, -6])"""

def bitwise_not_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: Every bit turned; logical not for bools."""

def bitwise_or(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The bits set in either; logical or for bools.

    Example:
        >>> import taut
        >>> taut.bitwise_or(taut.tensor([5, 6]), taut.tensor([3, 3]))
        tensor([7, 7])"""

def bitwise_right_shift(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input shifted right by other bits, the sign filling in.

    Example:
        >>> import taut
        >>> taut.bitwise_right_shift(taut.tensor([5, 6]), taut.tensor([1, 1]))
        tensor([2, 3])"""

def bitwise_xor(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The bits set in one of both; exclusive or for bools.

    Example:
        >>> import taut
        >>> taut.bitwise_xor(taut.tensor([5, 6]), taut.tensor([3, 3]))
        tensor([6, 5])"""

def bmm(input: _Operand, mat2: Any, *, out: Tensor | None = ...) -> Tensor:
    """Products of (b, m, k) with (b, k, n) matrices, one by one.

    Example:
        >>> import taut
        >>> taut.bmm(taut.ones(5, 2, 3), taut.ones(5, 3, 4)).shape
        torch.Size([5, 2, 4])"""

bool: dtype

def broadcast_tensors(*tensors: Any) -> builtins.tuple[Tensor, ...]:
    """All tensors expanded to their common shape.

    Example:
        >>> import taut
        >>> [t.shape for t in taut.broadcast_tensors(taut.zeros(2, 1), taut.zeros(3))]
        [torch.Size([2, 3]), torch.Size([2, 3])]"""

def broadcast_to(input: _Operand, size: _Dims | None) -> Tensor:
    """The tensor repeated to the given shape without copying.

    Example:
        >>> import taut
        >>> taut.broadcast_to(taut.tensor([1, 2]), (2, 2))
        tensor([[1, 2],
                [1, 2]])"""

def bucketize(input: _Operand, boundaries: Tensor, *, out_int32: Any = ..., right: Any = ..., out: Tensor | None = ...) -> Tensor:
    """Which of the intervals between sorted boundaries holds each element.

    Example:
        >>> import taut
        >>> taut.bucketize(taut.tensor([1, 5, 9]), taut.tensor([2, 4, 6]))
        tensor([0, 2, 3])"""

def cat(tensors: Sequence[Tensor], dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """Tensors one after the other along dim; dtypes are promoted.

    Example:
        >>> import taut
        >>> taut.cat([taut.tensor([1, 2]), taut.tensor([3])])
        tensor([1, 2, 3])"""

def ceil(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The smallest integer not below each element.

    Example:
        >>> import taut
        >>> taut.ceil(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  2.])"""

def ceil_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The smallest integer not below each element."""

def celu(input: _Operand, alpha: _Number = ...) -> Tensor:
    """x above 0, alpha (e^(x / alpha) - 1) below (arXiv:1704.07483).

    Example:
        >>> import taut
        >>> taut.celu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.7769,  0.0000,  2.0000])"""

def celu_(input: _Operand, alpha: _Number = ...) -> Tensor:
    """Writes into the tensor itself: x above 0, alpha (e^(x / alpha) - 1) below (arXiv:1704.07483)."""

def chunk(input: _Operand, chunks: builtins.int, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
    """At most that many pieces of equal size along dim, as views; the last may be smaller.

    Example:
        >>> import taut
        >>> taut.chunk(taut.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))"""

def clamp(input: _Operand, min: _Operand = ..., max: _Operand = ..., *, out: Tensor | None = ...) -> Tensor:
    """Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are).

    Example:
        >>> import taut
        >>> taut.clamp(taut.tensor([-1.5, 0.0, 2.0]), -1, 1)
        tensor([-1.,  0.,  1.])"""

def clamp_(input: _Operand, min: _Operand = ..., max: _Operand = ...) -> Tensor:
    """Writes into the tensor itself: Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are)."""

def clamp_max(input: _Operand, max: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Each element, at most max.

    Example:
        >>> import taut
        >>> taut.clamp_max(taut.tensor([-1.5, 0.0, 2.0]), 1)
        tensor([-1.5000,  0.0000,  1.0000])"""

def clamp_max_(input: _Operand, max: _Operand) -> Tensor:
    """Writes into the tensor itself: Each element, at most max."""

def clamp_min(input: _Operand, min: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Each element, at least min.

    Example:
        >>> import taut
        >>> taut.clamp_min(taut.tensor([-1.5, 0.0, 2.0]), -1)
        tensor([-1.,  0.,  2.])"""

def clamp_min_(input: _Operand, min: _Operand) -> Tensor:
    """Writes into the tensor itself: Each element, at least min."""

def clip(input: _Operand, min: _Operand = ..., max: _Operand = ..., *, out: Tensor | None = ...) -> Tensor:
    """Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are).

    Example:
        >>> import taut
        >>> taut.clamp(taut.tensor([-1.5, 0.0, 2.0]), -1, 1)
        tensor([-1.,  0.,  1.])"""

def clip_(input: _Operand, min: _Operand = ..., max: _Operand = ...) -> Tensor:
    """Writes into the tensor itself: Each element limited to [min, max]; max wins where min > max. Bounds are numbers or tensors, and one may be missing (RuntimeError if both are)."""

def clone(input: Tensor, memory_format: builtins.object = ...) -> Tensor:
    """A copy with memory of its own; gradients flow through it.

    Example:
        >>> import taut
        >>> x = taut.tensor([1, 2])
        >>> taut.clone(x).data_ptr() == x.data_ptr()
        False"""

def concat(tensors: Sequence[Tensor], dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """Tensors one after the other along dim; dtypes are promoted.

    Example:
        >>> import taut
        >>> taut.concat([taut.tensor([1, 2]), taut.tensor([3])])
        tensor([1, 2, 3])"""

def concatenate(tensors: Sequence[Tensor], dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """Tensors one after the other along dim; dtypes are promoted.

    Example:
        >>> import taut
        >>> taut.concatenate([taut.tensor([1, 2]), taut.tensor([3])])
        tensor([1, 2, 3])"""

def constant_pad_nd(input: _Operand, pad: Any, value: _Operand = ...) -> Tensor:
    """Padded with a value; pad lists (before, after) from the last dimension on, and negative numbers remove.

    Example:
        >>> import taut
        >>> taut.constant_pad_nd(taut.tensor([1, 2]), (1, 2), 9)
        tensor([9, 1, 2, 9, 9])"""

def conv1d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """The products of weight with every window of input, summed over input channels.

    Example:
        >>> import taut
        >>> taut.conv1d(taut.tensor([[[1.0, 2.0, 3.0]]]), taut.tensor([[[1.0, -1.0]]]))
        tensor([[[-1., -1.]]])"""

def conv2d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """The products of weight with every window of input, summed over input channels.

    Example:
        >>> import taut
        >>> taut.conv2d(taut.ones(1, 1, 3, 3), taut.ones(1, 1, 2, 2))
        tensor([[[[4., 4.],
                  [4., 4.]]]])"""

def conv3d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """The products of weight with every window of input, summed over input channels.

    Example:
        >>> import taut
        >>> taut.conv3d(taut.ones(1, 1, 3, 3, 3), taut.ones(2, 1, 2, 2, 2)).shape
        torch.Size([1, 2, 2, 2, 2])"""

def conv_transpose1d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution: each input element adds its multiple of weight.

    Example:
        >>> import taut
        >>> taut.conv_transpose1d(taut.tensor([[[1.0, 2.0]]]), taut.tensor([[[1.0, 10.0]]]))
        tensor([[[ 1., 12., 20.]]])"""

def conv_transpose2d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution: each input element adds its multiple of weight.

    Example:
        >>> import taut
        >>> taut.conv_transpose2d(taut.ones(1, 1, 2, 2), taut.ones(1, 1, 2, 2))
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])"""

def conv_transpose3d(input: _Operand, weight: _Operand | None, bias: Any = ..., stride: _Dims | None = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution: each input element adds its multiple of weight.

    Example:
        >>> import taut
        >>> taut.conv_transpose3d(taut.ones(1, 2, 2, 2, 2), taut.ones(2, 1, 2, 2, 2)).shape
        torch.Size([1, 1, 3, 3, 3])"""

def copysign(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The size of input with the sign of other, -0 and NaN included.

    Example:
        >>> import taut
        >>> taut.copysign(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 1.0000,  2.0000, -3.5000])"""

def cos(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The cosine of each element, in radians.

    Example:
        >>> import taut
        >>> taut.cos(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([ 0.0707,  1.0000, -0.4161])"""

def cos_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The cosine of each element, in radians."""

def cosh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The hyperbolic cosine of each element.

    Example:
        >>> import taut
        >>> taut.cosh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([2.3524, 1.0000, 3.7622])"""

def cosh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The hyperbolic cosine of each element."""

def count_nonzero(input: _Operand, dim: _Dims | None = ...) -> Tensor:
    """How many elements along dim are not zero.

    Example:
        >>> import taut
        >>> taut.count_nonzero(taut.tensor([[0, 1], [2, 3]]), dim=1)
        tensor([1, 2])"""

def cross_entropy(input: _Operand, target: Tensor, weight: _Operand | None = ..., reduction: builtins.str = ..., ignore_index: Any = ..., label_smoothing: Any = ...) -> Tensor:
    """nll_loss of log_softmax, for class indices or probabilities; reduced.

    Example:
        >>> import taut
        >>> taut.cross_entropy(taut.tensor([[0.0, 0.0]]), taut.tensor([1]))
        tensor(0.6931)"""

def cummax(input: _Operand, dim: _Dims | None, *, out: Tensor | None = ...) -> Any:
    """The greatest element so far along dim, and its last place.

    Example:
        >>> import taut
        >>> taut.cummax(taut.tensor([1.0, 3.0, 2.0]), dim=0)
        torch.return_types.cummax(
        values=tensor([1., 3., 3.]),
        indices=tensor([0, 1, 1]))"""

def cummin(input: _Operand, dim: _Dims | None, *, out: Tensor | None = ...) -> Any:
    """The least element so far along dim, and its last place.

    Example:
        >>> import taut
        >>> taut.cummin(taut.tensor([1.0, 3.0, 2.0]), dim=0)
        torch.return_types.cummin(
        values=tensor([1., 1., 1.]),
        indices=tensor([0, 0, 0]))"""

def cumprod(input: _Operand, dim: _Dims | None, *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The products of the elements so far along dim.

    Example:
        >>> import taut
        >>> taut.cumprod(taut.tensor([1.0, 3.0, 2.0]), dim=0)
        tensor([1., 3., 6.])"""

def cumsum(input: _Operand, dim: _Dims | None, *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The sums of the elements so far along dim.

    Example:
        >>> import taut
        >>> taut.cumsum(taut.tensor([1.0, 3.0, 2.0]), dim=0)
        tensor([1., 4., 6.])"""

default_generator: Generator

def deg2rad(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Degrees as radians.

    Example:
        >>> import taut
        >>> taut.deg2rad(taut.tensor([0.0, 90.0, 180.0]))
        tensor([0.0000, 1.5708, 3.1416])"""

def detach(input: Tensor) -> Tensor:
    """The same memory, cut off from the graph.

    Example:
        >>> import taut
        >>> x = taut.tensor([1.0], requires_grad=True)
        >>> taut.detach(x).requires_grad
        False"""

def diag(input: _Operand, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
    """The diagonal of a matrix, or the matrix that has a vector as its diagonal.

    Example:
        >>> import taut
        >>> taut.diag(taut.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])"""

def diag_embed(input: _Operand, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
    """Matrices with the last dimension on their diagonals, zero elsewhere.

    Example:
        >>> import taut
        >>> taut.diag_embed(taut.ones(2, 3)).shape
        torch.Size([2, 3, 3])"""

def diagonal(input: _Operand, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
    """Diagonals over dim1 and dim2 as the last dimension, as a view.

    Example:
        >>> import taut
        >>> taut.diagonal(taut.arange(6).reshape(2, 3))
        tensor([0, 4])"""

def digamma(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The derivative of lgamma().

    Example:
        >>> import taut
        >>> taut.digamma(taut.tensor([1.0, 2.0, 4.0]))
        tensor([-0.5772,  0.4228,  1.2561])"""

def digamma_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The derivative of lgamma()."""

def div(input: _Operand, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
    """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

    Example:
        >>> import taut
        >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
        tensor([ 0., -1., -4.])"""

def divide(input: _Operand, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
    """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

    Example:
        >>> import taut
        >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
        tensor([ 0., -1., -4.])"""

def dot(input: _Operand, tensor: Any, *, out: Tensor | None = ...) -> Tensor:
    """The sum of products of two vectors.

    Example:
        >>> import taut
        >>> taut.dot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor(11.)"""

def dropout(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.dropout(taut.ones(5), 0.5, True)
        tensor([0., 0., 2., 0., 0.])"""

def dropout_(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest."""

class dtype:
    """The element type of a tensor."""
    def __reduce__(self) -> builtins.tuple[Any, ...]: ...
    def __repr__(self) -> builtins.str: ...
    @property
    def is_complex(self) -> Any:
        """True for complex types."""
    @property
    def is_floating_point(self) -> Any:
        """True for floating-point types."""
    @property
    def is_signed(self) -> Any:
        """True for types with negative values."""
    @property
    def itemsize(self) -> builtins.int:
        """Bytes of one element."""

def elu(input: _Operand, alpha: _Number = ...) -> Tensor:
    """x above 0, alpha (e^x - 1) below (arXiv:1511.07289).

    Example:
        >>> import taut
        >>> taut.elu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.7769,  0.0000,  2.0000])"""

def elu_(input: _Operand, alpha: _Number = ...) -> Tensor:
    """Writes into the tensor itself: x above 0, alpha (e^x - 1) below (arXiv:1511.07289)."""

def embedding(weight: _Operand | None, indices: Tensor, padding_idx: Any = ..., scale_grad_by_freq: Any = ..., sparse: Any = ...) -> Tensor:
    """Rows of weight by index; see nn.functional.embedding().

    Example:
        >>> import taut
        >>> taut.embedding(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1, 1, 0]))
        tensor([[3., 4.],
                [3., 4.],
                [1., 2.]])"""

def empty(*args: Any, **kwargs: Any) -> Tensor:
    """A tensor of the given size with arbitrary content.

    Example:
        >>> import taut
        >>> taut.empty(2, 3).shape
        torch.Size([2, 3])"""

def empty_cache() -> None:
    """Gives unused blocks back to the system.

    Example:
        >>> import taut
        >>> taut.empty_cache()"""

def empty_like(input: Tensor, **kwargs: Any) -> Tensor:
    """A tensor of the shape and dtype of input with arbitrary content.

    Example:
        >>> import taut
        >>> taut.empty_like(taut.arange(6).reshape(2, 3)).dtype
        torch.int64"""

def empty_permuted(size: builtins.int | Sequence[builtins.int], physical_layout: builtins.int | Sequence[builtins.int], **kwargs: Any) -> Tensor:
    """An uninitialised tensor whose dimensions lie in memory in the given order, outermost first.

    Example:
        >>> import taut
        >>> taut.empty_permuted((2, 3), (1, 0)).stride()
        (1, 2)"""

def empty_strided(size: builtins.int | Sequence[builtins.int], stride: builtins.int | Sequence[builtins.int], **kwargs: Any) -> Tensor:
    """An uninitialised tensor with the given strides.

    Example:
        >>> import taut
        >>> taut.empty_strided((2, 3), (1, 2)).stride()
        (1, 2)"""

def eq(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input == other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.eq(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([False, False, False])"""

def equal(input: _Operand, other: _Operand) -> builtins.bool:
    """Whether both have the same shape and elements.

    Example:
        >>> import taut
        >>> taut.equal(taut.tensor([1, 2]), taut.tensor([1, 2]))
        True"""

def erf(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.

    Example:
        >>> import taut
        >>> taut.erf(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.9661,  0.0000,  0.9953])"""

def erf_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x."""

def erfc(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """1 - erf(x), accurate where erf(x) is near 1.

    Example:
        >>> import taut
        >>> taut.erfc(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([1.9661, 1.0000, 0.0047])"""

def erfc_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: 1 - erf(x), accurate where erf(x) is near 1."""

def erfinv(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The inverse of erf(); infinite at -1 and 1, NaN beyond.

    Example:
        >>> import taut
        >>> taut.erfinv(taut.tensor([0.25, 0.5, 0.75]))
        tensor([0.2253, 0.4769, 0.8134])"""

def erfinv_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The inverse of erf(); infinite at -1 and 1, NaN beyond."""

def exp(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """e^x of each element.

    Example:
        >>> import taut
        >>> taut.exp(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0.2231, 1.0000, 7.3891])"""

def exp2(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """2^x of each element.

    Example:
        >>> import taut
        >>> taut.exp2(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0.3536, 1.0000, 4.0000])"""

def exp2_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: 2^x of each element."""

def exp_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: e^x of each element."""

def expm1(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """e^x - 1 of each element, accurate near 0.

    Example:
        >>> import taut
        >>> taut.expm1(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.7769,  0.0000,  6.3891])"""

def expm1_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: e^x - 1 of each element, accurate near 0."""

def eye(n: builtins.int, m: builtins.int | None = ..., **kwargs: Any) -> Tensor:
    """eye(n, m=n): the n x m matrix with ones on its main diagonal, zeros elsewhere.

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Example:
        >>> import taut
        >>> taut.eye(2)
        tensor([[1., 0.],
                [0., 1.]])"""

def feature_alpha_dropout(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.feature_alpha_dropout(taut.ones(1, 3, 2), 0.5, False)
        tensor([[[1., 1.],
                 [1., 1.],
                 [1., 1.]]])"""

def feature_alpha_dropout_(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest."""

def feature_dropout(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.feature_dropout(taut.ones(1, 3, 2), 0.5, True)
        tensor([[[0., 0.],
                 [0., 0.],
                 [2., 2.]]])"""

def feature_dropout_(input: Tensor, p: builtins.float, train: builtins.bool) -> Tensor:
    """Zeroes random parts of the input in training and rescales the rest."""

def fill(input: Tensor, value: builtins.object) -> Tensor:
    """A tensor of the shape of input filled with one value, a number or a tensor without dimensions.

    Example:
        >>> import taut
        >>> taut.fill(taut.zeros(2), 7)
        tensor([7., 7.])"""

def fix(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Each element rounded towards zero.

    Example:
        >>> import taut
        >>> taut.trunc(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  2.])"""

def fix_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: Each element rounded towards zero."""

def flatten(input: _Operand, start_dim: Any = ..., end_dim: Any = ...) -> Tensor:
    """Dimensions start_dim to end_dim as one.

    Example:
        >>> import taut
        >>> taut.flatten(taut.arange(6).reshape(2, 3))
        tensor([0, 1, 2, 3, 4, 5])"""

def flip(input: _Operand, dims: _Dims | None) -> Tensor:
    """The elements in reverse order along each of dims.

    Example:
        >>> import taut
        >>> taut.flip(taut.arange(6).reshape(2, 3), (1,))
        tensor([[2, 1, 0],
                [5, 4, 3]])"""

float16: dtype

float32: dtype

float64: dtype

def float_power(input: _Operand, exponent: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input^exponent, computed in float64.

    Example:
        >>> import taut
        >>> taut.float_power(taut.tensor([1, 2, 3]), 2)
        tensor([1., 4., 9.], dtype=torch.float64)"""

def floor(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The largest integer not above each element.

    Example:
        >>> import taut
        >>> taut.floor(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-2.,  0.,  2.])"""

def floor_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The largest integer not above each element."""

def floor_divide(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input / other rounded down, in the promoted type (Python's //).

    Example:
        >>> import taut
        >>> taut.floor_divide(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 0., -1., -4.])"""

def fmax(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The larger of both; a number where the other is NaN.

    Example:
        >>> import taut
        >>> taut.fmax(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
        tensor([2., 3.])"""

def fmin(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The smaller of both; a number where the other is NaN.

    Example:
        >>> import taut
        >>> taut.fmin(taut.tensor([1.0, taut.nan]), taut.tensor([2.0, 3.0]))
        tensor([1., 3.])"""

def fmod(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The remainder with the sign of input (C's fmod).

    Example:
        >>> import taut
        >>> taut.fmod(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([1.0000, -0.0000, 0.5000])"""

def frac(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Each element minus its integer part.

    Example:
        >>> import taut
        >>> taut.frac(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.5000,  0.0000,  0.0000])"""

def frac_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: Each element minus its integer part."""

def from_dlpack(ext_tensor: builtins.object, *, device: builtins.object = ..., copy: builtins.object = ...) -> Tensor:
    """A tensor over the memory of another library's tensor, taken through DLPack.

    Args:
        ext_tensor: an object with __dlpack__(), or a DLPack capsule of either kind.
        device: None or the CPU.
        copy: True for memory of its own, False to fail where the exporter would have to copy.

    Raises:
        BufferError: another device's memory, an element type that taut does not have.

    Example:
        >>> import numpy, taut
        >>> taut.from_dlpack(numpy.arange(3))
        tensor([0, 1, 2])"""

def from_numpy(ndarray: builtins.object) -> Tensor:
    """A tensor over the memory of a numpy array: a change of one is seen in the other.

    Raises:
        TypeError: not an array, or a dtype that tensors do not have.
        ValueError: negative strides or foreign byte order.

    Example:
        >>> import taut
        >>> import numpy
        >>> taut.from_numpy(numpy.ones(2, dtype=numpy.float32))
        tensor([1., 1.])"""

def frombuffer(buffer: builtins.object, *, dtype: _DType, count: builtins.int = ..., offset: builtins.int = ..., requires_grad: builtins.bool = ...) -> Tensor:
    """A 1-d tensor over the memory of a buffer.

    Args:
        count: the number of elements; negative for all that is there.
        offset: bytes to skip at the start.

    Raises:
        ValueError: the buffer is empty or too short, or not a buffer.

    Example:
        >>> import taut
        >>> taut.frombuffer(bytearray(b'abc'), dtype=taut.uint8, offset=1)
        tensor([98, 99], dtype=torch.uint8)"""

def full(size: builtins.int | Sequence[builtins.int], fill_value: builtins.object, **kwargs: Any) -> Tensor:
    """full(size, fill_value): a tensor of the given size filled with one number.

    The dtype is bool, int64 or the default one, after the number.

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Example:
        >>> import taut
        >>> taut.full((2, 2), 7)
        tensor([[7, 7],
                [7, 7]])"""

def full_like(input: Tensor, fill_value: builtins.object, **kwargs: Any) -> Tensor:
    """full_like(input, fill_value): a tensor of the shape and dtype of input filled with one number.

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Example:
        >>> import taut
        >>> taut.full_like(taut.zeros(3), 7)
        tensor([7., 7., 7.])"""

def gather(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, *, sparse_grad: Any = ..., out: Tensor | None = ...) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on for other dimensions.

    Example:
        >>> import taut
        >>> taut.gather(taut.arange(6).reshape(2, 3), 1, taut.tensor([[2], [0]]))
        tensor([[2],
                [3]])"""

def ge(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input >= other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.ge(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([False, False,  True])"""

def gelu(input: _Operand, *, approximate: Any = ..., out: Tensor | None = ...) -> Tensor:
    """x Phi(x), Phi the normal distribution function (arXiv:1606.08415); approximate='tanh' for its usual approximation.

    Example:
        >>> import taut
        >>> taut.gelu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.1002,  0.0000,  1.9545])"""

def ger(input: _Operand, vec2: Any, *, out: Tensor | None = ...) -> Tensor:
    """The former name of outer().

    Example:
        >>> import taut
        >>> taut.ger(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])"""

def get_default_dtype() -> _DType:
    """The dtype of new floating-point tensors.

    Example:
        >>> import taut
        >>> taut.get_default_dtype()
        torch.float32"""

def get_num_threads() -> builtins.int:
    """Threads that an operation may use.

    Example:
        >>> import taut
        >>> taut.get_num_threads() >= 1
        True"""

def greater(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input > other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.gt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([False, False,  True])"""

def greater_equal(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input >= other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.ge(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([False, False,  True])"""

def group_norm(input: _Operand, num_groups: Any, weight: _Operand | None = ..., bias: Any = ..., eps: Any = ..., cudnn_enabled: Any = ...) -> Tensor:
    """Normalises groups of channels (dimension 1) of each sample.

    Example:
        >>> import taut
        >>> taut.group_norm(taut.tensor([[1.0, 3.0, 5.0, 5.0]]), 2)
        tensor([[-1.0000,  1.0000,  0.0000,  0.0000]])"""

def gru(*args: Any, **kwargs: Any) -> Tensor:
    """Overloaded function.

    1. gru(data: taut.Tensor, batch_sizes: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool) -> object

    2. gru(input: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool, batch_first: bool) -> object

    Layers of gated recurrent units: the outputs and the last h.

    Example:
        >>> import taut
        >>> w = [taut.ones(9, 2), taut.ones(9, 3), taut.zeros(9), taut.zeros(9)]
        >>> taut.gru(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
        torch.Size([5, 1, 3])"""

def gru_cell(input: _Operand, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """One step of a gated recurrent unit.

    Example:
        >>> import taut
        >>> w = [taut.ones(9, 2), taut.ones(9, 3), taut.zeros(9), taut.zeros(9)]
        >>> taut.gru_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
        torch.Size([1, 3])"""

def gt(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input > other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.gt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([False, False,  True])"""

def hardshrink(input: _Operand, lambd: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """x where |x| > lambd, else 0.

    Example:
        >>> import taut
        >>> taut.hardshrink(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.5000,  0.0000,  2.0000])"""

def hardsigmoid(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """min(max(x + 3, 0), 6) / 6.

    Example:
        >>> import taut
        >>> taut.hardsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0.2500, 0.5000, 0.8333])"""

def hardsigmoid_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: min(max(x + 3, 0), 6) / 6."""

def hardswish(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x min(max(x + 3, 0), 6) / 6 (arXiv:1905.02244).

    Example:
        >>> import taut
        >>> taut.hardswish(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.3750,  0.0000,  1.6667])"""

def hardswish_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x min(max(x + 3, 0), 6) / 6 (arXiv:1905.02244)."""

def hardtanh(input: _Operand, min_val: Any = ..., max_val: Any = ...) -> Tensor:
    """x limited to [min_val, max_val].

    Example:
        >>> import taut
        >>> taut.hardtanh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])"""

def hardtanh_(input: _Operand, min_val: Any = ..., max_val: Any = ...) -> Tensor:
    """Writes into the tensor itself: x limited to [min_val, max_val]."""

def heaviside(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """0 below zero, 1 above, other at zero.

    Example:
        >>> import taut
        >>> taut.heaviside(taut.tensor([-1.0, 0.0, 1.0]), taut.tensor(0.5))
        tensor([0.0000, 0.5000, 1.0000])"""

def huber_loss(input: _Operand, target: Tensor, reduction: builtins.str = ..., delta: Any = ...) -> Tensor:
    """d^2 / 2 for d = |input - target| below delta, else delta (d - delta / 2); reduced.

    Example:
        >>> import taut
        >>> taut.huber_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
        tensor(1.5000)"""

def hypot(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """sqrt(input^2 + other^2) without overflow.

    Example:
        >>> import taut
        >>> taut.hypot(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([2.2361, 2.8284, 3.6401])"""

def index_add(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """A copy with alpha times the slices of source added at their indices.

    Example:
        >>> import taut
        >>> taut.index_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
        tensor([1., 0., 2.])"""

def index_copy(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, *, out: Tensor | None = ...) -> Tensor:
    """A copy with the slices of source at their indices.

    Example:
        >>> import taut
        >>> taut.index_copy(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])"""

def index_fill(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, value: _Operand) -> Tensor:
    """A copy with a value in the slices that index names.

    Example:
        >>> import taut
        >>> taut.index_fill(taut.zeros(3), 0, taut.tensor([0, 2]), 7)
        tensor([7., 0., 7.])"""

def index_put(input: _Operand, indices: Tensor, values: Any, accumulate: builtins.bool = ...) -> Tensor:
    """A copy with values at the places that index tensors name, or added there.

    Example:
        >>> import taut
        >>> taut.index_put(taut.zeros(3), (taut.tensor([0, 2]),), taut.tensor(7.0))
        tensor([7., 0., 7.])"""

def index_reduce(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, source: Tensor, reduce: Any, *, include_self: Any = ..., out: Tensor | None = ...) -> Tensor:
    """A copy with slices of source combined at their indices: prod, mean, amax or amin.

    Example:
        >>> import taut
        >>> taut.index_reduce(taut.ones(3), 0, taut.tensor([0, 2, 2]), taut.tensor([2.0, 3.0, 4.0]), "prod")
        tensor([ 2.,  1., 12.])"""

def index_select(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, *, out: Tensor | None = ...) -> Tensor:
    """The slices of dim that a vector of indices names, copied.

    Example:
        >>> import taut
        >>> taut.index_select(taut.arange(6).reshape(2, 3), 1, taut.tensor([2, 0]))
        tensor([[2, 0],
                [5, 3]])"""

def instance_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, use_input_stats: builtins.bool, momentum: builtins.float, eps: builtins.float, cudnn_enabled: builtins.bool = ...) -> Tensor:
    """Normalises each channel of each sample.

    Example:
        >>> import taut
        >>> taut.instance_norm(taut.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 1e-5, True)
        tensor([[[-1.0000,  1.0000]]])"""

int16: dtype

int32: dtype

int64: dtype

int8: dtype

def is_anomaly_check_nan_enabled() -> builtins.bool:
    """Whether anomaly mode looks for NaN.

    Example:
        >>> import taut
        >>> taut.is_anomaly_check_nan_enabled()
        False"""

def is_anomaly_enabled() -> builtins.bool:
    """Whether anomaly mode is on.

    Example:
        >>> import taut
        >>> taut.is_anomaly_enabled()
        False"""

def is_grad_enabled() -> builtins.bool:
    """Whether operations are being recorded.

    Example:
        >>> import taut
        >>> with taut.no_grad():
        ...     taut.is_grad_enabled()
        False"""

def is_inference_mode_enabled() -> builtins.bool:
    """Whether inference_mode is on.

    Example:
        >>> import taut
        >>> taut.is_inference_mode_enabled()
        False"""

def isclose(input: _Operand, other: _Operand, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> Tensor:
    """Whether |input - other| <= atol + rtol |other|, elementwise, as bools; infinities are close to themselves, NaN only with equal_nan.

    Example:
        >>> import taut
        >>> taut.isclose(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.1]))
        tensor([ True, False])"""

def isfinite(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is neither infinite nor NaN.

    Example:
        >>> import taut
        >>> taut.isfinite(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
        tensor([ True, False, False, False])"""

def isin(elements: Any, test_elements: Any, *, assume_unique: Any = ..., invert: Any = ..., out: Tensor | None = ...) -> Tensor:
    """For each element, whether it is one of test_elements.

    Example:
        >>> import taut
        >>> taut.isin(taut.tensor([1, 2, 3]), taut.tensor([2, 3]))
        tensor([False,  True,  True])"""

def isinf(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is infinite.

    Example:
        >>> import taut
        >>> taut.isinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
        tensor([False,  True,  True, False])"""

def isnan(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is NaN.

    Example:
        >>> import taut
        >>> taut.isnan(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
        tensor([False, False, False,  True])"""

def isneginf(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is -infinity.

    Example:
        >>> import taut
        >>> taut.isneginf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
        tensor([False, False,  True, False])"""

def isposinf(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is +infinity.

    Example:
        >>> import taut
        >>> taut.isposinf(taut.tensor([1.0, taut.inf, -taut.inf, taut.nan]))
        tensor([False,  True, False, False])"""

def isreal(input: _Operand) -> Tensor:
    """Whether each element is real: always.

    Example:
        >>> import taut
        >>> taut.isreal(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([True, True, True])"""

def kthvalue(input: _Operand, k: builtins.int, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
    """The k-th smallest value along dim, k from 1, and its position.

    Example:
        >>> import taut
        >>> taut.kthvalue(taut.tensor([3.0, 1.0, 2.0]), 2)
        torch.return_types.kthvalue(
        values=tensor(2.),
        indices=tensor(2))"""

def l1_loss(input: _Operand, target: Tensor, reduction: builtins.str = ...) -> Tensor:
    """|input - target|, reduced.

    Example:
        >>> import taut
        >>> taut.l1_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
        tensor(2.)"""

def layer_norm(input: _Operand, normalized_shape: Any, weight: _Operand | None = ..., bias: Any = ..., eps: Any = ..., cudnn_enable: Any = ...) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias over the last dimensions.

    Example:
        >>> import taut
        >>> taut.layer_norm(taut.tensor([1.0, 3.0]), (2,))
        tensor([-1.0000,  1.0000])"""

def ldexp(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input * 2^other.

    Example:
        >>> import taut
        >>> taut.ldexp(taut.tensor([1.0, 3.0]), taut.tensor([1, 2]))
        tensor([ 2., 12.])"""

def le(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input <= other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.le(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ True,  True, False])"""

def leaky_relu(input: _Operand, negative_slope: Any = ...) -> Tensor:
    """x above 0, negative_slope x below.

    Example:
        >>> import taut
        >>> taut.leaky_relu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.0150,  0.0000,  2.0000])"""

def leaky_relu_(input: _Operand, negative_slope: Any = ...) -> Tensor:
    """Writes into the tensor itself: x above 0, negative_slope x below."""

def lerp(input: _Operand, end: _Operand, weight: _Operand | None, *, out: Tensor | None = ...) -> Tensor:
    """input + weight (end - input), elementwise; weight is a number or a tensor.

    Example:
        >>> import taut
        >>> taut.lerp(taut.tensor([0.0, 10.0]), taut.tensor([10.0, 20.0]), 0.25)
        tensor([ 2.5000, 12.5000])"""

def less(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input < other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.lt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ True,  True, False])"""

def less_equal(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input <= other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.le(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ True,  True, False])"""

def lgamma(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """log |gamma(x)| of each element.

    Example:
        >>> import taut
        >>> taut.lgamma(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.0000, 0.0000, 1.7918])"""

def lgamma_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: log |gamma(x)| of each element."""

def linear(input: _Operand, weight: _Operand | None, bias: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """input @ weight.T + bias. Shapes: input (..., in), weight (out, in), bias (out); result (..., out).

    Example:
        >>> import taut
        >>> taut.linear(taut.tensor([[1.0, 2.0]]), taut.tensor([[3.0, 4.0]]), taut.tensor([0.5]))
        tensor([[11.5000]])"""

def linspace(start: builtins.object, end: builtins.object, steps: builtins.int, **kwargs: Any) -> Tensor:
    """linspace(start, end, steps): evenly spaced numbers from start to end, both included.

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Example:
        >>> import taut
        >>> taut.linspace(0, 1, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])"""

def log(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The natural logarithm of each element; -inf at 0, NaN below.

    Example:
        >>> import taut
        >>> taut.log(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.0000, 0.6931, 1.3863])"""

def log10(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The logarithm to base 10 of each element.

    Example:
        >>> import taut
        >>> taut.log10(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.0000, 0.3010, 0.6021])"""

def log10_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The logarithm to base 10 of each element."""

def log1p(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """log(1 + x) of each element, accurate near 0.

    Example:
        >>> import taut
        >>> taut.log1p(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0.6931, 1.0986, 1.6094])"""

def log1p_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: log(1 + x) of each element, accurate near 0."""

def log2(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The logarithm to base 2 of each element.

    Example:
        >>> import taut
        >>> taut.log2(taut.tensor([1.0, 2.0, 4.0]))
        tensor([0., 1., 2.])"""

def log2_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The logarithm to base 2 of each element."""

def log_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The natural logarithm of each element; -inf at 0, NaN below."""

def log_softmax(input: _Operand, dim: _Dims | None, dtype: _DType | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """The logarithm of softmax() along dim.

    Example:
        >>> import taut
        >>> taut.log_softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
        tensor([-2.4076, -1.4076, -0.4076])"""

def logaddexp(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """log(e^input + e^other) without overflow.

    Example:
        >>> import taut
        >>> taut.logaddexp(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([2.3133, 2.0181, 3.5110])"""

def logaddexp2(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """log2(2^input + 2^other) without overflow.

    Example:
        >>> import taut
        >>> taut.logaddexp2(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([2.5850, 2.0875, 3.5624])"""

def logcumsumexp(input: _Operand, dim: _Dims | None, *, out: Tensor | None = ...) -> Tensor:
    """The logarithm of the sums of the exponentials so far along dim.

    Example:
        >>> import taut
        >>> taut.logcumsumexp(taut.tensor([1.0, 3.0, 2.0]), dim=0)
        tensor([1.0000, 3.1269, 3.4076])"""

def logical_and(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether both are nonzero, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.logical_and(taut.tensor([True, False]), taut.tensor([True, True]))
        tensor([ True, False])"""

def logical_not(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether each element is zero, as bools.

    Example:
        >>> import taut
        >>> taut.logical_not(taut.tensor([True, False]))
        tensor([False,  True])"""

def logical_not_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: Whether each element is zero, as bools."""

def logical_or(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether either is nonzero, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.logical_or(taut.tensor([True, False]), taut.tensor([True, True]))
        tensor([True, True])"""

def logical_xor(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether exactly one is nonzero, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.logical_xor(taut.tensor([True, False]), taut.tensor([True, True]))
        tensor([False,  True])"""

def logit(input: _Operand, eps: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """log(x / (1 - x)), x first limited to [eps, 1 - eps] when eps is given.

    Example:
        >>> import taut
        >>> taut.logit(taut.tensor([0.25, 0.5, 0.75]))
        tensor([-1.0986,  0.0000,  1.0986])"""

def logit_(input: _Operand, eps: Any = ...) -> Tensor:
    """Writes into the tensor itself: log(x / (1 - x)), x first limited to [eps, 1 - eps] when eps is given."""

def logsigmoid(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """log(sigmoid(x)) without overflow.

    Example:
        >>> import taut
        >>> taut.logsigmoid(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.7014, -0.6931, -0.1269])"""

def logsigmoid_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: log(sigmoid(x)) without overflow."""

def logspace(start: builtins.object, end: builtins.object, steps: builtins.int, base: builtins.float = ..., **kwargs: Any) -> Tensor:
    """logspace(start, end, steps, base=10): base to the power of linspace(start, end, steps).

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Example:
        >>> import taut
        >>> taut.logspace(0, 3, 4, base=2)
        tensor([1., 2., 4., 8.])"""

def logsumexp(input: _Operand, dim: _Dims | None, keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor:
    """log(sum(exp(input))) over dim, without overflow.

    Example:
        >>> import taut
        >>> taut.logsumexp(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([2.3133, 4.3133])"""

def lstm(*args: Any, **kwargs: Any) -> Tensor:
    """Overloaded function.

    1. lstm(data: taut.Tensor, batch_sizes: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool) -> object

    2. lstm(input: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool, batch_first: bool) -> object

    Layers of LSTM: the outputs, the last h and the last c.

    Example:
        >>> import taut
        >>> w = [taut.ones(12, 2), taut.ones(12, 3), taut.zeros(12), taut.zeros(12)]
        >>> taut.lstm(taut.ones(5, 1, 2), [taut.zeros(1, 1, 3), taut.zeros(1, 1, 3)], w, True, 1, 0.0, False, False, False)[0].shape
        torch.Size([5, 1, 3])"""

def lstm_cell(input: _Operand, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """One step of an LSTM from the pair (h, c) to the next.

    Example:
        >>> import taut
        >>> w = [taut.ones(12, 2), taut.ones(12, 3), taut.zeros(12), taut.zeros(12)]
        >>> taut.lstm_cell(taut.ones(1, 2), [taut.zeros(1, 3), taut.zeros(1, 3)], *w)[0].shape
        torch.Size([1, 3])"""

def lt(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input < other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.lt(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ True,  True, False])"""

def masked_fill(input: _Operand, mask: Tensor, value: _Operand) -> Tensor:
    """A copy with a value where the mask is true.

    Example:
        >>> import taut
        >>> taut.masked_fill(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3, -1)
        tensor([[ 0,  1,  2],
                [ 3, -1, -1]])"""

def masked_scatter(input: _Operand, mask: Tensor, source: Tensor) -> Tensor:
    """A copy with the first elements of source, in order, where the mask is true.

    Example:
        >>> import taut
        >>> taut.masked_scatter(taut.zeros(3), taut.tensor([True, False, True]), taut.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])"""

def masked_select(input: _Operand, mask: Tensor, *, out: Tensor | None = ...) -> Tensor:
    """The elements where the mask is true, as a vector.

    Example:
        >>> import taut
        >>> taut.masked_select(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3)
        tensor([4, 5])"""

def matmul(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The product of matrices, vectors, and batches of them that broadcast.

    Example:
        >>> import taut
        >>> taut.matmul(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
        tensor([-1., -1.])"""

def max(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, other: _Operand = ..., out: Tensor | None = ...) -> Any:
    """The greatest element of all, or along dim with its place, or of input and other elementwise.

    Example:
        >>> import taut
        >>> taut.max(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        torch.return_types.max(
        values=tensor([2., 4.]),
        indices=tensor([1, 1]))"""

def maximum(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The larger of both; NaN where either is.

    Example:
        >>> import taut
        >>> taut.maximum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([2.0000, 2.0000, 3.5000])"""

def mean(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The mean over dim, or over everything.

    Example:
        >>> import taut
        >>> taut.mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([1.5000, 3.5000])"""

def median(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
    """The lower median of everything, or along dim with its place; NaN if there is one.

    Example:
        >>> import taut
        >>> taut.median(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        torch.return_types.median(
        values=tensor([1., 3.]),
        indices=tensor([0, 0]))"""

def memory_stats() -> dict:
    """Bytes of tensor data alive (allocated), their peak and the largest block since the last reset_peak_memory_stats(), bytes held from the system (reserved), and the number of blocks handed out so far (allocations).

    Example:
        >>> import taut
        >>> sorted(taut.memory_stats())
        ['allocated', 'allocations', 'largest', 'peak_allocated', 'reserved']"""

def min(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, other: _Operand = ..., out: Tensor | None = ...) -> Any:
    """The least element of all, or along dim with its place, or of input and other elementwise.

    Example:
        >>> import taut
        >>> taut.min(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        torch.return_types.min(
        values=tensor([1., 3.]),
        indices=tensor([0, 0]))"""

def minimum(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The smaller of both; NaN where either is.

    Example:
        >>> import taut
        >>> taut.minimum(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 1., -2., -1.])"""

def mish(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x tanh(softplus(x)) (arXiv:1908.08681).

    Example:
        >>> import taut
        >>> taut.mish(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.2981,  0.0000,  1.9440])"""

def mish_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x tanh(softplus(x)) (arXiv:1908.08681)."""

def mm(input: _Operand, mat2: Any, *, out: Tensor | None = ...) -> Tensor:
    """The product of an (m, k) and a (k, n) matrix.

    Example:
        >>> import taut
        >>> taut.mm(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]))
        tensor([[ 7., 10.],
                [15., 22.]])"""

def moveaxis(input: _Operand, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved from source to destination, the others keeping their order.

    Example:
        >>> import taut
        >>> taut.moveaxis(taut.zeros(2, 3, 5), 0, -1).shape
        torch.Size([3, 5, 2])"""

def movedim(input: _Operand, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved from source to destination, the others keeping their order.

    Example:
        >>> import taut
        >>> taut.movedim(taut.zeros(2, 3, 5), 0, -1).shape
        torch.Size([3, 5, 2])"""

def mse_loss(input: _Operand, target: Tensor, reduction: builtins.str = ...) -> Tensor:
    """(input - target)^2, reduced.

    Example:
        >>> import taut
        >>> taut.mse_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
        tensor(5.)"""

def msort(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Values in order along the first dimension.

    Example:
        >>> import taut
        >>> taut.msort(taut.tensor([3.0, 1.0, 2.0]))
        tensor([1., 2., 3.])"""

def mul(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input * other, with broadcasting and type promotion.

    Example:
        >>> import taut
        >>> taut.mul(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 2.0000, -4.0000, -3.5000])"""

def multilabel_margin_loss(input: _Operand, target: Tensor, reduction: builtins.str = ...) -> Tensor:
    """The mean over classes of max(0, 1 - (input[target] - input[other])), reduced.

    Example:
        >>> import taut
        >>> taut.multilabel_margin_loss(taut.tensor([0.1, 0.2, 0.4, 0.8]), taut.tensor([3, 0, -1, 1]))
        tensor(0.8500)"""

def multinomial(input: Tensor, num_samples: builtins.int, replacement: builtins.bool = ..., **kwargs: Any) -> Tensor:
    """Indices drawn with probabilities in proportion to the last dimension's weights.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.multinomial(taut.tensor([0.0, 0.3, 0.7]), 2)
        tensor([2, 1])"""

def multiply(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input * other, with broadcasting and type promotion.

    Example:
        >>> import taut
        >>> taut.mul(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 2.0000, -4.0000, -3.5000])"""

def mv(input: _Operand, vec: Any, *, out: Tensor | None = ...) -> Tensor:
    """The product of an (m, k) matrix and a vector of k.

    Example:
        >>> import taut
        >>> taut.mv(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
        tensor([-1., -1.])"""

def nan_to_num(input: _Operand, nan: Any = ..., posinf: Any = ..., neginf: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """NaN replaced by nan (0), the infinities by posinf and neginf (the largest and smallest finite numbers).

    Example:
        >>> import taut
        >>> taut.nan_to_num(taut.tensor([1.0, taut.nan, taut.inf]), posinf=9.0)
        tensor([1., 0., 9.])"""

def nan_to_num_(input: _Operand, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
    """Writes into the tensor itself: NaN replaced by nan (0), the infinities by posinf and neginf (the largest and smallest finite numbers)."""

def nanmean(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The mean over dim of what is not NaN.

    Example:
        >>> import taut
        >>> taut.nanmean(taut.tensor([1.0, taut.nan, 3.0]))
        tensor(2.)"""

def nanmedian(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
    """The lower median of what is not NaN, of everything or along dim with its place.

    Example:
        >>> import taut
        >>> taut.nanmedian(taut.tensor([1.0, taut.nan, 3.0, 5.0]))
        tensor(3.)"""

def nansum(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The sum over dim, NaN counting as 0.

    Example:
        >>> import taut
        >>> taut.nansum(taut.tensor([1.0, taut.nan, 3.0]))
        tensor(4.)"""

def narrow(input: _Operand, dim: _Dims | None, start: builtins.int, length: Any) -> Tensor:
    """Elements start to start + length of dim, as a view.

    Example:
        >>> import taut
        >>> taut.narrow(taut.arange(6).reshape(2, 3), 1, 0, 2)
        tensor([[0, 1],
                [3, 4]])"""

def ne(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input != other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.ne(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([True, True, True])"""

def neg(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """-x of each element.

    Example:
        >>> import taut
        >>> taut.neg(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([ 1.5000, -0.0000, -2.0000])"""

def neg_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: -x of each element."""

def negative(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """-x of each element.

    Example:
        >>> import taut
        >>> taut.neg(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([ 1.5000, -0.0000, -2.0000])"""

def negative_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: -x of each element."""

def nll_loss(input: _Operand, target: Tensor, weight: _Operand | None = ..., reduction: builtins.str = ..., ignore_index: Any = ...) -> Tensor:
    """-weight[target] input[target] for log-probabilities and class indices, reduced.

    Example:
        >>> import taut
        >>> taut.nll_loss(taut.tensor([[-0.5, -1.0]]), taut.tensor([1]))
        tensor(1.)"""

def nonzero(input: _Operand, *, as_tuple: Any = ..., out: Tensor | None = ...) -> Any:
    """The coordinates of the elements that are not zero: n x dim, or a tuple of vectors.

    Example:
        >>> import taut
        >>> taut.nonzero(taut.tensor([0, 3, 0, 5]))
        tensor([[1],
                [3]])"""

def norm(input: _Operand, p: Any = ..., dim: _Dims | None = ..., keepdim: builtins.bool = ..., out: Tensor | None = ..., dtype: _DType | None = ...) -> Tensor:
    """The p-norm of the elements over dim, as of a vector.

    Example:
        >>> import taut
        >>> taut.norm(taut.tensor([3.0, 4.0]))
        tensor(5.)"""

def normal(mean: builtins.object, std: builtins.object = ..., size: builtins.object = ..., **kwargs: Any) -> Tensor:
    """Samples of normal distributions with the given means and standard deviations.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.normal(0.0, taut.tensor([1.0, 100.0]))
        tensor([  1.5410, -29.3429])"""

def not_equal(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether input != other, elementwise, as bools.

    Example:
        >>> import taut
        >>> taut.ne(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([True, True, True])"""

def ones(*args: Any, **kwargs: Any) -> Tensor:
    """A tensor of the given size filled with ones.

    Example:
        >>> import taut
        >>> taut.ones(2, 3)
        tensor([[1., 1., 1.],
                [1., 1., 1.]])"""

def ones_like(input: Tensor, **kwargs: Any) -> Tensor:
    """A tensor of the shape and dtype of input filled with ones.

    Example:
        >>> import taut
        >>> taut.ones_like(taut.arange(6).reshape(2, 3))
        tensor([[1, 1, 1],
                [1, 1, 1]])"""

def outer(input: _Operand, vec2: Any, *, out: Tensor | None = ...) -> Tensor:
    """The matrix of all products of the elements of two vectors.

    Example:
        >>> import taut
        >>> taut.outer(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])"""

def permute(input: _Operand, dims: _Dims | None) -> Tensor:
    """The dimensions in the given order, as a view.

    Example:
        >>> import taut
        >>> taut.permute(taut.zeros(2, 3, 5), (2, 0, 1)).shape
        torch.Size([5, 2, 3])"""

def poisson(input: Tensor, generator: Generator = ...) -> Tensor:
    """Numbers of events, each drawn from the Poisson distribution of the rate in input.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.poisson(taut.tensor([0.0, 5.0, 50.0]))
        tensor([ 0.,  8., 45.])"""

def polygamma(n: builtins.int, input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The n-th derivative of digamma().

    Example:
        >>> import taut
        >>> taut.polygamma(1, taut.tensor([1.0, 2.0]))
        tensor([1.6449, 0.6449])"""

def positive(input: _Operand) -> Tensor:
    """The input itself; RuntimeError for bools.

    Example:
        >>> import taut
        >>> taut.positive(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.5000,  0.0000,  2.0000])"""

def pow(input: _Operand, exponent: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input^exponent, elementwise; either may be a number. Integers to negative numbers are a RuntimeError.

    Example:
        >>> import taut
        >>> taut.pow(taut.tensor([1.0, 2.0, 3.0]), 2)
        tensor([1., 4., 9.])"""

def prod(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The product over dim, or of everything.

    Example:
        >>> import taut
        >>> taut.prod(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([ 2., 12.])"""

def put(input: _Operand, index: Tensor | builtins.int, source: Tensor, accumulate: builtins.bool = ...) -> Tensor:
    """A copy with source at positions in the flattened input, or added there.

    Example:
        >>> import taut
        >>> taut.put(taut.zeros(3), taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
        tensor([5., 0., 6.])"""

def rad2deg(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Radians as degrees.

    Example:
        >>> import taut
        >>> taut.rad2deg(taut.tensor([0.0, taut.pi / 2, taut.pi]))
        tensor([  0.,  90., 180.])"""

def rand(*args: Any, **kwargs: Any) -> Tensor:
    """A tensor of the given size with samples of the uniform distribution on [0, 1).

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.rand(3)
        tensor([0.4963, 0.7682, 0.0885])"""

def rand_like(input: Tensor, **kwargs: Any) -> Tensor:
    """A tensor of the shape of input with samples of the uniform distribution on [0, 1).

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.rand_like(taut.zeros(3))
        tensor([0.4963, 0.7682, 0.0885])"""

def randint(*args: Any, **kwargs: Any) -> Tensor:
    """randint(low=0, high, size): integers from low to high - 1.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.randint(0, 10, (5,))
        tensor([4, 9, 3, 0, 3])"""

def randint_like(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """randint_like(input, low=0, high): integers from low to high - 1 in the shape of input.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.randint_like(taut.zeros(3), 10)
        tensor([4., 9., 3.])"""

def randn(*args: Any, **kwargs: Any) -> Tensor:
    """A tensor of the given size with samples of the standard normal distribution.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.randn(3)
        tensor([ 1.5410, -0.2934, -2.1788])"""

def randn_like(input: Tensor, **kwargs: Any) -> Tensor:
    """A tensor of the shape of input with samples of the standard normal distribution.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.randn_like(taut.zeros(3))
        tensor([ 1.5410, -0.2934, -2.1788])"""

def randperm(n: builtins.int, **kwargs: Any) -> Tensor:
    """A random permutation of 0 .. n - 1.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.randperm(5)
        tensor([4, 0, 1, 3, 2])"""

def range(start: builtins.object, end: builtins.object, step: builtins.object = ..., **kwargs: Any) -> Tensor:
    """range(start, end, step=1): the numbers start, start + step, ... up to end, end included, in the default dtype. Deprecated, as in PyTorch: use arange().

    Args:
        dtype: the element type; when left out, what the first line says or the default one.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).
        out: a tensor that takes the result.

    Raises:
        RuntimeError: the step is 0, or leads away from end."""

def ravel(input: _Operand) -> Tensor:
    """All elements as a vector.

    Example:
        >>> import taut
        >>> taut.ravel(taut.arange(6).reshape(2, 3))
        tensor([0, 1, 2, 3, 4, 5])"""

def reciprocal(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """1 / x of each element.

    Example:
        >>> import taut
        >>> taut.reciprocal(taut.tensor([1.0, 2.0, 4.0]))
        tensor([1.0000, 0.5000, 0.2500])"""

def reciprocal_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: 1 / x of each element."""

def relu(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """max(x, 0) of each element.

    Example:
        >>> import taut
        >>> taut.relu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0., 0., 2.])"""

def relu6(input: _Operand) -> Tensor:
    """min(max(x, 0), 6) of each element.

    Example:
        >>> import taut
        >>> taut.relu6(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0., 0., 2.])"""

def relu6_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: min(max(x, 0), 6) of each element."""

def relu_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: max(x, 0) of each element."""

def remainder(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The remainder with the sign of other (Python's %).

    Example:
        >>> import taut
        >>> taut.remainder(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 1.0000, -0.0000, -0.5000])"""

def repeat_interleave(input: _Operand, repeats: _Dims | None = ..., dim: _Dims | None = ..., *, output_size: Any = ...) -> Tensor:
    """Each slice along dim as often as repeats says.

    Example:
        >>> import taut
        >>> taut.repeat_interleave(taut.tensor([1, 2]), 2)
        tensor([1, 1, 2, 2])"""

def reset_peak_memory_stats() -> None:
    """Starts peak_allocated and largest of memory_stats() anew.

    Example:
        >>> import taut
        >>> taut.reset_peak_memory_stats()"""

def reshape(input: _Operand, shape: Any) -> Tensor:
    """The elements in another shape; a view where strides allow it, else a copy.

    Example:
        >>> import taut
        >>> taut.reshape(taut.arange(6), (2, 3))
        tensor([[0, 1, 2],
                [3, 4, 5]])"""

def result_type(tensor1: builtins.object, tensor2: builtins.object) -> _DType:
    """The dtype of an arithmetic operation on both.

    Example:
        >>> import taut
        >>> taut.result_type(taut.tensor([1, 2]), 1.5)
        torch.float32"""

def rms_norm(input: _Operand, normalized_shape: Any, weight: _Operand | None = ..., eps: Any = ...) -> Tensor:
    """input / sqrt(mean(input^2) + eps) * weight over the last dimensions.

    Example:
        >>> import taut
        >>> taut.rms_norm(taut.tensor([3.0, 4.0]), (2,))
        tensor([0.8485, 1.1314])"""

def rnn_relu(*args: Any, **kwargs: Any) -> Tensor:
    """Overloaded function.

    1. rnn_relu(data: taut.Tensor, batch_sizes: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool) -> object

    2. rnn_relu(input: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool, batch_first: bool) -> object

    Elman's layers with relu: the outputs and the last h.

    Example:
        >>> import taut
        >>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
        >>> taut.rnn_relu(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
        torch.Size([5, 1, 3])"""

def rnn_relu_cell(input: _Operand, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """relu(input w_ih^T + b_ih + hx w_hh^T + b_hh).

    Example:
        >>> import taut
        >>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
        >>> taut.rnn_relu_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
        torch.Size([1, 3])"""

def rnn_tanh(*args: Any, **kwargs: Any) -> Tensor:
    """Overloaded function.

    1. rnn_tanh(data: taut.Tensor, batch_sizes: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool) -> object

    2. rnn_tanh(input: taut.Tensor, hx: object, params: collections.abc.Sequence[taut.Tensor], has_biases: bool, num_layers: typing.SupportsInt | typing.SupportsIndex, dropout: typing.SupportsFloat | typing.SupportsIndex, train: bool, bidirectional: bool, batch_first: bool) -> object

    Elman's layers with tanh: the outputs and the last h.

    Example:
        >>> import taut
        >>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
        >>> taut.rnn_tanh(taut.ones(5, 1, 2), taut.zeros(1, 1, 3), w, True, 1, 0.0, False, False, False)[0].shape
        torch.Size([5, 1, 3])"""

def rnn_tanh_cell(input: _Operand, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """tanh(input w_ih^T + b_ih + hx w_hh^T + b_hh).

    Example:
        >>> import taut
        >>> w = [taut.ones(3, 2), taut.ones(3, 3), taut.zeros(3), taut.zeros(3)]
        >>> taut.rnn_tanh_cell(taut.ones(1, 2), taut.zeros(1, 3), *w).shape
        torch.Size([1, 3])"""

def roll(input: _Operand, shifts: _Dims | None, dims: _Dims | None = ...) -> Tensor:
    """The elements moved along dims, what leaves at the end coming back at the start.

    Example:
        >>> import taut
        >>> taut.roll(taut.arange(5), 2)
        tensor([3, 4, 0, 1, 2])"""

def round(input: _Operand, *, decimals: Any = ..., out: Tensor | None = ...) -> Tensor:
    """Each element rounded to `decimals` places, halves to the even neighbour.

    Example:
        >>> import taut
        >>> taut.round(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-2.,  0.,  2.])"""

def round_(input: _Operand, *, decimals: Any = ...) -> Tensor:
    """Writes into the tensor itself: Each element rounded to `decimals` places, halves to the even neighbour."""

def rrelu(input: Tensor, lower: builtins.float = ..., upper: builtins.float = ..., training: builtins.bool = ..., generator: Generator = ...) -> Tensor:
    """x where it is positive, else x times a slope: random in training, else the bounds' mean.

    Example:
        >>> import taut
        >>> taut.rrelu(taut.tensor([-4.0, 4.0]), 0.25, 0.25)
        tensor([-1.,  4.])"""

def rrelu_(input: Tensor, lower: builtins.float = ..., upper: builtins.float = ..., training: builtins.bool = ..., generator: Generator = ...) -> Tensor:
    """x where it is positive, else x times a slope: random in training, else the bounds' mean."""

def rsqrt(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """1 / sqrt(x) of each element.

    Example:
        >>> import taut
        >>> taut.rsqrt(taut.tensor([1.0, 2.0, 4.0]))
        tensor([1.0000, 0.7071, 0.5000])"""

def rsqrt_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: 1 / sqrt(x) of each element."""

def rsub(input: _Operand, other: _Operand, alpha: _Number = ...) -> Tensor:
    """other - alpha * input.

    Example:
        >>> import taut
        >>> taut.rsub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([ 1.0000,  4.0000, -4.5000])"""

def scalar_tensor(s: builtins.object, **kwargs: Any) -> Tensor:
    """A tensor without dimensions.

    Example:
        >>> import taut
        >>> taut.scalar_tensor(3)
        tensor(3.)"""

def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = ..., dropout_p: builtins.float = ..., is_causal: builtins.bool = ..., *, scale: builtins.float | None = ..., enable_gqa: builtins.bool = ...) -> Tensor:
    """softmax(query key^T scale + mask) value over the last two dimensions.

    Example:
        >>> import taut
        >>> taut.nn.functional.scaled_dot_product_attention(taut.ones(1, 2, 4), taut.ones(1, 3, 4), taut.ones(1, 3, 5)).shape
        torch.Size([1, 2, 5])"""

def scatter(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand = ..., *, reduce: Any = ..., value: _Operand = ..., out: Tensor | None = ...) -> Tensor:
    """A copy with out[index[i][j]][j] = src[i][j] for dim 0, or a value there.

    Example:
        >>> import taut
        >>> taut.scatter(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
        tensor([5., 0., 6.])"""

def scatter_add(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """A copy with src[i][j] added to out[index[i][j]][j] for dim 0.

    Example:
        >>> import taut
        >>> taut.scatter_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
        tensor([1., 0., 2.])"""

def scatter_reduce(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int, src: _Operand, reduce: Any, *, include_self: Any = ..., out: Tensor | None = ...) -> Tensor:
    """A copy with src combined at its indices: sum, prod, mean, amax or amin, with or without the old values.

    Example:
        >>> import taut
        >>> taut.scatter_reduce(taut.zeros(2), 0, taut.tensor([0, 1, 1]), taut.tensor([1.0, 2.0, 5.0]), "amax")
        tensor([1., 5.])"""

def searchsorted(sorted_sequence: Any, input: _Operand, *, out_int32: Any = ..., right: Any = ..., side: Any = ..., sorter: Any = ..., out: Tensor | None = ...) -> Tensor:
    """Where values would be inserted into a sorted sequence.

    Example:
        >>> import taut
        >>> taut.searchsorted(taut.tensor([2, 4, 6]), taut.tensor([1, 4, 9]))
        tensor([0, 1, 3])"""

def select(input: _Operand, dim: _Dims | None, index: Tensor | builtins.int) -> Tensor:
    """The slice at index of dim, without that dimension, as a view.

    Example:
        >>> import taut
        >>> taut.select(taut.arange(6).reshape(2, 3), 1, 0)
        tensor([0, 3])"""

def selu(input: _Operand) -> Tensor:
    """scale * elu(x, alpha) with the constants that keep mean 0 and variance 1 (arXiv:1706.02515).

    Example:
        >>> import taut
        >>> taut.selu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.3658,  0.0000,  2.1014])"""

def selu_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: scale * elu(x, alpha) with the constants that keep mean 0 and variance 1 (arXiv:1706.02515)."""

def set_default_dtype(d: _DType) -> None:
    """Sets the dtype of new floating-point tensors.

    Example:
        >>> import taut
        >>> taut.set_default_dtype(taut.float32)
        >>> taut.tensor(1.5).dtype
        torch.float32"""

def set_num_threads(n: builtins.int) -> None:
    """Sets the number of threads that an operation may use.

    Example:
        >>> import taut
        >>> taut.set_num_threads(taut.get_num_threads())"""

def sgn(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """-1, 0 or 1 by the sign of each element; 0 for NaN.

    Example:
        >>> import taut
        >>> taut.sign(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])"""

def sgn_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: -1, 0 or 1 by the sign of each element; 0 for NaN."""

def sigmoid(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """1 / (1 + e^-x) of each element.

    Example:
        >>> import taut
        >>> taut.sigmoid(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0.1824, 0.5000, 0.8808])"""

def sigmoid_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: 1 / (1 + e^-x) of each element."""

def sign(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """-1, 0 or 1 by the sign of each element; 0 for NaN.

    Example:
        >>> import taut
        >>> taut.sign(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])"""

def sign_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: -1, 0 or 1 by the sign of each element; 0 for NaN."""

def signbit(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Whether the sign bit of each element is set; -0 has it.

    Example:
        >>> import taut
        >>> taut.signbit(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([ True, False, False])"""

def silu(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x sigmoid(x) (arXiv:1702.03118).

    Example:
        >>> import taut
        >>> taut.silu(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.2736,  0.0000,  1.7616])"""

def silu_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x sigmoid(x) (arXiv:1702.03118)."""

def sin(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The sine of each element, in radians.

    Example:
        >>> import taut
        >>> taut.sin(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.9975,  0.0000,  0.9093])"""

def sin_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The sine of each element, in radians."""

def sinc(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """sin(pi x) / (pi x), 1 at 0.

    Example:
        >>> import taut
        >>> taut.sinc(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-2.1221e-01,  1.0000e+00,  2.7828e-08])"""

def sinc_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: sin(pi x) / (pi x), 1 at 0."""

def sinh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The hyperbolic sine of each element.

    Example:
        >>> import taut
        >>> taut.sinh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-2.1293,  0.0000,  3.6269])"""

def sinh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The hyperbolic sine of each element."""

def smooth_l1_loss(input: _Operand, target: Tensor, reduction: builtins.str = ..., beta: Any = ...) -> Tensor:
    """d^2 / (2 beta) for d = |input - target| below beta, else d - beta / 2; reduced.

    Example:
        >>> import taut
        >>> taut.smooth_l1_loss(taut.tensor([1.0, 5.0]), taut.tensor([2.0, 2.0]))
        tensor(1.5000)"""

def softmax(input: _Operand, dim: _Dims | None, dtype: _DType | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """exp(input) divided by its sum along dim.

    Example:
        >>> import taut
        >>> taut.softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
        tensor([0.0900, 0.2447, 0.6652])"""

def softplus(input: _Operand, beta: Any = ..., threshold: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """log(1 + e^(beta x)) / beta; x itself where beta x > threshold.

    Example:
        >>> import taut
        >>> taut.softplus(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([0.2014, 0.6931, 2.1269])"""

def softshrink(input: _Operand, lambd: Any = ..., *, out: Tensor | None = ...) -> Tensor:
    """x moved towards 0 by lambd, 0 within it. RuntimeError if lambd < 0.

    Example:
        >>> import taut
        >>> taut.softshrink(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.0000,  0.0000,  1.5000])"""

def softsign(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x / (1 + |x|).

    Example:
        >>> import taut
        >>> taut.softsign(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.6000,  0.0000,  0.6667])"""

def softsign_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x / (1 + |x|)."""

def sort(input: _Operand, dim: _Dims | None = ..., descending: builtins.bool = ..., *, stable: builtins.bool = ..., out: Tensor | None = ...) -> Any:
    """Values in order along dim and the positions they came from; always stable.

    Example:
        >>> import taut
        >>> taut.sort(taut.tensor([3.0, 1.0, 2.0]))
        torch.return_types.sort(
        values=tensor([1., 2., 3.]),
        indices=tensor([1, 2, 0]))"""

def sparse_coo_tensor(indices: builtins.object, values: builtins.object = ..., size: builtins.object = ..., **kwargs: Any) -> Tensor:
    """A sparse tensor in coordinate form: values[j] stands at indices[:, j].

    What is not named is 0, and a place that is named several times holds the sum. The gradients of
    embeddings with sparse=True are such tensors.

    Args:
        indices: integers, sparse_dim x nnz, or nested lists of them. Alone: the size of a tensor of zeros.
        values: nnz elements, or nnz slices over the other dimensions. The memory is shared, and gradients
            flow to it.
        size: of the tensor; by default the smallest that holds the indices.
        dtype: of the elements; by default that of values.
        device: the CPU.
        requires_grad: record operations on the result.
        check_invariants: accepted; indices are always checked.
        is_coalesced: says that the indices are in ascending order and each is there once.

    Raises:
        RuntimeError: sizes that do not agree, an index outside, or indices that are not coalesced though
            is_coalesced says so.

    Example:
        >>> import taut
        >>> taut.sparse_coo_tensor([[2, 0]], [3.0, 4.0], (4,)).to_dense()
        tensor([4., 0., 3., 0.])"""

def split(tensor: Any, split_size_or_sections: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
    """Pieces of the given size, or of the given sizes, along dim, as views.

    Example:
        >>> import taut
        >>> taut.split(taut.arange(5), 2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))"""

def split_with_sizes(input: _Operand, split_sizes: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
    """Pieces of the given sizes along dim, as views.

    Example:
        >>> import taut
        >>> taut.split_with_sizes(taut.arange(5), [1, 4])
        (tensor([0]), tensor([1, 2, 3, 4]))"""

def sqrt(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The square root of each element; NaN below 0.

    Example:
        >>> import taut
        >>> taut.sqrt(taut.tensor([1.0, 2.0, 4.0]))
        tensor([1.0000, 1.4142, 2.0000])"""

def sqrt_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The square root of each element; NaN below 0."""

def square(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x^2 of each element.

    Example:
        >>> import taut
        >>> taut.square(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([2.2500, 0.0000, 4.0000])"""

def square_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x^2 of each element."""

def squeeze(input: _Operand, dim: _Dims | None = ...) -> Tensor:
    """Without dimensions of size 1: all of them, or those given.

    Example:
        >>> import taut
        >>> taut.squeeze(taut.zeros(1, 3, 1)).shape
        torch.Size([3])"""

def stack(tensors: Sequence[Tensor], dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """Tensors of one shape along a new dimension.

    Example:
        >>> import taut
        >>> taut.stack([taut.tensor([1, 2]), taut.tensor([3, 4])])
        tensor([[1, 2],
                [3, 4]])"""

def std(input: _Operand, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Tensor:
    """The standard deviation over dim, divided by the count less correction.

    Example:
        >>> import taut
        >>> taut.std(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([0.7071, 0.7071])"""

def std_mean(input: _Operand, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Any:
    """The standard deviation and the mean over dim.

    Example:
        >>> import taut
        >>> taut.std_mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        (tensor([0.7071, 0.7071]), tensor([1.5000, 3.5000]))"""

def sub(input: _Operand, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """input - alpha * other, with broadcasting and type promotion.

    Example:
        >>> import taut
        >>> taut.sub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([-1.0000, -4.0000,  4.5000])"""

def subtract(input: _Operand, other: _Operand, *, alpha: _Number = ..., out: Tensor | None = ...) -> Tensor:
    """input - alpha * other, with broadcasting and type promotion.

    Example:
        >>> import taut
        >>> taut.sub(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]))
        tensor([-1.0000, -4.0000,  4.5000])"""

def sum(input: _Operand, dim: _Dims | None = ..., keepdim: builtins.bool = ..., *, dtype: _DType | None = ..., out: Tensor | None = ...) -> Tensor:
    """The sum over dim, or over everything.

    Example:
        >>> import taut
        >>> taut.sum(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([3., 7.])"""

def swapaxes(input: _Operand, axis0: _Dims | None, axis1: _Dims | None) -> Tensor:
    """Two dimensions exchanged, as a view.

    Example:
        >>> import taut
        >>> taut.swapaxes(taut.arange(6).reshape(2, 3), 0, 1)
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""

def swapdims(input: _Operand, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions exchanged, as a view.

    Example:
        >>> import taut
        >>> taut.swapdims(taut.arange(6).reshape(2, 3), 0, 1)
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""

def t(input: _Operand) -> Tensor:
    """A matrix transposed; tensors of fewer dimensions as they are.

    Example:
        >>> import taut
        >>> taut.t(taut.arange(6).reshape(2, 3))
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""

def take(input: _Operand, index: Tensor | builtins.int, *, out: Tensor | None = ...) -> Tensor:
    """Elements by their position in the flattened input.

    Example:
        >>> import taut
        >>> taut.take(taut.arange(6).reshape(2, 3), taut.tensor([0, 5]))
        tensor([0, 5])"""

def take_along_dim(input: _Operand, indices: Tensor, dim: _Dims | None = ..., *, out: Tensor | None = ...) -> Tensor:
    """gather() with input and indices broadcast; flat without dim.

    Example:
        >>> import taut
        >>> taut.take_along_dim(taut.arange(6).reshape(2, 3), taut.tensor([[2], [0]]), dim=1)
        tensor([[2],
                [3]])"""

def tan(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The tangent of each element, in radians.

    Example:
        >>> import taut
        >>> taut.tan(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-14.1014,   0.0000,  -2.1850])"""

def tan_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The tangent of each element, in radians."""

def tanh(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The hyperbolic tangent of each element.

    Example:
        >>> import taut
        >>> taut.tanh(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.9051,  0.0000,  0.9640])"""

def tanh_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: The hyperbolic tangent of each element."""

def tanhshrink(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x - tanh(x).

    Example:
        >>> import taut
        >>> taut.tanhshrink(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-0.5949,  0.0000,  1.0360])"""

def tanhshrink_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: x - tanh(x)."""

def tensor(data: builtins.object, **kwargs: Any) -> Tensor:
    """tensor(data): a new tensor with the values of data.

    Args:
        data: a number, nested sequences of numbers, an array or a tensor.
        dtype: when left out, of floats the default one, of integers int64, of bools bool, else
            that of the array.
        device: the CPU, for programs that name it.
        requires_grad: record operations on the result (floating-point only).

    Raises:
        ValueError: sequences of different lengths, or too many dimensions.
        TypeError: an item that is no number.
        RuntimeError: a value that does not fit the dtype, or data of unknown kind.

    Example:
        >>> import taut
        >>> taut.tensor([[1, 2.5], [3, 4]])
        tensor([[1.0000, 2.5000],
                [3.0000, 4.0000]])"""

def tensor_split(input: _Operand, indices_or_sections: Any, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
    """That many pieces along dim, or a cut before each index, as views.

    Example:
        >>> import taut
        >>> taut.tensor_split(taut.arange(5), (1, 3))
        (tensor([0]), tensor([1, 2]), tensor([3, 4]))"""

def threshold(input: _Operand, threshold: Any, value: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """x where x > threshold, else value.

    Example:
        >>> import taut
        >>> taut.threshold(taut.tensor([-1.5, 0.0, 2.0]), 1.0, 0.0)
        tensor([0., 0., 2.])"""

def threshold_(input: _Operand, threshold: Any, value: _Operand) -> Tensor:
    """Writes into the tensor itself: x where x > threshold, else value."""

def topk(input: _Operand, k: builtins.int, dim: _Dims | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ..., *, out: Tensor | None = ...) -> Any:
    """The k largest (or smallest) values along dim and their positions.

    Example:
        >>> import taut
        >>> taut.topk(taut.tensor([3.0, 1.0, 2.0]), 2)
        torch.return_types.topk(
        values=tensor([3., 2.]),
        indices=tensor([0, 2]))"""

def transpose(input: _Operand, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions exchanged, as a view.

    Example:
        >>> import taut
        >>> taut.transpose(taut.arange(6).reshape(2, 3), 0, 1)
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""

def tril(input: Tensor, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
    """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

    Args:
        diagonal: 0 for the main one, positive for those above it.

    Example:
        >>> import taut
        >>> taut.ones(2, 3).tril()
        tensor([[1., 0., 0.],
                [1., 1., 0.]])"""

def tril_indices(row: builtins.int, col: builtins.int, offset: builtins.int = ..., **kwargs: Any) -> Tensor:
    """The row and column indices of a triangle of a row x col matrix, as a 2 x n tensor.

    Args:
        offset: the diagonal that bounds it, as in tril and triu.
        dtype: int64 or int32.

    Example:
        >>> import taut
        >>> taut.tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])"""

def triu(input: Tensor, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor:
    """The part of each matrix in the last two dimensions on and below (tril) or above (triu) a diagonal.

    Args:
        diagonal: 0 for the main one, positive for those above it.

    Example:
        >>> import taut
        >>> taut.ones(2, 3).tril()
        tensor([[1., 0., 0.],
                [1., 1., 0.]])"""

def triu_indices(row: builtins.int, col: builtins.int, offset: builtins.int = ..., **kwargs: Any) -> Tensor:
    """The row and column indices of a triangle of a row x col matrix, as a 2 x n tensor.

    Args:
        offset: the diagonal that bounds it, as in tril and triu.
        dtype: int64 or int32.

    Example:
        >>> import taut
        >>> taut.tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])"""

def true_divide(input: _Operand, other: _Operand, *, rounding_mode: Any = ..., out: Tensor | None = ...) -> Tensor:
    """input / other. rounding_mode: None (true division, of integers too), 'trunc' (towards zero) or 'floor' (down).

    Example:
        >>> import taut
        >>> taut.div(taut.tensor([1.0, -2.0, 3.5]), taut.tensor([2.0, 2.0, -1.0]), rounding_mode="floor")
        tensor([ 0., -1., -4.])"""

def trunc(input: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """Each element rounded towards zero.

    Example:
        >>> import taut
        >>> taut.trunc(taut.tensor([-1.5, 0.0, 2.0]))
        tensor([-1.,  0.,  2.])"""

def trunc_(input: _Operand) -> Tensor:
    """Writes into the tensor itself: Each element rounded towards zero."""

uint8: dtype

def unbind(input: _Operand, dim: _Dims | None = ...) -> builtins.tuple[Tensor, ...]:
    """Every slice along dim, without that dimension, as views.

    Example:
        >>> import taut
        >>> taut.unbind(taut.arange(6).reshape(2, 3))
        (tensor([0, 1, 2]), tensor([3, 4, 5]))"""

def unflatten(input: _Operand, dim: _Dims | None, sizes: _Dims | None) -> Tensor:
    """Dimension dim as several of the given sizes, one of which may be -1.

    Example:
        >>> import taut
        >>> taut.unflatten(taut.arange(6), 0, (2, -1))
        tensor([[0, 1, 2],
                [3, 4, 5]])"""

def unsqueeze(input: _Operand, dim: _Dims | None) -> Tensor:
    """With a new dimension of size 1 before position dim.

    Example:
        >>> import taut
        >>> taut.unsqueeze(taut.zeros(3), 0).shape
        torch.Size([1, 3])"""

def var(input: _Operand, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Tensor:
    """The variance over dim, divided by the count less correction.

    Example:
        >>> import taut
        >>> taut.var(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([0.5000, 0.5000])"""

def var_mean(input: _Operand, dim: _Dims | None = ..., unbiased: builtins.bool = ..., keepdim: builtins.bool = ..., *, correction: Any = ..., out: Tensor | None = ...) -> Any:
    """The variance and the mean over dim.

    Example:
        >>> import taut
        >>> taut.var_mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        (tensor([0.5000, 0.5000]), tensor([1.5000, 3.5000]))"""

def vdot(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """The sum of products of two vectors.

    Example:
        >>> import taut
        >>> taut.vdot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor(11.)"""

def where(condition: Tensor, input: _Operand = ..., other: _Operand = ..., *, out: Tensor | None = ...) -> Any:
    """input where condition, else other, elementwise; both may be numbers. Of a condition alone: the indices of its nonzero elements, a tensor per dimension.

    Example:
        >>> import taut
        >>> taut.where(taut.tensor([-1.5, 0.0, 2.0]) > 0, taut.tensor(1.0), taut.tensor(-1.0))
        tensor([-1., -1.,  1.])"""

def xlogy(input: _Operand, other: _Operand, *, out: Tensor | None = ...) -> Tensor:
    """input * log(other), 0 where input is 0 and other is no NaN.

    Example:
        >>> import taut
        >>> taut.xlogy(taut.tensor([0.0, 1.0]), taut.tensor([0.0, 2.0]))
        tensor([0.0000, 0.6931])"""

def zero_(input: Tensor) -> Tensor:
    """Writes 0 into every element.

    Example:
        >>> import taut
        >>> taut.zero_(taut.ones(2))
        tensor([0., 0.])"""

def zeros(*args: Any, **kwargs: Any) -> Tensor:
    """A tensor of the given size filled with zeros.

    Example:
        >>> import taut
        >>> taut.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])"""

def zeros_like(input: Tensor, **kwargs: Any) -> Tensor:
    """A tensor of the shape and dtype of input filled with zeros.

    Example:
        >>> import taut
        >>> taut.zeros_like(taut.arange(6).reshape(2, 3))
        tensor([[0, 0, 0],
                [0, 0, 0]])"""

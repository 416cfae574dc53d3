"""What a transform is, and those that are made of others."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions.independent import sum_rightmost

__all__ = ["ComposeTransform", "IndependentTransform", "ReshapeTransform", "Transform"]


class Transform:
    """A function y = f(x) with an inverse.

    Subclasses write ``_call``, ``_inverse`` and ``log_abs_det_jacobian``.

    Args:
        cache_size: 1 remembers the last x and y, so that the inverse of y gives that x back.

    Example:
        >>> import taut
        >>> double = taut.distributions.AffineTransform(0.0, 2.0)
        >>> double.inv(double(taut.tensor(3.0)))
        tensor(3.)
    """

    bijective = False
    domain: Any = constraints.real
    codomain: Any = constraints.real
    _sign = 1

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._last: tuple[Any, Any] = (None, None)
        self._inverted: weakref.ref[_Inverse] | None = None

    @property
    def inv(self) -> Any:
        """The inverse transform."""
        made = self._inverted() if self._inverted is not None else None
        if made is None:
            made = _Inverse(self)
            self._inverted = weakref.ref(made)
        return made

    @property
    def sign(self) -> Any:
        """1 or -1 as the function grows or falls."""
        return self._sign

    def __call__(self, x: Tensor) -> Tensor:
        """f(x)."""
        if self._cache_size and x is self._last[0]:
            return self._last[1]
        y = self._call(x)
        if self._cache_size:
            self._last = x, y
        return y

    def _inv_call(self, y: Tensor) -> Tensor:
        if self._cache_size and y is self._last[1]:
            return self._last[0]
        x = self._inverse(y)
        if self._cache_size:
            self._last = x, y
        return x

    def _call(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def _inverse(self, y: Tensor) -> Tensor:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """The logarithm of |dy/dx|."""
        raise NotImplementedError

    def forward_shape(self, shape: Any) -> Size:
        """The shape of y for that of x."""
        return Size(shape)

    def inverse_shape(self, shape: Any) -> Size:
        """The shape of x for that of y."""
        return Size(shape)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Inverse(Transform):
    """The inverse of a transform."""

    def __init__(self, forward: Transform) -> None:
        super().__init__()
        self._forward = forward

    @property
    def domain(self) -> Any:
        return self._forward.codomain

    @property
    def codomain(self) -> Any:
        return self._forward.domain

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self._forward.bijective

    @property
    def inv(self) -> Transform:
        return self._forward

    @property
    def sign(self) -> Any:
        return self._forward.sign

    def __call__(self, x: Tensor) -> Tensor:
        return self._forward._inv_call(x)

    def _inv_call(self, y: Tensor) -> Tensor:
        return self._forward(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -self._forward.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Size:
        return self._forward.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Size:
        return self._forward.forward_shape(shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Inverse) and self._forward == other._forward

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"_InverseTransform({self._forward!r})"


class ComposeTransform(Transform):
    """Transforms one after the other.

    Args:
        parts: the first one to apply first.

    Example:
        >>> import taut
        >>> from taut.distributions.transforms import AffineTransform, ComposeTransform, ExpTransform
        >>> ComposeTransform([AffineTransform(0.0, 2.0), ExpTransform()])(taut.zeros(2))
        tensor([1., 1.])
    """

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = list(parts)

    @property
    def domain(self) -> Any:
        return _widened(self.parts, "domain", self.parts) if self.parts else constraints.real

    @property
    def codomain(self) -> Any:
        last_first = self.parts[::-1]
        return _widened(last_first, "codomain", self.parts) if self.parts else constraints.real

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return all(part.bijective for part in self.parts)

    @property
    def sign(self) -> Any:
        return math.prod(part.sign for part in self.parts)

    def _call(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y: Tensor) -> Tensor:
        for part in reversed(self.parts):
            y = part._inv_call(y)
        return y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        if not self.parts:
            return taut.zeros_like(x)
        dims = self.domain.event_dim
        total: Any = 0
        for part in self.parts:
            following = part(x)
            here = part.log_abs_det_jacobian(x, following)
            total = total + sum_rightmost(here, dims - part.domain.event_dim)
            dims += part.codomain.event_dim - part.domain.event_dim
            x = following
        return total

    def forward_shape(self, shape: Any) -> Size:
        for part in self.parts:
            shape = part.forward_shape(shape)
        return Size(shape)

    def inverse_shape(self, shape: Any) -> Size:
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return Size(shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        inside = "".join(f"\n    {part!r}," for part in self.parts)
        return f"ComposeTransform({inside}\n)"


def _widened(parts: Sequence[Transform], end: str, forward: Sequence[Transform]) -> Any:
    """The first part's end, with as many dimensions as the widest part needs there."""
    constraint = getattr(parts[0], end)
    dims = forward[-1].codomain.event_dim
    for part in reversed(forward):
        dims = max(dims + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
    if end == "codomain":
        for part in forward:
            dims += part.codomain.event_dim - part.domain.event_dim
    more = dims - constraint.event_dim
    return constraints.independent(constraint, more) if more > 0 else constraint


class IndependentTransform(Transform):
    """A transform whose values' last dimensions belong together.

    Args:
        base_transform: the transform.
        reinterpreted_batch_ndims: how many dimensions.

    Example:
        >>> import taut
        >>> t = taut.distributions.IndependentTransform(taut.distributions.ExpTransform(), 1)
        >>> x = taut.ones(3)
        >>> t.log_abs_det_jacobian(x, t(x))
        tensor(3.)
    """

    def __init__(
        self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def domain(self) -> Any:
        return constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims)

    @property
    def codomain(self) -> Any:
        return constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims)

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        return self.base_transform.sign

    def _call(self, x: Tensor) -> Tensor:
        return self.base_transform(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.base_transform._inv_call(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        each = self.base_transform.log_abs_det_jacobian(x, y)
        return sum_rightmost(each, self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


class ReshapeTransform(Transform):
    """Values of one shape as values of another.

    Args:
        in_shape, out_shape: the shapes of an event.

    Example:
        >>> import taut
        >>> taut.distributions.ReshapeTransform((4,), (2, 2))(taut.arange(4))
        tensor([[0, 1],
                [2, 3]])
    """

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.in_shape, self.out_shape = Size(in_shape), Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError("in_shape, out_shape have different numbers of elements")

    @property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Tensor) -> Tensor:
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y: Tensor) -> Tensor:
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return x.new_zeros(x.shape[: x.dim() - len(self.in_shape)])

    def forward_shape(self, shape: Any) -> Size:
        return Size(shape)[: len(shape) - len(self.in_shape)] + self.out_shape

    def inverse_shape(self, shape: Any) -> Size:
        return Size(shape)[: len(shape) - len(self.out_shape)] + self.in_shape

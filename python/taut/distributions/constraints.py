"""What values a parameter or a sample may have: objects whose ``check`` says it element by element."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor

__all__ = [
    "Constraint",
    "boolean",
    "dependent",
    "greater_than",
    "greater_than_eq",
    "half_open_interval",
    "independent",
    "integer_interval",
    "interval",
    "is_dependent",
    "less_than",
    "lower_cholesky",
    "multinomial",
    "nonnegative",
    "nonnegative_integer",
    "one_hot",
    "positive",
    "positive_definite",
    "positive_integer",
    "real",
    "real_vector",
    "simplex",
    "unit_interval",
]


class Constraint:
    """A region of values.

    Attributes:
        is_discrete: whether it holds integers only.
        event_dim: how many dimensions one value has.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.positive.check(taut.tensor([-1.0, 1.0]))
        tensor([False,  True])
    """

    is_discrete = False
    event_dim = 0

    def check(self, value: Tensor) -> Tensor:
        """Whether each value is in the region, as a bool tensor without the value's own dimensions."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Named(Constraint):
    """A region without bounds to show."""

    name = ""

    def __repr__(self) -> str:
        return self.name or f"{type(self).__name__[1:]}()"


class _Dependent(_Named):
    """Stands for a region that only the distribution's parameters tell."""

    def __init__(self, is_discrete: bool = False, event_dim: int = 0) -> None:
        self.is_discrete, self.event_dim = is_discrete, event_dim

    def __call__(self, is_discrete: bool = False, event_dim: int = 0) -> _Dependent:
        return _Dependent(is_discrete, event_dim)

    def check(self, value: Tensor) -> Tensor:
        raise ValueError("Cannot determine validity of dependent constraint")


class dependent_property(property, _Dependent):  # noqa: N801
    """A property that gives the region once there is a distribution."""

    def __init__(
        self, fn: Any = None, *, is_discrete: bool = False, event_dim: int | None = 0
    ) -> None:
        super().__init__(fn)
        self.is_discrete, self.event_dim = is_discrete, event_dim  # type: ignore[assignment]

    def __call__(self, fn: Any) -> dependent_property:  # type: ignore[override]
        return dependent_property(fn, is_discrete=self.is_discrete, event_dim=self.event_dim)


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint only stands for one that parameters tell.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.is_dependent(taut.distributions.constraints.positive)
        False
    """
    return isinstance(constraint, _Dependent)


class independent(Constraint):  # noqa: N801
    """A region whose values' last dimensions belong together.

    Example:
        >>> import taut
        >>> c = taut.distributions.constraints
        >>> c.independent(c.positive, 1).check(taut.tensor([[1.0, 2.0], [1.0, -2.0]]))
        tensor([ True, False])
    """

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value: Tensor) -> Tensor:
        result = self.base_constraint.check(value)
        kept = result.dim() - self.reinterpreted_batch_ndims
        if kept < 0:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        return result.reshape(*result.shape[:kept], -1).all(-1)

    def __repr__(self) -> str:
        return f"Independent({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class _Real(_Named):
    def check(self, value: Tensor) -> Tensor:
        return value == value  # not NaN


class _Boolean(_Named):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value == 0) | (value == 1)


class _OneHot(_Named):
    is_discrete = True
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Simplex(_Named):
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _LowerCholesky(_Named):
    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        lower = (value.tril() == value).flatten(-2).all(-1)
        return lower & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _PositiveDefinite(_Named):
    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        from taut.distributions._matrices import is_positive_definite

        symmetric = taut.isclose(value, value.mT, atol=1e-6).flatten(-2).all(-1)
        return symmetric & is_positive_definite(value)


class multinomial(Constraint):  # noqa: N801
    """Counts that are not negative and not more than a total.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.multinomial(3).check(taut.tensor([1.0, 2.0]))
        tensor(True)
    """

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: int) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Tensor) -> Tensor:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class interval(Constraint):  # noqa: N801
    """From a lower to an upper bound, both included.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.interval(0.0, 1.0).check(taut.tensor([0.0, 2.0]))
        tensor([ True, False])
    """

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value <= self.upper_bound)

    def __repr__(self) -> str:
        name = "".join(part.capitalize() for part in type(self).__name__.split("_"))
        return f"{name}(lower_bound={self.lower_bound}, upper_bound={self.upper_bound})"


class half_open_interval(interval):  # noqa: N801
    """From a lower bound to an upper one that is left out.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.half_open_interval(0.0, 1.0).check(taut.tensor([0.0, 1.0]))
        tensor([ True, False])
    """

    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value < self.upper_bound)


class integer_interval(interval):  # noqa: N801
    """Integers from a lower to an upper bound, both included.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.integer_interval(0, 2).check(taut.tensor([0.5, 2.0]))
        tensor([False,  True])
    """

    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & super().check(value)


class greater_than(Constraint):  # noqa: N801
    """Above a bound.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.greater_than(1.0).check(taut.tensor([1.0, 2.0]))
        tensor([False,  True])
    """

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound

    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound < value

    def __repr__(self) -> str:
        name = "".join(part.capitalize() for part in type(self).__name__.split("_"))
        return f"{name}(lower_bound={self.lower_bound})"


class greater_than_eq(greater_than):  # noqa: N801
    """A bound or above it.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.greater_than_eq(1.0).check(taut.tensor([1.0, 2.0]))
        tensor([True, True])
    """

    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound <= value


class _IntegerGreaterThan(greater_than):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (value >= self.lower_bound)

    def __repr__(self) -> str:
        return f"IntegerGreaterThan(lower_bound={self.lower_bound})"


class less_than(Constraint):  # noqa: N801
    """Below a bound.

    Example:
        >>> import taut
        >>> taut.distributions.constraints.less_than(1.0).check(taut.tensor([0.0, 2.0]))
        tensor([ True, False])
    """

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Tensor) -> Tensor:
        return value < self.upper_bound

    def __repr__(self) -> str:
        return f"LessThan(upper_bound={self.upper_bound})"


dependent = _Dependent()
real = _Real()
real_vector = independent(real, 1)
boolean = _Boolean()
one_hot = _OneHot()
simplex = _Simplex()
lower_cholesky = _LowerCholesky()
positive_definite = _PositiveDefinite()
positive = greater_than(0.0)
nonnegative = greater_than_eq(0.0)
positive_integer = _IntegerGreaterThan(1)
nonnegative_integer = _IntegerGreaterThan(0)
unit_interval = interval(0.0, 1.0)

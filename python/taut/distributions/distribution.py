"""The base of all distributions: shapes, validation, what every distribution can be asked."""

from __future__ import annotations

from typing import Any, ClassVar

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions.utils import lazy_property

__all__ = ["Distribution"]


class Distribution:
    """A distribution, or a batch of them.

    Args:
        batch_shape: the shape of the batch.
        event_shape: the shape of one sample of one of them.
        validate_args: whether parameters and values are checked; None for the default, which
            :meth:`set_default_validate_args` changes.

    Raises:
        ValueError: a parameter outside its constraint.

    Example:
        >>> import taut
        >>> issubclass(taut.distributions.Normal, taut.distributions.Distribution)
        True
    """

    has_rsample = False
    has_enumerate_support = False
    arg_constraints: ClassVar[dict[str, Any]] = {}
    support: Any
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions check their arguments when nothing is said."""
        if value not in (True, False):
            raise ValueError(f"set_default_validate_args: expected a bool, got {value!r}")
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_arguments()

    def _check_arguments(self) -> None:
        for name, constraint in self.arg_constraints.items():
            lazy = isinstance(getattr(type(self), name, None), lazy_property)
            if constraints.is_dependent(constraint) or (lazy and name not in self.__dict__):
                continue
            value = getattr(self, name)
            if not bool(constraint.check(value).all()):
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape "
                    f"{tuple(value.shape)}) of distribution {self!r} to satisfy the constraint "
                    f"{constraint!r}, but found invalid values:\n{value}"
                )

    def _validate_sample(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        ours = self._batch_shape + self._event_shape
        events = len(self._event_shape)
        if value.dim() < events or tuple(value.shape[value.dim() - events :]) != tuple(
            self._event_shape
        ):
            raise ValueError(
                "The right-most size of value must match event_shape: "
                f"{value.size()} vs {self._event_shape}."
            )
        for i, j in zip(reversed(value.size()), reversed(ours)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {value.size()} vs "
                    f"{ours}."
                )
        valid = self.support.check(value)
        if not bool(valid.all()):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to "
                f"be within the support ({self.support!r}) of the distribution {self!r}, but found "
                f"invalid values:\n{value}"
            )

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one sample of one distribution."""
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        """The mean."""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """The most likely value."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        return self.variance.sqrt()

    def expand(self, batch_shape: Any) -> Any:
        """The distribution as a larger batch; its parameters are expanded, not copied.

        Subclasses whose parameters have the batch's shape name them in ``arg_constraints``.
        """
        made = self.__new__(type(self))
        made.__dict__.update(self.__dict__)
        shape = Size(batch_shape)
        for name in self.arg_constraints:
            if name in self.__dict__:
                setattr(made, name, self.__dict__[name].expand(shape + self._parameter_shape(name)))
        made._batch_shape = shape
        return made

    def _parameter_shape(self, name: str) -> Size:
        """The dimensions that a parameter has beyond the batch's."""
        return Size(())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Samples of the given shape of batches, without gradients."""
        with taut.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Samples that are differentiable functions of the parameters.

        Raises:
            NotImplementedError: the distribution has none.
        """
        raise NotImplementedError

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density or probability of a value."""
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of a value or less."""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The value whose ``cdf`` this is."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values, along a new first dimension."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return taut.exp(self.entropy())

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _enumerated(self, values: Tensor, expand: bool) -> Tensor:
        """Values along a first dimension, in the shape of the batch or of ones."""
        values = values.reshape(-1, *(1,) * len(self._batch_shape))
        return values.expand(-1, *self._batch_shape) if expand else values

    def __repr__(self) -> str:
        def shown(value: Tensor) -> Any:
            return value if value.numel() == 1 else value.size()

        names = [name for name in self.arg_constraints if name in self.__dict__]
        arguments = ", ".join(f"{name}: {shown(self.__dict__[name])}" for name in names)
        return f"{type(self).__name__}({arguments})"

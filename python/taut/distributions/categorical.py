"""Distributions over a number of classes."""

from __future__ import annotations

from typing import Any

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions.discrete import one_of
from taut.distributions.distribution import Distribution
from taut.distributions.utils import clamp_probs, lazy_property, logits_to_probs, probs_to_logits

__all__ = ["Categorical", "Multinomial", "OneHotCategorical", "OneHotCategoricalStraightThrough"]


class Categorical(Distribution):
    """One of a number of classes, as its index.

    Args:
        probs: weights, which are brought to the sum 1.
        logits: logarithms of weights instead.

    Example:
        >>> import taut
        >>> d = taut.distributions.Categorical(taut.tensor([1.0, 3.0]))
        >>> d.probs, d.log_prob(taut.tensor(1))
        (tensor([0.2500, 0.7500]), tensor(-0.2877))
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        one_of(probs, logits)
        given = probs if probs is not None else logits
        assert given is not None
        name = "probs" if probs is not None else "logits"
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = given - given.logsumexp(dim=-1, keepdim=True)
        self._num_events = given.size(-1)
        super().__init__(given.shape[:-1], validate_args=validate_args)

    def _parameter_shape(self, name: str) -> Size:
        return Size((self._num_events,))

    @lazy_property
    def logits(self) -> Tensor:
        """Logarithms of the probabilities."""
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Tensor:
        """The probabilities."""
        return logits_to_probs(self.logits)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """The indices of the classes."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def param_shape(self) -> Size:
        """The shape of the probabilities."""
        return self._batch_shape + (self._num_events,)

    @property
    def mean(self) -> Tensor:
        return taut.full(self._extended_shape(), taut.nan, dtype=self.probs.dtype)

    variance = mean

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        count = Size(sample_shape).numel()
        with taut.no_grad():
            drawn = taut.multinomial(self.probs.reshape(-1, self._num_events), count, True).T
            return drawn.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        value = value.long().unsqueeze(-1)
        shape = taut.broadcast_shapes(value.shape[:-1], self.logits.shape[:-1])
        logits = self.logits.expand(*shape, self._num_events)
        return logits.gather(-1, value.expand(*shape, 1)).squeeze(-1)

    def entropy(self) -> Tensor:
        logits = self.logits.clamp(min=taut.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._enumerated(taut.arange(self._num_events), expand)


class _OverCategorical(Distribution):
    """A distribution made of a Categorical."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    _categorical: Categorical

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Logarithms of the probabilities."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of the probabilities."""
        return self._categorical.param_shape

    def expand(self, batch_shape: Any) -> Any:
        made = self.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._categorical = self._categorical.expand(batch_shape)
        made._batch_shape = Size(batch_shape)
        return made

    def _check_arguments(self) -> None:
        """The Categorical has seen to it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class OneHotCategorical(_OverCategorical):
    """One of a number of classes, as a one-hot vector.

    Args:
        probs, logits: as for :class:`Categorical`.

    Example:
        >>> import taut
        >>> d = taut.distributions.OneHotCategorical(taut.tensor([0.0, 1.0]))
        >>> d.sample()
        tensor([0., 1.])
    """

    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical = Categorical(probs, logits, validate_args)
        shape = self._categorical.batch_shape
        super().__init__(shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        return taut.zeros_like(self.probs).scatter_(-1, self.probs.argmax(-1, keepdim=True), 1.0)

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with taut.no_grad():
            index = self._categorical.sample(sample_shape).unsqueeze(-1)
            zeros = taut.zeros(self._extended_shape(sample_shape), dtype=self.probs.dtype)
            return zeros.scatter_(-1, index, 1.0)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self) -> Tensor:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        n = self._event_shape[0]
        values = taut.eye(n, dtype=self.probs.dtype)
        values = values.view(n, *(1,) * len(self._batch_shape), n)
        return values.expand(n, *self._batch_shape, n) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """A one-hot vector whose gradient is that of the probabilities.

    Args:
        probs, logits: as for :class:`Categorical`.

    Example:
        >>> import taut
        >>> d = taut.distributions.OneHotCategoricalStraightThrough(taut.tensor([0.0, 1.0]))
        >>> d.rsample()
        tensor([0., 1.])

    Source: Bengio, Leonard and Courville, "Estimating or Propagating Gradients Through Stochastic
    Neurons for Conditional Computation", 2013.
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        drawn, probs = self.sample(sample_shape), self.probs
        return drawn + (probs - probs.detach())


class Multinomial(_OverCategorical):
    """How often each class comes in a number of draws.

    Args:
        total_count: the number of draws, an int.
        probs, logits: as for :class:`Categorical`.

    Example:
        >>> import taut
        >>> taut.distributions.Multinomial(3, taut.tensor([0.0, 1.0])).sample()
        tensor([0., 3.])
    """

    def __init__(
        self,
        total_count: int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits, validate_args)
        shape = self._categorical.batch_shape
        super().__init__(shape, self._categorical.param_shape[-1:], validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts up to the number of draws."""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with taut.no_grad():
            drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
            counts = taut.zeros(self._extended_shape(sample_shape), dtype=self.probs.dtype)
            return counts.scatter_add_(-1, drawn, taut.ones(drawn.shape, dtype=counts.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = taut.broadcast_tensors(self.logits, value)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        logits = logits.masked_fill((value == 0) & (logits == -taut.inf), 0)
        return ways + (logits * value).sum(-1)

    def entropy(self) -> Tensor:
        n = self.total_count
        each = self._categorical.entropy()
        counts = taut.arange(1.0, n + 1, dtype=self.probs.dtype)
        counts = counts.reshape(-1, *(1,) * self.probs.dim())
        p = clamp_probs(self.probs)
        ways = _log_factorial(n) - _log_factorial_of(counts) - _log_factorial_of(n - counts)
        weight = taut.exp(ways + counts * p.log() + (n - counts) * (-p).log1p())
        correction = (weight * _log_factorial_of(counts)).sum((0, -1))
        return n * each - _log_factorial(n) + correction


def _log_factorial(n: int) -> float:
    return taut.lgamma(taut.tensor(n + 1.0, dtype=taut.float64)).item()


def _log_factorial_of(n: Tensor) -> Tensor:
    return (n + 1).lgamma()

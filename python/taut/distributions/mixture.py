"""Mixtures of distributions of one family."""

from __future__ import annotations

from typing import Any

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions.categorical import Categorical
from taut.distributions.distribution import Distribution

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """One of a number of distributions, chosen by a Categorical.

    Args:
        mixture_distribution: the Categorical.
        component_distribution: the distributions, along the last dimension of its batch.

    Raises:
        ValueError: not these, or of different numbers.

    Example:
        >>> import taut
        >>> from taut.distributions import Categorical, MixtureSameFamily, Normal
        >>> parts = Normal(taut.tensor([-1.0, 1.0]), taut.ones(2))
        >>> MixtureSameFamily(Categorical(taut.ones(2)), parts).mean
        tensor(0.)
    """

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                "The Mixture distribution needs to be an instance of torch.distributions.Categorical"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                "The Component distribution need to be an instance of "
                "torch.distributions.Distribution"
            )
        count = component_distribution.batch_shape[-1]
        if mixture_distribution.param_shape[-1] != count:
            raise ValueError(
                f"`mixture_distribution component` ({mixture_distribution.param_shape[-1]}) does not "
                f"equal `component_distribution.batch_shape[-1]` ({count})"
            )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        self._event_ndims = len(component_distribution.event_shape)
        shape = component_distribution.batch_shape[:-1]
        super().__init__(shape, component_distribution.event_shape, validate_args)

    @property
    def mixture_distribution(self) -> Categorical:
        """The Categorical."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The distributions."""
        return self._component_distribution

    @constraints.dependent_property
    def support(self) -> Any:
        """That of the distributions."""
        return self._component_distribution.support

    def expand(self, batch_shape: Any) -> MixtureSameFamily:
        shape = Size(batch_shape)
        count = self._component_distribution.batch_shape[-1:]
        return type(self)(
            self._mixture_distribution.expand(shape),
            self._component_distribution.expand(shape + count),
            validate_args=False,
        )

    def _weights(self) -> Tensor:
        probs = self._mixture_distribution.probs
        return probs.reshape(*probs.shape, *(1,) * self._event_ndims)

    @property
    def mean(self) -> Tensor:
        return (self._weights() * self._component_distribution.mean).sum(-1 - self._event_ndims)

    @property
    def variance(self) -> Tensor:
        dim, weights = -1 - self._event_ndims, self._weights()
        parts = self._component_distribution
        spread = (parts.mean - self.mean.unsqueeze(dim)).pow(2)
        return (weights * parts.variance).sum(dim) + (weights * spread).sum(dim)

    def _padded(self, value: Tensor) -> Tensor:
        return value.unsqueeze(-1 - self._event_ndims)

    def cdf(self, value: Tensor) -> Tensor:
        parts = self._component_distribution.cdf(self._padded(value))
        return (parts * self._mixture_distribution.probs).sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        parts = self._component_distribution.log_prob(self._padded(value))
        return taut.logsumexp(parts + self._mixture_distribution.logits.log_softmax(-1), dim=-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with taut.no_grad():
            dim = -1 - self._event_ndims
            chosen = self._mixture_distribution.sample(sample_shape)
            parts = self._component_distribution.sample(sample_shape)
            index = chosen.reshape(*chosen.shape, *(1,) * (self._event_ndims + 1))
            shape = list(parts.shape)
            shape[dim] = 1
            return parts.gather(dim, index.expand(shape)).squeeze(dim)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self._mixture_distribution},\n  {self._component_distribution})"

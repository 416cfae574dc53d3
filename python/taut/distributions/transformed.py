"""A distribution pushed through transforms, and those that are made so."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions.continuous import Cauchy, Normal, Uniform
from taut.distributions.distribution import Distribution
from taut.distributions.independent import Independent, sum_rightmost
from taut.distributions.transforms import (
    AbsTransform,
    AffineTransform,
    ComposeTransform,
    ExpTransform,
    Transform,
)
from taut.distributions.utils import broadcast_all

__all__ = ["Gumbel", "HalfCauchy", "HalfNormal", "LogNormal", "TransformedDistribution"]

_EULER = 0.57721566490153286


class TransformedDistribution(Distribution):
    """The distribution of f(x).

    Args:
        base_distribution: the distribution of x.
        transforms: f, or several, the first to apply first.

    Raises:
        ValueError: not transforms.

    Example:
        >>> import taut
        >>> from taut.distributions import Normal, TransformedDistribution
        >>> from taut.distributions.transforms import ExpTransform
        >>> d = TransformedDistribution(Normal(0.0, 1.0), [ExpTransform()])
        >>> d.log_prob(taut.tensor(1.0))
        tensor(-0.9189)
    """

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Any,
        validate_args: bool | None = None,
    ) -> None:
        listed = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(listed, list) or not all(isinstance(t, Transform) for t in listed):
            raise ValueError(
                f"transforms must be a Transform or list of Transforms, but was {transforms}"
            )
        self.transforms = listed
        whole = ComposeTransform(listed)
        shape = base_distribution.batch_shape + base_distribution.event_shape
        if len(shape) < whole.domain.event_dim:
            raise ValueError(
                "base_distribution needs to have shape with size at least "
                f"{whole.domain.event_dim}, but got {shape}."
            )
        target = whole.forward_shape(shape)
        wider = whole.inverse_shape(target)
        own = len(base_distribution.event_shape)
        if shape != wider:
            base_distribution = base_distribution.expand(wider[: len(wider) - own])
        more = whole.domain.event_dim - own
        if more > 0:
            base_distribution = Independent(base_distribution, more)
        self.base_dist = base_distribution
        events = max(
            whole.codomain.event_dim,
            own + whole.codomain.event_dim - whole.domain.event_dim,
        )
        split = len(target) - events
        super().__init__(target[:split], target[split:], validate_args=validate_args)

    def expand(self, batch_shape: Any) -> Any:
        whole = ComposeTransform(self.transforms)
        made = self.__new__(type(self))
        made.__dict__.update(self.__dict__)
        shape = whole.inverse_shape(Size(batch_shape) + self.event_shape)
        kept = len(shape) - len(self.base_dist.event_shape)
        made.base_dist = self.base_dist.expand(shape[:kept])
        made._batch_shape = Size(batch_shape)
        return made

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """Whether the base has."""
        return self.base_dist.has_rsample

    @constraints.dependent_property
    def support(self) -> Any:
        """Where the last transform leads."""
        if not self.transforms:
            return self.base_dist.support
        there = self.transforms[-1].codomain
        more = len(self.event_shape) - there.event_dim
        return constraints.independent(there, more) if more > 0 else there

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with taut.no_grad():
            return self._pushed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self._pushed(self.base_dist.rsample(sample_shape))

    def _pushed(self, x: Tensor) -> Tensor:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        dims = len(self.event_shape)
        total: Any = 0.0
        for transform in reversed(self.transforms):
            x = transform._inv_call(value)
            dims += transform.domain.event_dim - transform.codomain.event_dim
            here = transform.log_abs_det_jacobian(x, value)
            total = total - sum_rightmost(here, dims - transform.domain.event_dim)
            value = x
        base = self.base_dist.log_prob(value)
        return total + sum_rightmost(base, dims - len(self.base_dist.event_shape))

    def _monotone(self, value: Tensor) -> Tensor:
        """u, or 1 - u where the transforms fall."""
        sign = math.prod(transform.sign for transform in self.transforms)
        if isinstance(sign, int) and sign == 1:
            return value
        return sign * (value - 0.5) + 0.5

    def cdf(self, value: Tensor) -> Tensor:
        for transform in reversed(self.transforms):
            value = transform._inv_call(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._monotone(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._pushed(self.base_dist.icdf(self._monotone(value)))


class LogNormal(TransformedDistribution):
    """The distribution of exp(x) for a normal x.

    Args:
        loc, scale: mean and standard deviation of the logarithm.

    Example:
        >>> import taut
        >>> taut.distributions.LogNormal(0.0, 1.0).mean
        tensor(1.6487)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Tensor:
        """The mean of the logarithm."""
        return self.base_dist.loc  # type: ignore[attr-defined]

    @property
    def scale(self) -> Tensor:
        """The standard deviation of the logarithm."""
        return self.base_dist.scale  # type: ignore[attr-defined]

    @property
    def mean(self) -> Tensor:
        return (self.loc + self.scale.pow(2) / 2).exp()

    @property
    def mode(self) -> Tensor:
        return (self.loc - self.scale.square()).exp()

    @property
    def variance(self) -> Tensor:
        square = self.scale.pow(2)
        return square.expm1() * (2 * self.loc + square).exp()

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() + self.loc


class _Half(TransformedDistribution):
    """The distribution of |x| for an x that is symmetric about 0."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative

    @property
    def scale(self) -> Tensor:
        """The scale of x."""
        return self.base_dist.scale  # type: ignore[attr-defined]

    @property
    def mode(self) -> Tensor:
        return taut.zeros_like(self.scale)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return log_prob.masked_fill(value < 0, -math.inf)

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Tensor) -> Tensor:
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(_Half):
    """The distribution of |x| for a normal x about 0.

    Args:
        scale: the standard deviation of x.

    Example:
        >>> import taut
        >>> taut.distributions.HalfNormal(1.0).mean
        tensor(0.7979)
    """

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """The distribution of |x| for a Cauchy x about 0.

    Args:
        scale: the scale of x.

    Example:
        >>> import taut
        >>> taut.distributions.HalfCauchy(1.0).cdf(taut.tensor(1.0))
        tensor(0.5000)
    """

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Cauchy(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return taut.full_like(self.scale, math.inf)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance


class Gumbel(TransformedDistribution):
    """The Gumbel distribution, of the largest of many.

    Args:
        loc, scale: location and scale.

    Example:
        >>> import taut
        >>> taut.distributions.Gumbel(0.0, 1.0).mean
        tensor(0.5772)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        info = taut.finfo(self.loc.dtype)
        low = taut.full_like(self.loc, info.tiny)
        base = Uniform(low, taut.full_like(self.loc, 1 - info.eps), validate_args=validate_args)
        transforms = [
            ExpTransform().inv,
            AffineTransform(0, -taut.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(self.loc, -self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Any) -> Gumbel:
        return Gumbel(self.loc.expand(batch_shape), self.scale.expand(batch_shape), False)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        y = (self.loc - value) / self.scale
        return (y - y.exp()) - self.scale.log()

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * _EULER

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.pow(2)

    def entropy(self) -> Tensor:
        return self.scale.log() + (1 + _EULER)

"""The gamma distribution and those that are made of gamma samples."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import _C, Size, Tensor
from taut.autograd.function import Function, once_differentiable
from taut.distributions import constraints
from taut.distributions.continuous import standard_normal
from taut.distributions.distribution import Distribution
from taut.distributions.utils import broadcast_all

__all__ = ["Beta", "Chi2", "Dirichlet", "Gamma", "StudentT"]


class _StandardGamma(Function):
    """Gamma samples of rate 1; their gradient keeps their quantile.

    Source: Figurnov, Mohamed and Mnih, "Implicit Reparameterization Gradients", NeurIPS 2018.
    """

    @staticmethod
    def forward(ctx: Any, concentration: Tensor) -> Tensor:
        sample = _C._standard_gamma(concentration)
        ctx.save_for_backward(concentration, sample)
        return sample

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad * _C._standard_gamma_grad(*ctx.saved_tensors)


class Gamma(Distribution):
    """The gamma distribution.

    Args:
        concentration: the shape.
        rate: one over the scale.

    Example:
        >>> import taut
        >>> taut.distributions.Gamma(2.0, 4.0).mean
        tensor(0.5000)
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    concentration: Tensor
    rate: Tensor

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        value = _StandardGamma.apply(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=taut.finfo(value.dtype).tiny)  # so that its logarithm is finite
        return value

    def log_prob(self, value: Tensor) -> Tensor:
        value = taut.as_tensor(value, dtype=self.rate.dtype)
        if self._validate_args:
            self._validate_sample(value)
        a = self.concentration
        return (
            taut.xlogy(a, self.rate) + taut.xlogy(a - 1, value) - self.rate * value - taut.lgamma(a)
        )

    def entropy(self) -> Tensor:
        a = self.concentration
        return a - taut.log(self.rate) + taut.lgamma(a) + (1.0 - a) * taut.digamma(a)


class Chi2(Gamma):
    """The distribution of a sum of squares of standard normal numbers.

    Args:
        df: how many.

    Example:
        >>> import taut
        >>> taut.distributions.Chi2(3.0).mean
        tensor(3.)
    """

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    def expand(self, batch_shape: Any) -> Chi2:
        return Chi2(self.df.expand(batch_shape), validate_args=False)

    @property
    def df(self) -> Tensor:
        """The degrees of freedom."""
        return self.concentration * 2


class Dirichlet(Distribution):
    """The Dirichlet distribution, of probabilities.

    The gradient of a sample is that of the gamma samples it is made of: the same on average as
    PyTorch's, but another number.

    Args:
        concentration: one for each class, along the last dimension.

    Example:
        >>> import taut
        >>> taut.distributions.Dirichlet(taut.tensor([1.0, 3.0])).mean
        tensor([0.2500, 0.7500])
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        shape = concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def _parameter_shape(self, name: str) -> Size:
        return self._event_shape

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        concentration = self.concentration.expand(self._extended_shape(sample_shape))
        drawn = _StandardGamma.apply(concentration.double())
        value = (drawn / drawn.sum(-1, keepdim=True)).to(concentration.dtype)
        value.detach().clamp_(min=taut.finfo(value.dtype).tiny)
        return value

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        a = self.concentration
        return taut.xlogy(a - 1.0, value).sum(-1) + taut.lgamma(a.sum(-1)) - taut.lgamma(a).sum(-1)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Tensor:
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        largest = self.concentration.argmax(-1, keepdim=True)
        corner = taut.zeros_like(mode).scatter_(-1, largest, 1.0)
        return taut.where((self.concentration < 1).all(-1, keepdim=True), corner, mode)

    @property
    def variance(self) -> Tensor:
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def entropy(self) -> Tensor:
        a, n = self.concentration, self.concentration.size(-1)
        total = a.sum(-1)
        return (
            taut.lgamma(a).sum(-1)
            - taut.lgamma(total)
            - (n - total) * taut.digamma(total)
            - ((a - 1.0) * taut.digamma(a)).sum(-1)
        )


class Beta(Distribution):
    """The beta distribution, of a probability; samples are a :class:`Dirichlet`'s of two classes.

    Args:
        concentration1, concentration0: those of yes and of no.

    Example:
        >>> import taut
        >>> taut.distributions.Beta(1.0, 3.0).mean
        tensor(0.2500)
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        both = taut.stack(broadcast_all(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args=False)
        super().__init__(both.shape[:-1], validate_args=validate_args)

    def expand(self, batch_shape: Any) -> Beta:
        shape = Size(batch_shape)
        return Beta(self.concentration1.expand(shape), self.concentration0.expand(shape), False)

    @property
    def concentration1(self) -> Tensor:
        """That of yes."""
        return self._dirichlet.concentration[..., 0]

    @property
    def concentration0(self) -> Tensor:
        """That of no."""
        return self._dirichlet.concentration[..., 1]

    @property
    def mean(self) -> Tensor:
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Tensor:
        return self._dirichlet.mode[..., 0]

    @property
    def variance(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b).pow(2) * (a + b + 1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self._dirichlet.rsample(sample_shape).select(-1, 0)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return self._dirichlet.log_prob(taut.stack([value, 1.0 - value], -1))

    def entropy(self) -> Tensor:
        return self._dirichlet.entropy()


class StudentT(Distribution):
    """Student's t distribution.

    Args:
        df: degrees of freedom.
        loc: the middle.
        scale: the scale.

    Example:
        >>> import taut
        >>> taut.distributions.StudentT(3.0).variance
        tensor(3.)
    """

    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True
    df: Tensor
    loc: Tensor
    scale: Tensor

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc.masked_fill(self.df <= 1, math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        variance = self.scale.pow(2) * self.df / (self.df - 2)
        return variance.masked_fill(self.df <= 2, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        x = standard_normal(shape, self.df)
        z = Chi2(self.df, validate_args=False).rsample(sample_shape)
        return self.loc + self.scale * x * taut.rsqrt(z / self.df)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        y, df = (value - self.loc) / self.scale, self.df
        normaliser = (
            self.scale.log()
            + 0.5 * df.log()
            + 0.5 * math.log(math.pi)
            + taut.lgamma(0.5 * df)
            - taut.lgamma(0.5 * (df + 1.0))
        )
        return -0.5 * (df + 1.0) * taut.log1p(y**2.0 / df) - normaliser

    def entropy(self) -> Tensor:
        df = self.df
        log_beta = taut.lgamma(0.5 * df) + math.lgamma(0.5) - taut.lgamma(0.5 * (df + 1))
        slope = taut.digamma(0.5 * (df + 1)) - taut.digamma(0.5 * df)
        return self.scale.log() + 0.5 * (df + 1) * slope + 0.5 * df.log() + log_beta

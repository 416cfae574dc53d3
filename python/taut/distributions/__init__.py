"""Probability distributions: samples, densities, entropies, transforms, divergences.

For the same seed samples are PyTorch's, where a distribution does not say otherwise.
"""

from __future__ import annotations

from taut.distributions import constraints, transforms
from taut.distributions.categorical import (
    Categorical,
    Multinomial,
    OneHotCategorical,
    OneHotCategoricalStraightThrough,
)
from taut.distributions.continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from taut.distributions.discrete import Bernoulli, Binomial, Geometric, Poisson
from taut.distributions.distribution import Distribution
from taut.distributions.gamma import Beta, Chi2, Dirichlet, Gamma, StudentT
from taut.distributions.independent import Independent
from taut.distributions.kl import kl_divergence, register_kl
from taut.distributions.mixture import MixtureSameFamily
from taut.distributions.multivariate_normal import MultivariateNormal
from taut.distributions.transformed import (
    Gumbel,
    HalfCauchy,
    HalfNormal,
    LogNormal,
    TransformedDistribution,
)
from taut.distributions.transforms import *  # noqa: F403
from taut.distributions.transforms import __all__ as _transforms

__all__ = [  # noqa: PLE0604
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "Gamma",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "Laplace",
    "LogNormal",
    "MixtureSameFamily",
    "Multinomial",
    "MultivariateNormal",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Poisson",
    "StudentT",
    "TransformedDistribution",
    "Uniform",
    "constraints",
    "kl_divergence",
    "register_kl",
    "transforms",
    *_transforms,
]

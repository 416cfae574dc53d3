"""The normal distribution of vectors."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import Size, Tensor
from taut.distributions import constraints
from taut.distributions._matrices import cholesky, solve_lower
from taut.distributions.continuous import standard_normal
from taut.distributions.distribution import Distribution
from taut.distributions.utils import lazy_property

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
    """The normal distribution of vectors, by one of three matrices.

    Args:
        loc: the mean, a vector.
        covariance_matrix: the covariance,
        precision_matrix: or its inverse,
        scale_tril: or a lower triangular L with the covariance L L^T.

    Raises:
        ValueError: none or several of the matrices, or one of less than two dimensions.

    Example:
        >>> import taut
        >>> d = taut.distributions.MultivariateNormal(taut.zeros(2), taut.eye(2))
        >>> d.log_prob(taut.zeros(2))
        tensor(-1.8379)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(given) != 1:
            raise ValueError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
            )
        ((name, matrix),) = given.items()
        assert matrix is not None
        if matrix.dim() < 2:
            raise ValueError(
                f"{name} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch = Size(taut.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1]))
        setattr(self, name, matrix.expand(batch + matrix.shape[-2:]))
        self.loc = loc.expand(batch + loc.shape[-1:])
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._unbroadcasted_scale_tril = self._factor(name, matrix)

    @staticmethod
    def _factor(name: str, matrix: Tensor) -> Tensor:
        if name == "scale_tril":
            return matrix
        if name == "covariance_matrix":
            return cholesky(matrix)
        # P = U U^T with an upper U, which is a lower factor turned round; L = U^-T.
        upper = cholesky(matrix.flip((-2, -1))).flip((-2, -1))
        identity = taut.eye(matrix.size(-1), dtype=matrix.dtype)
        return taut.linalg.solve(upper.mT, identity.expand_as(matrix)).tril()

    def _parameter_shape(self, name: str) -> Size:
        return self._event_shape * (1 if name == "loc" else 2)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The lower factor of the covariance."""
        factor = self._unbroadcasted_scale_tril
        return factor.expand(self._batch_shape + self._event_shape * 2)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        factor = self._unbroadcasted_scale_tril
        return (factor @ factor.mT).expand(self._batch_shape + self._event_shape * 2)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        return taut.linalg.inv(self.covariance_matrix)

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @property
    def variance(self) -> Tensor:
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return squares.expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        eps = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + (self._unbroadcasted_scale_tril @ eps.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        difference = value - self.loc
        factor = self._unbroadcasted_scale_tril
        shape = taut.broadcast_shapes(factor.shape[:-2], difference.shape[:-1])
        z = solve_lower(
            factor.expand(*shape, *factor.shape[-2:]),
            difference.expand(*shape, difference.size(-1)).unsqueeze(-1),
        ).squeeze(-1)
        n = self._event_shape[0]
        return -0.5 * (n * math.log(2 * math.pi) + z.pow(2).sum(-1)) - self._half_log_det()

    def _half_log_det(self) -> Tensor:
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def entropy(self) -> Tensor:
        each = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det()
        return each.expand(self._batch_shape)

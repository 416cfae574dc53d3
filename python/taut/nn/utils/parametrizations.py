"""Parametrizations for use: weight norm, spectral norm and orthogonal matrices."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module
from taut.nn.parameter import is_lazy
from taut.nn.utils import parametrize
from taut.nn.utils._uses import locate

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

_MAPS = ("matrix_exp", "cayley", "householder")


def norm_except_dim(v: Tensor, dim: int) -> Tensor:
    """The 2-norm along every dimension but one, kept as ones; along all for -1."""
    if dim == -1:
        return v.norm()
    return taut.linalg.vector_norm(v, 2, [d for d in range(v.dim()) if d != dim], keepdim=True)


def scaled_to_norm(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """``v`` with its norms replaced by ``g``."""
    return v * (g / norm_except_dim(v, dim))


class _WeightNorm(Module):
    """g v / |v|. Source: Salimans and Kingma, 2016."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return scaled_to_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, self.dim), weight


class _RenamedKeys:
    """Takes the keys ``weight_g`` and ``weight_v`` of the former weight norm."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, state_dict: Any, prefix: str, *_: Any) -> None:
        old = [f"{prefix}{self.name}_{part}" for part in "gv"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                new = f"{prefix}parametrizations.{self.name}.original{i}"
                state_dict[new] = state_dict.pop(key)


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    r"""Splits a parameter into its length and its direction: :math:`w = g v / |v|`.

    ``g`` is ``parametrizations.<name>.original0`` and ``v`` is ``original1``. A tied parameter is
    split under all its names within ``module``; see :func:`taut.nn.utils.parametrize.register_parametrization`.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        dim: one length for each index of this dimension; None for one length.

    Returns:
        ``module``.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.parametrizations.weight_norm(taut.nn.Linear(20, 40))
        >>> layer.parametrizations.weight.original0.shape
        torch.Size([40, 1])

    Source: Salimans and Kingma, "Weight normalization", 2016.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
    owner, last = locate(module, name)
    owner._register_load_state_dict_pre_hook(_RenamedKeys(last))
    return module


class _SpectralNorm(Module):
    """w divided by its largest singular value, estimated by power iteration."""

    _u: Tensor
    _v: Tensor

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        ndim = weight.dim()
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got "
                f"{dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim == 1:
            return
        self.n_power_iterations = n_power_iterations
        with taut.no_grad():
            matrix = as_matrix(weight, self.dim)
            for buffer, size in (("_u", matrix.shape[0]), ("_v", matrix.shape[1])):
                drawn = taut.empty(size, dtype=weight.dtype).normal_(0, 1)
                self.register_buffer(buffer, F.normalize(drawn, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _power_method(self, matrix: Tensor, iterations: int) -> None:
        with taut.no_grad():
            for _ in range(iterations):
                self._u.copy_(F.normalize(matrix.mv(self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(matrix.mT.mv(self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next forward writes into the buffers
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """A weight as a matrix, with one dimension as its rows."""
    if dim:
        weight = weight.permute(dim, *(d for d in range(weight.dim()) if d != dim))
    return weight.flatten(1)


def output_dimension(module: Module) -> int:
    """The dimension of a layer's weight that numbers its outputs."""
    from taut import nn

    kinds = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    return 1 if isinstance(module, kinds) else 0


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    r"""Divides a parameter by its largest singular value, which makes a layer 1-Lipschitz.

    The singular value is estimated by power iteration, which goes on by ``n_power_iterations`` steps
    whenever the parameter is read in training mode; :func:`taut.nn.utils.parametrize.cached` makes the names of a
    tied parameter share one estimate. A tied parameter is divided under all its names within
    ``module``.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        n_power_iterations: steps at each reading.
        eps: the least norm that is divided by.
        dim: the dimension that becomes the rows of a matrix; None for that of the outputs.

    Returns:
        ``module``.

    Raises:
        ValueError: no such parameter, or no steps.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> layer = taut.nn.utils.parametrizations.spectral_norm(taut.nn.Linear(20, 40))
        >>> bool(layer.weight.norm() > 1)  # the largest singular value is 1, not the norm
        True

    Source: Miyato et al., "Spectral normalization for generative adversarial networks", 2018.
    """
    owner, last = locate(module, name)
    weight = _weight(owner, last, name)
    if dim is None:
        dim = output_dimension(owner)
    norm = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, norm)


def _weight(owner: Module, last: str, name: str) -> Tensor:
    weight = getattr(owner, last, None)
    if not isinstance(weight, Tensor):
        raise ValueError(
            f"Module '{type(owner).__name__}' has no parameter or buffer with name '{name}'"
        )
    if is_lazy(weight):
        raise ValueError(f"{name!r} has no shape yet; call the module once before")
    return weight


class _Orthogonal(Module):
    """Maps any matrix to one with orthonormal columns (rows where it is wide)."""

    base: Tensor | None

    def __init__(
        self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True
    ) -> None:
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        self.use_trivialization = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:  # noqa: N803
        wide = X.shape[-2] < X.shape[-1]
        X = X.mT if wide else X  # noqa: N806
        Q = self._householder(X) if self.orthogonal_map == "householder" else self._skew(X)  # noqa: N806
        if self.use_trivialization and self.base is not None:
            Q = self.base @ Q  # noqa: N806
        return Q.mT if wide else Q

    def _skew(self, X: Tensor) -> Tensor:  # noqa: N803
        """By the skew-symmetric matrix whose lower part is that of X."""
        n, k = X.shape[-2:]
        X = X.tril()  # noqa: N806
        if n != k:
            X = taut.cat([X, X.new_zeros(*X.shape[:-2], n, n - k)], dim=-1)  # noqa: N806
        A = X - X.mT  # noqa: N806
        if self.orthogonal_map == "matrix_exp":
            Q = taut.matrix_exp(A)  # noqa: N806
        else:
            eye = taut.eye(n, dtype=A.dtype)
            Q = taut.linalg.solve(eye - A * 0.5, eye + A * 0.5)  # noqa: N806
        return Q if n == k else Q[..., :k]

    def _householder(self, X: Tensor) -> Tensor:  # noqa: N803
        """By reflections below the diagonal of X, and the signs on it."""
        A = X.tril(-1)  # noqa: N806
        tau = 2.0 / (1.0 + (A * A).sum(-2))
        Q = taut.linalg.householder_product(A, tau)  # noqa: N806
        signs = X.detach().diagonal(dim1=-2, dim2=-1).to(taut.int32)
        return Q * signs.unsqueeze(-2)

    def right_inverse(self, Q: Tensor) -> Tensor:  # noqa: N803
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of "
                f"shape {Q.shape}."
            )
        if not self.use_trivialization and self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley "
                "parametrizations when use_trivialization=False."
            )
        with taut.no_grad():
            wide = Q.shape[-2] < Q.shape[-1]
            tall = Q.mT if wide else Q
            if self.use_trivialization:
                self.base = self._complete(tall)
                return _minus_eye_like(Q)
            A, tau = taut.geqrf(tall)  # noqa: N806
            diagonal = A.diagonal(dim1=-2, dim2=-1)
            # LAPACK gives exactly 0 for a reflection that it leaves out.
            diagonal.copy_(diagonal.sign() * (1 - 2 * (tau == 0).to(A.dtype)))
            return A.mT if wide else A

    @staticmethod
    def _complete(Q: Tensor) -> Tensor:  # noqa: N803
        """A square orthogonal matrix that begins with the columns of Q made orthonormal."""
        n, k = Q.shape[-2:]
        if n == k:
            return Q.clone() if _is_orthogonal(Q) else _orthonormalised(Q)
        more = taut.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)
        return _orthonormalised(taut.cat([Q, more], dim=-1))


def _minus_eye_like(t: Tensor) -> Tensor:
    """What every map takes to the identity: -1 on the diagonal for the signs of the reflections."""
    out = taut.zeros_like(t)
    out.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
    return out


def _is_orthogonal(Q: Tensor) -> bool:  # noqa: N803
    n, k = Q.shape[-2:]
    tolerance = 10 * n * taut.finfo(Q.dtype).eps
    return taut.allclose(Q.mT @ Q, taut.eye(k, dtype=Q.dtype), atol=tolerance)


def _orthonormalised(A: Tensor) -> Tensor:  # noqa: N803
    """The Q of A = QR with a positive diagonal of R; the identity stays what it is."""
    X, tau = taut.geqrf(A)  # noqa: N806
    Q = taut.linalg.householder_product(X, tau)  # noqa: N806
    return Q * X.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    r"""Keeps a matrix orthogonal: its columns (its rows, where it is wide) are orthonormal.

    A tied parameter is so under all its names within ``module``.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path; of two dimensions or a batch of such.
        orthogonal_map: "matrix_exp" or "cayley", of a skew-symmetric matrix, or "householder", a
            product of reflections. None for "matrix_exp" where it is square, else "householder".
        use_trivialization: multiply the map by the last value that was assigned, which makes
            optimisation behave well and any assignment possible, for the cost of one more matrix.

    Returns:
        ``module``.

    Raises:
        ValueError: no such parameter, fewer than two dimensions, or an unknown map.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.parametrizations.orthogonal(taut.nn.Linear(20, 40))
        >>> Q = layer.weight
        >>> taut.allclose(Q.T @ Q, taut.eye(20), atol=1e-5)
        True

    Source: Lezcano-Casado, "Trivializations for gradient-based optimization on manifolds", 2019.
    """
    owner, last = locate(module, name)
    weight = _weight(owner, last, name)
    if weight.dim() < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions."
        )
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
            f"Got: {orthogonal_map}"
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)

"""The former spectral norm, by a hook; see :func:`taut.nn.utils.parametrizations.spectral_norm`."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module
from taut.nn.utils._reparametrized import WeightHook, install, uninstall
from taut.nn.utils._uses import locate
from taut.nn.utils.parametrizations import as_matrix, output_dimension

__all__ = ["SpectralNorm", "remove_spectral_norm", "spectral_norm"]


class SpectralNorm(WeightHook):
    """The hook of :func:`spectral_norm`."""

    kind = "spectral_norm"
    _version = 1

    def __init__(
        self,
        name: str = "weight",
        n_power_iterations: int = 1,
        dim: int = 0,
        eps: float = 1e-12,
    ) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight divided by the estimate of its largest singular value."""
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with taut.no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(matrix.mT.mv(u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(matrix.mv(v), dim=0, eps=self.eps))
        u, v = u.clone(), v.clone()  # the next forward writes into the buffers
        return weight / u.dot(matrix.mv(v))

    def compute(self, module: Module) -> Tensor:
        return self.compute_weight(module, do_power_iteration=module.training)

    def replace(self, module: Module, weight: Tensor) -> None:
        with taut.no_grad():
            matrix = as_matrix(weight, self.dim)
            u, v = (
                F.normalize(taut.empty(size, dtype=weight.dtype).normal_(0, 1), dim=0, eps=self.eps)
                for size in matrix.shape
            )
        module.register_parameter(self.name + "_orig", weight)  # type: ignore[arg-type]
        module._set_computed(self.name, weight.detach())
        module.register_buffer(self.name + "_u", u)
        module.register_buffer(self.name + "_v", v)
        module._register_state_dict_hook(_Version(self.name))

    def restore(self, module: Module) -> Tensor:
        with taut.no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        for part in ("u", "v", "orig"):
            delattr(module, f"{self.name}_{part}")
        hooks = module._state_dict_hooks
        for key, hook in list(hooks.items()):
            if isinstance(hook, _Version) and hook.name == self.name:
                del hooks[key]
        return weight


class _Version:
    """Writes into the metadata of a checkpoint which version of the hook it is of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Any, state_dict: Any, prefix: str, local_metadata: Any) -> None:
        versions = local_metadata.setdefault("spectral_norm", {})
        versions[f"{self.name}.version"] = SpectralNorm._version


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    r"""Divides a parameter by its largest singular value before each forward.

    The parameter becomes ``<name>_orig``; a tied one is divided under all its names within
    ``module``. Newer programs use :func:`taut.nn.utils.parametrizations.spectral_norm`.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        n_power_iterations: steps of the power iteration in each forward of training.
        eps: the least norm that is divided by.
        dim: the dimension that becomes the rows of a matrix; None for that of the outputs.

    Raises:
        RuntimeError: the parameter has a spectral norm already.
        ValueError: no such parameter, one without a shape, or no steps.

    Returns:
        ``module``.

    Example:
        >>> import taut
        >>> taut.nn.utils.spectral_norm(taut.nn.Linear(20, 40)).weight_u.shape
        torch.Size([40])

    Source: Miyato et al., "Spectral normalization for generative adversarial networks", 2018.
    """
    owner, last = locate(module, name)
    if dim is None:
        dim = output_dimension(owner)
    install(SpectralNorm(last, n_power_iterations, dim, eps), module, name)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Makes a parameter with spectral norm an ordinary one, under all its names within ``module``.

    Raises:
        ValueError: the parameter has no spectral norm.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.spectral_norm(taut.nn.Linear(2, 3))
        >>> taut.nn.utils.remove_spectral_norm(layer)
        Linear(in_features=2, out_features=3, bias=True)
    """
    uninstall(SpectralNorm, module, name)
    return module

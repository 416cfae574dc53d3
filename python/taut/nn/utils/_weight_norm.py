"""The former weight norm, by a hook; see :func:`taut.nn.utils.parametrizations.weight_norm`."""

from __future__ import annotations

import warnings

from taut import Tensor
from taut.nn.module import Module
from taut.nn.parameter import Parameter
from taut.nn.utils._reparametrized import WeightHook, install, uninstall
from taut.nn.utils._uses import locate
from taut.nn.utils.parametrizations import norm_except_dim, scaled_to_norm

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]


class WeightNorm(WeightHook):
    """The hook of :func:`weight_norm`."""

    kind = "weight_norm"

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute(self, module: Module) -> Tensor:
        g, v = (getattr(module, f"{self.name}_{part}") for part in "gv")
        return scaled_to_norm(v, g, self.dim)

    compute_weight = compute

    def replace(self, module: Module, weight: Tensor) -> None:
        weight = weight.detach()
        g = Parameter(norm_except_dim(weight, self.dim))
        module.register_parameter(self.name + "_g", g)
        module.register_parameter(self.name + "_v", Parameter(weight))
        module._set_computed(self.name, self.compute(module))

    def restore(self, module: Module) -> Tensor:
        weight = self.compute(module)
        for part in "gv":
            del module._parameters[f"{self.name}_{part}"]
        return weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    r"""Splits a parameter into ``<name>_g``, its length, and ``<name>_v``, its direction.

    A tied parameter is split under all its names within ``module``. Newer programs use
    :func:`taut.nn.utils.parametrizations.weight_norm`, which loads checkpoints of this one.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        dim: one length for each index of this dimension; None for one length.

    Raises:
        RuntimeError: the parameter has a weight norm already.
        ValueError: no such parameter, or one without a shape.

    Warns:
        FutureWarning: always.

    Returns:
        ``module``.

    Example:
        >>> import taut, warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     layer = taut.nn.utils.weight_norm(taut.nn.Linear(20, 40))
        >>> layer.weight_g.shape
        torch.Size([40, 1])

    Source: Salimans and Kingma, "Weight normalization", 2016.
    """
    warnings.warn(
        "`taut.nn.utils.weight_norm` is deprecated in favor of "
        "`taut.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    install(WeightNorm(locate(module, name)[1], dim), module, name)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes a parameter with weight norm an ordinary one, under all its names within ``module``.

    Raises:
        ValueError: the parameter has no weight norm.

    Example:
        >>> import taut, warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     layer = taut.nn.utils.weight_norm(taut.nn.Linear(2, 3))
        >>> taut.nn.utils.remove_weight_norm(layer)
        Linear(in_features=2, out_features=3, bias=True)
    """
    uninstall(WeightNorm, module, name)
    return module

"""Neural networks: modules, parameters, initialisers, functions.

Example:
    >>> import taut
    >>> from taut import nn
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    >>> net(taut.zeros(2, 4)).shape
    torch.Size([2, 1])
"""

import importlib
from typing import Any

from taut.nn import functional, init, utils
from taut.nn.activation import *  # noqa: F403
from taut.nn.adaptive import *  # noqa: F403
from taut.nn.batchnorm import *  # noqa: F403
from taut.nn.containers import *  # noqa: F403
from taut.nn.conv import *  # noqa: F403
from taut.nn.distance import *  # noqa: F403
from taut.nn.dropout import *  # noqa: F403
from taut.nn.fold import *  # noqa: F403
from taut.nn.linear import *  # noqa: F403
from taut.nn.loss import *  # noqa: F403
from taut.nn.module import Module
from taut.nn.normalization import *  # noqa: F403
from taut.nn.padding import *  # noqa: F403
from taut.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from taut.nn.pooling import *  # noqa: F403
from taut.nn.reshaping import *  # noqa: F403
from taut.nn.rnn import *  # noqa: F403
from taut.nn.sparse import *  # noqa: F403
from taut.nn.transformer import *  # noqa: F403
from taut.nn.upsampling import *  # noqa: F403

__all__ = [  # noqa: PLE0604
    "Buffer",
    "Module",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "factory_kwargs",
    "functional",
    "init",
    "utils",
]
_FILES = (
    "activation",
    "adaptive",
    "batchnorm",
    "containers",
    "conv",
    "distance",
    "dropout",
    "fold",
    "linear",
    "loss",
    "normalization",
    "padding",
    "pooling",
    "reshaping",
    "rnn",
    "sparse",
    "transformer",
    "upsampling",
)
for _file in _FILES:
    __all__ += importlib.import_module(f"taut.nn.{_file}").__all__


def factory_kwargs(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """What of a module's keyword arguments says how its parameters are made.

    Args:
        kwargs: ``device``, ``dtype`` and ``memory_format``, directly or in a dict ``factory_kwargs``.

    Raises:
        TypeError: any other keyword, or one that is given in both ways.

    Example:
        >>> import taut
        >>> taut.nn.factory_kwargs({"factory_kwargs": {"dtype": taut.float64}})
        {'dtype': torch.float64}
    """
    known = {"device", "dtype", "memory_format"}
    given = dict(kwargs or {})
    made = dict(given.pop("factory_kwargs", {}))
    if not given.keys() <= known:
        raise TypeError(f"unexpected kwargs {given.keys() - known}")
    twice = made.keys() & given.keys()
    if twice:
        raise TypeError(f"{min(twice)} specified twice, in **kwargs and in factory_kwargs")
    return {**made, **given}


def __getattr__(name: str) -> Any:
    if name in ("attention", "modules", "parallel"):
        return importlib.import_module(f"taut.nn.{name}")
    if name == "DataParallel":
        return importlib.import_module("taut.nn.parallel").DataParallel
    raise AttributeError(f"module 'taut.nn' has no attribute {name!r}")

"""Neural networks: modules, parameters, initialisers, functions."""

from taut.nn import functional, init, utils
from taut.nn.activation import *  # noqa: F403
from taut.nn.containers import *  # noqa: F403
from taut.nn.layers import *  # noqa: F403
from taut.nn.lazy import LazyModuleMixin
from taut.nn.linear import *  # noqa: F403
from taut.nn.loss import *  # noqa: F403
from taut.nn.module import Module
from taut.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [  # noqa: PLE0604
    "Buffer",
    "LazyModuleMixin",
    "Module",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "utils",
]
for _file in ("activation", "containers", "layers", "linear", "loss"):
    __all__ += globals()[_file].__all__

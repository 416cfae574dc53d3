"""taut: a PyTorch-shaped autograd engine for CPUs, in which tied parameters are first class.

Example:
    >>> import taut
    >>> x = taut.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
"""

from __future__ import annotations

import builtins
import importlib
import math
from typing import Any

from taut import _C
from taut._C import *  # noqa: F403
from taut._conversion import can_cast, promote_types
from taut._device import (
    device,
    get_default_device,
    layout,
    memory_format,
    set_default_device,
)
from taut._info import finfo, iinfo
from taut._lazy import HOMES, SUBMODULES
from taut._shape import *  # noqa: F403
from taut._shape import __all__ as _shape_names
from taut._size import Size
from taut._tensor import Tensor
from taut._products import einsum, inner, tensordot, trace
from taut.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from taut.random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__version__ = "0.1.0"

# Aliases of element types, as PyTorch names them.
half = _C.float16
float = _C.float32  # noqa: A001
double = _C.float64
short = _C.int16
int = _C.int32  # noqa: A001
long = _C.int64

strided = layout("strided")
sparse_coo = layout("sparse_coo")
inf = math.inf
nan = math.nan
pi = math.pi
e = math.e
newaxis = None
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")


def __getattr__(name: str) -> Any:
    if name in SUBMODULES:
        return importlib.import_module(f"taut.{name}")
    if name in HOMES:
        value = getattr(importlib.import_module(f"taut.{HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'taut' has no attribute {name!r}")


def is_tensor(obj: Any) -> builtins.bool:
    """True when obj is a :class:`Tensor`.

    Example:
        >>> import taut
        >>> taut.is_tensor(taut.ones(2)), taut.is_tensor([1.0])
        (True, False)
    """
    return isinstance(obj, Tensor)


__all__ = [
    "Size",
    "Tensor",
    "device",
    "enable_grad",
    "finfo",
    "get_default_device",
    "get_rng_state",
    "iinfo",
    "inference_mode",
    "initial_seed",
    "is_tensor",
    "layout",
    "manual_seed",
    "memory_format",
    "no_grad",
    "seed",
    "set_default_device",
    "set_grad_enabled",
    "set_rng_state",
    *_shape_names,
    *sorted(name for name in dir(_C) if not name.startswith("_")),
]

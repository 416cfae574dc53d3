"""The layers under the module paths they have in PyTorch.

``taut.nn.modules.linear`` is ``taut.nn.linear``, and so on: for programs that import from there, and
for files in which PyTorch's modules were pickled.
"""

import importlib
import sys

from taut.nn import *  # noqa: F403
from taut.nn import __all__ as _names

# Module path below torch.nn.modules -> below taut.nn.
_PATHS = {
    "activation": "activation",
    "batchnorm": "batchnorm",
    "channelshuffle": "reshaping",
    "container": "containers",
    "conv": "conv",
    "distance": "distance",
    "dropout": "dropout",
    "flatten": "reshaping",
    "fold": "fold",
    "instancenorm": "batchnorm",
    "lazy": "lazy",
    "linear": "linear",
    "loss": "loss",
    "module": "module",
    "normalization": "normalization",
    "padding": "padding",
    "pixelshuffle": "reshaping",
    "pooling": "pooling",
    "rnn": "rnn",
    "sparse": "sparse",
    "transformer": "transformer",
    "upsampling": "upsampling",
}

for _theirs, _ours in _PATHS.items():
    _module = importlib.import_module(f"taut.nn.{_ours}")
    globals()[_theirs] = sys.modules[f"{__name__}.{_theirs}"] = _module

__all__ = [name for name in _names if name not in ("functional", "init", "utils")]

"""Helpers around modules: clipped gradients, parameters as a vector, parametrizations, pruning."""

from __future__ import annotations

import importlib
from typing import Any

from taut.nn.utils import rnn
from taut.nn.utils.clip_grad import (
    clip_grad_norm,
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from taut.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters
from taut.nn.utils.init import skip_init

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "convert_conv2d_weight_memory_format",
    "convert_conv3d_weight_memory_format",
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
    "get_total_norm",
    "parameters_to_vector",
    "parametrizations",
    "parametrize",
    "prune",
    "remove_spectral_norm",
    "remove_weight_norm",
    "rnn",
    "skip_init",
    "spectral_norm",
    "stateless",
    "vector_to_parameters",
    "weight_norm",
]

# Imported when first used.
_SUBMODULES = frozenset(
    ("fusion", "memory_format", "parametrizations", "parametrize", "prune", "stateless")
)
_LAZY = {
    "convert_conv2d_weight_memory_format": "memory_format",
    "convert_conv3d_weight_memory_format": "memory_format",
    "fuse_conv_bn_eval": "fusion",
    "fuse_conv_bn_weights": "fusion",
    "fuse_linear_bn_eval": "fusion",
    "fuse_linear_bn_weights": "fusion",
    "remove_spectral_norm": "_spectral_norm",
    "remove_weight_norm": "_weight_norm",
    "spectral_norm": "_spectral_norm",
    "weight_norm": "_weight_norm",
}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"taut.nn.utils.{name}")
    if name in _LAZY:
        return getattr(importlib.import_module(f"taut.nn.utils.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'taut.nn.utils' has no attribute {name!r}")

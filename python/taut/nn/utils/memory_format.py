"""The order in which the weights of convolutions lie in memory."""

from __future__ import annotations

from typing import Any

from taut.nn.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from taut.nn.module import Module

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def convert_conv2d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """Lays out the weights of all ``Conv2d`` and ``ConvTranspose2d`` below a module.

    Args:
        module: the module; it is changed and returned.
        memory_format: such as ``taut.channels_last``.

    Example:
        >>> import taut
        >>> net = taut.nn.Conv2d(3, 2, 2)
        >>> taut.nn.utils.convert_conv2d_weight_memory_format(net, taut.channels_last).weight.stride()
        (12, 1, 6, 3)
    """
    return _convert(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """Lays out the weights of all ``Conv3d`` and ``ConvTranspose3d`` below a module.

    Args:
        module: the module; it is changed and returned.
        memory_format: such as ``taut.channels_last_3d``.

    Example:
        >>> import taut
        >>> net = taut.nn.Conv3d(3, 2, 2)
        >>> changed = taut.nn.utils.convert_conv3d_weight_memory_format(net, taut.channels_last_3d)
        >>> changed.weight.stride()
        (24, 1, 12, 6, 3)
    """
    return _convert(module, (Conv3d, ConvTranspose3d), memory_format)


def _convert(module: Module, kinds: tuple[type, ...], memory_format: Any) -> Module:
    for layer in module.modules():
        if isinstance(layer, kinds):
            layer.weight.data = layer.weight.detach().clone(memory_format=memory_format)
    return module

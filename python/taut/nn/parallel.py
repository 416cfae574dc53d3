"""Wrappers of modules for several devices; on the one that there is they are the identity."""

from __future__ import annotations

from typing import Any

from taut.nn.module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """A module that is called as the one inside it.

    Args:
        module: the module, which is ``.module`` then and has this prefix in the state.
        device_ids, output_device: accepted: without a GPU nothing is distributed.
        dim: the dimension that would be distributed.

    Example:
        >>> import taut
        >>> net = taut.nn.DataParallel(taut.nn.Linear(2, 3))
        >>> list(net.state_dict())
        ['module.weight', 'module.bias']
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)

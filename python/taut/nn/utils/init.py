"""Modules without initialisation."""

from __future__ import annotations

from typing import Any

__all__ = ["skip_init"]


def skip_init(module_cls: type, *args: Any, **kwargs: Any) -> Any:
    """A module whose parameters are not initialised, for values that are set afterwards.

    It is made on the meta device, and then gets memory.

    Args:
        module_cls: the class; called with the other arguments.

    Raises:
        RuntimeError: not a Module.

    Example:
        >>> import taut
        >>> taut.nn.utils.skip_init(taut.nn.Linear, 2, 3).weight.shape
        torch.Size([3, 2])
    """
    from taut import device
    from taut.nn._init_gate import skip_all
    from taut.nn.module import Module

    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    where = kwargs.pop("device", None) or "cpu"
    with skip_all(), device("meta"):
        module = module_cls(*args, **kwargs)
    return module.to_empty(device=where)

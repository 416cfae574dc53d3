"""The former place of :func:`taut.func.functional_call`."""

from __future__ import annotations

from typing import Any

from taut import func
from taut.nn.module import Module

__all__ = ["functional_call"]


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with other values for its parameters and buffers: :func:`taut.func.functional_call`.

    Example:
        >>> import taut
        >>> from taut.nn.utils.stateless import functional_call
        >>> functional_call(taut.nn.Linear(2, 1, bias=False), {"weight": taut.ones(1, 2)}, taut.ones(1, 2))
        tensor([[2.]])
    """
    return func.functional_call(
        module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict
    )

"""Looking into the graph: what happens to the values saved for backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taut import _C

__all__ = ["saved_tensors_hooks"]


class saved_tensors_hooks:  # noqa: N801
    """Context manager: what is kept in place of the values that operations save for backward.

    Args:
        pack_hook: called with each tensor to be saved (without its history); may return anything.
        unpack_hook: called with what ``pack_hook`` returned when backward needs the value; must
            return a tensor of the same shape, dtype and content.

    Of nested managers the innermost counts. Saved values that went through hooks are not watched
    for in-place changes.

    Raises:
        TypeError: in backward, ``unpack_hook`` returned something else than a tensor.
        RuntimeError: in backward, a tensor of another shape or dtype.

    Example:
        >>> import taut
        >>> kept = []
        >>> x = taut.tensor([2.0], requires_grad=True)
        >>> with taut.autograd.graph.saved_tensors_hooks(
        ...     lambda t: kept.append(t) or len(kept) - 1, lambda i: kept[i]
        ... ):
        ...     y = x * x
        >>> y.backward()
        >>> len(kept), x.grad
        (2, tensor([4.]))
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        _C._push_saved_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *exc: object) -> None:
        _C._pop_saved_hooks()

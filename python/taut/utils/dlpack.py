"""DLPack: memory shared with other libraries."""

from __future__ import annotations

from typing import Any

from taut import Tensor, from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule, unversioned, over the tensor's memory; :func:`taut.from_dlpack` takes tensors as they are.

    Example:
        >>> import taut
        >>> from taut.utils.dlpack import from_dlpack, to_dlpack
        >>> from_dlpack(to_dlpack(taut.arange(3)))
        tensor([0, 1, 2])
    """
    return tensor.__dlpack__()

"""DLPack: memory shared with other libraries."""

from __future__ import annotations

import enum
from typing import Any

from taut import Tensor, from_dlpack

__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]


class DLDeviceType(enum.IntEnum):
    """Kinds of device by their names and numbers in the specification.

    Example:
        >>> import taut
        >>> taut.utils.dlpack.DLDeviceType.kDLCPU.value
        1
    """

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
    kDLOpenCL = 4
    kDLVulkan = 7
    kDLMetal = 8
    kDLVPI = 9
    kDLROCM = 10
    kDLROCMHost = 11
    kDLExtDev = 12
    kDLCUDAManaged = 13
    kDLOneAPI = 14
    kDLWebGPU = 15
    kDLHexagon = 16
    kDLMAIA = 17


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule, unversioned, over the tensor's memory; :func:`taut.from_dlpack` takes tensors as they are.

    Example:
        >>> import taut
        >>> from taut.utils.dlpack import from_dlpack, to_dlpack
        >>> from_dlpack(to_dlpack(taut.arange(3)))
        tensor([0, 1, 2])
    """
    return tensor.__dlpack__()

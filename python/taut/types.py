"""Names for annotations, as in ``torch.types``."""

from __future__ import annotations

import builtins
import os
from collections.abc import Sequence
from typing import Any, TypeAlias, Union

from taut import _C, Size, Tensor
from taut._device import device

__all__ = ["Device", "FileLike", "Number", "Tensor"]

Number: TypeAlias = Union[builtins.int, builtins.float, builtins.bool]  # noqa: UP007
Device: TypeAlias = Union[device, str, builtins.int, None]  # noqa: UP007
FileLike: TypeAlias = Union[str, os.PathLike, Any]  # noqa: UP007
_dtype = _C.dtype
_device = device
_size: TypeAlias = Union[Size, list[builtins.int], tuple[builtins.int, ...]]  # noqa: UP007
_TensorOrTensors: TypeAlias = Union[Tensor, Sequence[Tensor]]  # noqa: UP007

"""Under which names a checkpoint knows what it is made of.

A checkpoint refers to classes and functions by the names they have in PyTorch, whether PyTorch or
taut wrote it; this is the whole list of them.
"""

from __future__ import annotations

import functools
from typing import Any

import taut

__all__ = ["DTYPE_NAMES", "STORAGE_DTYPES", "TIE_ATTRIBUTE", "dtypes", "storage_class_name"]

# The attribute of a Parameter that stands for another (a transposed tie): (owner, transposed, factor).
TIE_ATTRIBUTE = "_taut_tie"

# Storage class of PyTorch -> dtype name.
STORAGE_DTYPES = {
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "ShortStorage": "int16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
}
DTYPE_NAMES = tuple(STORAGE_DTYPES.values())


@functools.cache
def dtypes() -> dict[str, Any]:
    """Name -> dtype, of those this build has."""
    return {name: getattr(taut, name) for name in DTYPE_NAMES if hasattr(taut, name)}


@functools.cache
def dtype_names() -> dict[Any, str]:
    """Dtype -> name."""
    return {dtype: name for name, dtype in dtypes().items()}


def storage_class_name(dtype: Any) -> str:
    """The storage class of PyTorch that holds ``dtype``."""
    name = dtype_names()[dtype]
    return next(storage for storage, held in STORAGE_DTYPES.items() if held == name)

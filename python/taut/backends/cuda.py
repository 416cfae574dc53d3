"""``torch.backends.cuda``: flags that are kept; there is no CUDA."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

__all__ = [
    "cudnn_sdp_enabled",
    "enable_cudnn_sdp",
    "enable_flash_sdp",
    "enable_math_sdp",
    "enable_mem_efficient_sdp",
    "flash_sdp_enabled",
    "is_built",
    "is_flash_attention_available",
    "math_sdp_enabled",
    "matmul",
    "mem_efficient_sdp_enabled",
    "sdp_kernel",
]

matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    allow_fp16_accumulation=False,
    fp32_precision="none",
)
_kernels = {"flash": True, "math": True, "mem_efficient": True, "cudnn": True}


def is_built() -> bool:
    """False."""
    return False


def is_flash_attention_available() -> bool:
    """False."""
    return False


def enable_flash_sdp(enabled: bool) -> None:
    """Keep the flag; attention has one implementation."""
    _kernels["flash"] = bool(enabled)


def enable_math_sdp(enabled: bool) -> None:
    """Keep the flag; attention has one implementation."""
    _kernels["math"] = bool(enabled)


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Keep the flag; attention has one implementation."""
    _kernels["mem_efficient"] = bool(enabled)


def enable_cudnn_sdp(enabled: bool) -> None:
    """Keep the flag; attention has one implementation."""
    _kernels["cudnn"] = bool(enabled)


def flash_sdp_enabled() -> bool:
    """What was set."""
    return _kernels["flash"]


def math_sdp_enabled() -> bool:
    """What was set."""
    return _kernels["math"]


def mem_efficient_sdp_enabled() -> bool:
    """What was set."""
    return _kernels["mem_efficient"]


def cudnn_sdp_enabled() -> bool:
    """What was set."""
    return _kernels["cudnn"]


@contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:
    """Flags inside a block."""
    before = dict(_kernels)
    given = (enable_flash, enable_math, enable_mem_efficient, enable_cudnn)
    _kernels.update(zip(_kernels, given))
    try:
        yield
    finally:
        _kernels.update(before)

"""``torch.backends.cpu``: the instruction set in use."""

from __future__ import annotations

from taut import _C

__all__ = ["get_cpu_capability"]

_NAMES = {"baseline": "DEFAULT", "avx2": "AVX2", "avx512": "AVX512"}


def get_cpu_capability() -> str:
    """The instruction set whose kernels run: "DEFAULT", "AVX2" or "AVX512"."""
    isa = _C._isa()
    return _NAMES.get(isa, isa.upper())

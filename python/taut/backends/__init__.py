"""``torch.backends``: the flags that programs set. taut has one backend and reads none of them."""

from __future__ import annotations

from taut.backends import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp, opt_einsum

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp", "opt_einsum"]

"""What `import taut` leaves for its first use, so that it stays in the milliseconds."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["HOMES", "METHODS", "SUBMODULES", "LazyMethod"]

SUBMODULES = frozenset(
    (
        "accelerator",
        "amp",
        "autograd",
        "backends",
        "compiler",
        "cuda",
        "distributed",
        "distributions",
        "func",
        "jit",
        "linalg",
        "mps",
        "multiprocessing",
        "nn",
        "optim",
        "random",
        "serialization",
        "special",
        "storage",
        "testing",
        "torch",
        "types",
        "utils",
        "viz",
        "xpu",
    )
)
# Name -> the module below taut that has it.
HOMES = {
    "load_model": "serialization.safetensors",
    "save": "serialization",
    "save_model": "serialization.safetensors",
    "load": "serialization",
    "set_printoptions": "_tensor_str",
    "to_torch": "_interop",
    "from_torch": "_interop",
    "cholesky_inverse": "_linalg.cholesky",
    "cholesky_solve": "_linalg.cholesky",
    "cross": "_linalg.legacy",
    "det": "_linalg.determinants",
    "geqrf": "_linalg.reflections",
    "inverse": "_linalg.legacy",
    "logdet": "_linalg.determinants",
    "matrix_exp": "_linalg.powers",
    "matrix_power": "_linalg.powers",
    "slogdet": "_linalg.determinants",
    **dict.fromkeys(
        ("cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"), "_calculus"
    ),
    **dict.fromkeys(
        ("corrcoef", "cov", "histc", "histogram", "mode", "nanquantile", "quantile"), "_statistics"
    ),
    **dict.fromkeys(("cdist", "dist", "kron", "pdist", "renorm"), "_distances"),
    **dict.fromkeys(("grid_sampler", "grid_sampler_2d", "grid_sampler_3d"), "nn.functional._grid"),
    **dict.fromkeys(("sum_to_size", "unravel_index", "unsafe_chunk", "unsafe_split"), "_sizes"),
    **dict.fromkeys(
        ("deg2rad_", "float_power_", "ldexp_", "polygamma_", "rad2deg_", "renorm_"), "_in_place"
    ),
    **{
        f"{name}_copy": "_copies"
        for name in (
            *("alias", "diagonal", "expand", "narrow", "permute", "split_with_sizes", "squeeze"),
            *("t", "transpose", "unbind", "unfold", "unsqueeze", "view"),
        )
    },
    **dict.fromkeys(("cholesky", "orgqr", "pinverse", "qr", "svd"), "_linalg.legacy"),
    "summary": "_inventory",
    "assert_tied": "_ties",
    "tie": "_ties",
    "ties": "_ties",
    "untie": "_ties",
    "per_use": "_ties",
    "UntypedStorage": "storage",
    "autocast": "amp",
    "GradScaler": "amp",
    "compile": "_compile",
    "fork_rng": "random",
    "set_default_tensor_type": "_legacy_types",
    **dict.fromkeys(
        (
            "autocast_decrement_nesting",
            "autocast_increment_nesting",
            "clear_autocast_cache",
            "get_autocast_dtype",
            "is_autocast_cache_enabled",
            "is_autocast_enabled",
            "set_autocast_cache_enabled",
            "set_autocast_dtype",
            "set_autocast_enabled",
        ),
        "amp._autocast",
    ),
    **dict.fromkeys(
        (
            "get_device",
            "is_complex",
            "is_conj",
            "is_floating_point",
            "is_inference",
            "is_neg",
            "is_nonzero",
            "is_same_size",
            "is_signed",
            "is_storage",
            "numel",
            "typename",
        ),
        "_queries",
    ),
    **dict.fromkeys(
        (
            "are_deterministic_algorithms_enabled",
            "get_deterministic_debug_mode",
            "get_float32_matmul_precision",
            "get_num_interop_threads",
            "is_deterministic_algorithms_warn_only_enabled",
            "is_warn_always_enabled",
            "set_deterministic_debug_mode",
            "set_float32_matmul_precision",
            "set_flush_denormal",
            "set_num_interop_threads",
            "set_warn_always",
            "use_deterministic_algorithms",
        ),
        "_switches",
    ),
    **dict.fromkeys(
        (
            "BFloat16Tensor",
            "BoolTensor",
            "ByteTensor",
            "CharTensor",
            "DoubleTensor",
            "FloatTensor",
            "HalfTensor",
            "IntTensor",
            "LongTensor",
            "ShortTensor",
        ),
        "_legacy_types",
    ),
    **dict.fromkeys(
        (
            "adaptive_avg_pool1d",
            "adaptive_max_pool1d",
            "avg_pool1d",
            "channel_shuffle",
            "max_pool1d",
            "max_pool1d_with_indices",
            "max_pool2d",
            "max_pool3d",
            "pixel_shuffle",
            "pixel_unshuffle",
        ),
        "nn.functional",
    ),
}

# Functions of these that are methods of tensors, too.
METHODS = (
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "corrcoef",
    "cov",
    "cross",
    "deg2rad_",
    "det",
    "diff",
    "dist",
    "float_power_",
    "geqrf",
    "histc",
    "histogram",
    "inverse",
    "kron",
    "ldexp_",
    "logdet",
    "matrix_exp",
    "matrix_power",
    "mode",
    "nanquantile",
    "narrow_copy",
    "orgqr",
    "pinverse",
    "polygamma_",
    "qr",
    "quantile",
    "rad2deg_",
    "renorm",
    "renorm_",
    "slogdet",
    "svd",
    "sum_to_size",
    "unsafe_chunk",
    "unsafe_split",
)


class LazyMethod:
    """A method that is a function of another module, which its first use imports."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        function = getattr(importlib.import_module(f"taut.{HOMES[self.name]}"), self.name)
        home = next(c for c in owner.__mro__ if c.__dict__.get(self.name) is self)
        setattr(home, self.name, function)
        return function.__get__(instance, owner)

"""Convolutions, averages and windows of integers, and other sizes of 8-bit images: PyTorch's bits."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import taut

INTEGERS = ("int64", "int32", "int16", "int8", "uint8")


def integers(shape, dtype, seed=0):
    info = np.iinfo(dtype)
    generator = np.random.default_rng(seed)
    low, high = max(info.min, -(2**40)), min(info.max, 2**40)
    return generator.integers(low, high, shape, dtype=np.int64, endpoint=True).astype(dtype)


def same(name, arrays, **options):
    theirs = getattr(F, name)(*map(torch.from_numpy, arrays), **options).numpy()
    mine = getattr(taut.nn.functional, name)(*map(taut.from_numpy, arrays), **options).numpy()
    assert mine.dtype == theirs.dtype
    np.testing.assert_array_equal(mine, theirs)


GEOMETRIES = [
    {"stride": 1},
    {"stride": 2, "padding": 1},
    {"stride": 3, "padding": 2, "groups": 2},
    {"padding": 4},
]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", GEOMETRIES, ids=str)
def test_convolutions_wrap(dims, dtype, options):
    groups = options.get("groups", 1)
    image = integers((2, 4, 7, 6, 5)[: dims + 2], dtype)
    weight = integers((6, 4 // groups, 3, 2, 3)[: dims + 2], dtype, 1)
    same(f"conv{dims}d", (image, weight, integers(6, dtype, 2)), **options)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", GEOMETRIES[:3], ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
def test_transposed_convolutions_wrap(dims, options, dilation):
    groups = options.get("groups", 1)
    image = integers((2, 6, 5, 4, 3)[: dims + 2], "int64")
    weight = integers((6, 4 // groups, 3, 4, 5)[: dims + 2], "int64", 1)
    same(
        f"conv_transpose{dims}d", (image, weight, integers(4, "int64", 2)),
        dilation=dilation, **options,
    )  # fmt: skip


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": 1},
        {"padding": 1, "count_include_pad": False, "ceil_mode": True},
        {"stride": 1, "divisor_override": 5},
        {"divisor_override": -1},
    ],
    ids=str,
)
def test_averages_round_towards_zero(dims, options):
    if dims == 1 and "divisor_override" in options:
        options = {}
    same(
        f"avg_pool{dims}d",
        (integers((2, 3, 6, 7, 5)[: dims + 2], "int64"),),
        kernel_size=3,
        **options,
    )


def test_the_least_average():
    least = taut.full((1, 1, 2, 2), -(2**62), dtype=taut.int64)
    assert taut.nn.functional.avg_pool2d(least, 1, divisor_override=-1).max() == 2**62
    least = taut.full((1, 1, 1, 1), -(2**63), dtype=taut.int64)
    assert taut.nn.functional.avg_pool2d(least, 1, divisor_override=-1).item() == -(2**63)


def test_windows_of_bools():
    generator = np.random.default_rng(0)
    image = generator.integers(0, 2, (2, 3, 6, 5)).astype(bool)
    same("unfold", (image,), kernel_size=(3, 2), padding=1, stride=2)
    columns = generator.integers(0, 2, (2, 3 * 6, 20)).astype(bool)
    same("fold", (columns,), output_size=(6, 6), kernel_size=(3, 2))


MODES = [
    ("nearest", {}),
    ("nearest-exact", {}),
    *(
        (mode, {"antialias": antialias, "align_corners": corners})
        for mode, antialias, corners in itertools.product(
            ("bilinear", "bicubic"), (False, True), (False, True)
        )
    ),
    ("lanczos", {"antialias": True}),
]


@pytest.mark.parametrize("mode, options", MODES, ids=str)
@pytest.mark.parametrize("channels", [3, 5])
def test_bytes_at_other_sizes(mode, options, channels):
    generator = np.random.default_rng(0)
    for i in range(40):
        sizes = generator.integers(1, 40, 2)
        image = integers((2, channels, *sizes), "uint8", i)
        # PyTorch takes results of width 1 for images with the channels last.
        target = tuple(int(n) for n in generator.integers(2, 40, 2))
        same("interpolate", (image,), size=target, mode=mode, **options)
        factor = tuple(float(f) for f in generator.uniform(0.5, 2.5, 2))
        if mode.startswith("nearest") and min(sizes * factor) >= 1:
            same("interpolate", (image,), scale_factor=factor, mode=mode)


def test_a_kept_size_is_left_alone():
    image = integers((1, 2, 5, 6), "uint8")
    for mode in ("bilinear", "bicubic"):
        same("interpolate", (image,), scale_factor=(1.1, 1.6), mode=mode)
    same("interpolate", (integers((1, 2, 4), "uint8"),), size=7)
    same("interpolate", (integers((1, 2, 3, 4, 5), "uint8"),), size=(5, 2, 9))


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.nn.functional.conv2d(*(lib.ones(1, 1, 2, 2, dtype=lib.bool),) * 2),
        lambda lib: lib.nn.functional.conv_transpose1d(*(lib.ones(1, 1, 2, dtype=lib.bool),) * 2),
        lambda lib: lib.nn.functional.avg_pool2d(lib.ones(1, 1, 2, 2, dtype=lib.int32), 2),
        lambda lib: lib.nn.functional.unfold(lib.ones(1, 1, 2, 2, dtype=lib.int64), 2),
        lambda lib: lib.nn.functional.interpolate(lib.ones(1, 1, 2, dtype=lib.int64), 3),
        lambda lib: lib.nn.functional.interpolate(
            lib.ones(1, 1, 2, dtype=lib.uint8), 3, mode="linear"
        ),
    ],
)
def test_types_without_kernels(call):
    for lib in (torch, taut):
        with pytest.raises(NotImplementedError):
            call(lib)

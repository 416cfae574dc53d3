"""Pooling, windows as columns, and interpolation against torch."""

import itertools
import math

import numpy as np
import pytest
import torch

import taut
from harness import Row, make_tests

PLANES = {1: ((2, 3, 9), (3, 8)), 2: ((2, 3, 7, 8), (3, 5, 6)), 3: ((1, 2, 5, 4, 6), (2, 4, 3, 5))}
INF, NAN = float("inf"), float("nan")


def distinct(m, *shape):
    """Elements of which no two are near: maxima that no rounding moves."""
    values = m.rng.permutation(math.prod(shape)).reshape(shape)
    return values.astype(m.dtype) if m.dtype in ("uint8", "int8") else m.array(values)


def maxima(n):
    def samples(m):
        for shape in PLANES[n]:
            for options in (
                {},
                {"stride": 1},
                {"stride": 2, "padding": 1},
                {"stride": 3, "ceil_mode": True},
                {"dilation": 2, "stride": 1, "padding": 1},
                {"stride": 2, "padding": 1, "ceil_mode": True, "return_indices": True},
            ):
                yield m.args(distinct(m, *shape), 2, **options)
            yield m.args(distinct(m, *shape), (3, 2, 1)[:n], (1, 2, 3)[-n:], (1, 1, 0)[:n])
        yield m.args(m(0, 2, *(4,) * n), 2)
        yield m.args(distinct(m, 2, 300) if n == 1 else distinct(m, 1, *(2,) * (n - 1), 300), 2)
        yield m.args(m.array(np.ones((1, 1, *(4,) * n))), 2, return_indices=True)

    return samples


def strange(n):
    def samples(m):
        values = np.array([NAN, 1, -INF, -INF, INF, NAN, 2, NAN, -INF, -INF, 3, 3])
        x = np.broadcast_to(values, (1, *(3,) * (n - 1), 12)).copy()
        for options in ({}, {"stride": 1, "padding": 1}, {"stride": 3}):
            yield m.args(m.array(x), 2, return_indices=True, **options)

    return samples


def pool_errors(kernels=True):
    def errors(n):
        def make(m):
            x = m(2, 3, *(5,) * n)
            if n != 2 or not kernels:
                yield m.args(m(*(5,) * (n - 1)), 2)
            yield m.args(m(2, 3, *(0,) * n), 2)
            yield m.args(x, (2,) * (n + 1))
            if kernels:
                yield m.args(x, 0)
                yield m.args(x, 2, 0)
                yield m.args(x, 2, 1, 2)
                yield m.args(x, 2, 1, -1)
                yield m.args(x, 7)
                yield m.args(m.bools(2, 3, *(5,) * n), 2)

        return make

    return errors


def averages(n):
    def samples(m):
        for shape, ceil_mode, include in itertools.product(PLANES[n], (False, True), (False, True)):
            tail = (ceil_mode, include)
            yield m.args(m(*shape), 2, None, 0, *tail)
            yield m.args(m(*shape), 2, 2, 1, *tail)
            yield m.args(m(*shape), 3, 2, 1, *tail)
            yield m.args(m(*shape), 3, 1, 1, *tail)
            yield m.args(m(*shape), (3, 2, 1)[:n], (1, 3, 2)[-n:], 0, *tail)
        if n > 1:
            yield m.args(m(*PLANES[n][0]), 2, divisor_override=3)
        yield m.args(m(0, 2, *(4,) * n), 2)
        yield m.args(m(1, 2, *(4,) * n), 2)
        yield m.args(m(1, *(2,) * (n - 1), 300), (1,) * (n - 1) + (2,))

    return samples


def adaptive(n):
    def samples(m):
        for shape in PLANES[n]:
            for size in (1, 2, 3, 11, (None, 2, 3)[-n:], (4, 1, None)[:n]):
                size = size if isinstance(size, int) or n > 1 else size[0]
                if size is not None:
                    yield m.args(distinct(m, *shape), size)
        yield m.args(m(0, 2, *(4,) * n), 2)

    return samples


def nothing(n):
    return lambda m: [m.args(m(2, 3, *(5,) * n), 0)]


def adaptive_errors(n):
    def make(m):
        yield m.args(m(2, 3, *(5,) * n), -1)
        yield m.args(m(*(5,) * (n - 1)), 2)
        yield m.args(m.bools(2, 3, *(5,) * n), 2)

    return make


def norms(n):
    def samples(m):
        for shape in PLANES[n]:
            for p in (1.0, 2.0, 3.5, INF, -INF):
                yield m.args(m(*shape, lo=0.1), p, 2)
                yield m.args(m(*shape, lo=0.1), p, 2, 1, True)
        yield m.args(m.array(np.zeros((1, *(4,) * n))), 2.0, 2)

    return samples


def unpooled(n):
    """Maxima with their own indices, and sizes that the pooling may have come from."""

    def call(lib, x, size=None, **options):
        f = lib.nn.functional
        pooled, index = getattr(f, f"max_pool{n}d")(x, 2, return_indices=True, **options)
        return getattr(f, f"max_unpool{n}d")(pooled, index, 2, output_size=size, **options)

    return call


def unpool_samples(n):
    def samples(m):
        for shape in PLANES[n]:
            yield m.args(distinct(m, *shape), shape[-n:])
            yield m.args(distinct(m, *shape), stride=1, padding=1)
        even = (2, *(4,) * n)
        yield m.args(distinct(m, *even))

    return samples


def unpool_errors(n):
    def make(m):
        x, one = m(1, *(2,) * n), np.zeros((1, *(2,) * n), "int64")
        yield m.args(x, one + 99, 2)
        yield m.args(x, one - 1, 2)
        yield m.args(x, one.astype("int32"), 2)
        yield m.args(x, one[..., :1], 2)
        yield m.args(x, one, 2, output_size=(9,) * n)
        yield m.args(x, one, 2, output_size=(4,) * (n + 1))

    return make


def windows(m):
    for shape in ((2, 3, 6, 7), (3, 5, 5), (0, 3, 5, 5)):
        yield m.args(m(*shape), 2)
        yield m.args(m(*shape), (3, 2), (1, 2), (1, 0), (2, 1))
        yield m.args(m(*shape), 2, 1, 2, 3)
        yield m.args(m(*shape), 1, 1, 3, 1)


def window_errors(m):
    x = m(2, 3, 5, 5)
    yield m.args(x, 7)
    yield m.args(x, 0)
    yield m.args(x, 2, 0)
    yield m.args(x, 2, 1, -1)
    yield m.args(x, 2, 1, 0, 0)
    yield m.args(x, (2, 2, 2))
    yield m.args(x[0, 0], 2)


def columns(m):
    yield m.args(m(2, 12, 16), (5, 5), 2)
    yield m.args(m(12, 16), (5, 5), 2)
    yield m.args(m(2, 12, 4), 4, 2, stride=2)
    yield m.args(m(1, 8, 4), 6, 2, 2, 1, 3)
    yield m.args(m(0, 12, 16), (5, 5), 2)


def column_errors(m):
    yield m.args(m(2, 12, 15), (5, 5), 2)
    yield m.args(m(2, 13, 16), (5, 5), 2)
    yield m.args(m(16), (5, 5), 2)
    yield m.args(m(2, 12, 16), (5, 5), 7)
    yield m.args(m(2, 12, 16), (5, 5, 5), 2)


MODES = {
    1: ("nearest", "nearest-exact", "linear", "area"),
    2: ("nearest", "nearest-exact", "bilinear", "bicubic", "area"),
    3: ("nearest", "nearest-exact", "trilinear", "area"),
}


# PyTorch's gradient of "nearest" in three dimensions is not that of its forward for most factors.
FACTORS = {1: (1.3, 1.9), 2: (1.3, (2.5, 1.9)), 3: ((1, 2, 2),)}


def resized(n):
    shape = {1: (2, 3, 7), 2: (2, 3, 5, 6), 3: (1, 2, 3, 4, 5)}[n]

    def samples(m):
        for mode in MODES[n]:
            targets = [{"size": s} for s in (1, 3, 12, (2, 9, 5)[-n:], shape[2:])]
            targets += [{"scale_factor": f} for f in (2, 0.5, *FACTORS[n])]
            targets += [{"scale_factor": 1.3, "recompute_scale_factor": True}]
            for target in targets:
                yield m.args(m(*shape), mode=mode, **target)
                if "linear" in mode or "cubic" in mode:
                    yield m.args(m(*shape), mode=mode, align_corners=True, **target)
        if n == 2:
            for mode, target in itertools.product(
                ("bilinear", "bicubic", "lanczos"),
                ({"size": 3}, {"size": (11, 4)}, {"scale_factor": 0.4}),
            ):
                yield m.args(m(2, 3, 9, 8), mode=mode, antialias=True, **target)
        yield m.args(m(0, *shape[1:]), size=3)

    return samples


def resize_errors(m):
    x = m(2, 3, 4, 5)
    yield m.args(x)
    yield m.args(x, 3, 2.0)
    yield m.args(x, (3, 3, 3))
    yield m.args(x, None, (2.0,))
    yield m.args(x, 3.5)
    yield m.args(x, 3, mode="linear")
    yield m.args(x, 3, mode="trilinear")
    yield m.args(x, 3, mode="odd")
    yield m.args(x, 3, mode="nearest", align_corners=True)
    yield m.args(x, 3, mode="nearest", antialias=True)
    yield m.args(x, 3, mode="lanczos")
    yield m.args(x, 3, recompute_scale_factor=True)
    yield m.args(x, 0)
    yield m.args(x[0, 0], 3)
    yield m.args(m(2, 0, 4, 5), 3)


F = "nn.functional."
SUMS = {"float32": (1e-5, 1e-5), "float64": (1e-9, 1e-9)}
KERNELS, NO_KERNELS = pool_errors(), pool_errors(False)
ROWS = [
    *(Row(f"{F}max_pool{n}d", maxima(n), dtypes=("float32", "float64", *(("int32", "int64") if n > 1 else ())),
          errors=KERNELS(n)) for n in (1, 2, 3)),
    *(Row(f"{F}max_pool{n}d", strange(n), id=f"max_pool{n}d-strange", grad=()) for n in (2, 3)),
    *(Row(f"{F}avg_pool{n}d", averages(n), tolerance=SUMS, errors=KERNELS(n)) for n in (1, 2, 3)),
    *(Row(f"{F}adaptive_avg_pool{n}d", adaptive(n), tolerance=SUMS, errors=adaptive_errors(n))
      for n in (1, 2, 3)),
    *(Row(f"{F}adaptive_max_pool{n}d", adaptive(n), errors=adaptive_errors(n)) for n in (1, 2, 3)),
    *(Row(f"{F}adaptive_{kind}_pool{n}d", nothing(n), id=f"adaptive_{kind}_pool{n}d-nothing", grad=())
      for kind in ("avg", "max") for n in (1, 2, 3)),
    *(Row(f"{F}lp_pool{n}d", norms(n), tolerance=SUMS) for n in (1, 2, 3)),
    *(Row(f"{F}max_unpool{n}d", unpool_samples(n), fn=unpooled(n), id=f"max_unpool{n}d")
      for n in (1, 2, 3)),
    Row(f"{F}unfold", windows, errors=window_errors),
    Row(f"{F}fold", columns, errors=column_errors),
    *(Row(f"{F}interpolate", resized(n), id=f"interpolate{n}d", tolerance={"float32": (1e-4, 1e-5)},
          errors=resize_errors if n == 2 else None) for n in (1, 2, 3)),
]  # fmt: skip
globals().update(make_tests(ROWS))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpool_errors(n):
    from harness import check_errors

    check_errors(Row(f"{F}max_unpool{n}d", None, errors=unpool_errors(n)), "float32")


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_positions_round_as_pytorch_rounds_them(mode, dtype):
    """Which element is nearest is decided in the element type: all pairs of sizes, and odd factors."""
    for size in range(1, 60):
        x = np.arange(float(size)).reshape(1, 1, -1).astype(dtype)
        targets = [{"size": s} for s in range(1, 80, 3)]
        targets += [{"scale_factor": f} for f in (1.1, 0.7, 1 / 3, 2.3) if int(size * f)]
        for target in targets:
            a, b = (
                lib.nn.functional.interpolate(lib.from_numpy(x), mode=mode, **target).numpy()
                for lib in (taut, torch)
            )
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4, err_msg=f"{size} {target}")


def test_threads_do_not_change_results():
    x = taut.randn(8, 16, 33, 34)
    functions = (
        lambda: taut.nn.functional.max_pool2d(x, 3, 2, 1),
        lambda: taut.nn.functional.avg_pool2d(x, 3, 2, 1),
        lambda: taut.nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear"),
        lambda: taut.nn.functional.unfold(x, 3),
    )
    before = taut.get_num_threads()
    try:
        for f in functions:
            results = []
            for threads in (1, 3):
                taut.set_num_threads(threads)
                results.append(f().numpy())
            np.testing.assert_array_equal(*results)
    finally:
        taut.set_num_threads(before)

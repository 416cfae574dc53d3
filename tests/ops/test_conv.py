"""Convolutions and their transposes against torch."""

import itertools

import numpy as np
import pytest
import torch

import taut
from harness import Row, make_tests, to_numpy

# (input without batch, weight, options); all with and without bias and batch.
SHAPES = {
    1: [
        ((3, 10), (4, 3, 3), {}),
        ((3, 10), (4, 3, 3), {"stride": 2, "padding": 1}),
        ((4, 9), (6, 2, 2), {"groups": 2, "dilation": 3}),
        ((4, 40), (4, 1, 5), {"groups": 4, "padding": 2}),
        ((2, 7), (3, 2, 4), {"padding": "same"}),
        ((2, 7), (3, 2, 4), {"padding": "valid"}),
        ((2, 1), (3, 2, 1), {}),
    ],
    2: [
        ((3, 6, 5), (4, 3, 3, 3), {}),
        ((1, 9, 20), (6, 1, 5, 5), {"padding": 2}),
        ((2, 7, 8), (5, 2, 3, 2), {"stride": (2, 3), "padding": (1, 0)}),
        ((2, 9, 9), (3, 2, 3, 3), {"dilation": (2, 3), "padding": 2}),
        ((6, 5, 5), (9, 2, 3, 3), {"groups": 3, "padding": 1}),
        ((4, 6, 18), (8, 1, 3, 3), {"groups": 4, "padding": 1}),
        ((20, 4, 5), (17, 20, 1, 1), {}),
        ((20, 5, 4), (17, 20, 1, 1), {"stride": 2}),
        ((2, 5, 6), (3, 2, 3, 4), {"padding": "same", "dilation": 2}),
        ((2, 3, 3), (3, 2, 2, 2), {"stride": 3, "padding": 1}),
        ((1, 2, 2), (1, 1, 5, 5), {"padding": 4}),
    ],
    3: [
        ((2, 4, 5, 3), (3, 2, 2, 3, 2), {}),
        ((2, 5, 4, 6), (4, 1, 3, 3, 3), {"groups": 2, "padding": 1, "stride": (2, 1, 2)}),
        ((1, 5, 5, 5), (2, 1, 2, 2, 2), {"dilation": 2, "padding": "same"}),
    ],
}
TRANSPOSED = {
    1: [
        ((3, 5), (3, 4, 3), {}),
        ((3, 5), (3, 4, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
        ((4, 5), (4, 3, 2), {"groups": 2, "dilation": 3, "stride": 3, "output_padding": 2}),
    ],
    2: [
        ((3, 4, 5), (3, 2, 3, 3), {}),
        ((2, 3, 4), (2, 4, 3, 2), {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 0)}),
        ((4, 3, 3), (4, 2, 2, 3), {"groups": 2, "stride": 3, "dilation": (1, 2)}),
        ((4, 3, 17), (4, 1, 3, 3), {"groups": 4, "padding": 1}),
        ((2, 2, 2), (2, 3, 1, 1), {"stride": 3}),
    ],
    3: [
        ((2, 2, 3, 2), (2, 3, 2, 2, 3), {"stride": 2}),
        (
            (2, 2, 2, 2),
            (2, 1, 3, 2, 2),
            {"groups": 2, "padding": 1, "output_padding": 1, "stride": 2},
        ),
    ],
}


def samples(shapes, transposed):
    def make(m):
        for (x, w, options), bias, batch in itertools.product(shapes, (False, True), (None, 2)):
            out = w[1] * options.get("groups", 1) if transposed else w[0]
            size = x if batch is None else (batch, *x)
            args = (m(*size), m(*w), m(out) if bias else None)
            yield m.args(*args, **options)
        x, w, options = shapes[0]
        yield m.args(m(0, *x), m(*w))
        yield m.args(m(5, *x), m(*w), None, 1, 0)

    return make


def errors(dims):
    def make(m):
        one = (1,) * dims
        image, kernel = (6,) * dims, (3,) * dims
        x, w = m(2, 4, *image), m(3, 4, *kernel)
        yield m.args(m(4), w)
        yield m.args(m(1, 2, 4, *image), w)
        yield m.args(x, m(3, 2, *kernel))
        yield m.args(x, w, m(4))
        yield m.args(x, w, m(3, 1))
        yield m.args(x, w, None, 0)
        yield m.args(x, w, None, (1,) * (dims + 1))
        yield m.args(x, w, None, 1, -1)
        yield m.args(x, w, None, 1, 0, 0)
        yield m.args(x, w, None, 1, "middle")
        yield m.args(x, w, None, 2, "same")
        yield m.args(x, m(3, 4, *(7,) * dims))
        yield m.args(x, m(3, 2, *kernel), None, 1, 0, 1, 2)
        yield m.args(x, w, None, 1, 0, 1, 0)
        yield m.args(x, m(1, 2, *one), None, 1, 0, 1, 2)
        yield m.args(x, m(3, 4, *kernel, dtype="float64"))
        yield m.args(x, w, m(3, dtype="float64"))
        yield m.args(m.bools(2, 4, *image), m.bools(3, 4, *kernel))
        yield m.args(m(2, 4, *(0,) * dims), w, None, 1, 3)

    return make


def transposed_errors(dims):
    def make(m):
        image, kernel = (4,) * dims, (3,) * dims
        x, w = m(2, 4, *image), m(4, 3, *kernel)
        yield m.args(m(4), w)
        yield m.args(x, m(3, 4, *kernel))
        yield m.args(x, w, m(4))
        yield m.args(x, w, None, 0)
        yield m.args(x, w, None, 1, -1)
        yield m.args(x, w, None, 1, 0, 1)
        yield m.args(x, w, None, 1, 0, -1)
        yield m.args(x, w, None, 1, 0, 0, 3)
        yield m.args(x, w, None, 1, 0, 0, 1, 0)

    return make


LOOSE = {"float32": (1e-5, 1e-4), "float64": (1e-10, 1e-10)}
ROWS = [
    Row(f"nn.functional.conv{n}d", samples(SHAPES[n], False), tolerance=LOOSE, errors=errors(n))
    for n in (1, 2, 3)
] + [
    Row(
        f"nn.functional.conv_transpose{n}d",
        samples(TRANSPOSED[n], True),
        tolerance=LOOSE,
        errors=transposed_errors(n),
    )
    for n in (1, 2, 3)
]
globals().update(make_tests(ROWS))


# Every path of the kernels, on shapes large enough for several blocks, bit for bit on any number of
# threads: (input, weight, options).
LARGE = {
    "tiles": ((3, 40, 30, 33), (50, 40, 3, 3), {"padding": 1}),
    "several blocks of steps": ((2, 70, 17, 16), (20, 70, 3, 3), {}),
    "samples together": ((40, 30, 5, 5), (70, 30, 3, 3), {"padding": 1}),
    "phases": ((4, 16, 31, 30), (24, 16, 3, 3), {"stride": 2, "padding": 1}),
    "direct": ((9, 3, 28, 40), (7, 3, 5, 5), {"padding": 2}),
    "each channel": ((9, 37, 28, 40), (37, 1, 3, 3), {"padding": 1, "groups": 37}),
    "one image": ((1, 8, 90, 120), (16, 8, 3, 3), {"padding": 1}),
    "long": ((2, 8, 5000), (16, 8, 7), {"padding": 3, "stride": 2}),
    "blocks of taps": ((3, 300, 9, 14), (40, 300, 3, 3), {"padding": 1}),
    "weights turned once": ((70, 300, 7, 7), (40, 300, 3, 3), {"padding": 1}),
    "cut along the depth": ((2, 8, 6, 7, 20), (24, 8, 3, 3, 3), {"padding": 2, "dilation": 2}),
    "mostly padding": ((2, 8, 3, 20), (24, 8, 7, 3), {"padding": (6, 1)}),
    "wide weights": ((2, 300, 4, 4), (260, 300, 3, 3), {"padding": 1}),
}


def one_step(lib, x, w, options, threads):
    before = lib.get_num_threads()
    lib.set_num_threads(threads)
    try:
        bias = np.linspace(-1, 1, w.shape[0]).astype(x.dtype)
        leaves = [lib.from_numpy(a.copy()).requires_grad_() for a in (x, w, bias)]
        out = getattr(lib, f"conv{x.ndim - 2}d")(*leaves, **options)
        cotangent = np.random.default_rng(2).standard_normal(tuple(out.shape)).astype(x.dtype)
        out.backward(lib.from_numpy(cotangent))
        return [t.detach().numpy() for t in (out, *(leaf.grad for leaf in leaves))]
    finally:
        lib.set_num_threads(before)


@pytest.mark.parametrize("case", LARGE)
def test_paths_and_threads(case):
    size, weight, options = LARGE[case]
    rng = np.random.default_rng(1)
    x, w = (rng.standard_normal(s).astype("float32") for s in (size, weight))
    one, several = (one_step(taut, x, w, options, n) for n in (1, 3))
    exact = one_step(torch, x.astype("float64"), w.astype("float64"), options, 1)
    for a, b, expected in zip(one, several, exact):
        np.testing.assert_array_equal(a, b)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(a, expected, rtol=0, atol=2e-6 * max(scale, 1) * 10)


def test_gradients_add_into_the_parameter():
    """Two uses of one weight: the second adds into the memory of the first."""
    w = taut.randn(3, 2, 3, 3, requires_grad=True)
    x, z = taut.randn(2, 2, 6, 6), taut.randn(2, 3, 6, 6)
    w.grad = taut.ones(3, 2, 3, 3)
    memory = w.grad.data_ptr()
    (taut.conv2d(x, w).sum() + taut.conv_transpose2d(z, w).sum()).backward()
    assert w.grad.data_ptr() == memory
    v = torch.tensor(to_numpy(w), requires_grad=True)
    x, z = (torch.tensor(to_numpy(t)) for t in (x, z))
    (torch.conv2d(x, v).sum() + torch.conv_transpose2d(z, v).sum()).backward()
    np.testing.assert_allclose(to_numpy(w.grad), v.grad.numpy() + 1, rtol=1e-4, atol=1e-4)


def test_infinities_stay_where_they_are():
    """Lanes past the end of a line take no part, whatever they hold."""
    for shape, weight, groups in (
        ((1, 2, 6, 5), (2, 1, 3, 3), 2),
        ((1, 2, 6, 5), (20, 2, 3, 3), 1),
    ):
        x = np.ones(shape, "float32")
        x[0, 1, 3, 0] = np.inf
        w = np.random.default_rng(0).standard_normal(weight).astype("float32")
        results = []
        for lib in (taut, torch):
            a, b = (lib.from_numpy(v.copy()).requires_grad_() for v in (x, w))
            out = lib.conv2d(a, b, padding=1, groups=groups)
            out.sum().backward()
            results.append([t.detach().numpy() for t in (out, a.grad, b.grad)])
        for ours, theirs in zip(*results):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_third_order():
    def program(lib):
        rng = np.random.default_rng(3)
        x, w = (lib.tensor(rng.standard_normal(s).tolist(), dtype=lib.float64, requires_grad=True)
                for s in ((2, 2, 5, 4), (3, 2, 3, 2)))  # fmt: skip
        value = lib.conv2d(x, w, stride=(2, 1), padding=1).pow(3).sum()
        for _ in range(2):
            value = sum((g * g).sum() for g in lib.autograd.grad(value, (x, w), create_graph=True))
        return [to_numpy(g) for g in lib.autograd.grad(value, (x, w))]

    for ours, theirs in zip(program(taut), program(torch)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8)

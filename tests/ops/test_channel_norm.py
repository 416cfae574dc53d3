"""Batch, instance and group norm where planes are long, many, or far from 0, against torch."""

import numpy as np
import pytest
import torch

import taut
from harness import to_numpy

# Planes of one element, of less than a vector, of several blocks; more planes than a chunk has.
SHAPES = [(70, 130), (3, 4, 2), (2, 6, 1500), (5, 4, 33, 31), (600, 4, 9)]
NORMS = {
    "batch": lambda f, x, w, b, m, v: f.batch_norm(x, m, v, w, b, True),
    "given": lambda f, x, w, b, m, v: f.batch_norm(x, m, v, w, b, False),
    "instance": lambda f, x, w, b, m, v: f.instance_norm(x, m, v, w, b),
    "group": lambda f, x, w, b, m, v: f.group_norm(x, 2, w, b),
}


def outcome(lib, name, shape, dtype, mean=0.0):
    rng = np.random.default_rng(4)

    def vector(lo):
        return lib.from_numpy(rng.uniform(lo, 2, shape[1]).astype(dtype))

    x = lib.from_numpy((rng.standard_normal(shape) + mean).astype(dtype)).requires_grad_()
    w, b = vector(-1).requires_grad_(), vector(-1).requires_grad_()
    m, v = vector(0), vector(1)
    out = NORMS[name](lib.nn.functional, x, w, b, m, v)
    (out * lib.linspace(-1, 1, out.numel(), dtype=out.dtype).view(out.shape)).sum().backward()
    return [to_numpy(t) for t in (out, x.grad, w.grad, b.grad, m, v)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "shape"),
    [(n, s) for n in NORMS for s in SHAPES if n != "instance" or len(s) > 2],  # one value: an error
    ids=str,
)
def test_values_and_gradients_of_large_ones(name, shape, dtype):
    ours, theirs = (outcome(lib, name, shape, dtype) for lib in (taut, torch))
    rtol, atol = (1e-3, 1e-3) if dtype == "float32" else (1e-9, 1e-9)
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", ["batch", "instance", "group"])
def test_values_far_from_zero(name):
    """A mean of 1000 deviations costs digits of the input, none of the result."""
    x = np.random.default_rng(4).standard_normal((4, 6, 700)) + 1000
    x = x.astype("float32").astype("float64")  # what float32 holds

    def run(dtype):
        t = taut.from_numpy(x.astype(dtype))
        return to_numpy(NORMS[name](taut.nn.functional, t, None, None, None, None))

    np.testing.assert_allclose(run("float32"), run("float64"), atol=1e-4)


@pytest.mark.parametrize("name", NORMS)
def test_gradients_add_into_what_is_there(name):
    shape = (3, 4, 5)
    x, w, b = (taut.randn(s, requires_grad=True) for s in (shape, 4, 4))
    m, v = taut.randn(4), taut.rand(4) + 1
    out = NORMS[name](taut.nn.functional, x, w, b, m, v).square().sum()
    out.backward(retain_graph=True)
    grads = [t.grad for t in (x, w, b)]
    once = [to_numpy(g) for g in grads]
    out.backward()
    assert all(t.grad is g for t, g in zip((x, w, b), grads))
    for before, now in zip(once, grads):
        np.testing.assert_allclose(to_numpy(now), 2 * before, rtol=1e-5, atol=1e-5)


def test_running_moments_may_move_on():
    """Backward uses those of forward."""
    grads = []
    for moved in (False, True):
        taut.manual_seed(0)
        x, m, v = taut.randn(3, 4, 5, requires_grad=True), taut.randn(4), taut.rand(4) + 1
        w = taut.ones(4, requires_grad=True)
        out = taut.nn.functional.batch_norm(x, m, v, w)
        if moved:
            m.add_(1), v.add_(1)
        out.square().sum().backward()
        grads.append([to_numpy(x.grad), to_numpy(w.grad)])
    for a, b in zip(*grads):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", NORMS)
def test_threads_change_no_bit(name):
    threads, results = taut.get_num_threads(), []
    try:
        for count in (1, 2):
            taut.set_num_threads(count)
            results.append(outcome(taut, name, (40, 16, 20, 20), "float32"))
    finally:
        taut.set_num_threads(threads)
    for a, b in zip(*results):
        np.testing.assert_array_equal(a, b)


def test_weights_must_have_one_element_per_channel():
    f, x = taut.nn.functional, taut.ones(2, 4, 3)
    for norm in (lambda w: f.group_norm(x, 2, w), lambda w: f.instance_norm(x, weight=w)):
        with pytest.raises(RuntimeError, match="4 elements"):
            norm(taut.ones(3))

"""Softmax and log_softmax along dimensions that are not the last, against torch."""

import numpy as np
import pytest
import torch

import taut
from harness import to_numpy

# Columns below and above a vector and a block; rows below, at and above the four taken at once.
SHAPES = [
    ((3, 15), 0),
    ((4, 16), 0),
    ((9, 130), 0),
    ((2, 7, 5, 33), 1),
    ((1100, 70), 0),
    ((6, 1030), 0),
]
SPECIAL = {"plain": None, "-inf": -np.inf, "inf": np.inf, "nan": np.nan}


def outcome(lib, name, values, dim, swapped):
    x = lib.from_numpy(values.swapaxes(0, -1).copy() if swapped else values).requires_grad_()
    seen = x.transpose(0, -1) if swapped else x
    y = getattr(lib.nn.functional, name)(seen, dim)
    x.grad = lib.ones_like(x)
    cotangent = np.random.default_rng(2).standard_normal(values.shape).astype(values.dtype)
    y.backward(lib.from_numpy(cotangent))
    return to_numpy(y), to_numpy(x.grad)


@pytest.mark.parametrize("swapped", [False, True], ids=["contiguous", "transposed"])
@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "dim"), SHAPES, ids=str)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_values_and_gradients(name, shape, dim, dtype, special, swapped):
    rng = np.random.default_rng(1)
    x = 3 * rng.standard_normal(shape).astype(dtype)
    if SPECIAL[special] is not None:
        x[rng.random(shape) < 0.1] = SPECIAL[special]
    tol = 1e-4 if dtype == "float32" else 1e-11
    ours, theirs = (outcome(lib, name, x, dim, swapped) for lib in (taut, torch))
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=tol, atol=tol)


def test_values_do_not_depend_on_threads():
    x = taut.randn(40, 9000)
    before = taut.get_num_threads()
    try:
        results = []
        for threads in (1, 2):
            taut.set_num_threads(threads)
            results.append(to_numpy(x.softmax(0)))
    finally:
        taut.set_num_threads(before)
    np.testing.assert_array_equal(*results)

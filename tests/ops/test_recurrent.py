"""Recurrent networks and their cells against torch."""

import numpy as np
import pytest
import torch

import taut
from harness import FLOATS, Row, make_tests, to_numpy

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def weights(m, gates, width, size, *, layers=1, directions=1, biases=True, projected=0):
    """The parameters of all layers in torch's order."""
    each, out = [], projected or width
    for layer in range(layers):
        for _ in range(directions):
            each += [m(gates * width, size if layer == 0 else out * directions, lo=-1, hi=1)]
            each += [m(gates * width, out, lo=-1, hi=1)]
            each += [m(gates * width, lo=-1, hi=1) for _ in range(2 * biases)]
            each += [m(out, width, lo=-1, hi=1)] * (projected > 0)
    return each


def state(m, name, *sizes, projected=0):
    h = m(*sizes[:-1], projected or sizes[-1], lo=-1, hi=1)
    return (h, m(*sizes, lo=-1, hi=1)) if name == "lstm" else h


def padded(name):
    def samples(m):
        #   steps batch size width layers directions biases batch_first
        for t, b, i, n, layers, directions, biases, first in (
            (1, 1, 1, 1, 1, 1, True, False),
            (3, 1, 2, 1, 1, 1, True, True),
            (3, 8, 2, 1, 1, 1, True, False),
            (4, 2, 3, 5, 1, 1, True, False),
            (4, 7, 3, 17, 1, 1, False, True),
            (2, 2, 3, 5, 2, 2, True, False),
            (3, 6, 3, 4, 2, 2, True, True),
            (2, 0, 3, 4, 1, 1, True, False),
        ):
            options = dict(layers=layers, directions=directions, biases=biases)
            params = weights(m, GATES[name], n, i, **options)
            x = m(b, t, i) if first else m(t, b, i)
            hx = state(m, name, layers * directions, b, n)
            yield m.args(x, hx, params, biases, layers, 0.0, True, directions == 2, first)

    return samples


def projected(m):
    for t, b, layers, directions, biases, p in (
        (3, 2, 1, 1, True, 2), (2, 7, 2, 2, True, 3), (2, 3, 1, 1, False, 1)
    ):  # fmt: skip
        options = dict(layers=layers, directions=directions, biases=biases)
        params = weights(m, 4, 4, 3, projected=p, **options)
        hx = state(m, "lstm", layers * directions, b, 4, projected=p)
        yield m.args(m(t, b, 3), hx, params, biases, layers, 0.0, True, directions == 2, False)


def packed(name):
    def samples(m):
        for sizes, layers, directions, biases in (
            ([3, 2, 1], 1, 1, True), ([7, 7, 5, 1], 2, 2, True), ([2], 1, 2, False)
        ):  # fmt: skip
            options = dict(layers=layers, directions=directions, biases=biases)
            params = weights(m, GATES[name], 5, 3, **options)
            hx = state(m, name, layers * directions, sizes[0], 5)
            rows, sizes = m(sum(sizes), 3), m.array(sizes, "int64")
            yield m.args(rows, sizes, hx, params, biases, layers, 0.0, True, directions == 2)

    return samples


def bad_networks(name):
    def samples(m):
        params, hx = weights(m, GATES[name], 5, 3), state(m, name, 1, 2, 5)
        options = (True, 1, 0.0, True, False, False)
        yield m.args(m(4, 2, 4), hx, params, *options)
        yield m.args(m(4, 2, 3), hx, params[:3], *options)
        yield m.args(m(4, 2, 3), state(m, name, 2, 2, 5), params, *options)
        yield m.args(m(0, 2, 3), hx, params, *options)

    return samples


def cells(name):
    def samples(m):
        for b, i, n, biases in (
            (1, 1, 1, True),
            (2, 3, 5, True),
            (0, 3, 5, True),
            (9, 4, 17, False),
        ):
            params = weights(m, GATES[name], n, i, biases=biases)
            yield m.args(m(b, i), state(m, name, b, n), *params)

    return samples


def bad_cells(name):
    def samples(m):
        params = weights(m, GATES[name], 5, 3)
        yield m.args(m(2, 4), state(m, name, 2, 5), *params)
        yield m.args(m(2, 3), state(m, name, 2, 4), *params)
        yield m.args(m(2, 3), state(m, name, 3, 5), *params)

    return samples


# torch's LSTM of float32 accepts what does not fit; errors are tested in the first type.
TYPES = FLOATS[::-1]
ROWS = [
    *(Row(name, padded(name), dtypes=TYPES, errors=bad_networks(name)) for name in GATES),
    # torch reads batch_sizes as if they lay together.
    *(Row(name, packed(name), id=f"{name}, packed", layouts=False) for name in GATES),
    *(Row(f"{name}_cell", cells(name), errors=bad_cells(name)) for name in GATES),
    Row("lstm", projected, id="lstm, projected"),
]
globals().update(make_tests(ROWS))


def network(lib, dtype=np.float32, steps=6, batch=10, width=8):
    """An LSTM of two layers and two directions, everything with a gradient."""
    rng = np.random.default_rng(3)

    def random(*shape):
        return lib.from_numpy(rng.uniform(-1, 1, shape).astype(dtype)).requires_grad_()

    def params(size):
        return [
            random(4 * width, size),
            random(4 * width, width),
            random(4 * width),
            random(4 * width),
        ]

    each = params(width) + params(width) + params(2 * width) + params(2 * width)
    x, h, c = random(steps, batch, width), random(4, batch, width), random(4, batch, width)
    return x, (h, c), each


def run(lib, x, hx, params, dropout=0.0):
    return lib.lstm(x, hx, params, True, 2, dropout, True, True, False)


@pytest.mark.parametrize("dtype", FLOATS)
def test_gradients_add_into_what_is_there(dtype):
    grads = []
    for lib in (taut, torch):
        x, hx, params = network(lib, dtype)
        leaves = [x, *hx, *params]
        for leaf in leaves:
            leaf.grad = lib.ones_like(leaf)
        before = [leaf.grad for leaf in leaves]
        for scale in (1.0, -0.5):
            (run(lib, x, hx, params)[0] * scale).sum().backward()
        assert all(leaf.grad is grad for leaf, grad in zip(leaves, before))
        grads.append([to_numpy(leaf.grad) for leaf in leaves])
    for ours, theirs in zip(*grads):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_only_some_gradients():
    x, hx, params = network(taut)
    run(taut, x, hx, params)[0].sum().backward()
    whole = [p.grad for p in params]
    for i in range(len(params)):
        given = [p.detach().requires_grad_(i == j) for j, p in enumerate(params)]
        run(taut, x.detach(), [t.detach() for t in hx], given)[0].sum().backward()
        assert [p.grad is not None for p in given] == [i == j for j in range(len(params))]
        assert taut.equal(given[i].grad, whole[i])


def test_gradients_of_the_last_states_alone():
    grads = []
    for lib in (taut, torch):
        x, hx, params = network(lib)
        run(lib, x, hx, params)[2].square().sum().backward()
        grads.append([to_numpy(t.grad) for t in (x, *hx, *params)])
    for ours, theirs in zip(*grads):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_one_parameter_for_two_layers():
    """Both uses add into the one gradient."""
    grads = []
    for lib in (taut, torch):
        x, (h, c), params = network(lib)
        twice = params[:4] * 2
        lib.lstm(x, (h[:2], c[:2]), twice, True, 2, 0.0, True, False, False)[0].sum().backward()
        grads.append([to_numpy(p.grad) for p in params[:4]])
    for ours, theirs in zip(*grads):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_dropout_between_layers_keeps_the_stream():
    outs = []
    for lib in (taut, torch):
        lib.manual_seed(5)
        outs.append(to_numpy(run(lib, *network(lib), dropout=0.4)[0]))
    np.testing.assert_allclose(*outs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("steps", "batch", "width"), [(3, 64, 96), (2, 64, 96), (40, 1, 512)])
def test_threads_change_no_bit(steps, batch, width):
    results = []
    threads = taut.get_num_threads()
    try:
        for count in (1, 2):
            taut.set_num_threads(count)
            x, hx, params = network(taut, np.float32, steps, batch, width)
            out, h, c = run(taut, x, hx, params)
            (out.sum() + h.sum() + c.sum()).backward()
            results.append([out, h, c, *(t.grad for t in (x, *hx, *params))])
    finally:
        taut.set_num_threads(threads)
    for a, b in zip(*results):
        assert taut.equal(a, b)


@pytest.mark.parametrize("name", GATES)
def test_cell_is_a_step_of_the_network(name):
    m = np.random.default_rng(0)
    make = lambda *s: taut.from_numpy(m.uniform(-1, 1, s).astype("float32"))  # noqa: E731
    n, gates = 6, GATES[name]
    params = [make(gates * n, 3), make(gates * n, n), make(gates * n), make(gates * n)]
    x, h, c = make(1, 2, 3), make(1, 2, n), make(1, 2, n)
    out = getattr(taut, name)(
        x, (h, c) if name == "lstm" else h, params, True, 1, 0.0, False, False, False
    )
    step = getattr(taut, f"{name}_cell")(x[0], (h[0], c[0]) if name == "lstm" else h[0], *params)
    last = step if name == "lstm" else (step,)
    for a, b in zip(out[1:], last):
        np.testing.assert_allclose(to_numpy(a[0]), to_numpy(b), rtol=1e-6, atol=1e-6)

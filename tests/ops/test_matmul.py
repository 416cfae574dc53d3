"""Products of matrices and vectors, in every shape and layout; what a step with a tied weight takes."""

import numpy as np
import pytest
import torch

import taut
from harness import ALL, FLOATS, INTEGERS, NUMBERS, Row, make_tests

LOOSE = {"float32": (1e-4, 1e-4), "float64": (1e-7, 1e-7)}
SIZES = [
    (1, 1, 1),
    (2, 3, 4),
    (5, 1, 7),
    (1, 8, 3),
    (4, 6, 1),
    (13, 17, 33),
    (24, 64, 96),
    (31, 300, 66),
]


def pairs(*shapes):
    return lambda m: [m.args(m(*a), m(*b)) for a, b in shapes]


def mm(m):
    for rows, inner, cols in SIZES:
        yield m.args(m(rows, inner), m(inner, cols))
    yield m.args(m(0, 3), m(3, 2))
    yield m.args(m(3, 0), m(0, 2))
    yield m.args(m(3, 2), m(2, 0))


def matmul(m):
    for a, b in [
        ((4,), (4,)),
        ((3, 4), (4,)),
        ((4,), (4, 5)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 4), (4,)),
        ((4,), (2, 4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 1, 3, 4), (6, 4, 5)),
        ((1, 3, 4), (5, 4, 2)),
        ((3, 4), (2, 4, 5)),
        ((0, 3, 4), (0, 4, 5)),
        ((2, 0, 4), (4, 5)),
        ((2, 3, 0), (0, 5)),
    ]:
        yield m.args(m(*a), m(*b))


def linear(m):
    for x, out in [
        ((4,), 3),
        ((2, 4), 8),
        ((2, 3, 4), 5),
        ((64, 33), 17),
        ((0, 4), 3),
        ((2, 4), 0),
    ]:
        yield m.args(m(*x), m(out, x[-1]))
        yield m.args(m(*x), m(out, x[-1]), m(out))


def added(c, a, b):
    def make(m):
        yield m.args(m(*c), m(*a), m(*b))
        yield m.args(m(c[-1]), m(*a), m(*b))
        if m.dtype in FLOATS:
            yield m.args(m(*c), m(*a), m(*b), beta=0.5, alpha=-2.0)
        else:
            yield m.args(m(*c), m(*a), m(*b), beta=2, alpha=-3)

    return make


def addmm(m):
    yield from added((2, 4), (2, 3), (3, 4))(m)
    yield m.args(m(1, 4), m(2, 3), m(3, 4), beta=3)
    yield m.args(m(2, 1), m(2, 3), m(3, 4), alpha=2)
    yield m.args(m(), m(2, 3), m(3, 4))
    yield m.args(m(2, 4), m(2, 0), m(0, 4), beta=2)
    yield m.args(m(4), m(2, 0), m(0, 4))
    yield m.args(m(0, 4), m(0, 3), m(3, 4))


def baddbmm(m):
    yield from added((5, 2, 4), (5, 2, 3), (5, 3, 4))(m)
    yield m.args(m(5, 1, 4), m(5, 2, 3), m(5, 3, 4), beta=2)
    yield m.args(m(0, 2, 4), m(0, 2, 3), m(0, 3, 4))


def addbmm(m):
    yield from added((2, 4), (5, 2, 3), (5, 3, 4))(m)
    yield m.args(m(2, 4), m(0, 2, 3), m(0, 3, 4), beta=2)


def whole(samples):
    """Those samples whose first operand has the shape of the result: for the in-place form."""
    shapes = {"addmm": lambda a, b: (a[0], b[1]), "baddbmm": lambda a, b: (*a[:2], b[2])}
    f = shapes[samples.__name__]
    return lambda m: [
        c for c in samples(m) if c.args[0].shape == f(c.args[1].shape, c.args[2].shape)
    ]


def einsum(m):
    yield m.args("ij,jk->ik", m(2, 3), m(3, 4))
    yield m.args("ij,jk", m(2, 3), m(3, 4))
    yield m.args("bij,bjk->bik", m(5, 2, 3), m(5, 3, 4))
    yield m.args("ii->i", m(3, 3))
    yield m.args("ii", m(3, 3))
    yield m.args("i,j->ij", m(2), m(3))
    yield m.args("i,i", m(3), m(3))
    yield m.args("...ij,...jk->...ik", m(2, 1, 2, 3), m(4, 3, 2))
    yield m.args("a...b->...ab", m(2, 3, 4))
    yield m.args("ij,kj->", m(2, 3), m(4, 3))
    yield m.args("bn,anm,bm->ba", m(2, 5), m(3, 5, 4), m(2, 4))
    yield m.args("iij,jk->ik", m(3, 3, 2), m(2, 4))
    yield m.args(" i j , j k -> k i", m(2, 3), m(3, 4))
    yield m.args(m(2, 3), [0, 1], m(3, 4), [1, 2], [2, 0])
    yield m.args("ij,jk->ik", m(0, 3), m(3, 4))


def einsum_errors(m):
    yield m.args("ij,jk->ik", m(2, 3))
    yield m.args("ij->ik", m(2, 3))
    yield m.args("ij->ii", m(2, 3))
    yield m.args("ijk->i", m(2, 3))
    yield m.args("i1->i", m(2, 3))
    yield m.args("ij,jk->ik", m(2, 3), m(4, 2))
    yield m.args("ii->i", m(2, 3))


def tensordot(m):
    yield m.args(m(2, 3, 4), m(3, 4, 5))
    yield m.args(m(2, 3, 4), m(4, 5), 1)
    yield m.args(m(2, 3), m(4, 5), 0)
    yield m.args(m(3, 4, 5), m(4, 3, 2), ([1, 0], [0, 1]))


def mismatched(m):
    yield m.args(m(2, 3), m(4, 5))
    yield m.args(m(2, 3), m(3, 4, dtype="int64"))


ROWS = [
    Row(
        "mm",
        mm,
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=lambda m: [*mismatched(m), m.args(m(2), m(2, 3))],
    ),
    Row(
        "matmul",
        matmul,
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=lambda m: [*mismatched(m), m.args(m(), m(2))],
    ),
    Row(
        "bmm",
        pairs(((3, 2, 4), (3, 4, 5)), ((9, 30, 20), (9, 20, 40)), ((0, 2, 3), (0, 3, 2))),
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=pairs(((2, 3, 4), (3, 4, 5)), ((2, 3), (3, 4))),
    ),
    Row(
        "mv",
        pairs(((3, 4), (4,)), ((70, 129), (129,)), ((0, 4), (4,))),
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=pairs(((3, 4), (3,)), ((3,), (3,))),
    ),
    Row(
        "dot",
        pairs(((4,), (4,)), ((1000,), (1000,)), ((0,), (0,))),
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=pairs(((3,), (4,)), ((3, 3), (3,))),
    ),
    Row("outer", pairs(((3,), (4,)), ((0,), (4,))), dtypes=NUMBERS, errors=pairs(((3, 3), (3,)))),
    Row(
        "inner",
        pairs(((4,), (4,)), ((2, 3, 4), (5, 4)), ((), (3,))),
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=pairs(((3,), (4,))),
    ),
    Row(
        "addmm",
        addmm,
        out=True,
        method="addmm",
        dtypes=NUMBERS,
        tolerance=LOOSE,
        errors=lambda m: [m.args(m(3, 4), m(2, 3), m(3, 4)), m.args(m(2, 4), m(2, 3), m(4, 4))],
    ),
    Row("baddbmm", baddbmm, out=True, method="baddbmm", tolerance=LOOSE),
    Row("addbmm", addbmm, out=True, method="addbmm", tolerance=LOOSE),
    Row("addmv", added((2,), (2, 3), (3,)), out=True, method="addmv", tolerance=LOOSE),
    Row("addr", added((2, 4), (2,), (4,)), dtypes=ALL, out=True, method="addr", tolerance=LOOSE),
    Row(
        "addr",
        lambda m: [m.args(m(2, 4, dtype="bool"), m(2, dtype="int8"), m(4))],
        id="addr of several types",
        dtypes=ALL,
        grad=(),
        tolerance=LOOSE,
    ),
    Row("addmm", whole(addmm), id="addmm_", inplace="addmm_", tolerance=LOOSE),
    Row("baddbmm", whole(baddbmm), id="baddbmm_", inplace="baddbmm_", tolerance=LOOSE),
    Row(
        "addbmm",
        lambda m: [c for c in addbmm(m) if c.args[0].ndim == 2],
        id="addbmm_",
        inplace="addbmm_",
        tolerance=LOOSE,
    ),
    Row(
        "addmv",
        lambda m: [m.args(m(2), m(2, 3), m(3), beta=2, alpha=0.5)],
        id="addmv_",
        inplace="addmv_",
        tolerance=LOOSE,
    ),
    Row(
        "addr",
        lambda m: [m.args(m(2, 4), m(2), m(4), beta=2, alpha=0.5)],
        id="addr_",
        inplace="addr_",
        tolerance=LOOSE,
    ),
    Row(
        "nn.functional.linear",
        linear,
        tolerance=LOOSE,
        errors=lambda m: [
            m.args(m(2, 3), m(4, 5)),
            m.args(m(2, 3), m(4, 3), m(5)),
            m.args(m(2, 3), None),
        ],
    ),
    Row(
        "nn.functional.bilinear",
        lambda m: [
            m.args(m(2, 3), m(2, 4), m(5, 3, 4)),
            m.args(m(2, 6, 3), m(2, 6, 4), m(5, 3, 4), m(5)),
        ],
        tolerance=LOOSE,
        errors=lambda m: [m.args(m(2, 3), m(2, 5), m(5, 3, 4))],
    ),
    Row("einsum", einsum, tolerance=LOOSE, errors=einsum_errors),
    Row("tensordot", tensordot, tolerance=LOOSE, errors=lambda m: [m.args(m(2, 3), m(2, 3), 1)]),
    Row("trace", lambda m: [m.args(m(3, 4)), m.args(m(0, 4))], errors=lambda m: [m.args(m(3))]),
]
globals().update(make_tests(ROWS))


@pytest.mark.parametrize("a_turned", [False, True])
@pytest.mark.parametrize("b_turned", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transposed_operands(a_turned, b_turned, dtype):
    torch.manual_seed(0)
    a, b = (torch.randn(60, 60, dtype=getattr(torch, dtype)) for _ in range(2))
    x, y = taut.from_numpy(a.numpy()), taut.from_numpy(b.numpy())
    want = (a.t() if a_turned else a) @ (b.t() if b_turned else b)
    got = (x.t() if a_turned else x) @ (y.t() if b_turned else y)
    assert torch.allclose(torch.from_numpy(got.numpy()), want, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 200, 300), (300, 200, 1), (257, 129, 511), (700, 64, 48)])
def test_threads_do_not_change_results(shape):
    m, k, n = shape
    a, b = taut.randn(m, k), taut.randn(k, n)
    before = taut.get_num_threads()
    results = []
    for threads in (1, 2, 3):
        taut.set_num_threads(threads)
        results.append(a @ b)
    taut.set_num_threads(before)
    assert taut.equal(results[0], results[1]) and taut.equal(results[0], results[2])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_products_wrap(dtype):
    a = torch.full((3, 100), 100, dtype=getattr(torch, dtype))
    x = taut.full((3, 100), 100, dtype=getattr(taut, dtype))
    assert (x @ x.t()).tolist() == (a @ a.t()).tolist()


@pytest.mark.parametrize("uses", [1, 2, 8])
def test_a_tied_step_makes_no_temporary_of_the_weight(uses):
    """Each use of a weight writes its gradient into the one buffer: no block of the weight's size."""
    weight = taut.nn.Parameter(taut.randn(300, 300) * 0.01)
    x = taut.randn(2, 300)

    def step():
        h = x
        for _ in range(uses):
            h = taut.nn.functional.linear(h, weight)
        h.sum().backward()

    step()  # makes .grad
    buffer = weight.grad
    taut.reset_peak_memory_stats()
    step()
    assert weight.grad is buffer
    assert taut.memory_stats()["largest"] < weight.nbytes


def test_a_tied_embedding_and_head_share_one_gradient():
    """The head's product and the embedding's rows add into the same memory."""
    table = taut.nn.Parameter(taut.randn(500, 64))
    index = taut.randint(500, (3, 7))

    def step():
        h = taut.nn.functional.embedding(index, table)
        taut.nn.functional.cross_entropy(
            taut.nn.functional.linear(h, table).flatten(0, 1), index.flatten()
        ).backward()

    step()
    buffer = table.grad
    first = buffer.clone()
    taut.reset_peak_memory_stats()
    step()
    assert taut.memory_stats()["largest"] < table.nbytes
    assert table.grad is buffer and taut.allclose(buffer, 2 * first, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 6, 3), (0, 3), (1, 1)])
@pytest.mark.parametrize("mode", ["reduced", "complete", "r"])
def test_qr(shape, mode):
    a = torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    want = torch.linalg.qr(a, mode)
    got = taut.linalg.qr(taut.from_numpy(a.numpy()), mode)
    for w, g in zip(want, got, strict=True):
        assert tuple(w.shape) == tuple(g.shape)
        assert torch.allclose(torch.from_numpy(g.numpy()), w, atol=1e-10)


WIDE = [(4, 4), (3, 5), (2, 3, 4), (1, 1)]
TALL = [(5, 3), (2, 4, 3)]  # where the complete Q is not unique


@pytest.mark.parametrize(
    "shape, mode",
    [*((s, "reduced") for s in WIDE + TALL), *((s, "complete") for s in WIDE)],
)
@pytest.mark.parametrize("part", ["Q", "R", "both"])
def test_gradients_of_qr(shape, mode, part):
    values = np.random.default_rng(0).standard_normal(shape)
    grads = []
    for lib in (taut, torch):
        a = lib.tensor(values, dtype=lib.float64, requires_grad=True)
        q, r = lib.linalg.qr(a, mode)
        chosen = {"Q": (q * q * q,), "R": (r.sin(),), "both": (q * 2, r * r)}[part]
        first = lib.autograd.grad(sum(t.sum() for t in chosen), a, create_graph=True)[0]
        second = lib.autograd.grad((first * first).sum(), a)[0]
        grads.append((first.detach().numpy(), second.numpy()))
    for ours, theirs in zip(*grads):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)


def test_qr_that_has_no_derivative():
    a = taut.randn(4, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="mode='r'"):
        taut.linalg.qr(a, "r").R.sum().backward()
    with pytest.raises(RuntimeError, match="nrows > ncols"):
        taut.linalg.qr(a, "complete").R.sum().backward()


PATHS = [  # (m, n, k), one or more for each way a product is done
    (1, 700, 300),
    (3, 600, 257),
    (700, 900, 2),
    (5, 333, 1000),
    (40, 300, 700),
    (2000, 3, 500),
    (301, 259, 600),
    (25, 2100, 130),
    (13, 100, 75),
    (5, 200, 40),
    (1300, 65, 500),
]


@pytest.mark.parametrize("shape", PATHS, ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("transposed", ["nn", "nt", "tn", "tt"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_path_on_any_number_of_threads(shape, transposed, dtype):
    m, n, k = shape
    rng = np.random.default_rng(m + n + k)
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    bias = rng.standard_normal(n).astype(dtype)
    expected = bias.astype("float64") + a.astype("float64") @ b.astype("float64")
    left = taut.tensor(a.T.copy()).T if transposed[0] == "t" else taut.tensor(a)
    right = taut.tensor(b.T.copy()).T if transposed[1] == "t" else taut.tensor(b)
    threads = taut.get_num_threads()
    results = []
    try:
        for count in (1, 2, 3):
            taut.set_num_threads(count)
            product, layer = (
                left @ right,
                taut.nn.functional.linear(left, right.T, taut.tensor(bias)),
            )
            accumulated = taut.addmm(taut.tensor(bias), left, right, beta=0.5, alpha=2)
            results.append([t.numpy().tobytes() for t in (product, layer, accumulated)])
    finally:
        taut.set_num_threads(threads)
    assert results[0] == results[1] == results[2]
    error = {"float32": 2e-6, "float64": 1e-14}[dtype] * k
    np.testing.assert_allclose(product.numpy(), expected - bias, atol=error)
    np.testing.assert_allclose(layer.numpy(), expected, atol=error)
    np.testing.assert_allclose(accumulated.numpy(), 2 * expected - 1.5 * bias, atol=2 * error)


@pytest.mark.parametrize("name", ["addmm", "baddbmm", "addbmm", "addr", "addmv"])
def test_nothing_of_an_input_times_zero(name):
    """beta 0 keeps NaN out; the gradient of the input is zero, not missing."""
    shapes = {
        "addmm": ((2, 3), (3, 4)),
        "baddbmm": ((5, 2, 3), (5, 3, 4)),
        "addbmm": ((5, 2, 3), (5, 3, 4)),
        "addr": ((2,), (4,)),
        "addmv": ((2, 3), (3,)),
    }[name]
    a, b = (taut.ones(*s) for s in shapes)
    like = getattr(taut, name)(taut.zeros(()), a, b)
    c = taut.full(like.shape, float("nan"), requires_grad=True)
    out = getattr(taut, name)(c, a, b, beta=0)
    assert taut.equal(out.detach(), like)
    out.sum().backward()
    assert taut.equal(c.grad, taut.zeros(like.shape))


def test_a_sum_of_products_makes_no_temporary():
    c, a, b = (taut.randn(200, 200, requires_grad=True) for _ in range(3))

    def step():
        taut.addmm(c, a, b, beta=0.5, alpha=2.0).sum().backward()

    step()
    assert taut.addmm(c, a, b).grad_fn.name() == "AddmmBackward0"
    taut.reset_peak_memory_stats()
    before = taut.memory_stats()["peak_allocated"]
    step()
    # The result, its gradient (ones), and half of that for c.
    assert taut.memory_stats()["peak_allocated"] - before <= 3 * a.nbytes + 10_000


def test_products_in_place_where_operands_overlap():
    a = taut.randn(3, 3)
    expected = taut.addmm(a, a, a)
    assert taut.allclose(a.addmm_(a, a), expected)
    with pytest.raises(RuntimeError, match="Bad in-place call"):
        taut.ones(3).addmm_(a, a)

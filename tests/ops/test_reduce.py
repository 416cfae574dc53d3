"""Reductions against torch: values, gradients of both orders, layouts, dtypes, errors."""

import itertools

import numpy as np
import pytest
import torch

import taut
from harness import ALL, FLOATS, INTEGERS, NUMBERS, Row, make_tests

NAN = float("nan")
INF = float("inf")


def dims_of(m):
    """Inputs with every choice of dims, kept or not."""
    shapes = ((3, 4), (2, 3, 4), (5,), (1, 7), (2, 3, 2, 5))
    for shape in shapes:
        n = len(shape)
        chosen = [d for k in range(1, n + 1) for d in itertools.combinations(range(n), k)]
        for dim in chosen:
            yield m(*shape), dim
        yield m(*shape), -1


def over_dims(m):
    yield m.args(m(3, 4))
    yield m.args(m())
    yield m.args(m(), 0)
    yield m.args(m(2, 3), None)
    yield m.args(m(2, 3), dim=())
    yield m.args(m(2, 3), axis=1, keepdims=True)
    for x, dim in dims_of(m):
        yield m.args(x, dim)
        yield m.args(x, dim=dim, keepdim=True)


def sums(m):
    yield from over_dims(m)
    yield from empty_sums(m)
    yield m.args(m(3, 4), dtype=m.type("float64"))
    yield m.args(m(3, 4), 1, dtype=m.type("float64"))


def empty_sums(m):
    yield m.args(m(0))
    yield m.args(m(0, 3), 0)
    yield m.args(m(0, 3), 1)
    yield m.args(m(2, 0, 3), (0, 1))


def with_out(m):
    yield m.args(m(3, 4), 1)
    yield m.args(m(3, 4), 0, keepdim=True)


def integer_sums(m):
    yield from sums(m)
    yield m.args(m(3, 4), dtype=m.type("int32"))
    yield m.args(m(3, 4), 1, dtype=m.type("int16"))


def bad_dims(m):
    yield m.args(m(2, 3), 2)
    yield m.args(m(2, 3), -3)
    yield m.args(m(2, 3), (0, 0))
    yield m.args(m(2, 3), (0, -2))
    yield m.args(m(2, 3), "x")
    yield m.args(m(2, 3), 0.5)


def with_nan(m):
    x = m(4, 5)
    x[1, 2] = x[3, 0] = NAN
    yield m.args(x)
    yield m.args(x, 0)
    yield m.args(x, 1, True)
    yield m.args(m.array([NAN, NAN]))
    yield m.args(m(3), 0)


def extremes(m):
    yield from over_dims(m)
    yield m.args(m(0, 3), 1)
    yield m.args(m.array([1, 3, 3, 2, 3, 1]))
    yield m.args(m.array([[1, 3, 3], [3, 3, 1]]), 1)
    if m.dtype in FLOATS:
        yield m.args(m.array([1.0, NAN, 3.0]))
        yield m.args(m.array([[1.0, INF, 3.0], [-INF, -INF, NAN]]), 0)


def empty_dims(m):
    yield m.args(m(0, 3))
    yield m.args(m(0, 3), 0)
    yield m.args(m(2, 3), 5)


def one_dim(m):
    for shape in ((3, 4), (2, 3, 4), (6,), (3, 1, 2)):
        for dim in range(-1, len(shape)):
            yield m.args(m(*shape), dim)
            yield m.args(m(*shape), dim, True)
    yield m.args(m(), 0)
    yield m.args(m(), -1, True)
    yield m.args(m(0, 3), 1)
    yield m.args(m.array([2, 5, 5, 1, 5]), 0)
    if m.dtype in FLOATS:
        yield m.args(m.array([[1.0, NAN, 3.0], [NAN, 7.0, NAN]]), 1)


def places(m):
    yield from one_dim(m)
    yield m.args(m(3, 4))
    yield m.args(m())
    yield m.args(m(3, 4), keepdim=True)
    yield m.args(m.array([[1, 9, 9], [9, 9, 1]]))


def both_extremes(m):
    yield m.args(m(3, 4))
    yield m.args(m(3, 4), 1)
    yield m.args(m(3, 4), dim=0, keepdim=True)
    yield m.args(m(3, 4), m(3, 4))
    yield m.args(m(3, 4), m(4))
    yield m.args(m(3, 4), other=m(3, 1))
    yield m.args(m.array([1, 4, 4, 2]))


def spreads(m):
    yield m.args(m(3, 4))
    yield m.args(m(3, 4), False)
    yield m.args(m(3, 4), 1)
    yield m.args(m(3, 4), 1, False)
    yield m.args(m(3, 4), (0, 1), True, True)
    yield m.args(m(2, 3, 4), (0, 2), correction=0)
    yield m.args(m(2, 3, 4), (0, 2), keepdim=True, correction=2)
    yield m.args(m(2, 3, 4), 1, unbiased=False)
    yield m.args(m(2, 3, 4), correction=0)
    yield m.args(m(2, 3, 4), dim=None, correction=1)


def norms(m):
    for p in (2, 1, 3, 0, 0.5, 4, INF, -INF, 2.5):
        yield m.args(m(3, 4), p)
        yield m.args(m(3, 4), p, 1)
        yield m.args(m(2, 3, 4), p, (0, 2), True)
    yield m.args(m(3, 4))
    yield m.args(m(3, 4), "fro")
    yield m.args(m(3, 4), "fro", (0, 1))
    yield m.args(m.array([[0.0, 0.0], [3.0, 4.0]]), 2, 1)
    yield m.args(m(), 2)
    yield m.args(m(0))
    yield m.args(m(3), dtype=m.type("float64"))


def along(m):
    for shape in ((5,), (3, 4), (2, 3, 4), (3, 1)):
        for dim in range(-1, len(shape)):
            yield m.args(m(*shape), dim)
    yield m.args(m(), 0)
    yield m.args(m(0, 3), 0)
    yield m.args(m(3, 0), 0)


def cumulative(m):
    yield from along(m)
    yield m.args(m(3, 4), 1, dtype=m.type("float64"))


def products(m):
    yield from cumulative(m)
    if m.dtype in FLOATS:
        yield m.args(
            m.array([[1.0, 0.0, 2.0, 3.0], [0.0, 2.0, 0.0, 1.0], [1.5, 2.0, -1.0, 0.5]]), 1
        )
        yield m.args(m.array([[1.0, 0.0], [2.0, 3.0], [0.0, 0.0]]), 0)


def prods(m):
    yield m.args(m(3, 4, lo=0.5, hi=2))
    yield m.args(m(3, 4, lo=0.5, hi=2), 1)
    yield m.args(m(3, 4, lo=0.5, hi=2), 0, True)
    yield m.args(m(2, 3, 2), 1)
    yield m.args(m())
    yield m.args(m(), 0)
    yield m.args(m(0, 3), 0)
    yield m.args(m.array([[2, 0, 3], [1, 2, 3]]), 1)
    yield m.args(m.array([[2, 0, 3], [0, 0, 3]]), 1)
    yield m.args(m.array([2, 0, 3, 4]))
    yield m.args(m(3), dtype=m.type("float64"))


def truths(m):
    yield m.args(m(3, 4))
    yield m.args(m(2, 3, 4), 1)
    yield m.args(m(2, 3, 4), (0, 2), True)
    yield m.args(m(0))
    yield m.args(m(0, 3), 0)
    yield m.args(m.array([0, 0, 1]))
    yield m.args(m.array([[0, 0], [1, 1], [0, 1]]), 1)
    if m.dtype in FLOATS:
        yield m.args(m.array([0.0, -0.0]))
        yield m.args(m.array([NAN, 0.0]))


def logsums(m):
    yield m.args(m(3, 4), 1)
    yield m.args(m(3, 4), (0, 1))
    yield m.args(m(2, 3, 4), (0, 2), True)
    yield m.args(m(2, 3, 4), 1)
    yield m.args(m(), 0)
    yield m.args(m.array([[1000.0, 1000.0], [-1000.0, -1000.0]]), 1)


def infinite_logsums(m):
    yield m.args(m.array([[-INF, -INF], [INF, 1.0], [INF, -INF], [NAN, 1.0]]), 1)
    yield m.args(m(3, 0), 1)


def vector_norms(m):
    for ord in (2, 1, 0, 3.5, INF, -INF):
        yield m.args(m(3, 4), ord)
        yield m.args(m(3, 4), ord, 1)
        yield m.args(m(2, 3, 4), ord, (0, 2), True)


def matrix_norms(m):
    yield m.args(m(3, 4))
    yield m.args(m(5))
    for ord in ("fro", 1, -1, INF, -INF):
        yield m.args(m(3, 4), ord)
        yield m.args(m(2, 3, 4), ord, (0, 2))
        yield m.args(m(2, 3, 4), ord, (2, 1), True)
    for ord in (2, 1, INF, 0.5):
        yield m.args(m(5), ord)
        yield m.args(m(3, 4), ord, 1)
        yield m.args(m(3, 4), ord, (0,))


def bad_matrix_norms(m):
    yield m.args(m(2, 3, 4), 1)
    yield m.args(m(3, 4), 3)
    yield m.args(m(3), "fro")


VALUES_ONLY = dict(grad=(), gradgrad=False)
ROWS = [
    *(
        Row(name, with_out, id=f"{name}-out", out=True, **VALUES_ONLY)
        for name in (
            "sum",
            "mean",
            "prod",
            "any",
            "all",
            "amax",
            "amin",
            "argmax",
            "argmin",
            "var",
            "std",
            "logsumexp",
        )
    ),
    Row("cumsum", along, id="cumsum-out", out=True, inplace="cumsum_", **VALUES_ONLY),
    Row("cumprod", along, id="cumprod-out", out=True, inplace="cumprod_", **VALUES_ONLY),
    Row("sum", sums, method="sum", errors=bad_dims),
    Row("sum", integer_sums, id="sum-int", dtypes=INTEGERS + ("bool",), **VALUES_ONLY),
    Row("mean", over_dims, method="mean", errors=bad_dims),
    Row("mean", empty_sums, id="mean-empty", **VALUES_ONLY),
    Row("nansum", sums, method="nansum"),
    Row("nansum", with_nan, id="nansum-nan", method="nansum"),
    Row("nanmean", with_nan, method="nanmean"),
    Row("prod", prods, method="prod", errors=bad_dims),
    Row("prod", prods, id="prod-int", dtypes=("int32", "int64", "uint8"), **VALUES_ONLY),
    Row("any", truths, dtypes=ALL, method="any", **VALUES_ONLY),
    Row("all", truths, dtypes=ALL, method="all", **VALUES_ONLY),
    Row(
        "count_nonzero",
        lambda m: [m.args(m(3, 4)), m.args(m(3, 4), 1), m.args(m(3, 4), (0, 1))],
        dtypes=ALL,
        method="count_nonzero",
        **VALUES_ONLY,
    ),
    Row("amax", extremes, method="amax", errors=empty_dims),
    Row("amin", extremes, method="amin", errors=empty_dims),
    Row("amax", extremes, id="amax-other", dtypes=INTEGERS + ("bool",), **VALUES_ONLY),
    Row("amin", extremes, id="amin-other", dtypes=INTEGERS + ("bool",), **VALUES_ONLY),
    Row(
        "aminmax",
        lambda m: [m.args(m(3, 4)), m.args(m(3, 4), dim=1), m.args(m(3, 4), dim=0, keepdim=True)],
        dtypes=NUMBERS,
        method="aminmax",
    ),
    Row("argmax", places, dtypes=NUMBERS, method="argmax", errors=empty_dims, **VALUES_ONLY),
    Row("argmin", places, dtypes=NUMBERS, method="argmin", errors=empty_dims, **VALUES_ONLY),
    Row("max", one_dim, id="max-dim", method="max"),
    Row("min", one_dim, id="min-dim", method="min"),
    Row("max", one_dim, id="max-dim-int", dtypes=INTEGERS, **VALUES_ONLY),
    Row("max", both_extremes, method="max", errors=empty_dims),
    Row("min", both_extremes, method="min", errors=empty_dims),
    Row("min", both_extremes, id="min-int", dtypes=INTEGERS, **VALUES_ONLY),
    Row(
        "median",
        lambda m: [m.args(m(3, 4)), m.args(m(5)), m.args(m())],
        id="median",
        method="median",
    ),
    Row(
        "median",
        lambda m: [m.args(m(3, 4), 1), m.args(m(2, 3, 5), 1, True), m.args(m(), 0)],
        id="median-dim",
        method="median",
    ),
    Row(
        "nanmedian",
        lambda m: [
            m.args(m.array([[1.0, NAN, 2.0], [NAN, NAN, NAN], [3.0, 1.0, 2.0]]), 1),
            m.args(m.array([1.0, NAN, 2.0, 5.0])),
        ],
        method="nanmedian",
    ),
    Row("var", spreads, method="var"),
    Row("std", spreads, method="std"),
    Row("var_mean", spreads),
    Row("std_mean", spreads),
    Row("norm", norms, method="norm", tolerance={"float32": (1e-5, 1e-5)}),
    Row("linalg.vector_norm", vector_norms),
    Row("linalg.norm", matrix_norms, errors=bad_matrix_norms),
    Row("logsumexp", logsums, method="logsumexp"),
    Row("logsumexp", infinite_logsums, id="logsumexp-inf", **VALUES_ONLY),
    Row("cumsum", cumulative, method="cumsum"),
    Row("cumsum", cumulative, id="cumsum-int", dtypes=INTEGERS + ("bool",), **VALUES_ONLY),
    Row("cumprod", products, method="cumprod"),
    Row("cumprod", cumulative, id="cumprod-int", dtypes=("int64", "uint8"), **VALUES_ONLY),
    Row("logcumsumexp", along, method="logcumsumexp"),
    Row("cummax", along, method="cummax", dtypes=NUMBERS),
    Row("cummin", along, method="cummin", dtypes=NUMBERS),
]
globals().update(make_tests(ROWS))


# What rows of small samples cannot show ------------------------------------------------------------


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    "shape, dim",
    [
        ((70001,), 0),
        ((3, 70001), 1),
        ((70001, 3), 0),
        ((300, 40, 30), 1),
        ((40, 300, 30), (0, 2)),
        ((2, 200, 3000), 1),
        ((5, 1, 9001), 2),
    ],
)
@pytest.mark.parametrize("name", ["sum", "amax", "amin"])
def test_long(name, shape, dim, dtype):
    rng = np.random.default_rng(3)
    values = rng.normal(size=shape) if dtype.startswith("f") else rng.integers(0, 100, shape)
    values = values.astype(dtype)
    ours = getattr(taut, name)(taut.from_numpy(values), dim).numpy()
    exact = {"sum": np.sum, "amax": np.amax, "amin": np.amin}[name](
        values.astype("float64" if dtype.startswith("f") else "int64"), dim
    )
    np.testing.assert_allclose(ours, exact, rtol=1e-6 if dtype == "float32" else 1e-12, atol=1e-4)


@pytest.mark.parametrize("layout", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize("name", ["sum", "mean", "amax", "var", "argmax", "norm", "cumsum", "max"])
def test_long_layouts(name, layout):
    x = np.random.default_rng(1).normal(size=(37, 300, 41))
    a, b = taut.from_numpy(x).permute(layout), torch.from_numpy(x).permute(layout)
    for dim in range(3):
        args = (2, dim) if name == "norm" else (dim,)
        ours, theirs = getattr(a, name)(*args), getattr(b, name)(*args)
        if name == "max":
            ours, theirs = ours.indices, theirs.indices
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [1, 3, 15, 16, 17, 63, 64, 511, 513, 1000, 70001, 200003])
def test_places_in_long_lines(n):
    rng = np.random.default_rng(n)
    x = rng.integers(0, 50, n).astype("float32")
    assert taut.from_numpy(x).argmax().item() == int(np.argmax(x))
    assert taut.from_numpy(x).argmin().item() == int(np.argmin(x))
    x[n // 2] = NAN
    assert taut.from_numpy(x).argmax().item() == n // 2
    assert taut.from_numpy(x[::-1].copy()).min(0).indices.item() == n - 1 - n // 2


def test_sum_of_many_ones():
    ones = taut.ones(1, dtype=taut.float32).expand(100_000_000)
    assert ones.sum().item() == 1e8
    assert taut.ones(20_000_000).sum().item() == 2e7


def test_float_sum_is_right_to_the_last_bits():
    x = np.random.default_rng(0).uniform(0, 1, 1_000_003).astype("float32")
    exact = np.float32(x.astype("float64").sum())
    assert abs(taut.from_numpy(x).sum().item() - exact) <= np.spacing(exact)


def test_results_do_not_depend_on_threads():
    x = taut.randn(300, 1000)
    results = []
    before = taut.get_num_threads()
    for threads in (1, 2):
        taut.set_num_threads(threads)
        results.append([f.tolist() for f in (x.sum(), x.sum(0), x.var(), x.mean(1), x.norm())])
    taut.set_num_threads(before)
    assert results[0] == results[1]


def test_named_results():
    x = taut.tensor([[1.0, 5.0], [7.0, 2.0]])
    values, indices = x.max(1)
    assert x.max(1).indices.tolist() == indices.tolist() == [1, 0]
    assert x.max(1).values.tolist() == values.tolist() == [5.0, 7.0]
    assert x.aminmax().min.item() == 1.0 and x.aminmax().max.item() == 7.0
    out = taut.empty(2), taut.empty(2, dtype=taut.int64)
    result = taut.min(x, 0, out=out)
    assert result.values is out[0] and out[1].tolist() == [0, 1]


def test_ties_share_or_take_the_gradient():
    x = taut.tensor([1.0, 3.0, 3.0], requires_grad=True)
    for f, expected in ((x.amax, [0, 0.5, 0.5]), (x.max, [0, 0.5, 0.5])):
        x.grad = None
        f().backward()
        assert x.grad.tolist() == expected
    x.grad = None
    x.max(0).values.backward()
    assert x.grad.tolist() == [0, 1, 0]


def test_saved_output_changed():
    x = taut.ones(3, requires_grad=True)
    y = (x * 1).cumprod(0)
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        y.sum().backward()


def test_norm_of_large_floats():
    assert taut.tensor([3e30, 4e30]).norm().item() == pytest.approx(5e30)

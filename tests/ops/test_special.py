"""Gamma functions, sinc and functions composed of others."""

from harness import ALL, NUMBERS, Row, make_tests

INF, NAN = float("inf"), float("nan")


def one(lo, hi):
    return lambda m: [m.args(m(3, 5, lo=lo, hi=hi)), m.args(m(lo=lo, hi=hi)), m.args(m(0))]


def two(lo=-3.0, hi=3.0):
    return lambda m: [
        m.args(m(3, 4, lo=lo, hi=hi), m(3, 4, lo=lo, hi=hi)),
        m.args(m(3, 1, lo=lo, hi=hi), m(4, lo=lo, hi=hi)),
    ]


def close(m):
    a, b = m.array([1.0, 2.0, NAN, INF, -INF, 0.0]), m.array([1.00001, 2.1, NAN, INF, INF, 1e-9])
    yield m.args(a, b)
    yield m.args(a, b, equal_nan=True)
    yield m.args(a, b, rtol=0.1)
    yield m.args(a, b, rtol=0.0, atol=0.0)
    yield m.args(m(3, 1), m(3))


def polygamma(m):
    return [m.args(n, m(3, 5, lo=0.2, hi=5.0)) for n in (0, 1, 2, 4)]


GAMMA = {"tolerance": {"float32": (1e-5, 1e-4)}}
ROWS = [
    Row("lgamma", one(0.2, 9.0), dtypes=ALL, out=True, inplace="lgamma_", method="lgamma", **GAMMA),
    Row("digamma", one(0.2, 9.0), out=True, inplace="digamma_", method="digamma", **GAMMA),
    Row(
        "digamma",
        lambda m: [m.args(m.array([0.0, -0.0, -0.5, -1.5, -2.25, INF, NAN]))],
        id="digamma (left half)",
        grad=(),
        **GAMMA,
    ),
    Row(
        "polygamma",
        polygamma,
        layouts=False,
        **GAMMA,
        errors=lambda m: [m.args(-1, m(3)), m.args(2)],
    ),
    Row("sinc", one(-3.0, 3.0), dtypes=ALL, out=True, inplace="sinc_", method="sinc"),
    Row("sinc", lambda m: [m.args(m.array([0.0, -0.0, 1.0, INF]))], id="sinc (at zero)", grad=()),
    Row("deg2rad", one(-180.0, 180.0), dtypes=ALL, out=True, method="deg2rad"),
    Row(
        "rad2deg",
        one(-3.0, 3.0),
        dtypes=ALL,
        out=True,
        method="rad2deg",
        tolerance={"float32": (1e-5, 1e-4)},
    ),
    Row("logaddexp2", two(), out=True, method="logaddexp2"),
    Row(
        "heaviside",
        lambda m: [m.args(m(9, lo=-2, hi=2), m(9))],
        dtypes=NUMBERS,
        grad=(),
        out=True,
        method="heaviside",
    ),
    Row("ldexp", lambda m: [m.args(m(3, 4), m.ints(4, hi=4))], out=True, method="ldexp"),
    Row(
        "float_power",
        lambda m: [m.args(m(3, 4, lo=0.2), m(4)), m.args(m(3, lo=0.2), 2), m.args(2, m(3))],
        dtypes=NUMBERS,
        layouts=False,
    ),
    Row(
        "isclose",
        close,
        grad=(),
        method="isclose",
        errors=lambda m: [m.args(m(3), m(3), rtol=-1.0), m.args(m(3), m.ints(3))],
    ),
    Row("isclose", two(), id="isclose (integers)", dtypes=("int32", "int64", "bool"), grad=()),
    Row("allclose", close, grad=(), method="allclose"),
    Row(
        "equal",
        lambda m: [
            m.args(m.array([1, 2]), m.array([1, 2])),
            m.args(m(3), m(4)),
            m.args(m.array([1, 2]), m.array([1, 3])),
        ],
        dtypes=ALL,
        grad=(),
        method="equal",
        layouts=False,
    ),
    Row("isreal", one(-3.0, 3.0), dtypes=ALL, grad=(), method="isreal"),
]

globals().update(make_tests(ROWS))

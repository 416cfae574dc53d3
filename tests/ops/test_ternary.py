"""Functions of three numbers: where, clamp, lerp, addcmul, addcdiv."""

from harness import ALL, FLOATS, NUMBERS, Row, make_tests

NAN = float("nan")


def where(m):
    yield m.args(m.bools(3, 4), m(3, 4), m(3, 4))
    yield m.args(m.bools(3, 1), m(4), m(2, 1, 1))
    yield m.args(m.bools(4), m(3, 4), m())
    yield m.args(m.bools(0), m(0), m(1))
    yield m.args(m.bools(17), m(17), 2)
    if m.dtype in FLOATS:
        yield m.args(m.bools(17), 1.5, m(17))
        yield m.args(m.bools(5), m.array([NAN, 1.0, 2.0, NAN, 0.0]), 0.0)


def clamp(m):
    yield m.args(m(3, 5), 0, 2)
    yield m.args(m(3, 5), 1)
    yield m.args(m(3, 5), None, 1)
    yield m.args(m(3, 5), min=2, max=0)
    yield m.args(m(7), 0.5, 1.5)
    yield m.args(m(3, 5), m(5), m(3, 1))
    yield m.args(m(3, 5), m(5))
    yield m.args(m(3, 5), max=m(3, 5))
    yield m.args(m(0, 5), 0)
    if m.dtype in FLOATS:
        yield m.args(m.array([NAN, 0.0, 1.0, 2.0, -1.0]), 0.0, 1.0)
        yield m.args(m.array([1.0, 2.0]), NAN)
        yield m.args(m.array([1.0, NAN]), m.array([NAN, 1.0]), m.array([2.0, 3.0]))


def mixed(lo=-3.0, hi=3.0):
    def make(m):
        yield m.args(m(3, 4), m(3, 4), m(3, 4, lo=lo, hi=hi))
        yield m.args(m(3, 4), m(3, 1), m(4, lo=lo, hi=hi))
        yield m.args(m(0, 4), m(4), m(1, lo=lo, hi=hi))
        yield m.args(m(3, 4), m(3, 4), m(3, 4, lo=lo, hi=hi), value=2)

    return make


def lerp(m):
    yield m.args(m(3, 4), m(3, 4), m(3, 4, lo=0.0, hi=1.0))
    yield m.args(m(3, 4), m(4), m(3, 1, lo=-1.0, hi=2.0))
    yield m.args(m(3, 4), m(3, 4), 0.3)
    yield m.args(m(3, 4), m(3, 4), 1.0)
    yield m.args(m(3, 4), m(1), m())


def refused(m):
    yield m.args(m(3), m(4), m(3))
    yield m.args(m(3), m(3))


def method_where(lib, x, condition, other):
    return x.where(condition, other)


ROWS = [
    Row(
        "where",
        where,
        dtypes=ALL,
        errors=lambda m: [m.args(m(3), m(3), m(3)), m.args(m.bools(3), m(4), m(3))],
    ),
    Row("where", lambda m: [m.args(m.bools(3, 1), m(4), m(3, 1))], id="where (out)", out=True),
    Row(
        "where",
        lambda m: [m.args(m.bools(3, 4)), m.args(m(5)), m.args(m.bools(0, 2))],
        id="where (condition alone)",
        dtypes=ALL,
        grad=(),
    ),
    Row(
        "Tensor.where",
        lambda m: [m.args(m(3, 4), m.bools(4), m(3, 1)), m.args(m(3), m.bools(3), 2)],
        fn=method_where,
        dtypes=ALL,
    ),
    Row(
        "clamp",
        clamp,
        dtypes=NUMBERS,
        out=True,
        inplace="clamp_",
        method="clamp",
        errors=lambda m: [m.args(m(3)), m.args(m(3), m(4))],
    ),
    Row("clip", clamp, dtypes=FLOATS, method="clip"),
    *(
        Row(
            name,
            lambda m: [m.args(m(3, 4), 1), m.args(m(3, 4), m(4))],
            dtypes=NUMBERS,
            out=True,
            inplace=f"{name}_",
            method=name,
        )
        for name in ("clamp_min", "clamp_max")
    ),
    Row("lerp", lerp, out=True, inplace="lerp_", method="lerp", errors=refused),
    Row(
        "addcmul",
        mixed(),
        dtypes=NUMBERS,
        out=True,
        inplace="addcmul_",
        method="addcmul",
        errors=refused,
    ),
    Row("addcdiv", mixed(0.5, 3.0), out=True, inplace="addcdiv_", method="addcdiv", errors=refused),
    Row(
        "addcdiv",
        lambda m: [],
        id="addcdiv (integers)",
        dtypes=("int64",),
        grad=(),
        layouts=False,
        errors=lambda m: [m.args(m(3), m(3), m(3))],
    ),
]

globals().update(make_tests(ROWS))

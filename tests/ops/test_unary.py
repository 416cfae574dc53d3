"""Functions of one number."""

from harness import ALL, FLOATS, INTEGERS, NUMBERS, Row, make_tests

INF, NAN = float("inf"), float("nan")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e-40, 1e30, INF, -INF, NAN)


def samples(lo=-3.0, hi=3.0, special=True):
    def make(m):
        yield m.args(m(3, 5, lo=lo, hi=hi))
        yield m.args(m(2, 1, 17, lo=lo, hi=hi))
        yield m.args(m(lo=lo, hi=hi))
        yield m.args(m(0, 3))
        if special and m.dtype in FLOATS:
            yield m.args(m.array(SPECIAL))

    return make


def smooth(lo=-3.0, hi=3.0):
    """Without the places where gradients are infinite or conventions."""
    return samples(lo, hi, special=False)


def row(name, lo=-3.0, hi=3.0, dtypes=ALL, inplace=True, **fields):
    fields.setdefault("out", True)
    fields.setdefault("method", name)
    return [
        Row(
            name,
            samples(lo, hi),
            dtypes=dtypes,
            grad=(),
            inplace=f"{name}_" if inplace else None,
            **fields,
        ),
        Row(name, smooth(lo, hi), id=f"{name} (smooth)", dtypes=(), layouts=False),
    ]


def bounded(m):
    return [m.args(m(3, lo=-3.0, hi=3.0))]


ROWS = [
    *row("neg", dtypes=NUMBERS),
    *row("abs", dtypes=NUMBERS),
    *row("sign"),
    *row("sgn"),
    *row("square"),
    *row("sqrt", 0.1, 4.0),
    *row("rsqrt", 0.1, 4.0),
    *row("reciprocal", 0.3, 4.0),
    *row("exp"),
    *row("exp2"),
    *row("expm1"),
    *row("log", 0.1, 4.0),
    *row("log2", 0.1, 4.0),
    *row("log10", 0.1, 4.0),
    *row("log1p", -0.9, 4.0),
    *row("sin"),
    *row("cos"),
    *row("tan", -1.4, 1.4),
    *row("asin", -0.9, 0.9),
    *row("acos", -0.9, 0.9),
    *row("atan"),
    *row("sinh"),
    *row("cosh"),
    *row("tanh"),
    *row("asinh"),
    *row("acosh", 1.1, 4.0),
    *row("atanh", -0.9, 0.9),
    *row("erf"),
    *row("erfc"),
    *row("erfinv", -0.9, 0.9),
    *row("sigmoid"),
    *row("logit", 0.1, 0.9),
    *row("floor", dtypes=NUMBERS),
    *row("ceil", dtypes=NUMBERS),
    *row("round", dtypes=NUMBERS),
    *row("trunc", dtypes=NUMBERS),
    *row("frac", dtypes=FLOATS),
    *row("relu", dtypes=NUMBERS, out=False),
    *row("nan_to_num"),
    *row("positive", dtypes=NUMBERS, inplace=False, out=False),
    Row(
        "nan_to_num",
        lambda m: [m.args(m.array(SPECIAL), nan=1.5, posinf=2.0, neginf=-3.0)],
        id="nan_to_num (values)",
        inplace="nan_to_num_",
    ),
    Row("logit", lambda m: [m.args(m(9, lo=0.0, hi=1.0), 0.2)], id="logit (eps)"),
    Row("round", lambda m: [m.args(m(9), decimals=d) for d in (0, 2, -1)], id="round (decimals)"),
    *(
        Row(name, samples(), dtypes=ALL, grad=(), out=True, method=name)
        for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit")
        if name not in ("isnan", "isinf", "isfinite")
    ),
    *(
        Row(name, samples(), dtypes=ALL, grad=(), method=name)
        for name in ("isnan", "isinf", "isfinite")
    ),
    Row(
        "logical_not",
        samples(),
        dtypes=ALL,
        grad=(),
        out=True,
        inplace="logical_not_",
        method="logical_not",
    ),
    Row(
        "bitwise_not",
        samples(),
        dtypes=(*INTEGERS, "bool"),
        grad=(),
        out=True,
        inplace="bitwise_not_",
        method="bitwise_not",
    ),
    # What PyTorch refuses.
    Row("neg", bounded, id="neg (bool)", dtypes=("bool",), grad=(), layouts=False, errors=bounded),
    *(
        Row(
            name,
            lambda m: [],
            id=f"{name} (errors)",
            dtypes=("int64",),
            grad=(),
            layouts=False,
            errors=bounded,
        )
        for name in ("frac", "nn.functional.silu", "nn.functional.leaky_relu", "nn.functional.gelu")
    ),
    *(
        Row(
            name,
            lambda m: [],
            id=f"{name} (bool)",
            dtypes=("bool",),
            grad=(),
            layouts=False,
            errors=bounded,
        )
        for name in ("relu", "floor", "abs", "positive", "nn.functional.hardtanh")
    ),
    Row("bitwise_not", lambda m: [], id="bitwise_not (float)", grad=(), errors=bounded),
    Row(
        "exp",
        lambda m: [],
        id="exp (arguments)",
        grad=(),
        errors=lambda m: [m.args(), m.args(m(2), m(2)), m.args(m(2), wrong=1), m.args("x")],
    ),
]
ROWS = [r for r in ROWS if r.id != "neg (bool)"]

globals().update(make_tests(ROWS))

"""Functions of two numbers."""

import operator

import numpy as np
import pytest

import taut
from harness import ALL, FLOATS, INTEGERS, NUMBERS, Row, make_tests

INF, NAN = float("inf"), float("nan")
A = (0.0, 0.0, -0.0, 1.0, -1.0, 2.0, INF, INF, -INF, NAN, 1.0, NAN, 5.0, -5.0, 1e-40)
B = (0.0, 1.0, 2.0, INF, 0.0, NAN, INF, -INF, 2.0, 1.0, -INF, NAN, 3.0, 3.0, 1e-40)


def samples(lo=-3.0, hi=3.0, numbers=True, special=True, nonzero=False):
    def make(m):
        def second(*shape):
            return m(*shape, lo=1 if nonzero else lo, hi=max(hi, 4) if nonzero else hi)

        yield m.args(m(3, 4, lo=lo, hi=hi), second(3, 4))
        yield m.args(m(3, 1, lo=lo, hi=hi), second(4))  # broadcast both ways
        yield m.args(m(4, lo=lo, hi=hi), second(2, 3, 4))
        yield m.args(m(2, 5, lo=lo, hi=hi), second())  # a 0-d tensor
        yield m.args(m(0, 3), second(3))
        if numbers:
            yield m.args(m(3, 5, lo=lo, hi=hi), True if m.dtype == "bool" else 2)
            yield m.args(m(19, lo=lo, hi=hi), 1.5)
        if special and m.dtype in FLOATS:
            yield m.args(m.array(A), m.array(B))

    return make


def row(name, lo=-3.0, hi=3.0, dtypes=NUMBERS, numbers=True, nonzero=False, grad=FLOATS, **fields):
    fields.setdefault("out", True)
    values = Row(
        name,
        samples(lo, hi, numbers, nonzero=nonzero),
        dtypes=dtypes,
        grad=(),
        inplace=f"{name}_" if fields.pop("inplace", True) else None,
        method=name,
        errors=lambda m: [m.args(m(3), m(4)), m.args(m(3)), m.args(m(3), "x")],
        **fields,
    )
    smooth = Row(
        name,
        samples(lo, hi, numbers, special=False, nonzero=nonzero),
        id=f"{name} (smooth)",
        dtypes=(),
        grad=grad,
        layouts=False,
    )
    return [values, smooth] if grad else [values]


def compared(name):
    return Row(
        name,
        samples(numbers=not name.startswith("logical")),
        dtypes=ALL,
        grad=(),
        out=True,
        inplace=f"{name}_",
        method=name,
        errors=lambda m: [m.args(m(3), m(4))],
    )


def operators(m):
    return [m.args(m(3, 4, lo=1, hi=4), m(3, 4, lo=1, hi=4)), m.args(m(3, lo=1, hi=4), 2)]


def reflected(m):
    return [m.args(m(3, 4, lo=1, hi=4), 2), m.args(m(2, lo=1, hi=4), 2.5)]


def operator_row(name, **fields):
    f = getattr(operator, name)
    fields = {"layouts": False, "dtypes": NUMBERS, **fields}
    return [
        Row(name, operators, id=f"operator {name}", fn=lambda lib, a, b: f(a, b), **fields),
        Row(
            name, reflected, id=f"operator {name} reflected", fn=lambda lib, a, b: f(b, a), **fields
        ),
    ]


def zero_divisor(m):
    return [m.args(m.ints(3), 0), m.args(m.ints(3), m.array([1, 0, 2], "int64"))]


def no_samples(m):
    return []


def refused(name, dtype, calls, **fields):
    return Row(
        name,
        no_samples,
        id=f"{name} ({dtype} errors)",
        dtypes=(dtype,),
        grad=(),
        layouts=False,
        errors=calls,
        **fields,
    )


ROWS = [
    *row("add", dtypes=ALL),
    *row("sub"),
    *row("mul", dtypes=ALL),
    *row("div", dtypes=ALL, nonzero=True),
    *row("true_divide", nonzero=True),
    *row("floor_divide", nonzero=True, grad=()),
    *row("remainder", nonzero=True),
    *row("fmod", nonzero=True),
    *row("pow", 0.2, 3.0),
    *row("atan2", numbers=False),
    *row("hypot", dtypes=FLOATS, numbers=False),
    *row("copysign"),
    *row("maximum", dtypes=ALL, numbers=False, inplace=False),
    *row("minimum", dtypes=ALL, numbers=False, inplace=False),
    *row("fmax", dtypes=ALL, numbers=False, inplace=False),
    *row("fmin", dtypes=ALL, numbers=False, inplace=False),
    *row("logaddexp", dtypes=FLOATS, numbers=False, inplace=False),
    *row("xlogy", 0.2, 3.0),
    *row("bitwise_and", dtypes=(*INTEGERS, "bool"), numbers=False, grad=()),
    *row("bitwise_or", dtypes=(*INTEGERS, "bool"), numbers=False, grad=()),
    *row("bitwise_xor", dtypes=(*INTEGERS, "bool"), numbers=False, grad=()),
    *row("bitwise_left_shift", 0, 12, dtypes=INTEGERS, numbers=False, grad=()),
    *row("bitwise_right_shift", 0, 12, dtypes=INTEGERS, numbers=False, grad=()),
    *map(compared, ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or")),
    compared("logical_xor"),
    Row(
        "add",
        lambda m: [m.args(m(4), m(4), alpha=2), m.args(m(4), 3, alpha=2)],
        id="add (alpha)",
        dtypes=NUMBERS,
        inplace="add_",
        out=True,
    ),
    Row(
        "sub",
        lambda m: [m.args(m(4), m(4), alpha=3), m.args(m(4), 3, alpha=2)],
        id="sub (alpha)",
        dtypes=NUMBERS,
        inplace="sub_",
        out=True,
    ),
    Row(
        "rsub",
        lambda m: [m.args(m(4), m(4)), m.args(m(4), 3), m.args(m(4), 3, alpha=2)],
        dtypes=NUMBERS,
    ),
    *(
        Row(
            "div",
            lambda m, r=mode: [
                m.args(m(3, 4), m(4, lo=1, hi=5), rounding_mode=r),
                m.args(m(9), 2, rounding_mode=r),
            ],
            id=f"div ({mode})",
            dtypes=NUMBERS,
            inplace="div_",
            out=True,
        )
        for mode in ("trunc", "floor")
    ),
    *(
        Row(
            "pow",
            lambda m, e=e: [m.args(m(3, 4, lo=0.3, hi=3.0), e)],
            id=f"pow (to {e})",
            dtypes=NUMBERS if e == int(e) and e >= 0 else FLOATS,
            inplace="pow_",
            out=True,
            tolerance={"float32": (1e-5, 1e-5)},
        )
        for e in (0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 2.5)
    ),
    Row(
        "pow",
        lambda m: [m.args(m(7), e) for e in (0, 1, 2, 3, 4)],
        id="pow (negative base)",
        dtypes=("float32", "float64", "int32"),
        tolerance={"float32": (1e-5, 1e-5)},
    ),
    Row(
        "pow",
        lambda m: [m.args(2, m(7)), m.args(0, m(3, lo=1.0)), m.args(1.5, m(4))],
        id="pow (number base)",
    ),
    Row(
        "bitwise_left_shift",
        lambda m: [
            m.args(m.array([1, 1, -1, 5, 3], "int64"), m.array([-1, 64, 63, 2, 70], "int64"))
        ],
        id="bitwise_left_shift (past the width)",
        grad=(),
        dtypes=("int64",),
    ),
    Row(
        "bitwise_right_shift",
        lambda m: [
            m.args(m.array([1, 1, -1, 5, -3], "int64"), m.array([-1, 64, 63, 2, 70], "int64"))
        ],
        id="bitwise_right_shift (past the width)",
        grad=(),
        dtypes=("int64",),
    ),
    Row(
        "pow",
        lambda m: [m.args(m.array([1, -1, 2, 0, -1]), m.array([-1, -1, -1, -1, -2]))],
        id="pow (negative integer exponents)",
        grad=(),
        dtypes=("int32", "int64"),
    ),
    # Ties between the operands.
    *(
        Row(
            name,
            lambda m: [m.args(m.array([1.0, 2.0, NAN, 3.0]), m.array([1.0, 3.0, 1.0, NAN]))],
            id=f"{name} (ties)",
            layouts=False,
        )
        for name in ("maximum", "minimum", "fmax", "fmin")
    ),
    *(r for name in ("add", "sub", "mul", "truediv", "pow") for r in operator_row(name)),
    *(r for name in ("floordiv", "mod") for r in operator_row(name, grad=())),
    *(r for name in ("eq", "ne", "lt", "le", "gt", "ge") for r in operator_row(name, grad=())),
    *(
        r
        for name in ("and_", "or_", "xor", "lshift", "rshift")
        for r in operator_row(name, grad=(), dtypes=("int32", "int64"))
        if "reflected" not in r.id
    ),
    # What PyTorch refuses.
    *(refused(name, "int64", zero_divisor) for name in ("floor_divide", "remainder", "fmod")),
    refused("sub", "bool", lambda m: [m.args(m(3), m(3)), m.args(m(3), 1)]),
    refused("add", "int64", lambda m: [m.args(m(3), m(3), alpha=1.5)]),
    refused("pow", "int64", lambda m: [m.args(m(3), -1)]),
    *(
        refused(name, "bool", lambda m: [m.args(m(3), m(3))])
        for name in ("pow", "remainder", "floor_divide")
    ),
    *(refused(name, "int32", lambda m: [m.args(m(3), m(3))]) for name in ("hypot", "logaddexp")),
    *(
        refused(name, "float32", lambda m: [m.args(m(3), m(3))])
        for name in ("bitwise_and", "bitwise_left_shift")
    ),
    refused("div", "float32", lambda m: [m.args(m(3), m(3), rounding_mode="up")]),
]
ROWS = [r for r in ROWS if not (r.id == "operator pow reflected")]

globals().update(make_tests(ROWS))


@pytest.mark.parametrize("shape", [(64, 80), (3, 70, 90), (1000, 17)])
def test_operands_that_lie_across_the_result(shape):
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(shape).astype("float32") for _ in range(2))
    across = taut.tensor(b.swapaxes(-1, -2).copy()).transpose(-1, -2)
    plain = taut.tensor(a)
    np.testing.assert_array_equal((plain + across).numpy(), a + b)
    np.testing.assert_array_equal((across - plain).numpy(), b - a)
    np.testing.assert_array_equal((plain < across).numpy(), a < b)
    out = taut.empty(*shape[:-2], shape[-1], shape[-2]).transpose(-1, -2)
    taut.mul(plain, across, out=out)
    np.testing.assert_array_equal(out.numpy(), a * b)
    across += plain
    np.testing.assert_array_equal(across.numpy(), a + b)
    double = taut.tensor(a.astype("float64"))
    np.testing.assert_array_equal((double * out).numpy(), a.astype("float64") * (a * b))

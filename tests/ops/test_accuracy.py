"""The elementary functions against the true value (mpmath), in units in the last place."""

import math

import mpmath
import numpy as np
import pytest

import taut

MANTISSA = {"float32": 24, "float64": 53}
LOWEST_EXPONENT = {"float32": -125, "float64": -1021}

# name, interval that is sampled, and mpmath's function where its name differs.
FUNCTIONS = {
    "exp": (-80, 80, None),
    "exp2": (-120, 120, lambda x: mpmath.mpf(2) ** x),
    "expm1": (-2, 40, None),
    "log": (0, 4, None),
    "log2": (0, 4, lambda x: mpmath.log(x, 2)),
    "log10": (0, 4, mpmath.log10),
    "log1p": (-0.99, 4, mpmath.log1p),
    "sin": (-1000, 1000, None),
    "cos": (-1000, 1000, None),
    "tan": (-10, 10, None),
    "asin": (-1, 1, None),
    "acos": (-1, 1, None),
    "atan": (-10, 10, None),
    "sinh": (-20, 20, None),
    "cosh": (-20, 20, None),
    "tanh": (-6, 6, None),
    "asinh": (-20, 20, None),
    "acosh": (1, 20, None),
    "atanh": (-1, 1, None),
    "sigmoid": (-60, 60, lambda x: 1 / (1 + mpmath.exp(-x))),
    "erf": (-4, 4, None),
    "erfc": (-4, 8, None),
    "erfinv": (-1, 1, None),
    "sqrt": (0, 9, None),
    "rsqrt": (0, 9, lambda x: 1 / mpmath.sqrt(x)),
}
# The C library's own, lane by lane.
LOOSER = {("erfc", "float64"): 4.0}


def ulps(got, true, dtype):
    """Distance of got from true in units of the last place of true's binade."""
    if true == 0:
        return 0.0 if got == 0 else math.inf
    exponent = max(mpmath.frexp(true)[1], LOWEST_EXPONENT[dtype])
    return float(abs(mpmath.mpf(float(got)) - true) / mpmath.ldexp(1, exponent - MANTISSA[dtype]))


def inputs(lo, hi, dtype):
    rng = np.random.default_rng(5)
    uniform = rng.uniform(lo, hi, 600)
    small = rng.choice([-1.0, 1.0], 200) * 2.0 ** rng.uniform(-30, 0, 200)
    x = np.concatenate([uniform, small[(small > lo) & (small < hi)]]).astype(dtype)
    return x[(x > lo) & (x < hi)]


@pytest.mark.parametrize("dtype", MANTISSA)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_within_two_ulp(name, dtype):
    lo, hi, reference = FUNCTIONS[name]
    reference = reference or getattr(mpmath, name)
    x = inputs(lo, hi, dtype)
    got = getattr(taut, name)(taut.tensor(x.tolist(), dtype=getattr(taut, dtype))).tolist()
    with mpmath.workprec(160):
        errors = [ulps(y, reference(mpmath.mpf(float(v))), dtype) for v, y in zip(x, got)]
    worst = int(np.argmax(errors))
    limit = LOOSER.get((name, dtype), 2.0)
    assert errors[worst] <= limit, f"{name}({x[worst]!r}) = {got[worst]!r}: {errors[worst]:.2f} ulp"


@pytest.mark.parametrize("dtype", MANTISSA)
def test_results_do_not_depend_on_place(dtype):
    """An element's result is the same at every offset, in every layout and length."""
    x = taut.tensor(inputs(-6, 6, dtype)[:64].tolist(), dtype=getattr(taut, dtype))
    for name in ("exp", "tanh", "sigmoid", "sin", "erf", "log1p"):
        f = getattr(taut, name)
        whole = f(x).tolist()
        for n in (1, 3, 7, 16, 31):
            part = [f(taut.tensor(x.tolist()[i : i + n], dtype=x.dtype)).tolist() for i in (0, 5)]
            expected = [whole[i : i + n] for i in (0, 5)]
            assert str(part) == str(expected), name


@pytest.mark.parametrize(("dtype", "limit"), [("float32", 1.5e-7), ("float64", 4e-16)])
def test_gelu(dtype, limit):
    """x Phi(x) and its derivative; the error is that of Phi, relative to the size of x."""
    values = np.concatenate([inputs(-9, 9, dtype), np.array([0.0, -40.0, 40.0], dtype)])
    x = taut.tensor(values.tolist(), dtype=getattr(taut, dtype)).requires_grad_()
    y = taut.nn.functional.gelu(x)
    y.sum().backward()
    for v, got, slope in zip(values.tolist(), y.tolist(), x.grad.tolist()):
        below = mpmath.ncdf(v)
        scale = max(1.0, abs(v))
        assert abs(got - v * below) <= limit * scale, v
        assert abs(slope - (below + v * mpmath.npdf(v))) <= 2 * limit * scale, v
    left = taut.nn.functional.gelu(taut.tensor([-math.inf, -1e30, math.nan], dtype=x.dtype))
    assert left.isnan().tolist() == [True, False, True] and left[1] == 0

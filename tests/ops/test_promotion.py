"""Result types: PyTorch's promotion over every pair of operands, and writing into other types."""

import itertools

import numpy as np
import pytest
import torch

import taut
from harness import ALL, FLOATS, assert_same, contiguous

NUMBERS = {"True": True, "3": 3, "2.5": 2.5}
OPERATIONS = ("add", "mul", "div", "eq", "maximum", "pow", "where")


def operand(lib, kind):
    """A tensor of a dtype ("float32"), a 0-d one ("float32 0-d"), or a number ("3")."""
    if kind in NUMBERS:
        return NUMBERS[kind]
    dtype, *zero_d = kind.split()
    values = np.array(1 if zero_d else [1, 0, 1], dtype)
    return contiguous(lib, values)


def apply(lib, name, a, b):
    if name == "where":
        return lib.where(lib.tensor([True, False, True]), a, b)
    return getattr(lib, name)(a, b)


KINDS = [*ALL, *(f"{t} 0-d" for t in ALL), *NUMBERS]
PAIRS = [(a, b) for a, b in itertools.product(KINDS, KINDS) if a not in NUMBERS or b not in NUMBERS]


def outcome(lib, f):
    try:
        return f(lib)
    except (RuntimeError, TypeError, NotImplementedError) as error:
        return error


def compare(f, what):
    ours, theirs = (outcome(lib, f) for lib in (taut, torch))
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), f"{what}: torch raises {theirs!r}"
    else:
        assert not isinstance(ours, Exception), f"{what}: {ours!r}"
        assert_same(ours, theirs, (0, 0), what)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("left", KINDS)
def test_pairs(name, left):
    for a, b in PAIRS:
        if a == left and not (name == "maximum" and (a in NUMBERS or b in NUMBERS)):
            compare(
                lambda lib, a=a, b=b: apply(lib, name, operand(lib, a), operand(lib, b)),
                f"{name}({a}, {b})",
            )


@pytest.mark.parametrize("left", [*ALL, *(f"{t} 0-d" for t in ALL)])
def test_in_place(left):
    for right in KINDS:
        for name in ("add_", "mul_", "div_", "pow_"):
            compare(
                lambda lib, r=right, n=name: getattr(operand(lib, left), n)(operand(lib, r)),
                f"{left}.{name}({right})",
            )


@pytest.mark.parametrize("dtype", ALL)
def test_out(dtype):
    for given in ALL:
        for name in ("add", "exp", "eq"):

            def call(lib, name=name, given=given):
                x = operand(lib, given)
                out = lib.empty(3, dtype=getattr(lib, dtype))
                args = (x, x) if name in ("add", "eq") else (x,)
                return getattr(lib, name)(*args, out=out)

            compare(call, f"{name}({given}, out={dtype})")


def test_result_type():
    for a, b in PAIRS:
        ours, theirs = (lib.result_type(operand(lib, a), operand(lib, b)) for lib in (taut, torch))
        assert str(ours).split(".")[1] == str(theirs).split(".")[1], (a, b)


@pytest.mark.parametrize("dtype", FLOATS)
def test_default_dtype_decides_for_integers(dtype):
    for lib in (taut, torch):
        before = lib.get_default_dtype()
        lib.set_default_dtype(getattr(lib, dtype))
        try:
            assert (lib.tensor([1, 2]) / 2).dtype == getattr(lib, dtype)
            assert (lib.tensor([1, 2]) + 1.5).dtype == getattr(lib, dtype)
            assert lib.tensor([1, 2]).exp().dtype == getattr(lib, dtype)
        finally:
            lib.set_default_dtype(before)

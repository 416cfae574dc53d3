"""bfloat16 and float16: conversions over every bit pattern, promotion, and the types' properties."""

import copy
import io
import itertools
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

import taut

NARROW = ("float16", "bfloat16")
ALL = ("bool", "uint8", "int8", "int16", "int32", "int64", *NARROW, "float32", "float64")
NUMBERS = (True, 3, 2.5)


def dtype(lib, name):
    return getattr(lib, name)


def every(name):
    """Every number of a 16-bit type, in both libraries."""
    bits = np.arange(1 << 16, dtype=np.uint16).view(np.int16)
    return taut.from_numpy(bits).view(dtype(taut, name)), torch.from_numpy(bits).view(
        dtype(torch, name)
    )


def bits(t):
    """The bits of a 16-bit tensor, NaN as one pattern."""
    lib = taut if isinstance(t, taut.Tensor) else torch
    raw = t.contiguous().view(lib.int16).numpy().view(np.uint16).copy()
    raw[np.asarray(lib.isnan(t).numpy())] = 0xFFFF
    return raw


def assert_same(ours, theirs):
    assert str(ours.dtype) == str(theirs.dtype)
    assert tuple(ours.shape) == tuple(theirs.shape)
    if str(theirs.dtype).split(".")[1] in NARROW:
        np.testing.assert_array_equal(bits(ours), bits(theirs))
    else:
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def floats_between(name):
    """float32 numbers around those of a 16-bit type: themselves, halfway, and just beside that."""
    own = every(name)[1].float()
    own = own[torch.isfinite(own)].sort().values.double()
    halfway = ((own[1:] + own[:-1]) / 2).float()
    inf = torch.tensor(float("inf"))
    parts = [own.float(), halfway, torch.nextafter(halfway, inf), torch.nextafter(halfway, -inf)]
    anything = torch.from_numpy(
        np.random.default_rng(0).integers(0, 1 << 32, 1 << 20, dtype=np.uint32).view(np.float32)
    )
    limit = torch.tensor([65504.0, 65519.996, 65520.0, 3.3895e38, 3.3962e38, 3.4e38])
    return torch.cat([*parts, anything, limit, -limit, torch.tensor([inf, -inf, float("nan")])])


@pytest.mark.parametrize("name", NARROW)
def test_every_number_to_every_type(name):
    ours, theirs = every(name)
    for to in ALL:
        mine = ours if to in (*NARROW, "float32", "float64", "bool") else ours.clone()
        reference = theirs
        if to not in (*NARROW, "float32", "float64", "bool"):
            # What does not fit an integer is not defined.
            limit = 127 if to == "int8" else 255 if to == "uint8" else 30000
            low = 0 if to == "uint8" else -limit
            kept = (theirs >= low) & (theirs <= limit)
            reference = theirs[kept]
            mine = ours[taut.from_numpy(kept.numpy())]
        assert_same(mine.to(dtype(taut, to)), reference.to(dtype(torch, to)))


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("step", [1, 3])
def test_rounding(name, step):
    theirs = floats_between(name)
    ours = taut.from_numpy(theirs.numpy())
    assert_same(ours[::step].to(dtype(taut, name)), theirs[::step].to(dtype(torch, name)))
    double = theirs.double() * (1 + 2.0**-40)
    assert_same(
        taut.from_numpy(double.numpy()).to(dtype(taut, name)), double.to(dtype(torch, name))
    )
    numbers = double[:1000].tolist()  # one by one
    assert_same(
        taut.tensor(numbers, dtype=dtype(taut, name)), torch.tensor(numbers).to(dtype(torch, name))
    )


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("source", ["uint8", "int8", "int16", "int32", "int64", "bool"])
def test_integers(name, source):
    values = np.random.default_rng(1).integers(-(1 << 20), 1 << 20, 5000).astype(source)
    assert_same(
        taut.from_numpy(values).to(dtype(taut, name)),
        torch.from_numpy(values).to(dtype(torch, name)),
    )


SCRIPT = """
import numpy as np, taut, zlib
x = taut.from_numpy(np.random.default_rng(0).integers(0, 1 << 32, 9999, dtype=np.uint32).view(np.float32))
x = taut.where(taut.isnan(x), 1, x)
for d in (taut.float16, taut.bfloat16):
    y = x.to(d)
    for t in (y, y[::3] * y[1::3], y.float().to(d), y[::2].float()):
        print(zlib.crc32(t.contiguous().view(taut.uint8).numpy().tobytes()))
"""


def test_every_instruction_set_rounds_alike():
    outputs = set()
    for isa in ("baseline", "avx2", "avx512"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "TAUT_ISA": isa},
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode == 0:
            outputs.add(done.stdout)
        else:
            assert isa != "baseline" and "TAUT_ISA" in done.stderr, done.stderr
    assert len(outputs) == 1


# Promotion -------------------------------------------------------------------------------------


def operand(lib, kind):
    if not isinstance(kind, str):
        return kind
    name, *zero_d = kind.split()
    return lib.ones(() if zero_d else 2, dtype=dtype(lib, name))


def test_result_type():
    kinds = [*ALL, *(f"{t} 0-d" for t in ALL), *NUMBERS]
    for a, b in itertools.product(kinds, kinds):
        if isinstance(a, str) or isinstance(b, str):
            ours, theirs = (
                lib.result_type(operand(lib, a), operand(lib, b)) for lib in (taut, torch)
            )
            assert str(ours) == str(theirs), (a, b)
            ours, theirs = (operand(lib, a) + operand(lib, b) for lib in (taut, torch))
            assert str(ours.dtype) == str(theirs.dtype), (a, b)


def test_promote_types_and_can_cast():
    for a, b in itertools.product(ALL, ALL):
        ours, theirs = (lib.promote_types(dtype(lib, a), dtype(lib, b)) for lib in (taut, torch))
        assert str(ours) == str(theirs)
        ours, theirs = (lib.can_cast(dtype(lib, a), dtype(lib, b)) for lib in (taut, torch))
        assert ours == theirs


@pytest.mark.parametrize("name", NARROW)
def test_as_default_dtype(name):
    for lib in (taut, torch):
        lib.set_default_dtype(dtype(lib, name))
    try:
        for make in (
            lambda lib: lib.tensor([1.1, 2.2]),
            lambda lib: lib.tensor([1, 2]) / 3,
            lambda lib: lib.ones(2) * 1.1,
            lambda lib: lib.arange(3.0),
            lambda lib: lib.zeros(2).exp(),
        ):
            assert_same(make(taut), make(torch))
            assert repr(make(taut)) == repr(make(torch))
    finally:
        for lib in (taut, torch):
            lib.set_default_dtype(lib.float32)


# Numbers and factors ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NARROW)
def test_numbers_beside_tensors(name):
    """What multiplies or divides is not rounded to 16 bits, what is added is: as in PyTorch."""
    values = every(name)[1].float()
    values = values[torch.isfinite(values)].contiguous()
    ours = taut.from_numpy(values.numpy()).to(dtype(taut, name))
    theirs = values.to(dtype(torch, name))
    for s in (1.2345, 3, 1e-3, -0.7, 77777.0):
        for f in (
            lambda x, s: x * s,
            lambda x, s: s * x,
            lambda x, s: x / s,
            lambda x, s: x + s,
            lambda x, s: x - s,
            lambda x, s: s - x,
            lambda x, s: s / x,
        ):
            mine, reference = f(ours, s), f(theirs, s)
            np.testing.assert_array_equal(bits(mine), bits(reference), str(s))
    for lib_s in (1.2345, -0.3):
        assert_same(
            ours * taut.tensor(lib_s, dtype=taut.float64),
            theirs * torch.tensor(lib_s, dtype=torch.float64),
        )
    assert_same(ours.clone().mul_(1.2345), theirs.clone().mul_(1.2345))
    assert_same(ours.clone().div_(1.2345), theirs.clone().div_(1.2345))


# Creation and random numbers -------------------------------------------------------------------

CREATIONS = {
    "zeros": lambda lib, d: lib.zeros(3, 2, dtype=d),
    "full": lambda lib, d: lib.full((5,), 1.1, dtype=d),
    "eye": lambda lib, d: lib.eye(3, 4, dtype=d),
    "arange": lambda lib, d: lib.arange(0, 4, 0.3, dtype=d),
    "arange of integers": lambda lib, d: lib.arange(300, dtype=d),
    "linspace": lambda lib, d: lib.linspace(-1, 3, 7, dtype=d),
    "ones_like": lambda lib, d: lib.ones_like(lib.zeros(2, 2), dtype=d),
    "tensor": lambda lib, d: lib.tensor([[1.1, 2], [True, -1e-3]], dtype=d),
    "tril": lambda lib, d: lib.ones(4, 4, dtype=d).tril(),
    "fill_": lambda lib, d: lib.empty(4, dtype=d).fill_(3.3),
}


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("make", CREATIONS.values(), ids=CREATIONS)
def test_creation(make, name):
    assert_same(make(taut, dtype(taut, name)), make(torch, dtype(torch, name)))


RANDOM = {
    "rand": lambda lib, d: lib.rand(1000, dtype=d),
    "uniform_": lambda lib, d: lib.empty(1000, dtype=d).uniform_(-1.7, 3.3),
    "randn of 7": lambda lib, d: lib.randn(7, dtype=d),
    "randn of 16": lambda lib, d: lib.randn(16, dtype=d),
    "randn of 1003": lambda lib, d: lib.randn(1003, dtype=d),
    "normal_": lambda lib, d: lib.empty(999, dtype=d).normal_(0.3, 1.7),
    "normal_ of a view": lambda lib, d: lib.zeros(40, 2, dtype=d)[:, 0].normal_(),
    "randint": lambda lib, d: lib.randint(-50, 50, (500,), dtype=d),
    "randint past the integers": lambda lib, d: lib.randint(0, 3000, (500,), dtype=d),
    "random_": lambda lib, d: lib.empty(500, dtype=d).random_(),
    "randperm": lambda lib, d: lib.randperm(200, dtype=d),
    "bernoulli_": lambda lib, d: lib.empty(500, dtype=d).bernoulli_(0.3),
    "bernoulli": lambda lib, d: lib.bernoulli(lib.full((500,), 0.3, dtype=d)),
    "exponential_": lambda lib, d: lib.empty(500, dtype=d).exponential_(1.5),
    "log_normal_": lambda lib, d: lib.empty(500, dtype=d).log_normal_(),
    "cauchy_": lambda lib, d: lib.empty(500, dtype=d).cauchy_(),
    "geometric_": lambda lib, d: lib.empty(500, dtype=d).geometric_(0.1),
    "poisson": lambda lib, d: lib.poisson(lib.full((500,), 3.0, dtype=d)),
    "normal of tensors": lambda lib, d: lib.normal(
        lib.arange(100, dtype=d), lib.full((100,), 0.5, dtype=d)
    ),
    "dropout": lambda lib, d: lib.nn.functional.dropout(lib.ones(500, dtype=d) * 1.1, 0.3),
    "then float32": lambda lib, d: (lib.randn(33, dtype=d), lib.rand(33))[1],
}


@pytest.mark.filterwarnings("ignore:to - 1 is out of bounds")
@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("draw", RANDOM.values(), ids=RANDOM)
def test_random(draw, name):
    results = []
    for lib in (taut, torch):
        lib.manual_seed(3)
        results.append(draw(lib, dtype(lib, name)))
    assert_same(*results)


# The types as Python sees them -----------------------------------------------------------------


@pytest.mark.parametrize("name", NARROW)
def test_properties(name):
    for get in (
        lambda lib, d: repr(lib.finfo(d)),
        lambda lib, d: (d.itemsize, d.is_floating_point, d.is_signed, str(d)),
        lambda lib, d: lib.zeros(2, dtype=d).element_size(),
        lambda lib, d: lib.zeros(2, dtype=d).type(),
        lambda lib, d: str(lib.zeros(2).type(lib.zeros(2, dtype=d).type()).dtype),
        lambda lib, d: lib.zeros(2, dtype=d).is_floating_point(),
        lambda lib, d: repr(lib.tensor([1.1, -2e-3, 3e4], dtype=d)),
        lambda lib, d: repr(lib.tensor([1.0, 2.0], dtype=d, requires_grad=True)),
        lambda lib, d: lib.tensor([1.1, float("nan"), -float("inf")], dtype=d).tolist()[0],
        lambda lib, d: lib.tensor(1.1, dtype=d).item(),
        lambda lib, d: (float(lib.tensor(2.7, dtype=d)), int(lib.tensor(2.7, dtype=d))),
        lambda lib, d: bool(lib.tensor(0.0, dtype=d)),
        lambda lib, d: str(lib.zeros(2).half().dtype) + str(lib.zeros(2).bfloat16().dtype),
        lambda lib, d: f"{lib.tensor(1.1, dtype=d):.3f}",
    ):
        assert get(taut, dtype(taut, name)) == get(torch, dtype(torch, name))
    assert taut.half is taut.float16


@pytest.mark.parametrize("name", NARROW)
def test_copies(name):
    t = taut.randn(5, 3, dtype=dtype(taut, name))
    for other in (
        copy.copy(t), copy.deepcopy(t), pickle.loads(pickle.dumps(t)), t.clone(), t.detach()
    ):  # fmt: skip
        assert other.dtype is t.dtype and taut.equal(other, t)
    assert pickle.loads(pickle.dumps(t.dtype)) is t.dtype


def test_numpy():
    values = np.array([1.1, -np.inf, 3e-8, 65504], np.float16)
    t = taut.from_numpy(values)
    assert t.dtype is taut.float16
    t[0] = 2
    assert values[0] == 2
    assert t.numpy().dtype == np.float16 and np.shares_memory(t.numpy(), values)
    assert taut.tensor(values).dtype is taut.float16
    assert taut.tensor(np.float16(1.5)).dtype is taut.float16
    with pytest.raises(TypeError, match="unsupported ScalarType BFloat16"):
        taut.zeros(2, dtype=taut.bfloat16).numpy()


@pytest.mark.parametrize("name", NARROW)
def test_dlpack(name):
    theirs = torch.randn(7).to(dtype(torch, name))
    ours = taut.from_dlpack(theirs)
    assert_same(ours, theirs)
    assert_same(ours, torch.from_dlpack(ours))


@pytest.mark.parametrize("name", NARROW)
def test_files(name):
    theirs = {"w": torch.randn(7, 3).to(dtype(torch, name))}
    file = io.BytesIO()
    torch.save(theirs, file)
    file.seek(0)
    ours = taut.load(file)
    assert_same(ours["w"], theirs["w"])
    file = io.BytesIO()
    taut.save(ours, file)
    file.seek(0)
    assert_same(ours["w"], torch.load(file)["w"])

"""Rows of operations, and the tests that every row gets.

Adding a row: name the operation as PyTorch spells it and write its sample inputs once; the same
samples go to taut and to torch, and torch is the oracle.

    ROWS = [
        Row("atan2", lambda m: [m.args(m(3, 4), m(3, 4)), m.args(m(3, 1), m(4))]),
        Row("nn.functional.leaky_relu", samples, inplace="nn.functional.leaky_relu_"),
    ]
    globals().update(make_tests(ROWS))

`m` makes inputs for one dtype: `m(*shape)` random numbers, `m(*shape, lo=, hi=)` in a range,
`m.array(values)` given ones, `m.ints(*shape, lo=, hi=)` indices, `m.bools(*shape)`; `m.args(*a,
**kw)` is one call. A dtype argument is written `m.type("float64")`.

What is tested for each row (switched off or bent by the row's fields):
values in every dtype, memory layouts of the inputs, gradients and second order against torch's,
the in-place form, `out=`, the method form, empty inputs as far as samples have them, and errors.
"""

import dataclasses
import functools
import itertools
import warnings

import numpy as np
import pytest
import torch

import taut

FLOATS = ("float32", "float64")
INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + ("bool",)

TOLERANCE = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


@dataclasses.dataclass(frozen=True)
class Type:
    """A dtype argument, looked up in the library that gets it."""

    name: str


@dataclasses.dataclass
class Call:
    """One call: arrays stand for tensors, everything else is passed as it is."""

    args: tuple
    kwargs: dict


class Maker:
    """Makes inputs of one dtype from one seed."""

    def __init__(self, dtype, seed=0):
        self.dtype = dtype
        self.rng = np.random.default_rng(seed)

    def __call__(self, *shape, lo=None, hi=None, dtype=None):
        dtype = dtype or self.dtype
        if dtype == "bool":
            return self.bools(*shape)
        if dtype in INTEGERS:
            lo = (0 if dtype == "uint8" else -9) if lo is None else int(np.ceil(lo))
            hi = 10 if hi is None else max(int(hi), lo + 1)
            return self.ints(*shape, lo=max(lo, 0) if dtype == "uint8" else lo, hi=hi, dtype=dtype)
        lo, hi = (-3.0 if lo is None else lo), (3.0 if hi is None else hi)
        return np.asarray(self.rng.uniform(lo, hi, shape), dtype)

    def array(self, values, dtype=None):
        return np.array(values, dtype or self.dtype)

    def ints(self, *shape, lo=0, hi=10, dtype="int64"):
        return np.asarray(self.rng.integers(lo, hi, shape), dtype)

    def bools(self, *shape):
        return np.asarray(self.rng.integers(0, 2, shape), "bool")

    def type(self, name=None):
        return Type(name or self.dtype)

    def args(self, *args, **kwargs):
        return Call(args, kwargs)


@dataclasses.dataclass
class Row:
    """One operation. `name` is a dotted path below taut and torch; `fn(lib, *args)` replaces it."""

    name: str
    samples: callable  # Maker -> iterable of Call
    id: str = None
    fn: callable = None
    dtypes: tuple = FLOATS  # element types of the value tests
    grad: tuple = FLOATS  # element types of the gradient tests
    gradgrad: bool = True
    method: str = None  # name as a Tensor method
    inplace: str = None  # name of the in-place method, or dotted path of the in-place function
    out: bool = False  # takes out=
    layouts: bool = True
    tolerance: dict = dataclasses.field(default_factory=dict)  # dtype -> (rtol, atol)
    errors: callable = None  # Maker -> iterable of Call (torch says which exception)
    oracle: callable = None  # fn(lib, *args) for torch where its spelling differs

    def __post_init__(self):
        self.id = self.id or self.name

    def call(self, lib):
        if lib is torch and self.oracle:
            return functools.partial(self.oracle, lib)
        if self.fn:
            return functools.partial(self.fn, lib)
        return lookup(lib, self.name)

    def tolerances(self, dtype):
        """(rtol, atol), never below what the type of a result has in TOLERANCE."""
        return self.tolerance.get(dtype, TOLERANCE.get(dtype, (0, 0)))


def lookup(lib, dotted):
    return functools.reduce(getattr, dotted.split("."), lib)


# Conversion ------------------------------------------------------------------------------------


def contiguous(lib, array):
    return lib.tensor(array.tolist(), dtype=getattr(lib, array.dtype.name)).reshape(array.shape)


def transposed(lib, array):
    return contiguous(lib, array.transpose()).permute(tuple(range(array.ndim))[::-1])


def strided(lib, array):
    """Every second element of a larger tensor, from an odd place on."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1] + 1), array.dtype)
    wide[..., 1::2] = array
    return contiguous(lib, wide)[..., 1::2]


LAYOUTS = {"contiguous": contiguous, "transposed": transposed, "strided": strided}


def convert(lib, value, layout="contiguous", grad=False):
    """A sample's value as `lib` takes it."""
    if isinstance(value, np.ndarray):
        t = LAYOUTS[layout if value.ndim else "contiguous"](lib, value)
        return t.requires_grad_() if grad and value.dtype.kind == "f" else t
    if isinstance(value, Type):
        return getattr(lib, value.name)
    if isinstance(value, (list, tuple)):
        return type(value)(convert(lib, v, layout, grad) for v in value)
    return value


def converted(lib, call, layout="contiguous", grad=False):
    args = tuple(convert(lib, v, layout, grad) for v in call.args)
    return args, {k: convert(lib, v, layout, grad) for k, v in call.kwargs.items()}


def tensors_in(values):
    """The tensors in nested arguments or results, in order."""
    if hasattr(values, "requires_grad"):
        return [values]
    if isinstance(values, dict):
        values = values.values()
    if isinstance(values, (list, tuple, type({}.values()))):
        return list(itertools.chain.from_iterable(tensors_in(v) for v in values))
    return []


def to_numpy(t):
    if isinstance(t, torch.Tensor) and t._is_zerotensor():
        return np.zeros(tuple(t.shape), str(t.dtype).split(".")[1])
    return np.array(t.detach().tolist(), dtype=str(t.dtype).split(".")[1]).reshape(tuple(t.shape))


def assert_same(ours, theirs, tolerance, what=""):
    """Same structure, shapes, dtypes and values within (rtol, atol)."""
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), what
        for i, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, tolerance, f"{what}[{i}]")
    elif isinstance(theirs, torch.Tensor):
        assert isinstance(ours, taut.Tensor), f"{what}: got {type(ours)}"
        assert tuple(ours.shape) == tuple(theirs.shape), what
        assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1], what
        least = TOLERANCE.get(str(theirs.dtype).split(".")[1], (0, 0))
        rtol, atol = (max(pair) for pair in zip(tolerance, least))
        np.testing.assert_allclose(
            to_numpy(ours), to_numpy(theirs), rtol=rtol, atol=atol, equal_nan=True, err_msg=what
        )
    else:
        assert ours == theirs or (ours != ours and theirs != theirs), what


# The tests -------------------------------------------------------------------------------------


def run(lib, f, args, kwargs):
    with warnings.catch_warnings():
        if lib is torch:
            warnings.simplefilter("ignore")
        return f(*args, **kwargs)


def check_values(row, dtype, layout="contiguous", f=None):
    f = f or row.call
    for i, call in enumerate(row.samples(Maker(dtype))):
        results = []
        for lib in (taut, torch):
            args, kwargs = converted(lib, call, layout)
            results.append(run(lib, f(lib), args, kwargs))
        assert_same(*results, row.tolerances(dtype), f"{row.id}, sample {i}")


def gradients(lib, row, call, order):
    """Gradients of a random projection of the outputs; at order 2, of a projection of those."""
    args, kwargs = converted(lib, call, grad=True)
    inputs = [t for t in tensors_in((args, kwargs)) if t.requires_grad]
    outputs = [t for t in tensors_in(run(lib, row.call(lib), args, kwargs)) if t.requires_grad]
    if not inputs or not outputs:
        return None
    rng = np.random.default_rng(7)

    def cotangents(values):
        return [
            contiguous(lib, rng.uniform(-1, 1, tuple(v.shape)).astype(str(v.dtype).split(".")[1]))
            for v in values
        ]

    first = cotangents(outputs)
    if order == 1:
        return filled(lib, inputs, lib.autograd.grad(outputs, inputs, first, allow_unused=True))
    inputs = inputs + [t.requires_grad_() for t in first]
    grads = lib.autograd.grad(outputs, inputs, first, create_graph=True, allow_unused=True)
    grads = [g for g in grads if g is not None and g.requires_grad]
    if not grads:
        return None
    second = lib.autograd.grad(grads, inputs, cotangents(grads), allow_unused=True)
    return filled(lib, inputs, second)


def filled(lib, inputs, grads):
    return [lib.zeros_like(t) if g is None else g for t, g in zip(inputs, grads)]


def check_gradients(row, dtype, order):
    compared = 0
    for i, call in enumerate(row.samples(Maker(dtype, seed=1))):
        ours, theirs = (gradients(lib, row, call, order) for lib in (taut, torch))
        what = f"{row.id}, sample {i}"
        if ours is None or theirs is None:  # no path: the same as zeros
            assert not any(to_numpy(g).any() for g in ours or theirs or ()), what
            continue
        compared += 1
        rtol, atol = map(max, zip(row.tolerances(dtype), TOLERANCE[dtype]))
        assert_same(ours, theirs, (rtol * 10.0**order, atol * 10.0**order), what)
    assert compared or order == 2, f"{row.id}: no sample has a gradient"


def check_inplace(row, dtype):
    """The in-place form, on its own and on a result inside a graph, where torch allows it."""
    for call in row.samples(Maker(dtype)):
        outcomes = []
        for lib in (taut, torch):
            for grad in (False, True):
                args, kwargs = converted(lib, call, grad=grad)
                outcomes.append(inplace_outcome(lib, row, args, kwargs))
        for ours, theirs in zip(outcomes[:2], outcomes[2:]):
            if isinstance(theirs, NotImplementedError) and "derivative" in str(theirs):
                continue
            if isinstance(theirs, Exception):
                assert same_error(ours, theirs), f"{row.id}: {ours!r} for {theirs!r}"
            else:
                assert not isinstance(ours, Exception), f"{row.id}: {ours!r}"
                assert_same(ours, theirs, row.tolerances(dtype), row.id)


def inplace_outcome(lib, row, args, kwargs):
    leaves = [t for t in tensors_in((args, kwargs)) if t.requires_grad]
    target = args[0] * 1 if leaves else args[0].clone()
    try:
        if "." in row.inplace:
            result = run(lib, lookup(lib, row.inplace), (target, *args[1:]), kwargs)
        else:
            result = run(lib, getattr(target, row.inplace), args[1:], kwargs)
        assert result is target
        if not target.requires_grad:
            return [target]
        grads = lib.autograd.grad(target.sum(), leaves, allow_unused=True)
        return [target, *filled(lib, leaves, grads)]
    except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
        return error


def check_out(row, dtype):
    for call in row.samples(Maker(dtype)):
        results = []
        for lib in (taut, torch):
            args, kwargs = converted(lib, call)
            expected = run(lib, row.call(lib), args, kwargs)
            for out in (lib.empty_like(expected), lib.empty(0, dtype=expected.dtype)):
                result = run(lib, row.call(lib), args, {**kwargs, "out": out})
                assert result is out
                results.append(out)
        for ours, theirs in zip(results[:2], results[2:]):
            assert_same(ours, theirs, row.tolerances(dtype), f"{row.id}(out=)")


def same_error(ours, theirs):
    return isinstance(ours, Exception) and isinstance(ours, type(theirs))


def check_errors(row, dtype):
    for i, call in enumerate(row.errors(Maker(dtype))):
        raised = []
        for lib in (taut, torch):
            args, kwargs = converted(lib, call)
            try:
                run(lib, row.call(lib), args, kwargs)
                raised.append(None)
            except Exception as error:  # noqa: BLE001 (the type is what is tested)
                raised.append(error)
        ours, theirs = raised
        assert theirs is not None, f"{row.id}, error {i}: torch accepts it"
        assert same_error(ours, theirs), f"{row.id}, error {i}: {ours!r} for {theirs!r}"
        assert str(ours), f"{row.id}, error {i}: no message"


def table(rows, wanted):
    """(row, dtype) pairs as pytest parameters; wanted(row) gives the dtypes."""
    pairs = [pytest.param(r, t, id=f"{r.id}-{t}") for r in rows for t in wanted(r)]
    return pytest.mark.parametrize("row, dtype", pairs)


def make_tests(rows):
    """The test functions of a table, to be put into a test module's globals."""

    @table(rows, lambda r: r.dtypes)
    def test_values(row, dtype):
        check_values(row, dtype)

    @pytest.mark.parametrize("layout", ["transposed", "strided"])
    @table(rows, lambda r: r.dtypes[:1] if r.layouts else ())
    def test_layouts(row, dtype, layout):
        check_values(row, dtype, layout)

    @table(rows, lambda r: r.dtypes[:1] if r.method else ())
    def test_method(row, dtype):
        check_values(row, dtype, f=lambda lib: getattr(lib.Tensor, row.method))

    @table(rows, lambda r: r.grad)
    def test_gradients(row, dtype):
        check_gradients(row, dtype, 1)

    @table(rows, lambda r: r.grad[-1:] if r.gradgrad else ())
    def test_second_order(row, dtype):
        check_gradients(row, dtype, 2)

    @table(rows, lambda r: r.dtypes if r.inplace else ())
    def test_inplace(row, dtype):
        check_inplace(row, dtype)

    @table(rows, lambda r: r.dtypes[:1] if r.out else ())
    def test_out(row, dtype):
        check_out(row, dtype)

    @table(rows, lambda r: r.dtypes[:1] if r.errors else ())
    def test_errors(row, dtype):
        check_errors(row, dtype)

    def has_rows(f):
        return any(mark.args[0] == "row, dtype" and mark.args[1] for mark in f.pytestmark)

    return {k: f for k, f in locals().items() if k.startswith("test_") and has_rows(f)}

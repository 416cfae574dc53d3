"""out= of every function that PyTorch gives one: samples and rules from PyTorch's own operation list."""

import functools
import warnings

import pytest
import torch

import taut
from harness import lookup

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_methods_invocations import op_db

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64")

# PyTorch refuses some types here with an error of its own, or takes one that taut does not.
# lstsq's rank may be float64 there and not float32.
OTHER_TYPES = {
    *("linspace", "logspace", "normal", "cumsum", "cumprod", "nansum", "nanmean", "linalg.lstsq"),
}
# Where the samples have the arguments in another order than the function.
ORDER = {"where": (1, 0, 2), "polygamma": (1, 0), "special.polygamma": (1, 0)}


def exists(lib, name):
    try:
        return lookup(lib, name) is not None
    except (AttributeError, ImportError):
        return False


OPS = [op for op in op_db if op.supports_out and exists(taut, op.name) and exists(torch, op.name)]
# equal gives a bool, empty anything; the nuclear norm is not there.
OPS = [op for op in OPS if op.full_name not in ("equal", "empty", "norm.nuc")]
BY_NAME = {op.full_name: op for op in OPS}
each_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.full_name)


class Untranslatable(Exception):
    pass


def translated(value):
    if isinstance(value, torch.Tensor):
        name = str(value.dtype).removeprefix("torch.")
        if name not in DTYPES or value.layout != torch.strided:
            raise Untranslatable
        return taut.from_numpy(value.detach().clone().numpy())
    if isinstance(value, torch.dtype):
        return getattr(taut, str(value).removeprefix("torch."))
    if isinstance(value, (list, tuple)):
        return type(value)(translated(v) for v in value)
    if isinstance(value, (torch.device, torch.layout, torch.memory_format)):
        raise Untranslatable
    return value


def samples(op, most=6):
    return found_samples(op.full_name)[:most]


@functools.cache
def found_samples(name):
    """(theirs, ours) pairs of (args, kwargs) that both libraries take without out."""
    op = BY_NAME[name]
    found = []
    kinds = op.supported_dtypes("cpu")
    kind = next(t for t in (torch.float32, torch.int64, torch.bool) if t in kinds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for s in op.sample_inputs("cpu", kind):
            args, kwargs = (s.input, *s.args), dict(s.kwargs)
            args = tuple(args[i] for i in ORDER.get(op.name, range(len(args))))
            if kwargs.get("as_tuple"):
                continue
            try:
                ours = translated(args), {k: translated(v) for k, v in kwargs.items()}
                result = lookup(taut, op.name)(*ours[0], **ours[1])
                in_torch = lookup(torch, op.name)(*args, **kwargs)
            except (Untranslatable, TypeError, RuntimeError, NotImplementedError, ValueError):
                continue
            if not tensors(result) or len(tensors(result)) != len(tensors(in_torch)):
                continue
            found.append(((args, kwargs), ours))
            if len(found) == 6:
                break
    return found


def tensors(result):
    if isinstance(result, (taut.Tensor, torch.Tensor)):
        return (result,)
    return (
        tuple(t for t in result if isinstance(t, (taut.Tensor, torch.Tensor)))
        if isinstance(result, tuple)
        else ()
    )


def call(lib, op, sample, **kwargs):
    """The result of one sample, from one seed."""
    lib.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lookup(lib, op.name)(*sample[0], **{**sample[1], **kwargs})


def call_into(lib, op, sample, outs):
    result = call(lib, op, sample, out=outs if len(outs) > 1 else outs[0])
    # Those that give copies of views give nothing where out is given.
    assert result is None or all(a is b for a, b in zip(tensors(result), outs, strict=True))


def gaps(t):
    """An out of the shape of t, every second element of something larger."""
    wide = taut.zeros(tuple(2 * n for n in t.shape), dtype=t.dtype)
    return wide[(slice(None, None, 2),) * t.dim()]


@each_op
def test_results_land_in_out(op):
    found = samples(op)
    assert found
    for _, sample in found:
        expected = tensors(call(taut, op, sample))
        for outs in (
            tuple(taut.empty(0, dtype=t.dtype) for t in expected),
            tuple(taut.full_like(t, 1) for t in expected),
            tuple(gaps(t) for t in expected),
        ):
            strides = [o.stride() for o in outs]
            shapes = [o.shape for o in outs]
            versions = [o._version for o in outs]
            call_into(taut, op, sample, outs)
            for out, want, stride, shape, version in zip(outs, expected, strides, shapes, versions):
                taut.testing.assert_close(out, want, equal_nan=True)
                assert shape != want.shape or out.stride() == stride
                assert out._version > version or want.numel() == 0


def accepted(lib, op, sample, dtype):
    outs = tuple(lib.empty(0, dtype=getattr(lib, dtype)) for _ in tensors(call(lib, op, sample)))
    try:
        call_into(lib, op, sample, outs)
    except (RuntimeError, TypeError) as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    "op", [op for op in OPS if op.name not in OTHER_TYPES], ids=lambda op: op.full_name
)
def test_types_that_out_may_have(op):
    theirs, ours = samples(op)[0]
    for dtype in DTYPES:
        want, got = accepted(torch, op, theirs, dtype), accepted(taut, op, ours, dtype)
        assert got is want, dtype


@each_op
def test_nothing_may_be_recorded(op):
    for _, sample in samples(op, 3):
        expected = tensors(call(taut, op, sample))
        inputs = [
            t.requires_grad_() if isinstance(t, taut.Tensor) and t.is_floating_point() else t
            for t in sample[0]
        ]
        recorded = tensors(call(taut, op, (inputs, sample[1])))
        outs = tuple(taut.empty(0, dtype=t.dtype) for t in expected)
        if any(t.requires_grad for t in recorded):
            with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
                call_into(taut, op, (inputs, sample[1]), outs)
            with taut.no_grad():
                call_into(taut, op, (inputs, sample[1]), outs)
            outs = tuple(
                taut.empty(0, dtype=t.dtype, requires_grad=t.is_floating_point()) for t in expected
            )
            with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
                call_into(taut, op, sample, outs)
        for t in inputs:
            if isinstance(t, taut.Tensor):
                t.requires_grad_(False)


# Not in the list, or there without out=.
FURTHER = {
    "argsort": lambda lib, x, out: lib.argsort(x, stable=True, out=out),
    "median": lambda lib, x, out: lib.median(x, 1, out=out),
    "nanmedian": lambda lib, x, out: lib.nanmedian(x, 1, True, out=out),
    "threshold": lambda lib, x, out: lib.threshold(x, 0.1, 0.2, out=out),
    "randint": lambda lib, x, out: lib.randint(9, (2, 3), out=out),
    "range": lambda lib, x, out: lib.range(0, 5, out=out),
}


def outcome(lib, name, dtypes):
    lib.manual_seed(0)
    x = lib.tensor([[0.5, -1.0, 2.0], [0.25, 0.125, 3.0]])
    outs = tuple(lib.empty(0, dtype=getattr(lib, t)) for t in dtypes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = FURTHER[name](lib, x, outs if len(outs) > 1 else outs[0])
    except (RuntimeError, TypeError) as error:
        return type(error)
    assert all(a is b for a, b in zip(tensors(result), outs, strict=True))
    return [out.tolist() for out in outs]


@pytest.mark.parametrize("name", FURTHER)
def test_further_functions(name):
    pair = name.endswith("median")
    for dtype in DTYPES:
        for types in [(dtype, "int64"), ("float32", dtype)] if pair else [(dtype,)]:
            assert outcome(taut, name, types) == outcome(torch, name, types), types


def shared(lib, f):
    torch.manual_seed(0)
    a, b = (torch.rand(3, 3, dtype=torch.float64) for _ in range(2))
    return f(lib, *(lib.tensor(t.tolist(), dtype=lib.float64) for t in (a, b)))


@pytest.mark.parametrize(
    "f",
    [
        lambda lib, a, b, **k: lib.mm(a, b, **k),
        lambda lib, a, b, **k: lib.addmm(b, a, b, **k),
        lambda lib, a, b, **k: lib.addmm(b[0], a, b, beta=2, **k),
        lambda lib, a, b, **k: lib.matmul(a, b.t(), **k),
        lambda lib, a, b, **k: lib.gather(a, 0, lib.ones(3, 3, dtype=lib.int64), **k),
        lambda lib, a, b, **k: lib.cumsum(b, 0, **k),
    ],
)
def test_an_input_may_be_out(f):
    """The result is that without out, whatever is read and written."""

    def both(lib, a, b):
        expected = f(lib, a, b)
        assert f(lib, a, b, out=b) is b
        return lib.equal(b, expected)

    assert shared(taut, both)


@pytest.mark.parametrize("lib", [torch, taut], ids=["torch", "taut"])
@pytest.mark.parametrize(
    "f",
    [
        lambda lib, a, b, **k: lib.cat([b[:1], a[:2]], **k),
        lambda lib, a, b, **k: lib.gather(b, 0, lib.ones(3, 3, dtype=lib.int64), **k),
        lambda lib, a, b, **k: lib.masked_select(b.view(9), lib.ones(9, dtype=lib.bool), **k),
    ],
)
def test_an_input_that_may_not_be_out(lib, f):
    """Refused, and nothing is written."""
    a, b = lib.zeros(3, 3), lib.ones(3, 3)
    out = b.view(9) if f(lib, a, b).dim() == 1 else b
    with pytest.raises(RuntimeError, match="single memory location"):
        f(lib, a, b, out=out)
    assert lib.equal(b, lib.ones(3, 3))


def test_out_shares_no_element_with_itself():
    with pytest.raises(RuntimeError, match="single memory location"):
        taut.exp(taut.ones(3, 3), out=taut.ones(3).expand(3, 3))
    with pytest.raises(RuntimeError, match="one memory location"):
        taut.mm(taut.ones(3, 3), taut.ones(3, 3), out=taut.ones(3).expand(3, 3))


def test_products_are_written_where_they_belong():
    """No temporary of the result's size."""
    a, b, c = (taut.randn(200, 200) for _ in range(3))
    out, row = taut.empty(200, 200), taut.randn(200)
    calls = [
        lambda: taut.mm(a, b, out=out),
        lambda: taut.matmul(a, b, out=out),
        lambda: taut.addmm(c, a, b, beta=0.5, alpha=2, out=out),
        lambda: taut.addmm(row, a, b, out=out),
        lambda: taut.addmm(out, a, b, beta=0.5, out=out),
        lambda: out.addmm_(a, b, beta=0.5),
    ]
    for f in calls:
        f()
        before = taut.memory_stats()["allocated"]
        taut.reset_peak_memory_stats()
        f()
        assert taut.memory_stats()["allocated"] == before
        assert taut.memory_stats()["largest"] < out.nbytes

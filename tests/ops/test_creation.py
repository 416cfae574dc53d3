"""New tensors against PyTorch: values, dtypes, layouts, error types; memory shared with other libraries."""

import array
import copy
import doctest
import gc
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

import taut
from harness import ALL, Row, make_tests

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def short(dtype):
    return str(dtype).split(".")[1]


def assert_same(ours, theirs, tolerance=0.0):
    assert type(ours) is taut.Tensor
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert short(ours.dtype) == short(theirs.dtype)
    assert ours.numel() == 0 or ours.stride() == theirs.stride()
    assert ours.requires_grad == theirs.requires_grad
    a, b = ours.detach().numpy(), theirs.detach().numpy()
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=0)


def both(f, tolerance=0.0):
    """f(library) gives the same tensor, or raises the same type, with both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = f(torch)
        except Exception as error:
            with pytest.raises(type(error)):
                f(taut)
            return
        assert_same(f(taut), theirs, tolerance)


VALUES = {
    "zeros": lambda lib: lib.zeros(2, 3),
    "zeros tuple": lambda lib: lib.zeros((2, 3), dtype=lib.int8),
    "zeros list": lambda lib: lib.zeros([2, 3], requires_grad=True),
    "zeros named": lambda lib: lib.zeros(size=(2, 3)),
    "zeros of 0-d": lambda lib: lib.zeros(()),
    "zeros of nothing": lambda lib: lib.zeros(0, 3),
    "zeros shape": lambda lib: lib.zeros(lib.ones(2, 3).shape),
    "zeros tensor": lambda lib: lib.zeros(lib.tensor(2), 3),
    "zeros device": lambda lib: lib.zeros(2, device="cpu"),
    "zeros device object": lambda lib: lib.zeros(2, device=lib.device("cpu", 0)),
    "zeros other device": lambda lib: lib.zeros(2, device="nowhere"),
    "zeros negative": lambda lib: lib.zeros(2, -1),
    "zeros float size": lambda lib: lib.zeros(2.0),
    "zeros without size": lambda lib: lib.zeros(),
    "zeros unknown keyword": lambda lib: lib.zeros(2, colour=1),
    "zeros integer with grad": lambda lib: lib.zeros(2, dtype=lib.int64, requires_grad=True),
    "zeros dtype text": lambda lib: lib.zeros(2, dtype="float32"),
    "zeros Python dtype": lambda lib: lib.zeros(2, dtype=int),
    "zeros out": lambda lib: lib.zeros(2, 3, out=lib.ones(6, dtype=lib.int32)),
    "ones": lambda lib: lib.ones(4, dtype=lib.bool),
    "full": lambda lib: lib.full((2, 3), 7),
    "full float": lambda lib: lib.full((2,), 1.5),
    "full bool": lambda lib: lib.full((2,), True),
    "full bool of 2": lambda lib: lib.full((2,), 2, dtype=lib.bool),
    "full infinity": lambda lib: lib.full((2,), float("inf")),
    "full wraps": lambda lib: lib.full((2,), -1, dtype=lib.uint8),
    "full truncates": lambda lib: lib.full((2,), 1.9, dtype=lib.int64),
    "full tensor": lambda lib: lib.full((2,), lib.tensor(3.0)),
    "full overflow": lambda lib: lib.full((2,), 300, dtype=lib.uint8),
    "full wraps too far": lambda lib: lib.full((2,), -256, dtype=lib.uint8),
    "full nan": lambda lib: lib.full((2,), float("nan"), dtype=lib.int64),
    "full huge": lambda lib: lib.full((2,), 1e40),
    "zeros_like": lambda lib: lib.zeros_like(lib.ones(2, 3).t()),
    "zeros_like contiguous": lambda lib: lib.zeros_like(
        lib.ones(2, 3).t(), memory_format=lib.contiguous_format
    ),
    "zeros_like dtype": lambda lib: lib.zeros_like(lib.ones(2, 3), dtype=lib.int16),
    "zeros_like of a slice": lambda lib: lib.zeros_like(lib.ones(4, 6).t()[1:4]),
    "zeros_like of an expanded": lambda lib: lib.zeros_like(lib.ones(1, 4).expand(3, 4)),
    "zeros_like drops grad": lambda lib: lib.zeros_like(lib.ones(3, requires_grad=True)),
    "ones_like grad": lambda lib: lib.ones_like(lib.ones(3), requires_grad=True),
    "full_like": lambda lib: lib.full_like(lib.ones(2, dtype=lib.int64), 1.7),
    "new_zeros": lambda lib: lib.ones(2, dtype=lib.float64).new_zeros(2, 3),
    "new_ones": lambda lib: lib.ones(2).new_ones((2, 3), dtype=lib.int64),
    "new_full": lambda lib: lib.ones(2).new_full((2,), True),
    "new_tensor": lambda lib: lib.ones(2, dtype=lib.int32).new_tensor([1.5, 2]),
    "new_tensor dtype": lambda lib: lib.ones(2).new_tensor([1, 2], dtype=lib.int8),
    "arange step of an integer": lambda lib: lib.arange(
        0, 9, 0.5, out=lib.zeros(0, dtype=lib.int64)
    ),
    "expanded out": lambda lib: lib.ones(3, out=lib.zeros(1).expand(3)),
    "empty_strided": lambda lib: lib.empty_strided((2, 3), (1, 2)).zero_(),
    "empty_permuted": lambda lib: lib.empty_permuted((2, 3, 4), (1, 2, 0)).zero_(),
    "empty_permuted twice": lambda lib: lib.empty_permuted((2, 3), (1, 1)),
    "empty_permuted beyond": lambda lib: lib.empty_permuted((2, 3), (1, 2)),
    "scalar_tensor": lambda lib: lib.scalar_tensor(3),
    "fill_": lambda lib: lib.ones(3, 4).t()[1:3].fill_(5),
    "fill_ tensor": lambda lib: lib.ones(3).fill_(lib.tensor(5)),
    "fill_ overflow": lambda lib: lib.ones(2, dtype=lib.int8).fill_(200),
    "fill_ vector": lambda lib: lib.ones(2).fill_(lib.tensor([3, 4])),
    "fill": lambda lib: lib.fill(lib.ones(3), 2),
    "zero_": lambda lib: lib.ones(3, 4)[:, ::2].zero_(),
    "eye": lambda lib: lib.eye(3),
    "eye wide": lambda lib: lib.eye(3, 5, dtype=lib.int64),
    "eye tall": lambda lib: lib.eye(4, 2, dtype=lib.bool),
    "eye empty": lambda lib: lib.eye(0),
    "eye negative": lambda lib: lib.eye(-1),
    "eye negative columns": lambda lib: lib.eye(3, -1),
    "arange": lambda lib: lib.arange(5),
    "arange float": lambda lib: lib.arange(5.0),
    "arange bounds": lambda lib: lib.arange(2, 9, 3),
    "arange named": lambda lib: lib.arange(start=2, end=9, step=3),
    "arange down": lambda lib: lib.arange(9, 2, -3),
    "arange exact": lambda lib: lib.arange(0, 9, 3),
    "arange nothing": lambda lib: lib.arange(3, 3),
    "arange tensor": lambda lib: lib.arange(lib.tensor(3)),
    "arange of float tensor": lambda lib: lib.arange(lib.tensor(3.0)),
    "arange truncates": lambda lib: lib.arange(1, 2.5, dtype=lib.int64),
    "arange truncates start": lambda lib: lib.arange(-1.5, 4.5, 1.5, dtype=lib.int32),
    "arange wraps": lambda lib: lib.arange(-3, 3, dtype=lib.uint8),
    "arange large": lambda lib: lib.arange(2**53, 2**53 + 3),
    "arange grad": lambda lib: lib.arange(3.0, requires_grad=True),
    "arange out": lambda lib: lib.arange(3, out=lib.zeros(3, dtype=lib.float64)),
    "arange step 0": lambda lib: lib.arange(1, 5, 0),
    "arange wrong way": lambda lib: lib.arange(1, 5, -1),
    "arange nan": lambda lib: lib.arange(float("nan"), 5),
    "arange bool": lambda lib: lib.arange(3, dtype=lib.bool),
    "linspace": lambda lib: lib.linspace(0, 1, 5),
    "linspace tensors": lambda lib: lib.linspace(lib.tensor(0.0), lib.tensor(1.0), 3),
    "linspace one": lambda lib: lib.linspace(3, 9, 1),
    "linspace none": lambda lib: lib.linspace(3, 9, 0),
    "linspace negative": lambda lib: lib.linspace(0, 1, -1),
    "linspace bool": lambda lib: lib.linspace(0, 1, 3, dtype=lib.bool),
    "linspace overflow": lambda lib: lib.linspace(0, 300, 3, dtype=lib.uint8),
    "logspace int": lambda lib: lib.logspace(0, 3, 5, base=2, dtype=lib.int64),
    "logspace bool": lambda lib: lib.logspace(0, 1, 3, dtype=lib.bool),
    "tril": lambda lib: lib.tril(lib.arange(12).reshape(3, 4), 1),
    "tril batch": lambda lib: lib.arange(24.0).reshape(2, 3, 4).tril(-1),
    "triu transposed": lambda lib: lib.triu(lib.arange(12).reshape(3, 4).t()),
    "triu bool": lambda lib: lib.ones(3, 3, dtype=lib.bool).triu(diagonal=1),
    "tril_": lambda lib: lib.arange(24).reshape(2, 3, 4).tril_(),
    "triu_ view": lambda lib: lib.arange(24).reshape(4, 6)[::2, 1:].triu_(1),
    "tril far": lambda lib: lib.ones(3, 3).tril(-9),
    "tril empty": lambda lib: lib.ones(0, 3).tril(),
    "tril 1-d": lambda lib: lib.ones(3).tril(),
    "tril_indices": lambda lib: lib.tril_indices(3, 4, 1),
    "tril_indices tall": lambda lib: lib.tril_indices(5, 2, -1, dtype=lib.int32),
    "triu_indices": lambda lib: lib.triu_indices(3, 4, -1),
    "triu_indices far": lambda lib: lib.triu_indices(3, 4, 9),
    "triu_indices negative": lambda lib: lib.triu_indices(-3, 4),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    both(VALUES[name])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint8"])
@pytest.mark.parametrize("start, end", [(0, 1), (3, 7), (0, 200), (9, 2)])
@pytest.mark.parametrize("steps", [2, 3, 7, 100])
def test_spacing(start, end, steps, dtype):
    both(lambda lib: lib.linspace(start, end, steps, dtype=getattr(lib, dtype)))
    tolerance = 1e-6 if dtype == "float32" else 1e-15
    both(
        lambda lib: lib.logspace(start / 100, end / 100, steps, dtype=getattr(lib, dtype)),
        tolerance,
    )


@pytest.mark.parametrize(
    "start, end, step", [(0, 100, 0.1), (-3.3, 50, 0.37), (5, -100, -0.7), (0, 1, 0.25)]
)
def test_arange_of_floats(start, end, step):
    both(lambda lib: lib.arange(start, end, step), 1e-5)
    both(lambda lib: lib.arange(start, end, step, dtype=lib.float64), 1e-12)


RANGES = {
    "two": lambda lib: lib.range(1, 4),
    "step": lambda lib: lib.range(1, 4, 0.5),
    "down": lambda lib: lib.range(3, 1, -1),
    "one": lambda lib: lib.range(1, 1),
    "named": lambda lib: lib.range(start=1, end=3, step=2),
    "beyond the last": lambda lib: lib.range(0.5, 9.0, 1.3, dtype=lib.float64),
    "integers": lambda lib: lib.range(1, 4, dtype=lib.int64),
    "truncated": lambda lib: lib.range(0.5, 4.7, 1.3, dtype=lib.int32),
    "out": lambda lib: lib.range(1, 4, out=lib.empty(0, dtype=lib.int32)),
    "grad": lambda lib: lib.range(1, 4, requires_grad=True),
    "no step": lambda lib: lib.range(0, 1, 0),
    "wrong way": lambda lib: lib.range(3, 1),
    "infinite": lambda lib: lib.range(1, float("inf")),
    "nan": lambda lib: lib.range(1, float("nan")),
    "bool": lambda lib: lib.range(1, 2, dtype=lib.bool),
    "no end": lambda lib: lib.range(4),
}


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.filterwarnings("ignore:t[a-z]+.range is deprecated:UserWarning")
def test_range(name):
    both(RANGES[name])


def test_range_is_deprecated():
    with pytest.warns(UserWarning) as theirs:
        torch.range(1, 2)
    with pytest.warns(UserWarning) as ours:
        taut.range(1, 2)
    assert str(theirs[0].message).startswith(str(ours[0].message).replace("taut", "torch"))


def test_arange_is_correctly_rounded():
    i = np.arange(1000)
    np.testing.assert_allclose(
        taut.arange(0, 100, 0.1).numpy(), (i * 0.1).astype(np.float32), rtol=1.2e-7
    )


DATA = {
    "number": 3,
    "float": 1.5,
    "bool": True,
    "list": [1, 2],
    "floats": [1.5, 2],
    "bools": [True, False],
    "bool and int": [True, 2],
    "all kinds": [True, 2, 3.5],
    "nested": [[1, 2], [3, 4.5]],
    "tuples": ((1, 2), (3, 4)),
    "deep": [[[[1]]], [[[2]]]],
    "empty": [],
    "empty rows": [[], []],
    "range": range(4),
    "list of ranges": [range(2), range(2)],
    "lowest": -(2**63),
    "too large": 2**63,
    "infinities": [float("inf"), float("-inf"), float("nan")],
    "ragged": [[1, 2], [3]],
    "ragged depth": [[1, 2], 3],
    "deeper later": [1, [2, 3]],
    "text": "a",
    "list of text": ["a"],
    "text after": [1, "a"],
    "bytes": b"abc",
    "bytearray": bytearray(b"abc"),
    "array": array.array("f", [1, 2]),
    "memoryview": memoryview(b"ab"),
    "None": None,
    "list of None": [None],
    "dict": {1: 2},
    "list of dict": [{}],
    "set": {1, 2},
    "object": object(),
    "iterator": iter([1]),
    "np float32": np.float32(1.5),
    "np int8": np.int8(1),
    "np bool": np.bool_(True),
    "np scalars": [np.float32(1.5), np.float64(2)],
    "np ints": [np.int8(1), np.int32(2)],
    "np and Python": [np.float32(1.5), 1],
    "np and float": [np.float32(1.5), 1.5],
    "list of arrays": [np.array([1, 2]), np.array([3, 4])],
    "array and list": [np.array([1.0, 2], dtype=np.float32), [3, 4]],
    "ndarray": np.arange(6.0).reshape(2, 3),
    "ndarray strided": np.arange(12).reshape(3, 4)[::2, 1:],
    "ndarray transposed": np.arange(6).reshape(2, 3).T,
    "ndarray 0-d": np.array(5),
    "ndarray empty": np.zeros((0, 3)),
    "ndarray negative stride": np.arange(4)[::-1],
    "ndarray text": np.array(["a"]),
    "ndarray object": np.array([1], dtype=object),
    "ndarray big-endian": np.arange(3, dtype=">i4"),
    "ndarray read-only": np.broadcast_to(np.arange(3.0), (2, 3)),
}


@pytest.mark.parametrize("name", DATA)
def test_tensor(name):
    both(lambda lib: lib.tensor(DATA[name]))
    both(lambda lib: lib.as_tensor(DATA[name]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "data",
    [
        [1, 0, 3],
        [1.5, -2.5],
        True,
        [[1], [2]],
        [-1],
        [300],
        [1e20],
        [1e40],
        [float("nan")],
        [np.float32(3.7)],
        2**40,
    ],
)
def test_tensor_with_dtype(data, dtype):
    both(lambda lib: lib.tensor(data, dtype=getattr(lib, dtype)))


def test_tensor_of_tensors():
    both(lambda lib: lib.tensor([lib.tensor(1.5), 2]))
    both(lambda lib: lib.tensor([lib.tensor([1.5]), lib.tensor([3])]))
    both(lambda lib: lib.tensor([lib.tensor([1, 2]), lib.tensor([3, 4])]))
    both(lambda lib: lib.tensor(lib.tensor([1, 2]), dtype=lib.float64))
    with pytest.warns(UserWarning, match="clone"):
        taut.tensor(taut.tensor([1, 2]))


def test_tensor_keywords():
    both(lambda lib: lib.tensor([1.0, 2], requires_grad=True))
    both(lambda lib: lib.tensor([1, 2], requires_grad=True))
    both(lambda lib: lib.tensor([1, 2], dtype=float))
    both(lambda lib: lib.tensor([1, 2], dtype="float"))
    both(lambda lib: lib.tensor(data=[1, 2], device="cpu", pin_memory=False))
    both(lambda lib: lib.tensor())
    both(lambda lib: lib.tensor(1, 2))


def test_default_dtype():
    try:
        for lib in (taut, torch):
            lib.set_default_dtype(lib.float64)
        for f in (
            lambda lib: lib.zeros(2),
            lambda lib: lib.tensor([1.5]),
            lambda lib: lib.arange(2.0),
            lambda lib: lib.full((2,), 1.5),
            lambda lib: lib.eye(2),
            lambda lib: lib.linspace(0, 1, 3),
        ):
            both(f)
        assert taut.get_default_dtype() is taut.float64
    finally:
        for lib in (taut, torch):
            lib.set_default_dtype(lib.float32)
    for lib in (taut, torch):
        with pytest.raises(TypeError):
            lib.set_default_dtype(lib.int32)


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_shares_memory(dtype):
    a = np.zeros((3, 4), dtype=dtype)
    t = taut.from_numpy(a)
    a[1, 2] = 1
    assert t[1, 2].item() == 1
    t[0, 0] = 1
    assert a[0, 0] == 1
    view = t.t()[1:]
    assert view.numpy().strides == a.T[1:].strides
    assert np.shares_memory(view.numpy(), a)
    assert taut.as_tensor(a).data_ptr() == a.ctypes.data
    assert taut.tensor(a).data_ptr() != a.ctypes.data


def test_memory_outlives_its_owners():
    t = taut.from_numpy(np.arange(1000.0) + 1)
    gc.collect()
    assert t.sum().item() == 500500
    a = (taut.arange(1000.0) + 1).numpy()
    gc.collect()
    assert a.sum() == 500500


def test_from_numpy_errors():
    for data in (
        [1],
        np.float32(5),
        np.arange(4)[::-1],
        np.array(["a"]),
        np.array([1], dtype=object),
        np.ones(3, dtype=">f4"),
        np.zeros(4, dtype=[("a", "i1"), ("b", "f4")])["b"],
    ):
        both(lambda lib: lib.from_numpy(data))


def test_numpy_errors_and_protocol():
    with pytest.raises(RuntimeError, match="detach"):
        taut.ones(2, requires_grad=True).numpy()
    assert (taut.ones(2, requires_grad=True).numpy(force=True) == 1).all()
    assert np.asarray(taut.ones(2)).dtype == np.float32
    assert np.asarray(taut.ones(2), dtype=np.int64).dtype == np.int64
    t = taut.ones(2)
    assert np.shares_memory(np.asarray(t), t.numpy())
    assert not np.shares_memory(np.array(t, copy=True), t.numpy())


def test_frombuffer():
    data = bytearray(b"abcdefgh")
    both(lambda lib: lib.frombuffer(data, dtype=lib.int16))
    both(lambda lib: lib.frombuffer(data, dtype=lib.uint8, count=2, offset=1))
    both(lambda lib: lib.frombuffer(data, dtype=lib.int32, offset=1))
    both(lambda lib: lib.frombuffer(data, dtype=lib.uint8, count=9))
    both(lambda lib: lib.frombuffer(data, dtype=lib.int16, count=0))
    both(lambda lib: lib.frombuffer(bytearray(), dtype=lib.int16))
    both(lambda lib: lib.frombuffer(data, dtype=lib.uint8, offset=8))
    both(lambda lib: lib.frombuffer(data, dtype=lib.uint8, offset=-1))
    both(lambda lib: lib.frombuffer(data))
    both(lambda lib: lib.frombuffer([1], dtype=lib.uint8))
    t = taut.frombuffer(data, dtype=taut.uint8)
    t[0] = 0
    assert data[0] == 0


def test_asarray():
    both(lambda lib: lib.asarray([1, 2]))
    both(lambda lib: lib.asarray(3))
    both(lambda lib: lib.asarray([1, 2], copy=False))
    both(lambda lib: lib.asarray([1, 2], requires_grad=True))
    both(lambda lib: lib.asarray([1, 2.0], requires_grad=True))
    both(lambda lib: lib.asarray(lib.ones(2), dtype=lib.float64, copy=False))
    both(lambda lib: lib.asarray(lib.ones(2), dtype=lib.float64))
    both(lambda lib: lib.asarray(bytearray(b"abcd"), dtype=lib.uint8))
    a = np.ones(3)
    assert np.shares_memory(taut.asarray(a).numpy(), a)
    assert not np.shares_memory(taut.asarray(a, copy=True).numpy(), a)
    t = taut.ones(2)
    assert taut.asarray(t) is t and taut.as_tensor(t) is t


def test_out_of_tensors():
    for f in (
        lambda lib: lib.tensor([[1, 2], [3, 4]]),
        lambda lib: lib.tensor(1.5),
        lambda lib: lib.tensor([True]),
        lambda lib: lib.zeros(0, 3),
        lambda lib: lib.zeros(2, 0),
        lambda lib: lib.arange(6.0).reshape(2, 3).t(),
    ):
        ours, theirs = f(taut).tolist(), f(torch).tolist()
        assert ours == theirs and repr(ours) == repr(theirs)
    for f in (
        lambda lib: lib.tensor(True),
        lambda lib: lib.tensor([[3]]),
        lambda lib: lib.tensor(0.1),
    ):
        assert repr(f(taut).item()) == repr(f(torch).item())
    for f in (lambda lib: lib.ones(2).item(), lambda lib: lib.ones(0).item()):
        both(f)


def test_gradients():
    for f in (
        lambda x: x.tril(1),
        lambda x: x.triu(-1),
        lambda x: (x * 2).tril_(),
        lambda x: (x * 2).fill_(3),
    ):
        grads = []
        for lib in (taut, torch):
            x = lib.arange(12.0).reshape(3, 4).requires_grad_()
            (f(x) * lib.arange(12.0).reshape(3, 4)).sum().backward()
            grads.append(x.grad.numpy())
        np.testing.assert_array_equal(*grads)
    value = taut.tensor(2.0, requires_grad=True)
    (taut.ones(3).fill_(value) * taut.arange(3.0)).sum().backward()
    assert value.grad.item() == 3


def test_finfo_and_iinfo():
    for name in ["float32", "float64"]:
        ours, theirs = taut.finfo(getattr(taut, name)), torch.finfo(getattr(torch, name))
        for attribute in [
            "bits",
            "eps",
            "max",
            "min",
            "tiny",
            "smallest_normal",
            "resolution",
            "dtype",
        ]:
            assert getattr(ours, attribute) == getattr(theirs, attribute)
        assert repr(ours) == repr(theirs)
    for name in ["uint8", "int8", "int16", "int32", "int64"]:
        ours, theirs = taut.iinfo(getattr(taut, name)), torch.iinfo(getattr(torch, name))
        assert (ours.bits, ours.max, ours.min, repr(ours)) == (
            theirs.bits,
            theirs.max,
            theirs.min,
            repr(theirs),
        )
    assert taut.finfo().dtype == "float32"
    for lib in (taut, torch):
        for f in (
            lambda: lib.finfo(lib.int8),
            lambda: lib.iinfo(lib.float32),
            lambda: lib.iinfo(lib.bool),
        ):
            with pytest.raises(TypeError):
                f()


def test_device():
    for text in ["cpu", "cpu:0", "cuda:1"]:
        ours, theirs = taut.device(text), torch.device(text)
        assert (repr(ours), str(ours), ours.type, ours.index) == (
            repr(theirs),
            str(theirs),
            theirs.type,
            theirs.index,
        )
        assert pickle.loads(pickle.dumps(ours)) == ours and copy.copy(ours) == ours
    assert (
        taut.device("cpu", 0)
        == taut.device("cpu:0")
        != taut.device("cpu")
        == taut.device(type="cpu")
    )
    assert hash(taut.device("cpu")) == hash(taut.device("cpu"))
    assert taut.ones(1).device == taut.device("cpu")
    for lib in (taut, torch):
        for f in (lambda: lib.device("foo"), lambda: lib.device("cpu:x")):
            with pytest.raises(RuntimeError):
                f()


def test_import_leaves_numpy_alone():
    code = (
        "import sys, taut; taut.tensor([[1, 2.5], [3, 4]]); taut.rand(3).tolist(); "
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def matrices(m):
    yield m.args(m(3, 4))
    yield m.args(m(4, 3), 1)
    yield m.args(m(2, 3, 3), diagonal=-1)
    yield m.args(m(1, 2, 4, 1), 5)
    yield m.args(m(0, 3))


ROWS = [
    Row(
        name,
        matrices,
        dtypes=ALL,
        method=name,
        inplace=f"{name}_",
        out=True,
        errors=lambda m: [m.args(m(3)), m.args(m(2, 2), "1")],
    )
    for name in ("tril", "triu")
]
ROWS.append(
    Row(
        "fill",
        lambda m: [m.args(m(3, 4), 2), m.args(m(2), m.array(2)), m.args(m(), 1)],
        dtypes=ALL,
        gradgrad=False,
        errors=lambda m: [m.args(m(3), m(1)), m.args(m(3), "1")],
    )
)
globals().update(make_tests(ROWS))


def test_docstring_examples():
    runner = doctest.DocTestRunner()
    for name in dir(taut._C):
        doc = getattr(getattr(taut._C, name), "__doc__", None) or ""
        if ">>>" in doc:
            runner.run(doctest.DocTestParser().get_doctest(doc, {}, name, None, 0))
    for module in (taut.random, sys.modules["taut._info"]):
        assert doctest.testmod(module).failed == 0
    assert runner.summarize().failed == 0

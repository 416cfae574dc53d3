"""PyTorch's own operation database as an oracle.

Every row of `op_db` makes samples for itself; each check runs them through PyTorch and through taut.
"""

import dataclasses
import functools
import io
import math
import random
import types

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

import taut

DTYPES = [
    *(torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int32),
    *(torch.int16, torch.int8, torch.uint8, torch.bool),
]
# Those of PyTorch's own tests for float64; some of its formulas have constants of 32 bits.
TOLERANCE = {torch.float64: 1e-7, torch.float32: 2e-5, torch.bfloat16: 3.2e-2, torch.float16: 4e-3}
# What they hold is not defined.
UNWRITTEN = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty"} | {
    "new_empty_strided", "resize_", "resize_as_",
}  # fmt: skip


# Where the dimension stands among the arguments of operations that may choose any of equal elements.
DIMENSION = {
    "sort": 0,
    "argsort": 0,
    "topk": 1,
    "kthvalue": 1,
    "median": 0,
    "nanmedian": 0,
    "mode": 0,
}


class Unsupported(Exception):
    """A sample of a kind of tensor that taut does not have."""


class Missing(AssertionError):
    """taut has no function of that name."""


def rows(names):
    """The rows of `op_db` with these names, in its order."""
    return [op for op in op_db if op.name in names]


def named(op):
    """A row's name with its variant's."""
    return f"{op.name}-{op.variant_test_name}".rstrip("-")


# ---------------------------------------------------------------- arguments


def leaf(tensor, made=None):
    """A copy of a tensor as taut's, with its layout; what shared memory shares it."""
    made = {} if made is None else made
    if tensor.dtype not in DTYPES or tensor.layout != torch.strided or tensor.device.type != "cpu":
        raise Unsupported(f"{tensor.dtype} {tensor.layout} {tensor.device}")
    memory = tensor.detach().untyped_storage()
    key = memory.data_ptr() or id(tensor), tensor.dtype
    if key not in made:
        made[key] = taut.from_dlpack(torch.empty(0, dtype=tensor.dtype).set_(memory).clone())
    copy = made[key]
    if tensor.is_contiguous() and copy.numel() == tensor.numel():
        copy = copy.reshape(tuple(tensor.shape))
    else:
        copy = copy.as_strided(tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset())
    return copy.detach().requires_grad_(tensor.requires_grad)


def ours(value, made=None):
    """A value of a sample as taut's; what was one tensor stays one."""
    made = {} if made is None else made
    if isinstance(value, torch.Tensor):
        if id(value) not in made:
            made[id(value)] = leaf(value, made)
        return made[id(value)]
    if isinstance(value, torch.Size):
        return taut.Size(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(ours(v, made) for v in value))
    if isinstance(value, (list, tuple)):
        return type(value)(ours(v, made) for v in value)
    if isinstance(value, dict):
        return {k: ours(v, made) for k, v in value.items()}
    if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
        name = str(value).rpartition(".")[2]
        if isinstance(value, torch.dtype) and value not in DTYPES:
            raise Unsupported(name)
        return getattr(taut, name)
    if isinstance(value, torch.device):
        return taut.device(str(value))
    if isinstance(value, complex):
        raise Unsupported("complex")
    if isinstance(value, torch.nn.Module):
        file = io.BytesIO()
        torch.save(value, file)
        file.seek(0)
        return taut.load(file, weights_only=False)
    if isinstance(value, torch.nn.LinearCrossEntropyOptions):
        fields = {f.name: ours(getattr(value, f.name), made) for f in dataclasses.fields(value)}
        return taut.nn.LinearCrossEntropyOptions(**fields)
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        return counterpart(value, value.__name__)
    return value


def fresh(value, made=None):
    """A copy of PyTorch's sample that shares nothing with it."""
    made = {} if made is None else made
    if isinstance(value, torch.Tensor):
        if id(value) not in made:
            if value.layout != torch.strided:
                raise Unsupported(str(value.layout))
            memory = value.detach().untyped_storage()
            key = memory.data_ptr() or id(value), value.dtype
            if key not in made:
                made[key] = torch.empty(0, dtype=value.dtype).set_(memory).clone()
            copy = made[key].as_strided(value.shape, value.stride(), value.storage_offset())
            made[id(value)] = copy.detach().requires_grad_(value.requires_grad)
        return made[id(value)]
    if isinstance(value, torch.Size):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(fresh(v, made) for v in value))
    if isinstance(value, (list, tuple)):
        return type(value)(fresh(v, made) for v in value)
    if isinstance(value, dict):
        return {k: fresh(v, made) for k, v in value.items()}
    return value


# ---------------------------------------------------------------- functions


class Translated(types.ModuleType):
    """taut under the names by which a test function of PyTorch's asks for torch."""

    def __getattr__(self, name):
        return getattr(taut, name)


def retargeted(f):
    """A function of PyTorch's tests with taut where it says torch."""
    scope = dict(f.__globals__)
    for name, value in scope.items():
        if value is torch:
            scope[name] = taut
        elif value is torch.nn.functional:
            scope[name] = taut.nn.functional
    scope["wrapper_set_seed"] = seeded
    return types.FunctionType(f.__code__, scope, f.__name__, f.__defaults__, f.__closure__)


def seeded(op, *args, **kwargs):
    """`op` from the seed that PyTorch's wrapper of the same purpose sets."""
    taut.manual_seed(42)
    return op(*args, **kwargs)


def lookup(root, path):
    """The attribute at a dotted path, or None."""
    for part in path.split("."):
        root = getattr(root, part, None)
    return root


def counterpart(f, name):
    """taut's function for PyTorch's."""
    if isinstance(f, functools.partial):
        inner = counterpart(f.func, name)
        return functools.partial(inner, *ours(f.args), **ours(f.keywords))
    if isinstance(f, types.FunctionType) and f.__module__.startswith("torch.testing"):
        return retargeted(f)
    own = getattr(f, "__name__", name)
    for path in (name, own, f"Tensor.{name}", f"Tensor.{own}", f"nn.functional.{own}"):
        if lookup(torch, path) is f:
            found = lookup(taut, path)
            if found is None:
                raise Missing(path)
            return found
    found = lookup(taut, name)
    if found is None:
        raise Missing(name)
    return found


def method(f):
    """taut's method for PyTorch's, or for what stands in for a method in a row."""
    if isinstance(f, types.FunctionType) and f.__module__.startswith("torch.testing"):
        return retargeted(f)
    if isinstance(f, functools.partial):
        return counterpart(f, f.func.__name__)
    found = getattr(taut.Tensor, f.__name__, None)
    if found is None:
        raise Missing(f"Tensor.{f.__name__}")
    return found


# ---------------------------------------------------------------- results


def parts(value):
    """The tensors and numbers in a nested result."""
    if isinstance(value, dict):
        return [p for v in value.values() for p in parts(v)]
    if isinstance(value, (list, tuple)) and not isinstance(value, (torch.Size, taut.Size)):
        return [p for v in value for p in parts(v)]
    return [value]


def tensors(value):
    """The tensors in nested values."""
    return [p for p in parts(value) if isinstance(p, (torch.Tensor, taut.Tensor))]


def array(tensor):
    """Values as float64 or int64."""
    lib = torch if isinstance(tensor, torch.Tensor) else taut
    tensor = tensor.detach()
    if lib is torch and tensor._is_zerotensor():
        tensor = torch.zeros(tensor.shape, dtype=tensor.dtype)
    if tensor.dtype in (lib.bfloat16, lib.float16):
        tensor = tensor.to(lib.float64)
    return tensor.numpy()


def same(mine, theirs, what, written=True, tolerance=None):
    """Asserts equal kind, dtype, shape and values."""
    if not isinstance(theirs, torch.Tensor):
        if isinstance(theirs, float):
            assert math.isclose(mine, theirs, rel_tol=1e-5, abs_tol=1e-7) or mine != mine, what
        elif isinstance(theirs, torch.dtype):
            assert str(mine).rpartition(".")[2] == str(theirs).rpartition(".")[2], what
        else:
            assert mine == theirs, what
        return
    assert isinstance(mine, (torch.Tensor, taut.Tensor)), f"{what}: {type(mine).__name__}"
    if theirs.dtype not in DTYPES:
        raise Unsupported(str(theirs.dtype))
    dtypes = str(mine.dtype).rpartition(".")[2], str(theirs.dtype).rpartition(".")[2]
    assert dtypes[0] == dtypes[1], f"{what}: dtype {dtypes[0]}, expected {dtypes[1]}"
    assert tuple(mine.shape) == tuple(theirs.shape), (
        f"{what}: shape {tuple(mine.shape)}, expected {tuple(theirs.shape)}"
    )
    if not written:
        return
    a, b = (array(t) for t in (mine, theirs))
    if theirs.dtype not in TOLERANCE:
        np.testing.assert_array_equal(a, b, err_msg=what)
        return
    tolerance = tolerance or TOLERANCE[theirs.dtype]
    scale = max(float(np.abs(b[np.isfinite(b)]).max(initial=0)), 1)
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale, err_msg=what)


def compare(mine, theirs, what, written=True):
    """Asserts that two nested results are the same."""
    a, b = parts(mine), parts(theirs)
    assert len(a) == len(b), f"{what}: {len(a)} results, expected {len(b)}"
    for x, y in zip(a, b, strict=True):
        same(x, y, what, written)


def chosen(op, result, sample):
    """The result with indices replaced by the elements they choose, where any of equals will do."""
    place = DIMENSION.get(op.name)
    if place is None or sample.raw.kwargs.get("stable"):
        return result
    args, kwargs = sample.theirs
    dim = kwargs.get("dim", args[place + 1] if len(args) > place + 1 else -1)

    source = torch.atleast_1d(args[0].detach())

    def elements(value):
        index = value if isinstance(value, torch.Tensor) else torch.from_dlpack(value)
        shape = index.shape
        if args[0].dim() == 0:
            index = index.reshape(-1)
        elif index.dim() < source.dim():
            index = index.unsqueeze(dim)
        return source.take_along_dim(index, dim).reshape(shape)

    found = parts(result)
    if len(found) == 1 and op.name != "argsort":
        return result
    return [*found[:-1], elements(found[-1])]


# Vectors that are unique up to signs: by their values, as columns.
VECTORS = {
    "linalg.eigh": lambda L, V: (L, [V]),
    "linalg.svd": lambda U, S, Vh: (S, [U, Vh.mT]),
    "svd": lambda U, S, V: (S, [U, V]),
}


def determined(op, result):
    """What a decomposition determines: vectors with the first's largest element positive, and instead
    of a basis of a null space the projection onto it."""
    if op.name not in VECTORS:
        return result
    plain = [torch.from_dlpack(t.detach()) if isinstance(t, taut.Tensor) else t.detach()
             for t in tensors(result)]  # fmt: skip
    values, bases = VECTORS[op.name](*plain)
    k = values.shape[-1]
    if values.numel() == 0 or min(b.numel() for b in bases) == 0:
        return plain
    first = bases[0][..., :k]
    signs = first.take_along_dim(first.abs().argmax(-2, keepdim=True), -2).sign()
    rest = [b[..., k:] @ b[..., k:].mT for b in bases]
    return [values, *(b[..., :k] * signs for b in bases), *rest]


def shares(result, given):
    """Which results are views of which arguments."""

    def storage(t):
        return t.untyped_storage().data_ptr() if t.numel() else 0

    return [
        [bool(t.numel()) and storage(t) == storage(g) for g in tensors(given)]
        for t in tensors(result)
    ]


# ---------------------------------------------------------------- samples


@dataclasses.dataclass
class Sample:
    """One call, for both libraries."""

    theirs: tuple
    mine: tuple
    what: str
    raw: object

    def arguments(self, lib):
        """`(args, kwargs)` for one of the libraries."""
        return self.theirs if lib is torch else self.mine


def samples(op, dtype, requires_grad=False):
    """The row's samples; those with tensors that taut does not have are left out."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    for i, raw in enumerate(list(op.sample_inputs("cpu", dtype, requires_grad=requires_grad))):
        call = (raw.input, *raw.args), raw.kwargs
        try:
            theirs, mine = fresh(call), ours(call)
        except Unsupported:
            continue
        yield Sample(theirs, mine, f"sample {i} {dtype}: {raw.summary()}"[:600], raw)


def outcome(lib, f, args, kwargs):
    """The result of a call from seed 0, or the exception."""
    lib.manual_seed(0)
    try:
        return f(*args, **kwargs), None
    except Exception as error:  # noqa: BLE001 - compared with what the other library raises
        return None, error


def agreed(op, f, g, sample, what):
    """Both results, once both libraries agree that there is one."""
    theirs, expected = outcome(torch, f, *sample.theirs)
    mine, error = outcome(taut, g, *sample.mine)
    if expected is not None:
        assert isinstance(error, type(expected)), f"{what}: {error!r}, expected {expected!r}"
        return None
    if error is not None:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return theirs, mine

"""Every operation that takes 16-bit floating-point types in PyTorch, on PyTorch's own samples.

A value passes when it is close to PyTorch's result for the type, or to that of float32: taut rounds
once where PyTorch may round every step.
"""

import itertools
import warnings

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import taut

NARROW = {"float16": torch.float16, "bfloat16": torch.bfloat16}
SAMPLES = 10

# Results that are not a function of the arguments.
UNDEFINED = {
    "empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided",
    "multinomial", "nn.functional.multi_head_attention_forward", "rand_like", "normal",
}  # fmt: skip
# PyTorch overflows; differences of much larger numbers; the argument is a function; not a function.
STRANGE = {
    "matrix_exp", "nn.functional.normalize", "nn.functional.cosine_similarity",
    "nn.functional.triplet_margin_with_distance_loss", "zero_",
}  # fmt: skip
# Samples give the arguments in another order than the function takes them.
ORDER = {
    "where": lambda a, condition, b: taut.where(condition, a, b),
    "polygamma": lambda x, n: taut.polygamma(n, x),
    "special.polygamma": lambda x, n: taut.special.polygamma(n, x),
    "einsum": lambda tensors, equation: taut.einsum(equation, tensors),
    "nn.functional.embedding": lambda weight, index, **options: taut.nn.functional.embedding(
        index, weight, **options
    ),
    "nn.functional.embedding_bag": lambda weight, index, **options: (
        taut.nn.functional.embedding_bag(index, weight, **options)
    ),
}
# Which of several equal elements is found is not defined: only the values are.
TIES = {
    "sort", "argsort", "msort", "topk", "kthvalue", "median", "nanmedian", "mode", "max", "min",
    "aminmax", "argmax", "argmin", "cummax", "cummin",
}  # fmt: skip
TOLERANCE = {"float16": 2e-3, "bfloat16": 1.6e-2}


def function(lib, name):
    """The function or method of that name; None where there is none."""
    f = lib
    for part in name.split("."):
        f = getattr(f, part, None)
    found = f if callable(f) else getattr(lib.Tensor, name, None)
    return found if callable(found) else None


def types(op):
    return [n for n, t in NARROW.items() if t in op.supported_dtypes("cpu")]


OPS = [
    op
    for op in op_db
    if types(op) and function(taut, op.name) and op.name not in UNDEFINED | STRANGE
]


def mapped(value, f):
    """Nested arguments with f of every tensor and dtype."""
    if isinstance(value, (torch.Tensor, torch.dtype)):
        return f(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(mapped(v, f) for v in value)
    if isinstance(value, dict):
        return {k: mapped(v, f) for k, v in value.items()}
    return value


def ours(value):
    if isinstance(value, torch.dtype):
        return getattr(taut, str(value).rpartition(".")[2])
    plain = value.detach()
    bits = plain.view(torch.int16) if plain.dtype is torch.bfloat16 else plain
    t = taut.from_numpy(np.array(bits.numpy(), order="K"))
    t = t.view(taut.bfloat16) if plain.dtype is torch.bfloat16 else t
    return t.requires_grad_(value.requires_grad)


def wide(value):
    if isinstance(value, torch.dtype):
        return torch.float32 if value in NARROW.values() else value
    if value.dtype not in NARROW.values():
        return value
    return value.detach().float().requires_grad_(value.requires_grad)


def tensors(values):
    if hasattr(values, "requires_grad"):
        return [values]
    if isinstance(values, dict):
        values = list(values.values())
    return [t for v in values for t in tensors(v)] if isinstance(values, (list, tuple)) else []


def results(lib, f, args, kwargs):
    """(dtype, values) of the outputs, and of the gradients of a projection on small integers."""
    lib.manual_seed(42)  # as PyTorch's own wrappers do
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = tensors([f(*args, **kwargs)])
    inputs = [t for t in tensors([args, kwargs]) if t.requires_grad]
    roots = [t for t in outputs if t.requires_grad]
    grads = []
    if inputs and roots:
        weights = [(lib.arange(t.numel()) % 7 - 3).reshape(t.shape).to(t.dtype) for t in roots]
        grads = lib.autograd.grad(roots, inputs, weights, allow_unused=True)
        grads = [lib.zeros_like(t) if g is None else g for g, t in zip(grads, inputs)]
    return len(outputs), [
        (str(t.dtype), t.detach().to_dense().double().numpy()) for t in [*outputs, *grads]
    ]


def results_of_taut(f, args, kwargs):
    """As results; None where taut takes the arguments in float32 no better."""
    try:
        return results(taut, f, mapped(args, ours), mapped(kwargs, ours))[1]
    except Exception:
        try:
            args, kwargs = mapped(args, wide), mapped(kwargs, wide)
            results(taut, f, mapped(args, ours), mapped(kwargs, ours))
        except Exception:  # noqa: BLE001 - whatever it is, it is not about 16 bits
            return None
        raise


def close(a, b, tolerance):
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.1)
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= tolerance * (np.abs(b) + scale)
    return near | (a == b) | (np.isnan(a) & np.isnan(b))


def compare(op, name, sample):
    """Whether PyTorch takes the sample; AssertionError where taut does not agree."""
    args, kwargs = (sample.input, *sample.args), sample.kwargs
    try:
        outputs, theirs = results(torch, op.op, args, kwargs)
    except (RuntimeError, NotImplementedError):
        return False
    try:
        reference = results(torch, op.op, mapped(args, wide), mapped(kwargs, wide))[1]
    except (RuntimeError, NotImplementedError):
        reference = theirs
    mine = results_of_taut(ORDER.get(op.name) or function(taut, op.name), args, kwargs)
    if mine is None:
        return False
    assert len(mine) == len(theirs)
    for i, (a, b, c) in enumerate(zip(mine, theirs, reference)):
        if op.name in TIES and (i >= outputs or "int" in b[0] or "arg" in op.name):
            continue
        assert a[0] == b[0], f"dtype of result {i}"
        assert a[1].shape == b[1].shape, f"shape of result {i}"
        c = c if c[1].shape == b[1].shape else b
        good = close(a[1], b[1], TOLERANCE[name]) | close(a[1], c[1], TOLERANCE[name])
        if not good.all():
            at = tuple(np.argwhere(~good)[0])
            values = (float(x[1][at]) for x in (a, b, c))
            raise AssertionError(f"result {i} at {at}: {[*values]} (taut, torch, torch in float32)")
    return True


def rows():
    """Operations with each 16-bit type that they take."""
    for op in OPS:
        for name in types(op):
            label = f"{op.name}-{op.variant_test_name}".rstrip("-")
            yield pytest.param(op, name, id=f"{label}-{name}")


@pytest.mark.parametrize("op, name", list(rows()))
def test_samples(op, name):
    dtype = NARROW[name]
    differentiable = op.supports_autograd and dtype in op.supported_backward_dtypes("cpu")
    samples = op.sample_inputs("cpu", dtype, requires_grad=differentiable)
    compared = [compare(op, name, sample) for sample in itertools.islice(samples, SAMPLES)]
    assert any(compared) or not compared


def test_the_database_is_used():
    assert len(OPS) >= 250

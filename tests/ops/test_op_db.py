"""PyTorch's own sample and error inputs for the operations on images."""

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import taut

NAMES = (
    *(f"nn.functional.{kind}{n}d" for n in (1, 2, 3) for kind in (
        "conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool",
        "max_unpool",
    )),
    *(f"nn.functional.{name}" for name in (
        "interpolate", "fold", "unfold", "pad", "pixel_shuffle", "pixel_unshuffle",
        "channel_shuffle", "upsample_nearest", "upsample_bilinear",
    )),
)  # fmt: skip
OPS = [op for op in op_db if op.name in NAMES]
TOLERANCE = {torch.float32: 2e-4, torch.float64: 1e-9}


def ours(value):
    """What PyTorch's sample has, for taut."""
    if isinstance(value, torch.Tensor):
        array = value.detach().resolve_conj().numpy().copy()
        return taut.from_numpy(array).requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(map(ours, value))
    if isinstance(value, dict):
        return {k: ours(v) for k, v in value.items()}
    if isinstance(value, torch.dtype):
        return getattr(taut, str(value).rpartition(".")[2])
    return value


def function(lib, op):
    """The operation as `lib` has it, with the fixed arguments of its variant."""
    f = lib
    for part in op.name.split("."):
        f = getattr(f, part)
    variant = op.variant_test_name
    if op.name.endswith("interpolate"):
        return lambda *args, **kwargs: f(*args, **{"mode": variant, **kwargs})
    return f


def tensors(values):
    """The tensors in nested arguments."""
    if hasattr(values, "requires_grad"):
        return [values]
    if isinstance(values, dict):
        values = values.values()
    if isinstance(values, (list, tuple, type({}.values()))):
        return [t for v in values for t in tensors(v)]
    return []


def results(lib, f, args, kwargs, second):
    """Outputs, gradients of a projection of them and, where asked for, gradients of those."""
    out = f(*args, **kwargs)
    out = list(out) if isinstance(out, (list, tuple)) else [out]
    shown = [t.detach().numpy() for t in out]
    inputs = [t for t in tensors((args, kwargs)) if t.requires_grad]
    outputs = [t for t in out if t.requires_grad]
    if not inputs or not outputs:
        return shown

    def weights(t):
        n = max(t.numel(), 1)
        return lib.linspace(-1, 1, n, dtype=t.dtype)[: t.numel()].reshape(t.shape)

    total = sum((t * t * weights(t)).sum() for t in outputs)
    grads = lib.autograd.grad(total, inputs, create_graph=second)
    shown += [g.detach().numpy() for g in grads]
    if second:
        total = sum((g * g * weights(g)).sum() for g in grads)
        shown += [g.detach().numpy() for g in lib.autograd.grad(total, inputs)]
    return shown


def compared(op, dtype, second):
    count = 0
    for sample in op.sample_inputs("cpu", dtype, requires_grad=True):
        args, kwargs = (sample.input, *sample.args), sample.kwargs
        copies = ours(args), ours(kwargs)
        theirs = results(torch, function(torch, op), args, kwargs, second)
        mine = results(taut, function(taut, op), *copies, second)
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs):
            assert a.shape == b.shape, (sample.args, kwargs)
            scale = max(float(np.abs(b[np.isfinite(b)]).max(initial=0)), 1)
            np.testing.assert_allclose(
                a, b, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale, err_msg=str(kwargs)
            )
        count += 1
    return count


def named(op):
    return f"{op.name.rpartition('.')[2]}-{op.variant_test_name}".rstrip("-")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("op", OPS, ids=named)
def test_samples(op, dtype):
    assert compared(op, dtype, second=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("op", [op for op in OPS if op.supports_gradgrad], ids=named)
def test_second_order(op):
    assert compared(op, torch.float64, second=True)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("op", [op for op in OPS if op.error_inputs_func], ids=named)
def test_errors(op):
    for error in op.error_inputs("cpu"):
        sample = error.sample_input
        if any(t.is_complex() for t in tensors((sample.input, sample.args))):
            continue
        args, kwargs = (sample.input, *sample.args), sample.kwargs
        try:
            function(torch, op)(*args, **kwargs)
        except Exception as theirs:  # noqa: BLE001 - the type is what is compared
            with pytest.raises(type(theirs)):
                function(taut, op)(*ours(args), **ours(kwargs))


def test_the_database_is_used():
    assert len(OPS) >= 40

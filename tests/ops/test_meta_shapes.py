"""Operations on the meta device give the shapes, strides and dtypes that they give on the CPU.

Every row of the first tier of PyTorch's operation database, and its gradients.
"""

import pytest

import opdb
import taut
from opdb import outcome, tensors
from tiers import TIER_1

# What depends on values: what it returns, or, of the samples in parentheses, whether it is allowed.
NEEDS_VALUES = {
    "allclose", "equal", "isin", "item", "masked_scatter", "masked_select", "multinomial", "nonzero",
    "unique", "nn.functional.one_hot",
    "__getitem__", "index_put",  # (a mask)
    "narrow", "repeat_interleave", "tensor_split", "linspace-tensor_overload",  # (a number that is a tensor)
    "index_fill",  # (the gradient of the value)
}  # fmt: skip
# They have a device of their own.
MAKES = {
    "arange", "empty", "empty_like", "eye", "full", "full_like", "linspace", "logspace", "new_empty",
    "new_empty_strided", "new_full", "new_ones", "new_zeros", "normal-number_mean", "ones",
    "ones_like", "rand_like", "randint", "randint_like", "randn", "randn_like", "to", "tril_indices",
    "triu_indices", "zeros", "zeros_like", "scalar_tensor", "empty_strided", "empty_permuted",
}  # fmt: skip
# Those that the CPU refuses, too.
WITHOUT_SAMPLES = {"norm-nuc"}
ROWS = {
    opdb.named(op): op
    for op in opdb.rows(TIER_1)
    if op.dtypes.intersection(opdb.DTYPES) and opdb.named(op) not in MAKES
}


def on_meta(value):
    """The same arguments without values."""
    if isinstance(value, taut.Tensor):
        return value.detach().to("meta").requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)) and not isinstance(value, taut.Size):
        return type(value)(on_meta(v) for v in value)
    if isinstance(value, dict):
        return {k: on_meta(v) for k, v in value.items()}
    return value


def shown(result):
    return [
        (tuple(t.shape), t.stride() if t.numel() else None, t.dtype, t.requires_grad)
        for t in tensors(result)
    ]


def check_gradients(result, arguments, what):
    outputs = [t for t in tensors(result) if t.requires_grad]
    inputs = [t for t in tensors(arguments) if t.requires_grad]
    if not outputs or not inputs:
        return
    cotangents = [taut.empty_like(t.detach()) for t in outputs]
    for t, g in zip(
        inputs, taut.autograd.grad(outputs, inputs, cotangents, allow_unused=True), strict=True
    ):
        assert g is None or (g.is_meta and g.shape == t.shape and g.dtype == t.dtype), what


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_row(name):
    op = ROWS[name]
    dtype = next(d for d in opdb.DTYPES if d in op.dtypes)
    differentiable = op.supports_autograd and dtype.is_floating_point
    function = opdb.counterpart(op.op, op.name)
    compared = refused = 0
    for sample in opdb.samples(op, dtype, requires_grad=differentiable):
        without = on_meta(sample.mine)
        expected, error = outcome(taut, function, *sample.mine)
        if error is not None or not tensors(without):
            continue
        result, error = outcome(taut, function, *without)
        try:
            if error is not None:
                raise error
            assert all(t.is_meta for t in tensors(result)), sample.what
            assert shown(result) == shown(expected), sample.what
            check_gradients(result, without, sample.what)
        except NotImplementedError as error:
            assert name in NEEDS_VALUES, sample.what
            assert "meta" in str(error)
            refused += 1
        compared += 1
    assert compared or not differentiable or name in WITHOUT_SAMPLES
    assert bool(refused) == (name in NEEDS_VALUES)


def test_the_lists_name_rows():
    names = {opdb.named(op) for op in opdb.rows(TIER_1)}
    assert names >= NEEDS_VALUES
    assert len(ROWS) > 280

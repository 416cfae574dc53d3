"""What is compared of a row of PyTorch's operation database: one function per aspect.

Each raises AssertionError where taut differs and returns the number of calls compared.
"""

import contextlib
import functools

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

import opdb
import taut
from opdb import agreed, compare, counterpart, method, outcome, parts, samples, shares, tensors


def values(op, dtype):
    """Results, and whether they are views of the arguments."""
    function = counterpart(op.op, op.name)
    count = 0
    for sample in samples(op, dtype):
        count += 1
        both = agreed(op, op.op, function, sample, sample.what)
        if both is None:
            continue
        theirs, mine = both
        compare(
            opdb.determined(op, opdb.chosen(op, mine, sample)),
            opdb.determined(op, opdb.chosen(op, theirs, sample)),
            sample.what,
            op.name not in opdb.UNWRITTEN,
        )
        views = shares(theirs, sample.theirs)
        assert shares(mine, sample.mine) == views, f"{sample.what}: views {views}"
        for a, b in zip(tensors(mine), tensors(theirs), strict=True):
            if any(map(any, views)):
                assert tuple(a.stride()) == tuple(b.stride()), f"{sample.what}: strides"
    return count


NO_SECOND = ("is not implemented", "don't support automatic differentiation")
# Derivatives of conversions are as coarse as what is converted to.
PASSES_THROUGH = {
    name: opdb.TOLERANCE[dtype]
    for name, dtype in (
        ("float", torch.float32), ("half", torch.float16), ("bfloat16", torch.bfloat16),
    )
}  # fmt: skip


def derivatives(lib, outputs, inputs, second=False):
    """Derivatives of a projection of the outputs and, where asked for, of those derivatives."""
    if not outputs or not inputs:
        return []

    def weights(t, shift):
        w = lib.arange(t.numel(), dtype=t.dtype) * 0.37 + shift
        return w.sin().reshape(tuple(t.shape))

    cotangents = [weights(t, 1.0).requires_grad_(second) for t in outputs]
    grads = lib.autograd.grad(outputs, inputs, cotangents, create_graph=second, allow_unused=True)
    if not second:
        return list(grads)
    live = [g for g in grads if g is not None and g.requires_grad]
    if not live:
        return [*grads, *([None] * (len(inputs) + len(cotangents)))]
    again = lib.autograd.grad(
        live, [*inputs, *cotangents], [weights(g, 2.0) for g in live], allow_unused=True
    )
    return [*grads, *again]


def projected(lib, f, sample, second):
    """The derivatives of a call for the inputs that require them."""
    args, kwargs = sample.arguments(lib)
    process = sample.raw.output_process_fn_grad
    inputs = [t for t in tensors((args, kwargs)) if t.requires_grad]
    lib.manual_seed(0)
    results = f(*args, **kwargs)
    results = (process if lib is torch else opdb.retargeted(process))(results)
    return derivatives(lib, [t for t in tensors(results) if t.requires_grad], inputs, second)


def same_derivatives(mine, theirs, what, second=False, tolerance=None):
    """Asserts equal derivatives."""
    assert len(mine) == len(theirs), f"{what}: {len(mine)}, expected {len(theirs)}"
    for i, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        part = f"{what}, part {i}"
        # Beyond the first order what does not depend on an input may be zeros or absent.
        if second and (a is None) != (b is None):
            assert not opdb.array(b if a is None else a).any(), f"{part}: absent"
            continue
        assert (a is None) == (b is None), f"{part}: {a}, expected {b}"
        if b is not None:
            opdb.same(a, b, part, tolerance=tolerance)


def gradients(op, dtype=torch.float64, second=False):
    """Derivatives for fixed cotangents, and derivatives of those."""
    function = counterpart(op.op, op.name)
    count = 0
    for sample in samples(op, dtype, requires_grad=True):
        # PyTorch's fused attention has no second derivative; the reference has.
        with sdpa_kernel(SDPBackend.MATH) if second else contextlib.nullcontext():
            try:
                theirs = projected(torch, op.op, sample, second)
            except RuntimeError as error:  # PyTorch has no derivative of this derivative
                if not (second and any(words in str(error) for words in NO_SECOND)):
                    raise
                continue
        mine = projected(taut, function, sample, second)
        what = f"derivatives of {sample.what}"
        same_derivatives(mine, theirs, what, second, PASSES_THROUGH.get(op.name))
        count += 1
    return count


def methods(op, dtype=torch.float64):
    """The method of the same name."""
    function = method(op.method_variant)
    count = 0
    for sample in samples(op, dtype):
        both = agreed(op, op.method_variant, function, sample, f"method: {sample.what}")
        if both is not None:
            mine, theirs = (opdb.determined(op, result) for result in both[::-1])
            compare(mine, theirs, f"method: {sample.what}", op.name not in opdb.UNWRITTEN)
        count += 1
    return count


def in_place(op, dtype=torch.float64):
    """The variant that writes to its first argument."""
    function = method(op.inplace_variant)
    count = 0
    for sample in samples(op, dtype):
        if sample.raw.broadcasts_input:
            continue
        what = f"in place: {sample.what}"
        both = agreed(op, op.inplace_variant, function, sample, what)
        count += 1
        if both is None:
            continue
        target, expected = parts(sample.mine)[0], parts(sample.theirs)[0]
        compare(target, expected, what, op.name not in opdb.UNWRITTEN)
        assert both[1] is target or not isinstance(both[1], taut.Tensor), f"{what}: what it returns"
    return count


def out(op, dtype=torch.float64):
    """`out=`: tensors of the right shape, and empty ones, which grow."""
    function = counterpart(op.op, op.name)
    count = 0
    for sample in samples(op, dtype):
        theirs, error = outcome(torch, op.op, *sample.theirs)
        if error is not None or not tensors(theirs):
            continue
        for shaped in (True, False):
            what = f"out, {'shaped' if shaped else 'empty'}: {sample.what}"
            wanted = [t.new_empty(t.shape if shaped else 0) for t in tensors(theirs)]
            made = [opdb.leaf(t) for t in wanted]
            args, kwargs = sample.theirs
            given = wanted[0] if isinstance(theirs, torch.Tensor) else tuple(wanted)
            _, expected = outcome(torch, op.op, args, {**kwargs, "out": given})
            args, kwargs = sample.mine
            given = made[0] if isinstance(theirs, torch.Tensor) else tuple(made)
            result, error = outcome(taut, function, args, {**kwargs, "out": given})
            count += 1
            if expected is not None:
                # Some outs that PyTorch does not grow, taut does.
                refused = isinstance(error, type(expected)) or not shaped
                assert refused, f"{what}: {error!r}, not {expected!r}"
                continue
            assert error is None, f"{what}: {error!r}"
            for a, b in zip(tensors(result), made, strict=True):
                assert a.data_ptr() == b.data_ptr(), f"{what}: not written to out"
            mine, expected = (opdb.determined(op, r) for r in (made, tensors(theirs)))
            compare(mine, expected, what, op.name not in opdb.UNWRITTEN)
    return count


def errors(op):
    """The exception types for the row's bad inputs."""
    function = counterpart(op.op, op.name)
    count = 0
    for bad in op.error_inputs("cpu"):
        raw = bad.sample_input
        call = (raw.input, *raw.args), raw.kwargs
        try:
            args, kwargs = opdb.ours(call)
        except opdb.Unsupported:
            continue
        _, expected = outcome(torch, op.op, *call)
        if expected is None:
            continue
        _, error = outcome(taut, function, args, kwargs)
        wanted = type(expected) if isinstance(expected, Exception) else bad.error_type
        kind = next((c for c in wanted.__mro__ if c.__module__ == "builtins"), RuntimeError)
        assert isinstance(error, (kind, bad.error_type)), (
            f"{raw.summary()}: {error!r}, expected {expected!r}"[:900]
        )
        count += 1
    return count


def aliases(op, dtype=torch.float64):
    """The other names of the operation."""
    count = 0
    for alias in op.aliases:
        function = counterpart(alias.op, alias.name)
        for sample in list(samples(op, dtype))[:3]:
            both = agreed(op, alias.op, function, sample, f"{alias.name}: {sample.what}")
            if both is not None:
                compare(
                    both[1], both[0], f"{alias.name}: {sample.what}", op.name not in opdb.UNWRITTEN
                )
            count += 1
    return count


def float_of(op, wanted=torch.float64):
    """The dtype at which an aspect is compared: float64 where the row has it."""
    supported = op.supported_dtypes("cpu")
    order = [wanted, torch.float32, torch.int64, torch.bool]
    return next((dtype for dtype in order if dtype in supported), None)


def aspects(op):
    """The checks that apply to a row, by name."""
    supported = op.supported_dtypes("cpu")
    main = float_of(op)
    checks = {
        f"values {str(dtype).rpartition('.')[2]}": functools.partial(values, op, dtype)
        for dtype in opdb.DTYPES
        if dtype in supported
    }
    if op.supports_autograd and main is not None and main.is_floating_point:
        checks["gradients"] = functools.partial(gradients, op, main)
        if op.supports_gradgrad:
            checks["second order"] = functools.partial(gradients, op, main, second=True)
    if op.method_variant is not None and main is not None:
        checks["method"] = functools.partial(methods, op, main)
    if op.inplace_variant is not None and main is not None:
        checks["in place"] = functools.partial(in_place, op, main)
    if op.supports_out and main is not None:
        checks["out"] = functools.partial(out, op, main)
    if op.error_inputs_func is not None:
        checks["errors"] = functools.partial(errors, op)
    if op.aliases and main is not None:
        checks["aliases"] = functools.partial(aliases, op, main)
    return checks

"""Activation checkpointing and saved_tensors_hooks, against the same call without them."""

import weakref

import pytest
import torch

import taut
from taut.autograd.graph import saved_tensors_hooks
from taut.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential


def tensors(lib=taut):
    x = lib.tensor([[0.5, -1.0], [2.0, 0.25]], dtype=lib.float64, requires_grad=True)
    w = lib.tensor([[1.5, 0.5], [-0.5, 1.0]], dtype=lib.float64, requires_grad=True)
    return x, w


def block(x, w):
    return ((x @ w).tanh() * x).exp() @ w


@pytest.mark.parametrize("reentrant", [True, False])
def test_gradients_and_values(reentrant):
    x, w = tensors()
    expected = block(x, w)
    expected.sum().backward()
    y, v = tensors()
    result = checkpoint(block, y, v, use_reentrant=reentrant)
    assert result.tolist() == expected.tolist()
    result.sum().backward()
    assert y.grad.tolist() == x.grad.tolist()
    assert v.grad.tolist() == w.grad.tolist()


@pytest.mark.parametrize("reentrant", [True, False])
def test_captured_parameters_chains_and_other_arguments(reentrant):
    results = []
    for lib in (taut, torch):
        from importlib import import_module

        check = import_module(f"{lib.__name__}.utils.checkpoint").checkpoint
        x, w = tensors(lib)
        y = x * 2
        for scale in (2, 3.0):
            y, _, text = check(
                lambda a, s, t: ((a @ w).tanh() * s, a.detach(), t), y, scale, "t",
                use_reentrant=reentrant,
            )  # fmt: skip
        assert text == "t"
        y.sum().backward()
        results.append((x.grad.tolist(), w.grad.tolist()))
    for ours, theirs in zip(*results):
        assert sum(ours, []) == pytest.approx(sum(theirs, []), rel=1e-12)


def test_grad_keywords_structures_and_second_order():
    x, w = tensors()

    def function(x, *, options):
        return {"out": [block(x, options["w"])]}

    first = checkpoint(function, x, options={"w": w}, use_reentrant=False)["out"][0].sum()
    second = block(x, w).sum()
    gradients = [taut.autograd.grad(y, [x, w], create_graph=True) for y in (first, second)]
    for ours, expected in zip(*gradients):
        assert ours.tolist() == expected.tolist()
    higher = [taut.autograd.grad(g[0].sum() + g[1].sum(), [x, w]) for g in gradients]
    for ours, expected in zip(*higher):
        taut.testing.assert_close(ours, expected)


def test_twice_backward_and_nesting():
    x, w = tensors()
    y = checkpoint(
        lambda x: checkpoint(block, x, w, use_reentrant=False) * x, x, use_reentrant=False
    ).sum()
    y.backward(retain_graph=True)
    once = x.grad.clone()
    y.backward()
    taut.testing.assert_close(x.grad, once * 2)
    expected = taut.autograd.grad((block(x, w) * x).sum(), x)[0]
    taut.testing.assert_close(once, expected)


@pytest.mark.parametrize("reentrant", [True, False])
def test_random_stream_is_the_same_both_times(reentrant):
    x = taut.ones(1000, requires_grad=True)
    y = checkpoint(lambda x: taut.dropout(x, 0.5, True), x, use_reentrant=reentrant)
    state = taut.get_rng_state().tolist()
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()
    assert taut.get_rng_state().tolist() == state


def test_intermediate_values_are_not_kept():
    x = taut.ones(100, requires_grad=True)
    seen = []

    def function(x):
        y = x.exp()
        seen.append(weakref.ref(y))
        return (y * y).exp()

    result = checkpoint(function, x, use_reentrant=False)
    assert seen[0]() is None
    result.sum().backward()
    assert len(seen) == 2
    assert seen[1]() is None


def runs_to_its_end(lib, make, outside=None):
    """How often the function ran to its end after forward and backward of a checkpoint."""
    from importlib import import_module

    module = import_module(f"{lib.__name__}.utils.checkpoint")
    x, w = tensors(lib)
    ends = []

    def function(x):
        y = (x @ w).exp()  # the result of exp is the last value that is saved
        ends.append(1)
        return y

    y = make(module, lambda **kwargs: module.checkpoint(function, x, use_reentrant=False, **kwargs))
    y.sum().backward()
    assert x.grad is not None
    return len(ends)


def under(module, setting, f):
    with module.set_checkpoint_early_stop(setting):
        return f()


@pytest.mark.parametrize(
    "make, runs",
    [
        (lambda m, f: f(), 1),
        (lambda m, f: f(early_stop=True), 1),
        (lambda m, f: f(early_stop=False), 2),
        (lambda m, f: under(m, False, f), 2),
        (lambda m, f: under(m, False, lambda: f(early_stop=True)), 2),
        (lambda m, f: under(m, True, lambda: f(early_stop=False)), 1),
        (lambda m, f: under(m, False, lambda: under(m, True, f)), 1),
    ],
)
def test_early_stop(make, runs):
    assert runs_to_its_end(taut, make) == runs_to_its_end(torch, make) == runs


def test_early_stop_passes_handlers_and_leaves_state_as_it_was():
    x = taut.ones(3, requires_grad=True)
    caught = []

    def function(x):
        try:
            return taut.dropout(x, 0.5, True).exp()
        except Exception as error:  # noqa: BLE001
            caught.append(error)
            raise

    y = checkpoint(function, x, use_reentrant=False)
    state = taut.get_rng_state().tolist()
    with taut.no_grad():
        y.backward(taut.ones(3))
        assert not taut.is_grad_enabled()
    assert not caught and taut.get_rng_state().tolist() == state
    (x * 2).exp()  # no hook is left


def test_early_stop_of_nested_checkpoints():
    calls = []
    for lib in (taut, torch):
        from importlib import import_module

        check = import_module(f"{lib.__name__}.utils.checkpoint").checkpoint
        x, _ = tensors(lib)
        seen = []

        def inner(x):
            seen.append("inner")
            return x.sin().cos()

        def outer(x):
            seen.append("outer")
            return check(inner, x.exp(), use_reentrant=False).tan()

        check(outer, x, use_reentrant=False).sum().backward()
        calls.append((seen, x.grad.tolist()))
    assert calls[0][0] == calls[1][0]
    assert sum(calls[0][1], []) == pytest.approx(sum(calls[1][1], []))


def test_more_saved_values_than_in_forward():
    calls = []

    def function(x):
        calls.append(1)
        y = x.sin()
        return y if len(calls) == 1 else y.cos()

    x, _ = tensors()
    checkpoint(function, x, use_reentrant=False).sum().backward()  # nobody gets that far
    calls.clear()
    with pytest.raises(CheckpointError, match="different number of tensors"):
        checkpoint(function, x, use_reentrant=False, early_stop=False).sum().backward()


def test_reentrant_needs_a_backward_into_all_leaves():
    for lib in (taut, torch):
        from importlib import import_module

        check = import_module(f"{lib.__name__}.utils.checkpoint").checkpoint
        x, w = tensors(lib)
        message = "When use_reentrant=True, .*utils.checkpoint is incompatible with .grad"
        with pytest.raises(RuntimeError, match=message):
            lib.autograd.grad(check(block, x, w, use_reentrant=True).sum(), x)
        with pytest.raises(RuntimeError, match=message):
            check(block, x, w, use_reentrant=True).sum().backward(inputs=[x])


def test_reentrant_in_a_full_backward_within_a_partial_one():
    """The innermost counts; PyTorch refuses."""
    x, w = tensors()
    y = checkpoint(block, x, w, use_reentrant=True).sum()
    z = x * 1
    z.register_hook(lambda g: y.backward())
    taut.autograd.grad(z.sum(), x)
    assert x.grad is not None


def test_recomputation_must_do_the_same():
    x, w = tensors()
    calls = []

    def fewer(x):
        calls.append(1)
        return (x.exp() * w).sum() if len(calls) == 1 else (x * w).sum()

    with pytest.raises(CheckpointError, match="different number of tensors"):
        checkpoint(fewer, x, use_reentrant=False).backward()
    calls.clear()

    def other(x):
        calls.append(1)
        return (x if len(calls) == 1 else x[0]).exp().sum()

    with pytest.raises(CheckpointError, match="different metadata"):
        checkpoint(other, x, use_reentrant=False).backward()


def test_errors_and_warnings():
    x, w = tensors()
    with pytest.warns(UserWarning, match="use_reentrant parameter should be passed"):
        checkpoint(block, x, w)
    with pytest.raises(ValueError, match="keyword arguments: w"):
        checkpoint(block, x, w=w, use_reentrant=True)
    with pytest.raises(ValueError, match="determinism_check"):
        checkpoint(block, x, w, use_reentrant=False, determinism_check="maybe")
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad"):
        checkpoint(lambda a: a, x.detach(), use_reentrant=True)


@pytest.mark.parametrize("reentrant", [True, False])
@pytest.mark.parametrize("segments", [1, 2, 3])
def test_sequential(reentrant, segments):
    x, w = tensors()
    steps = [lambda a: a @ w, lambda a: a.tanh(), lambda a: a * 2, lambda a: a.exp()]
    y = x * 1
    expected = y
    for step in steps:
        expected = step(expected)
    found = checkpoint_sequential(steps, segments, y, use_reentrant=reentrant)
    assert found.tolist() == expected.tolist()
    found.sum().backward(retain_graph=True)
    ours = x.grad.tolist()
    x.grad = None
    expected.sum().backward()
    theirs = x.grad.tolist()
    assert ours == theirs


# saved_tensors_hooks


def test_hooks_see_what_is_saved_and_may_replace_it():
    counts = []
    for lib in (taut, torch):
        packed, unpacked = [], []
        x, w = tensors(lib)
        with lib.autograd.graph.saved_tensors_hooks(
            lambda t: packed.append(t.tolist()) or len(packed) - 1,
            lambda i: unpacked.append(i) or lib.tensor(packed[i], dtype=lib.float64),
        ):
            y = (x * w).exp() * x
        y.sum().backward()
        assert sorted(unpacked) == list(range(len(packed)))
        counts.append((packed, x.grad.tolist(), w.grad.tolist()))
    assert sorted(map(str, counts[0][0])) == sorted(map(str, counts[1][0]))
    for ours, theirs in zip(counts[0][1:], counts[1][1:]):
        assert sum(ours, []) == pytest.approx(sum(theirs, []))


def test_innermost_hooks_count_and_are_taken_off():
    log = []

    def hooks(name):
        return saved_tensors_hooks(lambda t: log.append(name) or t, lambda t: t)

    x = taut.ones(2, requires_grad=True)
    with hooks("outer"):
        x.exp()
        with hooks("inner"):
            x.exp()
        x.exp()
    x.exp()
    assert log == ["outer", "inner", "outer"]


def test_hooks_in_trouble():
    x = taut.ones(2, requires_grad=True)

    def fail(t):
        raise KeyError("pack")

    with pytest.raises(KeyError, match="pack"), saved_tensors_hooks(fail, fail):
        x.exp()
    with saved_tensors_hooks(lambda t: t, lambda t: "text"):
        y = x.exp()
    with pytest.raises(TypeError, match="must return a tensor"):
        y.sum().backward()
    with saved_tensors_hooks(lambda t: t, lambda t: t[:1]):
        y = x.exp()
    with pytest.raises(RuntimeError, match="must return one"):
        y.sum().backward()
    x.exp().sum().backward()
    assert x.grad is not None

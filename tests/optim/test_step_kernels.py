"""The calls that step all parameters at once: layouts, missing gradients, errors, threads."""

import pytest
import torch

import taut
from taut import _C


def make(lib, values, transposed):
    t = lib.tensor(values.tolist())
    return t.t().contiguous().t() if transposed else t


@pytest.mark.parametrize("name", ["SGD", "Adam"])
@pytest.mark.parametrize("param_transposed", [False, True])
@pytest.mark.parametrize("grad_transposed", [False, True])
def test_layouts(name, param_transposed, grad_transposed):
    values, grads = torch.randn(5, 7), torch.randn(5, 7)
    results = []
    for lib in (taut, torch):
        param = make(lib, values, param_transposed).requires_grad_()
        options = {"momentum": 0.9} if name == "SGD" else {"amsgrad": True}
        optimizer = getattr(lib.optim, name)([param], lr=0.1, **options)
        for _ in range(3):
            param.grad = make(lib, grads, grad_transposed)
            optimizer.step()
        results.append(torch.tensor(param.tolist()))
    torch.testing.assert_close(*results)


def test_large_parameters_by_threads():
    results = []
    before = taut.get_num_threads()
    start, grad = taut.randn(100_003), taut.randn(100_003)
    for threads in (1, 2):
        taut.set_num_threads(threads)
        param = start.clone().requires_grad_()
        optimizer = taut.optim.AdamW([param], lr=0.1)
        param.grad = grad.clone()
        optimizer.step()
        results.append(param.tolist())
    taut.set_num_threads(before)
    assert results[0] == results[1]


def step(params, grads, buffers=None):
    _C._sgd_step(params, grads, buffers or [], 0.1, 0.9 if buffers else 0.0, 0.0, 0.0, False, False)


def test_skips_parameters_without_gradient():
    a, b = taut.ones(2), taut.ones(2)
    buffers = [None, None]
    step([a, b], [None, taut.ones(2)], buffers)
    assert a.tolist() == [1.0, 1.0] and buffers[0] is None
    assert b.tolist() == pytest.approx([0.9, 0.9]) and buffers[1].tolist() == [1.0, 1.0]


def test_reads_the_gradients_itself():
    a = taut.ones(2, requires_grad=True)
    (a * 2).sum().backward()
    step([a], None)
    assert a.tolist() == pytest.approx([0.8, 0.8])


def test_versions_tell_of_the_step():
    w = taut.ones(2, requires_grad=True)
    loss = (w * w).sum()
    with taut.no_grad():
        step([w], [taut.ones(2)])
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        loss.backward()


@pytest.mark.parametrize(
    "params, grads, buffers",
    [
        ([taut.ones(2)], [taut.ones(3)], []),
        ([taut.ones(2)], [taut.ones(2, dtype=taut.float64)], []),
        ([taut.ones(2, dtype=taut.int64)], [taut.ones(2, dtype=taut.int64)], []),
        ([taut.ones(2)], [], []),
        ([taut.ones(2)], [taut.ones(2)], [taut.ones(3)]),
        ([taut.ones(2)], [taut.ones(2)], [None, None]),
    ],
)
def test_refuses_before_it_writes(params, grads, buffers):
    first = taut.ones(2)
    with pytest.raises(RuntimeError, match="sgd_step: .*"):
        step([first, *params], [taut.ones(2), *grads], [None, *buffers] if buffers else [])
    assert first.tolist() == [1.0, 1.0]


def test_wants_tensors():
    with pytest.raises(TypeError, match="expected tensors, got int"):
        step([1], [2])

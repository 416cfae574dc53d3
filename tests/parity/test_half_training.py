"""Networks, gradients and optimisers in 16 bits."""

import numpy as np
import pytest
import torch

import taut

NARROW = ("float16", "bfloat16")


def both(values, name, **kwargs):
    """The same 16-bit tensor in both libraries."""
    theirs = torch.tensor(values).to(getattr(torch, name))
    ours = taut.tensor(values).to(getattr(taut, name))
    return [t.requires_grad_(kwargs.get("grad", False)) for t in (ours, theirs)]


def floats(t):
    return t.detach().float().numpy()


def random(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


OPTIMIZERS = {
    "SGD": dict(lr=0.1),
    "SGD with momentum": dict(lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    "SGD with dampening": dict(lr=0.1, momentum=0.9, dampening=0.3, maximize=True),
    "Adam": dict(lr=0.01, weight_decay=0.01),
    "Adam with amsgrad": dict(lr=0.01, amsgrad=True, maximize=True),
    "AdamW": dict(lr=0.01),
}


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_optimizers_step_for_step(kind, name):
    # Whole vectors: what is left over PyTorch rounds at more places.
    params = both(random(0, 64, 8), name, grad=True)
    kwargs = OPTIMIZERS[kind]
    optimizers = [
        getattr(lib.optim, kind.split()[0])([p], **kwargs) for lib, p in zip((taut, torch), params)
    ]
    for step in range(6):
        grads = both(random(step + 1, 64, 8), name)
        for p, g, optimizer in zip(params, grads, optimizers):
            p.grad = g
            optimizer.step()
        np.testing.assert_array_equal(floats(params[0]), floats(params[1]), f"step {step}")
    states = [next(iter(o.state.values()), {}) for o in optimizers]
    for key, value in states[1].items():
        if isinstance(value, torch.Tensor):
            assert str(states[0][key].dtype) == str(value.dtype), key


@pytest.mark.parametrize("name", NARROW)
def test_gradients_accumulate_in_the_type_of_the_parameter(name):
    results = []
    for lib, w in zip((taut, torch), both(random(0, 4, 3), name, grad=True)):
        x = both(random(1, 5, 3), name)[lib is torch]
        for _ in range(3):
            lib.nn.functional.linear(x, w).sum().backward()
        assert str(w.grad.dtype) == f"torch.{name}"
        results.append(floats(w.grad))
    np.testing.assert_allclose(*results, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("name", NARROW)
def test_second_order(name):
    results = []
    for lib, x in zip((taut, torch), both(random(2, 6), name, grad=True)):
        y = (lib.softmax(x, 0) * x).sum() + (x * x).exp().mean()
        (g,) = lib.autograd.grad(y, x, create_graph=True)
        (gg,) = lib.autograd.grad(g.sum(), x)
        assert g.dtype is x.dtype and gg.dtype is x.dtype
        results.append(floats(gg))
    np.testing.assert_allclose(*results, rtol=0.03, atol=0.03)


@pytest.mark.parametrize("name", NARROW)
def test_networks(name):
    def train(lib):
        lib.manual_seed(0)
        net = lib.nn.Sequential(
            lib.nn.Conv2d(1, 4, 3), lib.nn.BatchNorm2d(4), lib.nn.ReLU(), lib.nn.Flatten(),
            lib.nn.Linear(144, 8), lib.nn.LayerNorm(8), lib.nn.GELU(), lib.nn.Linear(8, 3),
        ).to(getattr(lib, name))  # fmt: skip
        optimizer = lib.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        x = both(random(3, 16, 1, 8, 8), name)[lib is torch]
        target = lib.arange(16) % 3
        losses = []
        for _ in range(8):
            optimizer.zero_grad()
            loss = lib.nn.functional.cross_entropy(net(x), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses, [str(t.dtype) for t in net.state_dict().values()]

    ours, theirs = train(taut), train(torch)
    assert ours[1] == theirs[1]
    np.testing.assert_allclose(ours[0], theirs[0], rtol=0.1, atol=0.03)


@pytest.mark.parametrize("name", NARROW)
def test_tied_weights(name):
    """A weight used by an embedding and a linear layer: one gradient, of its type."""
    results = []
    for lib, w in zip((taut, torch), both(random(4, 11, 6), name, grad=True)):
        index = (lib.arange(40) * 7) % 11
        hidden = lib.nn.functional.embedding(index, w)
        lib.nn.functional.cross_entropy(lib.nn.functional.linear(hidden, w), index).backward()
        assert w.grad.dtype is w.dtype
        results.append(floats(w.grad))
    np.testing.assert_allclose(*results, rtol=0.05, atol=2e-3)


def test_sums_do_not_stall():
    """Where 16 bits would stop counting."""
    ones = taut.ones(10000, dtype=taut.bfloat16, requires_grad=True)
    assert ones.sum().item() == 9984  # 10000, rounded once
    assert ones.cumsum(0)[-1].item() == 9984
    w = taut.ones(2, 1, dtype=taut.bfloat16, requires_grad=True)
    taut.nn.functional.embedding(taut.zeros(10000, dtype=taut.int64), w).sum().backward()
    assert w.grad.flatten().tolist() == [9984, 0]


@pytest.mark.parametrize("name", NARROW)
def test_modules_convert(name):
    for lib in (taut, torch):
        short = {"float16": "half"}.get(name, name)
        net = getattr(lib.nn.LSTM(3, 4), short)()
        out, _ = net(lib.zeros(2, 1, 3, dtype=getattr(lib, name)))
        assert str(out.dtype) == f"torch.{name}"
        assert {str(p.dtype) for p in net.parameters()} == {f"torch.{name}"}


@pytest.mark.filterwarnings("ignore:Input #0")
@pytest.mark.parametrize("name", NARROW)
def test_gradcheck_cannot_pass(name):
    for lib, x in zip((taut, torch), both([0.3, 1.2], name, grad=True)):
        assert not lib.autograd.gradcheck(lambda t: t * 2, x, raise_exception=False)


@pytest.mark.parametrize("name", NARROW)
def test_what_has_no_kernel(name):
    for lib, x in zip((taut, torch), both(random(5, 3, 3), name)):
        with pytest.raises(NotImplementedError):
            lib.linalg.qr(x)
        with pytest.raises(NotImplementedError):
            lib.geqrf(x)
        with pytest.raises(RuntimeError):
            lib.mm(x, x.float())
        with pytest.raises(RuntimeError):
            lib.nn.functional.linear(x, x.float())

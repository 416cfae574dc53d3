"""Gradients that are written into their place in the gradient of what they are parts of."""

import pytest
from torch.nn.attention import SDPBackend, sdpa_kernel

import taut
from both import assert_same


def heads(t, qkv):
    return qkv.view(3, 10, 3, 4, 8).permute(2, 0, 3, 1, 4).unbind(0)


def attention(t, *qkv, **options):
    return t.nn.functional.scaled_dot_product_attention(*qkv, **options)


USES = {
    "each once": lambda t, q, k, v: attention(t, q, k, v),
    "causal": lambda t, q, k, v: attention(t, q, k, v, is_causal=True),
    "keys as values": lambda t, q, k, v: attention(t, q, k, k),
    "one for all": lambda t, q, k, v: attention(t, q, q, q),
    "one of none": lambda t, q, k, v: attention(t, q, k, t.ones(3, 4, 10, 8)),
    "a second use before": lambda t, q, k, v: attention(t, q, k, v) + q * 2,
    "two uses": lambda t, q, k, v: attention(t, q, k, v) + attention(t, k, q, v),
    "products": lambda t, q, k, v: (q @ k.transpose(-1, -2)).softmax(-1) @ v,
    "fewer queries": lambda t, q, k, v: attention(t, q[:, :, :4], k, v, is_causal=True),
    "fewer keys": lambda t, q, k, v: attention(t, q, k[:, :, :4], v[:, :, :4], is_causal=True),
    "no queries": lambda t, q, k, v: attention(t, q[:, :, :0], k, v).sum() + v.square().sum(),
}


@pytest.mark.parametrize("use", USES)
def test_gradients(use):
    def program(t):
        t.manual_seed(0)
        qkv = t.randn(3, 10, 96, requires_grad=True)
        q, k, v = heads(t, qkv)
        out = USES[use](t, q, k, v)
        cotangent = t.arange(out.numel(), dtype=t.float32).reshape(out.shape) * 0.01
        results = []
        for _ in range(2):  # the second adds to the first
            out.backward(cotangent, retain_graph=True)
            results.append(qkv.grad.clone())
        inputs = [qkv, q]
        results += t.autograd.grad(out, inputs, cotangent, retain_graph=True)
        (first,) = t.autograd.grad(out, qkv, cotangent, create_graph=True)
        results.append(t.autograd.grad(first.square().sum(), qkv)[0])
        return results

    with sdpa_kernel(SDPBackend.MATH):  # PyTorch's others have no second derivative
        assert_same(program, 1e-3)


def test_gradients_that_are_looked_at():
    def program(t):
        t.manual_seed(0)
        qkv = t.randn(3, 10, 96, requires_grad=True)
        q, k, v = heads(t, qkv)
        q.retain_grad()
        seen = []
        k.register_hook(lambda g: seen.append(g.clone()) or g * 2)
        attention(t, q, k, v).square().sum().backward()
        kept = q.grad.clone()
        q.grad.zero_()  # its own memory
        return kept, seen, qkv.grad

    assert_same(program, 1e-3)


@pytest.mark.parametrize("cut", ["split", "chunk", "unbind"])
def test_parts_of_a_leaf(cut):
    def program(t):
        t.manual_seed(0)
        w = t.randn(2, 5, 6, requires_grad=True)
        a, b = w.unbind(0) if cut == "unbind" else getattr(w, cut)(1, 0)
        (a.reshape(5, 6) @ b.reshape(5, 6).t()).square().sum().backward()
        again = w.grad.clone()
        a.sum().backward()
        return again, w.grad, w.grad.is_contiguous()

    assert_same(program, 1e-4)


def test_no_gradient_is_copied():
    """Attention over one projection needs memory for one gradient of it."""
    weight = taut.randn(3 * 128, 4, requires_grad=True)
    qkv = taut.nn.functional.linear(taut.randn(8, 64, 4), weight)
    q, k, v = qkv.view(8, 64, 3, 4, 32).permute(2, 0, 3, 1, 4).unbind(0)
    out = attention(taut, q, k, v)
    cotangent = taut.ones_like(out)
    held = taut.memory_stats()["allocated"]
    taut.reset_peak_memory_stats()
    out.backward(cotangent)
    grown = taut.memory_stats()["peak_allocated"] - held
    assert grown < 1.2 * 4 * qkv.numel()

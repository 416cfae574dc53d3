"""Sparse gradients: what embeddings give, and how the engine adds them up."""

import numpy as np
import pytest
import torch

import taut

LIBS = [torch, taut]


def table(lib, dtype="float64"):
    return lib.arange(8.0, dtype=getattr(lib, dtype)).reshape(4, 2).requires_grad_()


def look_up(lib, weight, rows, **options):
    index = lib.tensor(rows, dtype=lib.int64)
    return lib.nn.functional.embedding(index, weight, sparse=True, **options)


def bag(lib, weight, rows, offsets, **options):
    return lib.nn.functional.embedding_bag(
        lib.tensor(rows, dtype=lib.int64), weight, lib.tensor(offsets), sparse=True, **options
    )


def described(t):
    """Shape, type and places where it is sparse, and the elements."""
    if t is None or not t.is_sparse:
        return None, None if t is None else t.detach().numpy()
    c = t.coalesce()
    return (tuple(t.shape), str(t.dtype)[-2:], c.indices().tolist()), c.values().detach().numpy()


def compare(program):
    """The program returns tensors: gradients, in both libraries alike."""
    for theirs, ours in zip(*(map(described, program(lib)) for lib in LIBS), strict=True):
        assert ours[0] == theirs[0]
        if theirs[1] is None:
            assert ours[1] is None
        else:
            np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-12, atol=1e-12)


PROGRAMS = {}


def program(f):
    PROGRAMS[f.__name__] = f
    return f


@program
def once(t):
    w = table(t)
    (look_up(t, w, [2, 0, 2]) ** 2).sum().backward()
    return [w.grad]


@program
def matrix_of_indices(t):
    w = table(t, "float32")
    (look_up(t, w, [[2, 0], [1, 2]]) ** 2).sum().backward()
    return [w.grad]


@program
def int32_indices(t):
    w = table(t)
    t.nn.functional.embedding(t.tensor([1, 1], dtype=t.int32), w, sparse=True).sum().backward()
    return [w.grad]


@program
def no_indices(t):
    w = table(t)
    look_up(t, w, []).sum().backward()
    return [w.grad]


@program
def padding(t):
    w = table(t)
    look_up(t, w, [2, 0, 2], padding_idx=2).sum().backward()
    v = table(t)
    look_up(t, v, [2, 3], padding_idx=-1).sum().backward()
    return [w.grad, v.grad]


@program
def only_padding(t):
    w = table(t)
    look_up(t, w, [2, 2], padding_idx=2).sum().backward()
    return [w.grad]


@program
def renormalised(t):
    w = t.arange(8.0).reshape(4, 2).requires_grad_()
    look_up(t, w.clone(), [2, 0, 2]).sum().backward()
    plain = t.arange(8.0).reshape(4, 2)
    with t.no_grad():
        out = look_up(t, plain, [3], max_norm=1.0)
    return [w.grad, out.round(decimals=5), plain.round(decimals=5)]


@program
def two_uses(t):
    w = table(t)
    ((look_up(t, w, [2, 0, 2]) ** 2).sum() + (look_up(t, w, [1, 0]) ** 3).sum()).backward()
    return [w.grad]


@program
def two_backwards(t):
    w = table(t)
    look_up(t, w, [2, 0, 2]).sum().backward()
    first = w.grad
    (look_up(t, w, [1, 0]) * 2).sum().backward()
    assert w.grad is first
    return [w.grad]


@program
def sparse_then_dense(t):
    w = table(t)
    look_up(t, w, [2, 0, 2]).sum().backward()
    first = w.grad
    (w * w).sum().backward()
    assert first.is_sparse
    return [w.grad, first]


@program
def dense_then_sparse(t):
    w = table(t)
    (w * w).sum().backward()
    first = w.grad
    look_up(t, w, [2, 0, 2]).sum().backward()
    assert w.grad is first
    return [w.grad]


@program
def tied_head(t):
    w = table(t)
    h = look_up(t, w, [2, 0, 2])
    t.nn.functional.linear(h, w).tanh().sum().backward()
    return [w.grad]


@program
def tied_head_and_two_uses(t):
    w = table(t)
    h = look_up(t, w, [2, 0, 2]) * look_up(t, w, [1, 1, 3])
    (h @ w.t()).tanh().sum().backward()
    return [w.grad]


@program
def head_before_the_table(t):
    w = table(t)
    (t.ones(3, 2, dtype=t.float64) @ w.t()).sum().backward(retain_graph=True)
    (w.sum() * look_up(t, w, [1]).sum() + look_up(t, w, [3]).sum()).backward()
    return [w.grad]


@program
def through_operations(t):
    grads = []
    for f in (
        lambda w: w * 2,
        lambda w: w / 4,
        lambda w: -w,
        lambda w: w + 1,
        lambda w: w + w,
        lambda w: w * w.detach(),
        lambda w: (w / 8).exp().round(decimals=9).detach() * w,
        lambda w: w.clone(),
        lambda w: 1 - w,
    ):
        w = table(t)
        look_up(t, f(w), [2, 0, 2]).sum().backward()
        grads.append(w.grad)
    return grads


@program
def leaf_hook(t):
    w = table(t)
    w.register_hook(lambda g: g * 2)
    look_up(t, w, [2, 0, 2]).sum().backward()
    return [w.grad]


@program
def post_accumulate_hook(t):
    w, seen = table(t), []
    w.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.clone()))
    look_up(t, w, [2, 0, 2]).sum().backward()
    return [w.grad, *seen]


@program
def retained(t):
    w = table(t)
    y = w * 2
    y.retain_grad()
    look_up(t, y, [2, 0, 2]).sum().backward()
    return [w.grad, y.grad]


@program
def by_grad(t):
    w = table(t)
    x = look_up(t, w, [2, 0, 2])
    (g,) = t.autograd.grad((x**2).sum(), w)
    assert w.grad is None
    return [g]


@program
def by_inputs(t):
    w = table(t)
    (look_up(t, w, [2, 0]).sum() + look_up(t, w, [2]).sum()).backward(inputs=[w])
    return [w.grad]


@program
def second_order(t):
    w = table(t)
    x = look_up(t, w, [2, 0, 2])
    (g,) = t.autograd.grad((x**3).sum(), w, create_graph=True)
    g.to_dense().sum().backward()
    v = table(t)
    (h,) = t.autograd.grad((look_up(t, v, [2, 0, 2]) ** 3).sum(), v, create_graph=True)
    (h.coalesce().values() ** 2).sum().backward()
    return [g, w.grad, h, v.grad]


@program
def create_graph_twice(t):
    w = table(t)
    (look_up(t, w, [2, 0]) ** 3).sum().backward(create_graph=True)
    (look_up(t, w, [1, 0]) ** 2).sum().backward(create_graph=True)
    (w**2).sum().backward()
    return [w.grad]


@program
def given(t):
    w = table(t)
    g = t.sparse_coo_tensor([[1, 3]], t.ones(2, 2, dtype=t.float64), (4, 2))
    (w * 1).backward(g)
    w.grad.mul_(5)
    return [w.grad, g]


@program
def assigned(t):
    w = table(t)
    w.grad = t.sparse_coo_tensor([[1, 3]], t.ones(2, 2, dtype=t.float64), (4, 2))
    look_up(t, w, [1]).sum().backward()
    return [w.grad]


@program
def zeroed(t):
    w = table(t)
    look_up(t, w, [2, 0, 2]).sum().backward()
    t.optim.SGD([w], lr=1.0).zero_grad(set_to_none=False)
    first = w.grad.clone()
    look_up(t, w, [1]).sum().backward()
    return [first, w.grad]


@program
def bags(t):
    grads = []
    for options in (
        {"mode": "sum"},
        {"mode": "mean"},
        {"mode": "sum", "padding_idx": 2},
        {"mode": "mean", "padding_idx": 2},
        {"mode": "sum", "per_sample_weights": t.tensor([0.5, 1, 2, 3], dtype=t.float64)},
    ):
        w = table(t)
        (bag(t, w, [2, 0, 2, 1], [0, 2], **options) ** 2).sum().backward()
        grads.append(w.grad)
    return grads


@program
def modules(t):
    grads = []
    for layer in (
        t.nn.Embedding.from_pretrained(t.ones(4, 2), freeze=False, sparse=True),
        t.nn.EmbeddingBag.from_pretrained(t.ones(4, 2), freeze=False, sparse=True),
    ):
        layer(t.tensor([[2, 0, 2]])).sum().backward()
        grads.append(layer.weight.grad.mul(2).coalesce())
    return [g.to_dense().round(decimals=5) for g in grads]


@program
def converted_module(t):
    layer = t.nn.Embedding.from_pretrained(t.ones(4, 2), freeze=False, sparse=True)
    layer(t.tensor([2, 0, 2])).sum().backward()
    layer.double()
    layer(t.tensor([1])).sum().backward()
    return [layer.weight.grad]


@program
def of_sparse_tensors(t):
    grads = []
    for f in (
        lambda s: (s.to_dense() * t.arange(8.0).reshape(4, 2)).sum(),
        lambda s: s.sum(),
        lambda s: (s.coalesce().values() ** 2).sum(),
        lambda s: (s * 2).sum(),
        lambda s: (s / 4).to_dense().sum(),
        lambda s: (-s).to_dense().sum(),
        lambda s: s.clone().to_dense().sum(),
        lambda s: s.double().to_dense().sum(),
        lambda s: (s + s).to_dense().sum(),
        lambda s: (t.ones(4, 2) + s).sum(),
        lambda s: s.to_dense().to_sparse().to_dense().sum(),
        lambda s: t.arange(8.0).reshape(4, 2).sparse_mask(s.detach()).sum() * s.sum(),
    ):
        values = t.arange(6.0).reshape(3, 2).requires_grad_()
        f(t.sparse_coo_tensor([[2, 0, 2]], values, (4, 2))).backward()
        leaf = t.sparse_coo_tensor([[2, 0, 2]], values.detach(), (4, 2)).requires_grad_()
        f(leaf).backward()
        grads += [values.grad, leaf.grad]
    w = table(t)
    (w.to_sparse(1).values() ** 2).sum().backward()
    return [*grads, w.grad]


@program
def scaled_loss(t):
    w, v = table(t, "float32"), table(t, "float32")
    optimizer = t.optim.SGD([w, v], lr=0.5)
    scaler = t.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(look_up(t, w, [2, 0, 2]).sum() + v.sum()).backward()
    scaler.unscale_(optimizer)
    before = w.grad.clone()
    scaler.step(optimizer)
    scaler.update()
    return [before, v.grad, w.detach(), v.detach()]


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("name", PROGRAMS)
def test_is_pytorchs(name):
    compare(PROGRAMS[name])


@pytest.mark.parametrize("lib", LIBS)
def test_errors(lib):
    w = table(lib)
    with pytest.raises(RuntimeError, match="scale_grad_by_freq not supported with sparse"):
        look_up(lib, w, [2, 0, 2], scale_grad_by_freq=True).sum().backward()
    with pytest.raises(ValueError, match="max mode does not support sparse weights"):
        bag(lib, w, [1], [0], mode="max")
    with pytest.raises(ValueError, match="scaling the gradient by the frequency"):
        bag(lib, w, [1], [0], mode="max", scale_grad_by_freq=True)
    with pytest.raises(RuntimeError):
        look_up(lib, w.view(2, 4).view(4, 2), [1]).sum().backward()
    with pytest.raises(RuntimeError):
        look_up(lib, w @ w.t(), [1]).sum().backward()


def test_the_gradient_is_nobody_elses():
    """PyTorch's shares the memory of the gradient that came in."""
    w = table(taut)
    g = taut.ones(2, 2, dtype=taut.float64)
    look_up(taut, w, [1, 3]).backward(g)
    w.grad.mul_(3)
    assert g.tolist() == [[1, 1], [1, 1]]


def test_an_infinite_gradient_is_found():
    w = table(taut, "float32")
    optimizer = taut.optim.SGD([w], lr=0.5)
    scaler = taut.amp.GradScaler("cpu")
    scaler.scale(look_up(taut, w, [0]).sum() / 0).backward()
    before = w.tolist()
    scaler.step(optimizer)
    assert w.tolist() == before


@pytest.mark.filterwarnings("ignore:Error detected")
def test_anomaly_mode_looks_into_it():
    w = table(taut)
    with taut.autograd.detect_anomaly(), pytest.raises(RuntimeError, match="nan"):
        look_up(taut, w, [1]).backward(taut.tensor([[float("nan"), 1.0]], dtype=taut.float64))


def test_clipping():
    """Where PyTorch has no norm of a sparse gradient, this is that of the whole."""
    w, v = table(taut), table(taut)
    (look_up(taut, w, [2, 0, 2]) * 2).sum().backward()
    (taut.nn.functional.embedding(taut.tensor([2, 0, 2]), v) * 2).sum().backward()
    assert w.grad.is_sparse
    for norm_type in (2.0, 1.0, float("inf")):
        found = taut.nn.utils.clip_grad_norm_([w], 1.0, norm_type)
        assert found.tolist() == pytest.approx(
            taut.nn.utils.clip_grad_norm_([v], 1.0, norm_type).tolist()
        )
        assert taut.allclose(w.grad.to_dense(), v.grad)


def test_a_transposed_tie_makes_it_strided():
    for transposed_first in (False, True):
        net = taut.nn.Module()
        net.table = taut.nn.Embedding(4, 2, sparse=True)
        net.head = taut.nn.Linear(4, 2, bias=False)  # weight 2 x 4
        taut.tie(net, "table.weight", "head.weight", transpose=True)
        plain = taut.nn.Embedding.from_pretrained(net.table.weight.detach().clone(), freeze=False)
        index = taut.tensor([2, 0, 2])
        if not transposed_first:
            net.table(index).sum().backward()
            plain(index).sum().backward()
            assert net.table.weight.grad.is_sparse
            assert net.head.weight.grad.tolist() == plain.weight.grad.t().tolist()
        net.head(net.table(index) @ net.table.weight.t()).sum().backward()
        w = plain.weight
        taut.nn.functional.linear(plain(index) @ w.t(), w.t()).sum().backward()
        assert not net.table.weight.grad.is_sparse
        assert taut.allclose(net.table.weight.grad, w.grad)


def test_terms_of_a_tied_table_are_strided():
    table = taut.nn.Embedding(4, 2, sparse=True)
    head = taut.nn.Linear(2, 4, bias=False)
    net = taut.nn.Sequential(table, head)
    taut.tie(net, "0.weight", "1.weight")
    with taut.per_use(net) as uses:
        net(taut.tensor([2, 0, 2])).sum().backward()
    terms = [use.grad for use in next(iter(uses.values()))]
    assert len(terms) == 2
    assert taut.allclose(sum(terms), table.weight.grad)


def test_a_saved_sparse_tensor_that_changes_is_noticed():
    s = taut.sparse_coo_tensor([[1]], [2.0], (3,))
    x = taut.ones(3, requires_grad=True)
    y = x * s
    s.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_inference_and_modes():
    w = table(taut)
    with taut.inference_mode():
        assert look_up(taut, w, [1]).tolist() == [[2, 3]]
    meta = taut.nn.Embedding(4, 2, sparse=True, device="meta")
    out = meta(taut.tensor([1, 2], device="meta"))
    assert out.is_meta

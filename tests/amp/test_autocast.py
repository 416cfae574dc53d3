"""Autocast on the CPU beside PyTorch's: the types of every operation, blocks in blocks, the cache."""

import copy
import threading

import numpy as np
import pytest
import torch

import opdb
import taut
from both import assert_same, programs
from tiers import TIER_1, TIER_2

pytestmark = pytest.mark.filterwarnings("ignore")

# Where PyTorch's types follow from how it composes the operation, and taut composes it otherwise.
COMPOSED = {"corrcoef", "cov", "linalg.pinv", "linalg.matrix_power", "linalg.multi_dot"} | {
    "einsum", "tensordot",
}  # fmt: skip


def there(op):
    """Whether taut has the operation; docs/compatibility.md lists those that it has not."""
    try:
        opdb.counterpart(op.op, op.name)
    except (opdb.Missing, opdb.Unsupported):
        return False
    return op.name in TIER_1 or opdb.lookup(taut, op.name) or opdb.lookup(taut.Tensor, op.name)


ROWS = {
    opdb.named(op): op
    for op in opdb.rows(TIER_1 | TIER_2)
    if op.name not in COMPOSED and torch.float32 in op.supported_dtypes("cpu") and there(op)
}
# Where it rounds: 16-bit products of inputs rounded before.
ROUNDED = 6e-2


def types(value):
    return [str(t.dtype).rpartition(".")[2] for t in opdb.tensors(value)]


@pytest.mark.parametrize("name", ROWS)
def test_types_of_an_operation(name, half="bfloat16"):
    """Given float32 and given 16 bits: the results have PyTorch's types and, roughly, its values."""
    op = ROWS[name]
    function = opdb.counterpart(op.op, op.name)
    for dtype in (torch.float32, getattr(torch, half)):
        if dtype not in op.supported_dtypes("cpu"):
            continue
        for sample in list(opdb.samples(op, dtype))[:4]:
            with torch.autocast("cpu", getattr(torch, half)):
                theirs, error = opdb.outcome(torch, op.op, *sample.theirs)
            if error is not None:
                continue
            with taut.autocast("cpu", getattr(taut, half)):
                mine, error = opdb.outcome(taut, function, *sample.mine)
            if isinstance(error, NotImplementedError):
                continue  # a part that docs/compatibility.md lists
            assert error is None, f"{sample.what}: {error!r}"
            assert types(mine) == types(theirs), sample.what
            if op.name in opdb.UNWRITTEN or op.name in opdb.DIMENSION:
                continue
            for a, b in zip(opdb.tensors(mine), opdb.tensors(theirs), strict=True):
                # PyTorch's own products of 16 bits leave the type where taut's do not.
                narrow = str(b.dtype) in ("torch.bfloat16", "torch.float16")
                if narrow and bool(torch.isfinite(b).all()):
                    opdb.same(a, b, sample.what, tolerance=ROUNDED)


def layers(lib):
    t = lib
    return [
        (t.nn.Linear(6, 4), (3, 6)),
        (t.nn.Conv2d(2, 4, 3), (2, 2, 6, 6)),
        (t.nn.LSTM(6, 4), (5, 3, 6)),
        (t.nn.RNN(6, 4), (5, 3, 6)),
        (t.nn.GRU(6, 4), (5, 3, 6)),
        (t.nn.MultiheadAttention(4, 2), None),
        (t.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), (5, 3, 4)),
        (t.nn.Sequential(t.nn.Linear(6, 4), t.nn.LayerNorm(4), t.nn.Softmax(-1)), (3, 6)),
    ]


@pytest.mark.parametrize("index", range(8))
def test_types_of_a_layer(index):
    def run(t):
        t.manual_seed(0)
        layer, shape = layers(t)[index]
        args = [t.randn(5, 3, 4)] * 3 if shape is None else [t.randn(*shape)]
        with t.autocast("cpu"):
            results = layer(*args)
        results = opdb.tensors(results)
        sum(r.float().square().sum() for r in results).backward()
        return results, [p.grad for p in layer.parameters()]

    (mine, own), (theirs, grads) = run(taut), run(torch)
    assert types(mine) == types(theirs)
    assert types(own) == types(grads) == ["float32"] * len(grads)
    for a, b in zip([*mine, *own], [*theirs, *grads], strict=True):
        a, b = opdb.array(a.float()), opdb.array(b.float())
        np.testing.assert_allclose(a, b, rtol=0.1, atol=0.05 * max(1, np.abs(b).max()))


# ---------------------------------------------------------------- blocks


def nested(t):
    x = t.ones(2, 2)
    seen = []
    with t.autocast("cpu"):
        seen.append((x @ x).dtype)
        with t.autocast("cpu", dtype=t.float16):
            seen.append((x @ x).dtype)
            with t.autocast("cpu", enabled=False):
                seen.append((x @ x).dtype)
            seen.append((x @ x).dtype)
        seen.append((x @ x).dtype)
    return [str(d) for d in seen] + [str((x @ x).dtype)]


def after_an_exception(t):
    try:
        with t.autocast("cpu"):
            raise ValueError
    except ValueError:
        pass
    return t.is_autocast_enabled("cpu"), str((t.ones(2, 2) @ t.ones(2, 2)).dtype)


def decorator(t):
    @t.autocast("cpu", dtype=t.float16)
    def f(x):
        return str((x @ x).dtype)

    return f(t.ones(2, 2)), f(t.ones(2, 2)), f.__name__, t.is_autocast_enabled("cpu")


def products_with_indices(t):
    a, b = t.ones(2, 3), t.ones(3, 4)
    with t.autocast("cpu"):
        results = t.einsum("ij,jk->ik", a, b), t.tensordot(a, b, 1), t.inner(a, a)
    return [str(r.dtype) for r in results]


def doubles_stay(t):
    x = t.ones(2, 2, dtype=t.float64)
    with t.autocast("cpu"):
        return str((x @ x).dtype), str(t.nn.functional.mse_loss(x, x).dtype)


def two_types(t):
    with t.autocast("cpu"):
        return t.ones(2, 2, dtype=t.float64) @ t.ones(2, 2)


def widest(t):
    a, b = t.ones(2), t.ones(2, dtype=t.bfloat16)
    with t.autocast("cpu"):
        return [str(r.dtype) for r in (t.cat([a, b]), t.stack([b, a]), a + b, b * b, b.exp())] + [
            str(t.zeros(2).index_copy(0, t.tensor([0]), b[:1]).dtype)
        ]


def into_and_in_place(t):
    x = t.ones(2, 2)
    with t.autocast("cpu"):
        return str(t.mm(x, x, out=t.empty(2, 2)).dtype), str(t.ones(2, 2).addmm_(x, x).dtype)


def the_state(t):
    before = (
        t.is_autocast_enabled("cpu"),
        str(t.get_autocast_dtype("cpu")),
        t.is_autocast_cache_enabled(),
    )
    with t.autocast("cpu", t.float16, cache_enabled=False):
        inside = (
            t.is_autocast_enabled("cpu"),
            str(t.get_autocast_dtype("cpu")),
            t.is_autocast_cache_enabled(),
        )
    t.set_autocast_dtype("cpu", t.float16)
    t.set_autocast_enabled("cpu", True)
    by_hand = str((t.ones(1, 1) @ t.ones(1, 1)).dtype)
    t.set_autocast_enabled("cpu", False)
    t.set_autocast_dtype("cpu", t.bfloat16)
    return before, inside, by_hand, t.autocast_increment_nesting(), t.autocast_decrement_nesting()


def float32_is_no_autocast(t):
    with t.autocast("cpu", dtype=t.float32):
        return t.is_autocast_enabled("cpu"), str((t.ones(1, 1) @ t.ones(1, 1)).dtype)


def unknown_device(t):
    t.autocast("nothing")


def device_object(t):
    t.autocast(t.device("cpu"))


def gradients_have_the_parameters_type(t):
    w = t.ones(2, 2, requires_grad=True)
    with t.autocast("cpu"):
        loss = (w @ w + w @ t.eye(2)).float().sum()
    loss.backward()
    return str(w.grad.dtype), w.grad


def without_gradients_first(t):
    """A cast made where nothing is recorded does not serve where something is."""
    w, x = t.ones(2, 2, requires_grad=True), t.ones(2, 2)
    with t.autocast("cpu"):
        with t.no_grad():
            x @ w
        loss = (x @ w).float().sum()
    loss.backward()
    return w.grad


def custom(t, cast_inputs):
    class Product(t.autograd.Function):
        @staticmethod
        @t.amp.custom_fwd(device_type="cpu", cast_inputs=cast_inputs)
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            ctx.seen = [str(a.dtype), str((a @ b).dtype), t.is_autocast_enabled("cpu")]
            return a @ b

        @staticmethod
        @t.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            ctx.seen.append(t.is_autocast_enabled("cpu"))
            ctx.seen.append(str((g.float() @ b.float().t()).dtype))
            return (g @ b.t().to(g.dtype)).to(a.dtype), (a.t().to(g.dtype) @ g).to(b.dtype)

    a, b = t.ones(2, 2, requires_grad=True), t.eye(2).requires_grad_()
    with t.autocast("cpu"):
        y = Product.apply(a, b)
    node = y.grad_fn
    y.float().sum().backward()
    return str(y.dtype), a.grad, str(a.grad.dtype), node is not None


def custom_as_it_is(t):
    return custom(t, None)


def custom_in_float32(t):
    return custom(t, t.float32)


def custom_outside(t):
    class Identity(t.autograd.Function):
        @staticmethod
        @t.amp.custom_fwd(device_type="cpu", cast_inputs=t.float16)
        def forward(ctx, a):
            return a * 1

    return str(Identity.apply(t.ones(2)).dtype)


def checkpointed(t):
    from_utils = t.utils.checkpoint
    layer = t.nn.Linear(2, 2)
    with t.no_grad():
        layer.weight.copy_(t.eye(2))
    x = t.ones(3, 2, requires_grad=True)
    kinds = []

    def f(x):
        y = layer(x)
        kinds.append(str(y.dtype))
        return y

    for reentrant in (True, False):
        with t.autocast("cpu"):
            y = from_utils.checkpoint(f, x, use_reentrant=reentrant)
        y.float().sum().backward()
    return kinds, x.grad


PROGRAMS = programs(globals())


@pytest.mark.parametrize("name", PROGRAMS)
def test_block(name):
    assert_same(PROGRAMS[name], 1e-2)


def test_a_parameter_is_cast_once():
    w, x = taut.ones(4, 4, requires_grad=True), taut.ones(4, 4)
    with taut.autocast("cpu"):
        first = (x @ w).grad_fn.next_functions
        again = (x @ w).grad_fn.next_functions
        casts = [[n for n, _ in edges if n is not None] for edges in (first, again)]
        assert casts[0] == casts[1]
        with taut.no_grad():
            w.mul_(2)  # the cast that was kept would be stale
        assert float((x @ w)[0, 0]) == 8
    with taut.autocast("cpu", cache_enabled=False):
        one, two = (x @ w).grad_fn.next_functions, (x @ w).grad_fn.next_functions
        assert [n for n, _ in one if n] != [n for n, _ in two if n]


def test_tied_uses_share_the_cast():
    """The gradient of a tied parameter is one sum, whatever each use was cast to."""
    embedding = taut.nn.Embedding(5, 4)
    w = embedding.weight
    with taut.autocast("cpu"):
        loss = (embedding(taut.tensor([1, 2])) @ w.t()).float().square().sum()
    loss.backward()
    twin = torch.nn.Embedding(5, 4)
    twin.weight.data = torch.from_numpy(w.detach().numpy().copy())
    with torch.autocast("cpu"):
        loss = (twin(torch.tensor([1, 2])) @ twin.weight.t()).float().square().sum()
    loss.backward()
    np.testing.assert_allclose(w.grad.numpy(), twin.weight.grad.numpy(), rtol=0.05, atol=0.1)


def test_a_function_that_calls_itself():
    """The object of the decorator is around several calls at once."""

    @taut.autocast("cpu")
    def f(depth):
        return [(taut.ones(1, 1) @ taut.ones(1, 1)).dtype] + (f(depth - 1) if depth else [])

    assert f(2) == [taut.bfloat16] * 3
    assert not taut.is_autocast_enabled("cpu")


def test_another_thread_has_its_own():
    seen = []
    with taut.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append(taut.is_autocast_enabled("cpu")))
        thread.start()
        thread.join()
    assert seen == [False]


# ---------------------------------------------------------------- training


def train(t, half, steps=12, broken=()):
    t.manual_seed(0)
    net = t.nn.Sequential(t.nn.Linear(8, 16), t.nn.ReLU(), t.nn.Linear(16, 1))
    optimizer = t.optim.SGD(net.parameters(), lr=0.05)
    scaler = t.amp.GradScaler("cpu", init_scale=64.0, growth_interval=4)
    x, y = t.randn(32, 8), t.randn(32, 1)
    losses, scales = [], []
    for step in range(steps):
        optimizer.zero_grad()
        with t.autocast("cpu", half):
            loss = t.nn.functional.mse_loss(net(x), y)
        scaler.scale(loss).backward()
        if step in broken:
            net[0].weight.grad[0, 0] = float("inf")
        if step % 3 == 0:
            scaler.unscale_(optimizer)
            t.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        before = copy.deepcopy(net.state_dict())
        scaler.step(optimizer)
        scaler.update()
        same = all(bool((a == b).all()) for a, b in zip(before.values(), net.state_dict().values()))
        assert same == (step in broken)
        losses.append(float(loss.detach()))
        scales.append(scaler.get_scale())
    return losses, scales, scaler.state_dict()


@pytest.mark.parametrize("half", ["bfloat16", "float16"])
@pytest.mark.parametrize("broken", [(), (2, 5, 6)])
def test_training_with_a_scaler(half, broken):
    theirs, scales, state = train(torch, getattr(torch, half), broken=broken)
    mine, own_scales, own_state = train(taut, getattr(taut, half), broken=broken)
    assert own_scales == scales
    assert own_state == state
    np.testing.assert_allclose(mine, theirs, rtol=2e-2, atol=2e-2)

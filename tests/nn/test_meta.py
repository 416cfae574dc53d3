"""The meta device: shapes without memory, modules made there, how they get values; against torch."""

import copy
import io
import math
import pickle

import pytest

import taut
from twin import check


def shown(t):
    return t.shape, t.stride(), t.dtype, str(t.device), t.is_meta, t.requires_grad


CREATIONS = {
    "empty": lambda lib: lib.empty(2, 3, device="meta"),
    "zeros": lambda lib: lib.zeros((2, 3), device="meta", dtype=lib.int64),
    "ones": lambda lib: lib.ones(2, device=lib.device("meta"), requires_grad=True),
    "full": lambda lib: lib.full((2,), 3.0, device="meta"),
    "rand": lambda lib: lib.rand(2, device="meta"),
    "randn": lambda lib: lib.randn(2, 2, device="meta", dtype=lib.float64),
    "randint": lambda lib: lib.randint(3, (2,), device="meta"),
    "randperm": lambda lib: lib.randperm(4, device="meta"),
    "arange": lambda lib: lib.arange(5, device="meta"),
    "linspace": lambda lib: lib.linspace(0, 1, 3, device="meta"),
    "eye": lambda lib: lib.eye(3, device="meta"),
    "tensor": lambda lib: lib.tensor([1, 2], device="meta"),
    "as_tensor": lambda lib: lib.as_tensor([1.0], device="meta"),
    "scalar": lambda lib: lib.scalar_tensor(2, device="meta"),
    "strided": lambda lib: lib.empty_strided((2, 3), (1, 2), device="meta"),
    "like": lambda lib: lib.empty_like(lib.ones(2, 3).t(), device="meta"),
    "zeros like": lambda lib: lib.zeros_like(lib.empty(2, 3, device="meta")),
    "rand like": lambda lib: lib.rand_like(lib.empty(2, 3, device="meta").t()),
    "randint like": lambda lib: lib.randint_like(lib.empty(2, device="meta"), 5),
    "full like": lambda lib: lib.full_like(lib.ones(2, 3, device="meta"), 3, dtype=lib.int64),
    "back": lambda lib: lib.zeros_like(lib.empty(2, 3, device="meta"), device="cpu"),
    "new": lambda lib: lib.empty(2, device="meta").new_zeros(3),
    "new full": lambda lib: lib.empty(2, device="meta").new_full((3,), 2.0),
    "new on the cpu": lambda lib: lib.empty(2, device="meta").new_ones(3, device="cpu"),
    "to": lambda lib: lib.ones(2, 3).t().to("meta"),
    "to with dtype": lambda lib: lib.ones(2, 3).to("meta", lib.float64),
    "huge": lambda lib: lib.empty(1 << 30, 1 << 20, device="meta"),
    "normal": lambda lib: lib.normal(0.0, 1.0, (3,), device="meta"),
}


@pytest.mark.parametrize("name", CREATIONS)
def test_making(name):
    def program(lib):
        return shown(CREATIONS[name](lib))

    check(program)


@pytest.mark.parametrize("name", [n for n in CREATIONS if "like" not in n and "new" not in n])
def test_the_default_device(name):
    def program(lib):
        with lib.device("meta"):
            made = shown(CREATIONS[name](lib)), shown(lib.ones(2)), shown(lib.ones(2, device="cpu"))
            with lib.device("cpu"):
                inner = shown(lib.ones(2))
            module = shown(lib.nn.Linear(2, 3).weight)
        return made, inner, module, shown(lib.ones(2)), str(lib.get_default_device())

    check(program)


SHAPES = {
    "view": lambda t: t.view(3, 2),
    "t": lambda t: t.t(),
    "index": lambda t: t[1:, ::2],
    "reshape": lambda t: t.reshape(-1),
    "split": lambda t: t.split(1)[1],
    "expand": lambda t: t[:1].expand(4, 3),
    "unsqueeze": lambda t: t.unsqueeze(0).permute(2, 0, 1),
    "detach": lambda t: t.detach(),
    "clone": lambda t: t.t().clone(),
    "double": lambda t: t.double(),
    "contiguous": lambda t: t.t().contiguous(),
    "in place": lambda t: t.zero_().fill_(2).normal_().uniform_().copy_(t + 0 if 0 else t),
    "from the cpu": lambda t: t.copy_(t.new_ones(3, device="cpu")),
    "to": lambda t: t.to("meta"),
    "deepcopy": lambda t: copy.deepcopy(t),
    "as_strided": lambda t: t.as_strided((2, 2), (1, 1)),
    "arithmetic": lambda t: (t + 1) * t.t().t() / 2 - t[0],
    "promotion": lambda t: t.to(t.new_ones(1).int().dtype) + 1.5,
    "comparison": lambda t: (t > 0) & ~(t < 1),
    "functions": lambda t: t.t().sin().exp().clamp(min=0).pow(2),
    "a power of": lambda t: 10000 ** (t / 2),
    "added in place": lambda t: t.mul_(0.02).add_(1).clamp_(0, 1),
    "written in parts": lambda t: (t.__setitem__((slice(None), 0), 1.0), t)[1],
    "triangle": lambda t: t.triu(1),
    "masked": lambda t: t.masked_fill(t > 0, 0.0).masked_fill_(t == 0, 1.0),
    "gradients are recorded": lambda t: (t.requires_grad_() * 2).relu(),
}


def test_joining():
    def program(lib):
        t = lib.empty(2, 3, device="meta")
        return shown(lib.cat([t, t], 1)), shown(lib.stack([t, t.double()]))

    check(program)


def test_constructors_that_compute():
    """Positional encodings, masks, scaled initialisations."""

    def program(lib):
        class Net(lib.nn.Module):
            def __init__(self):
                super().__init__()
                places = lib.arange(16).unsqueeze(1)
                rates = lib.exp(lib.arange(0, 8, 2) * (-math.log(10000.0) / 8))
                table = lib.zeros(16, 8)
                table[:, 0::2] = lib.sin(places * rates)
                table[:, 1::2] = lib.cos(places * rates)
                self.register_buffer("table", table)
                self.register_buffer("mask", lib.tril(lib.ones(16, 16)).view(1, 1, 16, 16) == 0)
                self.layer = lib.nn.Linear(8, 8)
                with lib.no_grad():
                    self.layer.weight.normal_().mul_(0.02)
                    self.layer.bias.copy_(lib.zeros(8))
                inverse = 1.0 / (10000 ** (lib.arange(0, 8, 2).float() / 8))
                self.register_buffer("turns", lib.cat([lib.outer(lib.ones(3), inverse)] * 2, -1))

        with lib.device("meta"):
            net = Net()
        return {k: shown(v) for k, v in net.state_dict().items()}

    check(program)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_work(name):
    check(lambda lib: shown(SHAPES[name](lib.empty(2, 3, device="meta"))))


def test_printing():
    def program(lib):
        t = lib.empty(2, 3, device="meta", dtype=lib.float64)
        p = lib.nn.Parameter(lib.empty(2, device="meta"))
        return repr(t), repr(p), repr(lib.empty(0, device="meta")), repr(lib.device("meta"))

    check(program)


VALUES = {
    "in place on the cpu": lambda t: taut.ones(2, 3).add_(t),
    "tolist": lambda t: t.tolist(),
    "item": lambda t: t[0, 0].item(),
    "nonzero": lambda t: t.nonzero(),
    "a mask": lambda t: t[t > 0],
    "matmul": lambda t: taut.ones(5, 2) @ t,
    "a product in place": lambda t: taut.ones(2, 2).addmm_(t, t.t()),
    "an index": lambda t: taut.ones(3).index_select(0, t[0].long()),
    "numpy": lambda t: t.numpy(),
    "bool": lambda t: bool(t[0, 0]),
    "linear": lambda t: taut.nn.functional.linear(taut.ones(5, 3), t),
    "conv": lambda t: taut.nn.functional.conv1d(taut.ones(1, 2, 9), t[None, :, :2]),
    "layer_norm": lambda t: taut.nn.functional.layer_norm(taut.ones(300, 3), (3,), t[0]),
    "to the cpu": lambda t: t.cpu(),
    "copied from": lambda t: taut.ones(2, 3).copy_(t),
    "dlpack": lambda t: taut.from_dlpack(t),
    "pickled values": lambda t: bytes(taut._utils.Storage.of(t).buffer()),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_refused(name):
    with pytest.raises((NotImplementedError, BufferError), match="meta"):
        VALUES[name](taut.empty(2, 3, device="meta"))


@pytest.mark.parametrize("threads", [1, 3])
def test_every_operation_that_reads_raises(threads):
    """Whatever an operation does with a meta tensor, it ends in a result or in an exception."""
    before = taut.get_num_threads()
    taut.set_num_threads(threads)
    t = taut.empty(300, 300, device="meta")
    other = taut.ones(300, 300)
    seen = set()
    try:
        for name in sorted(n for n in dir(taut._C) if not n.startswith("_")):
            op = getattr(taut, name, None)
            if not callable(op) or name in (
                "set_num_threads",
                "set_default_dtype",
                "dtype",
                "range",
            ):
                continue
            for args in (
                (t,),
                (t, t),
                (other, t),
                (t, other),
                (other, other, t),
                (t, 1),
                (t, 0, t),
            ):
                try:
                    op(*args)
                except Exception as error:  # noqa: BLE001 - which one depends on the operation
                    seen.add(type(error))
    finally:
        taut.set_num_threads(before)
    assert NotImplementedError in seen


def net(lib, **where):
    nn = lib.nn
    return nn.Sequential(
        nn.Embedding(5, 4, **where),
        nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, **where),
        nn.Conv1d(2, 3, 1, **where),
        nn.BatchNorm1d(3, **where),
        nn.LayerNorm(4, **where),
        nn.LSTM(4, 2, **where),
        nn.GRUCell(4, 2, **where),
        nn.PReLU(**where),
        nn.GroupNorm(1, 3, **where),
        nn.Bilinear(2, 2, 2, **where),
        nn.EmbeddingBag(3, 2, **where),
        nn.MultiheadAttention(4, 2, **where),
    )


@pytest.mark.parametrize("by", ["argument", "with", "to"])
def test_modules_on_the_meta_device(by):
    def program(lib):
        if by == "argument":
            made = net(lib, device="meta")
        elif by == "with":
            with lib.device("meta"):
                made = net(lib)
        else:
            made = net(lib).to("meta")
        shapes = {k: shown(v) for k, v in made.state_dict().items()}
        filled = made.to_empty(device="cpu")
        filled.load_state_dict(net(lib).state_dict())
        return shapes, filled.state_dict() if by != "to" else None

    check(program)


def shapes_of_a_step(lib, made, tokens):
    """Forward, loss and backward: every shape that a user sees."""
    embedding, encoder, conv, norm, lstm, head = made
    x = embedding(tokens)
    x = encoder(x)
    y = norm(conv(x.transpose(1, 2)))
    y = lib.nn.functional.max_pool1d(y.relu(), 2).transpose(1, 2)
    out, (h, c) = lstm(y)
    logits = head(out[:, -1])
    loss = lib.nn.functional.cross_entropy(logits, tokens[:, 0])
    loss.backward()
    grads = [(p.grad.shape, p.grad.dtype, p.grad.is_meta) for m in made for p in m.parameters()]
    return [(t.shape, t.dtype, t.is_meta) for t in (x, y, out, h, c, logits, loss)], grads


def test_a_step_without_values():
    """The shapes of a step of a network, and the memory that it does not take."""

    def program(lib):
        nn = lib.nn
        with lib.device("meta"):
            made = (
                nn.Embedding(50, 16),
                nn.TransformerEncoderLayer(16, 4, 32, batch_first=True),
                nn.Conv1d(16, 8, 3),
                nn.BatchNorm1d(8),
                nn.LSTM(8, 12, batch_first=True),
                nn.Linear(12, 50),
            )
            made[5].weight = nn.Parameter(made[0].weight.detach()[:, :12])
            tokens = lib.zeros(4, 9, dtype=lib.int64)
        return shapes_of_a_step(lib, made, tokens)

    check(program)


def test_a_tied_gradient_without_values():
    net = taut.nn.Sequential(taut.nn.Embedding(7, 5), taut.nn.Linear(5, 7)).to("meta")
    net[1].weight = net[0].weight
    net(taut.zeros(2, 3, dtype=taut.int64, device="meta")).sum().backward()
    assert net[0].weight.grad is net[1].weight.grad
    assert net[0].weight.grad.is_meta
    assert taut.ties(net)[0].uses == 2


def test_a_step_takes_no_memory():
    layer = taut.nn.Linear(1 << 15, 1 << 15, device="meta")
    x = taut.empty(1 << 14, 1 << 15, device="meta", requires_grad=True)
    taut.reset_peak_memory_stats()
    before = taut.memory_stats()
    layer(x).relu().sum().backward()
    after = taut.memory_stats()
    assert max(abs(after[k] - before[k]) for k in after if isinstance(after[k], int)) < 1 << 20
    assert layer.weight.grad.shape == (1 << 15, 1 << 15)


def test_loading():
    def program(lib):
        saved = lib.nn.Linear(2, 3).state_dict()
        made = lib.nn.Linear(2, 3, device="meta")
        made.load_state_dict(saved)  # a warning, and nothing else
        nothing = shown(made.weight)
        made.load_state_dict(saved, assign=True)
        return nothing, made.state_dict(), type(made.weight).__name__, made.weight.requires_grad

    check(program)


def test_meta_values_cannot_be_copied():
    def program(lib):
        lib.nn.Linear(2, 3).load_state_dict(lib.nn.Linear(2, 3, device="meta").state_dict())

    check(program)
    check(lambda lib: lib.nn.Linear(2, 3, device="meta").to("cpu"))


def test_ties_survive():
    with taut.device("meta"):
        made = taut.nn.Sequential(taut.nn.Linear(3, 3), taut.nn.Linear(3, 3), taut.nn.Linear(3, 3))
        made[1].weight = made[0].weight
        made[2].weight = taut.nn.Parameter(made[0].weight.data.t())
    for copied in (copy.deepcopy(made), pickle.loads(pickle.dumps(made)), made):
        assert copied[0].weight is copied[1].weight
        assert copied[0].weight._storage_id() == copied[2].weight._storage_id()
        copied.to_empty(device="cpu")
        with taut.no_grad():
            copied[0].weight.copy_(taut.arange(9.0).reshape(3, 3))
        assert copied[1].weight.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
        assert copied[2].weight.tolist() == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
        copied.to("meta")
        assert copied[0].weight._storage_id() == copied[2].weight._storage_id()
    state = {"0.weight": taut.arange(9.0).reshape(3, 3), **dict.fromkeys(
        ("0.bias", "1.bias", "2.bias"), taut.zeros(3))}  # fmt: skip
    made.load_state_dict(state, assign=True)
    assert made[1].weight is made[0].weight
    assert made[2].weight.tolist() == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert made[0].weight._storage_id() == made[2].weight._storage_id()


def test_skip_init_draws_nothing():
    def program(lib):
        made = lib.nn.utils.skip_init(lib.nn.Linear, 3, 4)
        return made.weight.shape, str(made.weight.device), lib.rand(2)

    check(program)
    assert taut.nn.utils.skip_init(taut.nn.Linear, 2, 2, device="meta").weight.is_meta


def test_files():
    """Meta tensors are written as such, in both directions."""
    import torch

    for writer, reader in ((taut, torch), (torch, taut), (taut, taut)):
        file = io.BytesIO()
        state = {
            "t": writer.empty(2, 3, device="meta", dtype=writer.float64).t(),
            "p": writer.nn.Parameter(writer.empty(4, device="meta")),
        }
        writer.save(state, file)
        file.seek(0)
        loaded = reader.load(file, weights_only=True)
        assert str(loaded["t"].device) == "meta"
        assert tuple(loaded["t"].stride()) == (1, 3)
        assert str(loaded["t"].dtype) == "torch.float64"
        assert type(loaded["p"]).__name__ == "Parameter"


def test_other_devices_are_refused():
    for make in (
        lambda: taut.empty(2, device="cuda"),
        lambda: taut.nn.Linear(2, 2, device="cuda"),
        lambda: taut.ones(2).to("cuda"),
        lambda: taut.device("cuda").__enter__(),
    ):
        with pytest.raises(AssertionError, match="cuda"):
            make()
    assert str(taut.get_default_device()) == "cpu"


def test_no_memory():
    taut.reset_peak_memory_stats()
    before = taut.memory_stats()
    taut.nn.Linear(1 << 15, 1 << 15, device="meta")
    after = taut.memory_stats()
    largest = max(abs(after[k] - before[k]) for k in after if isinstance(after[k], int))
    assert largest < 1 << 20

"""from_torch and to_torch: one memory, structures, ties, optimisers."""

import collections
import copy

import numpy as np
import pytest
import torch

import taut

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
CASES = [(taut.from_torch, torch, taut), (taut.to_torch, taut, torch)]


@pytest.mark.parametrize(("convert", "source", "target"), CASES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_memory(convert, source, target, dtype):
    theirs = source.zeros(3, 4, dtype=getattr(source, dtype))
    ours = convert(theirs)
    assert isinstance(ours, target.Tensor)
    assert ours.dtype is getattr(target, dtype)
    ours[1, 2] = 1
    assert theirs.tolist()[1] == [0, 0, 1, 0]
    del theirs
    assert ours.tolist()[1] == [0, 0, 1, 0]


@pytest.mark.parametrize(("convert", "source", "target"), CASES)
def test_structures(convert, source, target):
    base = source.arange(12.0)
    weight = source.nn.Parameter(base.view(3, 4))
    State = collections.namedtuple("State", "a b")
    given = collections.OrderedDict(
        weight=weight, again=weight, row=base[4:8], turned=base.view(3, 4).t(),
        nested=[(1, {"x": base[::2]}), State(base, "text")], frozen=source.nn.Parameter(
            base[:2], requires_grad=False), leaf=source.ones(2, requires_grad=True),
        dtype=source.float64, size=source.Size([1, 2]), device=source.device("cpu"), none=None,
        empty=source.zeros(0, 3), scalar=source.tensor(2.5),
        default=collections.defaultdict(list, k=base),
    )  # fmt: skip
    given._metadata = {"": {"version": 1}}
    made = convert(given)
    assert type(made) is collections.OrderedDict
    assert made._metadata == given._metadata
    assert made["weight"] is made["again"]
    assert type(made["weight"]) is target.nn.Parameter
    assert not made["frozen"].requires_grad and made["leaf"].requires_grad
    assert made["dtype"] is target.float64
    assert type(made["size"]) is target.Size
    assert type(made["device"]) is target.device
    assert type(made["nested"][1]) is State
    assert made["default"]["new"] == []
    with source.no_grad():
        base[6] = -1.0
    assert made["weight"].tolist()[1] == [4, 5, -1, 7]
    assert made["row"].tolist() == [4, 5, -1, 7]
    assert made["turned"][2, 1].item() == -1
    assert made["nested"][0][1]["x"].tolist() == [0, 2, 4, -1, 8, 10]
    assert tuple(made["turned"].stride()) == (1, 4)
    assert tuple(made["empty"].shape) == (0, 3)
    if target is taut:
        assert len({t._storage_id() for t in (made["weight"], made["row"], made["turned"])}) == 1


def networks():
    pair = []
    for lib in (taut, torch):
        lib.manual_seed(0)
        net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
        pair.append((net, lib.optim.AdamW(net.parameters(), lr=0.1)))
    return pair


@pytest.mark.parametrize(("convert", "source", "target"), CASES)
def test_training_goes_on_in_the_other_library(convert, source, target):
    """Without a copy both would step the same moments."""
    pair = networks()
    (net, optimizer), (other, other_optimizer) = pair if source is taut else pair[::-1]

    def step(lib, net, optimizer):
        optimizer.zero_grad()
        net(lib.ones(2, 3)).square().sum().backward()
        optimizer.step()

    for _ in range(3):
        step(source, net, optimizer)
    other.load_state_dict(convert(net))
    other_optimizer.load_state_dict(convert(copy.deepcopy(optimizer.state_dict())))
    step(source, net, optimizer)
    step(target, other, other_optimizer)
    for a, b in zip(net.parameters(), other.parameters()):
        torch.testing.assert_close(torch.tensor(a.tolist()), torch.tensor(b.tolist()))


def test_a_network_over_the_others_weights():
    """assign=True trains PyTorch's own memory, ties kept."""
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    theirs[1].weight = theirs[0].weight
    ours = taut.nn.Sequential(taut.nn.Linear(3, 3), taut.nn.Linear(3, 3))
    taut.tie(ours, "0.weight", "1.weight")
    ours.load_state_dict(taut.from_torch(theirs), assign=True)
    assert ours[0].weight is ours[1].weight
    with taut.no_grad():
        ours[0].weight.fill_(2.0)
    assert theirs[1].weight.tolist() == [[2.0] * 3] * 3


def test_refusals():
    with pytest.raises(TypeError, match="complex64"):
        taut.from_torch(torch.zeros(1, dtype=torch.complex64))
    with pytest.raises(RuntimeError, match="sparse"):
        taut.from_torch(torch.zeros(2, 2).to_sparse())
    with pytest.raises(NotImplementedError, match="meta"):
        taut.to_torch(taut.empty(2, device="meta"))
    assert taut.from_torch(torch.empty(2, 3, device="meta")).is_meta
    assert taut.from_torch(3) == 3


# -- buffers and arrays ------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_memoryview(dtype):
    t = taut.zeros(2, 3, dtype=getattr(taut, dtype))
    view = memoryview(t)
    assert view.shape == (2, 3)
    assert view.strides == (3 * t.itemsize, t.itemsize)
    assert view.format == np.zeros(0, dtype).dtype.char
    assert not view.readonly
    view[1, 2] = 1
    assert t.tolist()[1] == [0, 0, 1]
    assert bytes(view) == bytes(t) == t.numpy().tobytes()


def test_float16_has_a_buffer():
    t = taut.tensor([1.0, -0.5], dtype=taut.float16)
    assert memoryview(t).format == "e"
    shared = np.asarray(memoryview(t))
    assert shared.dtype == np.float16
    shared[0] = 2
    assert t.tolist() == [2.0, -0.5]
    with pytest.raises(BufferError, match="no word"):
        memoryview(taut.zeros(2, dtype=taut.bfloat16))


def test_buffers_of_all_shapes():
    t = taut.arange(24.0).reshape(2, 3, 4)
    for tensor in (t, t.transpose(0, 2), t[:, ::2], t[1, 2, 3], t[:0], taut.zeros(0), t[0, 0]):
        array = np.frombuffer(tensor, np.float32) if tensor.dim() == 1 and tensor.numel() else None
        for made in (np.asarray(tensor), np.asarray(memoryview(tensor)), np.array(tensor)):
            assert made.dtype == np.float32
            assert made.shape == tuple(tensor.shape)
            assert made.tolist() == tensor.tolist()
        if array is not None:
            assert array.tolist() == tensor.tolist()
    shared = np.asarray(t)
    shared[0, 0, 0] = -1
    assert t[0, 0, 0].item() == -1


def test_a_buffer_keeps_its_memory():
    t = taut.arange(3)
    view = memoryview(t)
    t.data = taut.zeros(1000, dtype=taut.int64)
    assert view.tolist() == [0, 1, 2]
    del t
    assert view.tolist() == [0, 1, 2]


def test_buffers_refused():
    for tensor, words in (
        (taut.ones(2, requires_grad=True), "detach"),
        (taut.empty(2, device="meta"), "meta"),
    ):
        with pytest.raises(BufferError, match=words):
            memoryview(tensor)
    with pytest.raises(BufferError, match="contiguous"):
        np.frombuffer(taut.ones(2, 3).t())
    with pytest.raises(RuntimeError, match="requires grad"):
        np.asarray(taut.ones(2, requires_grad=True))


def test_files_take_tensors(tmp_path):
    t = taut.arange(5)
    (tmp_path / "a").write_bytes(t)
    with open(tmp_path / "a", "rb") as file:
        again = taut.zeros(5, dtype=taut.int64)
        assert file.readinto(again) == 40
    assert again.tolist() == t.tolist()


def test_bytes_seen_as_bools():
    x = taut.tensor([0, 1, 2, 190], dtype=taut.uint8).view(taut.bool)
    assert x.tolist() == [False, True, True, True]
    assert x[3].item() is True

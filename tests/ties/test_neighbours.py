"""Parameters that are neighbours in one storage, as in a mapped file, are not tied."""

import copy
import pickle

import pytest

import taut
from taut import nn


def side_by_side():
    """Two layers whose parameters are cut from one vector."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    flat, at = taut.arange(12.0), 0
    for p in net.parameters():
        p.data = flat[at : at + p.numel()].view(p.shape)
        at += p.numel()
    return net


def numbers(net):
    return [x for p in net.parameters() for x in p.reshape(-1).tolist()]


def test_they_are_not_ties():
    net = side_by_side()
    assert taut.ties(net) == []
    assert "tied" not in repr(net)
    with pytest.raises(AssertionError):
        taut.assert_tied(net, "0.weight", "1.weight")
    (tie,) = taut.ties(nn.ModuleList([net, net[0]]))[:1]
    assert tie.names == ("0.0.weight", "1.weight")


@pytest.mark.parametrize("assign", [False, True])
def test_loading(assign):
    net = side_by_side()
    state = {k: v.clone() + 1 for k, v in net.state_dict().items()}
    report = net.load_state_dict(state, assign=assign)
    assert report.via_alias == []
    assert numbers(net) == [x + 1.0 for x in range(12)]
    del state["1.bias"]
    with pytest.raises(RuntimeError, match='Missing key.*"1.bias"'):
        net.load_state_dict(state, assign=assign)
    if assign:
        assert net[0].weight.data_ptr() == state["0.weight"].data_ptr()


@pytest.mark.parametrize(
    "operation",
    [lambda n: n.double().float(), copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))],
    ids=["double", "deepcopy", "pickle"],
)
def test_operations(operation):
    net = operation(side_by_side())
    assert numbers(net) == list(range(12))
    assert taut.ties(net) == []


def test_types_side_by_side():
    """Float parameters and an integer buffer in one storage."""
    memory = taut.zeros(64, dtype=taut.uint8)
    net = nn.Linear(2, 2, bias=False)
    net.weight.data = memory[:16].view(taut.float32).view(2, 2)
    net.register_buffer("steps", memory[16:32].view(taut.int64))
    with taut.no_grad():
        net.weight.fill_(1.5)
    net.steps.fill_(7)
    net.double()
    assert net.weight.tolist() == [[1.5, 1.5], [1.5, 1.5]]
    assert net.steps.tolist() == [7, 7]
    net.load_state_dict({"weight": taut.zeros(2, 2), "steps": taut.ones(2, dtype=taut.int64)})
    assert net.steps.tolist() == [1, 1]


def test_overlapping_windows_are_one_tie():
    net = nn.ParameterList([nn.Parameter(taut.zeros(4)), nn.Parameter(taut.zeros(4))])
    flat = taut.arange(6.0)
    net[0].data, net[1].data = flat[:4], flat[2:]
    (tie,) = taut.ties(net)
    assert tie.kind == "storage"
    copied = copy.deepcopy(net.double())
    with taut.no_grad():
        copied[0][3] = 9
    assert copied[1].tolist() == [2, 9, 4, 5]
    with pytest.raises(RuntimeError, match="their values differ"):
        net.load_state_dict({"0": taut.zeros(4), "1": taut.ones(4)})
    report = net.load_state_dict({"0": taut.zeros(4), "1": taut.zeros(4)}, assign=True)
    assert not report.missing_keys
    assert len(taut.ties(net)) == 1

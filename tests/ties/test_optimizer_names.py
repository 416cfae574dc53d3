"""Optimisers that know their parameters by name."""

import itertools

import pytest

import taut
from taut import nn
from taut.nn.utils import parametrize, prune


def pair(transpose=False, tied=True):
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    if tied:
        taut.tie(net, "0.weight", "1.weight", transpose=transpose)
    return net


def trained(net, params=None):
    optimizer = taut.optim.Adam(net if params is None else params, lr=0.1)
    taut.manual_seed(3)
    net(taut.rand(2, 3)).square().sum().backward()
    optimizer.step()
    return optimizer


def moment(optimizer, param):
    return optimizer.state[param._owner]["exp_avg"]


def test_a_module_gives_its_names():
    group = taut.optim.SGD(pair(transpose=True), lr=0.1).param_groups[0]
    assert group["param_names"] == ["0.weight", "0.bias", "1.bias"]
    assert group["param_aliases"] == {"0.weight": {"0.weight": False, "1.weight": True}}


def test_modules_in_groups():
    net = pair(tied=False)
    optimizer = taut.optim.SGD([{"params": net[0], "lr": 0.5}, {"params": net[1]}], lr=0.1)
    assert [g["lr"] for g in optimizer.param_groups] == [0.5, 0.1]
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    tied = pair(transpose=True)
    with pytest.raises(ValueError, match="'weight' of group 0 is also 'weight' of group 1"):
        taut.optim.SGD([{"params": tied[0]}, {"params": tied[1]}], lr=0.1)


@pytest.mark.parametrize("saved_tied", [False, True])
@pytest.mark.parametrize("loaded_tied", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
def test_ties_made_differently(saved_tied, loaded_tied, transpose):
    net, other = pair(transpose, saved_tied), pair(transpose, loaded_tied)
    optimizer, again = trained(net), taut.optim.Adam(other, lr=0.1)
    again.load_state_dict(optimizer.state_dict())
    wanted = moment(optimizer, net[0].weight)
    assert taut.equal(moment(again, other[0].weight), wanted)
    if loaded_tied:
        assert other[1].weight._owner is other[0].weight
        return
    if saved_tied and transpose:
        wanted = wanted.t()
    elif not saved_tied:
        wanted = moment(optimizer, net[1].weight)
    assert taut.equal(moment(again, other[1].weight), wanted)
    assert moment(again, other[1].weight) is not moment(again, other[0].weight)


def test_a_transposed_name_that_comes_first():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    taut.tie(net, "1.weight", "0.weight", transpose=True)
    optimizer = trained(net)
    plain = pair(tied=False)
    again = taut.optim.Adam(plain, lr=0.1)
    again.load_state_dict(optimizer.state_dict())
    assert taut.equal(moment(again, plain[1].weight), moment(optimizer, net[1].weight))
    assert taut.equal(moment(again, plain[0].weight), moment(optimizer, net[1].weight).t())


def test_a_saved_file():
    import io

    net = pair()
    optimizer = trained(net)
    file = io.BytesIO()
    taut.save(optimizer.state_dict(), file)
    file.seek(0)
    again = taut.optim.Adam(net, lr=0.1)
    again.load_state_dict(taut.load(file))
    assert taut.equal(moment(again, net[0].weight), moment(optimizer, net[0].weight))


def test_groups_may_be_cut_differently():
    net = pair(tied=False)
    named = list(net.named_parameters())
    optimizer = trained(net, [{"params": named[:1]}, {"params": named[1:]}])
    again = taut.optim.Adam([{"params": named[::2]}, {"params": named[1::2]}], lr=0.1)
    again.load_state_dict(optimizer.state_dict())
    for p in net.parameters():
        assert taut.equal(moment(again, p), moment(optimizer, p))
    assert again.param_groups[0]["param_names"] == ["0.weight", "1.weight"]


def test_some_names_missing():
    net = pair(tied=False)
    state = trained(net).state_dict()
    other = nn.Sequential(nn.Linear(3, 3), nn.Identity(), nn.Linear(3, 3))
    before = taut.optim.Adam(other, lr=0.1)
    with pytest.raises(ValueError, match="no state for '2.weight', '2.bias'; it has '0.weight'"):
        before.load_state_dict(state)


def test_positions_where_no_name_is_known():
    """As in PyTorch: other names altogether, or none, go by position."""
    net = pair(tied=False)
    optimizer = trained(net)
    renamed = [(f"model.{name}", p) for name, p in net.named_parameters()]
    for params in (renamed, list(net.parameters())):
        again = taut.optim.Adam(params, lr=0.1)
        again.load_state_dict(optimizer.state_dict())
        for p in net.parameters():
            assert taut.equal(moment(again, p), moment(optimizer, p))
    with pytest.raises(ValueError, match="size of optimizer's group"):
        taut.optim.Adam(list(net.parameters())[:2], lr=0.1).load_state_dict(optimizer.state_dict())


def test_a_transposed_name_given_to_an_optimiser():
    net = pair(transpose=True)
    optimizer = taut.optim.SGD([net[1].weight], lr=0.1)
    assert optimizer.param_groups[0]["params"][0] is net[0].weight
    with pytest.warns(UserWarning, match="duplicate"):
        taut.optim.SGD([net[0].weight, net[1].weight], lr=0.1)


def test_state_of_a_transposed_name():
    net = pair(transpose=True)
    optimizer = trained(net)
    assert optimizer.state[net[1].weight] is optimizer.state[net[0].weight]
    assert len(optimizer.state) == 3


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("before", [False, True])
def test_state_of_a_weight_that_was_pruned_or_parametrized_since(transpose, before):
    """The parameter is the same one; only its name tells what is done to it."""

    def changed(how):
        net = pair(transpose=transpose)
        first = next(name for name, _ in net.named_parameters() if name.endswith("weight"))
        optimizer = taut.optim.Adam(net, lr=0.1) if before else None
        if how == "pruned":
            prune.identity(net, first)
        elif how == "parametrized":
            parametrize.register_parametrization(net, first, nn.Identity())
        return net, optimizer or taut.optim.Adam(net, lr=0.1)

    for saved_as, loaded_as in itertools.product(("plain", "pruned", "parametrized"), repeat=2):
        taut.manual_seed(0)
        net, optimizer = changed(saved_as)
        for p in net.parameters():
            p.grad = taut.rand_like(p)
        optimizer.step()
        other, loaded = changed(loaded_as)
        loaded.load_state_dict(optimizer.state_dict())
        moments = [
            [
                o.state[p]["exp_avg"].tolist()
                for p in sorted(n.parameters(), key=lambda p: p.numel())
            ]
            for n, o in ((net, optimizer), (other, loaded))
        ]
        assert moments[0] == moments[1]

"""What hurts elsewhere, each named after where it was reported."""

import pytest

import taut
from taut import nn


def tied_head():
    """An embedding and an output layer that share their weight."""
    net = nn.Sequential(nn.Embedding(6, 3), nn.Tanh(), nn.Linear(3, 6, bias=False))
    net[2].weight = net[0].weight
    return net


def loss(net):
    return net(taut.tensor([1, 4, 4])).logsumexp(-1).sum()


def test_assign_keeps_ties():
    """pytorch#188346: load_state_dict(assign=True) unties."""
    net = tied_head()
    net.load_state_dict({k: v.clone() for k, v in net.state_dict().items()}, assign=True)
    assert net[2].weight is net[0].weight
    optimizer = taut.optim.SGD(net.parameters(), lr=0.1)
    loss(net).backward()
    optimizer.step()
    assert taut.equal(net[2].weight, net[0].weight)


def test_duplicates_are_stepped_once():
    """pytorch#40967: a parameter that a group lists twice is stepped twice."""
    weight = nn.Parameter(taut.zeros(2))
    with pytest.warns(UserWarning, match="duplicate"):
        optimizer = taut.optim.SGD([weight, weight], lr=0.5)
    weight.grad = taut.ones(2)
    optimizer.step()
    assert weight.tolist() == [-0.5, -0.5]


def test_state_is_found_by_name():
    """pytorch#1489: optimiser state goes by position, so another order takes another's state."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    optimizer = taut.optim.Adam(net, lr=0.1)
    net(taut.ones(1, 2)).sum().backward()
    optimizer.step()
    reordered = taut.optim.Adam(list(net.named_parameters())[::-1], lr=0.1)
    reordered.load_state_dict(optimizer.state_dict())
    for p in net.parameters():
        assert taut.equal(reordered.state[p]["exp_avg"], optimizer.state[p]["exp_avg"])


def test_state_is_found_under_an_alias():
    """pytorch#1489, for a net in which another name of the tied parameter comes first."""
    net = tied_head()
    optimizer = taut.optim.Adam(net, lr=0.1)
    loss(net).backward()
    optimizer.step()
    (state,) = optimizer.state.values()
    head_only = nn.Sequential(nn.Identity(), nn.Identity(), nn.Linear(3, 6, bias=False))
    other = taut.optim.Adam(head_only, lr=0.1)
    other.load_state_dict(optimizer.state_dict())
    assert taut.equal(other.state[head_only[2].weight]["exp_avg"], state["exp_avg"])


def test_tied_keys_with_different_values_are_an_error():
    """transformers#42612: tied keys with different values load silently, one of them lost."""
    net = tied_head()
    before = net[0].weight.detach().clone()
    state = {"0.weight": taut.zeros(6, 3), "2.weight": taut.zeros(6, 3)}
    state["2.weight"][5, 1] = 0.25
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    for words in ('"0.weight"', '"2.weight"', "0.25"):
        assert words in str(error.value)
    assert taut.equal(net[0].weight, before)


def test_tied_tensors_are_saved(tmp_path):
    """safetensors#202 and #586: a module with tied tensors is refused, "Some tensors share memory"."""
    net = tied_head()
    taut.save_model(net, tmp_path / "net.safetensors")
    written = taut.serialization.safetensors.load_file(tmp_path / "net.safetensors")
    assert list(written) == ["0.weight"]
    again = tied_head()
    taut.load_model(again, tmp_path / "net.safetensors")
    assert again[2].weight is again[0].weight
    assert taut.equal(again[0].weight, net[0].weight)


def test_a_tied_file_loads_where_the_tie_was_not_made(tmp_path):
    """safetensors#586: the name that was left out of the file counts as missing."""
    net = tied_head()
    taut.save_model(net, tmp_path / "net.safetensors")
    untied = nn.Sequential(nn.Embedding(6, 3), nn.Tanh(), nn.Linear(3, 6, bias=False))
    assert taut.load_model(untied, tmp_path / "net.safetensors") == ([], [])
    assert taut.equal(untied[2].weight, net[0].weight)


@pytest.mark.parametrize("depth", [0, 3])
def test_ties_are_found_wherever_they_stand(depth):
    """accelerate#2984: ties in nested modules, and of more than two names, are missed."""
    net = tied_head()
    inner = net
    for _ in range(depth):
        inner = nn.Sequential(nn.Identity(), inner)
    whole = nn.ModuleDict({"a": inner, "b": nn.Linear(3, 6, bias=False)})
    whole["b"].weight = net[0].weight
    (tie,) = taut.ties(whole)
    path = "a." + "1." * depth
    assert tie.names == (f"{path}0.weight", f"{path}2.weight", "b.weight")


@pytest.mark.parametrize("transpose", [False, True])
def test_tied_parameters_are_counted_once(transpose):
    """torchinfo#377: a sum over the parameters of a net counts a tied one twice."""
    net = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    taut.tie(net, "0.weight", "1.weight", transpose=transpose)
    assert sum(p.numel() for p in net.parameters()) == 9
    (tie,) = taut.ties(net)
    assert tie.bytes_saved == 9 * 4


@pytest.mark.parametrize("name", ["0.weight", "2.weight"])
def test_an_edit_through_data_is_an_error_in_backward(name):
    """pytorch#30987: after an edit through ``.data`` the gradient is wrong, and nothing says so."""
    net = tied_head()
    result = loss(net)
    net.get_parameter(name).data[0, 0] = 100
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        result.backward()


def test_untying_keeps_training():
    """peft#2777: there is no way to untie a parameter and go on with its optimiser state."""
    net = tied_head()
    optimizer = taut.optim.Adam(net, lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        loss(net).backward()
        optimizer.step()
    own = taut.untie(net, "2.weight", optimizer)
    assert optimizer.state[own]["step"] == 2
    assert taut.equal(optimizer.state[own]["exp_avg"], optimizer.state[net[0].weight]["exp_avg"])
    optimizer.zero_grad()
    loss(net).backward()
    optimizer.step()
    assert not taut.equal(own, net[0].weight)
    assert optimizer.param_groups[0]["param_names"] == ["0.weight", "2.weight"]

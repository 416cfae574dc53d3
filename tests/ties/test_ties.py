"""The words for ties: finding, making, undoing them. What they survive is in test_tie_matrix.py."""

import copy

import pytest

import taut
from taut import nn


def same_module():
    shared = nn.Linear(4, 4)
    return nn.Sequential(nn.Linear(4, 4), shared, nn.Tanh(), shared), ("1.weight", "3.weight")


def same_parameter():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    net[2].weight = net[0].weight
    return net, ("0.weight", "2.weight")


def same_storage():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    net[2].weight.data = net[0].weight.data
    return net, ("0.weight", "2.weight")


def transposed_storage():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    net[2].weight.data = net[0].weight.data.t()
    return net, ("0.weight", "2.weight")


KINDS = {
    "module": same_module,
    "parameter": same_parameter,
    "storage": same_storage,
    "transposed": transposed_storage,
}


def step(net, optimizer=None):
    optimizer = optimizer or taut.optim.SGD(net.parameters(), lr=0.1)
    optimizer.zero_grad()
    net(taut.ones(2, 4)).square().sum().backward()
    optimizer.step()


@pytest.mark.parametrize("kind", ["module", "parameter"])
def test_the_gradient_is_the_sum_over_uses(kind):
    net, (a, b) = KINDS[kind]()
    apart = copy.deepcopy(net)
    if kind == "module":
        apart[3] = copy.deepcopy(apart[1])
    else:
        taut.untie(apart, b)
    x = taut.rand(3, 4)
    net(x).square().sum().backward()
    apart(x).square().sum().backward()
    total = apart.get_parameter(a).grad + apart.get_parameter(b).grad
    assert (net.get_parameter(a).grad - total).abs().max().item() < 1e-5


def test_one_gradient_buffer_and_no_temporary_of_its_size():
    shared = nn.Linear(256, 256, bias=False)
    net = nn.Sequential(*(shared for _ in range(6)))
    x = taut.rand(2, 256)
    net(x).sum().backward()
    net.zero_grad(set_to_none=False)
    loss = net(x).sum()
    taut.reset_peak_memory_stats()
    grad = shared.weight.grad
    loss.backward()
    assert shared.weight.grad is grad
    assert taut.memory_stats()["largest"] < shared.weight.nbytes


def test_optimisers_step_a_tied_parameter_once():
    net, (a, b) = same_parameter()
    apart = copy.deepcopy(net)
    by_hand = apart.get_parameter(a)
    step(net)
    apart(taut.ones(2, 4)).square().sum().backward()
    with taut.no_grad():
        by_hand -= 0.1 * by_hand.grad
    assert (net.get_parameter(a) - by_hand).abs().max().item() < 1e-6


def test_clipping_counts_a_tied_parameter_once():
    net, (a, _) = same_parameter()
    net(taut.ones(2, 4)).square().sum().backward()
    once = taut.stack([p.grad.norm() for p in net.parameters()]).norm().item()
    every_name = [p for _, p in net.named_parameters(remove_duplicate=False)]
    assert nn.utils.clip_grad_norm_(every_name, 1e-3).item() == pytest.approx(once)
    clipped = taut.stack([p.grad.norm() for p in net.parameters()]).norm().item()
    assert clipped == pytest.approx(1e-3, rel=1e-3)


# -- the inventory -------------------------------------------------------------------------------


def test_listing():
    net, names = same_module()
    first, second = taut.ties(net)
    assert first == taut.ties(net)[0]
    assert (first.names, first.kind, first.shape, first.bytes_saved) == (
        names,
        "module",
        (4, 4),
        64,
    )
    assert second.names == ("1.bias", "3.bias")
    assert taut.ties(nn.Linear(2, 2)) == []
    assert taut.ties(nn.LazyLinear(2)) == []
    assert [t.kind for t in taut.ties(same_parameter()[0])] == ["parameter"]
    assert [t.kind for t in taut.ties(transposed_storage()[0])] == ["storage"]


@pytest.mark.parametrize("kind", ["module", "parameter"])
def test_uses_in_the_last_forward(kind):
    net, (a, _) = KINDS[kind]()

    def uses():
        return next(t.uses for t in taut.ties(net) if a in t.names)

    x = taut.ones(2, 4)
    assert uses() == 0
    result = net(x).sum()
    assert uses() == 2
    result.backward()
    assert uses() == 2
    with taut.no_grad():
        net(x)
    assert uses() == 2
    taut.autograd.grad(net(net(x)).sum(), net.get_parameter(a))
    assert uses() == 4
    net(x)
    assert uses() == 2


def test_three_names():
    emb, head, other = nn.Embedding(5, 4), nn.Linear(4, 5, bias=False), nn.Linear(4, 5, bias=False)
    head.weight = other.weight = emb.weight
    net = nn.ModuleDict({"emb": emb, "head": head, "other": other})
    (tie,) = taut.ties(net)
    assert tie.names == ("emb.weight", "head.weight", "other.weight")
    assert tie.bytes_saved == 2 * 5 * 4 * 4


def test_tie_and_untie():
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    with pytest.raises(AssertionError, match=r"taut.tie\(net, '0.weight', '1.weight'\)"):
        taut.assert_tied(net, "0.weight", "1.weight")
    assert taut.tie(net, "0.weight", "1.weight").parameter is net[0].weight
    assert net[1].weight is net[0].weight
    taut.assert_tied(net, "0.weight", "1.weight")
    optimizer = taut.optim.Adam(net.parameters(), lr=0.1)
    step(net, optimizer)
    own = taut.untie(net, "1.weight", optimizer)
    assert own is net[1].weight
    assert own is not net[0].weight
    assert own.tolist() == net[0].weight.tolist()
    assert taut.ties(net) == []
    state, kept = optimizer.state[own], optimizer.state[net[0].weight]
    assert state["exp_avg"].tolist() == kept["exp_avg"].tolist()
    assert state["exp_avg"].data_ptr() != kept["exp_avg"].data_ptr()
    step(net, optimizer)
    assert own.tolist() != net[0].weight.tolist()


def test_untying_a_module_used_twice():
    net, (a, b) = same_module()
    bias = net[1].bias
    own = taut.untie(net, b)
    assert net[3].weight is own
    assert net[1].weight is not own
    assert net[1].bias is net[3].bias is bias
    assert net[3] is not net[1]
    assert type(net[3]) is nn.Linear
    assert [t.names for t in taut.ties(net)] == [("1.bias", "3.bias")]


def test_untying_what_is_not_tied():
    net = nn.Sequential(nn.Linear(4, 4))
    with pytest.raises(ValueError, match="not tied"):
        taut.untie(net, "0.weight")
    with pytest.raises(AttributeError):
        taut.untie(net, "9.weight")


def test_tying_what_does_not_fit():
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(3, 4), nn.Linear(4, 4).double())
    for name in ("1.weight", "2.weight"):
        with pytest.raises(ValueError, match="one shape and dtype"):
            taut.tie(net, "0.weight", name)


def test_marks_in_the_repr():
    for kind, make in KINDS.items():
        net, (a, b) = make()
        first, second = a.split(".")[0], b.split(".")[0]
        lines = [line for line in repr(net).split("\n") if "tied" in line]
        assert len(lines) == 1, kind
        assert lines[0].startswith(f"  ({second}): Linear(")
        assert lines[0].endswith(f"  # tied to ({first})")
    shared = nn.Linear(2, 2)
    assert "(1): Linear(in_features=2, out_features=2, bias=True)  # tied to (0)" in repr(
        nn.ModuleList([shared, shared])
    )
    assert "2 x Linear" in repr(nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)]))


def test_functional_call():
    for kind, make in KINDS.items():
        net, (a, b) = make()
        x = taut.rand(2, 4)
        given = taut.zeros(4, 4)
        if kind in ("module", "parameter"):
            expected = {
                n: given if n in (a, b) else p
                for n, p in net.named_parameters(remove_duplicate=False)
            }
            for name in (a, b):
                made = taut.func.functional_call(net, {name: given}, x)
                assert taut.equal(made, taut.func.functional_call(net, expected, x))
            with pytest.raises(ValueError, match="tie_weights=False"):
                taut.func.functional_call(net, {a: given, b: taut.ones(4, 4)}, x)
        taut.assert_tied(net, a, b)

"""load_state_dict and ties: the report, the policies, and that a failed load changes nothing."""

import pytest

import taut
from kinds import KINDS, loss, values
from taut import nn

TIED = [kind for kind in KINDS.values() if kind.letter != "S"]
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
assigning = pytest.mark.parametrize("assign", [False, True], ids=["copy", "assign"])


def conflicting(net, kind):
    """A state dict whose values for the second name are off by up to 2."""
    state = {key: value.clone() for key, value in net.state_dict().items()}
    state[kind.names[1]][0, 1] += 2
    return state


def snapshot(net):
    return {name: (id(p), p.tolist()) for name, p in net.named_parameters(remove_duplicate=False)}


@assigning
@every_kind
def test_a_conflict_is_an_error_that_says_which_and_how_much(kind, assign):
    net = kind.make()
    before = snapshot(net)
    a, b = kind.names
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(conflicting(net, kind), assign=assign)
    for words in (f'"{a}"', f'"{b}"', "by up to 2", f'taut.untie(net, "{b}")', "on_tie_conflict"):
        assert words in str(error.value)
    assert snapshot(net) == before


@assigning
@every_kind
def test_the_first_key_holds(kind, assign):
    net = kind.make()
    state = conflicting(net, kind)
    net.load_state_dict(state, assign=assign, on_tie_conflict="first")
    a, b = kind.names
    taut.assert_tied(net, a, b)
    assert taut.equal(net.get_parameter(a), state[a])
    second = net.get_parameter(b)
    assert taut.equal(second.t() if kind.turned else second, state[a])


@assigning
@every_kind
def test_names_in_conflict_are_untied(kind, assign):
    net = kind.make()
    state = conflicting(net, kind)
    report = net.load_state_dict(state, assign=assign, on_tie_conflict="untie")
    assert report.untied == [kind.names[1]]
    for name in kind.names:
        assert taut.equal(net.get_parameter(name), state[name])
    assert not any(kind.names[0] in tie.names for tie in taut.ties(net))
    assert values(net, kind).keys() <= state.keys()
    loss(net).backward()


@every_kind
def test_untying_needs_everything_else_to_be_right(kind):
    net = kind.make()
    before = snapshot(net)
    state = conflicting(net, kind)
    state["0.bias"] = taut.zeros(99)
    with pytest.raises(RuntimeError, match="size mismatch for 0.bias"):
        net.load_state_dict(state, on_tie_conflict="untie")
    assert snapshot(net) == before


class Refuses(nn.Linear):
    """Fails once everything else has loaded."""

    def set_extra_state(self, state):
        raise OverflowError("not this")

    def get_extra_state(self):
        return 1


@assigning
@pytest.mark.parametrize("policy", ["first", "untie"])
def test_a_load_that_fails_late_changes_nothing(policy, assign):
    shared = nn.Linear(4, 4)
    net = nn.Sequential(shared, Refuses(4, 4), shared)
    net[1].weight = shared.weight
    before = snapshot(net)
    modules = [id(m) for m in net]
    state = net.state_dict()
    state = {k: v + 1 if taut.is_tensor(v) else v for k, v in state.items()}
    state["2.weight"][0, 0] = 5
    with pytest.raises(OverflowError):
        net.load_state_dict(state, assign=assign, on_tie_conflict=policy)
    assert [id(m) for m in net] == modules
    assert snapshot(net) == before


@pytest.mark.parametrize("kind", TIED, ids=lambda kind: kind.letter)
def test_via_alias(kind):
    net = kind.make()
    state = {k: v.clone() for k, v in net.state_dict().items()}
    del state[kind.names[0]]
    report = net.load_state_dict(state)
    assert kind.names[0] in report.via_alias
    assert report.missing_keys == report.unexpected_keys == []


def test_buffers_of_a_shared_module():
    norm = nn.BatchNorm1d(2)
    net = nn.Sequential(norm, nn.Tanh(), norm)
    state = {k: v.clone() for k, v in net.state_dict().items()}
    state["2.running_mean"] += 3
    with pytest.raises(RuntimeError, match='"0.running_mean" and "2.running_mean"'):
        net.load_state_dict(state)
    report = net.load_state_dict(state, on_tie_conflict="untie")
    assert report.untied == ["2.running_mean"]
    assert net[0].running_mean.tolist() == [0, 0]
    assert net[2].running_mean.tolist() == [3, 3]
    assert net[0].weight is net[2].weight


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("key", [None, 7, ("0", "weight"), b"0.weight"])
def test_keys_that_are_not_strings(key, strict):
    net = nn.Sequential(nn.Linear(1, 1))
    before = snapshot(net)
    with pytest.raises(TypeError, match="load_state_dict: keys must be strings, got"):
        net.load_state_dict({**net.state_dict(), key: taut.ones(1)}, strict=strict)
    assert snapshot(net) == before


def test_policies():
    net = nn.Linear(1, 1)
    with pytest.raises(ValueError, match="'error', 'first' or 'untie', got 'last'"):
        net.load_state_dict(net.state_dict(), on_tie_conflict="last")


def test_three_names_that_differ():
    net = nn.Sequential(*(nn.Linear(2, 2, bias=False) for _ in range(3)))
    net[1].weight = net[2].weight = net[0].weight
    state = {f"{i}.weight": taut.full((2, 2), float(i)) for i in range(3)}
    net.load_state_dict(state, on_tie_conflict="untie")
    assert [float(layer.weight[0, 0]) for layer in net] == [0, 1, 2]
    assert taut.ties(net) == []

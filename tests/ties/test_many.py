"""Thousands of modules, every other one tied: what is done to ties takes time in proportion."""

import copy
import pickle
import time

import pytest

import taut
from taut import nn

COUNT = 6_000
# About a second each; what takes time with the square of the number takes minutes.
SECONDS = 25


def make(kind):
    net = nn.Sequential(*(nn.Linear(2, 2, bias=False) for _ in range(COUNT)))
    for i in range(1, COUNT, 2):
        if kind == "P":
            net[i].weight = net[i - 1].weight
        else:
            net[i].weight.data = net[i - 1].weight.data.t()
    return net


def cloned(net, first=0, step=1):
    return {k: v.clone() for k, v in list(net.state_dict().items())[first::step]}


def second_names(net, assign):
    report = net.load_state_dict(cloned(net, 1, 2), assign=assign)
    assert len(report.via_alias) == COUNT // 2


def conflicting(net, policy):
    state = cloned(net)
    for value in list(state.values())[1::2]:
        value += 1
    return net.load_state_dict(state, on_tie_conflict=policy)


OPERATIONS = {
    "load": lambda net: net.load_state_dict(cloned(net)),
    "assign": lambda net: net.load_state_dict(cloned(net), assign=True),
    "load second names": lambda net: second_names(net, False),
    "assign second names": lambda net: second_names(net, True),
    "first": lambda net: conflicting(net, "first"),
    "repr": repr,
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "double": lambda net: net.double(),
    "per_use": lambda net: backward(net),
}


def backward(net):
    with taut.per_use(net, stats_only=True) as uses:
        net(taut.ones(1, 2)).sum().backward()
    assert len(uses["0.weight"]) >= 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, "P") for name in OPERATIONS] + [(name, "S") for name in list(OPERATIONS)[:5]],
)
def test_time(name, kind):
    net = make(kind)
    start = time.monotonic()
    OPERATIONS[name](net)
    assert time.monotonic() - start < SECONDS
    assert len(taut.ties(net)) == COUNT // 2


def test_untying_all():
    net = make("P")
    start = time.monotonic()
    assert len(conflicting(net, "untie").untied) == COUNT // 2
    assert time.monotonic() - start < SECONDS
    assert taut.ties(net) == []

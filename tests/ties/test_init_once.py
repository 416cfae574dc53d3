"""nn.init.once: each memory is filled once."""

import warnings

import pytest

import taut
from kinds import KINDS
from taut import nn


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_first_one_stands(kind):
    net = kind.make()
    numbers = iter([1.0, 2.0, 3.0, 4.0])

    def fill(module):
        if isinstance(module, nn.Linear):
            nn.init.constant_(module.weight, next(numbers))

    first = next(m for m in net.modules() if isinstance(m, nn.Linear))
    if kind.letter == "M":
        net.apply(fill)  # children are visited once
        assert float(first.weight[0, 0]) == 1
        return
    with nn.init.once(), pytest.warns(UserWarning, match=r"constant_\(2\).*by constant_\(1\)"):
        net.apply(fill)
    for name in kind.names:
        assert taut.equal(net.get_parameter(name), taut.ones(net.get_parameter(name).shape))


def test_the_same_scheme_twice_is_not_reported():
    net = KINDS["P"].make()
    with nn.init.once(), warnings.catch_warnings():
        warnings.simplefilter("error")
        net.apply(lambda m: isinstance(m, nn.Linear) and nn.init.xavier_uniform_(m.weight))


def test_fans_of_a_transposed_name_differ():
    net = KINDS["T"].make()
    with nn.init.once(), pytest.warns(UserWarning, match="uniform_"):
        net.apply(lambda m: isinstance(m, nn.Linear) and nn.init.kaiming_uniform_(m.weight))


def test_parts_of_one_memory_that_do_not_overlap_are_all_filled():
    flat = taut.zeros(6)
    with nn.init.once():
        nn.init.ones_(flat[:3])
        nn.init.constant_(flat[3:], 2.0)
    assert flat.tolist() == [1, 1, 1, 2, 2, 2]


def test_outside_of_the_block_every_call_fills():
    t = taut.empty(2)
    with nn.init.once():
        nn.init.ones_(t)
    assert nn.init.zeros_(t).tolist() == [0, 0]
    with nn.init.once():
        assert nn.init.ones_(t).tolist() == [1, 1]


@pytest.mark.parametrize(
    "fill",
    [
        nn.init.uniform_,
        nn.init.normal_,
        nn.init.trunc_normal_,
        lambda t: nn.init.constant_(t, 3.0),
        nn.init.ones_,
        nn.init.zeros_,
        nn.init.eye_,
        nn.init.xavier_uniform_,
        nn.init.xavier_normal_,
        nn.init.kaiming_uniform_,
        nn.init.kaiming_normal_,
        nn.init.orthogonal_,
        lambda t: nn.init.sparse_(t, 0.5),
    ],
)
@pytest.mark.filterwarnings("ignore:init.once")
def test_every_initialiser_asks(fill):
    t = taut.empty(4, 4)
    with nn.init.once():
        nn.init.constant_(t, 7.0)
        fill(t)
    assert (t == 7).all()

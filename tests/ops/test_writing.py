"""Writing into operands: overlap, broadcasting, versions and history, as PyTorch has them."""

import numpy as np
import pytest
import torch

import taut
from harness import assert_same


def base(lib, *shape, grad=False):
    n = int(np.prod(shape))
    t = lib.tensor([0.5 + 0.25 * i for i in range(n)]).reshape(shape)
    return t.requires_grad_() if grad else t


def partial_overlap(lib):
    x = base(lib, 6)
    return x[1:].add_(x[:-1])


def overlap_with_its_transpose(lib):
    x = base(lib, 3, 3)
    return x.add_(x.t())


def overlap_with_an_element(lib):
    x = base(lib, 3)
    return x.sub_(x[1])


def overlap_out(lib):
    x = base(lib, 6)
    return lib.exp(x[:-1], out=x[1:])


def same_memory(lib):
    x = base(lib, 6)
    x.mul_(x)
    return x.add_(x.view(6))


def transposed_of_itself(lib):
    x = base(lib, 3, 3)
    return lib.equal(x.add(x.t()), lib.add(x, x.t(), out=lib.empty(3, 3)))


def row_of_itself(lib):
    x = base(lib, 3, 4)
    return x.add_(x[0].clone())


def expanded_target(lib):
    return base(lib, 1, 3).expand(4, 3).add_(1)


def expanded_operand(lib):
    x = base(lib, 4, 3)
    return x.sub_(base(lib, 1, 3).expand(4, 3))


def larger_operand(lib):
    return base(lib, 3).add_(base(lib, 2, 3))


def leaf(lib):
    return base(lib, 3, grad=True).add_(1)


def leaf_without_grad_mode(lib):
    x = base(lib, 3, grad=True)
    with lib.no_grad():
        x.mul_(2)
    return x.detach()


def out_with_grad(lib):
    return lib.add(base(lib, 3, grad=True), 1, out=lib.empty(3))


def out_is_an_operand(lib):
    x, y = base(lib, 3), base(lib, 3)
    lib.mul(x, y, out=x)
    return x, lib.exp(x, out=x) is x, x


def out_is_resized(lib):
    out = lib.empty(0)
    lib.add(base(lib, 2, 3), base(lib, 3), out=out)
    return out


def out_is_strided(lib):
    wide = lib.zeros(3, 8)
    lib.add(base(lib, 3, 4), 1, out=wide[:, ::2])
    return wide


def saved_value_changed(lib):
    x = base(lib, 3, grad=True)
    y = x * 1
    z = y.sin()
    y.add_(1)
    z.sum().backward()


def saved_output_changed(lib):
    x = base(lib, 3, grad=True)
    y = x.exp()
    y.add_(1)
    y.sum().backward()


def unsaved_value_changed(lib):
    x = base(lib, 3, grad=True)
    y = x * 1
    z = y + 1
    y.add_(1)
    z.sum().backward()
    return x.grad


def in_place_twice(lib):
    x = base(lib, 3, grad=True)
    y = x * 2
    y.exp_().mul_(y.detach().clone()).add_(x)
    y.sum().backward()
    return y, x.grad


def in_place_on_a_view(lib):
    x = base(lib, 3, 4, grad=True)
    y = x * 1
    y[:, 1].sigmoid_()
    y[0] *= x[1]
    y.sum().backward()
    return y, x.grad


def accumulates_over_uses(lib):
    x = base(lib, 5, grad=True)
    y = x * x + x.tanh() * x + x / (x + 1) + x.relu()
    y.sum().backward()
    y = x.exp() * x
    y.sum().backward()
    return x.grad


def broadcast_uses(lib):
    w, x = base(lib, 3, grad=True), base(lib, 4, 3, grad=True)
    ((x * w) + w).pow(2).sum().backward()
    return w.grad, x.grad


def mixed_types(lib):
    x, y = base(lib, 3, grad=True), base(lib, 3).double().requires_grad_()
    (x * y + x.pow(y)).sum().backward()
    return x.grad, y.grad


def truth_of_several(lib):
    return bool(base(lib, 3) > 1)


def truth_of_one(lib):
    return bool(base(lib, 1) > 0), int(base(lib, 1)), float(base(lib, 1)), 1 if lib.ones(()) else 0


def index_of_a_float(lib):
    return [0, 1, 2][base(lib, 1)[0]]


def index_of_an_integer(lib):
    return [0, 1, 2][lib.tensor(2)]


def other_types(lib):
    x = base(lib, 2)
    return x == None, x != "x", [x.__add__("x") is NotImplemented]  # noqa: E711


def adds_a_string(lib):
    return base(lib, 2) + "x"


def inverts_a_float(lib):
    return ~base(lib, 2)


PROGRAMS = [
    f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == __name__
]
PROGRAMS.remove(base)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_program(program):
    outcomes = []
    for lib in (taut, torch):
        try:
            outcomes.append(program(lib))
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            outcomes.append(error)
    ours, theirs = outcomes
    if isinstance(theirs, Exception):
        assert isinstance(ours, type(theirs)), f"{ours!r} for {theirs!r}"
    else:
        assert not isinstance(ours, Exception), repr(ours)
        assert_same(ours, theirs, (1e-6, 1e-6), program.__name__)

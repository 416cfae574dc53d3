"""Every operation of the matrix by every kind of tie."""

import random
import subprocess
import sys

import pytest

import taut
from kinds import KINDS, loss, terms, values, weight
from matrix import OPERATIONS
from repository import ROOT

CELLS = [
    pytest.param(operation, kind, id=f"{operation.name.replace('`', '')}-{kind.letter}")
    for operation in OPERATIONS
    for kind in KINDS.values()
    if kind.letter not in operation.no
]


def close(a, b, tolerance):
    return a.shape == b.shape and float((a - b).abs().max()) <= tolerance * (
        1 + float(b.abs().max())
    )


def turned(kind, t):
    """A tensor in the layout of the second name as one of the first, and the other way around."""
    return t.t() if kind.turned else t


def expected_values(before, kind, operation):
    """What every name reads after the operation."""
    expected = dict(before)
    if operation.changes is None:
        return expected
    if operation.name == "`vector_to_parameters`":
        return {name: 2 * value for name, value in before.items()}
    first, second = kind.names
    expected[first] = operation.changes(before[first], kind)
    expected[second] = turned(kind, expected[first]).contiguous()
    return expected


def check_identity(kind, first, second):
    """The same object, an alias of it, or another Parameter over the same memory."""
    assert first._storage_id() == second._storage_id()
    assert first.data_ptr() == second.data_ptr()
    if kind.letter in "MP":
        assert first is second
    elif kind.letter == "T":
        assert first is not second
        assert first._owner is second._owner
        assert tuple(first.stride()) == tuple(second.stride())[::-1]
    else:
        assert first._owner is not second._owner
        assert tuple(first.stride()) == tuple(second.stride())[::-1]


def check_gradient(kind, first, second, found, tolerance):
    """One buffer with the sum of what the untied copies get; or each its own."""
    if not kind.one_gradient:
        assert close(first.grad, found[0], tolerance)
        assert close(second.grad, found[1], tolerance)
        return
    assert first.grad._storage_id() == second.grad._storage_id()
    if kind.letter in "MP":
        assert first.grad is second.grad
    total = found[0] + turned(kind, found[1])
    assert close(first.grad, total, tolerance)
    assert close(second.grad, turned(kind, total), tolerance)


def check_optimiser(kind, net, first, second, tolerance):
    """One state, which moves every name as it would move a parameter of its own."""
    optimizer = taut.optim.Adam(net.parameters(), lr=0.1)
    states = []
    single = taut.nn.Parameter(first.detach().clone())
    single.grad = first.grad.clone()
    taut.optim.Adam([single], lr=0.1).step()
    optimizer.step()
    states = [p for p in optimizer.state if p._storage_id() == first._storage_id()]
    assert len(states) == (1 if kind.one_gradient else 2)
    check_identity(kind, first, second)
    assert taut.equal(first, turned(kind, second))
    if kind.one_gradient:
        assert close(first, single, tolerance)


def plain_cell(operation, kind, net, expected):
    a, b = (operation.prefix + name for name in kind.names)
    first, second = net.get_parameter(a), net.get_parameter(b)
    check_identity(kind, first, second)
    (tie,) = (t for t in taut.ties(net) if a in t.names)
    assert tie.names == (a, b)
    assert tie.kind == kind.word
    net.zero_grad()
    loss(net, first.dtype).backward()
    check_gradient(kind, first, second, terms(kind, expected), operation.tolerance)
    check_optimiser(kind, net, first, second, operation.tolerance)


def computed_cell(operation, kind, net, expected):
    """What is trained in the weight's place: one object for both names, with the whole gradient."""
    path = kind.names[0].rpartition(".")[0]
    trained = [net.get_submodule(path).get_parameter(last) for last in operation.trained]
    listed = [id(p._owner) for p in net.parameters()]
    assert all(listed.count(id(p._owner)) == 1 for p in trained)
    first, second = terms(kind, expected)
    other = net.get_submodule(kind.names[1].rpartition(".")[0])
    apart = not kind.one_gradient and operation.trained[0] in other._parameters
    total = first if apart else first + turned(kind, second)
    computed = weight_now(net, kind.names[0])
    wanted = taut.autograd.grad(computed, trained, total)
    loss(net).backward()
    for p, grad in zip(trained, wanted, strict=True):
        assert close(p.grad, grad, operation.tolerance)
    optimizer = taut.optim.Adam(net.parameters(), lr=0.1)
    optimizer.step()
    assert len(optimizer.state) == len(list(net.parameters()))
    after = [weight_now(net, name) for name in kind.names]
    assert close(after[0], turned(kind, after[1]), operation.tolerance)
    assert not close(after[0], computed, operation.tolerance)


def weight_now(net, name):
    """What a forward uses: hooks that compute a weight have run."""
    net(taut.zeros(1, 4))
    return weight(net, name)


@pytest.mark.filterwarnings("ignore:.*is deprecated in favor:FutureWarning")
@pytest.mark.parametrize(("operation", "kind"), CELLS)
def test_cell(operation, kind):
    taut.manual_seed(0)
    net = kind.make()
    expected = expected_values(values(net, kind), kind, operation)
    made = operation.run(net, kind)
    read = {name: weight(made, operation.prefix + name).detach() for name in expected}
    for name, value in read.items():
        assert close(value.to(taut.float32), expected[name], operation.tolerance), name
    expected = {name: value.to(read[name].dtype) for name, value in expected.items()}
    if operation.trained is None:
        plain_cell(operation, kind, made, expected)
    else:
        computed_cell(operation, kind, made, expected)


def test_the_page_is_the_table():
    run = subprocess.run(
        [sys.executable, ROOT / "tools/ties_matrix.py", "--check"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_reasons_are_given_for_cells_that_are_not_there():
    for operation in OPERATIONS:
        assert set(operation.no) <= set(KINDS)
        assert all(len(reason) > 10 for reason in operation.no.values())


PLAIN = [
    operation for operation in OPERATIONS if operation.trained is None and not operation.prefix
]


@pytest.mark.filterwarnings("ignore:.*is deprecated in favor:FutureWarning")
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_operations_one_after_the_other(kind, seed):
    """Whatever is done to a net, and in which order."""
    taut.manual_seed(seed)
    chosen = [op for op in PLAIN if kind.letter not in op.no and not op.converts]
    net = kind.make()
    for operation in random.Random(seed).choices(chosen, k=6):
        expected = expected_values(values(net, kind), kind, operation)
        net = operation.run(net, kind)
    read = {name: weight(net, name).detach() for name in expected}
    for name, value in read.items():
        assert close(value, expected[name], operation.tolerance), name
    plain_cell(operation, kind, net, expected)

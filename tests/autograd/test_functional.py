"""taut.autograd.functional against PyTorch's."""

import pytest
import torch

import taut


def flat(value):
    if isinstance(value, (tuple, list)):
        return [x for item in value for x in flat(item)]
    if hasattr(value, "tolist"):
        return [tuple(value.shape), *flat(value.reshape(-1).tolist())]
    return [value]


def structure(value):
    if isinstance(value, tuple):
        return tuple(map(structure, value))
    return tuple(value.shape)


def point(lib):
    x = lib.tensor([[0.5, -1.0], [2.0, 0.25]], dtype=lib.float64)
    y = lib.tensor([1.5, 0.5], dtype=lib.float64)
    return x, y


FUNCTIONS = [
    lambda x, y: x @ y,
    lambda x, y: ((x * y).tanh(), (y * y).sum()),
    lambda x, y: (x.exp(), y * 2, x[0] * y),
    lambda x, y: (y * 1,),
    lambda x, y: x.detach() * 1,
]
SCALARS = [
    lambda x, y: (x @ y).tanh().sum(),
    lambda x, y: (x * x * x).sum() + (y.exp() * x).sum(),
    lambda x, y: (y * y).sum(),
]


def both(program):
    outcomes = []
    for lib in (taut, torch):
        try:
            result = program(lib, lib.autograd.functional)
            outcomes.append((structure(result), flat(result)))
        except (RuntimeError, TypeError, ValueError) as error:
            outcomes.append(type(error))
    if isinstance(outcomes[1], type):
        assert outcomes[0] is outcomes[1]
    else:
        assert outcomes[0][0] == outcomes[1][0]
        assert len(outcomes[0][1]) == len(outcomes[1][1])
        for ours, theirs in zip(outcomes[0][1], outcomes[1][1]):
            assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_first_order(function, create_graph, strict):
    options = {"create_graph": create_graph, "strict": strict}
    both(lambda lib, f: f.jacobian(function, point(lib), **options))
    both(lambda lib, f: f.jacobian(lambda x: function(x, x[0]), point(lib)[0], **options))
    both(lambda lib, f: f.jvp(function, point(lib), point(lib), **options))

    def vjp(lib, f):
        outputs = function(*point(lib))
        v = tuple(y * 0.5 for y in outputs) if isinstance(outputs, tuple) else outputs * 0.5
        return f.vjp(function, point(lib), v, **options)

    both(vjp)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("function", SCALARS)
def test_second_order(function, create_graph, strict):
    options = {"create_graph": create_graph, "strict": strict}
    both(lambda lib, f: f.hessian(function, point(lib), **options))
    both(lambda lib, f: f.hessian(lambda x: function(x, x[0]), point(lib)[0], **options))
    both(lambda lib, f: f.vhp(function, point(lib), point(lib), **options))
    both(lambda lib, f: f.hvp(function, point(lib), point(lib), **options))


def test_results_are_differentiable_when_asked():
    results = []
    for lib in (taut, torch):
        x = lib.tensor([1.0, 2.0], dtype=lib.float64, requires_grad=True)
        f = lib.autograd.functional
        assert not f.jacobian(lambda x: x**3, x).requires_grad
        j = f.jacobian(lambda x: x**3, x, create_graph=True)
        h = f.hessian(lambda x: (x**4).sum(), x, create_graph=True)
        _, p = f.hvp(lambda x: (x**4).sum(), x, lib.ones_like(x), create_graph=True)
        results.append([lib.autograd.grad(y.sum(), x)[0].tolist() for y in (j, h, p)])
    assert flat(results[0]) == pytest.approx(flat(results[1]))


@pytest.mark.parametrize(
    "program",
    [
        lambda lib, f: f.jacobian(lambda x: 3, lib.ones(1)),
        lambda lib, f: f.jacobian(lambda x: x, 3),
        lambda lib, f: f.vjp(lambda x: x * 2, lib.ones(2)),
        lambda lib, f: f.vjp(lambda x: x * 2, lib.ones(2), lib.ones(3)),
        lambda lib, f: f.jvp(lambda x: x * 2, lib.ones(2)),
        lambda lib, f: f.hessian(lambda x: x * 2, lib.ones(2)),
        lambda lib, f: f.hvp(lambda x: (x * 2).sum(), lib.ones(2)),
        lambda lib, f: f.vjp(lambda x: x.sum(), lib.ones(2)),
    ],
)
def test_errors(program):
    both(program)

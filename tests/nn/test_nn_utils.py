"""Clipping, vectors of parameters, skip_init, functional_call; against torch."""

import math
import threading

import pytest
import torch

import taut
from twin import check


def with_gradients(lib):
    net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
    net(lib.rand(5, 3)).square().sum().backward()
    net[2].bias.grad = None
    return net


@pytest.mark.parametrize("norm_type", [1, 2, 2.0, 3, 0.5, math.inf, "inf"])
@pytest.mark.parametrize("max_norm", [0.1, 100.0, 1])
def test_clip_grad_norm(max_norm, norm_type):
    def program(lib):
        net = with_gradients(lib)
        total = lib.nn.utils.clip_grad_norm_(net.parameters(), max_norm, norm_type)
        return total, [p.grad for p in net.parameters()]

    check(program)


CALLS = {
    "one tensor": lambda lib, u, net: (u.clip_grad_norm_(net[0].weight, 0.1), net[0].weight.grad),
    "list": lambda lib, u, net: u.clip_grad_norm_(list(net.parameters()), 0.1),
    "no gradients": lambda lib, u, net: u.clip_grad_norm_([lib.ones(2)], 0.1),
    "nothing": lambda lib, u, net: u.clip_grad_norm_([], 0.1),
    "nan": lambda lib, u, net: (
        net[0].weight.grad.fill_(math.nan),
        u.clip_grad_norm_(net.parameters(), 1.0),
    )[1],
    "nan is an error": lambda lib, u, net: (
        net[0].weight.grad.fill_(math.nan),
        u.clip_grad_norm_(net.parameters(), 1.0, error_if_nonfinite=True),
    ),
    "former name": lambda lib, u, net: u.clip_grad_norm(net.parameters(), 0.1),
    "foreach": lambda lib, u, net: u.clip_grad_norm_(net.parameters(), 0.1, foreach=False),
    "value": lambda lib, u, net: (
        u.clip_grad_value_(net.parameters(), 0.01),
        [p.grad for p in net.parameters()],
    ),
    "value of one": lambda lib, u, net: (
        u.clip_grad_value_(net[0].weight, 0.01),
        net[0].weight.grad,
    ),
    "total": lambda lib, u, net: u.get_total_norm(
        [p.grad for p in net.parameters() if p.grad is not None]
    ),
    "total of one": lambda lib, u, net: u.get_total_norm(net[0].weight.grad, 1.0),
    "total of none": lambda lib, u, net: u.get_total_norm([]),
    "with norm": lambda lib, u, net: (
        u.clip_grads_with_norm_(net.parameters(), 1.0, lib.tensor(4.0)),
        net[0].weight.grad,
    ),
    "to vector": lambda lib, u, net: u.parameters_to_vector(net.parameters()),
    "from vector": lambda lib, u, net: (
        u.vector_to_parameters(lib.arange(21.0), net.parameters()),
        list(net.parameters()),
    ),
    "from a list": lambda lib, u, net: u.vector_to_parameters([1.0], net.parameters()),
    "skip_init": lambda lib, u, net: (u.skip_init(lib.nn.Linear, 3, 4).weight.shape, lib.rand(1)),
    "skip_init of a function": lambda lib, u, net: u.skip_init(dict, 3),
}


@pytest.mark.parametrize("case", CALLS)
def test_utils(case):
    check(lambda lib: CALLS[case](lib, lib.nn.utils, with_gradients(lib)))


def test_vectors_are_differentiable():
    def program(lib):
        net = with_gradients(lib)
        net.zero_grad()
        lib.nn.utils.parameters_to_vector(net.parameters()).square().sum().backward()
        return [p.grad for p in net.parameters()]

    check(program)


FUNCTIONAL = {
    "some": lambda lib, f, net, x: f(net, {"0.weight": lib.ones(4, 3)}, x),
    "tuple": lambda lib, f, net, x: f(net, {"0.weight": lib.ones(4, 3)}, (x,)),
    "two dicts": lambda lib, f, net, x: f(
        net, ({"0.weight": lib.ones(4, 3)}, {"0.bias": lib.ones(4)}), (x,)
    ),
    "twice": lambda lib, f, net, x: f(
        net, ({"0.weight": lib.ones(4, 3)}, {"0.weight": lib.ones(4, 3)}), (x,)
    ),
    "keywords": lambda lib, f, net, x: f(net, {}, None, {"input": x}),
    "unknown": lambda lib, f, net, x: f(net, {"9.weight": lib.ones(1)}, x),
    "strict": lambda lib, f, net, x: f(net, {"0.weight": lib.ones(4, 3)}, x, strict=True),
    "strict all": lambda lib, f, net, x: f(net, dict(net.named_parameters()), x, strict=True),
    "strict unknown": lambda lib, f, net, x: f(
        net, {**dict(net.named_parameters()), "q": lib.ones(1)}, x, strict=True
    ),
    "wrong": lambda lib, f, net, x: f(net, 3, x),
}


@pytest.mark.parametrize("case", FUNCTIONAL)
def test_functional_call(case):
    def program(lib):
        net, x = with_gradients(lib), lib.rand(2, 3)
        before = [p.detach().clone() for p in net.parameters()]
        result = FUNCTIONAL[case](lib, lib.func.functional_call, net, x)
        same = [bool((a == b).all()) for a, b in zip(before, net.parameters())]
        return result, same

    check(program)


def test_functional_call_differentiates_what_is_given():
    def program(lib):
        net, x = with_gradients(lib), lib.rand(2, 3)
        given = {n: p.detach().clone().requires_grad_() for n, p in net.named_parameters()}
        net.zero_grad()
        lib.func.functional_call(net, given, x).sum().backward()
        return [g.grad for g in given.values()], [p.grad for p in net.parameters()]

    check(program)


def test_functional_call_puts_back_after_an_error():
    net = with_gradients(taut)
    before = list(net.parameters())
    with pytest.raises(RuntimeError):
        taut.func.functional_call(net, {"0.weight": taut.ones(4, 3)}, taut.rand(2, 5))
    assert [a is b for a, b in zip(before, net.parameters())] == [True] * 4


def test_functional_call_of_buffers():
    def program(lib):
        m = lib.nn.BatchNorm1d(2)
        x = lib.rand(4, 2)
        given = {
            "running_mean": lib.zeros(2),
            "running_var": lib.ones(2),
            "num_batches_tracked": lib.tensor(0),
        }
        out = lib.func.functional_call(m, given, x)
        return out, given, m.state_dict()

    check(program)


def test_skip_init_leaves_other_threads_alone():
    seen = []

    class Slow(taut.nn.Linear):
        def reset_parameters(self):
            other = threading.Thread(
                target=lambda: seen.append(taut.nn.init.ones_(taut.zeros(1)).item())
            )
            other.start()
            other.join()
            super().reset_parameters()

    state = taut.get_rng_state()
    taut.nn.utils.skip_init(Slow, 3, 4)
    assert seen == [1.0]
    assert taut.equal(taut.get_rng_state(), state)
    assert taut.nn.init.ones_(taut.zeros(1)).item() == 1.0


@pytest.mark.parametrize("name", [n for n in taut.nn.init.__all__ if n.endswith("_")])
def test_skip_init_skips_every_initialiser(name):
    arguments = {"constant_": (3.0,), "sparse_": (0.5,)}.get(name, ())
    values = taut.full((4, 4, 4) if name == "dirac_" else (4, 4), 7.0)

    class Layer(taut.nn.Module):
        def __init__(self):
            super().__init__()
            getattr(taut.nn.init, name)(values, *arguments)

    state = taut.get_rng_state()
    taut.nn.utils.skip_init(Layer)
    assert (values == 7).all()
    assert taut.equal(taut.get_rng_state(), state)


STACKS = {
    "linear": lambda lib: [lib.nn.Linear(2, 3) for _ in range(3)],
    "norm": lambda lib: [lib.nn.BatchNorm1d(2) for _ in range(2)],
    "none": lambda lib: [],
    "kinds": lambda lib: [lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(2)],
    "modes": lambda lib: [lib.nn.Linear(2, 3), lib.nn.Linear(2, 3).eval()],
    "frozen": lambda lib: [lib.nn.Linear(2, 3), lib.nn.Linear(2, 3).requires_grad_(False)],
    "all frozen": lambda lib: [lib.nn.Linear(2, 3).requires_grad_(False) for _ in range(2)],
}


@pytest.mark.parametrize("name", STACKS)
def test_stack_module_state(name):
    def program(lib):
        models = STACKS[name](lib)
        parameters, buffers = lib.func.stack_module_state(models)
        one = {k: v[1] for k, v in (*parameters.items(), *buffers.items())}
        out = lib.func.functional_call(models[0], one, lib.ones(4, 2))
        return parameters, buffers, out, [p.is_leaf for p in parameters.values()]

    check(program)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_fusion(bias, affine):
    def program(lib):
        nn, u = lib.nn, lib.nn.utils.fusion if hasattr(lib.nn.utils, "fusion") else None
        seen = []
        for layer, norm, x, transpose in (
            (nn.Conv1d(2, 3, 2, bias=bias), nn.BatchNorm1d(3, affine=affine), lib.rand(2, 2, 5), 0),
            (nn.ConvTranspose1d(2, 3, 2, bias=bias), nn.BatchNorm1d(3), lib.rand(2, 2, 5), 1),
        ):
            norm(layer(x))
            layer.eval(), norm.eval()
            fused = u.fuse_conv_bn_eval(layer, norm, transpose=bool(transpose))
            seen += [fused(x), norm(layer(x)), repr(fused), fused.state_dict()]
        linear, norm = nn.Linear(2, 3, bias=bias), nn.BatchNorm1d(3)
        norm(linear(lib.rand(5, 2)))
        fused = u.fuse_linear_bn_eval(linear.eval(), norm.eval())
        return seen, fused.state_dict(), fused(lib.ones(1, 2))

    check(program, atol=1e-5)


FUSION_ERRORS = {
    "training": lambda nn, u: u.fuse_conv_bn_eval(nn.Conv1d(1, 1, 1), nn.BatchNorm1d(1)),
    "sizes": lambda nn, u: u.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), nn.BatchNorm1d(2).eval()),
}


@pytest.mark.parametrize("name", FUSION_ERRORS)
def test_fusion_errors(name):
    check(lambda lib: FUSION_ERRORS[name](lib.nn, lib.nn.utils.fusion))


NAMES = [
    "attribute",
    "nothing",
    "l.nothing",
    "l.bias",
    "l.weight",
    "number",
    "forward",
    "l",
    "",
    "no.x",
]


def called(library, name):
    """What a call with another value under a name sees, and what is left of it."""

    class Net(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.l = library.nn.Linear(1, 1, bias=False)
            self.attribute = library.ones(1)
            self.number = 3

        def forward(self):
            seen = [getattr(m, "nothing", None) for m in (self, self.l)]
            return [None if t is None else t.tolist() for t in (*seen, self.attribute, self.l.bias)]

    net = Net()
    before = sorted(net.__dict__), sorted(dir(net.l))
    try:
        found = library.func.functional_call(net, {name: library.zeros(1)}, ())
    except Exception as error:
        found = type(error)
    assert (sorted(net.__dict__), sorted(dir(net.l))) == before
    return found, net.attribute.tolist(), net.l.bias


@pytest.mark.parametrize("name", NAMES)
def test_functional_call_with_names_of_anything(name):
    assert called(taut, name) == called(torch, name)

"""Hooks around forward and backward, of one module and of all."""

import copy
import pickle

import pytest

import taut
from taut import nn
from twin import check


def linear(lib):
    m = lib.nn.Linear(2, 2)
    with lib.no_grad():
        m.weight.fill_(0.5)
        m.bias.fill_(1.0)
    return m


def test_order_and_replacement():
    def program(lib):
        seen = []
        m = linear(lib)
        m.register_forward_pre_hook(lambda m, args: seen.append("pre 1") or (args[0] * 2,))
        m.register_forward_pre_hook(lambda m, args: seen.append("pre 2") or args[0] + 1)
        m.register_forward_pre_hook(lambda m, args: seen.append("pre 0"), prepend=True)
        m.register_forward_hook(lambda m, args, out: seen.append("post 1") or out * 3)
        m.register_forward_hook(lambda m, args, out: seen.append(("post 2", args[0], out)))
        m.register_forward_hook(lambda m, args, out: seen.append("post 0"), prepend=True)
        return m(lib.ones(1, 2)), seen

    check(program)


def test_keyword_arguments():
    class Holder:
        def __init__(self, lib):
            class Scale(lib.nn.Module):
                def forward(self, x, *, by=1.0):
                    return x * by

            self.cls = Scale

    def program(lib):
        seen = []
        m = Holder(lib).cls()
        m.register_forward_pre_hook(lambda m, a, k: seen.append(k), with_kwargs=True)
        m.register_forward_pre_hook(lambda m, a, k: (a, {"by": k["by"] + 1}), with_kwargs=True)
        m.register_forward_pre_hook(lambda m, a: seen.append(len(a)))
        m.register_forward_hook(lambda m, a, k, out: seen.append(k) or out + 1, with_kwargs=True)
        return m(lib.ones(2), by=2.0), seen

    check(program)

    def wrong(lib):
        m = Holder(lib).cls()
        m.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True)
        return m(lib.ones(2))

    check(wrong, words=True)


def test_removal():
    def program(lib):
        seen = []
        m = linear(lib)
        first = m.register_forward_hook(lambda *a: seen.append(1))
        second = m.register_forward_hook(lambda *a: seen.append(2))
        m(lib.ones(1, 2))
        first.remove()
        first.remove()
        m(lib.ones(1, 2))
        with second:
            m(lib.ones(1, 2))
        m(lib.ones(1, 2))
        return seen

    check(program)


def test_a_hook_may_remove_itself():
    def program(lib):
        seen = []
        m = linear(lib)
        handles = [
            m.register_forward_pre_hook(
                lambda *a: (seen.append(1), handles[0].remove())[2:] or None
            )
        ]
        m(lib.ones(1, 2))
        return seen, len(m._forward_pre_hooks)

    check(program)


@pytest.mark.parametrize("where", ["pre", "forward", "hook"])
def test_always_called(where):
    def program(lib):
        seen = []

        def fail(*args):
            raise ValueError("here")

        m = linear(lib)
        m.register_forward_hook(lambda m, a, out: seen.append(out is None), always_call=True)
        if where == "pre":
            m.register_forward_pre_hook(fail)
        elif where == "forward":
            m.forward = fail
        else:
            m.register_forward_hook(fail)
        m.register_forward_hook(lambda m, a, out: seen.append("only on success"))
        m.register_forward_hook(lambda *a: seen.append(len(a)), always_call=True, with_kwargs=True)
        m.register_forward_hook(fail, always_call=True)
        try:
            m(lib.ones(1, 2))
        except ValueError as error:
            seen.append(str(error))
        return seen

    check(program)


BACKWARD = {
    "linear": (linear, lambda lib: [lib.ones(1, 2, requires_grad=True)]),
    "no gradient for the input": (linear, lambda lib: [lib.ones(1, 2)]),
    "two inputs": (
        lambda lib: lib.nn.Bilinear(2, 2, 1),
        lambda lib: [lib.ones(1, 2, requires_grad=True), lib.ones(1, 2)],
    ),
    "net": (
        lambda lib: lib.nn.Sequential(linear(lib), lib.nn.Tanh()),
        lambda lib: [lib.ones(1, 2, requires_grad=True)],
    ),
}


@pytest.mark.parametrize("case", BACKWARD)
def test_backward_hooks(case):
    def program(lib):
        make, inputs = BACKWARD[case]
        seen = []
        m, xs = make(lib), inputs(lib)
        m.register_full_backward_pre_hook(lambda m, out: seen.append(("pre", out)))
        m.register_full_backward_hook(lambda m, i, o: seen.append(("hook", i, o)))
        m(*xs).sum().backward()
        return seen, [x.grad for x in xs], [p.grad for p in m.parameters()]

    check(program)


def test_backward_hooks_replace():
    def program(lib):
        m, x = linear(lib), lib.ones(1, 2, requires_grad=True)
        m.register_full_backward_pre_hook(lambda m, out: (out[0] * 2,))
        m.register_full_backward_hook(lambda m, i, o: (i[0] + o[0],))
        m.register_full_backward_hook(lambda m, i, o: (i[0] * 3,), prepend=True)
        m(x).sum().backward()
        return x.grad, m.weight.grad

    check(program)

    def wrong(lib):
        m, x = linear(lib), lib.ones(1, 2, requires_grad=True)
        m.register_full_backward_hook(lambda m, i, o: (i[0], i[0]))
        m(x).sum().backward()

    check(wrong)


def test_backward_hooks_with_several_outputs():
    def program(lib):
        class Two(lib.nn.Module):
            def forward(self, x):
                return x * 2, x * 3

        seen = []
        m, x = Two(), lib.ones(2, requires_grad=True)
        m.register_full_backward_hook(lambda m, i, o: seen.append((i, o)))
        a, b = m(x)
        a.sum().backward(retain_graph=True)
        b.sum().backward()
        return seen, x.grad

    check(program)


def test_module_used_twice():
    def program(lib):
        seen = []
        m, x = linear(lib), lib.ones(1, 2, requires_grad=True)
        m.register_full_backward_hook(lambda m, i, o: seen.append(o))
        m(m(x)).sum().backward()
        return seen, m.weight.grad

    check(program)


def test_backward_hooks_warn_when_there_is_nothing_to_hook():
    def program(lib):
        class Text(lib.nn.Module):
            def forward(self, x):
                return {"x": x}

        m = Text()
        m.register_full_backward_hook(lambda *a: None)
        return m(lib.ones(1, requires_grad=True))["x"].requires_grad

    check(program)


GLOBAL = ["forward_pre", "forward", "full_backward", "full_backward_pre"]


@pytest.mark.parametrize("kind", GLOBAL)
def test_global_hooks(kind):
    def program(lib):
        seen = []
        register = getattr(lib.nn.modules.module, f"register_module_{kind}_hook")
        net = lib.nn.Sequential(linear(lib), lib.nn.ReLU())
        net[0].register_forward_hook(lambda *a: seen.append("own"))
        x = lib.ones(1, 2, requires_grad=True)
        with register(lambda m, *a: seen.append(type(m).__name__)):
            net(x).sum().backward()
        net(x).sum().backward()
        return seen, x.grad

    check(program)
    assert nn.Module._hooked is False


@pytest.mark.parametrize("kind", ["parameter", "buffer", "module"])
def test_registration_hooks(kind):
    def program(lib):
        seen = []
        register = getattr(lib.nn.modules.module, f"register_module_{kind}_registration_hook")
        with register(lambda m, name, value: seen.append((type(m).__name__, name))):
            m = lib.nn.Sequential(lib.nn.Linear(1, 1))
            m.register_buffer("b", lib.ones(1))
            m.b = lib.zeros(1)
            m.p = lib.nn.Parameter(lib.ones(1))
            m.add_module("x", lib.nn.ReLU())
            m.y = lib.nn.ReLU()
        m.register_buffer("c", lib.ones(1))
        return seen

    check(program)


def noted(module, args, output):
    module.calls = getattr(module, "calls", 0) + 1


def test_copies_keep_hooks_and_handles():
    m = nn.Linear(1, 1)
    m.handle = m.register_forward_hook(noted)
    for made in (copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
        made(taut.ones(1, 1))
        assert made.calls == 1
        made.handle.remove()
        made(taut.ones(1, 1))
        assert made.calls == 1
    assert not hasattr(m, "calls")


def test_tables_are_there_for_programs_that_look():
    for lib_module in (nn.Linear(1, 1),):
        for table in (
            "_forward_hooks",
            "_forward_pre_hooks",
            "_backward_hooks",
            "_state_dict_hooks",
        ):
            assert len(getattr(lib_module, table)) == 0
    m = nn.Linear(1, 1)
    m._forward_hooks[0] = lambda module, args, out: out * 0
    assert m(taut.ones(1, 1)).item() == 0


@pytest.mark.parametrize("layer", [nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.RMSNorm(3)])
def test_normalizations_take_hooks(layer):
    shapes = []
    layer.register_forward_hook(lambda m, args, out: shapes.append(tuple(out.shape)))
    layer(taut.ones(2, 3))
    assert shapes == [(2, 3)]

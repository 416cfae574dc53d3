"""Module: registration, walking, access by path, conversion, printing, copying; against torch."""

import collections
import copy
import gc
import pickle
import weakref

import pytest
import torch

import taut
from taut import nn
from twin import check


def small(lib):
    """A net with a buffer, a None parameter, and nesting."""

    class Block(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = lib.nn.Linear(2, 3)
            self.scale = lib.nn.Parameter(lib.ones(3))
            self.register_buffer("count", lib.zeros(1))
            self.register_buffer("scratch", lib.zeros(2), persistent=False)
            self.register_parameter("shift", None)

        def forward(self, x):
            return self.inner(x) * self.scale

    return lib.nn.Sequential(Block(), lib.nn.ReLU(), lib.nn.Linear(3, 1, bias=False))


def names(walk):
    return [name for name, _ in walk]


# -- registration --------------------------------------------------------------------------------

ASSIGNMENTS = {
    "parameter": lambda lib, m: setattr(m, "p", lib.nn.Parameter(lib.ones(2))),
    "module": lambda lib, m: setattr(m, "child", lib.nn.ReLU()),
    "tensor": lambda lib, m: setattr(m, "t", lib.ones(2)),
    "buffer": lambda lib, m: m.register_buffer("b", lib.ones(2)),
    "nn.Buffer": lambda lib, m: setattr(m, "b", lib.nn.Buffer(lib.ones(2))),
    "passing nn.Buffer": lambda lib, m: setattr(
        m, "b", lib.nn.Buffer(lib.ones(2), persistent=False)
    ),
    "tensor over parameter": lambda lib, m: setattr(m, "weight", lib.ones(2)),
    "None over parameter": lambda lib, m: setattr(m, "weight", None),
    "None over module": lambda lib, m: setattr(m, "sub", None),
    "number over module": lambda lib, m: setattr(m, "sub", 3),
    "number over buffer": lambda lib, m: setattr(m, "buf", 3),
    "tensor over buffer": lambda lib, m: setattr(m, "buf", lib.ones(3)),
    "None over buffer": lambda lib, m: setattr(m, "buf", None),
    "parameter over buffer": lambda lib, m: setattr(m, "buf", lib.nn.Parameter(lib.ones(1))),
    "parameter over module": lambda lib, m: setattr(m, "sub", lib.nn.Parameter(lib.ones(1))),
    "parameter over attribute": lambda lib, m: setattr(m, "plain", lib.nn.Parameter(lib.ones(1))),
    "module over parameter": lambda lib, m: setattr(m, "weight", lib.nn.ReLU()),
    "module over buffer": lambda lib, m: setattr(m, "buf", lib.nn.ReLU()),
    "module over attribute": lambda lib, m: setattr(m, "plain", lib.nn.ReLU()),
    "nn.Buffer over parameter": lambda lib, m: setattr(m, "weight", lib.nn.Buffer(lib.ones(1))),
    "nn.Buffer over attribute": lambda lib, m: setattr(m, "plain", lib.nn.Buffer(lib.ones(1))),
    "parameter None then set": lambda lib, m: (
        m.register_parameter("q", None),
        setattr(m, "q", lib.nn.Parameter(lib.ones(1))),
    ),
    "dotted": lambda lib, m: m.register_parameter("a.b", lib.nn.Parameter(lib.ones(1))),
    "empty": lambda lib, m: m.register_buffer("", lib.ones(1)),
    "number as name": lambda lib, m: m.register_buffer(1, lib.ones(1)),
    "module number as name": lambda lib, m: m.add_module(1, lib.nn.ReLU()),
    "module dotted": lambda lib, m: m.add_module("a.b", lib.nn.ReLU()),
    "module empty": lambda lib, m: m.add_module("", lib.nn.ReLU()),
    "module over method": lambda lib, m: m.add_module("forward", lib.nn.ReLU()),
    "not a module": lambda lib, m: m.add_module("x", 3),
    "None module": lambda lib, m: m.register_module("x", None),
    "parameter taken": lambda lib, m: m.register_parameter("plain", lib.nn.Parameter(lib.ones(1))),
    "buffer taken": lambda lib, m: m.register_buffer("weight", lib.ones(1)),
    "buffer again": lambda lib, m: m.register_buffer("buf", lib.ones(4), persistent=False),
    "parameter from tensor": lambda lib, m: m.register_parameter("x", lib.ones(1)),
    "parameter not a tensor": lambda lib, m: m.register_parameter("x", "no"),
    "buffer not a tensor": lambda lib, m: m.register_buffer("x", "no"),
    "delete parameter": lambda lib, m: delattr(m, "weight"),
    "delete module": lambda lib, m: delattr(m, "sub"),
    "delete buffer": lambda lib, m: delattr(m, "buf"),
    "delete attribute": lambda lib, m: delattr(m, "plain"),
    "delete nothing": lambda lib, m: delattr(m, "nothing"),
    "read nothing": lambda lib, m: m.nothing,
    "write _parameters": lambda lib, m: m._parameters.__setitem__(
        "x", lib.nn.Parameter(lib.ones(1))
    ),
    "delete from _parameters": lambda lib, m: m._parameters.pop("weight"),
    "clear _modules": lambda lib, m: m._modules.clear(),
    "update _buffers": lambda lib, m: m._buffers.update(x=lib.ones(2)),
    "replace _modules": lambda lib, m: setattr(m, "_modules", {"x": lib.nn.ReLU()}),
    "replace _parameters": lambda lib, m: setattr(m, "_parameters", collections.OrderedDict()),
    "copy _parameters": lambda lib, m: setattr(m, "_parameters", m._parameters.copy()),
    "replace _buffers": lambda lib, m: setattr(m, "_buffers", {"buf": lib.ones(5)}),
}


@pytest.mark.parametrize("case", ASSIGNMENTS)
def test_assignment(case):
    def program(lib):
        m = lib.nn.Linear(2, 1)
        m.sub = lib.nn.Tanh()
        m.register_buffer("buf", lib.zeros(1))
        m.plain = 1
        ASSIGNMENTS[case](lib, m)
        reachable = [
            n for n in ("weight", "sub", "buf", "plain", "p", "child", "b", "x") if hasattr(m, n)
        ]
        same = [
            getattr(m, n) is value
            for table in (m._parameters, m._buffers, m._modules)
            for n, value in table.items()
        ]
        return (
            dict(m.named_parameters()),
            list(m.state_dict()),
            names(m.named_buffers()),
            names(m.named_modules()),
            reachable,
            same,
            repr(m),
        )

    # Types are named by PyTorch's paths there, by their names here.
    check(program, words="over" not in case and "parameter from" not in case)


def test_before_init():
    def make(lib, value):
        class Forgetful(lib.nn.Module):
            def __init__(self):
                self.x = value(lib)

        return Forgetful()

    for value in (
        lambda lib: lib.nn.Parameter(lib.ones(1)),
        lambda lib: lib.nn.ReLU(),
        lambda lib: lib.nn.Buffer(lib.ones(1)),
    ):
        check(lambda lib: make(lib, value), words=True)  # noqa: B023
    check(lambda lib: vars(make(lib, lambda _: 3)))


def test_attributes_are_read_without_getattr():
    net = small(taut)
    assert {"inner", "scale", "count", "scratch", "shift"} <= vars(net[0]).keys()
    assert vars(net[0])["scale"] is net[0]._parameters["scale"]


def test_no_reference_cycle():
    net = small(taut)
    parts = [weakref.ref(m) for m in net.modules()]
    gc.disable()
    try:
        del net
        assert [r() for r in parts] == [None] * len(parts)
    finally:
        gc.enable()


def test_dir():
    def program(lib):
        net = small(lib)
        found = dir(net[0])
        return [n in found for n in ("inner", "scale", "count", "shift", "forward", "nothing", "0")]

    check(program)
    assert "0" not in dir(small(taut))


def test_init_arguments():
    check(lambda lib: lib.nn.Module(1), words=True)
    check(lambda lib: lib.nn.Module(a=1), words=True)
    check(lambda lib: lib.nn.Module()(1), words=True)


# -- walking -------------------------------------------------------------------------------------


def tied(lib):
    shared = lib.nn.Linear(3, 3)
    net = lib.nn.Sequential(lib.nn.Linear(3, 3), shared, lib.nn.ReLU(), shared, lib.nn.Linear(3, 3))
    net[4].weight = net[0].weight
    net[4].register_buffer("b", lib.zeros(1))
    net[0].register_buffer("b", net[4].b)
    return net


WALKS = {
    "parameters": lambda m: [tuple(p.shape) for p in m.parameters()],
    "own parameters": lambda m: [tuple(p.shape) for p in m.parameters(recurse=False)],
    "named_parameters": lambda m: names(m.named_parameters()),
    "prefixed": lambda m: names(m.named_parameters(prefix="net")),
    "own": lambda m: names(m[0].named_parameters(prefix="x", recurse=False)),
    "all names": lambda m: names(m.named_parameters(remove_duplicate=False)),
    "buffers": lambda m: [tuple(b.shape) for b in m.buffers()],
    "named_buffers": lambda m: names(m.named_buffers("p")),
    "all buffers": lambda m: names(m.named_buffers(remove_duplicate=False)),
    "children": lambda m: list(map(repr, m.children())),
    "named_children": lambda m: names(m.named_children()),
    "modules": lambda m: [type(c) for c in m.modules()],
    "named_modules": lambda m: names(m.named_modules()),
    "all modules": lambda m: names(m.named_modules(prefix="x", remove_duplicate=False)),
    "memo": lambda m: (lambda memo: (names(m.named_modules(memo)), len(memo)))({m[1]}),
}


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize("make", [small, tied])
def test_walk(walk, make):
    check(lambda lib: WALKS[walk](make(lib)))


PATHS = (
    "",
    "0",
    "0.inner",
    "0.inner.weight",
    "0.scale",
    "0.count",
    "9",
    "0.nothing",
    "0.shift",
    "1",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("get", ["get_submodule", "get_parameter", "get_buffer"])
def test_access_by_path(path, get):
    def program(lib):
        found = getattr(small(lib), get)(path)
        return type(found).__name__ if isinstance(found, lib.nn.Module) else found

    check(program, words=True)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "path", ["0", "0.inner", "0.new", "9", "0.nothing.x", "", "0.scale", "0.inner.weight"]
)
def test_set_submodule(path, strict):
    def program(lib):
        net = small(lib)
        net.set_submodule(path, lib.nn.Tanh(), strict=strict)
        return repr(net)

    check(program)


# -- over all modules ----------------------------------------------------------------------------


def test_apply_visits_in_order():
    def program(lib):
        seen = []
        result = tied(lib).apply(lambda m: seen.append(type(m).__name__))
        return seen, type(result)

    check(program)


def test_train_and_eval():
    def program(lib):
        net = small(lib)
        states = [[m.training for m in net.modules()]]
        states.append([m.training for m in net.eval().modules()])
        net[0].train()
        states.append([m.training for m in net.modules()])
        return states, net.train() is net

    check(program)
    check(lambda lib: small(lib).train("yes"), words=True)


def test_train_is_called_on_children():
    def program(lib):
        class Frozen(lib.nn.Linear):
            def train(self, mode=True):
                return super().train(False)

        return [
            m.training for m in lib.nn.Sequential(Frozen(1, 1), lib.nn.ReLU()).train().modules()
        ]

    check(program)


def test_requires_grad_and_zero_grad():
    def program(lib):
        net = small(lib)
        frozen = [p.requires_grad for p in net.requires_grad_(False).parameters()]
        net.requires_grad_()
        net(lib.ones(4, 2)).sum().backward()
        kept = net[2].weight.grad
        net.zero_grad(set_to_none=False)
        zeroed = [p.grad for p in net.parameters()]
        same = net[2].weight.grad is kept
        net.zero_grad()
        return frozen, zeroed, same, [p.grad for p in net.parameters()]

    check(program)


CONVERSIONS = {
    "double": lambda lib, m: m.double(),
    "float": lambda lib, m: m.double().float(),
    "type": lambda lib, m: m.type(lib.float64),
    "to dtype": lambda lib, m: m.to(lib.float64),
    "to device": lambda lib, m: m.to("cpu"),
    "to device dtype": lambda lib, m: m.to(lib.device("cpu"), lib.float64),
    "to keywords": lambda lib, m: m.to(device="cpu", dtype=lib.float64),
    "to tensor": lambda lib, m: m.to(lib.ones(1, dtype=lib.float64)),
    "to integer": lambda lib, m: m.to(lib.int64),
    "to nothing": lambda lib, m: m.to(),
    "to nonsense": lambda lib, m: m.to(nonsense=3),
    "cpu": lambda lib, m: m.cpu(),
}


@pytest.mark.parametrize("case", CONVERSIONS)
@pytest.mark.parametrize("make", [small, tied])
def test_conversion(case, make):
    def program(lib):
        net = make(lib)
        net(lib.ones(1, 2 if make is small else 3)).sum().backward()
        before = list(net.parameters())
        result = CONVERSIONS[case](lib, net)
        identity = [a is b for a, b in zip(before, net.parameters())]
        return net.state_dict(), [p.grad for p in net.parameters()], identity, result is net

    check(program)


def test_integer_buffers_keep_their_type():
    def program(lib):
        m = lib.nn.Module()
        m.register_buffer("n", lib.tensor([1, 2]))
        m.register_buffer("x", lib.tensor([1.0]))
        return m.double().state_dict()

    check(program)


def test_to_empty():
    def program(lib):
        net = tied(lib).to_empty(device="cpu")
        return [(n, tuple(p.shape)) for n, p in net.named_parameters(remove_duplicate=False)]

    check(program)


# -- calling -------------------------------------------------------------------------------------


def test_forward_may_be_replaced():
    def program(lib):
        m = lib.nn.ReLU()
        m.forward = lambda x: x + 1
        return m(lib.ones(2))

    check(program)


def test_call_may_be_overridden():
    def program(lib):
        class Loud(lib.nn.Linear):
            def __call__(self, x):
                return super().__call__(x) * 2

        return Loud(2, 2)(lib.ones(1, 2))

    check(program)


def test_call_arguments():
    def program(lib):
        class Many(lib.nn.Module):
            def forward(self, a, *rest, b=1, **more):
                return a, rest, b, more

        return Many()(1, 2, 3, b=4, c=5), Many()(a=1), Many()(1)

    check(program)
    check(lambda lib: lib.nn.ReLU()(lib.ones(1), 2))


# -- printing ------------------------------------------------------------------------------------


def test_repr():
    def program(lib):
        class Odd(lib.nn.Module):
            def __init__(self):
                super().__init__()
                self.body = small(lib)
                self.nothing = None
                self.add_module("none", None)

            def extra_repr(self):
                return "a=1\nb=2"

        class Named(lib.nn.Module):
            def _get_name(self):
                return "Another"

            def extra_repr(self):
                return "x"

        return [
            repr(m) for m in (Odd(), Named(), lib.nn.Module(), small(lib), lib.nn.Sequential(Odd()))
        ]

    check(program)


def test_repr_marks_ties_only():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared, nn.Linear(2, 2))
    net[3].weight = shared.weight
    assert str(net).splitlines() == [
        "Sequential(",
        "  (0): Linear(in_features=2, out_features=2, bias=True)",
        "  (1): ReLU()",
        "  (2): Linear(in_features=2, out_features=2, bias=True)  # tied to (0)",
        "  (3): Linear(in_features=2, out_features=2, bias=True)  # tied to (0)",
        ")",
    ]


# -- copying -------------------------------------------------------------------------------------

COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda m: pickle.loads(pickle.dumps(m)),
}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 2)
        self.note = {"a": [1]}
        self.register_buffer("scratch", taut.ones(1), persistent=False)

    def forward(self, x):
        return self.body(x)


@pytest.mark.parametrize("how", COPIES)
def test_copies_work(how):
    net = Net()
    net.eval()
    net.body.weight.grad = taut.ones(2, 2)
    made = COPIES[how](net)
    assert type(made) is Net
    assert made.note == net.note
    assert not made.training
    assert list(made.state_dict()) == list(net.state_dict())
    assert made._non_persistent_buffers_set == {"scratch"}
    assert made.body.weight.tolist() == net.body.weight.tolist()
    assert made.body is made._modules["body"]
    assert (made.body is net.body) == (how == "copy")
    made.extra = nn.Parameter(taut.ones(1))
    assert "extra" in dict(made.named_parameters())
    assert "extra" not in dict(net.named_parameters())


class OwnState(nn.Linear):
    """Pickles as programs do that know PyTorch's modules."""

    def __getstate__(self):
        state = self.__dict__.copy()
        state.pop("cache", None)
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.cache = None


@pytest.mark.parametrize("how", ["deepcopy", "pickle"])
def test_own_pickling(how):
    made = COPIES[how](OwnState(2, 1))
    assert made.cache is None
    assert made.weight is made._parameters["weight"]
    made.weight = nn.Parameter(taut.zeros(1, 2))
    assert made(taut.ones(1, 2)).item() == made.bias.item()
    assert made._parameters["weight"] is made.weight


def test_dict_copied_by_hand():
    """As data-parallel replicas are made."""
    net = Net()
    replica = net.__new__(type(net))
    replica.__dict__ = net.__dict__.copy()
    replica._parameters = {}
    replica._buffers = replica._buffers.copy()
    replica._modules = replica._modules.copy()
    replica._modules["body"] = nn.Linear(2, 2, bias=False)
    assert net.body.bias is not None
    assert replica.body.bias is None
    assert net(taut.ones(1, 2)).shape == replica(taut.ones(1, 2)).shape


def test_deepcopy_keeps_hooks_and_gradient_is_not_copied():
    def program(lib):
        seen = []
        m = lib.nn.Linear(2, 1)
        m.register_forward_hook(lambda *a: seen.append("hook"))
        m(lib.ones(1, 2)).sum().backward()
        made = copy.deepcopy(m)
        made(lib.ones(1, 2))
        return seen, made.weight.grad

    check(program)


def test_modules_are_true_and_unequal():
    check(lambda lib: (bool(lib.nn.ReLU()), lib.nn.ReLU() == lib.nn.ReLU()))
    assert isinstance(torch.nn.ReLU(), torch.nn.Module)

"""Lazy modules: the dry run, what works before it, and what refuses to."""

import copy
import pickle

import pytest

import taut
from taut import nn
from twin import check


def quietly(program):
    """Without PyTorch's warning that lazy modules are a new feature."""

    def run(lib):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return program(lib)

    return run


def make(lib):
    return lib.nn.Sequential(lib.nn.LazyLinear(8), lib.nn.ReLU(), lib.nn.LazyLinear(2))


def test_dry_run():
    def program(lib):
        net = make(lib)
        before = repr(net), [type(m) for m in net], net[0].has_uninitialized_params()
        net(lib.ones(3, 5))
        return before, repr(net), [type(m) for m in net], net.state_dict(), net[0].in_features

    check(quietly(program))


BEFORE = {
    "shape": lambda lib, m: m.weight.shape,
    "add": lambda lib, m: m.weight + 1,
    "repr": lambda lib, m: repr(m.weight),
    "repr bias": lambda lib, m: repr(m.bias),
    "dtype": lambda lib, m: m.weight.dtype,
    "requires_grad": lambda lib, m: m.weight.requires_grad,
    "double": lambda lib, m: m.double()(lib.ones(1, 2, dtype=lib.float64)).dtype,
    "apply": lambda lib, m: m.apply(lambda x: None) is m,
    "named": lambda lib, m: [n for n, _ in m.named_parameters()],
    "state": lambda lib, m: list(m.state_dict()),
    "train": lambda lib, m: m.eval().training,
    "zero_grad": lambda lib, m: m.zero_grad(),
    "is parameter": lambda lib, m: isinstance(m.weight, lib.nn.Parameter),
    "kind": lambda lib, m: type(m.weight),
}


@pytest.mark.parametrize("case", BEFORE)
def test_before_the_dry_run(case):
    check(quietly(lambda lib: BEFORE[case](lib, lib.nn.LazyLinear(3))))


def test_freezing():
    m = nn.LazyLinear(3).requires_grad_(False)  # PyTorch refuses
    m(taut.ones(1, 2))
    assert not m.weight.requires_grad


def test_loading_gives_the_shape():
    def program(lib):
        net = make(lib)
        other = lib.nn.Sequential(lib.nn.Linear(5, 8), lib.nn.ReLU(), lib.nn.Linear(8, 2))
        net.load_state_dict(other.state_dict())
        return net.state_dict(), net(lib.ones(1, 5)), [type(m) for m in net], net[0].in_features

    check(quietly(program))


def test_loading_uninitialised_into_initialised():
    def program(lib):
        return lib.nn.Linear(2, 3).load_state_dict(lib.nn.LazyLinear(3).state_dict())

    check(quietly(program))


def test_uninitialised_into_uninitialised():
    def program(lib):
        net = make(lib)
        report = net.load_state_dict(make(lib).state_dict())
        return report, net(lib.ones(1, 4)).shape

    check(quietly(program))


@pytest.mark.parametrize(
    "how", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"]
)
def test_copies_are_lazy_too(how):
    net = make(taut)
    seen = []
    made = how(net)
    made[0].register_forward_hook(lambda *args: seen.append(1))
    assert made(taut.ones(1, 3)).shape == (1, 2)
    assert made[0].in_features == 3
    assert net[0].has_uninitialized_params()
    assert seen == [1]
    assert type(made[0]) is nn.Linear


def test_own_hooks_survive_the_dry_run():
    def program(lib):
        seen = []
        m = lib.nn.LazyLinear(2)
        m.register_forward_pre_hook(lambda *args: seen.append("pre"))
        m.register_forward_hook(lambda *args: seen.append("post"))
        m(lib.ones(1, 3))
        m(lib.ones(1, 3))
        return seen

    check(quietly(program))


def test_calls_are_plain_after_the_dry_run():
    m = nn.LazyLinear(2)
    m(taut.ones(1, 3))
    assert not m._hooked
    assert not hasattr(m, "_initialize_hook")


def test_ties_of_lazy_parameters():
    net = nn.Sequential(nn.LazyLinear(4), nn.LazyLinear(4))
    net[1].weight = net[0].weight
    made = copy.deepcopy(net)
    made(taut.ones(1, 4))
    assert made[0].weight is made[1].weight
    assert made[0].weight.shape == (4, 4)


def test_own_lazy_module():
    def program(lib):
        mixin = lib.nn.modules.lazy.LazyModuleMixin

        class Scale(lib.nn.Module):
            def __init__(self, size):
                super().__init__()
                self.factor = lib.nn.Parameter(lib.ones(size))

            def forward(self, x):
                return x * self.factor

        class LazyScale(mixin, Scale):
            cls_to_become = Scale

            def __init__(self):
                super().__init__(0)
                self.factor = lib.nn.parameter.UninitializedParameter()

            def initialize_parameters(self, x):
                if self.has_uninitialized_params():
                    with lib.no_grad():
                        self.factor.materialize(x.shape[-1:])
                        self.factor.fill_(2)

        m = LazyScale()
        return m(lib.ones(3)), type(m), m.factor

    check(quietly(program))


def test_forgetting_to_materialize():
    def program(lib):
        class Never(lib.nn.modules.lazy.LazyModuleMixin, lib.nn.Module):
            def __init__(self):
                super().__init__()
                self.p = lib.nn.parameter.UninitializedParameter()

            def initialize_parameters(self, x):
                pass

        return Never()(lib.ones(1))

    check(quietly(program))
    check(
        quietly(
            lambda lib: type("M", (lib.nn.modules.lazy.LazyModuleMixin, lib.nn.Module), {})()(
                lib.ones(1)
            )
        )
    )

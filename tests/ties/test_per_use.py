"""taut.per_use: the gradient of each parameter use by use, and weights on the uses."""

import copy
import io
import pickle
import threading
import warnings

import pytest

import taut
from kinds import KINDS, loss, terms, values
from taut import nn


def total(uses):
    return sum((use.grad for use in uses[1:]), uses[0].grad)


@pytest.mark.parametrize("inside", [True, False], ids=["forward inside", "forward before"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_terms_are_those_of_the_untied_copies(kind, inside):
    net = kind.make()
    wanted = terms(kind, values(net, kind))
    before = None if inside else loss(net)
    with taut.per_use(net) as uses:
        (loss(net) if inside else before).backward()
    a, b = kind.names
    if not kind.one_gradient:
        assert taut.allclose(uses[a][0].grad, wanted[0], atol=1e-6)
        assert taut.allclose(uses[b][0].grad, wanted[1], atol=1e-6)
        return
    paths = [name.rpartition(".")[0] for name in kind.names]
    assert [(use.path, use.call) for use in uses[a]] == [(path, 0) for path in paths]
    assert taut.allclose(uses[a][0].grad, wanted[0], atol=1e-6)
    assert taut.allclose(uses[b][1].grad, wanted[1], atol=1e-6)
    for name in kind.names:
        assert taut.allclose(total(uses[name]), net.get_parameter(name).grad, atol=1e-6)
    assert {*uses} == {name for name, _ in net.named_parameters(remove_duplicate=False)}


def test_calls_are_numbered():
    cell = nn.Linear(3, 3)
    net = nn.ModuleDict({"cell": cell})
    h = taut.ones(1, 3)
    with taut.per_use(net) as uses:
        for _ in range(4):
            h = cell(h).tanh()
        h.sum().backward()
    assert [(use.path, use.call) for use in uses["cell.weight"]] == [("cell", i) for i in range(4)]
    assert taut.allclose(total(uses["cell.weight"]), cell.weight.grad, atol=1e-6)


class Swapped(nn.Module):
    """Calls its layers against the order of registration."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3, bias=False)
        self.second = nn.Linear(3, 3, bias=False)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.first(self.second(x).tanh())


def test_a_forward_inside_is_attributed_by_calls():
    net = Swapped()
    with taut.per_use(net) as uses:
        net(taut.ones(1, 3)).sum().backward()
    assert [use.path for use in uses["first.weight"]] == ["second", "first"]


class Branches(nn.Module):
    """One module under two parents."""

    def __init__(self):
        super().__init__()
        shared = nn.Linear(3, 3)
        self.left, self.right = nn.Sequential(shared), nn.Sequential(nn.Tanh(), shared)

    def forward(self, x):
        return self.right(self.left(self.right(x)))


def test_a_module_under_two_parents():
    net = Branches()
    with taut.per_use(net) as uses:
        net(taut.ones(1, 3)).sum().backward()
    found = [(use.path, use.call) for use in uses["left.0.weight"]]
    assert found == [("right.1", 0), ("left.0", 0), ("right.1", 1)]


def test_a_forward_before_is_attributed_by_what_the_operation_took():
    """The other leaves of the operation, and whether it is a lookup, tell the module."""
    biased = Swapped()
    biased.first.bias = nn.Parameter(taut.zeros(3))
    result = biased(taut.ones(1, 3)).sum()
    with taut.per_use(biased) as uses:
        result.backward()
    assert [use.path for use in uses["first.weight"]] == ["second", "first"]
    head, emb = nn.Linear(3, 5, bias=False), nn.Embedding(5, 3)
    emb.weight = head.weight
    net = nn.ModuleDict({"head": head, "emb": emb})
    result = head(emb(taut.tensor([1]))).sum()
    with taut.per_use(net) as uses:
        result.backward()
    assert [use.path for use in uses["head.weight"]] == ["emb", "head"]


def test_statistics_only():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[2].weight = net[0].weight
    x = taut.rand(4, 3)
    with taut.per_use(net) as full:
        net(x).square().sum().backward()
    with taut.per_use(net, stats_only=True) as uses:
        net(x).square().sum().backward()
    grads = [use.grad for use in full["0.weight"]]
    found = uses["0.weight"]
    assert [use.path for use in found] == ["0", "1", "2"]
    assert found[2].cosine is None
    for i, later in ((1, grads[2]), (0, grads[2] + grads[1])):
        cosine = (grads[i] * later).sum() / (grads[i].norm() * later.norm())
        assert found[i].cosine == pytest.approx(float(cosine), abs=1e-5)
        assert found[i].norm == pytest.approx(float(grads[i].norm()), rel=1e-5)


def test_only_some_names():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    with taut.per_use(net, names=["1.weight"]) as uses:
        net(taut.ones(1, 2)).sum().backward()
    assert list(uses) == ["1.weight"]
    with pytest.raises(KeyError):
        uses["0.weight"]
    with pytest.raises(KeyError):
        uses["nowhere"]
    with pytest.raises(AttributeError, match="no parameter 'nowhere'"):
        taut.per_use(net, names=["nowhere"])
    with pytest.raises(ValueError, match="nonfinite"):
        taut.per_use(net, nonfinite="raise")


def infinite():
    """A net in which the second use of the weight has an infinite gradient."""
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    with taut.no_grad():
        net[0].weight.copy_(taut.eye(2))
    hidden = net[0](taut.tensor([[1.0, 2.0]]))
    return net, (net[1](hidden) * taut.tensor([[float("inf"), 1.0]])).sum()


def test_what_is_not_finite_is_reported_by_parameter_and_use():
    net, result = infinite()
    with pytest.warns(RuntimeWarning, match=r"use 0 of '1.weight' \(MmBackward0\): 2 of 4"):
        with taut.per_use(net):
            result.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="use 0 of '1.weight'"):
        with taut.per_use(net, nonfinite="error"):
            result.backward(retain_graph=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with taut.per_use(net, nonfinite="ignore"):
            result.backward()


def test_nothing_stays_behind():
    """After the block modules are called as before, and a backward writes straight into .grad."""
    net = nn.Sequential(nn.Linear(256, 256, bias=False))
    with taut.per_use(net):
        net(taut.rand(2, 256)).sum().backward()
    assert not any(m._hooked for m in net.modules())
    result = net(taut.rand(2, 256)).sum()
    taut.reset_peak_memory_stats()
    result.backward()
    assert taut.memory_stats()["largest"] < net[0].weight.nbytes


def test_a_block_belongs_to_a_thread():
    block = taut.per_use(nn.Linear(1, 1))
    thread = threading.Thread(target=block.__enter__)
    thread.start()
    thread.join()
    with pytest.raises(RuntimeError, match="left in the thread that entered it"):
        block.__exit__(None, None, None)


def test_blocks_inside_each_other():
    net = nn.Linear(2, 1)
    with taut.per_use(net) as outer:
        with taut.per_use(net) as inner:
            net(taut.ones(1, 2)).sum().backward()
        net(taut.ones(1, 2)).sum().backward()
    assert len(inner["weight"]) == 1
    assert len(outer["weight"]) == 2
    assert not net._hooked


def test_a_forward_that_fails():
    class Fails(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            result = self.layer(x)
            if x.sum() < 0:
                raise ArithmeticError
            return result

    net = nn.Sequential(Fails())
    with taut.per_use(net) as uses:
        with pytest.raises(ArithmeticError):
            net(-taut.ones(1, 2))
        net(taut.ones(1, 2)).sum().backward()
    assert [(use.path, use.call) for use in uses["0.layer.weight"]] == [("0.layer", 0)]


def test_a_hook_that_fails_before_the_call():
    inner = nn.Linear(2, 2)

    class Tries(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = inner, nn.Linear(2, 2)

        def forward(self, x):
            with pytest.raises(ZeroDivisionError):
                self.one(x)
            return self.other(x)

    net = nn.Sequential(Tries())
    with taut.per_use(net) as uses:
        inner.register_forward_pre_hook(lambda module, args: 1 / 0, prepend=True)
        net(taut.ones(1, 2)).sum().backward()
    assert [use.path for use in uses["0.other.weight"]] == ["0.other"]


def test_checkpointed_uses_are_seen():
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    x = taut.rand(2, 3, requires_grad=True)
    with taut.per_use(net) as uses:
        taut.utils.checkpoint.checkpoint(net, x, use_reentrant=False).sum().backward()
    assert taut.allclose(total(uses["0.weight"]), net[0].weight.grad)


# -- weights on the uses -------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["M", "P", "T"])
def test_scale(letter):
    kind = KINDS[letter]
    net = kind.make()
    wanted = terms(kind, values(net, kind))
    a, b = kind.names
    path = a.rpartition(".")[0]
    (tie,) = (t for t in taut.ties(net) if a in t.names)
    tie = tie.scale({path: 4.0, b: -0.5})
    assert tie.scales == {a: 4.0, b: -0.5}
    assert (
        len([p for p in net.parameters() if p._storage_id() == net.get_parameter(a)._storage_id()])
        == 1
    )
    with taut.per_use(net) as uses:
        loss(net).backward()
    second = wanted[1].t() if kind.turned else wanted[1]
    assert taut.allclose(net.get_parameter(a).grad, 4 * wanted[0] - 0.5 * second, atol=1e-5)
    assert taut.allclose(uses[a][0].grad, 4 * wanted[0], atol=1e-5)
    assert "gradient x" in repr(net)
    tie.scale({})
    net.zero_grad()
    loss(net).backward()
    assert taut.allclose(net.get_parameter(a).grad, wanted[0] + second, atol=1e-5)


def test_scale_costs_no_temporary():
    """The factor is that of the product, and of the rows that a lookup adds."""
    emb, head = nn.Embedding(300, 256), nn.Linear(256, 300, bias=False)
    net = nn.ModuleDict({"emb": emb, "head": head})
    taut.tie(net, "emb.weight", "head.weight").scale({"emb": 4.0, "head": 0.5})
    index = taut.tensor([1, 2, 1])
    net["head"](net["emb"](index)).sum().backward()
    result = net["head"](net["emb"](index)).sum()
    taut.reset_peak_memory_stats()
    result.backward()
    assert taut.memory_stats()["largest"] < emb.weight.nbytes


KEEPING = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "save": lambda net: taut.load(saved(net), weights_only=False),
    "double": lambda net: net.double().float(),
    "assign": lambda net: net.load_state_dict(net.state_dict(), assign=True) and net,
    "freeze": lambda net: net.requires_grad_(False).requires_grad_(),
    "average": lambda net: taut.optim.swa_utils.AveragedModel(net).module,
}


def saved(net):
    file = io.BytesIO()
    taut.save(net, file)
    file.seek(0)
    return file


@pytest.mark.parametrize("operation", KEEPING)
@pytest.mark.parametrize("letter", ["M", "P", "T"])
def test_weights_survive(letter, operation):
    kind = KINDS[letter]
    net = kind.make()
    names = list(kind.names)
    (tie,) = (t for t in taut.ties(net) if names[0] in t.names)
    tie.scale({names[0]: 2.0, names[1]: 3.0})
    made = KEEPING[operation](net)
    (tie,) = (t for t in taut.ties(made) if names[0] in t.names)
    assert tie.scales == {names[0]: 2.0, names[1]: 3.0}
    wanted = terms(kind, values(made, kind))
    loss(made).backward()
    second = wanted[1].t() if kind.turned else wanted[1]
    assert taut.allclose(made.get_parameter(names[0]).grad, 2 * wanted[0] + 3 * second, atol=1e-5)


def test_scale_refuses():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    tie = taut.tie(net, "0.weight", "1.weight")
    with pytest.raises(
        ValueError, match="'2' is not a name of this tie; it has 0.weight, 1.weight"
    ):
        tie.scale({"2": 1.0})
    with pytest.raises(ValueError, match="finite"):
        tie.scale({"0": float("nan")})
    (separate,) = taut.ties(KINDS["S"].make())
    with pytest.raises(ValueError, match="separate parameters"):
        separate.scale({"0": 2.0})


def test_second_order_through_a_scaled_transposed_tie():
    kind = KINDS["T"]
    net = kind.make().double()
    taut.ties(net)[0].scale({"2": 3.0})
    weight = net[0].weight
    (first,) = taut.autograd.grad(loss(net, taut.float64), weight, create_graph=True)
    (second,) = taut.autograd.grad(first.square().sum(), weight)
    assert first.shape == second.shape == weight.shape
    assert taut.isfinite(second).all()


class Halved(nn.Module):
    """A parametrization."""

    def forward(self, weight):
        return weight / 2


@pytest.mark.parametrize("letter", ["P", "T"])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how", ["parametrization", "weight_norm", "prune"])
@pytest.mark.filterwarnings("ignore:.*is deprecated in favor:FutureWarning")
def test_weights_stay_where_the_parameter_is_computed(letter, which, how):
    kind = KINDS[letter]
    net = kind.make()
    name = kind.names[which]
    owner = net.get_parameter(kind.names[0])._owner
    taut.ties(net)[0].scale({"0": 4.0, "2": -1.0})
    if how == "parametrization":
        nn.utils.parametrize.register_parametrization(net, name, Halved())
    elif how == "weight_norm":
        nn.utils.weight_norm(net, name)
    else:
        nn.utils.prune.identity(net, name)
    wanted = terms(kind, computed(net, kind))
    loss(net).backward()
    first, second = wanted[0], wanted[1].t() if kind.turned else wanted[1]
    if how == "weight_norm":
        module = net.get_submodule(name.rpartition(".")[0])
        found = module.weight_g.grad.abs().sum()
        assert found > 0
        total = (4 * first - second).t() if which and kind.turned else 4 * first - second
        factor = (4.0, -1.0)[which]
        (ratio,) = taut.autograd.grad(module_weight(net, name), module.weight_v, total / factor)
        assert taut.allclose(module.weight_v.grad, ratio, atol=1e-4)
        return
    half = 2 if how == "parametrization" else 1
    assert taut.allclose(owner.grad, (4 * first - second) / half, atol=1e-5)


def computed(net, kind):
    """What every name reads in a forward."""
    net(taut.zeros(1, 4))
    return values(net, kind)


def module_weight(net, name):
    net(taut.zeros(1, 4))
    return net.get_submodule(name.rpartition(".")[0]).weight

"""Pruning: every method and helper against torch, and what it does to tied parameters."""

import pytest
import torch.nn.utils.prune  # noqa: F401 - PyTorch does not import it by itself

import taut
from taut.nn.utils import prune
from twin import check


def state(module):
    return {k: v.clone() for k, v in module.state_dict().items()}


def seen(lib, module, x):
    """What a pruned module shows, before and after a step."""
    optimizer = lib.optim.SGD(module.parameters(), lr=0.1)
    module(x).square().sum().backward()
    optimizer.step()
    names = [n for n, _ in module.named_parameters()]
    return state(module), names, module(x), list(dict(module.named_buffers()))


METHODS = {
    "identity": lambda p, m: p.identity(m, "weight"),
    "random": lambda p, m: p.random_unstructured(m, "weight", 0.4),
    "random count": lambda p, m: p.random_unstructured(m, "weight", 3),
    "l1": lambda p, m: p.l1_unstructured(m, "weight", 0.5),
    "l1 nothing": lambda p, m: p.l1_unstructured(m, "weight", 0),
    "l1 everything": lambda p, m: p.l1_unstructured(m, "weight", 1.0),
    "l1 bias": lambda p, m: p.l1_unstructured(m, "bias", 2),
    "l1 scores": lambda p, m: p.l1_unstructured(
        m, "weight", 5, importance_scores=m.weight.detach() ** -1
    ),
    "channels": lambda p, m: p.random_structured(m, "weight", 2, dim=0),
    "channels -1": lambda p, m: p.random_structured(m, "weight", 0.5, dim=-1),
    "ln": lambda p, m: p.ln_structured(m, "weight", 2, n=2, dim=1),
    "l1 channels": lambda p, m: p.ln_structured(m, "weight", 0.3, n=1, dim=0),
    "inf channels": lambda p, m: p.ln_structured(m, "weight", 1, n=float("inf"), dim=-2),
    "ln scores": lambda p, m: p.ln_structured(
        m, "weight", 2, n=2, dim=1, importance_scores=-m.weight.detach() + 1
    ),
    "ln none": lambda p, m: p.ln_structured(m, "weight", 0, n=2, dim=1),
    "twice": lambda p, m: p.l1_unstructured(p.random_unstructured(m, "weight", 0.3), "weight", 0.5),
    "thrice": lambda p, m: p.ln_structured(
        p.l1_unstructured(p.l1_unstructured(m, "weight", 0.3), "weight", 3), "weight", 1, 2, 0
    ),
    "channels twice": lambda p, m: p.random_structured(
        p.ln_structured(m, "weight", 1, n=2, dim=0), "weight", 0.5, dim=0
    ),
    "both": lambda p, m: p.l1_unstructured(p.l1_unstructured(m, "weight", 0.3), "bias", 1),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods(name):
    def program(lib):
        p = lib.nn.utils.prune
        layer = lib.nn.Linear(4, 5)
        result = METHODS[name](p, layer)
        shown = seen(lib, layer, lib.rand(2, 4))
        hooks = [type(h).__name__ for h in layer._forward_pre_hooks.values()]
        pruned = p.is_pruned(layer)
        what = "bias" if name == "l1 bias" else "weight"
        p.remove(layer, what)
        return (
            result is layer,
            shown,
            hooks,
            pruned,
            state(layer),
            p.is_pruned(layer),
            layer(lib.ones(4)),
        )

    check(program)


def test_masks_of_ones_own():
    def program(lib):
        p = lib.nn.utils.prune
        layer = p.custom_from_mask(lib.nn.Linear(3, 2), "bias", lib.tensor([0, 1]))
        p.custom_from_mask(layer, "bias", lib.tensor([1, 0]))
        return state(layer), layer.bias

    check(program)


def test_prune_gives_a_pruned_tensor():
    def program(lib):
        method = lib.nn.utils.prune.L1Unstructured(2)
        t = lib.tensor([3.0, -1.0, 0.5, 2.0])
        mask = lib.tensor([1.0, 0.0, 1.0, 1.0])
        scores = lib.tensor([0.0, 1.0, 2.0, 3.0])
        return method.prune(t), method.prune(t, mask), method.prune(t, importance_scores=scores)

    check(program)


@pytest.mark.parametrize("method", ["L1Unstructured", "RandomUnstructured", "Identity"])
@pytest.mark.parametrize("amount", [0.3, 7])
@pytest.mark.parametrize("scores", [False, True])
def test_global(method, amount, scores):
    def program(lib):
        p = lib.nn.utils.prune
        net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 2))
        p.l1_unstructured(net[2], "weight", 2)
        pairs = [(net[0], "weight"), (net[2], "weight"), (net[0], "bias")]
        given = {(net[0], "weight"): lib.rand(4, 3)} if scores else None
        options = {} if method == "Identity" else {"amount": amount}
        p.global_unstructured(pairs, getattr(p, method), importance_scores=given, **options)
        return seen(lib, net, lib.rand(2, 3))

    check(program)


ERRORS = {
    "text": lambda lib, p, m: p.l1_unstructured(m, "weight", "3"),
    "negative": lambda lib, p, m: p.l1_unstructured(m, "weight", -1),
    "fraction": lambda lib, p, m: p.random_unstructured(m, "weight", 1.5),
    "too many": lambda lib, p, m: p.l1_unstructured(m, "weight", 100),
    "too many channels": lambda lib, p, m: p.ln_structured(m, "weight", 9, 2, 0),
    "vector": lambda lib, p, m: p.random_structured(m, "bias", 1, 0),
    "dim": lambda lib, p, m: p.ln_structured(m, "weight", 1, 2, 2),
    "scores": lambda lib, p, m: p.l1_unstructured(m, "weight", 1, lib.ones(2)),
    "mask": lambda lib, p, m: p.custom_from_mask(m, "weight", lib.ones(2)),
    "not pruned": lambda lib, p, m: p.remove(m, "weight"),
    "abstract": lambda lib, p, m: p.BasePruningMethod(),
    "scores of prune": lambda lib, p, m: p.Identity().prune(lib.ones(2), None, lib.ones(3)),
    "container": lambda lib, p, m: p.PruningContainer().add_pruning_method(3),
    "global structured": lambda lib, p, m: p.global_unstructured(
        [(m, "weight")], p.LnStructured, amount=1, n=2
    ),
    "global scores": lambda lib, p, m: p.global_unstructured(
        [(m, "weight")], p.L1Unstructured, importance_scores=[1], amount=1
    ),
    "global nothing": lambda lib, p, m: p.global_unstructured(3, p.L1Unstructured, amount=1),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    check(lambda lib: ERRORS[name](lib, lib.nn.utils.prune, lib.nn.Linear(3, 2)))


def test_a_failed_pruning_changes_nothing():
    layer = taut.nn.Linear(3, 2)
    weight = layer.weight
    with pytest.raises(ValueError, match="amount=100"):
        prune.l1_unstructured(layer, "weight", 100)
    assert layer.weight is weight
    assert not prune.is_pruned(layer)
    prune.l1_unstructured(layer, "weight", 2)
    before = layer.weight_mask
    with pytest.raises(ValueError, match="amount=100"):
        prune.l1_unstructured(layer, "weight", 100)
    assert layer.weight_mask is before
    assert len(layer._forward_pre_hooks) == 1


def tied(kind):
    nn = taut.nn
    shared = nn.Linear(3, 3, bias=False)
    if kind == "module":
        return nn.Sequential(shared, shared)
    net = nn.Sequential(shared, nn.Linear(3, 3, bias=False))
    if kind == "parameter":
        net[1].weight = shared.weight
    elif kind == "storage":
        net[1].weight.data = shared.weight.data
    else:
        net[1].weight = nn.Parameter(shared.weight.data.t())
    return net


@pytest.mark.parametrize("kind", ["module", "parameter", "storage", "transposed"])
def test_every_name_of_a_tied_parameter_is_pruned(kind):
    taut.manual_seed(0)
    net = tied(kind)
    parameters = net[0].weight, net[1].weight
    prune.l1_unstructured(net, "0.weight", 3)

    def other():
        return net[1].weight.t() if kind == "transposed" else net[1].weight

    for left in (6, 4):
        assert int((net[0].weight != 0).sum()) == left
        assert taut.equal(other(), net[0].weight)
        net(taut.ones(3)).sum().backward()
        taut.optim.SGD(net.parameters(), lr=0.1).step()
        net(taut.ones(3))
        assert int((net[0].weight != 0).sum()) == left
        assert taut.equal(other(), net[0].weight)
        prune.random_unstructured(net, "0.weight", 2)
    prune.remove(net, "1.weight")
    assert not prune.is_pruned(net)
    assert net[0].weight is parameters[0]
    assert net[1].weight is parameters[1]
    assert int((net[0].weight != 0).sum()) == 2
    assert taut.equal(other(), net[0].weight)


def test_global_pruning_counts_a_tied_parameter_once():
    net = taut.nn.Sequential(taut.nn.Linear(2, 2, bias=False), taut.nn.Linear(2, 2, bias=False))
    net[0].weight.data = taut.tensor([[1.0, 2.0], [3.0, 4.0]])
    net[1].weight = net[0].weight
    third = taut.nn.Linear(2, 2, bias=False)
    third.weight.data = taut.tensor([[1.5, 2.5], [3.5, 4.5]])
    pairs = [(net[0], "weight"), (net[1], "weight"), (third, "weight")]
    prune.global_unstructured(pairs, prune.L1Unstructured, amount=4)
    assert net[0].weight_mask.tolist() == net[1].weight_mask.tolist() == [[0, 0], [1, 1]]
    assert third.weight_mask.tolist() == [[0, 0], [1, 1]]

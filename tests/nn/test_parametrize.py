"""Parametrizations: the machinery, the ready-made ones, what they do to tied parameters; against torch."""

import copy
import pickle
import warnings

import pytest

import taut
from taut.nn.utils import parametrizations, parametrize
from twin import check


def tools(lib):
    """Parametrizations of a library's modules."""

    class Symmetric(lib.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).mT

        def right_inverse(self, x):
            return x.triu()

    class Double(lib.nn.Module):
        def forward(self, x):
            return x * 2

        def right_inverse(self, x):
            return x / 2

    class OneWay(lib.nn.Module):
        def forward(self, x):
            return x.exp()

    class Sum(lib.nn.Module):
        def forward(self, a, b):
            return a + b

        def right_inverse(self, x):
            return x * 0.25, x * 0.75

    class NotInvertible(OneWay):
        def right_inverse(self, x):
            raise NotImplementedError

    class Resize(lib.nn.Module):
        def forward(self, x):
            return x[:1]

    class Cast(lib.nn.Module):
        def forward(self, x):
            return x.double()

    class Number(lib.nn.Module):
        def forward(self, x):
            return 1.0

    class BadInverse(lib.nn.Module):
        def forward(self, x):
            return x

        def right_inverse(self, x):
            return 3

    class CastInverse(lib.nn.Module):
        def forward(self, x):
            return x

        def right_inverse(self, x):
            return x.double()

    return {k: v for k, v in locals().items() if k[0].isupper()}


def state(module):
    return {k: v.clone() for k, v in module.state_dict().items()}


def trained(lib, module, x):
    """A module after a step, with everything that can be seen of it."""
    optimizer = lib.optim.SGD(module.parameters(), lr=0.1)
    module(x).square().sum().backward()
    optimizer.step()
    return state(module), [n for n, _ in module.named_parameters()], module(x), repr(module)


@pytest.mark.parametrize("kinds", ["Symmetric", "Double", "OneWay", "Sum", "Symmetric Double",
                                   "Sum Double", "NotInvertible", "Double OneWay"])  # fmt: skip
@pytest.mark.parametrize("leave", [True, False])
def test_register_train_remove(kinds, leave):
    def program(lib):
        p = lib.nn.utils.parametrize
        layer = lib.nn.Linear(3, 3)
        for kind in kinds.split():
            p.register_parametrization(layer, "weight", tools(lib)[kind]())
        seen = trained(lib, layer, lib.ones(2, 3))
        names = type(layer).__name__, p.type_before_parametrizations(layer).__name__
        marks = p.is_parametrized(layer), p.is_parametrized(layer, "bias")
        back = p.remove_parametrizations(layer, "weight", leave_parametrized=leave)
        return seen, names, marks, type(back).__name__, state(back), repr(back)

    check(program)


@pytest.mark.parametrize(
    "kind", ["OneWay", "Resize", "Cast", "Number", "BadInverse", "CastInverse"]
)
@pytest.mark.parametrize("unsafe", [True, False])
@pytest.mark.parametrize("first", [None, "Double"])
def test_what_makes_no_sense(kind, unsafe, first):
    def program(lib):
        layer = lib.nn.Linear(3, 3)
        p = lib.nn.utils.parametrize
        if first:
            p.register_parametrization(layer, "weight", tools(lib)[first]())
        p.register_parametrization(layer, "weight", tools(lib)[kind](), unsafe=unsafe)
        return layer.weight

    check(program)


ERRORS = {
    "unknown": lambda lib, p, m: p.register_parametrization(m, "w", lib.nn.Identity()),
    "not parametrized": lambda lib, p, m: p.remove_parametrizations(m, "weight"),
    "no way back": lambda lib, p, m: setattr(
        p.register_parametrization(m, "weight", tools(lib)["OneWay"]()), "weight", lib.ones(3, 3)
    ),
    "several originals": lambda lib, p, m: p.remove_parametrizations(
        p.register_parametrization(m, "weight", tools(lib)["Sum"]()),
        "weight",
        leave_parametrized=False,
    ),
    "a parameter": lambda lib, p, m: setattr(
        p.register_parametrization(m, "weight", tools(lib)["Double"]()),
        "weight",
        lib.nn.Parameter(lib.ones(3, 3)),
    ),
    "no modules": lambda lib, p, m: p.ParametrizationList([], m.weight),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    check(lambda lib: ERRORS[name](lib, lib.nn.utils.parametrize, lib.nn.Linear(3, 3)))


def test_assigning_stores_the_inverse():
    def program(lib):
        layer = lib.nn.Linear(2, 2)
        for kind in ("Double", "Sum"):
            other = lib.nn.Linear(2, 2)
            lib.nn.utils.parametrize.register_parametrization(other, "weight", tools(lib)[kind]())
            other.weight = lib.ones(2, 2)
            yield_ = state(other), other.weight
            layer.load_state_dict({"weight": other.weight, "bias": layer.bias})
        return yield_, state(layer)

    check(program)


def test_buffers_and_cache():
    def program(lib):
        p = lib.nn.utils.parametrize
        norm = lib.nn.BatchNorm1d(2)
        p.register_parametrization(norm, "running_mean", tools(lib)["Double"]())
        p.register_parametrization(norm, "weight", tools(lib)["OneWay"]())
        with p.cached():
            same = norm.weight is norm.weight
            norm(lib.rand(4, 2)).sum().backward()
        return same, norm.weight is norm.weight, state(norm), norm.running_mean

    check(program)


def test_transfer():
    def program(lib):
        p = lib.nn.utils.parametrize
        a, b = lib.nn.Linear(3, 3), lib.nn.Linear(3, 3)
        p.register_parametrization(a, "weight", tools(lib)["Sum"]())
        p.register_parametrization(a, "bias", tools(lib)["Double"]())
        p.transfer_parametrizations_and_params(a, b, "weight")
        shared = a.parametrizations.weight.original0 is b.parametrizations.weight.original0
        p.transfer_parametrizations_and_params(a, b)
        return shared, state(b), repr(b)

    check(program)


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm", "orthogonal"])
@pytest.mark.parametrize("kind", ["Linear", "Conv2d", "ConvTranspose1d", "Embedding"])
def test_ready_made(name, kind):
    def program(lib):
        if kind == "Embedding":
            layer, x = lib.nn.Embedding(5, 4), lib.tensor([1, 2])
        elif kind == "Linear":
            layer, x = lib.nn.Linear(4, 3), lib.rand(2, 4)
        elif kind == "Conv2d":
            layer, x = lib.nn.Conv2d(2, 3, 2), lib.rand(1, 2, 4, 4)
        else:
            layer, x = lib.nn.ConvTranspose1d(2, 3, 2), lib.rand(1, 2, 4)
        getattr(lib.nn.utils.parametrizations, name)(layer)
        seen = trained(lib, layer, x)
        layer.eval()
        after = layer(x)
        lib.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        return seen, after, state(layer), repr(layer)

    check(program, atol=2e-5)


@pytest.mark.parametrize("orthogonal_map", ["matrix_exp", "cayley", "householder", None, "other"])
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 3, 3)])
@pytest.mark.parametrize("trivialization", [True, False])
def test_orthogonal(orthogonal_map, shape, trivialization):
    def program(lib):
        layer = lib.nn.Module()
        layer.w = lib.nn.Parameter(lib.randn(shape, dtype=lib.float64))
        lib.nn.utils.parametrizations.orthogonal(
            layer, "w", orthogonal_map, use_trivialization=trivialization
        )
        with lib.no_grad():
            layer.parametrizations.w.original.add_(lib.randn(shape, dtype=lib.float64) * 0.1)
        (layer.w**3).sum().backward()
        seen = layer.w, layer.parametrizations.w.original.grad, list(layer.state_dict())
        layer.w = lib.linalg.qr(lib.randn(shape, dtype=lib.float64).mT)[0].mT
        return seen, layer.w

    check(program, atol=1e-8)


@pytest.mark.parametrize("dim", [0, 1, None, -1])
def test_weight_norm_dims(dim):
    def program(lib):
        layer = lib.nn.utils.parametrizations.weight_norm(lib.nn.Conv1d(2, 3, 2), dim=dim)
        return trained(lib, layer, lib.rand(1, 2, 4))

    check(program)


def test_spectral_norm_refuses():
    spectral_norm = parametrizations.spectral_norm
    with pytest.raises(IndexError, match="got 5"):
        spectral_norm(taut.nn.Linear(2, 2), dim=5)
    with pytest.raises(ValueError, match="n_power_iterations=0"):
        spectral_norm(taut.nn.Linear(2, 2), n_power_iterations=0)
    with pytest.raises(ValueError, match="'w'"):
        spectral_norm(taut.nn.Linear(2, 2), "w")
    with pytest.raises(ValueError, match="no shape yet"):
        spectral_norm(taut.nn.LazyLinear(2))


def test_the_former_weight_norms_checkpoints_load():
    def program(lib):
        old = lib.nn.utils.weight_norm(lib.nn.Linear(3, 2))
        new = lib.nn.utils.parametrizations.weight_norm(lib.nn.Linear(3, 2))
        new.load_state_dict(old.state_dict())
        return state(new), new(lib.ones(3))

    check(program)


# -- the former hooks --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
@pytest.mark.parametrize("kind", ["Linear", "ConvTranspose1d"])
def test_hooks(name, kind):
    def program(lib):
        layer = lib.nn.Linear(4, 3) if kind == "Linear" else lib.nn.ConvTranspose1d(2, 3, 2)
        x = lib.rand(2, 4) if kind == "Linear" else lib.rand(1, 2, 4)
        getattr(lib.nn.utils, name)(layer)
        seen = trained(lib, layer, x)
        meta = layer.state_dict()._metadata
        layer.eval()
        after = layer(x)
        back = getattr(lib.nn.utils, f"remove_{name}")(layer)
        return seen, dict(meta), after, back(x), state(back), repr(back)

    check(program)


HOOK_ERRORS = {
    "twice": lambda u, m, name: (getattr(u, name)(m), getattr(u, name)(m)),
    "not there": lambda u, m, name: getattr(u, f"remove_{name}")(m),
}


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
@pytest.mark.parametrize("error", HOOK_ERRORS)
def test_hook_errors(error, name):
    check(lambda lib: HOOK_ERRORS[error](lib.nn.utils, lib.nn.Linear(2, 2), name))


# -- ties --------------------------------------------------------------------------------------------


def tied(kind):
    """A network in which one weight has several names."""
    from taut import nn

    shared = nn.Linear(3, 3, bias=False)
    if kind == "module":
        return nn.Sequential(shared, nn.Tanh(), shared), "2"
    net = nn.Sequential(shared, nn.Tanh(), nn.Linear(3, 3, bias=False))
    if kind == "parameter":
        net[2].weight = shared.weight
    elif kind == "storage":
        net[2].weight.data = shared.weight.data
    else:
        net[2].weight = nn.Parameter(shared.weight.data.t())
    return net, "2"


KINDS = ["module", "parameter", "storage", "transposed"]


def untied_gradient(net, apply):
    """What the gradients of independent weights sum to."""
    W = net[0].weight.detach().clone().requires_grad_()  # noqa: N806
    other = net[2].weight
    transposed = other.stride() != net[0].weight.stride()
    value = apply(W)
    h = (taut.arange(6.0).reshape(2, 3) @ value.mT).tanh()
    loss = (h @ (value if transposed else value.mT)).square().sum()
    return loss, taut.autograd.grad(loss, W)[0]


class Doubled(taut.nn.Module):
    def forward(self, x):
        return x * 2 + x.mT

    def right_inverse(self, y):
        return (2 * y - y.mT) / 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_of_a_tied_parameter_is_parametrized(kind):
    taut.manual_seed(0)
    net, path = tied(kind)
    before = net[0].weight.detach().clone()
    originals = net[0].weight, net[2].weight
    loss, expected = untied_gradient(net, lambda w: w * 2 + w.mT)
    parametrize.register_parametrization(net, "0.weight", Doubled())
    with taut.no_grad():  # registering stored the inverse
        net[0].parametrizations.weight.original.copy_(before)
    turned = net[2].weight.t() if kind == "transposed" else net[2].weight
    assert taut.equal(turned, net[0].weight)
    assert parametrize.is_parametrized(net, "2.weight")
    out = net(taut.arange(6.0).reshape(2, 3)).square().sum()
    taut.testing.assert_close(out, loss.detach())
    out.backward()
    taut.testing.assert_close(net[0].parametrizations.weight.original.grad, expected)
    assert len(list(net.parameters())) == 1
    with parametrize.cached():
        assert net[0].weight is net[0].weight
        assert taut.equal(
            net[2].weight.t() if kind == "transposed" else net[2].weight, net[0].weight
        )
    for copied in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        with taut.no_grad():
            copied[0].parametrizations.weight.original.fill_(1.0)
        assert copied[2].weight.tolist() == [[3.0] * 3] * 3
        assert net[2].weight.tolist() != [[3.0] * 3] * 3
    target = taut.arange(9.0).reshape(3, 3)
    net[2].weight = target
    taut.testing.assert_close(net[0].weight, target.t() if kind == "transposed" else target)
    parametrize.remove_parametrizations(net, path + ".weight")
    assert type(net[0]) is type(net[2]) is taut.nn.Linear
    taut.testing.assert_close(net[2].weight.detach(), target)
    assert (net[0].weight, net[2].weight)[0] is originals[0]
    assert net[2].weight is originals[1]
    assert net[0].weight._storage_id() == net[2].weight._storage_id()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm", "orthogonal"])
@pytest.mark.parametrize("family", ["parametrizations", "hooks"])
def test_ready_made_on_ties(kind, name, family):
    if family == "hooks" and name == "orthogonal":
        return
    taut.manual_seed(0)
    net, path = tied(kind)
    if family == "hooks":
        with pytest.warns() if name == "weight_norm" else taut.no_grad():
            getattr(taut.nn.utils, name)(net, "0.weight")
        remove = getattr(taut.nn.utils, f"remove_{name}")
    else:
        getattr(parametrizations, name)(net, "0.weight")
        remove = parametrize.remove_parametrizations
    net.eval()
    net(taut.ones(3))
    net[0](taut.ones(3)), net[2](taut.ones(3))

    def turned():
        return net[2].weight.t() if kind == "transposed" else net[2].weight

    taut.testing.assert_close(turned().detach(), net[0].weight.detach())
    value = net[0].weight.detach().clone()
    optimizer = taut.optim.SGD(net.parameters(), lr=0.1)
    net(taut.ones(3)).sum().backward()
    optimizer.step()
    net(taut.ones(3))
    assert not taut.equal(net[0].weight, value)
    taut.testing.assert_close(turned().detach(), net[0].weight.detach())
    remove(net, path + ".weight")
    assert [n for n, _ in net.named_parameters(remove_duplicate=False)] == ["0.weight", "2.weight"]
    assert net[0].weight._storage_id() == net[2].weight._storage_id()
    taut.testing.assert_close(turned().detach(), net[0].weight.detach())


def test_a_part_of_a_parameter_cannot_be_parametrized():
    net = taut.nn.Sequential(taut.nn.Linear(3, 3), taut.nn.Linear(3, 2))
    net[1].weight = taut.nn.Parameter(net[0].weight.data[:2])
    with pytest.raises(ValueError, match="'1.weight' and '0.weight' share a part"):
        parametrize.register_parametrization(net, "1.weight", Doubled(), unsafe=True)


def test_copies_do_not_share_their_class():
    layer = parametrizations.weight_norm(taut.nn.Linear(2, 2))
    copied = copy.deepcopy(layer)
    parametrize.remove_parametrizations(copied, "weight")
    assert parametrize.is_parametrized(layer, "weight")
    assert layer.weight.shape == (2, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm", "prune"])
def test_networks_with_hooks_can_be_copied_and_pickled(kind, name):
    """PyTorch refuses, as the computed weight is the result of operations."""
    net, _ = tied(kind)
    if name == "prune":
        taut.nn.utils.prune.l1_unstructured(net, "0.weight", 3)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(taut.nn.utils, name)(net, "0.weight")
    net.eval()
    x = taut.ones(2, 3)
    expected = net(x)
    for copied in (copy.deepcopy(net), *(pickle.loads(pickle.dumps(net, p)) for p in (2, 5))):
        taut.testing.assert_close(copied(x), expected)
        copied(x).sum().backward()
        taut.optim.SGD(copied.parameters(), lr=1.0).step()
        assert not taut.allclose(copied(x), expected)
        turned = copied[2].weight.t() if kind == "transposed" else copied[2].weight
        taut.testing.assert_close(turned, copied[0].weight)
    taut.testing.assert_close(net(x), expected)
    assert all(p.grad is None for p in net.parameters())

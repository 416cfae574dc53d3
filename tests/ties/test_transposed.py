"""Transposed ties: one memory as W and as its transpose, one gradient."""

import copy
import gc
import io
import pickle
import random
import subprocess
import sys
import weakref

import pytest
import torch

import taut
from kinds import KINDS, loss, terms, values
from taut import nn

KIND = KINDS["T"]


def autoencoder(rows=3, columns=5, **options):
    net = nn.Sequential(nn.Linear(columns, rows), nn.Tanh(), nn.Linear(rows, columns))
    tie = taut.tie(net, "0.weight", "2.weight", transpose=True, **options)
    return net, tie


def run(net):
    x = taut.linspace(-1, 1, 4 * net[0].in_features).reshape(4, -1)
    return net(x).square().sum()


def test_values_come_from_either_name():
    for init in ("0.weight", "2.weight", None):
        net = nn.Sequential(nn.Linear(5, 3), nn.Linear(3, 5))
        wanted = (net[1].weight.t() if init == "2.weight" else net[0].weight).detach().clone()
        init = None if init is None else init.replace("2", "1")
        taut.tie(net, "0.weight", "1.weight", init=init, transpose=True)
        assert taut.equal(net[0].weight, wanted)
        assert taut.equal(net[1].weight, wanted.t())


def test_no_temporary_of_the_size_of_the_weight():
    net, _ = autoencoder(rows=256, columns=300)
    run(net).backward()
    net.zero_grad(set_to_none=False)
    result = run(net)
    grad = net[0].weight.grad
    taut.reset_peak_memory_stats()
    result.backward()
    assert net[0].weight.grad is grad
    assert taut.memory_stats()["largest"] < net[0].weight.nbytes


@pytest.mark.parametrize("use", ["linear", "matmul", "addmm", "elementwise", "embedding", "view"])
def test_every_way_to_use_it(use):
    """Through a kernel that writes into the buffer, and through the alias's own node."""
    weight = nn.Parameter(taut.rand(4, 3))
    other = nn.Parameter(taut.rand(3, 4))
    net = nn.ParameterDict({"a": weight, "b": other})
    taut.tie(net, "a", "b", transpose=True)
    x = taut.rand(2, 4)
    uses = {
        "linear": lambda w: nn.functional.linear(x, w),
        "matmul": lambda w: taut.rand(2, 3, generator=taut.Generator().manual_seed(0)) @ w,
        "addmm": lambda w: taut.addmm(taut.ones(2, 3), x, w.t(), alpha=2.0),
        "elementwise": lambda w: w * w,
        "embedding": lambda w: nn.functional.embedding(taut.tensor([0, 2, 2]), w),
        "view": lambda w: w.t()[1:, :2].reshape(-1),
    }
    apart = net["b"].detach().clone().requires_grad_()
    uses[use](apart).square().sum().backward()
    uses[use](net["b"]).square().sum().backward()
    assert taut.allclose(net["a"].grad, apart.grad.t(), atol=1e-5)
    uses[use](net["b"]).square().sum().backward()
    assert taut.allclose(net["a"].grad, 2 * apart.grad.t(), atol=1e-5)
    assert taut.allclose(net["b"].grad, 2 * apart.grad, atol=1e-5)


def test_gradients_asked_for_under_either_name():
    net = KIND.make()
    first, second = terms(KIND, values(net, KIND))
    total = first + second.t()
    for name, wanted in zip(KIND.names, (total, total.t())):
        (found,) = taut.autograd.grad(loss(net), net.get_parameter(name))
        assert taut.allclose(found, wanted, atol=1e-6)
    loss(net).backward(inputs=[net[2].weight, net[0].weight])
    assert taut.allclose(net[0].weight.grad, total, atol=1e-6)
    assert net[0].bias.grad is None


def test_second_order_is_that_of_the_function():
    net = KIND.make().double()
    weight = net[0].weight

    def of(w):
        x = taut.linspace(-1, 1, 12, dtype=taut.float64).reshape(3, 4)
        hidden = nn.functional.linear(x, w, net[0].bias).tanh()
        return nn.functional.linear(hidden, w.t(), net[2].bias).square().sum()

    results = []
    for value in (loss(net, taut.float64), of(weight)):
        (first,) = taut.autograd.grad(value, weight, create_graph=True)
        results.append(taut.autograd.grad(first.square().sum(), weight)[0])
    assert taut.allclose(*results)
    loss(net, taut.float64).backward(create_graph=True)
    assert net[2].weight.grad.requires_grad
    net.zero_grad()


def test_what_is_set_on_one_name_is_set_on_the_other():
    net, _ = autoencoder()
    w, v = net[0].weight, net[2].weight
    v.grad = taut.ones(5, 3)
    assert w.grad.shape == (3, 5)
    w.grad = None
    assert v.grad is None
    w.requires_grad_(False)
    assert not v.requires_grad
    v.requires_grad_(True)
    assert w.requires_grad
    v.data = taut.zeros(5, 3)
    assert not w.any()
    assert w.shape == (3, 5)
    with pytest.raises(RuntimeError, match="must stay a matrix"):
        w.data = taut.zeros(2)
    assert w.shape == (3, 5)
    with pytest.raises(RuntimeError, match="different size"):
        v.grad = taut.ones(3, 5)


def test_hooks_see_the_whole_gradient():
    net = KIND.make()
    first, second = terms(KIND, values(net, KIND))
    total = first + second.t()
    seen = []
    handle = net[2].weight.register_hook(lambda g: seen.append(g.clone()) or 2 * g)
    net[2].weight.register_post_accumulate_grad_hook(lambda p: seen.append(p))
    loss(net).backward()
    assert taut.allclose(seen[0], total.t(), atol=1e-6)
    assert seen[1] is net[2].weight
    assert len(seen) == 2
    assert taut.allclose(net[0].weight.grad, 2 * total, atol=1e-5)
    handle.remove()
    net.zero_grad()
    loss(net).backward()
    assert taut.allclose(net[0].weight.grad, total, atol=1e-6)


def test_one_object_for_every_transposed_name():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3))
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    taut.tie(net, "0.weight", "2.weight", transpose=True)
    taut.tie(net, "2.weight", "3.weight", transpose=True)
    assert net[1].weight is net[2].weight
    assert net[3].weight is net[0].weight
    (tie,) = taut.ties(net)
    assert tie.names == ("0.weight", "1.weight", "2.weight", "3.weight")
    assert len(list(net.parameters())) == 5
    net(taut.ones(1, 3)).sum().backward()
    assert taut.ties(net)[0].uses == 4


def test_groups_of_names_join():
    net = nn.Sequential(*(nn.Linear(3, 3) for _ in range(4)))
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    net[3].weight = net[2].weight
    taut.tie(net, "1.weight", "2.weight")
    assert net[2].weight is net[3].weight is net[1].weight
    (tie,) = taut.ties(net)
    assert len(tie.names) == 4


def test_untying_copies_the_state_as_the_name_sees_it():
    net, _ = autoencoder()
    optimizer = taut.optim.Adam(net, lr=0.1)
    run(net).backward()
    optimizer.step()
    state = optimizer.state[net[0].weight]["exp_avg"].clone()
    own = taut.untie(net, "2.weight", optimizer)
    assert taut.equal(optimizer.state[own]["exp_avg"], state.t())
    assert own.is_contiguous()
    assert taut.equal(own, net[0].weight.t())
    assert optimizer.param_groups[0]["param_names"] == ["0.weight", "0.bias", "2.bias", "2.weight"]
    assert "param_aliases" not in {k for k, v in optimizer.param_groups[0].items() if v}
    optimizer.zero_grad()
    run(net).backward()
    optimizer.step()
    assert not taut.equal(own, net[0].weight.t())


def test_untying_the_name_that_stays():
    net, _ = autoencoder()
    own = taut.untie(net, "0.weight")
    assert net[0].weight is own
    assert taut.equal(own, net[2].weight.t())
    run(net).backward()
    assert net[2].weight.grad.shape == (5, 3)
    assert not taut.equal(own.grad, net[2].weight.grad.t())


def test_only_a_part_of_the_net():
    """The transposed name alone, outside of the net: trained, copied and converted like any other."""
    net, _ = autoencoder()
    head = net[2]
    assert [name for name, _ in head.named_parameters()] == ["weight", "bias"]
    optimizer = taut.optim.SGD(head.parameters(), lr=0.1)
    head(taut.ones(1, 3)).sum().backward()
    before = net[0].weight.detach().clone()
    optimizer.step()
    assert not taut.equal(net[0].weight, before)
    assert taut.equal(net[0].weight, head.weight.t())
    alone = copy.deepcopy(head)
    alone.double()
    alone(taut.ones(1, 3, dtype=taut.float64)).sum().backward()
    assert alone.weight.grad.shape == (5, 3)
    assert net[0].weight.dtype == taut.float32


def test_it_ends_with_its_last_name():
    net = autoencoder()[0]
    ended = weakref.ref(net[0].weight), weakref.ref(net[2].weight)
    run(net).backward()
    del net
    gc.collect()
    assert [ref() for ref in ended] == [None, None]


def test_what_does_not_fit():
    net = nn.Sequential(nn.Linear(3, 5), nn.Linear(3, 5), nn.Linear(5, 3), nn.Conv1d(3, 5, 1))
    with pytest.raises(ValueError, match=r"transposed, got '0.weight' \(5, 3\)"):
        taut.tie(net, "0.weight", "1.weight", transpose=True)
    with pytest.raises(ValueError, match="transpose=True ties a matrix to its transpose"):
        taut.tie(net, "0.weight", "2.weight")
    with pytest.raises(ValueError, match="transpose=True is for matrices"):
        taut.tie(net, "3.weight", "3.bias", transpose=True)
    with pytest.raises(ValueError, match="init must be '0.weight' or '2.weight'"):
        taut.tie(net, "0.weight", "2.weight", transpose=True, init="1.weight")
    taut.tie(net, "0.weight", "2.weight", transpose=True)
    with pytest.raises(ValueError, match="one parameter already, not transposed"):
        square = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        taut.tie(square, "0.weight", "1.weight")
        taut.tie(square, "0.weight", "1.weight", transpose=True)
    with pytest.raises(ValueError, match="'1.weight' has no shape yet, and the other has"):
        taut.tie(
            nn.Sequential(nn.Linear(2, 2), nn.LazyLinear(2)), "0.weight", "1.weight", transpose=True
        )
    with pytest.raises(
        AssertionError, match=r"taut.tie\(net, '0.weight', '1.weight', transpose=True"
    ):
        taut.assert_tied(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2)), "0.weight", "1.weight")


def test_a_storage_tie_does_not_part_silently():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3))
    net[2].weight.data = net[1].weight.data
    with pytest.raises(ValueError, match="'1.weight' shares its memory with '2.weight'"):
        taut.tie(net, "0.weight", "1.weight")
    taut.tie(net, "1.weight", "2.weight")
    assert taut.tie(net, "0.weight", "1.weight").names == ("0.weight", "1.weight", "2.weight")


def test_the_second_name_gets_its_shape_first():
    net = nn.Sequential(nn.LazyLinear(3), nn.LazyLinear(4))
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    assert "# tied to (0), transposed" in repr(net)
    net[1](taut.ones(1, 3))
    assert net[0].weight.shape == (3, 4)
    assert type(net[0].weight) is nn.Parameter
    net(taut.ones(1, 4)).sum().backward()
    assert net[1].weight.grad.shape == (4, 3)


@pytest.mark.parametrize("assign", [False, True])
def test_loading_into_lazy_modules(assign):
    net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 4))
    taut.tie(net, "0.weight", "1.weight", transpose=True)
    for left_out in ("0.weight", "1.weight"):
        lazy = nn.Sequential(nn.LazyLinear(3), nn.LazyLinear(4)).double().float()
        taut.tie(lazy, "0.weight", "1.weight", transpose=True)
        state = {k: v for k, v in net.state_dict().items() if k != left_out}
        report = lazy.load_state_dict(state, assign=assign)
        assert report.via_alias == [left_out]
        assert taut.equal(lazy[1].weight, net[1].weight)
        assert lazy[1].weight._owner is lazy[0].weight
        assert taut.equal(lazy(taut.ones(1, 4)), net(taut.ones(1, 4)))


# -- files ---------------------------------------------------------------------------------------


def _file(obj):
    file = io.BytesIO()
    taut.save(obj, file)
    file.seek(0)
    return file


def test_parameters_themselves_in_a_file():
    """PyTorch reads two Parameters over one memory, taut the tie."""
    net, tie = autoencoder()
    tie.scale({"0": 2.0})
    file = _file(net.state_dict(keep_vars=True))
    found = taut.load(file)
    assert found["0.weight"]._owner is found["2.weight"]._owner
    assert taut.equal(found["0.weight"], found["2.weight"].t())
    found["2.weight"].sum().backward()
    assert taut.equal(found["0.weight"].grad, taut.ones(3, 5))
    file.seek(0)
    theirs = torch.load(file, weights_only=True)
    assert theirs["0.weight"].data_ptr() == theirs["2.weight"].data_ptr()


@pytest.mark.parametrize(
    "alias",
    [
        "not a tuple",
        (1, 2),
        (taut.zeros(5, 3), True, 1.0),
        (nn.Parameter(taut.zeros(5, 3)), 1, 1.0),
        (nn.Parameter(taut.zeros(5, 3)), True, 1),
        (nn.Parameter(taut.zeros(3, 5)), True, 1.0),
        (nn.Parameter(taut.zeros(3, 5, 1)), True, 1.0),
    ],
    ids=repr,
)
def test_a_file_with_a_tie_that_cannot_be(alias):
    parameter = nn.Parameter(taut.zeros(3, 5))
    parameter._taut_tie = alias
    with pytest.raises(pickle.UnpicklingError, match="tie"):
        taut.load(_file(parameter))


class Marked(taut.Tensor):
    """A user's class of tensors."""


def test_a_parameter_of_a_subclass():
    net = nn.ParameterList([nn.Parameter(taut.rand(2, 3).as_subclass(Marked)), taut.rand(3, 2)])
    taut.tie(net, "0", "1", transpose=True)
    for made in (net, copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert type(made[1]) is Marked
        assert isinstance(made[1], nn.Parameter)
        assert made[1]._owner is made[0]


def test_zeroing_a_differentiable_gradient():
    net, _ = autoencoder()
    head = net[2]
    run(net).backward(create_graph=True)
    head.zero_grad(set_to_none=False)
    assert not net[0].weight.grad.any()
    assert not net[0].weight.grad.requires_grad


# -- any ties ------------------------------------------------------------------------------------


def knotted(seed):
    """Six layers with ties drawn at random, some of them transposed, some modules at two places."""
    draw = random.Random(seed)
    layers = [nn.Linear(3, 3) for _ in range(6)]
    layers[draw.randrange(6)] = layers[draw.randrange(6)]
    net = nn.Sequential(*layers)
    names = [f"{i}.weight" for i in range(6)]
    for _ in range(draw.randrange(1, 6)):
        a, b = draw.sample(names, 2)
        transpose = draw.random() < 0.5
        one, other = net.get_parameter(a), net.get_parameter(b)
        if one._owner is not other._owner:
            taut.tie(net, a, b, transpose=transpose)
            assert taut.equal(one.t() if transpose else one, net.get_parameter(b))
    return net, names


@pytest.mark.parametrize("seed", range(40))
def test_ties_drawn_at_random(seed):
    taut.manual_seed(seed)
    net, names = knotted(seed)
    operation = random.Random(seed).choice(
        [
            lambda n: n,
            copy.deepcopy,
            lambda n: pickle.loads(pickle.dumps(n)),
            lambda n: taut.load(_file(n), weights_only=False),
            lambda n: n.double().float(),
            lambda n: n.load_state_dict(n.state_dict(), assign=True) and n,
        ]
    )
    listed = [(tie.names, tie.kind) for tie in taut.ties(net)]
    made = operation(net)
    assert [(tie.names, tie.kind) for tie in taut.ties(made)] == listed
    plain = nn.Sequential(*(nn.Linear(3, 3) for _ in range(6)))
    plain.load_state_dict({k: v.clone() for k, v in made.state_dict().items()})
    x = taut.rand(4, 3)
    made(x).square().sum().backward()
    plain(x).square().sum().backward()
    optimizer = taut.optim.SGD(made, lr=0.1)
    groups = {}
    for name in names:
        param = made.get_parameter(name)
        groups.setdefault(id(param._owner), []).append((param, plain.get_parameter(name)))
    for group in groups.values():
        owner = group[0][0]._owner
        terms = [mine.grad.t() if turned(p) else mine.grad for p, mine in group]
        total = sum(terms[1:], terms[0])
        for param, _ in group:
            assert taut.allclose(param.grad.t() if turned(param) else param.grad, total, atol=1e-4)
        assert sum(p is owner for p in optimizer.param_groups[0]["params"]) == 1
    optimizer.step()
    for group in groups.values():
        for param, _ in group:
            assert taut.equal(param.t() if turned(param) else param, param._owner)


def turned(param):
    """Whether a parameter stands for its owner transposed."""
    return param is not param._owner


def test_ends_with_the_interpreter():
    """The last alias goes while the interpreter ends, and with it the owner, whose object outlived
    its last name: the collector still sees that object. A sanitizer would tell."""
    program = (
        "import taut\n"
        "net = taut.nn.Sequential(taut.nn.Linear(5, 3), taut.nn.Linear(3, 5))\n"
        "tie = taut.tie(net, '0.weight', '1.weight', transpose=True)\n"
        "alias = net[1].weight\n"
        "del net, tie\n"
        "assert alias.shape == (5, 3)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")

"""What the matrix does to a net: ``f(net, kind)`` returns the net that is looked at afterwards."""

import copy
import io
import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np
import pytest
import torch

import taut
from kinds import INPUTS, loss, terms, values, weight
from taut import nn
from taut.nn import utils
from taut.nn.utils import parametrizations, parametrize, prune

# -- copies and files ----------------------------------------------------------------------------


def saved(obj, **options):
    file = io.BytesIO()
    taut.save(obj, file)
    file.seek(0)
    return taut.load(file, **options)


def through_torch(state):
    """A checkpoint that PyTorch read and wrote in between."""
    file, again = io.BytesIO(), io.BytesIO()
    taut.save(state, file)
    file.seek(0)
    torch.save(torch.load(file, weights_only=True), again)
    again.seek(0)
    return taut.load(again)


def mapped(net, kind):
    """A file whose own memory the other net's parameters are."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.pt")
        taut.save(net.state_dict(), path)
        return taut.load(path, mmap=True)


def through_npz(net, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.npz")
        taut.serialization.save_npz(net, path)
        return taut.serialization.load_npz(path)


def in_torchs_memory(net, kind):
    """What PyTorch's tensors over this memory give back."""
    return taut.from_torch(taut.to_torch(net))


def checkpointed(net, kind):
    """The backward through a forward that runs again."""
    expected = copy.deepcopy(net)
    loss(expected).backward()
    x = taut.linspace(-1, 1, 3 * INPUTS).reshape(3, INPUTS)
    taut.utils.checkpoint.checkpoint(net, x, use_reentrant=False).square().sum().backward()
    for name in kind.names:
        mine, theirs = (n.get_parameter(name).grad for n in (net, expected))
        assert taut.allclose(mine, theirs, atol=1e-5)
    return net


def stacked(net, kind):
    """One of several nets whose parameters stand in one tensor each."""
    parameters, buffers = taut.func.stack_module_state([kind.make(), net])
    values = {name: value[1] for name, value in (parameters | buffers).items()}
    x = taut.linspace(-1, 1, 3 * INPUTS).reshape(3, INPUTS)
    made = taut.func.functional_call(kind.make(), values, x)
    assert taut.allclose(made, net(x), atol=1e-6)
    given = sum(value.numel() for value in values.values())
    assert given == sum(p.numel() for p in net.parameters())
    return net


def through_safetensors(net, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.safetensors")
        taut.save_model(net, path)
        made = kind.make()
        assert taut.load_model(made, path) == ([], [])
    return made


def through_safetensors_and_torch(net, kind):
    """A file that PyTorch's functions read and wrote in between."""
    from safetensors import torch as theirs

    with tempfile.TemporaryDirectory() as folder:
        ours, again = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
        taut.save_model(net, ours)
        if kind.turned:  # their save_model refuses modules with transposed views
            texts = taut.serialization.safetensors.metadata(ours)
            theirs.save_file(theirs.load_file(ours), again, texts)
        else:
            model = kind.in_torch()
            theirs.load_model(model, ours)
            theirs.save_model(model, again)
        made = kind.make()
        assert taut.load_model(made, again) == ([], [])
    return made


def loaded(state, assign=False):
    """Loading into another net with the same ties."""

    def run(net, kind):
        other = kind.make()
        report = other.load_state_dict(state(net, kind), assign=assign)
        assert not report.missing_keys
        assert not report.unexpected_keys
        return other

    return run


def separate_values(net, kind):
    return {key: value.clone() for key, value in net.state_dict().items()}


def one_name_only(which):
    def state(net, kind):
        found = separate_values(net, kind)
        for tie in taut.ties(net):
            for i, name in enumerate(tie.names):
                if i != which:
                    del found[name]
        return found

    return state


def failing_half_way(net, kind):
    """A load that fails leaves the net as it was."""
    state = separate_values(net, kind)
    state["0.bias"] = taut.zeros(99)
    with pytest.raises(RuntimeError, match="size mismatch"):
        net.load_state_dict({key: value + 1 for key, value in state.items()})
    return net


_ANOTHER_PROCESS = """
import pickle, sys, taut
net, names = pickle.load(sys.stdin.buffer)
taut.assert_tied(net, *names)
pickle.dump(net, sys.stdout.buffer)
"""


def in_a_process(net, kind):
    sent = pickle.dumps((net, kind.names))
    run = subprocess.run(
        [sys.executable, "-c", _ANOTHER_PROCESS], input=sent, capture_output=True, check=True
    )
    return pickle.loads(run.stdout)


class _WithNet(taut.utils.data.Dataset):
    """A data set that carries a net to the workers."""

    def __init__(self, net, kind):
        self.net, self.kind = net, kind

    def __len__(self):
        return 2

    def __getitem__(self, index):
        taut.assert_tied(self.net, *self.kind.names)
        return self.net(taut.ones(INPUTS)).detach()


def data_workers(net, kind):
    loader = taut.utils.data.DataLoader(_WithNet(net, kind), batch_size=2, num_workers=1)
    (batch,) = loader
    assert taut.allclose(batch[0], net(taut.ones(INPUTS)))
    return net


# -- types and flags -----------------------------------------------------------------------------


def frozen_by_one_name(net, kind):
    first, second = (net.get_parameter(name) for name in kind.names)
    second.requires_grad_(False)
    assert not first.requires_grad
    loss(net).backward()
    assert first.grad is None
    assert second.grad is None
    first.requires_grad_(True)
    assert second.requires_grad
    net.zero_grad()
    return net


def zeroed(net, kind):
    loss(net).backward()
    net.zero_grad()
    assert all(net.get_parameter(name).grad is None for name in kind.names)
    loss(net).backward()
    net.zero_grad(set_to_none=False)
    assert all(not net.get_parameter(name).grad.any() for name in kind.names)
    return net


def data_edited(net, kind):
    first, second = (net.get_parameter(name) for name in kind.names)
    second.data = second.data.clone() * 2
    assert taut.equal(first, second.t() if kind.turned else second)
    return net


# -- other values --------------------------------------------------------------------------------


def averaged(**options):
    def run(net, kind):
        averaged = taut.optim.swa_utils.AveragedModel(net, **options)
        averaged.update_parameters(net)
        averaged.update_parameters(net)
        return averaged

    return run


def called_with_values(net, kind):
    """A value given under one name is used under both, and gets the gradient of both."""
    a, b = kind.names
    given = weight(net, a).detach().clone().requires_grad_()
    x = taut.linspace(-1, 1, 3 * INPUTS).reshape(3, INPUTS)
    taut.func.functional_call(net, {a: given}, x).square().sum().backward()
    first, second = terms(kind, values(net, kind))
    total = first + (second.t() if kind.turned else second)
    assert taut.allclose(given.grad, total, atol=1e-5)
    return net


def by_vector(net, kind):
    vector = utils.parameters_to_vector(net.parameters())
    utils.vector_to_parameters(vector * 2, net.parameters())
    return net


# -- optimisers ----------------------------------------------------------------------------------


def _every_name(net):
    return [p for _, p in net.named_parameters(remove_duplicate=False)]


def duplicates(net, kind):
    """Each parameter is stepped once, though the group lists it twice."""
    twice, by_hand = copy.deepcopy(net), copy.deepcopy(net)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        optimizer = taut.optim.SGD([*_every_name(twice), *twice.parameters()], lr=0.1)
    loss(twice).backward()
    optimizer.step()
    loss(by_hand).backward()
    with taut.no_grad():
        for p in by_hand.parameters():
            p -= 0.1 * p.grad
    for name in kind.names:
        assert taut.allclose(twice.get_parameter(name), by_hand.get_parameter(name))
    return net


def two_groups(net, kind):
    first, second = ((name, net.get_parameter(name)) for name in kind.names)
    with pytest.raises(ValueError, match=f"'{kind.names[0]}' is also '{kind.names[1]}'"):
        taut.optim.SGD([{"params": [first]}, {"params": [second]}], lr=0.1)
    return net


def clipped(net, kind):
    loss(net).backward()
    once = taut.stack([p.grad.norm() for p in net.parameters()]).norm()
    total = utils.clip_grad_norm_(_every_name(net), 0.5)
    assert taut.allclose(total, once)
    after = utils.get_total_norm([p.grad for p in net.parameters()])
    assert taut.allclose(after, taut.tensor(0.5), atol=1e-4)
    utils.clip_grad_value_(_every_name(net), 0.01)
    assert all(float(p.grad.abs().max()) <= 0.01 for p in net.parameters())
    net.zero_grad()
    return net


# -- walks ---------------------------------------------------------------------------------------


def listed(net, kind):
    every = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert set(kind.names) <= set(every)
    once = [name for name, _ in net.named_parameters()]
    assert kind.names[0] in once
    assert (kind.names[1] in once) == (not kind.one_gradient)
    assert set(net.state_dict()) == set(every)
    return net


def walked(net, kind):
    modules, children = list(net.modules()), list(net.children())
    assert len({id(m) for m in modules}) == len(modules)
    assert len({id(m) for m in children}) == len(children)
    paths = [path for path, _ in net.named_modules(remove_duplicate=False)]
    assert {name.rpartition(".")[0] for name in kind.names} <= set(paths)
    return net


def applied(net, kind):
    kept = separate_values(net, kind)
    net.apply(lambda m: nn.init.normal_(m.weight) if isinstance(m, nn.Linear) else None)
    first, second = (weight(net, name) for name in kind.names)
    assert taut.equal(first, second.t() if kind.turned else second)
    net.load_state_dict(kept)
    return net


def applied_once(net, kind):
    kept = separate_values(net, kind)
    drawn = []
    taut.manual_seed(1)
    with nn.init.once():
        net.apply(lambda m: drawn.append(nn.init.normal_(m.weight)) if hasattr(m, "weight") else 0)
    taut.manual_seed(1)
    first = next(m for m in net.modules() if hasattr(m, "weight"))
    assert taut.equal(first.weight, taut.empty(first.weight.shape).normal_())
    net.load_state_dict(kept)
    return net


# -- shapes and memory that come later -----------------------------------------------------------


def tied_while_lazy(net, kind):
    """Tied before the first input decides the shapes."""
    kept = separate_values(net, kind)
    if kind.letter == "M":
        shared = nn.LazyLinear(4)
        made = nn.Sequential(nn.LazyLinear(4), shared, nn.Tanh(), shared)
    else:
        rows = 3 if kind.letter == "T" else 4
        made = nn.Sequential(nn.LazyLinear(rows), nn.Tanh(), nn.LazyLinear(4))
        taut.tie(made, *kind.names, transpose=kind.turned)
        made = copy.deepcopy(pickle.loads(pickle.dumps(made)))
    assert taut.ties(made)[0].shape is None
    made(taut.zeros(1, INPUTS))
    made.load_state_dict(kept)
    return made


def skip_init(net, kind):
    kept = separate_values(net, kind)
    rows, columns = weight(net, kind.names[1]).shape
    fresh = utils.skip_init(nn.Linear, columns, rows)
    path = kind.names[1].rpartition(".")[0]
    made = kind.make()
    if kind.letter == "M":
        made.set_submodule(kind.names[0].rpartition(".")[0], fresh)
        made.set_submodule(path, fresh)
    else:
        made.set_submodule(path, fresh)
        if kind.letter == "S":
            fresh.weight.data = weight(made, kind.names[0]).data.t()
        else:
            taut.tie(made, *kind.names, transpose=kind.turned)
    made.load_state_dict(kept)
    return made


def to_empty(net, kind):
    kept = separate_values(net, kind)
    net.to_empty(device="cpu")
    net.load_state_dict(kept)
    return net


def made_on_meta(net, kind):
    """Ties made without memory hold when memory comes."""
    with taut.device("meta"):
        made = kind.make()
    taut.assert_tied(made, *kind.names)
    made.to_empty(device="cpu")
    made.load_state_dict(net.state_dict())
    return made


def assigned_on_meta(net, kind):
    with taut.device("meta"):
        made = kind.make()
    made.load_state_dict(saved(net.state_dict()), assign=True)
    return made


def to_meta_and_back(net, kind):
    kept = separate_values(net, kind)
    net.to("meta").to_empty(device="cpu")
    net.load_state_dict(kept)
    return net


# -- computed weights ----------------------------------------------------------------------------


class Doubled(nn.Module):
    """A parametrization."""

    def forward(self, weight):
        return 2 * weight

    def right_inverse(self, weight):
        return weight / 2


def parametrized(net, kind):
    return parametrize.register_parametrization(net, kind.names[0], Doubled())


def once_parametrized(net, kind):
    parametrized(net, kind)
    return parametrize.remove_parametrizations(net, kind.names[0])


def normed_copied_removed(net, kind):
    net = copy.deepcopy(parametrizations.weight_norm(net, kind.names[0]))
    return parametrize.remove_parametrizations(net, kind.names[0])


def once_normed(net, kind):
    parametrizations.weight_norm(net, kind.names[0])
    return parametrize.remove_parametrizations(net, kind.names[0])


def made_orthogonal(before, kind):
    q = nn.Linear(*before.shape[::-1], bias=False)
    q.weight.data.copy_(before)
    return parametrizations.orthogonal(q).weight.detach()


def divided(before, kind):
    return before / np.linalg.norm(before.numpy(), 2).item()


def spectral_normed(net, kind):
    return parametrizations.spectral_norm(net.eval(), kind.names[0])


def spectral_hook(net, kind):
    utils.spectral_norm(net, kind.names[0], n_power_iterations=50)
    net(taut.zeros(1, INPUTS))
    return net


def pruned(net, kind):
    prune.l1_unstructured(net, kind.names[0], amount=0.5)
    return net


def pruned_values(before, kind):
    limit = sorted(before.abs().reshape(-1).tolist())[before.numel() // 2]
    return taut.where(before.abs() < limit, taut.zeros_like(before), before)


def pruned_for_good(net, kind):
    return prune.remove(pruned(net, kind), kind.names[0])


def originals(*lasts):
    """Where the parameters of a parametrized weight stand, below the module."""
    return tuple(f"parametrizations.weight.{last}" for last in lasts)

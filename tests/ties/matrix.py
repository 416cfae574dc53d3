"""The table of what a tie survives: operations by kinds. docs/ties.md prints it, the tests run it.

An operation takes a net (and its kind) and returns the net that is looked at afterwards. A kind for
which an operation has no meaning stands in ``no`` with the reason.
"""

import copy
import dataclasses
import io
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable

import numpy as np
import pytest
import torch

import taut
from kinds import INPUTS, loss, terms, values, weight
from taut import nn
from taut.nn import utils
from taut.nn.utils import parametrizations, parametrize, prune

SEPARATE = "two Parameters: each has its own"


@dataclasses.dataclass(frozen=True)
class Operation:
    """A row.

    Attributes:
        name: as the documentation says it.
        run: ``run(net, kind)`` returns the net to look at.
        changes: how the values of the tied weight change, ``changes(before, kind)``.
        prefix: of the names in the net that ``run`` returns.
        trained: names, in the net that ``run`` returns, of what is trained instead of the weight
            when the weight is computed; None where the weight itself is.
        tolerance: of values and gradients, relative to 1.
        converts: the net has another type afterwards.
        no: letter -> why the cell does not apply.
    """

    name: str
    run: Callable
    changes: Callable | None = None
    prefix: str = ""
    trained: tuple[str, ...] | None = None
    tolerance: float = 1e-5
    converts: bool = False
    no: dict[str, str] = dataclasses.field(default_factory=dict)


# -- copies and files ----------------------------------------------------------------------------


def _saved(obj, **options):
    file = io.BytesIO()
    taut.save(obj, file)
    file.seek(0)
    return taut.load(file, **options)


def _through_torch(state):
    """A checkpoint that PyTorch read and wrote in between."""
    file, again = io.BytesIO(), io.BytesIO()
    taut.save(state, file)
    file.seek(0)
    torch.save(torch.load(file, weights_only=True), again)
    again.seek(0)
    return taut.load(again)


def _safetensors(net, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.safetensors")
        taut.save_model(net, path)
        made = kind.make()
        assert taut.load_model(made, path) == ([], [])
    return made


def _safetensors_through_torch(net, kind):
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


def _loaded(state, assign=False):
    """Loading into another net with the same ties."""

    def run(net, kind):
        other = kind.make()
        report = other.load_state_dict(state(net, kind), assign=assign)
        assert not report.missing_keys
        assert not report.unexpected_keys
        return other

    return run


def _apart(net, kind):
    return {key: value.clone() for key, value in net.state_dict().items()}


def _one_name(which):
    def state(net, kind):
        found = _apart(net, kind)
        for tie in taut.ties(net):
            for i, name in enumerate(tie.names):
                if i != which:
                    del found[name]
        return found

    return state


def _half_way(net, kind):
    """A load that fails leaves the net as it was."""
    state = _apart(net, kind)
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


def _in_a_process(net, kind):
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


def _data_workers(net, kind):
    loader = taut.utils.data.DataLoader(_WithNet(net, kind), batch_size=2, num_workers=1)
    (batch,) = loader
    assert taut.allclose(batch[0], net(taut.ones(INPUTS)))
    return net


# -- types and flags -----------------------------------------------------------------------------


def _frozen_by_one_name(net, kind):
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


def _zeroed(net, kind):
    loss(net).backward()
    net.zero_grad()
    assert all(net.get_parameter(name).grad is None for name in kind.names)
    loss(net).backward()
    net.zero_grad(set_to_none=False)
    assert all(not net.get_parameter(name).grad.any() for name in kind.names)
    return net


def _data_edited(net, kind):
    first, second = (net.get_parameter(name) for name in kind.names)
    second.data = second.data.clone() * 2
    assert taut.equal(first, second.t() if kind.turned else second)
    return net


# -- other values --------------------------------------------------------------------------------


def _averaged(**options):
    def run(net, kind):
        averaged = taut.optim.swa_utils.AveragedModel(net, **options)
        averaged.update_parameters(net)
        averaged.update_parameters(net)
        return averaged

    return run


def _functional(net, kind):
    """A value given under one name is used under both, and gets the gradient of both."""
    a, b = kind.names
    given = weight(net, a).detach().clone().requires_grad_()
    x = taut.linspace(-1, 1, 3 * INPUTS).reshape(3, INPUTS)
    taut.func.functional_call(net, {a: given}, x).square().sum().backward()
    first, second = terms(kind, values(net, kind))
    total = first + (second.t() if kind.turned else second)
    assert taut.allclose(given.grad, total, atol=1e-5)
    return net


def _by_vector(net, kind):
    vector = utils.parameters_to_vector(net.parameters())
    utils.vector_to_parameters(vector * 2, net.parameters())
    return net


# -- optimisers ----------------------------------------------------------------------------------


def _every_name(net):
    return [p for _, p in net.named_parameters(remove_duplicate=False)]


def _duplicates(net, kind):
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


def _two_groups(net, kind):
    first, second = ((name, net.get_parameter(name)) for name in kind.names)
    with pytest.raises(ValueError, match=f"'{kind.names[0]}' is also '{kind.names[1]}'"):
        taut.optim.SGD([{"params": [first]}, {"params": [second]}], lr=0.1)
    return net


def _clipped(net, kind):
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


def _listed(net, kind):
    every = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert set(kind.names) <= set(every)
    once = [name for name, _ in net.named_parameters()]
    assert kind.names[0] in once
    assert (kind.names[1] in once) == (not kind.one_gradient)
    assert set(net.state_dict()) == set(every)
    return net


def _walked(net, kind):
    modules, children = list(net.modules()), list(net.children())
    assert len({id(m) for m in modules}) == len(modules)
    assert len({id(m) for m in children}) == len(children)
    paths = [path for path, _ in net.named_modules(remove_duplicate=False)]
    assert {name.rpartition(".")[0] for name in kind.names} <= set(paths)
    return net


def _applied(net, kind):
    kept = _apart(net, kind)
    net.apply(lambda m: nn.init.normal_(m.weight) if isinstance(m, nn.Linear) else None)
    first, second = (weight(net, name) for name in kind.names)
    assert taut.equal(first, second.t() if kind.turned else second)
    net.load_state_dict(kept)
    return net


def _applied_once(net, kind):
    kept = _apart(net, kind)
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


def _lazy(net, kind):
    """Tied before the first input decides the shapes."""
    kept = _apart(net, kind)
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


def _skip_init(net, kind):
    kept = _apart(net, kind)
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


def _to_empty(net, kind):
    kept = _apart(net, kind)
    net.to_empty(device="cpu")
    net.load_state_dict(kept)
    return net


def _made_on_meta(net, kind):
    """Ties made without memory hold when memory comes."""
    with taut.device("meta"):
        made = kind.make()
    taut.assert_tied(made, *kind.names)
    made.to_empty(device="cpu")
    made.load_state_dict(net.state_dict())
    return made


def _assigned_on_meta(net, kind):
    with taut.device("meta"):
        made = kind.make()
    made.load_state_dict(_saved(net.state_dict()), assign=True)
    return made


def _to_meta_and_back(net, kind):
    kept = _apart(net, kind)
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


def _parametrized(net, kind):
    return parametrize.register_parametrization(net, kind.names[0], Doubled())


def _once_parametrized(net, kind):
    _parametrized(net, kind)
    return parametrize.remove_parametrizations(net, kind.names[0])


def _once_normed(net, kind):
    parametrizations.weight_norm(net, kind.names[0])
    return parametrize.remove_parametrizations(net, kind.names[0])


def _orthogonal(before, kind):
    q = nn.Linear(*before.shape[::-1], bias=False)
    q.weight.data.copy_(before)
    return parametrizations.orthogonal(q).weight.detach()


def _divided(before, kind):
    return before / np.linalg.norm(before.numpy(), 2).item()


def _spectral(net, kind):
    return parametrizations.spectral_norm(net.eval(), kind.names[0])


def _spectral_hook(net, kind):
    utils.spectral_norm(net, kind.names[0], n_power_iterations=50)
    net(taut.zeros(1, INPUTS))
    return net


def _pruned(net, kind):
    prune.l1_unstructured(net, kind.names[0], amount=0.5)
    return net


def _pruned_values(before, kind):
    limit = sorted(before.abs().reshape(-1).tolist())[before.numel() // 2]
    return taut.where(before.abs() < limit, taut.zeros_like(before), before)


def _pruned_for_good(net, kind):
    return prune.remove(_pruned(net, kind), kind.names[0])


def _original(*lasts):
    """Where the parameters of a parametrized weight stand, below the module."""
    return tuple(f"parametrizations.weight.{last}" for last in lasts)


OPERATIONS = [
    Operation("`copy.deepcopy`", lambda net, kind: copy.deepcopy(net)),
    Operation("`copy.copy`", lambda net, kind: copy.copy(net)),
    *(
        Operation(
            f"`pickle`, protocol {p}",
            lambda net, kind, p=p: pickle.loads(pickle.dumps(net, p)),
        )
        for p in (2, 4, 5)
    ),
    Operation("pickled to a process and back", _in_a_process),
    Operation("`DataLoader` workers", _data_workers),
    Operation(
        "`taut.save` and `taut.load` of the module",
        lambda net, kind: _saved(net, weights_only=False),
    ),
    Operation("`.pt` of the `state_dict`", _loaded(lambda net, kind: _saved(net.state_dict()))),
    Operation(
        "`.pt`, read and written by PyTorch",
        _loaded(lambda net, kind: _through_torch(net.state_dict())),
    ),
    Operation("`.safetensors` (`save_model`, `load_model`)", _safetensors),
    Operation("`.safetensors`, read and written by PyTorch", _safetensors_through_torch),
    Operation("`load_state_dict`", _loaded(lambda net, kind: net.state_dict())),
    Operation("`load_state_dict(assign=True)`", _loaded(_apart, assign=True)),
    Operation(
        "`load_state_dict(assign=True)` of a file",
        _loaded(lambda net, kind: _saved(net.state_dict()), assign=True),
    ),
    Operation("`load_state_dict` of an untied file", _loaded(_apart)),
    Operation("`load_state_dict` of the first name only", _loaded(_one_name(0))),
    Operation("`load_state_dict` of the second name only", _loaded(_one_name(1))),
    Operation(
        "`load_state_dict(assign=True)` of the second name only",
        _loaded(_one_name(1), assign=True),
    ),
    Operation("a `load_state_dict` that fails", _half_way),
    Operation("`.double()`", lambda net, kind: net.double(), converts=True),
    Operation("`.double().float()`", lambda net, kind: net.double().float()),
    Operation("`.to(dtype)`", lambda net, kind: net.to(taut.float64), converts=True),
    Operation(
        "`.data =`",
        _data_edited,
        changes=lambda before, kind: 2 * before,
        no={"S": "the other Parameter keeps the former memory, as in PyTorch"},
    ),
    Operation(
        "`requires_grad_` of the module",
        lambda net, kind: net.requires_grad_(False).requires_grad_(True),
    ),
    Operation("freezing by one name", _frozen_by_one_name, no={"S": SEPARATE + " flag"}),
    Operation("`zero_grad`", _zeroed),
    Operation("`train` and `eval`", lambda net, kind: net.eval().train()),
    Operation("SWA copy (`AveragedModel`)", _averaged(), prefix="module."),
    Operation(
        "EMA copy (`AveragedModel`)",
        _averaged(multi_avg_fn=taut.optim.swa_utils.get_ema_multi_avg_fn(0.9)),
        prefix="module.",
    ),
    Operation("`functional_call`", _functional, no={"S": SEPARATE + " value"}),
    Operation("`vector_to_parameters`", _by_vector, changes=lambda before, kind: 2 * before),
    Operation("an optimiser that lists it twice", _duplicates),
    Operation(
        "an optimiser with two groups", _two_groups, no={"S": SEPARATE + " group, as in PyTorch"}
    ),
    Operation("`clip_grad_norm_`, `clip_grad_value_`", _clipped),
    Operation("`named_parameters`", _listed),
    Operation("`modules`, `children`", _walked),
    Operation("`net.apply(init)`", _applied),
    Operation("`nn.init.once`", _applied_once),
    Operation(
        "lazy modules",
        _lazy,
        no={
            "S": "there is no memory to share before the first input",
        },
    ),
    Operation("`skip_init`", _skip_init),
    Operation("`to_empty`", _to_empty),
    Operation("made on the meta device, then `to_empty`", _made_on_meta),
    Operation("made on the meta device, then `load_state_dict(assign=True)`", _assigned_on_meta),
    Operation('`.to("meta")`, then `to_empty`', _to_meta_and_back),
    Operation(
        "`register_parametrization`",
        _parametrized,
        trained=_original("original"),
    ),
    Operation("`remove_parametrizations`", _once_parametrized),
    Operation(
        "`parametrizations.weight_norm`",
        lambda net, kind: parametrizations.weight_norm(net, kind.names[0]),
        trained=_original("original0", "original1"),
    ),
    Operation("`parametrizations.weight_norm`, removed", _once_normed),
    Operation(
        "`parametrizations.spectral_norm`",
        _spectral,
        changes=_divided,
        trained=_original("original"),
        tolerance=1e-2,
    ),
    Operation(
        "`utils.weight_norm`",
        lambda net, kind: utils.weight_norm(net, kind.names[0]),
        trained=("weight_g", "weight_v"),
    ),
    Operation(
        "`utils.weight_norm`, removed",
        lambda net, kind: utils.remove_weight_norm(
            utils.weight_norm(net, kind.names[0]), kind.names[0]
        ),
    ),
    Operation(
        "`utils.spectral_norm`",
        _spectral_hook,
        changes=_divided,
        trained=("weight_orig",),
        tolerance=1e-2,
    ),
    Operation(
        "`parametrizations.orthogonal`",
        lambda net, kind: parametrizations.orthogonal(net, kind.names[0]),
        changes=_orthogonal,
        trained=_original("original"),
        tolerance=1e-4,
    ),
    Operation("`prune`", _pruned, changes=_pruned_values, trained=("weight_orig",)),
    Operation("`prune.remove`", _pruned_for_good, changes=_pruned_values),
]


def markdown():
    """The table as docs/ties.md has it."""
    letters = ("M", "P", "T", "S")
    notes, lines = [], ["| survives | M | P | T | S |", "|---|---|---|---|---|"]
    for operation in OPERATIONS:
        cells = []
        for letter in letters:
            reason = operation.no.get(letter)
            if reason is None:
                cells.append("yes")
                continue
            if reason not in notes:
                notes.append(reason)
            cells.append(f"no ({notes.index(reason) + 1})")
        lines.append(f"| {operation.name} | {' | '.join(cells)} |")
    listed = [f"{i}. {note}." for i, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *listed, ""])

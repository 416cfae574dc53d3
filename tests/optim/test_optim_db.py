"""Every row of PyTorch's optim_db that a CPU can run."""

import copy

import numpy as np
import pytest
import torch
from torch.testing._internal.common_optimizers import (
    OptimizerErrorEnum,
    _get_optim_inputs_including_global_cliquey_kwargs,
    optim_db,
)

import taut

ROWS = {row.optim_cls.__name__: row for row in optim_db}
CASES = [
    (name, i) for name, row in ROWS.items() for i in range(len(row.optim_inputs_func(device="cpu")))
]


def ours(value, made=None):
    """A value of PyTorch's rows as taut's; what is one tensor stays one."""
    made = {} if made is None else made
    if isinstance(value, torch.Tensor):
        if value not in made:
            dtype = getattr(taut, str(value.dtype).split(".")[1])
            t = taut.tensor(value.to_dense().tolist(), dtype=dtype)
            t = t.to_sparse(value.sparse_dim()) if value.is_sparse else t
            made[value] = t.requires_grad_(value.requires_grad)
        return made[value]
    if isinstance(value, dict):
        return {key: ours(item, made) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(ours(item, made) for item in value)
    return value


def net(lib, dtype):
    layers = [lib.nn.Linear(4, 6), lib.nn.Tanh(), lib.nn.Linear(6, 3), lib.nn.Tanh()]
    lib.manual_seed(0)
    for layer in layers[::2]:
        layer.reset_parameters()
    return lib.nn.Sequential(*layers).to(getattr(lib, dtype))


def trained(lib, name, options, dtype, steps=6, reload=False, sparse=None):
    """The parameters and losses of a small network after some steps, and the optimiser.

    sparse: whether the optimiser gets sparse gradients; those that take no others do.
    """
    sparse = ROWS[name].only_supports_sparse_grads if sparse is None else sparse
    model = net(lib, dtype)
    matrices = [p for p in model.parameters() if p.dim() == 2 or name != "Muon"]
    optimizer = getattr(lib.optim, name)(matrices, **options)
    generator = lib.Generator().manual_seed(1)
    x = lib.randn(16, 4, generator=generator, dtype=getattr(lib, dtype))
    y = lib.randn(16, 3, generator=generator, dtype=getattr(lib, dtype))
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        if sparse:
            for p in model.parameters():
                p.grad = p.grad.to_sparse()
        losses.append(loss.item())
        return loss

    for _ in range(steps):
        optimizer.step(closure)
        if reload:
            saved = copy.deepcopy(optimizer.state_dict())
            optimizer = getattr(lib.optim, name)(matrices, **options)
            optimizer.load_state_dict(saved)
    return [np.array(p.tolist()) for p in model.parameters()], losses, optimizer


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name, index", CASES, ids=[f"{n}-{i}" for n, i in CASES])
def test_rule(name, index, dtype):
    options = ROWS[name].optim_inputs_func(device="cpu")[index].kwargs
    bound = 1e-12 if dtype == "float64" else 2e-5
    steps = 6
    if name == "Muon":
        bound = 2e-3  # its iterations run in bfloat16
    if name == "SparseAdam" and isinstance(options.get("lr"), torch.Tensor):
        bound = 2e-5  # the size of a step is rounded to the type of the rate
    if name == "LBFGS":  # a step has many iterations, which each multiply what rounding did
        bound, steps = (1e-8, 2) if dtype == "float64" else (1e-3, 1)
    expected, losses, _ = trained(torch, name, copy.deepcopy(options), dtype, steps)
    found, our_losses, _ = trained(taut, name, ours(options), dtype, steps)
    assert len(losses) == len(our_losses)
    np.testing.assert_allclose(our_losses, losses, rtol=bound, atol=bound)
    for theirs, mine in zip(expected, found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=bound, atol=bound)


def switched(name):
    """The options of a row with each of foreach, fused, capturable and differentiable."""
    inputs = _get_optim_inputs_including_global_cliquey_kwargs("cpu", torch.float32, ROWS[name])
    return [i.kwargs for i in inputs]


def ended(lib, name, options, sparse=None):
    """The parameters after some steps, or the exception."""
    steps = 1 if name == "LBFGS" else 3
    try:
        return trained(lib, name, options, "float32", steps, sparse=sparse)[0], None
    except Exception as error:  # noqa: BLE001 - its type is compared
        return None, error


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_every_switch(name):
    for options in switched(name):
        expected, refused = ended(torch, name, copy.deepcopy(options))
        found, error = ended(taut, name, ours(options))
        if refused is not None:  # a differentiable step on a leaf
            assert isinstance(error, type(refused)), (options, error, refused)
            continue
        assert error is None, options
        bound = 2e-3 if name in ("Muon", "LBFGS") else 2e-5
        for theirs, mine in zip(expected, found, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=bound, atol=bound, err_msg=str(options))


@pytest.mark.parametrize("name, index", CASES, ids=[f"{n}-{i}" for n, i in CASES])
def test_sparse_gradients(name, index):
    options = ROWS[name].optim_inputs_func(device="cpu")[index].kwargs
    expected, refused = ended(torch, name, copy.deepcopy(options), sparse=True)
    found, error = ended(taut, name, ours(options), sparse=True)
    if refused is not None:
        assert isinstance(error, type(refused)), (options, error, refused)
        return
    assert error is None, error
    bound = 1e-3 if name == "LBFGS" else 2e-5
    for theirs, mine in zip(expected, found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=bound, atol=bound)


@pytest.mark.parametrize("name", [n for n in ROWS if n not in ("LBFGS",)])
def test_state_is_pytorchs(name):
    """The same keys and shapes, so that checkpoints go both ways."""
    theirs = trained(torch, name, {}, "float32")[2].state_dict()
    mine = trained(taut, name, {}, "float32")[2].state_dict()
    assert theirs["state"].keys() == mine["state"].keys()
    for index, state in theirs["state"].items():
        assert {k: getattr(v, "shape", v) for k, v in state.items()} == {
            k: tuple(v.shape) if hasattr(v, "shape") else v for k, v in mine["state"][index].items()
        }
    assert theirs["param_groups"] == mine["param_groups"]


@pytest.mark.parametrize("name", ROWS)
def test_resumes_exactly(name):
    _, whole, _ = trained(taut, name, {}, "float32", steps=4)
    _, losses, _ = trained(taut, name, {}, "float32", steps=4, reload=True)
    assert losses == whole


def error_inputs(name):
    """The rows of errors, without those of complex types, which taut has not."""
    rows = ROWS[name].optim_error_inputs_func(device="cpu", dtype=torch.float32)
    return [row for row in rows if "complex" not in row.error_regex]


ERRORS = [(name, i) for name in ROWS for i in range(len(error_inputs(name)))]


@pytest.mark.parametrize("name, index", ERRORS, ids=[f"{n}-{i}" for n, i in ERRORS])
def test_errors(name, index):
    error = error_inputs(name)[index]
    given = error.optimizer_error_input
    assert error.error_on == OptimizerErrorEnum.CONSTRUCTION_ERROR
    expected = pytest.warns if issubclass(error.error_type, Warning) else pytest.raises
    with expected(error.error_type, match=error.error_regex):
        made = {}
        getattr(taut.optim, name)(ours(given.params, made), **ours(given.kwargs, made))


def test_another_line_search():
    w = taut.ones(2, requires_grad=True)
    optimizer = taut.optim.LBFGS([w], line_search_fn="golden")

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match="strong_wolfe"):
        optimizer.step(closure)


def rosenbrock(lib, **options):
    w = lib.tensor([-1.2, 1.0], dtype=lib.float64, requires_grad=True)
    optimizer = lib.optim.LBFGS([w], line_search_fn="strong_wolfe", **options)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = 100 * (w[1] - w[0] ** 2) ** 2 + (1 - w[0]) ** 2
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(4):
        optimizer.step(closure)
    return losses


@pytest.mark.parametrize(
    "options", [{}, {"history_size": 2}, {"lr": 0.01, "max_iter": 5}, {"max_iter": 1}]
)
def test_line_search_in_a_curved_valley(options):
    theirs, mine = rosenbrock(torch, **options), rosenbrock(taut, **options)
    assert len(theirs) == len(mine)
    np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-12)

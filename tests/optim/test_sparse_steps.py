"""Optimisers on sparse gradients, step by step against PyTorch's."""

import copy
import io

import numpy as np
import pytest
import torch

import taut

STEPS = [[2, 0, 2], [1], [5, 5, 5, 1], [], [0, 3]]
OPTIONS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.2},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "momentum": 0.5, "maximize": True},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.5},
        {"lr": 0.1, "initial_accumulator_value": 0.3, "eps": 1e-3},
        {"lr": 0.1, "maximize": True},
    ],
    "SparseAdam": [
        {},
        {"lr": 0.1},
        {"lr": 0.1, "betas": (0.5, 0.8), "eps": 1e-2},
        {"lr": 0.1, "maximize": True},
    ],
}
CASES = [(name, i) for name, rows in OPTIONS.items() for i in range(len(rows))]
REFUSE = "Adadelta Adafactor Adam AdamW Adamax ASGD Muon NAdam RAdam RMSprop Rprop".split()


def table(lib, dtype, rows=6, width=3):
    values = np.arange(float(rows * width)).reshape(rows, width) / 4 - 1
    return lib.tensor(values, dtype=getattr(lib, dtype)).requires_grad_()


def step(lib, optimizer, weight, rows, **options):
    optimizer.zero_grad()
    index = lib.tensor(rows, dtype=lib.int64)
    x = lib.nn.functional.embedding(index, weight, sparse=True, **options)
    loss = (x**2).sum() / 4 + x.sum()
    loss.backward()
    assert weight.grad.is_sparse
    optimizer.step()


def trained(lib, name, options, dtype, **embedding):
    weight = table(lib, dtype)
    optimizer = getattr(lib.optim, name)([weight], **options)
    for rows in STEPS:
        step(lib, optimizer, weight, rows, **embedding)
    return weight, optimizer


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("name, index", CASES)
def test_steps_are_pytorchs(name, index, dtype):
    options = OPTIONS[name][index]
    theirs, their_optimizer = trained(torch, name, options, dtype)
    ours, optimizer = trained(taut, name, options, dtype)
    bound = {"float32": 1e-6, "float64": 1e-13, "bfloat16": 4e-2}[dtype]
    np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=bound, atol=bound)
    kept = their_optimizer.state_dict()["state"].get(0, {})
    mine = optimizer.state_dict()["state"].get(0, {})
    assert kept.keys() == mine.keys()
    for key, value in kept.items():
        if not isinstance(value, torch.Tensor):
            assert mine[key] == value
            continue
        assert mine[key].is_sparse == value.is_sparse
        np.testing.assert_allclose(
            mine[key].to_dense().tolist(), value.to_dense().tolist(), rtol=bound, atol=bound
        )


@pytest.mark.parametrize("name", OPTIONS)
def test_padding_and_norms(name):
    options = {"padding_idx": 5, "max_norm": 1.5}
    results = []
    for lib in (torch, taut):
        weight = table(lib, "float64")
        optimizer = getattr(lib.optim, name)([weight], lr=0.1)
        for rows in STEPS:
            with lib.no_grad():
                lib.nn.functional.embedding(lib.tensor(rows, dtype=lib.int64), weight, **options)
            step(lib, optimizer, weight, rows, padding_idx=5)
        results.append(weight.tolist())
    np.testing.assert_allclose(results[1], results[0], rtol=1e-12)


def bag_run(lib, name, mode):
    layer = lib.nn.EmbeddingBag.from_pretrained(
        table(lib, "float64").detach(), freeze=False, mode=mode, sparse=True
    )
    optimizer = getattr(lib.optim, name)(layer.parameters(), lr=0.1)
    for rows in ([[2, 0, 2], [1, 1, 0]], [[5, 4, 3]]):
        optimizer.zero_grad()
        layer(lib.tensor(rows)).square().sum().backward()
        optimizer.step()
    return layer.weight.tolist()


@pytest.mark.parametrize("mode", ["sum", "mean"])
@pytest.mark.parametrize("name", OPTIONS)
def test_bags(name, mode):
    np.testing.assert_allclose(bag_run(taut, name, mode), bag_run(torch, name, mode), rtol=1e-12)


def tied_run(lib, name):
    weight = table(lib, "float64")
    optimizer = getattr(lib.optim, name)([weight], lr=0.01)
    for rows in ([2, 0, 2], [1, 4]):
        optimizer.zero_grad()
        h = lib.nn.functional.embedding(lib.tensor(rows), weight, sparse=True)
        lib.nn.functional.linear(h, weight).tanh().sum().backward()
        assert not weight.grad.is_sparse
        optimizer.step()
    return weight.tolist()


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adagrad"])
def test_a_tied_head_steps_as_pytorchs(name):
    np.testing.assert_allclose(tied_run(taut, name), tied_run(torch, name), rtol=1e-9)


@pytest.mark.parametrize("lib", [torch, taut])
@pytest.mark.parametrize("name", REFUSE)
def test_others_refuse(lib, name):
    weight = table(lib, "float32")
    weight.grad = lib.sparse_coo_tensor([[1]], lib.ones(1, 3), (6, 3))
    optimizer = getattr(lib.optim, name)([weight])
    before = weight.tolist()
    with pytest.raises(RuntimeError, match=f"^{name[:4]}.* does not support sparse gradients"):
        optimizer.step()
    assert weight.tolist() == before


@pytest.mark.parametrize("lib", [torch, taut])
def test_errors(lib):
    weight = table(lib, "float32")
    weight.grad = lib.sparse_coo_tensor([[1]], lib.ones(1, 3), (6, 3))
    with pytest.raises(RuntimeError, match="add\\(sparse, dense\\) is not supported"):
        lib.optim.SGD([weight], lr=0.1, weight_decay=0.1).step()
    with pytest.raises(RuntimeError, match="weight_decay option is not compatible with sparse"):
        lib.optim.Adagrad([weight], weight_decay=0.1).step()
    with pytest.raises(RuntimeError, match="does not support sparse grad"):
        lib.optim.SGD([weight], lr=0.1, fused=True).step()
    with pytest.raises(RuntimeError, match="does not support sparse grad"):
        lib.optim.Adagrad([weight], fused=True).step()
    weight.grad = lib.ones(6, 3)
    with pytest.raises(RuntimeError, match="SparseAdam does not support dense gradients"):
        lib.optim.SparseAdam([weight]).step()
    sparse = lib.eye(3).to_sparse().requires_grad_()
    with pytest.raises(ValueError, match=r"Sparse params at indices \[\[0, 0\]\]"):
        lib.optim.SparseAdam([sparse])
    for options in ({"lr": 0.0}, {"eps": 0.0}, {"betas": (1.0, 0.5)}, {"betas": (0.5, 1.5)}):
        with pytest.raises(ValueError, match="Invalid"):
            lib.optim.SparseAdam([weight], **options)
    assert list(lib.optim.SparseAdam([weight]).defaults) == ["lr", "betas", "eps", "maximize"]


def lbfgs_run(lib):
    weight = table(lib, "float64")
    optimizer = lib.optim.LBFGS([weight], max_iter=3)

    def closure():
        optimizer.zero_grad()
        x = lib.nn.functional.embedding(lib.tensor([1, 2, 1]), weight, sparse=True)
        loss = (x**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weight.tolist()


def test_lbfgs_takes_them():
    np.testing.assert_allclose(lbfgs_run(taut), lbfgs_run(torch), rtol=1e-9)


@pytest.mark.parametrize("writes, reads", [(torch, taut), (taut, torch), (taut, taut)])
def test_checkpoints_go_both_ways(writes, reads):
    weight, optimizer = trained(writes, "SparseAdam", {"lr": 0.1}, "float64")
    file = io.BytesIO()
    writes.save(optimizer.state_dict(), file)
    file.seek(0)
    again = reads.tensor(weight.tolist(), dtype=reads.float64).requires_grad_()
    resumed = reads.optim.SparseAdam([again], lr=0.5)
    resumed.load_state_dict(reads.load(file))
    step(writes, optimizer, weight, [2, 1])
    step(reads, resumed, again, [2, 1])
    np.testing.assert_allclose(again.tolist(), weight.tolist(), rtol=1e-13)


def test_momentum_resumes():
    weight, optimizer = trained(taut, "SGD", {"lr": 0.1, "momentum": 0.9}, "float64")
    again = weight.detach().clone().requires_grad_()
    resumed = taut.optim.SGD([again], lr=0.1, momentum=0.9)
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for w, o in ((weight, optimizer), (again, resumed)):
        step(taut, o, w, [2, 1])
    assert again.tolist() == weight.tolist()


@pytest.mark.parametrize("dims", [1, 2])
@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
def test_any_table(dims, layout):
    """A table of other strides, and gradients over more dimensions than one."""
    results = []
    for lib in (torch, taut):
        weight = table(lib, "float64")
        if layout == "transposed":
            weight = weight.detach().t().contiguous().t().requires_grad_()
        optimizer = lib.optim.SparseAdam([weight], lr=0.1)
        for _ in range(2):
            g = lib.zeros(6, 3, dtype=lib.float64)
            g[1:3] = 2.0
            weight.grad = g.to_sparse(dims)
            optimizer.step()
        results.append(weight.tolist())
    np.testing.assert_allclose(results[1], results[0], rtol=1e-13)


def test_a_wide_table_steps_in_pieces():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 3000, 4000)
    results = []
    for lib in (torch, taut):
        weight = lib.zeros(3000, 33, dtype=lib.float64).requires_grad_()
        optimizer = lib.optim.SparseAdam([weight], lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            x = lib.nn.functional.embedding(lib.tensor(rows), weight, sparse=True)
            ((x + 1) ** 2).sum().backward()
            optimizer.step()
        results.append(weight.detach().numpy())
    np.testing.assert_allclose(results[1], results[0], rtol=1e-10, atol=1e-12)


def test_rows_that_are_not_named_stay():
    weight, optimizer = trained(taut, "SparseAdam", {"lr": 0.1}, "float64")
    assert weight[4].tolist() == table(taut, "float64")[4].tolist()
    moments = copy.deepcopy(optimizer.state[weight])
    step(taut, optimizer, weight, [2])
    assert optimizer.state[weight]["exp_avg"][0].tolist() == moments["exp_avg"][0].tolist()
    assert optimizer.state[weight]["step"] == moments["step"] + 1


def test_the_version_counts_a_step():
    weight, optimizer = trained(taut, "SparseAdam", {"lr": 0.1}, "float64")
    x = taut.nn.functional.linear(weight, weight.detach())
    step(taut, optimizer, weight, [2])
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        x.sum().backward()

"""Averaged models, their functions, batch norm statistics and SWALR; against torch."""

import copy

import pytest

import taut
from taut.optim import swa_utils
from twin import check


def functions(utils, kind):
    if kind == "mean":
        return {}
    if kind.startswith("multi"):
        made = utils.get_ema_multi_avg_fn(0.9) if "ema" in kind else utils.get_swa_multi_avg_fn()
        return {"multi_avg_fn": made}
    return {"avg_fn": utils.get_ema_avg_fn(0.9) if "ema" in kind else utils.get_swa_avg_fn()}


KINDS = ["mean", "ema", "swa", "multi ema", "multi swa"]
# PyTorch's mean over several tensors cannot average the integer buffer of a batch norm.
BUFFERS = [kind for kind in KINDS if kind not in ("mean", "multi swa")]


@pytest.mark.parametrize(
    ("kind", "use_buffers"), [(k, False) for k in KINDS] + [(k, True) for k in BUFFERS]
)
def test_averages(kind, use_buffers):
    def program(lib):
        utils = lib.optim.swa_utils
        net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(3), lib.nn.Linear(3, 1))
        average = utils.AveragedModel(net, use_buffers=use_buffers, **functions(utils, kind))
        optimizer = lib.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(4):
            net(lib.rand(5, 2)).sum().backward()
            optimizer.step()
            average.update_parameters(net)
        utils.update_bn([lib.rand(5, 2), (lib.rand(5, 2), 1)], average)
        return average.state_dict(), average(lib.ones(3, 2)), average.n_averaged

    check(program)


@pytest.mark.parametrize("kind", ["parameter", "storage", "transposed"])
def test_a_tie_is_averaged_once_and_stays(kind):
    def values(tie):
        taut.manual_seed(0)
        net = taut.nn.Sequential(taut.nn.Linear(3, 3), taut.nn.Linear(3, 3))
        if tie == "parameter":
            net[1].weight = net[0].weight
        elif tie == "storage":
            net[1].weight.data = net[0].weight.data
        elif tie == "transposed":
            net[1].weight = taut.nn.Parameter(net[0].weight.data.t())
        average = swa_utils.AveragedModel(net, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
        for _ in range(3):
            with taut.no_grad():
                net[0].weight.mul_(2.0)
            average.update_parameters(net)
        return average.module

    alone, tied = values(None), values(kind)
    taut.testing.assert_close(tied[0].weight, alone[0].weight)
    assert tied[0].weight._storage_id() == tied[1].weight._storage_id()


@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("epochs", [0, 3, 10])
@pytest.mark.parametrize("rates", [0.05, [0.05, 0.2]])
def test_swalr(strategy, epochs, rates):
    def program(lib):
        groups = [{"params": [lib.ones(1, requires_grad=True)], "lr": lr} for lr in (1.0, 0.5)]
        optimizer = lib.optim.SGD(groups, lr=0.1)
        other = lib.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        schedule = lib.optim.swa_utils.SWALR(optimizer, rates, epochs, strategy)
        seen = []
        for step in range(8):
            optimizer.step()
            (other if step < 2 else schedule).step()
            seen.append([group["lr"] for group in optimizer.param_groups])
        saved = copy.deepcopy(schedule.state_dict())
        fresh = lib.optim.swa_utils.SWALR(optimizer, 0.0, 5)
        fresh.load_state_dict(saved)
        fresh.step()
        return seen, fresh.get_last_lr(), saved["_anneal_strategy"], saved["anneal_epochs"]

    check(program)


def optimizer(lib):
    return lib.optim.SGD([lib.ones(1, requires_grad=True)], lr=0.1)


ERRORS = {
    "both": lambda lib, u: u.AveragedModel(
        lib.nn.Linear(1, 1), avg_fn=u.get_swa_avg_fn(), multi_avg_fn=u.get_swa_multi_avg_fn()
    ),
    "decay": lambda lib, u: u.get_ema_avg_fn(1.1),
    "decay below": lambda lib, u: u.get_ema_multi_avg_fn(-0.1),
    "strategy": lambda lib, u: u.SWALR(optimizer(lib), 0.1, anneal_strategy="sine"),
    "epochs": lambda lib, u: u.SWALR(optimizer(lib), 0.1, anneal_epochs=-1),
    "fraction": lambda lib, u: u.SWALR(optimizer(lib), 0.1, anneal_epochs=1.5),
    "rates": lambda lib, u: u.SWALR(optimizer(lib), [0.1, 0.2]),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    check(lambda lib: ERRORS[name](lib, lib.optim.swa_utils))


def test_the_functions_on_integers():
    def program(lib):
        u = lib.optim.swa_utils
        average, value = lib.tensor([4]), lib.tensor([10])
        u.get_ema_multi_avg_fn(0.5)([average], [value], 1)
        return average

    check(program)

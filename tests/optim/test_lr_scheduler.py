"""The schedules: a hundred steps, equal to PyTorch's to the last bit."""

import copy
import warnings

import pytest
import torch

import taut

STEPS = 100


class Decay:
    """A callable object, whose attributes belong to a checkpoint."""

    def __init__(self, rate):
        self.rate = rate

    def __call__(self, step):
        return self.rate**step


def rows():
    """(id, options of the optimiser, function from (lib.optim.lr_scheduler, optimizer))"""
    yield "lambda", {}, lambda s, o: s.LambdaLR(o, lambda t: 0.95**t)
    yield "lambdas", {}, lambda s, o: s.LambdaLR(o, [Decay(0.9), lambda t: t // 30])
    yield "multiplicative", {}, lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95)
    yield "step", {}, lambda s, o: s.StepLR(o, 30)
    yield "step of one", {}, lambda s, o: s.StepLR(o, 1, gamma=0.97)
    yield "multi step", {}, lambda s, o: s.MultiStepLR(o, [30, 80, 80, 7], gamma=0.3)
    yield "constant", {}, lambda s, o: s.ConstantLR(o)
    yield "constant long", {}, lambda s, o: s.ConstantLR(o, factor=0.7, total_iters=40)
    yield "linear", {}, lambda s, o: s.LinearLR(o)
    yield "linear down", {}, lambda s, o: s.LinearLR(o, 0.9, 0.1, total_iters=70)
    yield "exponential", {}, lambda s, o: s.ExponentialLR(o, 0.93)
    yield "polynomial", {}, lambda s, o: s.PolynomialLR(o)
    yield "polynomial of 2", {}, lambda s, o: s.PolynomialLR(o, total_iters=60, power=2.3)
    yield "cosine", {}, lambda s, o: s.CosineAnnealingLR(o, 100)
    yield "cosine waves", {}, lambda s, o: s.CosineAnnealingLR(o, 13, eta_min=0.01)
    yield "restarts", {}, lambda s, o: s.CosineAnnealingWarmRestarts(o, 10)
    yield "longer restarts", {}, lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.001)
    yield "one cycle", {}, lambda s, o: s.OneCycleLR(o, 0.3, total_steps=STEPS + 1)
    yield (
        "one cycle linear",
        {"betas": 1},
        lambda s, o: s.OneCycleLR(
            o, [0.3, 0.2], epochs=10, steps_per_epoch=11, anneal_strategy="linear", pct_start=0.4
        ),
    )
    yield (
        "one cycle three phases",
        {},
        lambda s, o: s.OneCycleLR(
            o, 0.3, STEPS + 1, three_phase=True, div_factor=10, final_div_factor=100.0
        ),
    )
    yield (
        "one cycle still momentum",
        {},
        lambda s, o: s.OneCycleLR(o, 0.3, STEPS + 1, cycle_momentum=False),
    )
    yield "cyclic", {}, lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=7)
    yield (
        "cyclic halving",
        {"betas": 1},
        lambda s, o: s.CyclicLR(o, 0.01, [0.1, 0.2], 7, 11, mode="triangular2"),
    )
    yield (
        "cyclic exponential",
        {},
        lambda s, o: s.CyclicLR(
            o, [0.01, 0.02], 0.1, 9, mode="exp_range", gamma=0.99, base_momentum=0.7
        ),
    )
    yield (
        "cyclic own scale",
        {},
        lambda s, o: s.CyclicLR(o, 0.01, 0.1, 9, scale_fn=lambda x: 1 / (5**x), scale_mode="cycle"),
    )
    yield (
        "cyclic still momentum",
        {},
        lambda s, o: s.CyclicLR(
            o, 0.01, 0.1, 9, scale_fn=Decay(0.9), scale_mode="iterations", cycle_momentum=False
        ),
    )
    yield (
        "sequential",
        {},
        lambda s, o: s.SequentialLR(
            o,
            [
                s.ConstantLR(o, 0.1, 10),
                s.LinearLR(o, 0.5, 1.0, 10),
                s.CosineAnnealingLR(o, 60, 0.01),
            ],
            [15, 30],
        ),
    )
    yield (
        "sequential of sequential",
        {},
        lambda s, o: s.SequentialLR(
            o,
            [
                s.SequentialLR(o, [s.StepLR(o, 9), s.ExponentialLR(o, 0.9)], [15]),
                s.LinearLR(o, 0.3),
            ],
            [40],
        ),
    )
    yield (
        "chained",
        {},
        lambda s, o: s.ChainedScheduler(
            [s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.97), s.CosineAnnealingLR(o, 50)]
        ),
    )


ROWS = {name: (options, make) for name, options, make in rows()}
SAVED = [name for name in ROWS if not name.startswith("sequential of")]


def make_optimizer(lib, betas=None, lr=(0.1, 0.05)):
    params = [lib.zeros(1, requires_grad=True) for _ in range(2)]
    groups = [{"params": [p], "lr": rate} for p, rate in zip(params, lr)]
    if betas:
        return lib.optim.Adam(groups)
    return lib.optim.SGD(groups, lr=0.1, momentum=0.9)


def rates(optimizer):
    keys = ("lr", "momentum", "betas", "initial_lr")
    return [[group.get(key) for key in keys] for group in optimizer.param_groups]


def run(optimizer, scheduler, steps=STEPS):
    history = [(rates(optimizer), scheduler.get_last_lr())]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        history.append(
            (rates(optimizer), scheduler.get_last_lr(), scheduler.last_epoch)
            if hasattr(scheduler, "last_epoch")
            else (rates(optimizer),)
        )
    return history


# A schedule that sets back its parts steps some of them before the optimizer does.
@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("name", ROWS)
def test_values(name):
    options, make = ROWS[name]
    histories = []
    for lib in (taut, torch):
        optimizer = make_optimizer(lib, **options)
        histories.append(run(optimizer, make(lib.optim.lr_scheduler, optimizer)))
    assert histories[0] == histories[1]


def states_of(scheduler):
    """The state, with the scheduler's private notes left out."""
    state = scheduler.state_dict()
    if "_schedulers" in state:
        state["_schedulers"] = [states_of(s) for s in scheduler._schedulers]
    return state


@pytest.mark.parametrize("name", SAVED)
def test_checkpoint(name):
    options, make = ROWS[name]
    ours, theirs = make_optimizer(taut, **options), make_optimizer(torch, **options)
    scheduler = make(taut.optim.lr_scheduler, ours)
    reference = make(torch.optim.lr_scheduler, theirs)
    run(ours, scheduler, 25)
    run(theirs, reference, 25)
    assert states_of(scheduler) == states_of(reference)

    resumed_optimizer = make_optimizer(taut, **options)
    resumed = make(taut.optim.lr_scheduler, resumed_optimizer)
    # PyTorch's own checkpoint continues here.
    resumed.load_state_dict(copy.deepcopy(reference.state_dict()))
    resumed_optimizer.load_state_dict(ours.state_dict())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert run(resumed_optimizer, resumed, 50) == run(ours, scheduler, 50)


@pytest.mark.parametrize(
    "name", [n for n in ROWS if not n.startswith(("sequential", "chained", "multiplicative"))]
)
def test_resume_from_last_epoch(name):
    options, make = ROWS[name]
    histories = []
    for lib in (taut, torch):
        optimizer = make_optimizer(lib, **options)
        run(optimizer, make(lib.optim.lr_scheduler, optimizer), 10)
        schedulers = lib.optim.lr_scheduler

        class Resumed:
            def __getattr__(self, cls, schedulers=schedulers):
                return lambda *a, **k: getattr(schedulers, cls)(*a, **k, last_epoch=10)

        histories.append(run(optimizer, make(Resumed(), optimizer), 40))
    assert histories[0] == histories[1]


@pytest.mark.parametrize(
    "name",
    [
        "step",
        "multi step",
        "constant",
        "linear",
        "exponential",
        "polynomial",
        "cosine",
        "lambda",
        "longer restarts",
        "restarts",
    ],
)
def test_step_to_an_epoch(name):
    options, make = ROWS[name]
    histories = []
    for lib in (taut, torch):
        optimizer = make_optimizer(lib, **options)
        scheduler = make(lib.optim.lr_scheduler, optimizer)
        history = []
        for epoch in (1, 4, 2, 50, 3, 99):
            optimizer.step()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scheduler.step(epoch)
            history.append(rates(optimizer))
        histories.append(history)
    assert histories[0] == histories[1]


def test_fractional_epochs_of_warm_restarts():
    histories = []
    for lib in (taut, torch):
        optimizer = make_optimizer(lib)
        scheduler = lib.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2, 3)
        history = []
        for epoch in [0.0, 0.5, 1.25, 2.0, 7.9, 8.0, 30.125, 3.0]:
            scheduler.step(epoch)
            history.append((rates(optimizer), scheduler.last_epoch))
        with pytest.raises(ValueError, match="non-negative"):
            scheduler.step(-1)
        histories.append(history)
    assert histories[0] == histories[1]


def test_lr_tensor_is_filled_and_never_shared():
    for lib in (taut, torch):
        lr = lib.tensor(0.5)
        optimizer = lib.optim.SGD([lib.zeros(1, requires_grad=True)], lr=lr)
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
        first = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        assert optimizer.param_groups[0]["lr"] is lr
        assert lr.item() == 0.25
        assert first.item() == 0.5
        assert scheduler.base_lrs[0].item() == 0.5


PLATEAUS = [
    {},
    {"mode": "max", "patience": 2},
    {"patience": 1, "threshold_mode": "abs", "threshold": 0.05},
    {"mode": "max", "patience": 1, "threshold_mode": "abs", "threshold": 0.05},
    {"patience": 0, "cooldown": 3, "factor": 0.5, "min_lr": 0.01},
    {"patience": 0, "min_lr": [0.02, 0.001], "eps": 0.01},
]


@pytest.mark.parametrize("options", PLATEAUS)
def test_reduce_on_plateau(options):
    histories = []
    for lib in (taut, torch):
        optimizer = make_optimizer(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        history = []
        generator = torch.Generator().manual_seed(3)
        for t in range(STEPS):
            metric = (torch.rand((), generator=generator) * 0.1 + 1 / (1 + t)).item()
            scheduler.step(lib.tensor(metric) if t % 2 else metric)
            history.append((rates(optimizer), scheduler.get_last_lr(), scheduler.in_cooldown))
        state = scheduler.state_dict()
        histories.append((history, state))
        again = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        again.load_state_dict(state)
        assert again.state_dict() == state
    assert histories[0] == histories[1]


def test_plateau_after_a_new_group():
    for lib in (taut, torch):
        optimizer = make_optimizer(lib)
        plateau = lib.optim.lr_scheduler.ReduceLROnPlateau
        one, several = plateau(optimizer, patience=0), plateau(optimizer, patience=0, min_lr=[0, 0])
        optimizer.add_param_group({"params": [lib.zeros(1, requires_grad=True)]})
        for _ in range(2):
            one.step(1.0)
        assert optimizer.param_groups[2]["lr"] == pytest.approx(0.01)
        several.step(1.0)
        with pytest.raises(RuntimeError, match="min_lrs"):
            several.step(1.0)


def bad_calls(lib):
    s, o = lib.optim.lr_scheduler, make_optimizer(lib)
    other = make_optimizer(lib)
    plain = lib.optim.SGD([lib.zeros(1, requires_grad=True)], lr=0.1)
    del plain.defaults["momentum"]
    yield lambda: s.StepLR(3, 1)
    yield lambda: s.OneCycleLR(3, 1.0, 10)
    yield lambda: s.CyclicLR(3, 1.0, 2.0)
    yield lambda: s.ReduceLROnPlateau(3)
    yield lambda: s.StepLR(make_optimizer(lib), 1, last_epoch=3)
    yield lambda: s.LambdaLR(o, [lambda t: t])
    yield lambda: s.MultiplicativeLR(o, [lambda t: t, 3])
    yield lambda: s.ConstantLR(o, factor=2)
    yield lambda: s.ConstantLR(o, factor=-1)
    yield lambda: s.LinearLR(o, start_factor=0)
    yield lambda: s.LinearLR(o, end_factor=2)
    yield lambda: s.CosineAnnealingWarmRestarts(o, 0)
    yield lambda: s.CosineAnnealingWarmRestarts(o, 2, 1.5)
    yield lambda: s.CosineAnnealingWarmRestarts(o, 2, 1, "0")
    yield lambda: s.OneCycleLR(o, 0.1)
    yield lambda: s.OneCycleLR(o, 0.1, total_steps=0)
    yield lambda: s.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=2)
    yield lambda: s.OneCycleLR(o, 0.1, epochs=2, steps_per_epoch=2.5)
    yield lambda: s.OneCycleLR(o, 0.1, 10, pct_start=1)
    yield lambda: s.OneCycleLR(o, 0.1, 10, pct_start=2.0)
    yield lambda: s.OneCycleLR(o, 0.1, 10, anneal_strategy="log")
    yield lambda: s.OneCycleLR(o, [0.1], 10)
    yield lambda: s.OneCycleLR(plain, 0.1, 10)
    yield lambda: s.CyclicLR(o, 0.1, 0.2, mode="round")
    yield lambda: s.CyclicLR(plain, 0.1, 0.2)
    yield lambda: s.CyclicLR(o, [0.1], 0.2)
    yield lambda: s.ReduceLROnPlateau(o, factor=1.0)
    yield lambda: s.ReduceLROnPlateau(o, mode="best")
    yield lambda: s.ReduceLROnPlateau(o, threshold_mode="best")
    yield lambda: s.ReduceLROnPlateau(o, min_lr=[0.1])
    yield lambda: s.SequentialLR(o, [], [])
    yield lambda: s.SequentialLR(o, [s.StepLR(o, 1)], [3])
    yield lambda: s.SequentialLR(o, [s.StepLR(other, 1)], [])
    yield lambda: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], [])
    yield lambda: s.SequentialLR(o, [3], [])
    yield lambda: s.ChainedScheduler([])
    yield lambda: s.ChainedScheduler([s.StepLR(o, 1), s.StepLR(other, 1)])
    yield lambda: s.ChainedScheduler([s.ReduceLROnPlateau(o)])
    yield lambda: s.LRScheduler(o)
    yield lambda: run(o, s.OneCycleLR(o, 0.1, 3))


@pytest.mark.parametrize("index", range(sum(1 for _ in bad_calls(torch))))
def test_errors_are_pytorchs(index):
    kinds = []
    for lib in (taut, torch):
        with pytest.raises(Exception) as caught:
            list(bad_calls(lib))[index]()
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def warnings_of(function):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    return [str(w.message) for w in caught]


def test_order_of_calls():
    for lib in (taut, torch):
        optimizer = make_optimizer(lib)
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        (message,) = warnings_of(scheduler.step)
        assert "before `optimizer.step()`" in message

        optimizer = make_optimizer(lib)
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        optimizer.step()
        assert warnings_of(scheduler.step) == []
        assert len(warnings_of(lambda: scheduler.step(5))) == 1
        assert "get_last_lr" in warnings_of(scheduler.get_lr)[0]

        optimizer = make_optimizer(lib)
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        optimizer.step = lambda: None
        (message,) = warnings_of(scheduler.step)
        assert "overridden" in message

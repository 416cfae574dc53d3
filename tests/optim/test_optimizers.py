"""The update rules, each against PyTorch running the same program."""

import copy
import itertools
import pickle
import warnings

import pytest
import torch

import taut

SHAPES = [(3, 4), (5,), (), (1, 7), (33,), (0,)]

SGD_OPTIONS = [
    {},
    {"weight_decay": 0.1},
    {"momentum": 0.9},
    {"momentum": 0.9, "dampening": 0.3},
    {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"momentum": 0.5, "maximize": True, "weight_decay": 0.2},
    {"foreach": True},
    {"fused": True, "momentum": 0.9},
    {"foreach": False, "fused": False},
]
ADAM_OPTIONS = [
    {},
    {"weight_decay": 0.1},
    {"amsgrad": True},
    {"maximize": True, "weight_decay": 0.1},
    {"betas": (0.5, 0.9), "eps": 1e-3},
    {"betas": (0.0, 0.0)},
    {"foreach": True},
    {"fused": True},
    {"amsgrad": True, "maximize": True, "weight_decay": 0.3},
]
RULES = (
    [("SGD", o) for o in SGD_OPTIONS]
    + [("Adam", o) for o in ADAM_OPTIONS]
    + [("AdamW", o) for o in ADAM_OPTIONS]
)


def make_params(lib, dtype="float32"):
    generator = torch.Generator().manual_seed(0)
    values = [torch.randn(shape, generator=generator).tolist() for shape in SHAPES]
    return [lib.tensor(v, dtype=getattr(lib, dtype), requires_grad=True) for v in values]


def set_grads(lib, params, step):
    for i, param in enumerate(params):
        generator = torch.Generator().manual_seed(100 * step + i)
        grad = torch.randn(param.shape, generator=generator).tolist()
        # The parameter in the middle gets a gradient in every other step only.
        param.grad = None if i == 1 and step % 2 else lib.tensor(grad, dtype=param.dtype)


def train(lib, optimizer, params, steps=range(5)):
    for step in steps:
        set_grads(lib, params, step)
        optimizer.step()


def flat(value):
    if isinstance(value, list):
        return [x for item in value for x in flat(item)]
    return [value]


def values(tensors):
    return flat([t.tolist() for t in tensors])


def plain(tree):
    """A state dict with lists in place of tensors."""
    if hasattr(tree, "tolist"):
        return tree.tolist()
    if isinstance(tree, dict):
        return {k: plain(v) for k, v in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [plain(v) for v in tree]
    return tree


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("rule", "options"), RULES)
def test_rule(rule, options, dtype):
    results, states = [], []
    for lib in (taut, torch):
        params = make_params(lib, dtype)
        optimizer = getattr(lib.optim, rule)(params, lr=0.05, **options)
        train(lib, optimizer, params)
        results.append(values(params))
        states.append(optimizer.state_dict())
    tolerance = 2e-6 if dtype == "float32" else 1e-14
    assert results[0] == pytest.approx(results[1], rel=tolerance, abs=tolerance)
    ours, theirs = map(plain, states)
    assert ours["param_groups"] == theirs["param_groups"]
    assert list(ours["state"]) == list(theirs["state"])
    for number, state in theirs["state"].items():
        assert list(ours["state"][number]) == list(state)
        for key, value in state.items():
            found = ours["state"][number][key]
            assert flat(found) == pytest.approx(flat(value), rel=tolerance, abs=tolerance)


def test_groups_have_their_own_options():
    results = []
    for lib in (taut, torch):
        params = make_params(lib)
        optimizer = lib.optim.SGD(
            [{"params": params[:2], "lr": 0.5}, {"params": params[2], "momentum": 0.9}], lr=0.1
        )
        optimizer.add_param_group({"params": iter(params[3:]), "weight_decay": 0.5})
        train(lib, optimizer, params)
        results.append((values(params), repr(optimizer), optimizer.state_dict()["param_groups"]))
    assert results[0][0] == pytest.approx(results[1][0], rel=2e-6)
    assert results[0][1:] == results[1][1:]


@pytest.mark.parametrize("rule", ["SGD", "Adam", "AdamW"])
def test_lr_tensor(rule):
    results = []
    for lib in (taut, torch):
        params = make_params(lib)
        optimizer = getattr(lib.optim, rule)(params, lr=lib.tensor(0.05))
        train(lib, optimizer, params)
        optimizer.param_groups[0]["lr"].fill_(0.01)
        train(lib, optimizer, params)
        results.append(values(params))
    assert results[0] == pytest.approx(results[1], rel=1e-5, abs=1e-6)


def test_betas_as_tensors():
    params = make_params(taut)
    betas = (taut.tensor(0.9), taut.tensor(0.99))
    train(taut, taut.optim.Adam(params, betas=betas), params)
    expected = make_params(taut)
    train(taut, taut.optim.Adam(expected, betas=(0.9, 0.99)), expected)
    assert values(params) == pytest.approx(values(expected), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(("rule", "options"), RULES)
def test_checkpoint_resumes_exactly(rule, options):
    params = make_params(taut)
    optimizer = getattr(taut.optim, rule)(params, lr=0.05, **options)
    train(taut, optimizer, params, range(3))
    copies = [p.detach().clone().requires_grad_() for p in params]
    resumed = getattr(taut.optim, rule)(copies, lr=123.0)
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    train(taut, optimizer, params, range(3, 6))
    train(taut, resumed, copies, range(3, 6))
    assert values(params) == values(copies)


def test_load_checkpoint_of_other_dtype():
    params = make_params(taut)
    optimizer = taut.optim.Adam(params)
    train(taut, optimizer, params)
    wide = taut.optim.Adam(make_params(taut, "float64"))
    wide.load_state_dict(optimizer.state_dict())
    state = next(iter(wide.state.values()))
    assert state["exp_avg"].dtype == taut.float64
    assert state["step"].dtype == taut.float32


def test_old_checkpoints_count_steps_in_numbers():
    params = make_params(taut)
    optimizer = taut.optim.Adam(params)
    train(taut, optimizer, params)
    state = optimizer.state_dict()
    for entry in state["state"].values():
        entry["step"] = int(entry["step"].item())
    optimizer.load_state_dict(state)
    train(taut, optimizer, params)
    assert next(iter(optimizer.state.values()))["step"].item() == 10


def test_pickle_and_deepcopy_keep_parameters_and_state_together():
    params = make_params(taut)
    optimizer = taut.optim.Adam(params, lr=0.01)
    train(taut, optimizer, params)
    for clone in (copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        new_params, new_optimizer = clone((params, optimizer))
        assert all(a is b for a, b in zip(new_params, new_optimizer.param_groups[0]["params"]))
        train(taut, new_optimizer, new_params)
        expected_params, expected = copy.deepcopy((params, optimizer))
        train(taut, expected, expected_params)
        assert values(new_params) == values(expected_params)


def test_named_parameters():
    for lib in (taut, torch):
        params = make_params(lib)
        names = [f"p{i}" for i in range(len(params))]
        optimizer = lib.optim.SGD(zip(names, params), lr=0.1)
        group = optimizer.state_dict()["param_groups"][0]
        assert group["param_names"] == names
        assert list(group)[-1] == "params"
        with pytest.raises(ValueError, match="with/without names"):
            optimizer.add_param_group({"params": [lib.zeros(1, requires_grad=True)]})


def test_duplicates_in_a_group_are_stepped_once():
    param = taut.ones(3, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        optimizer = taut.optim.SGD([param, param], lr=1.0)
    param.grad = taut.ones(3)
    optimizer.step()
    assert param.tolist() == [0.0, 0.0, 0.0]


def test_duplicates_across_groups_name_both_places():
    a, b = (taut.ones(2, requires_grad=True) for _ in range(2))
    optimizer = taut.optim.SGD([("enc.weight", a), ("enc.bias", b)], lr=1.0)
    with pytest.raises(ValueError, match="'enc.bias' is also 'dec.bias'"):
        optimizer.add_param_group({"params": [("dec.bias", b)]})
    with pytest.raises(ValueError, match=r"param_groups\[0\]\['params'\]\[1\] is also"):
        taut.optim.SGD([{"params": [a, b]}, {"params": [b]}], lr=1.0)
    assert len(optimizer.param_groups) == 1


def bad_constructions(lib):
    w = lib.ones(2, requires_grad=True)
    sgd, adam, adamw = lib.optim.SGD, lib.optim.Adam, lib.optim.AdamW
    yield lambda: sgd([], lr=0.1)
    yield lambda: sgd(w, lr=0.1)
    yield lambda: sgd([{"params": {w}}], lr=0.1)
    yield lambda: sgd([w, 3], lr=0.1)
    yield lambda: sgd([w * 2], lr=0.1)
    yield lambda: sgd([("w", w), lib.ones(1)], lr=0.1)
    yield lambda: sgd([w], lr=-0.1)
    yield lambda: sgd([w], lr=lib.ones(2))
    yield lambda: sgd([w], momentum=-1)
    yield lambda: sgd([w], weight_decay=-1)
    yield lambda: sgd([w], nesterov=True)
    yield lambda: sgd([w], nesterov=True, momentum=0.9, dampening=0.1)
    yield lambda: sgd([w], fused=True, foreach=True)
    yield lambda: sgd([w]).add_param_group([w])
    yield lambda: sgd([w]).add_param_group({"params": [w]})
    for rule in (adam, adamw):
        yield lambda rule=rule: rule([w], lr=-1.0)
        yield lambda rule=rule: rule([w], eps=-1.0)
        yield lambda rule=rule: rule([w], betas=(1.0, 0.9))
        yield lambda rule=rule: rule([w], betas=(0.9, -0.1))
        yield lambda rule=rule: rule([w], betas=(0.9, lib.tensor(0.9)))
        yield lambda rule=rule: rule([w], weight_decay=-1.0)
        yield lambda rule=rule: rule([w], lr=lib.ones(2))
        yield lambda rule=rule: rule([w], lr=lib.tensor(0.1), foreach=True)
        yield lambda rule=rule: rule([w], fused=True, foreach=True)


@pytest.mark.parametrize("index", range(sum(1 for _ in bad_constructions(torch))))
def test_errors_are_pytorchs(index):
    kinds = []
    for lib in (taut, torch):
        with pytest.raises(Exception) as caught:
            next(itertools.islice(bad_constructions(lib), index, None))()
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def test_differentiable_says_what_to_do():
    with pytest.raises(NotImplementedError, match="tensor operations"):
        taut.optim.SGD([taut.ones(1, requires_grad=True)], differentiable=True)


def bad_state_dicts(lib):
    params = make_params(lib)
    optimizer = lib.optim.SGD(params, lr=0.1)
    state = optimizer.state_dict()
    yield optimizer, {**state, "param_groups": state["param_groups"] * 2}
    shorter = {**state["param_groups"][0], "params": [0, 1]}
    yield optimizer, {**state, "param_groups": [shorter]}


def test_load_state_dict_errors():
    for lib in (taut, torch):
        for optimizer, state in bad_state_dicts(lib):
            with pytest.raises(ValueError, match="loaded state dict"):
                optimizer.load_state_dict(state)


def test_closure_is_called_once_with_gradients_on():
    for lib in (taut, torch):
        w = lib.ones(2, requires_grad=True)
        optimizer = lib.optim.SGD([w], lr=0.5)
        calls = []

        def closure():
            calls.append(1)
            optimizer.zero_grad()
            loss = (w * w).sum()
            loss.backward()
            return loss

        with lib.no_grad():
            loss = optimizer.step(closure)
        assert len(calls) == 1
        assert loss.item() == 2.0
        assert w.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("set_to_none", [True, False])
def test_zero_grad(set_to_none):
    w = taut.ones(2, requires_grad=True)
    unused = taut.ones(2, requires_grad=True)
    optimizer = taut.optim.SGD([w, unused], lr=0.5)
    (w * w).sum().backward(create_graph=not set_to_none)
    optimizer.zero_grad(set_to_none=set_to_none)
    assert unused.grad is None
    if set_to_none:
        assert w.grad is None
    else:
        assert w.grad.tolist() == [0.0, 0.0]
        assert not w.grad.requires_grad


def hooked_program(lib):
    log = []
    w = lib.ones(1, requires_grad=True)
    w.grad = lib.ones(1)
    optimizer = lib.optim.SGD([w], lr=0.5)
    module = getattr(lib.optim, "optimizer", None)
    if module is None:
        from torch.optim import optimizer as module
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("pre")),
        optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post")),
        module.register_optimizer_step_pre_hook(lambda *a: log.append("global pre")),
        module.register_optimizer_step_post_hook(lambda *a: log.append("global post")),
        optimizer.register_state_dict_pre_hook(lambda o: log.append("sd pre")),
        optimizer.register_state_dict_pre_hook(lambda o: log.append("sd pre 0"), prepend=True),
        optimizer.register_state_dict_post_hook(lambda o, d: {**d, "extra": 1}),
        optimizer.register_load_state_dict_pre_hook(lambda o, d: log.append(sorted(d))),
        optimizer.register_load_state_dict_post_hook(lambda o: log.append("loaded")),
    ]
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    for handle in handles:
        handle.remove()
    optimizer.step()
    return log


def test_hooks_run_in_pytorchs_order():
    assert hooked_program(taut) == hooked_program(torch)


def test_hooks_run_once_around_an_overridden_step():
    log = []

    class Louder(taut.optim.SGD):
        def step(self, closure=None):
            log.append("step")
            return super().step(closure)

    optimizer = Louder([taut.ones(1, requires_grad=True)], lr=0.5)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("pre"))
    optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post"))
    optimizer.step()
    assert log == ["pre", "step", "post"]


def test_pre_hook_may_replace_the_arguments():
    for lib in (taut, torch):
        w = lib.ones(1, requires_grad=True)
        optimizer = lib.optim.SGD([w], lr=0.5)
        optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), {}))
        assert optimizer.step() == 7
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
        with pytest.raises(RuntimeError):
            optimizer.step()


def test_user_optimizer():
    class Sign(taut.optim.Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, {"lr": lr})

        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    with taut.no_grad():
                        p.add_(p.grad.sign(), alpha=-group["lr"])

    w = taut.ones(2, requires_grad=True)
    optimizer = Sign([w])
    w.grad = taut.tensor([3.0, -3.0])
    optimizer.step()
    assert w.tolist() == pytest.approx([0.9, 1.1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        taut.optim.lr_scheduler.StepLR(optimizer, 1).step


def damaged(packed, where, value):
    packed = copy.deepcopy(packed)
    *path, last = where
    at = packed
    for key in path:
        at = at[key]
    at[last] = value
    return packed


@pytest.mark.parametrize(
    ("where", "value", "error", "message"),
    [
        (("state", 1, "step"), "x", ValueError, "could not convert"),
        (("state", 1), [], TypeError, "the state of parameter 1 must be a dict"),
        (("state",), None, TypeError, "'state' must be a dict"),
        (("param_groups",), {}, TypeError, "'param_groups' must be a list"),
        (("param_groups", 0), 3, TypeError, "group 0 must be a dict"),
        (
            ("param_groups", 0, "params"),
            3,
            TypeError,
            "'params' of group 0 must be a list or tuple",
        ),
        (("param_groups", 0, "params"), [[], 1], TypeError, "each of 'params' of group 0"),
        (("param_groups", 0, "params"), [0], ValueError, "doesn't match the size"),
        (("param_groups", 0, "param_names"), "ab", TypeError, "'param_names' of group 0"),
        (("param_groups", 0, "param_aliases"), [], TypeError, "'param_aliases' of group 0"),
    ],
)
def test_a_load_that_fails_changes_nothing(where, value, error, message):
    params = [taut.nn.Parameter(taut.ones(2)) for _ in range(2)]
    optimizer = taut.optim.Adam(params, lr=0.5)
    for p in params:
        p.grad = taut.ones(2)
    optimizer.step()
    before = dict(optimizer.__dict__)
    shown = repr(optimizer.state_dict())
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(damaged(optimizer.state_dict(), where, value))
    assert optimizer.__dict__ == before
    assert repr(optimizer.state_dict()) == shown


def test_a_hook_that_fails_after_loading_undoes_it():
    optimizer = taut.optim.SGD([taut.nn.Parameter(taut.ones(2))], lr=0.5)

    def refuse(optimizer):
        raise OverflowError("not this")

    optimizer.register_load_state_dict_post_hook(refuse)
    other = copy.deepcopy(optimizer.state_dict())
    other["param_groups"][0]["lr"] = 7.0
    with pytest.raises(OverflowError):
        optimizer.load_state_dict(other)
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_parameters_may_be_numbered_by_name():
    """PyTorch takes anything that can be a key for the number of a parameter."""
    for library in (taut, torch):
        p = library.nn.Parameter(library.ones(2))
        optimizer = library.optim.SGD([p], lr=0.5, momentum=0.9)
        groups = optimizer.state_dict()["param_groups"]
        groups[0]["params"] = ["w"]
        state = {"w": {"momentum_buffer": library.ones(2)}}
        optimizer.load_state_dict({"state": state, "param_groups": groups})
        assert optimizer.state[p]["momentum_buffer"].tolist() == [1, 1]

"""state_dict and load_state_dict against torch, and where taut promises more."""

import collections
import threading

import pytest

import taut
from taut import nn
from twin import check


def make(lib, **changes):
    """A net with a buffer, one that is not saved, and nesting."""

    class Block(lib.nn.Module):
        _version = 3

        def __init__(self):
            super().__init__()
            self.inner = lib.nn.Linear(2, 3)
            self.scale = lib.nn.Parameter(lib.ones(3))
            self.register_buffer("count", lib.zeros(()))
            self.register_buffer("scratch", lib.zeros(2), persistent=False)
            self.register_buffer("nothing", None)

    return lib.nn.Sequential(Block(), lib.nn.ReLU(), lib.nn.Linear(3, 1, bias=False))


def filled(lib, net, **changes):
    """A state_dict of other values, with entries replaced or (None) left out."""
    state = collections.OrderedDict((k, lib.ones_like(v) * 7) for k, v in net.state_dict().items())
    for key, value in changes.items():
        key = key.replace("__", ".")
        if value is None:
            del state[key]
        else:
            state[key] = value
    return state


# -- saving --------------------------------------------------------------------------------------


def test_contents():
    def program(lib):
        net = make(lib)
        state = net.state_dict()
        kept = net.state_dict(keep_vars=True)
        return (
            state,
            state._metadata,
            type(state),
            net.state_dict(prefix="net."),
            net.state_dict(prefix="net.")._metadata,
            kept["0.scale"] is net[0].scale,
            state["0.scale"] is net[0].scale,
        )

    check(program)


def test_it_shares_memory():
    def program(lib):
        net = make(lib)
        net.state_dict()["2.weight"].fill_(5)
        return net[2].weight

    check(program)


def test_destination():
    def program(lib):
        destination = collections.OrderedDict()
        returned = make(lib).state_dict(destination=destination, prefix="a.")
        return returned is destination, destination, hasattr(destination, "_metadata")

    check(program)


def test_extra_state():
    class Holder:
        def __init__(self, lib):
            class Counter(lib.nn.Module):
                seen = 4

                def get_extra_state(self):
                    return {"seen": self.seen}

                def set_extra_state(self, state):
                    self.seen = state["seen"]

            self.cls = Counter

    def program(lib):
        net = lib.nn.Sequential(Holder(lib).cls(), lib.nn.Linear(1, 1))
        state = net.state_dict()
        state["0._extra_state"] = {"seen": 9}
        report = net.load_state_dict(state)
        return list(state), net[0].seen, report

    check(program)

    def broken(lib, **changes):
        net = lib.nn.Sequential(Holder(lib).cls(), lib.nn.Linear(1, 1))
        state = net.state_dict()
        del state["0._extra_state"]
        state["1._extra_state"] = 3
        return net.load_state_dict(state)

    check(broken, words=True)


def test_hooks_of_saving():
    def program(lib):
        net = make(lib)
        seen = []
        net[0].register_state_dict_pre_hook(lambda m, prefix, keep: seen.append((prefix, keep)))
        net[0].register_state_dict_post_hook(lambda m, d, prefix, meta: d.pop(prefix + "scale"))
        handle = net.register_state_dict_post_hook(lambda m, d, *_: d.update(extra=lib.ones(1)))
        first = net.state_dict()
        handle.remove()
        return first, net.state_dict(prefix="p."), seen

    def returning(lib):
        net = make(lib)
        net.register_state_dict_post_hook(lambda *args: {})
        return net.state_dict()

    def private(lib):
        net = make(lib)
        net._register_state_dict_hook(lambda m, d, prefix, meta: {"only": d["0.scale"]})
        return net.state_dict()

    check(program, words=False)
    check(returning)
    check(private)


# -- loading -------------------------------------------------------------------------------------

STATES = {
    "all": {},
    "missing": {"0__scale": None, "2__weight": None},
    "buffer missing": {"0__count": None},
    "unexpected": {
        "x": 1,
        "0__y": 1,
        "7__weight": 1,
        "0__inner__deep__w": 1,
        "0__scratch": 1,
        "0__nothing": 1,
    },
    "both": {"0__scale": None, "x": 1},
    "shape": {"0__scale": (4,), "2__weight": (1, 2)},
    "everything": {"0__scale": (4,), "2__weight": None, "x": 1},
    "one element for a number": {"0__count": (1,)},
    "number for one element": {"0__scale": ()},
}


@pytest.mark.parametrize("assign", [False, True])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("case", STATES)
def test_load(case, strict, assign):
    def program(lib):
        changes = {
            k: None if v is None else lib.full((1,) if v == 1 else v, 5.0)
            for k, v in STATES[case].items()
        }
        net = make(lib)
        before = list(net.parameters())
        report = net.load_state_dict(filled(lib, net, **changes), strict=strict, assign=assign)
        kept = [a is b for a, b in zip(before, net.parameters())]
        wanted = [p.requires_grad for p in net.parameters()]
        return net.state_dict(), net[0].scale, report, repr(report), kept, wanted

    check(program, words=True)


def test_wrong_kinds_of_values():
    check(lambda lib: make(lib).load_state_dict([1]), words=False)
    check(lambda lib: make(lib).load_state_dict(None))

    def program(lib):
        net = make(lib)
        return net.load_state_dict(filled(lib, net, **{"0__scale": 3}))

    check(program)


def test_a_failed_load_changes_nothing():
    net = make(taut)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    for changes in ({"2__weight": None}, {"2__weight": taut.ones(3, 3)}, {"extra": taut.ones(1)}):
        for assign in (False, True):
            with pytest.raises(RuntimeError):
                net.load_state_dict(filled(taut, net, **changes), assign=assign)
            assert all(taut.equal(v, before[k]) for k, v in net.state_dict().items())


def test_dtypes_are_converted_when_copied_and_kept_when_assigned():
    def program(lib):
        net = lib.nn.Linear(2, 1)
        state = {k: v.double() for k, v in net.state_dict().items()}
        copied = net.load_state_dict(state) and net.weight.dtype
        return str(copied), str(net.load_state_dict(state, assign=True) and net.weight.dtype)

    check(program)


def test_assign_keeps_requires_grad_and_takes_parameters():
    def program(lib):
        net = lib.nn.Linear(2, 1)
        net.bias.requires_grad_(False)
        given = {
            "weight": lib.nn.Parameter(lib.ones(1, 2), requires_grad=False),
            "bias": lib.ones(1),
        }
        net.load_state_dict(given, assign=True)
        same = net.weight is given["weight"], net.bias.data_ptr() == given["bias"].data_ptr()
        return net.weight.requires_grad, net.bias.requires_grad, same, type(net.bias)

    check(program)


def test_own_load_method_sees_the_values():
    """And may change the dict first, as BatchNorm's does for files of older versions."""

    def program(lib):
        class Doubling(lib.nn.Linear):
            def _load_from_state_dict(self, state_dict, prefix, meta, strict, *rest):
                state_dict[prefix + "bias"] = state_dict[prefix + "b"] * 2
                del state_dict[prefix + "b"]
                super()._load_from_state_dict(state_dict, prefix, meta, strict, *rest)
                self.total = self.weight.detach().sum().item(), meta.get("version")

        net = lib.nn.Sequential(Doubling(2, 1))
        state = filled(lib, net)
        state["0.b"] = state.pop("0.bias")
        report = net.load_state_dict(state)
        return net.state_dict(), net[0].total, report, list(state)

    check(program)


def test_own_load_method_is_undone_with_the_rest():
    class Eager(nn.Linear):
        def _load_from_state_dict(self, *args):
            super()._load_from_state_dict(*args)
            self.seen = self.weight.detach().clone()

    net = nn.Sequential(Eager(2, 1), nn.Linear(1, 1))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    with pytest.raises(RuntimeError, match="size mismatch for 1.weight"):
        net.load_state_dict(filled(taut, net, **{"1__weight": taut.ones(2, 2)}))
    assert net[0].seen.tolist() == [[7.0, 7.0]]
    assert all(taut.equal(v, before[k]) for k, v in net.state_dict().items())


def test_hooks_of_loading():
    def program(lib):
        net = make(lib)
        seen = []

        def rename(module, state, prefix, meta, strict, missing, unexpected, errors):
            seen.append((type(module).__name__, prefix, meta.get("version"), strict))
            if prefix + "old" in state:
                state[prefix + "scale"] = state.pop(prefix + "old")

        def done(module, keys):
            seen.append((type(module).__name__, module.scale.sum().item()))
            keys.missing_keys.remove("2.weight")

        net[0].register_load_state_dict_pre_hook(rename)
        net[0]._register_load_state_dict_pre_hook(lambda state, prefix, *_: seen.append(prefix))
        net.register_load_state_dict_post_hook(lambda m, keys: seen.append(len(keys.missing_keys)))
        net[0].register_load_state_dict_post_hook(lambda m, keys: seen.append(m.scale.sum().item()))
        net[2].register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
        state = filled(lib, net, **{"2__weight": None})
        state["0.old"] = state.pop("0.scale")
        return net.load_state_dict(state), seen, net.state_dict()

    check(program)

    def returning(lib):
        net = make(lib)
        net.register_load_state_dict_post_hook(lambda m, keys: keys)
        return net.load_state_dict(filled(lib, net))

    check(returning, words=True)


def test_a_post_hook_that_refuses_leaves_nothing_changed():
    net = make(taut)
    net.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.append("more"))
    before = {k: v.clone() for k, v in net.state_dict().items()}
    with pytest.raises(RuntimeError, match='Missing key.*"more"'):
        net.load_state_dict(filled(taut, net))
    assert all(taut.equal(v, before[k]) for k, v in net.state_dict().items())


def test_loads_in_threads():
    nets = [nn.Linear(20, 20) for _ in range(4)]
    states = [
        {k: taut.full_like(v, float(i)) for k, v in n.state_dict().items()}
        for i, n in enumerate(nets)
    ]

    def load(i):
        for _ in range(50):
            nets[i].load_state_dict(states[i])

    threads = [threading.Thread(target=load, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [n.weight.detach().unique().tolist() for n in nets] == [[float(i)] for i in range(4)]


# -- ties ----------------------------------------------------------------------------------------


def test_one_name_of_a_tied_parameter_is_enough():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared)
    report = net.load_state_dict({"2.weight": taut.ones(2, 2), "0.bias": taut.zeros(2)})
    assert report.missing_keys == []
    assert report.via_alias == ["0.weight", "2.bias"]
    assert net[0].weight.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_names_with_different_values_are_an_error():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared)
    before = shared.weight.clone()
    state = {k: v.clone() for k, v in net.state_dict().items()}
    state["2.weight"][0, 1] += 0.5
    with pytest.raises(RuntimeError, match=r'"0.weight" and "2.weight".*by up to 0\.5'):
        net.load_state_dict(state)
    assert taut.equal(shared.weight, before)
    state["0.weight"][0, 1] += 0.5
    net.load_state_dict(state)


@pytest.mark.parametrize("assign", [False, True])
def test_transposed_aliases(assign):
    net = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Linear(3, 2, bias=False))
    net[1].weight.data = net[0].weight.data.t()
    values = taut.arange(6.0).view(3, 2)
    both = {"0.weight": values.clone(), "1.weight": values.t().contiguous()}
    for state in (both, {"0.weight": values.clone()}, {"1.weight": values.t().contiguous()}):
        net[0].weight.data.fill_(-1)
        report = net.load_state_dict(state, assign=assign)
        assert len(report.via_alias) == 2 - len(state)
        assert net[0].weight.tolist() == values.tolist()
        assert net[1].weight.tolist() == values.t().tolist()
        taut.assert_tied(net, "0.weight", "1.weight")
    both["1.weight"] = both["1.weight"] + 1
    with pytest.raises(RuntimeError, match="by up to 1"):
        net.load_state_dict(both, assign=assign)


def test_assign_keeps_ties():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = shared.weight
    net[2].weight.data = shared.weight.data
    state = {k: taut.ones_like(v) for k, v in net.state_dict().items()}
    net.load_state_dict(state, assign=True)
    assert net[0].weight is net[1].weight
    assert net[2].weight is not net[1].weight
    assert net[2].weight.data_ptr() == net[1].weight.data_ptr()
    del state["0.weight"], state["2.weight"]
    report = net.load_state_dict({k: v + 1 for k, v in state.items()}, assign=True)
    assert report.via_alias == ["0.weight", "2.weight"]
    assert net[0].weight is net[1].weight
    assert net[2].weight.data_ptr() == net[1].weight.data_ptr()
    assert net[2].weight.tolist() == [[2.0, 2.0], [2.0, 2.0]]

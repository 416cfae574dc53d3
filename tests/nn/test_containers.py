"""Containers against torch: every way to index, add, replace and remove."""

import collections
import re

import pytest

import taut
from twin import check


def layers(lib, n=4):
    return [lib.nn.Linear(i + 1, i + 2) for i in range(n)]


def printed(m):
    """The repr without the marks of ties, which PyTorch does not have."""
    return re.sub(r"  # tied to \(\d\)", "", repr(m))


def seen(m):
    return printed(m), [name for name, _ in m.named_parameters()], len(m)


SEQUENTIAL = {
    "first": lambda lib, m: m[0],
    "last": lambda lib, m: m[-1],
    "too far": lambda lib, m: m[4],
    "too far back": lambda lib, m: m[-5],
    "slice": lambda lib, m: m[1:3],
    "steps": lambda lib, m: m[::-2],
    "not a number": lambda lib, m: m["x"],
    "set": lambda lib, m: m.__setitem__(-1, lib.nn.ReLU()),
    "set too far": lambda lib, m: m.__setitem__(9, lib.nn.ReLU()),
    "del": lambda lib, m: m.__delitem__(1),
    "del last": lambda lib, m: m.__delitem__(-1),
    "del slice": lambda lib, m: m.__delitem__(slice(1, 3)),
    "append": lambda lib, m: m.append(lib.nn.ReLU()) is m,
    "append number": lambda lib, m: m.append(3),
    "extend": lambda lib, m: m.extend([lib.nn.ReLU(), lib.nn.Tanh()]) is m,
    "extend by own": lambda lib, m: m.extend(m[:2]),
    "extend number": lambda lib, m: m.extend(3),
    "insert": lambda lib, m: m.insert(1, lib.nn.ReLU()),
    "insert first": lambda lib, m: m.insert(0, lib.nn.ReLU()),
    "insert back": lambda lib, m: m.insert(-1, lib.nn.ReLU()),
    "insert end": lambda lib, m: m.insert(4, lib.nn.ReLU()),
    "insert too far": lambda lib, m: m.insert(5, lib.nn.ReLU()),
    "pop": lambda lib, m: m.pop(1),
    "pop last": lambda lib, m: m.pop(-1),
    "pop slice": lambda lib, m: m.pop(slice(0, 2)),
    "in": lambda lib, m: [m[1] in m, lib.nn.ReLU() in m],
    "iterate": lambda lib, m: [type(c) for c in m],
    "reversed": lambda lib, m: [repr(c) for c in reversed(m)],
    "keys": lambda lib, m: list(m._modules),
    "dir": lambda lib, m: "0" in dir(m),
}


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize("case", SEQUENTIAL)
def test_rows_of_modules(case, kind):
    if kind == "ModuleList" and case in ("insert back", "insert too far"):
        return  # PyTorch leaves gaps in its keys; see test_insertion_is_that_of_lists

    def program(lib):
        cls = getattr(lib.nn, kind)
        m = cls(*layers(lib)) if kind == "Sequential" else cls(layers(lib))
        found = SEQUENTIAL[case](lib, m)
        return (
            printed(found) if isinstance(found, lib.nn.Module) else found,
            seen(m),
            list(m._modules),
        )

    check(program)


def test_insertion_is_that_of_lists():
    for index in (-9, -1, 0, 2, 4, 9):
        parts = layers(taut)
        row = taut.nn.ModuleList(parts)
        new = taut.nn.ReLU()
        row.insert(index, new)
        parts.insert(index, new)
        assert list(row) == parts
        assert list(row._modules) == ["0", "1", "2", "3", "4"]


ARITHMETIC = {
    "add": lambda lib, a, b: a + b,
    "add in place": lambda lib, a, b: a.__iadd__(b),
    "add list": lambda lib, a, b: a + [lib.nn.ReLU()],
    "times": lambda lib, a, b: a * 2,
    "times left": lambda lib, a, b: 2 * a,
    "times zero": lambda lib, a, b: a * 0,
    "times text": lambda lib, a, b: a * "x",
    "times in place": lambda lib, a, b: a.__imul__(3),
}


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize("case", ARITHMETIC)
def test_arithmetic(case, kind):
    def program(lib):
        def make(n):
            parts = layers(lib, n)
            return lib.nn.Sequential(*parts) if kind == "Sequential" else lib.nn.ModuleList(parts)

        made = ARITHMETIC[case](lib, make(1), make(2))
        return seen(made), [a is b for a in made for b in made]

    check(program)


def test_sequential_of_names():
    def program(lib):
        m = lib.nn.Sequential(
            collections.OrderedDict([("first", lib.nn.Linear(1, 2)), ("act", lib.nn.ReLU())])
        )
        return (
            seen(m),
            m.first is m[0],
            m(lib.ones(1, 1)),
            seen(m[:1]),
            repr(m.append(lib.nn.Tanh())),
        )

    check(program)


def test_sequential_calls():
    def program(lib):
        net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Tanh(), lib.nn.Linear(3, 1))
        return net(lib.ones(4, 2)), lib.nn.Sequential()(3)

    check(program)
    check(lambda lib: lib.nn.Sequential(3))
    check(lambda lib: lib.nn.ModuleList()(3))
    check(lambda lib: lib.nn.ModuleList([lib.nn.ReLU(), 3]))


def test_module_list_repr():
    def program(lib):
        inner = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.ReLU())
        return [
            repr(m)
            for m in (
                lib.nn.ModuleList(),
                lib.nn.ModuleList([lib.nn.ReLU()]),
                lib.nn.ModuleList([lib.nn.ReLU(), lib.nn.ReLU(), lib.nn.Tanh(), lib.nn.ReLU()]),
                lib.nn.Sequential(lib.nn.ModuleList([inner, lib.nn.Tanh()])),
            )
        ]

    check(program)


MODULE_DICT = {
    "get": lambda lib, m: m["a"],
    "get missing": lambda lib, m: m["z"],
    "set": lambda lib, m: m.__setitem__("a", lib.nn.Tanh()),
    "set new": lambda lib, m: m.__setitem__("z", lib.nn.Tanh()),
    "set number": lambda lib, m: m.__setitem__("z", 3),
    "set method": lambda lib, m: m.__setitem__("keys", lib.nn.Tanh()),
    "del": lambda lib, m: m.__delitem__("a"),
    "pop": lambda lib, m: m.pop("a"),
    "pop missing": lambda lib, m: m.pop("z"),
    "clear": lambda lib, m: m.clear(),
    "update dict": lambda lib, m: m.update({"z": lib.nn.Tanh(), "a": lib.nn.Tanh()}),
    "update pairs": lambda lib, m: m.update([("z", lib.nn.Tanh())]),
    "update self": lambda lib, m: m.update(lib.nn.ModuleDict({"q": lib.nn.Tanh()})),
    "update number": lambda lib, m: m.update(3),
    "update odd": lambda lib, m: m.update([("a", "b", "c")]),
    "update numbers": lambda lib, m: m.update([1, 2]),
    "keys": lambda lib, m: (list(m), list(m.keys()), "a" in m, "z" in m),
    "items": lambda lib, m: [(k, repr(v)) for k, v in m.items()],
    "values": lambda lib, m: [repr(v) for v in m.values()],
    "call": lambda lib, m: m(3),
}


@pytest.mark.parametrize("case", MODULE_DICT)
def test_module_dict(case):
    def program(lib):
        m = lib.nn.ModuleDict({"b": lib.nn.ReLU(), "a": lib.nn.Linear(1, 1)})
        found = MODULE_DICT[case](lib, m)
        return printed(found) if isinstance(found, lib.nn.Module) else found, seen(m)

    check(program)


PARAMETER_LIST = {
    "get": lambda lib, m: m[-1],
    "slice": lambda lib, m: list(m[1:]),
    "too far": lambda lib, m: m[3],
    "set tensor": lambda lib, m: m.__setitem__(0, lib.ones(5)),
    "set any": lambda lib, m: m.__setitem__(0, "text"),
    "set too far": lambda lib, m: m.__setitem__(9, lib.ones(5)),
    "append": lambda lib, m: m.append(lib.zeros(1)) is m,
    "append any": lambda lib, m: m.append("text") is m,
    "extend": lambda lib, m: m.extend([lib.zeros(1), "x"]) is m,
    "extend number": lambda lib, m: m.extend(3),
    "extend tensor": lambda lib, m: m.extend(lib.ones(2)),
    "add": lambda lib, m: len(m.__iadd__([lib.zeros(1)])),
    "iterate": lambda lib, m: [tuple(p.shape) for p in m],
    "call": lambda lib, m: m(3),
    "dir": lambda lib, m: "0" in dir(m),
    "pop": lambda lib, m: m.pop(0) if hasattr(m, "pop") else None,
}


@pytest.mark.parametrize("case", PARAMETER_LIST)
def test_parameter_list(case):
    def program(lib):
        m = lib.nn.ParameterList([lib.ones(2, 3), lib.nn.Parameter(lib.ones(2)), lib.zeros(())])
        found = PARAMETER_LIST[case](lib, m)
        return (
            found,
            len(m),
            [(n, p) for n, p in m.named_parameters()],
            list(m.state_dict()),
            repr(m),
        )

    check(program)


PARAMETER_DICT = {
    "get": lambda lib, m: m["a"],
    "missing": lambda lib, m: m["z"],
    "get default": lambda lib, m: (m.get("z"), m.get("z", 3), m.get("a")),
    "set": lambda lib, m: m.__setitem__("z", lib.ones(1)),
    "set any": lambda lib, m: m.__setitem__("z", [1]),
    "set number": lambda lib, m: m.__setitem__(3, lib.ones(1)),
    "del": lambda lib, m: m.__delitem__("a"),
    "del missing": lambda lib, m: m.__delitem__("z"),
    "pop": lambda lib, m: m.pop("a"),
    "popitem": lambda lib, m: m.popitem(),
    "clear": lambda lib, m: m.clear(),
    "setdefault": lambda lib, m: (m.setdefault("a"), m.setdefault("z", lib.ones(1))),
    "copy": lambda lib, m: m.copy()["a"] is m["a"],
    "fromkeys": lambda lib, m: len(m.fromkeys(["x", "y"], 3)),
    "reversed": lambda lib, m: list(reversed(m)),
    "items": lambda lib, m: list(m.items()),
    "values": lambda lib, m: list(m.values()),
    "keys": lambda lib, m: (list(m), list(m.keys()), "a" in m),
    "or": lambda lib, m: list((m | lib.nn.ParameterDict({"z": lib.ones(1)})).items()),
    "ior": lambda lib, m: list(m.__ior__(lib.nn.ParameterDict({"z": lib.ones(1)}))),
    "update dict": lambda lib, m: m.update({"z": lib.ones(1), "y": lib.ones(1)}),
    "update ordered": lambda lib, m: m.update(
        collections.OrderedDict(z=lib.ones(1), y=lib.ones(1))
    ),
    "update pairs": lambda lib, m: m.update([("z", lib.ones(1))]),
    "update number": lambda lib, m: m.update(3),
    "update odd": lambda lib, m: m.update([("a", "b", "c")]),
    "call": lambda lib, m: m(3),
}


@pytest.mark.parametrize("case", PARAMETER_DICT)
def test_parameter_dict(case):
    def program(lib):
        m = lib.nn.ParameterDict(
            {"b": lib.ones(2, 3), "a": lib.nn.Parameter(lib.ones(2)), "c": "text"}
        )
        found = PARAMETER_DICT[case](lib, m)
        return found, len(m), list(m.keys()), list(m.state_dict()), repr(m)

    check(program)


def test_dicts_made_of_nothing():
    for kind in ("ModuleDict", "ParameterDict", "ParameterList", "ModuleList", "Sequential"):
        check(lambda lib: seen(getattr(lib.nn, kind)()))  # noqa: B023

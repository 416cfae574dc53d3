"""Everything PyTorch has for parameters is there, with the same parameters and defaults.

What is not stands in ``DIFFERENCES``, and docs/parameters.md says so.
"""

import inspect

import pytest
import torch
from torch.nn.utils import parametrizations, parametrize, prune, rnn, stateless
from torch.optim import swa_utils

import taut
from repository import ROOT

PLACES = {
    "nn.init": torch.nn.init,
    "nn.utils": torch.nn.utils,
    "nn.utils.clip_grad": torch.nn.utils.clip_grad,
    "nn.utils.convert_parameters": torch.nn.utils.convert_parameters,
    "nn.utils.fusion": torch.nn.utils.fusion,
    "nn.utils.memory_format": torch.nn.utils.memory_format,
    "nn.utils.parametrizations": parametrizations,
    "nn.utils.parametrize": parametrize,
    "nn.utils.prune": prune,
    "nn.utils.rnn": rnn,
    "nn.utils.stateless": stateless,
    "optim.swa_utils": swa_utils,
}
CLASSES = [
    "Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict",
    *(name for name in dir(torch.nn) if name.startswith("Lazy")),
]  # fmt: skip
FUNCTIONS = [
    "save", "load", "nn.Parameter", "nn.Buffer", "nn.UninitializedParameter",
    "nn.UninitializedBuffer", "nn.factory_kwargs", "func.functional_call",
    "func.stack_module_state", "serialization.add_safe_globals", "serialization.get_safe_globals",
    "serialization.clear_safe_globals", "optim.Optimizer.state_dict",
    "optim.Optimizer.load_state_dict", "optim.Optimizer.add_param_group",
]  # fmt: skip

# Name -> why it differs, as docs/parameters.md says it.
DIFFERENCES = {
    "Module.forward": "`forward`",
    "Module.load_state_dict": "`load_state_dict`",
    "Module.to": "`to`",
    "prune.apply": "`apply` of a pruning method",
    "prune.remove": "`remove` of a pruning method",
}
# Not PyTorch's own, or types for annotations.
ASIDE = {"T_destination", "bind", "PackedSequence_", "ConvT", "LinearT", "copy_method_params"}
ASIDE |= {"NamedMemberAccessor", "is_traceable_wrapper_subclass"}


def found(path, root):
    for part in path.split("."):
        root = getattr(root, part)
    return root


def parameters(function):
    """Names, kinds and defaults; None where there is no signature to see."""
    function = function.__init__ if inspect.isclass(function) else function
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    return [(p.name, p.kind, default(p.default)) for p in signature.parameters.values()]


def default(value):
    text = repr(value).replace("torch", "taut")
    return text.partition(" at 0x")[0] if callable(value) else text


def public(place):
    """What a module of PyTorch's has for users: names that are its own."""
    for name in sorted(dir(place)):
        value = getattr(place, name)
        home = getattr(value, "__module__", None) or ""
        if name.startswith("_") or name in ASIDE or inspect.ismodule(value):
            continue
        if home.startswith("torch.nn.utils") or home == getattr(place, "__name__", None):
            yield name


def different(name, theirs, ours):
    """Whether two functions take different arguments."""
    wanted = parameters(theirs)
    return wanted is not None and parameters(ours) != wanted and name not in DIFFERENCES


@pytest.mark.parametrize("place", PLACES)
def test_names_of(place):
    theirs, ours = PLACES[place], found(place, taut)
    names = list(public(theirs))
    assert len(names) > 0
    assert [n for n in names if not hasattr(ours, n)] == []
    wrong = [n for n in names if different(n, getattr(theirs, n), getattr(ours, n))]
    assert wrong == []
    for name in names:
        if inspect.isclass(getattr(theirs, name)):
            kind = "prune" if place == "nn.utils.prune" else "Module"
            check_class(getattr(theirs, name), getattr(ours, name), kind)


def check_class(theirs, ours, kind):
    members = [
        name
        for name in dir(theirs)
        if not name.startswith("_") and name not in ASIDE and not hasattr(tuple, name)
    ]
    assert [n for n in members if not hasattr(ours, n)] == []
    called = [n for n in members if inspect.isfunction(inspect.getattr_static(theirs, n))]
    called += [n for n in members if isinstance(inspect.getattr_static(theirs, n), classmethod)]
    wrong = [
        n for n in called if different(f"{kind}.{n}", getattr(theirs, n), getattr(ours, n))
        and f"Module.{n}" not in DIFFERENCES
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("name", CLASSES)
def test_members_of(name):
    theirs, ours = getattr(torch.nn, name), getattr(taut.nn, name)
    assert parameters(theirs) == parameters(ours)
    check_class(theirs, ours, "Module")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_of(name):
    theirs, ours = found(name, torch), found(name, taut)
    assert parameters(ours) == parameters(theirs)


def test_differences_are_documented():
    page = (ROOT / "docs" / "parameters.md").read_text()
    assert [text for text in DIFFERENCES.values() if text not in page] == []

"""The reference of the site: every public name, each with a docstring, and with an example."""

import importlib
import inspect
import pkgutil
import re
import sys

import taut
from repository import ROOT

sys.path.insert(0, str(ROOT / "tools" / "site"))

import catalogue  # noqa: E402
import reference  # noqa: E402

# Answers for devices that are not there.
DEVICES = (
    "taut.cuda.",
    "taut.accelerator.",
    "taut.backends.",
    "taut.mps.",
    "taut.xpu.",
)
# Names that PyTorch keeps for old programs, with a warning.
OLD = {
    *("taut.range", "taut.set_default_tensor_type", "taut.nn.utils.clip_grad_norm"),
    *(f"taut.nn.functional.upsample{how}" for how in ("", "_bilinear", "_nearest")),
}
# Types of the core, made by functions that have examples.
CORE = {"taut.Generator", "taut.Node", "taut.TensorBase", "taut.dtype"}


def resolve(name):
    """The object of a full name, and what it is an attribute of."""
    if name.startswith("taut.Tensor."):
        return getattr(taut.Tensor, name.removeprefix("taut.Tensor."))
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def sentences(value):
    """The docstring without the lines that say how to call it."""
    lines = (inspect.getdoc(value) or "").splitlines()
    usage = re.compile(r"(\d\. )?\w+\(.*\)( -> .*)?")
    return [line for line in lines if line.strip() and not usage.fullmatch(line)]


def has_example(name, value):
    """In its docstring, or in that of the function, or of what it is the in-place form of."""
    short = name.removeprefix("taut.Tensor.").rpartition(".")[2]
    also = [getattr(taut, n, None) for n in (short, short.removesuffix("_"))]
    also.append(getattr(taut.Tensor, short.removesuffix("_"), None))
    return any(">>>" in (v.__doc__ or "") for v in (value, *also))


NAMES = reference.every_name()


def is_described(name):
    """Whether the docstring has to say what a name is: functions, types, attributes of Tensor."""
    value = resolve(name)
    return inspect.isroutine(value) or inspect.isclass(value) or name.startswith("taut.Tensor.")


def test_every_name_says_what_it_is():
    """Numbers and the like are described by the reference itself."""
    described = [n for n in NAMES if is_described(n)]
    assert len(described) > 1500
    assert [n for n in described if not sentences(resolve(n))] == []


def test_every_function_and_class_has_an_example():
    wanted = {n for n in NAMES if callable(resolve(n)) and is_described(n)} - CORE - OLD
    wanted = {n for n in wanted if not n.startswith(DEVICES)}
    assert sorted(n for n in wanted if not has_example(n, resolve(n))) == []


def test_every_name_has_an_entry():
    """The pages that the site is built from."""
    pages = "\n".join(reference.pages().values())
    entries = set(re.findall(r"^\.\. auto\w+:: (\S+)", pages, re.MULTILINE))
    for page in reference.pages().values():
        module = re.search(r"^\.\. (?:py:module|currentmodule):: (\S+)", page, re.MULTILINE)
        entries |= {
            f"{module[1]}.{n}" for n in re.findall(r"^\.\. py:data:: (\S+)", page, re.MULTILINE)
        }
    assert sorted(set(NAMES) - entries) == []


# Helpers that PyTorch has in these places, too, and that nobody is told to use.
HELPERS = {"taut.distributions.independent", "taut.autograd.variable", "taut.torch.version"}


def modules():
    """The modules that can be imported without an underscore."""
    found = (m.name for m in pkgutil.walk_packages(taut.__path__, "taut."))
    return [m for m in found if "._" not in m and m not in HELPERS]


def test_every_module_is_in_the_catalogue():
    """What a module offers has an entry, there or in the module that gathers it."""
    returned = [n for names in catalogue.RETURNED.values() for n in names]
    described = {id(resolve(n)) for n in [*NAMES, *returned]}
    lacking = []
    for name in modules():
        found = importlib.import_module(name)
        for each in getattr(found, "__all__", ()):
            value = getattr(found, each)
            if reference.is_ours(value) and callable(value) and id(value) not in described:
                lacking.append(f"{name}.{each}")
    assert lacking == []

"""The reference: one entry for every public name, from its docstring.

The pages are written to docs/reference when Sphinx starts. What is public is asked of the package, so
that nothing has to be listed twice; the build fails if a public name has no entry in the end.
"""

from __future__ import annotations

import importlib
import inspect
import pathlib
import re
import types
from collections.abc import Iterable
from typing import Any

import taut
from catalogue import BARE, DATA, MODULES, RETURNED, SEARCH, TOPICS

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "csrc" / "bindings"


def is_ours(value: object) -> bool:
    """Whether a value was made by taut, or by Python alone; modules have pages, not entries."""
    if isinstance(value, (types.ModuleType, dict, frozenset)):
        return False
    home = getattr(value, "__module__", None) or type(value).__module__
    return home.partition(".")[0] in ("taut", "builtins", "pybind11_builtins")


def is_offered(value: object) -> bool:
    """Whether a value that a module lists as its own is to be described: also a type made of others."""
    return is_ours(value) or getattr(value, "__module__", None) == "typing"


def public(module: str) -> list[str]:
    """The public names of a module, sorted."""
    found = importlib.import_module(module)
    if module == "taut":
        from taut._lazy import HOMES

        names: Iterable[str] = {*dir(found), *HOMES, *found.__all__}
    else:
        names = getattr(found, "__all__", dir(found))
    fits = is_offered if hasattr(found, "__all__") and module != "taut" else is_ours
    return sorted(n for n in names if not n.startswith("_") and fits(getattr(found, n)))


def tensor_names() -> list[str]:
    """The public attributes and methods of Tensor, sorted."""
    return sorted(n for n in dir(taut.Tensor) if not n.startswith("_"))


def every_name() -> list[str]:
    """The full name of everything that the reference must have."""
    return [
        *(f"{module}.{name}" for module in MODULES for name in public(module)),
        *(f"taut.Tensor.{name}" for name in tensor_names()),
    ]


def homes() -> dict[str, str]:
    """Name of an operation -> the topic whose bindings mention it."""
    found: dict[str, str] = {}
    for topic in SEARCH:
        for file in (f for f in TOPICS[topic][1] if not f.startswith("taut")):
            for name in re.findall(r'"(\w+)"', (BINDINGS / f"{file}.cpp").read_text()):
                found.setdefault(name, topic)
    return found


def topic_of(name: str, value: object, bound: dict[str, str]) -> str:
    """The topic that a name of taut or of Tensor belongs to."""
    home = (getattr(value, "__module__", None) or "") + "."
    for topic, (_, places) in TOPICS.items():
        if any(p.startswith("taut") and home.startswith(f"{p}.") for p in places):
            return topic
    if inspect.isclass(value) or not callable(value) or name.startswith(("is_", "get_", "set_")):
        return "types"
    inplace_of = name.removesuffix("_")
    if name in bound or inplace_of in bound:
        return bound.get(name) or bound[inplace_of]
    return "types" if inspect.isfunction(value) else "pointwise"


def by_topic(owner: str, names: list[str]) -> dict[str, list[str]]:
    """Names by topic, in the order of the topics."""
    bound = homes()
    holder = taut.Tensor if owner == "taut.Tensor" else taut
    groups: dict[str, list[str]] = {topic: [] for topic in TOPICS}
    for name in names:
        groups[topic_of(name, getattr(holder, name), bound)].append(name)
    return {topic: group for topic, group in groups.items() if group}


def heading(title: str, line: str) -> str:
    """A title with its line below."""
    return f"{title}\n{line * len(title)}\n"


def indented(text: str) -> str:
    """The text as the body of a directive."""
    return "".join(f"   {line}\n" for line in text.splitlines())


def sentence(value: object) -> str:
    """What a name that is neither a function nor a class stands for."""
    if isinstance(value, taut.dtype):
        return f"The element type of {8 * value.itemsize} bits, ``{value!r}``."
    if isinstance(value, float):
        return f"The number {value!r}."
    text = "" if is_ours(value) is False else inspect.getdoc(value) or ""
    return f"``{value!r}``" if not text else text.splitlines()[0]


def entry(module: str, name: str, first: dict[int, str]) -> str:
    """The directive of one name; a class that stands in several modules is described in the first."""
    value = getattr(importlib.import_module(module), name)
    full = f"{module}.{name}"
    if inspect.isclass(value):
        other = first.setdefault(id(value), full)
        if other != full:
            return f".. py:data:: {name}\n\n   The same as :class:`{other}`.\n"
        if full in BARE:
            return f".. autoclass:: {full}\n"
        undocumented = "   :undoc-members:\n" if hasattr(value, "__members__") else ""
        return f".. autoclass:: {full}\n   :members:\n{undocumented}"
    if inspect.isroutine(value):
        return f".. autofunction:: {full}\n"
    return f".. py:data:: {name}\n\n{indented(DATA.get(full) or sentence(value))}"


def members(full: str) -> str:
    """The option that describes a class's members; fields of tuples stand in its own docstring."""
    module, _, name = full.rpartition(".")
    value = getattr(importlib.import_module(module), name)
    return "" if hasattr(value, "_fields") else "   :members:\n"


def method(name: str) -> str:
    """The directive of one name of Tensor."""
    kind = "method" if callable(getattr(taut.Tensor, name)) else "attribute"
    return f".. auto{kind}:: taut.Tensor.{name}\n"


def title_of(home: str) -> str:
    """The first line of a module's docstring, as a title."""
    text = (importlib.import_module(home).__doc__ or home).strip().splitlines()[0]
    return text.rstrip(".").split(". ")[0]


def module_page(module: str, first: dict[int, str]) -> str:
    """The page of a module; a large one has a section for each file that its classes come from."""
    title, text = MODULES[module]
    parts = [heading(f"{module}: {title}", "="), f"{text}\n", f".. py:module:: {module}\n"]
    names = public(module)
    if module != "taut.nn":
        return "\n".join([*parts, *(entry(module, name, first) for name in names)])
    sections: dict[str, list[str]] = {}
    for name in names:
        value = getattr(importlib.import_module(module), name)
        sections.setdefault(value.__module__, []).append(name)
    for home in sorted(sections, key=lambda h: ("module" not in h, "container" not in h, h)):
        parts.append(heading(title_of(home), "-"))
        parts += [entry(module, name, first) for name in sections[home]]
    return "\n".join(parts)


def tensor_page() -> str:
    """The page of Tensor, its methods by topic."""
    parts = [
        heading("taut.Tensor", "="),
        ".. currentmodule:: taut\n",
        ".. autoclass:: taut.Tensor\n",
    ]
    for topic, names in by_topic("taut.Tensor", tensor_names()).items():
        parts.append(heading(TOPICS[topic][0], "-"))
        parts += [method(name) for name in names]
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """File name -> content of every page of the reference."""
    found, first = {}, {}
    for topic, names in by_topic("taut", public("taut")).items():
        body = [entry("taut", name, first) for name in names if name != "Tensor"]
        title = f"taut: {TOPICS[topic][0].lower()}"
        found[f"taut_{topic}"] = "\n".join(
            [heading(title, "="), ".. currentmodule:: taut\n", *body]
        )
    first[id(taut.Tensor)] = "taut.Tensor"
    found["tensor"] = tensor_page()
    for module in MODULES:
        if module != "taut":
            found[module.removeprefix("taut.").replace(".", "_")] = module_page(module, first)
    for page, names in RETURNED.items():
        classes = "\n".join(f".. autoclass:: {name}\n{members(name)}" for name in names)
        found[page] += "\n" + heading("What they return or raise", "-") + "\n" + classes
    listed = "".join(f"   {name}\n" for name in found)
    text = "Every public name, from its docstring. The examples run in the tests.\n"
    tree = f".. toctree::\n   :maxdepth: 1\n\n{listed}"
    found["index"] = "\n".join([heading("Reference", "="), text, tree])
    return found


def write(app: Any) -> None:
    """Writes what changed, so that Sphinx reads no page twice."""
    folder = pathlib.Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    wanted = {folder / f"{name}.rst": text for name, text in pages().items()}
    for stale in {*folder.glob("*.rst")} - wanted.keys():
        stale.unlink()
    for path, text in wanted.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def check(app: Any, env: Any) -> None:
    """The build fails where a public name has no entry."""
    from sphinx.errors import ExtensionError

    missing = sorted(set(every_name()) - env.get_domain("py").objects.keys())
    if missing:
        raise ExtensionError(f"public names without an entry: {', '.join(missing)}")


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    app.connect("builder-inited", write)
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Includes and imports point only to a line above, in the order of docs/architecture.md."""

import ast
import itertools
import re

import pytest

from repository import ROOT

# Each room of csrc/ may include itself and every room named with it or before it.
ROOMS = ("formulas", "core", "kernels", "tensor", "graph", "ops", "engine", "bindings")
# What these see of ours is only themselves.
ALONE = ("formulas", "kernels/simd")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
SOURCES = sorted(p for p in (ROOT / "csrc").rglob("*") if p.suffix in (".h", ".cpp"))


def room(path):
    return path.split("/")[0]


def alone(path):
    return next((a for a in ALONE if path.startswith(a + "/")), None)


def includes(source):
    return INCLUDE.findall(source.read_text())


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "csrc")))
def test_includes_point_upward(source):
    here = str(source.relative_to(ROOT / "csrc"))
    if "/" not in here:  # taut.h gathers what a C++ program includes
        return
    for there in includes(source):
        assert (ROOT / "csrc" / there).exists(), f"{here} includes {there}, not from csrc/"
        if alone(here):
            assert alone(there) == alone(here), f"{here} includes {there}"
        assert ROOMS.index(room(there)) <= ROOMS.index(room(here)), f"{here} includes {there}"


def test_one_include_has_every_operation():
    """What Python can call, a C++ program can: taut.h reaches the headers that the bindings use."""
    own = {"ops/elementwise.h", "ops/output.h", "ops/overwrite.h"}  # how the bindings do out= and _
    used = {i for p in (ROOT / "csrc/bindings").iterdir() for i in includes(p)}
    gathered = set(includes(ROOT / "csrc/taut.h"))
    assert {i for i in used if i.startswith("ops/")} - own <= gathered


@pytest.mark.parametrize("name", ROOMS[:-1])
def test_only_the_bindings_know_python(name):
    for source in (ROOT / "csrc" / name).rglob("*"):
        if source.is_file():
            assert not re.search(r"<(Python\.h|pybind11/)", source.read_text()), source


def test_kernels_see_no_tensor():
    for source in (ROOT / "csrc/kernels").rglob("*.*"):
        assert not re.search(r"\b(Tensor|parallel_for|new |malloc|throw)\b", code(source)), source


def code(source):
    """The text of a C++ file without comments and strings."""
    return re.sub(
        r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', "", source.read_text(), flags=re.DOTALL
    )


INTRINSIC = re.compile(r"\b_mm\d*_\w+|<(immintrin|arm_neon|x86intrin)\.h>")


def test_intrinsics_stay_in_simd():
    for source in SOURCES:
        if "kernels/simd" not in str(source) and source.name != "cpu.cpp":
            assert not INTRINSIC.search(code(source)), source


# Python.


def module_name(path):
    parts = path.relative_to(ROOT / "python").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(p): p for p in (ROOT / "python/taut").rglob("*.py")}


def imported_at_load(path, name):
    """Modules of the package that a file imports when it is imported, not later inside functions."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in walk_outside_functions(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for a in node.names:
                full = f"{base}.{a.name}"
                yield full if full in MODULES else base


def walk_outside_functions(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from walk_outside_functions(child)


def test_numpy_waits_for_its_first_use():
    for name, path in MODULES.items():
        assert not any(m.split(".")[0] == "numpy" for m in imported_at_load(path, name)), path


def test_modules_import_without_cycles():
    """A file's own imports never lead back to it; packages gather their files and count as such."""
    edges = {
        name: {m for m in imported_at_load(path, name) if m in MODULES and is_file(m)}
        for name, path in MODULES.items()
        if is_file(name)
    }
    order = {}
    for start in edges:
        visit(start, edges, order, ())


def is_file(name):
    return MODULES[name].name != "__init__.py"


def visit(name, edges, order, path):
    assert name not in path, " -> ".join([*itertools.dropwhile(lambda n: n != name, path), name])
    if name not in order:
        for there in edges.get(name, ()):
            visit(there, edges, order, (*path, name))
        order[name] = len(order)

"""``--check``: the names of PyTorch that a program uses and taut lacks, read from its source."""

from __future__ import annotations

import ast
import dataclasses
import os
import sys
from collections.abc import Iterator

from taut import Tensor
from taut.torch import _names
from taut.torch._tensor_names import TENSOR_NAMES

__all__ = ["Finding", "check_source", "main"]


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """A name that taut lacks.

    ``perhaps`` says why it may not matter: the program has a way without it, or only looks like using
    a tensor's method. Empty when it matters for sure.
    """

    line: int
    column: int
    name: str
    perhaps: str = ""
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        alike = f" (near it: {', '.join(self.near)})" if self.near else ""
        perhaps = f"perhaps, {self.perhaps}: " if self.perhaps else ""
        return f"{self.line}:{self.column + 1}: {perhaps}{self.name}{alike}"


def check_source(source: str, filename: str = "<string>") -> list[Finding]:
    """The names in a program's text that taut lacks, by place.

    Imports are followed through their aliases, and so are names that are assigned from them; names
    that a function uses for something else are left alone. Of objects whose type only a run knows,
    attributes that PyTorch's tensors have and taut's have not are found with a "perhaps".

    Raises:
        SyntaxError: not a Python program.

    Example:
        >>> from taut.torch._check import check_source
        >>> print(*check_source("import torch as t\\nt.Quaternion(t.ones(2))"))
        2:1: torch.Quaternion
    """
    reader = _Reader()
    reader.read(ast.parse(source, filename), {})
    return sorted(set(reader.found))


def main(paths: list[str]) -> int:
    """Prints what the programs and folders lack; returns 1 where something is missing for sure."""
    status = 0
    for path in _files(paths):
        try:
            with open(path, "rb") as file:
                found = check_source(file.read(), path)  # type: ignore[arg-type]
        except (OSError, SyntaxError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            status = 2
            continue
        for finding in found:
            print(f"{path}:{finding}")
        if any(not finding.perhaps for finding in found):
            status = max(status, 1)
    return status


def _files(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (os.path.join(folder, n) for n in sorted(names) if n.endswith(".py"))


# Other objects have these, too, so that they say nothing of a tensor.
_TENSORS_ALONE = TENSOR_NAMES - {
    "indices",
    *(name for kind in (dict, list, set, str, tuple) for name in dir(kind)),
}

# What a name stands for: a dotted name of PyTorch, or None for something of the program's own.
Scope = dict[str, "str | None"]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


class _Reader:
    """Walks a program and notes what is missing."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.guarded = 0  # how many `try` with a handler are around

    def read(self, node: ast.AST, outer: Scope) -> None:
        """Reads a module or function, whose names are looked up in its own scope and then outside."""
        scope = {**outer, **self._bindings(node, outer)}
        for child in ast.iter_child_nodes(node):
            self._visit(child, scope)

    # Names

    def _bindings(self, node: ast.AST, outer: Scope) -> Scope:
        """What the names that are bound in a scope stand for there."""
        own: Scope = {}
        if isinstance(node, _FUNCTIONS):
            a = node.args
            every = [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg]
            own.update((arg.arg, None) for arg in every if arg is not None)
        for child in _within(node):
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                own.update(_imported(child))
        for child in _within(node):
            if isinstance(child, ast.Assign) and len(child.targets) == 1:
                target = child.targets[0]
                if isinstance(target, ast.Name) and target.id not in own:
                    name = self._dotted(child.value, {**outer, **own})
                    own[target.id] = name if name and _is_module(name) else None
            elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                own.setdefault(child.id, None)
            elif isinstance(child, (*_SCOPES[:2], ast.ClassDef)) and child is not node:
                own[child.name] = None
        return own

    def _dotted(self, node: ast.AST, scope: Scope) -> str | None:
        """The name of PyTorch that an expression like ``nn.functional.relu`` stands for."""
        if isinstance(node, ast.Name):
            return scope.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self._dotted(node.value, scope)
            return f"{base}.{node.attr}" if base else None
        return None

    # Uses

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_torch(alias.name):
                    self._judge(alias.name, node)
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module and _is_torch(node.module):
                for alias in node.names:
                    star = alias.name == "*"
                    self._judge(node.module if star else f"{node.module}.{alias.name}", node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, scope)
        elif isinstance(node, ast.Try):
            self._try(node, scope)
        elif isinstance(node, ast.ClassDef):
            for child in ast.iter_child_nodes(node):
                self._visit(child, scope)
        elif isinstance(node, _FUNCTIONS):
            self.read(node, scope)
        elif isinstance(node, ast.If) and _asks_first(node.test):
            self._visit(node.test, scope)
            self._guard(node.body, scope)
            self._guard(node.orelse, scope)
        else:
            for child in ast.iter_child_nodes(node):
                self._visit(child, scope)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        if node.handlers:
            self._guard(node.body, scope)
        else:
            for child in node.body:
                self._visit(child, scope)
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self._visit(part, scope)

    def _guard(self, nodes: list[ast.stmt], scope: Scope) -> None:
        self.guarded += 1
        for child in nodes:
            self._visit(child, scope)
        self.guarded -= 1

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        name = self._dotted(node, scope)
        if name is not None:
            if isinstance(node.ctx, ast.Load):
                self._judge(name, node)
            return
        self._visit(node.value, scope)
        if node.attr in _TENSORS_ALONE and not hasattr(Tensor, node.attr):
            words = "if this is a tensor"
            self._note(node, f".{node.attr}", words, _names.near(node.attr, dir(Tensor), "."))

    def _judge(self, name: str, node: ast.AST) -> None:
        """Notes the first part of a dotted name that taut lacks; objects are judged up to classes."""
        parts = name.split(".")
        here = parts[0]
        for i, part in enumerate(parts[1:], 1):
            there, value = _names.value_of(here, part)
            if not there:
                home = _names.home_of(here)
                alike = _names.near(part, dir(home), f"{here}.") if home is not None else []
                self._note(node, f"{here}.{part}", "", alike)
                return
            here = f"{here}.{part}"
            if value != here:
                self._judge_class(here, value, parts[i + 1 :], node)
                return

    def _judge_class(self, here: str, value: object, rest: list[str], node: ast.AST) -> None:
        if rest and isinstance(value, type) and not hasattr(value, rest[0]):
            alike = _names.near(rest[0], dir(value), f"{here}.")
            self._note(node, f"{here}.{rest[0]}", "", alike)

    def _note(self, node: ast.AST, name: str, perhaps: str, alike: list[str]) -> None:
        perhaps = perhaps or ("the program asks or catches" if self.guarded else "")
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        self.found.append(Finding(line, column, name, perhaps, tuple(alike)))


def _is_torch(name: str) -> bool:
    return name == "torch" or name.startswith("torch.")


def _is_module(name: str) -> bool:
    return _names.home_of(name) is not None


def _asks_first(test: ast.expr) -> bool:
    """Whether a condition asks for a name or a version."""
    return any(
        (isinstance(n, ast.Name) and n.id == "hasattr")
        or (isinstance(n, ast.Attribute) and n.attr in ("__version__", "is_available"))
        for n in ast.walk(test)
    )


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without what is inside the functions and classes in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _within(child)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str | None]]:
    """The names that an import binds, and what they stand for."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            bound = alias.asname or alias.name.partition(".")[0]
            stands = alias.name if alias.asname else bound
        else:
            bound = alias.asname or alias.name
            stands = f"{node.module}.{alias.name}" if not node.level else ""
        yield bound, stands if _is_torch(stands) else None

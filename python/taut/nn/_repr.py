"""How modules print: PyTorch's layout, with ties marked where they stand."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from taut._regions import Regions
from taut._utils import alias_of

if TYPE_CHECKING:
    from taut.nn.module import Module

__all__ = ["render"]


def _indented(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line for line in rest)])


class _Owners:
    """For the memory of each parameter of a tree, the path of the first module that has it."""

    def __init__(self, root: Module) -> None:
        found = [
            (path, param)
            for path, module in root.named_modules(remove_duplicate=False)
            for param in module._parameters.values()
            if param is not None
        ]
        self._regions = Regions(param for _, param in found)
        self._first: dict[Any, str] = {}
        for path, param in found:
            self._first.setdefault(self._regions.key(param), path)

    def of(self, param: Any) -> str | None:
        """The path; None for a parameter outside of the tree."""
        return self._first.get(self._regions.key(param))


def _mark(module: Module, path: str, owners: _Owners) -> str:
    """The comment that says where this module's own parameters stood first."""
    tied: dict[str, set[str]] = {}
    for param in module._parameters.values():
        first = None if param is None else owners.of(param)
        if first is not None and first != path:
            tied.setdefault(first, set()).update(_how(param))
    names = (f"({first})" + "".join(f", {how}" for how in sorted(tied[first])) for first in tied)
    return f"  # tied to {', '.join(sorted(names))}" if tied else ""


def _how(param: Any) -> list[str]:
    """What sets this name of a tied parameter apart."""
    alias = alias_of(param)
    if alias is None:
        return []
    _, transposed, scale = alias
    return ["transposed"] * transposed + [f"gradient x {scale:g}"] * (scale != 1)


def render(root: Module) -> str:
    """The repr of a module: its name, settings and submodules, one per line."""
    return _render(root, "", _Owners(root))


def _child_lines(module: Module, path: str, owners: _Owners) -> list[tuple[str, str]]:
    """(name, text) of each submodule."""
    from taut.nn.module import Module

    lines = []
    for name, child in module._modules.items():
        child_path = f"{path}.{name}" if path else name
        if child is None or type(child).__repr__ is not Module.__repr__:
            text = repr(child)
        else:
            text = _render(child, child_path, owners)
        if child is not None:
            head, newline, rest = text.partition("\n")
            text = head + _mark(child, child_path, owners) + newline + rest
        lines.append((name, text))
    return lines


def _grouped(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Equal neighbours as one line: ``(0-2): 3 x Linear(...)``."""
    result = []
    for text, run in groupby(lines, key=lambda line: line[1]):
        names = [name for name, _ in run]
        if len(names) == 1:
            result.append((names[0], text))
        else:
            result.append((f"{names[0]}-{names[-1]}", f"{len(names)} x {text}"))
    return result


def _render(module: Module, path: str, owners: _Owners) -> str:
    children = _child_lines(module, path, owners)
    if module._groups_repr:
        children, extra_lines = _grouped(children), []
    else:
        extra = module.extra_repr()
        extra_lines = extra.split("\n") if extra else []
    name = module._get_name()
    if not children and len(extra_lines) <= 1:
        return f"{name}({''.join(extra_lines)})"
    lines = extra_lines + [f"({n}): {_indented(text)}" for n, text in children]
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"

"""How modules print: PyTorch's layout, with ties marked where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taut.nn.module import Module

__all__ = ["render"]


def _indented(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *("  " + line for line in rest)])


def _first_owners(root: Module) -> dict[int, str]:
    """For each parameter of the tree, the path of the first module that has it."""
    owners: dict[int, str] = {}
    for path, module in root.named_modules(remove_duplicate=False):
        for param in module._parameters.values():
            if param is not None:
                owners.setdefault(id(param), path)
    return owners


def _mark(module: Module, path: str, owners: dict[int, str]) -> str:
    """The comment that says where this module's own parameters stood first."""
    firsts = {owners[id(p)] for p in module._parameters.values() if p is not None and id(p) in owners}
    elsewhere = sorted(first for first in firsts if first != path)
    names = ", ".join(f"({first})" for first in elsewhere)
    return f"  # tied to {names}" if elsewhere else ""


def render(root: Module) -> str:
    """The repr of a module: its name, settings and submodules, one per line."""
    return _render(root, "", _first_owners(root))


def _render(module: Module, path: str, owners: dict[int, str]) -> str:
    from taut.nn.module import Module

    extra = module.extra_repr()
    extra_lines = extra.split("\n") if extra else []
    child_lines = []
    for name, child in module._modules.items():
        child_path = f"{path}.{name}" if path else name
        if child is None or type(child).__repr__ is not Module.__repr__:
            text = repr(child)
        else:
            text = _render(child, child_path, owners)
        if child is not None:
            head, newline, rest = text.partition("\n")
            text = head + _mark(child, child_path, owners) + newline + rest
        child_lines.append(f"({name}): {_indented(text)}")
    name = module._get_name()
    if not child_lines and len(extra_lines) <= 1:
        return f"{name}({extra})"
    lines = extra_lines + child_lines
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"

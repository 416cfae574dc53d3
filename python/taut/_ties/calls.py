"""Under which name a parameter was used: the calls of modules, and what else tells.

While a :class:`CallLog` is open it notes each call of a module with the operations recorded in it, so
that every use of a parameter belongs to one path. For a forward that ran before, the log is empty;
then a use goes to the name that fits it: the only name of the object that was used; the module whose
other parameters the same operation took; an embedding for a lookup and something else for the rest;
and where several fit, in the order of registration, each in turn.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from taut import _C, Tensor
from taut.nn.module import Module

__all__ = ["CallLog", "Namer", "Site"]


_LEAVES = ("AccumulateGrad", "AliasGrad")  # nodes of parameters


class Site(NamedTuple):
    """The operation that used a parameter; the graph is not kept.

    Attributes:
        sequence: its place in the order of the forward.
        operation: the name of its node.
        company: ids of the leaves that it took.
    """

    sequence: int
    operation: str
    company: frozenset[int]

    @classmethod
    def of(cls, node: Any) -> Site:
        """The site that a node of the graph is."""
        functions = (f for f, _ in node.next_functions if f is not None)
        leaves = (f.variable for f in functions if f.name() in _LEAVES)
        return cls(node._sequence_nr, node.name(), frozenset(id(v._owner) for v in leaves))


class _Call(NamedTuple):
    """Operations with sequence numbers in (first, last] were recorded in a call of this path."""

    first: int
    last: int
    path: str


class CallLog:
    """The calls of a net's modules while it is open."""

    def __init__(self, net: Module) -> None:
        self._net = net
        self._calls: list[_Call] = []
        self._active: list[tuple[Module, str, int]] = []
        # A child that has several names goes by each in turn within a call of its parent.
        self._turns: list[dict[int, Iterator[str]]] = []
        self._paths: dict[int, list[str]] = {}
        self._handles: list[tuple[Module, Any, Any]] = []

    def open(self) -> None:
        """Begins to note calls."""
        for path, module in self._net.named_modules(remove_duplicate=False):
            self._paths.setdefault(id(module), []).append(path)
        for module in self._net.modules():
            before = module.register_forward_pre_hook(self._enter, prepend=True)
            after = module.register_forward_hook(self._leave, always_call=True)
            self._handles.append((module, before, after))

    def close(self) -> None:
        """Stops; modules are called as before."""
        for module, before, after in self._handles:
            before.remove()
            after.remove()
            module._find_hooks()
        self._handles.clear()

    def _enter(self, module: Module, args: Any) -> None:
        path = self._path(module)
        self._active.append((module, path, _C._last_sequence()))
        self._turns.append({})

    def _leave(self, module: Module, args: Any, result: Any) -> None:
        if all(entered is not module for entered, _, _ in self._active):
            return  # another hook failed before ours
        while True:
            left, path, first = self._active.pop()
            self._turns.pop()
            if left is module:
                self._calls.append(_Call(first, _C._last_sequence(), path))
                return

    def _path(self, module: Module) -> str:
        if not self._active:
            return self._paths[id(module)][0]
        turns = self._turns[-1]
        if id(module) not in turns:
            turns[id(module)] = itertools.cycle(self._paths_below(module, self._active[-1][1]))
        return next(turns[id(module)])

    def _paths_below(self, module: Module, above: str) -> list[str]:
        """Its paths right below another one, or else anywhere below it, or else all."""
        paths = self._paths[id(module)]
        start = f"{above}." if above else ""
        below = [p for p in paths if p.startswith(start)]
        return [p for p in below if "." not in p[len(start) :]] or below or paths

    def path_of(self, sequence: int) -> str | None:
        """The path of the innermost call that recorded an operation; None for one before the log."""
        # In the order in which they ended, so the first that contains it is the innermost.
        start = bisect.bisect_left(self._calls, sequence, key=lambda call: call.last)
        later = (call.path for call in self._calls[start:] if call.first < sequence)
        return next(later, None)


class Namer:
    """Finds the name under which each use of one parameter went.

    Args:
        net: the net.
        names: all names of the parameter.
        log: the calls that were noted.
    """

    def __init__(self, net: Module, names: list[str], log: CallLog) -> None:
        self._net = net
        self._names = names
        self._log = log
        self._taken = dict.fromkeys(names, 0)
        self._modules = {n: net.get_submodule(n.rpartition(".")[0]) for n in names}

    def name(self, leaf: Tensor, site: Site) -> str:
        """The name of the use of ``leaf`` at a site; to be asked in the order of the forward."""
        fitting = [n for n in self._names if self._net.get_parameter(n) is leaf] or self._names
        path = self._log.path_of(site.sequence)
        if path is not None:
            noted = [n for n in fitting if n.rpartition(".")[0] == path]
            fitting = noted or [n for n in fitting if n.startswith(path + ".")] or fitting
        if len(fitting) > 1:
            fitting = self._by_company(fitting, site)
        chosen = min(fitting, key=self._taken.__getitem__)
        self._taken[chosen] += 1
        return chosen

    def _by_company(self, fitting: list[str], site: Site) -> list[str]:
        """Those whose module fits best what the operation was, and what else it took."""
        shared = {id(self._net.get_parameter(n)._owner) for n in fitting}
        lookup = "Embedding" in site.operation

        def fit(name: str) -> tuple[bool, bool, bool]:
            module = self._modules[name]
            others = _trained(module) - shared
            alike = ("Embedding" in type(module).__name__) == lookup
            return bool(others & site.company), alike, not others

        best = max(map(fit, fitting))
        return [n for n in fitting if fit(n) == best]


def _trained(module: Module) -> set[int]:
    """Ids of what a module's operations would take besides."""
    found = (p._owner for p in module._parameters.values() if p is not None and p.requires_grad)
    return {id(p) for p in found}

"""The rows of an inventory: each module at each of its paths, with its own parameters."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from taut import Tensor
from taut._inventory.statistics import Statistics
from taut._regions import Regions
from taut._utils import alias_of
from taut.nn._init_gate import Draw, drawn
from taut.nn.module import Module
from taut.nn.parameter import is_lazy

__all__ = ["ModuleRow", "ParameterRow", "Totals", "fitting_depth", "walk"]


@dataclasses.dataclass
class ParameterRow:
    """A parameter or buffer under one of its names.

    Attributes:
        name: its path.
        shape: its sizes; None while a lazy module has not seen an input.
        dtype: its element type.
        numel: how many elements.
        nbytes: how many bytes.
        trainable: whether it takes a gradient.
        buffer: whether it is a buffer.
        tied_to: the first name of the same memory; None where this is the first.
        transposed: whether this name sees that memory transposed.
        draw: how an initialiser of ``taut.nn.init`` filled it last; None if not known.
        statistics: of its values; only where they were asked for.
    """

    name: str
    shape: tuple[int, ...] | None
    dtype: Any
    numel: int
    nbytes: int
    trainable: bool
    buffer: bool = False
    tied_to: str | None = None
    transposed: bool = False
    draw: Draw | None = None
    statistics: Statistics | None = None


@dataclasses.dataclass
class ModuleRow:
    """A module at one of its paths.

    Attributes:
        path: where it stands; "" is the network itself.
        name: the last part of the path.
        depth: how deep, 0 for the network itself.
        kind: its class.
        parameters: its own parameters and buffers, not those of modules below it.
        tied_to: the path at which the same module stood first; None where this is the first.
        output: the shapes of the tensors in its result; None where it was not called.
        calls: how often the forward called it here.
        multiply_adds: of each call, those of modules below included.
        operations: on single elements, of each call, beside the multiply-adds.
        size: how many rows it is, with those below it.
    """

    path: str
    name: str
    depth: int
    kind: str
    parameters: list[ParameterRow]
    tied_to: str | None = None
    output: tuple[tuple[int, ...], ...] | None = None
    multiply_adds: list[int] = dataclasses.field(default_factory=list)
    operations: list[int] = dataclasses.field(default_factory=list)
    size: int = 1

    @property
    def calls(self) -> int:
        """How often the forward called it here."""
        return len(self.multiply_adds)

    @property
    def flops(self) -> list[int]:
        """Of each call: a multiply-add is two, an operation on an element one."""
        return [2 * n + m for n, m in zip(self.multiply_adds, self.operations, strict=True)]


@dataclasses.dataclass(frozen=True)
class Totals:
    """Sums over a network; what several names share counts once.

    Attributes:
        parameters: elements of all parameters.
        trainable: of those that take a gradient.
        frozen: of the others.
        untied: what ``parameters`` were if every name had memory of its own.
        lazy: how many parameters have no shape yet.
        parameter_bytes: the memory of the parameters.
        buffer_bytes: the memory of the buffers.
        multiply_adds: of the forward; None if it did not run.
        operations: of the forward on single elements; None if it did not run.
    """

    parameters: int
    trainable: int
    frozen: int
    untied: int
    lazy: int
    parameter_bytes: int
    buffer_bytes: int
    multiply_adds: int | None = None
    operations: int | None = None

    @property
    def flops(self) -> int | None:
        """Of the forward: a multiply-add is two, an operation on an element one."""
        if self.multiply_adds is None or self.operations is None:
            return None
        return 2 * self.multiply_adds + self.operations


class _Place(NamedTuple):
    """A module at a path, with (name, tensor, whether a buffer) of its own."""

    path: str
    name: str
    depth: int
    module: Module
    members: list[tuple[str, Tensor, bool]]


class _Walker:
    """Makes the rows, and adds up what is there once."""

    def __init__(self, net: Module, statistics: bool) -> None:
        # From the top down; no recursion, however deep the network.
        self._places: list[_Place] = []
        pending: list[tuple[str, str, int, Module]] = [("", "", 0, net)]
        while pending:
            path, name, depth, module = pending.pop()
            self._places.append(_Place(path, name, depth, module, list(_members(module))))
            below = [
                (f"{path}.{n}" if path else n, n, depth + 1, m)
                for n, m in module._modules.items()
                if m is not None
            ]
            pending += reversed(below)
        self._regions = Regions(t for place in self._places for _, t, _ in place.members)
        self._with_statistics = statistics
        self._statistics: dict[Hashable, Statistics] = {}
        self._first: dict[Hashable, tuple[str, bool]] = {}
        self._modules: dict[int, str] = {}
        self.sums = {"trainable": 0, "frozen": 0, "untied": 0, "lazy": 0}
        self.bytes = {False: 0, True: 0}
        self._trained: set[Hashable] = set()

    def rows(self) -> list[ModuleRow]:
        keys = [[self._regions.key(t) for _, t, _ in place.members] for place in self._places]
        for place, own in zip(self._places, keys, strict=True):
            for (_, tensor, buffer), key in zip(place.members, own, strict=True):
                if not buffer and tensor.requires_grad:
                    self._trained.add(key)
        rows = [self._row(*each) for each in zip(self._places, keys, strict=True)]
        _count_below(rows)
        return rows

    def _row(self, place: _Place, keys: list[Hashable]) -> ModuleRow:
        path = place.path
        first = self._modules.setdefault(id(place.module), path)
        members = [
            self._member(path, key, *member)
            for key, member in zip(keys, place.members, strict=True)
        ]
        tied = None if first == path else first
        kind = type(place.module).__name__
        return ModuleRow(path, place.name, place.depth, kind, members, tied)

    def _member(
        self, path: str, key: Hashable, last: str, tensor: Tensor, buffer: bool
    ) -> ParameterRow:
        name = f"{path}.{last}" if path else last
        alias = alias_of(tensor)
        turned = alias is not None and alias[1]
        first, first_turned = self._first.setdefault(key, (name, turned))
        new = first == name
        lazy = is_lazy(tensor)
        numel = 0 if lazy else tensor.numel()
        self._add(key, tensor, numel, new, buffer, lazy)
        return ParameterRow(
            name,
            None if lazy else tuple(tensor.shape),
            tensor.dtype,
            numel,
            0 if lazy else tensor.nbytes,
            tensor.requires_grad,
            buffer,
            None if new else first,
            turned != first_turned,
            None if lazy else drawn(tensor),
            self._described(key, tensor) if self._with_statistics and not lazy else None,
        )

    def _add(
        self, key: Hashable, tensor: Tensor, numel: int, new: bool, buffer: bool, lazy: bool
    ) -> None:
        if not buffer:
            self.sums["untied"] += numel
            self.sums["lazy"] += lazy and new
        if not new or lazy:
            return
        region = self._regions.of(tensor)
        nbytes = region.end - region.begin
        # Names that overlap without being one cover more than the first of them.
        elements = nbytes // tensor.element_size() if nbytes > tensor.nbytes else numel
        self.bytes[buffer] += elements * tensor.element_size()
        if not buffer:
            self.sums["trainable" if key in self._trained else "frozen"] += elements

    def _described(self, key: Hashable, tensor: Tensor) -> Statistics | None:
        if tensor.is_meta or tensor.is_complex():
            return None
        if key not in self._statistics:
            self._statistics[key] = Statistics.of(tensor)
        return self._statistics[key]


def _members(module: Module) -> Iterator[tuple[str, Tensor, bool]]:
    """(name, tensor, whether a buffer) of a module's own."""
    for name, param in module._parameters.items():
        if param is not None:
            yield name, param, False
    for name, buffer in module._buffers.items():
        if buffer is not None:
            yield name, buffer, True


def _count_below(rows: list[ModuleRow]) -> None:
    """Fills in the sizes: the rows below a module follow it."""
    open_rows: list[int] = []
    for i, row in enumerate([*rows, None]):
        depth = -1 if row is None else row.depth
        while open_rows and rows[open_rows[-1]].depth >= depth:
            j = open_rows.pop()
            rows[j].size = i - j
        open_rows.append(i)


def fitting_depth(rows: list[ModuleRow], most: int) -> int:
    """The greatest depth that gives no more rows than these; at least 1 where there is one."""
    counts = collections.Counter(row.depth for row in rows)
    total, fitting = 0, 0
    for depth in sorted(counts):
        total += counts[depth]
        if total > most and depth > 1:
            break
        fitting = depth
    return fitting


def walk(net: Module, statistics: bool = False) -> tuple[list[ModuleRow], Totals]:
    """The rows of a network from the top down, and its totals."""
    walker = _Walker(net, statistics)
    rows = walker.rows()
    sums = walker.sums
    totals = Totals(
        sums["trainable"] + sums["frozen"],
        sums["trainable"],
        sums["frozen"],
        sums["untied"],
        sums["lazy"],
        walker.bytes[False],
        walker.bytes[True],
    )
    return rows, totals

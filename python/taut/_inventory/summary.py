"""``taut.summary``: rows, totals, and what they are shown as."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from taut._collector import collector_paused
from taut._inventory import measure
from taut._inventory.rows import ModuleRow, ParameterRow, fitting_depth, walk
from taut.nn.module import Module

__all__ = ["Summary", "summary"]

# More rows than these are folded where no depth is asked for.
_COMFORTABLE = 60


class Summary:
    """What a network is made of; prints as a table, and shows as one in a notebook.

    Attributes:
        rows: a :class:`ModuleRow` for each module at each of its paths, from the top down.
        totals: the sums, each memory counted once.
        depth: how deep the table goes; what is below is summed up in its last row.
    """

    def __init__(
        self,
        net: Module,
        calls: Sequence[measure.Call] | None,
        depth: int | None,
        init: bool,
        stats: bool,
    ) -> None:
        self.rows, totals = walk(net, statistics=stats)
        self.init, self.stats = init, stats
        self.depth = fitting_depth(self.rows, _COMFORTABLE) if depth is None else depth
        self.ran = calls is not None
        if calls is not None:
            _join(self.rows, calls)
            whole = self.rows[0]
            totals = dataclasses.replace(
                totals, multiply_adds=sum(whole.multiply_adds), operations=sum(whole.operations)
            )
        self.totals = totals

    @property
    def parameters(self) -> dict[str, ParameterRow]:
        """Every parameter and buffer by its name, tied ones under each of their names."""
        return {p.name: p for row in self.rows for p in row.parameters}

    def __getitem__(self, path: str) -> ModuleRow:
        """The row of the module at a path.

        Raises:
            KeyError: there is none.
        """
        row = next((row for row in self.rows if row.path == path), None)
        if row is None:
            raise KeyError(path)
        return row

    @collector_paused()
    def __str__(self) -> str:
        from taut._inventory import text

        return text.render(self)

    __repr__ = __str__

    @collector_paused()
    def _repr_html_(self) -> str:
        from taut._inventory import html

        return html.render(self)


def _join(rows: Sequence[ModuleRow], calls: Sequence[measure.Call]) -> None:
    by_path = {row.path: row for row in rows}
    for call in calls:
        row = by_path[call.path]
        row.output = call.output
        row.multiply_adds.append(call.multiply_adds)
        row.operations.append(call.operations)


@collector_paused()
def summary(
    net: Module,
    *inputs: Any,
    input_size: Any = None,
    dtype: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    depth: int | None = None,
    init: bool = False,
    stats: bool = False,
) -> Summary:
    """What a network is made of: modules, parameters, ties, and with an input also shapes and work.

    With an input the network runs forward once, in evaluation mode, without recording; modes and the
    random stream are left as they were. Lazy modules take shapes in a copy only. Without an
    input the table has what can be seen at rest.

    Multiply-adds are those of matrix products, convolutions, attention and recurrent layers, counted
    by the operations themselves wherever in a forward they stand, for each call on its own. FLOPs are
    twice that, and one for each operation on a single element: an addition, a function such as ``exp``,
    an element taken into a sum or a maximum. What is fused counts as its definition does: softmax five
    for each element, a normalisation five and its weight and bias, a pool one for each element of a
    window. Copies, indexing and sorting count nothing.

    Args:
        net: the network.
        inputs: what to call it with.
        input_size: instead, the shape of an input, the batch included, or a list of shapes.
        dtype: the type of those inputs, or a list of types; the default type if None. Integers are
            zeros.
        kwargs: more arguments by name.
        depth: how deep the table goes; as deep as it stays short if None. What lies deeper is
            summed up.
        init: show how each parameter was initialised, as far as ``taut.nn.init`` did it.
        stats: show mean, spread, norm, zeros and non-finite values of each parameter.

    Returns:
        A table to print; ``rows`` and ``totals`` have its numbers, ``parameters`` each parameter.

    Raises:
        TypeError: ``net`` is no module; ``input_size`` is no shape.
        ValueError: both inputs and ``input_size``; a depth below 0.
        RuntimeError: the forward failed; says in which module.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> shared = nn.Linear(8, 8)
        >>> net = nn.Sequential(nn.Linear(4, 8), shared, nn.ReLU(), shared)
        >>> taut.summary(net, input_size=(32, 4))
        module  class       output   parameters  trained  uses  multiply-adds   FLOPs  bytes  tied to
        ---------------------------------------------------------------------------------------------
        (net)   Sequential  (32, 8)                          1          5,120  11,264
          0     Linear      (32, 8)          40  yes         1          1,024   2,304  160 B
          1     Linear      (32, 8)          72  yes         1          2,048   4,352  288 B
          2     ReLU        (32, 8)                          1              0     256
          3     Linear      (32, 8)        [72]  yes         1          2,048   4,352         (1)
        ---------------------------------------------------------------------------------------------
        parameters    112 (trainable 112, frozen 0)
        without ties  184
        memory        448 B
        forward       5,120 multiply-adds, 11,264 FLOPs
    """
    if not isinstance(net, Module):
        raise TypeError(f"summary: expected a taut.nn.Module, got {type(net).__name__}")
    if depth is not None and depth < 0:
        raise ValueError(f"summary: depth must be at least 0, got {depth}")
    if input_size is not None:
        if inputs:
            raise ValueError("summary: give either inputs or input_size, not both")
        inputs = tuple(measure.made_inputs(input_size, dtype))
        if any(p.is_meta for p in net.parameters() if not measure.is_lazy(p)):
            inputs = tuple(t.to("meta") for t in inputs)
    calls = None
    if inputs or kwargs:
        calls, net = measure.measured(net, inputs, kwargs or {})
    return Summary(net, calls, depth, init, stats)

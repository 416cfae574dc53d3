"""A forward that is looked at: the shapes and the work of each call of a module."""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import taut
from taut import _C, Tensor
from taut._ties.calls import CallLog
from taut.nn.module import Module
from taut.nn.parameter import is_lazy

__all__ = ["Call", "made_inputs", "measured", "shapes_in", "tensors_in"]


class Call(NamedTuple):
    """One call of a module.

    Attributes:
        path: of the module.
        output: the shapes of the tensors in its result.
        multiply_adds: in products of matrices, convolutions, attention and recurrences.
        operations: on single elements, beside those.
    """

    path: str
    output: tuple[tuple[int, ...], ...]
    multiply_adds: int
    operations: int


class _Recorder(CallLog):
    """A log of calls with what they gave and what they cost."""

    def __init__(self, net: Module) -> None:
        super().__init__(net)
        self.calls: list[Call] = []
        self.failed: str | None = None
        self._counts: list[tuple[int, int]] = []

    def _enter(self, module: Module, args: Any) -> None:
        super()._enter(module, args)
        self._counts.append((_C._multiply_adds(), _C._element_operations()))

    def _leave(self, module: Module, args: Any, result: Any) -> None:
        path, (products, elements) = self._active[-1][1], self._counts[-1]
        if sys.exc_info()[1] is not None and self.failed is None:
            self.failed = path
        products, elements = _C._multiply_adds() - products, _C._element_operations() - elements
        self.calls.append(Call(path, shapes_in(result), products, elements))
        super()._leave(module, args, result)
        del self._counts[len(self._active) :]


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for v in value.values():
            yield from tensors_in(v)
    elif isinstance(value, (tuple, list)):
        for v in value:
            yield from tensors_in(v)


def shapes_in(value: Any) -> tuple[tuple[int, ...], ...]:
    """The shapes of those tensors."""
    return tuple(tuple(t.shape) for t in tensors_in(value))


@contextlib.contextmanager
def _as_it_was(net: Module) -> Iterator[None]:
    """Evaluation mode for the block; modes and the random stream as before afterwards."""
    training = [(m, m.training) for m in net.modules()]
    _C._watch_element_operations(True)
    try:
        with taut.random.fork_rng(), taut.no_grad():
            net.eval()
            yield
    finally:
        _C._watch_element_operations(False)
        for module, mode in training:
            module.training = mode


def measured(net: Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Call], Any]:
    """The calls of a forward in evaluation mode, and the network that ran.

    That is the given one, or a copy where lazy modules would take their shapes from the input.

    Raises:
        RuntimeError: the forward failed; says in which module.
    """
    if any(
        is_lazy(t) for m in net.modules() for t in (*m._parameters.values(), *m._buffers.values())
    ):
        net = copy.deepcopy(net)
    log = _Recorder(net)
    with _as_it_was(net):
        log.open()
        try:
            net(*args, **kwargs)
        except Exception as error:
            where = f" in {log.failed!r}" if log.failed else ""
            given = ", ".join(map(str, shapes_in((args, kwargs)))) or "no tensors"
            raise RuntimeError(
                f"summary: the forward failed{where} for inputs of shape {given}: "
                f"{type(error).__name__}: {error}"
            ) from error
        finally:
            log.close()
    return log.calls, net


def made_inputs(input_size: Any, dtype: Any) -> list[Tensor]:
    """Inputs of the given sizes, one or several: normal numbers, or zeros for other types.

    Raises:
        TypeError: not sizes.
        ValueError: not as many types as sizes.
    """
    sizes = list(input_size)
    if all(isinstance(n, int) for n in sizes):
        sizes = [tuple(sizes)]
    if not all(isinstance(s, (tuple, list)) and all(isinstance(n, int) for n in s) for s in sizes):
        raise TypeError(
            f"summary: input_size must be a shape, batch included, or a list of them, got {input_size!r}"
        )
    dtypes = list(dtype) if isinstance(dtype, (tuple, list)) else [dtype] * len(sizes)
    if len(dtypes) != len(sizes):
        raise ValueError(f"summary: {len(sizes)} input sizes need as many types, got {len(dtypes)}")
    generator = taut.Generator().manual_seed(0)  # a stream of its own
    made = []
    for size, kind in zip(sizes, dtypes, strict=True):
        kind = kind or taut.get_default_dtype()
        if kind.is_floating_point:
            made.append(taut.randn(tuple(size), generator=generator).to(kind))
        else:
            made.append(taut.zeros(tuple(size), dtype=kind))
    return made

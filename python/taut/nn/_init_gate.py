"""Which tensors initialisers fill: all of them, none (``skip_init``), or each memory once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from taut import Tensor
from taut._regions import Region

__all__ = ["Draw", "drawn", "filled", "once", "skip_all", "skips"]

Gate = Callable[[Tensor, str, tuple[Any, ...]], bool]
_gate: ContextVar[Gate | None] = ContextVar("gate", default=None)


def skips(tensor: Tensor, scheme: str, *settings: Any) -> bool:
    """Whether an initialiser must leave a tensor as it is, or it has no memory to fill."""
    gate = _gate.get()
    return tensor.is_meta or (gate is not None and gate(tensor, scheme, settings))


class Draw(NamedTuple):
    """How an initialiser filled a tensor.

    Attributes:
        scheme: its name, that of the distribution: ``xavier_uniform_`` draws by ``uniform_``.
        settings: its numbers, in the order of its arguments.
    """

    scheme: str
    settings: tuple[float, ...]


# A storage carries the place of its entry. The first one is for what is not known.
_draws: list[Draw | None] = [None]
_places: dict[Draw, int] = {}
_PLACES = 1 << 16


def filled(tensor: Tensor, scheme: str, *settings: Any) -> Tensor:
    """Notes with the memory of a tensor how an initialiser filled it, and returns the tensor.

    Training does not change the note; drawing the memory anew does.
    """
    whole = tensor.nbytes == tensor._storage_bytes()
    draw = Draw(scheme, tuple(map(float, settings)))
    tensor._set_origin(_place(draw) if whole else 0)
    return tensor


def _place(draw: Draw) -> int:
    place = _places.get(draw, 0)
    if not place and len(_draws) < _PLACES:
        place = _places[draw] = len(_draws)
        _draws.append(draw)
    return place


def drawn(tensor: Tensor) -> Draw | None:
    """How an initialiser filled the memory of a tensor; None where that is not known."""
    return _draws[tensor._origin()]


@contextmanager
def _gated(gate: Gate) -> Iterator[None]:
    token = _gate.set(gate)
    try:
        yield
    finally:
        _gate.reset(token)


def skip_all() -> Any:
    """Initialisers called in the block, in this thread, leave their tensors as they are."""
    return _gated(lambda tensor, scheme, settings: True)


class _Once:
    """Lets the first initialiser of a memory through."""

    def __init__(self) -> None:
        # The tensors are kept so that their storages keep their identity.
        self.filled: dict[int, list[tuple[Region, str, Tensor]]] = {}

    def __call__(self, tensor: Tensor, scheme: str, settings: tuple[Any, ...]) -> bool:
        if not tensor.numel():
            return False
        numbers = (f"{s:.6g}" if isinstance(s, float) else str(s) for s in settings)
        text = f"{scheme}({', '.join(numbers)})"
        region = Region.of(tensor)
        filled = self.filled.setdefault(region.storage, [])
        before = next((text for other, text, _ in filled if other.overlaps(region)), None)
        if before is None:
            filled.append((region, text, tensor.detach()))
            return False
        if before != text:
            warnings.warn(
                f"init.once: {text} for a parameter of shape {tuple(tensor.shape)} that is tied to one "
                f"already initialised by {before}; the first one stands",
                stacklevel=4,
            )
        return True


def once() -> Any:
    """A block in which initialisers fill each memory once, so that a tied parameter keeps its first.

    ``net.apply(f)`` visits a parameter that two modules share twice; the second time would draw
    again. A second initialiser that differs from the first is reported by a warning.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
        >>> _ = taut.tie(net, "0.weight", "1.weight")
        >>> with nn.init.once():
        ...     _ = net.apply(lambda m: isinstance(m, nn.Linear) and nn.init.ones_(m.weight))
        >>> net[1].weight.data
        tensor([[1., 1.],
                [1., 1.]])
    """
    return _gated(_Once())

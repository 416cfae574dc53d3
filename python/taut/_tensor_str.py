"""How a tensor prints: ``repr(t)``, ``str(t)``, ``format(t, spec)`` and the options behind them.

The text equals PyTorch's, character for character, so that a program's printed output does not
change with the import. Everything here works on the nested lists of ``Tensor.tolist()``: a tensor
with more than ``threshold`` elements is first cut down to the edges that will be shown, so that
printing costs the same for ten million elements as for a thousand.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import taut

if TYPE_CHECKING:
    from taut import Tensor

__all__ = ["get_printoptions", "printoptions", "set_printoptions", "tensor_repr"]

_ELIDED = "..."


@dataclass
class _PrintOptions:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
_options = _PrintOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print, for the whole process.

    Args:
        precision: digits after the decimal point (4).
        threshold: number of elements above which only the edges are shown (1000).
        edgeitems: how many elements are shown at each edge of each dimension (3).
        linewidth: characters per line (80).
        profile: ``"default"``, ``"short"`` or ``"full"``; the other arguments override it.
        sci_mode: scientific notation always (True), never (False), or where the numbers ask for it
            (None). Unlike the others it is set by every call.

    Example:
        >>> import taut
        >>> taut.set_printoptions(precision=2)
        >>> taut.tensor([1.12345])
        tensor([1.12])
        >>> taut.set_printoptions(profile="default")
    """
    if profile is not None:
        # An unknown profile changes nothing, as in PyTorch.
        for name, value in _PROFILES.get(profile, {}).items():
            setattr(_options, name, value)
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    for name, value in given.items():
        if value is not None:
            setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The current print options, as a dict that :func:`set_printoptions` accepts.

    Example:
        >>> import taut
        >>> from taut._tensor_str import get_printoptions
        >>> get_printoptions()["precision"]
        4
    """
    return asdict(_options)


@contextlib.contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Context manager: print options that hold inside the ``with`` block only.

    Example:
        >>> import taut
        >>> from taut._tensor_str import printoptions
        >>> with printoptions(precision=1):
        ...     print(taut.tensor([0.25]))
        tensor([0.2])
    """
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


class _Formatter:
    """Formats every element of one tensor to one width, decided from the elements shown."""

    def __init__(self, values: list[Any], floating: bool) -> None:
        self.width = 1
        self.floating = floating
        self.scientific = False
        self.integral = True  # floats that are all integers print as `2.`
        if not floating:
            self.width = max(map(len, map(str, values)), default=1)
            return
        numbers = [v for v in values if v != 0 and math.isfinite(v)]
        if not numbers:
            return
        self.integral = all(v == math.floor(v) for v in numbers)
        self.scientific = self._wants_scientific(numbers)
        self.width = max(len(self._text(v)) for v in numbers)

    @staticmethod
    def _wants_scientific(numbers: list[float]) -> bool:
        if _options.sci_mode is not None:
            return _options.sci_mode
        smallest = min(map(abs, numbers))
        largest = max(map(abs, numbers))
        return largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4

    def _text(self, value: Any) -> str:
        if not self.floating:
            return str(value)
        if self.scientific:
            return f"{value:.{_options.precision}e}"
        if self.integral:
            return f"{value:.0f}." if math.isfinite(value) else f"{value}"
        return f"{value:.{_options.precision}f}"

    def __call__(self, value: Any) -> str:
        return self._text(value).rjust(self.width)


def _flatten(nested: Any, ndim: int) -> list[Any]:
    if ndim == 0:
        return [nested]
    for _ in range(ndim - 1):
        nested = [item for row in nested for item in row]
    return nested


def _cut_to_edges(tensor: Tensor, edge: int) -> tuple[Tensor, list[bool]]:
    """Keep ``edge`` elements at each end of every longer dimension; says which were cut."""
    cut = [size > 2 * edge for size in tensor.shape]
    for dim, is_cut in enumerate(cut):
        if is_cut:
            tail = tensor.narrow(dim, tensor.shape[dim] - edge, edge)
            tensor = taut.cat((tensor.narrow(dim, 0, edge), tail), dim)
    return tensor, cut


def _row(items: list[Any], indent: int, is_cut: bool, formatter: _Formatter) -> str:
    """The innermost dimension: elements side by side, wrapped at ``linewidth``."""
    texts = [formatter(item) for item in items]
    if is_cut:
        edge = _options.edgeitems
        texts[edge:edge] = [" " + _ELIDED if edge else _ELIDED]
    per_line = max(1, (_options.linewidth - indent) // (formatter.width + 2))
    lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _block(nested: Any, indent: int, cut: list[bool], formatter: _Formatter) -> str:
    """Nested lists of ``len(cut)`` dimensions; ``cut[d]`` puts an ellipsis into dimension d."""
    if not cut:
        return formatter(nested)
    if len(cut) == 1:
        return _row(nested, indent, cut[0], formatter)
    blocks = [_block(item, indent + 1, cut[1:], formatter) for item in nested]
    if cut[0]:
        edge = _options.edgeitems
        blocks[edge:edge] = [_ELIDED]
    separator = "," + "\n" * (len(cut) - 1) + " " * (indent + 1)
    return "[" + separator.join(blocks) + "]"


def _sparse_contents(tensor: Tensor, indent: int) -> str:
    """The indices, and below them the values."""
    parts = []
    for name, part in (("indices", tensor._indices()), ("values", tensor._values())):
        prefix = f"{name}=tensor("
        size = f", size={tuple(part.shape)}" if part.numel() == 0 else ""
        parts.append(prefix + _contents(part, indent + len(prefix)) + size + ")")
    return (",\n" + " " * indent).join(parts)


def _contents(tensor: Tensor, indent: int) -> str:
    if tensor.is_meta:
        return _ELIDED
    if tensor.is_sparse:
        return _sparse_contents(tensor, indent)
    if tensor.numel() == 0:
        return "[]"
    tensor = tensor.detach()
    cut = [False] * tensor.dim()
    if tensor.numel() > _options.threshold:
        tensor, cut = _cut_to_edges(tensor, _options.edgeitems)
    nested = tensor.tolist()
    formatter = _Formatter(_flatten(nested, tensor.dim()), tensor.is_floating_point())
    return _block(nested, indent, cut, formatter)


def _dtype_suffix(tensor: Tensor) -> list[str]:
    """The dtype, where the digits do not already tell it."""
    evident = {taut.get_default_dtype()}
    if tensor.is_sparse or tensor.numel() > 0:
        evident |= {taut.int64, taut.bool}
    return [] if tensor.dtype in evident else [f"dtype={tensor.dtype}"]


def _suffixes(tensor: Tensor) -> list[str]:
    suffixes = ["device='meta'"] if tensor.is_meta else []
    # Without edge items nothing says how long a dimension is.
    if tensor.is_sparse:
        suffixes += [f"size={tuple(tensor.shape)}", f"nnz={tensor._nnz()}"]
    elif tensor.is_meta or (tensor.dim() != 1 if tensor.numel() == 0 else _options.edgeitems == 0):
        suffixes.append(f"size={tuple(tensor.shape)}")
    suffixes += _dtype_suffix(tensor)
    if tensor.is_sparse:
        suffixes.append(f"layout={tensor.layout}")
    if tensor.grad_fn is not None:
        suffixes.append(f"grad_fn=<{tensor.grad_fn.name()}>")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return suffixes


def tensor_repr(tensor: Tensor) -> str:
    """``repr`` of a tensor (``Parameter.__repr__`` puts its own first line above it)."""
    cls = type(tensor)
    plain = cls is taut.Tensor or cls is taut.nn.Parameter
    prefix = "tensor(" if plain else f"{cls.__name__}("
    text = prefix + _contents(tensor, len(prefix))
    # The closing parenthesis counts as part of the line.
    last_line = len(text) - text.rfind("\n") + 1
    new_line = tensor.is_sparse
    for suffix in _suffixes(tensor):
        if new_line or last_line + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * len(prefix) + suffix
            last_line, new_line = len(prefix) + len(suffix), False
        else:
            text += ", " + suffix
            last_line += len(suffix) + 2
    text += ")"
    role = isinstance(tensor, taut.nn.Parameter) and not issubclass(cls, taut.nn.Parameter)
    return f"Parameter({text})" if role else text

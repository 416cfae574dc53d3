"""``viz.ties``: the uses of shared memory, joined to one box for each storage."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

from taut._inventory.lines import amount, shape
from taut._ties.find import Tie
from taut._ties.find import ties as find_ties
from taut._ties.names import how
from taut._ties.terms import PerUse
from taut.nn.module import Module
from taut.viz._canvas import FAINT, INK, PAPER, SOFT, TIES, Canvas, text_width
from taut.viz._layout import spaced
from taut.viz._picture import Picture

__all__ = ["ties"]

# Heights: of a line for a use in a box, of a box without uses, between boxes, of a storage.
_LINE, _HEAD, _GAP, _STORE = 0.22, 0.36, 0.24, 0.78
_LEFT, _TOP = 0.35, 0.82
_WORDS = {
    "module": "one module in several places",
    "parameter": "one parameter in several modules",
    "transpose": "used as W and as its transpose",
    "storage": "several parameters over one memory",
}


class _Use(NamedTuple):
    """A name of a tie.

    Attributes:
        tie: the number of the tie.
        name: of the parameter.
        path: of its module.
        transposed: whether it sees the memory transposed.
        scale: the factor of its gradient.
        norms: of the gradient terms of its calls; None where none were recorded.
    """

    tie: int
    name: str
    path: str
    transposed: bool
    scale: float
    norms: list[float] | None

    @property
    def norm(self) -> float:
        """Of what all calls add, at right angles."""
        return math.hypot(*self.norms or ())

    def words(self) -> str:
        """What its line in the box says."""
        found = [self.name.rpartition(".")[2]]
        found += ["transposed"] * self.transposed
        found += [f"gradient × {self.scale:g}"] * (self.scale != 1)
        if self.norms is not None:
            found.append(f"|g| {self.norm:.2g}" if self.norms else "no gradient")
            found += [f"{len(self.norms)} calls"] * (len(self.norms) > 1)
        return " · ".join(found)


def ties(
    net: Module, *, uses: PerUse | None = None, max_ties: int = 8, max_uses: int = 8
) -> Picture:
    """Every tied parameter as one box of memory, with a dotted line from each place that uses it.

    On the left the modules in the order of registration, those without ties in between summed up; on
    the right the memory. A transposed use is marked, and a factor of its gradient. With the gradients
    recorded by :func:`taut.per_use` each line is as wide as what that use adds to the gradient.

    Args:
        net: a network; it need not have ties.
        uses: what :func:`taut.per_use` recorded for this network.
        max_ties: of more ties those are drawn that save most.
        max_uses: of more uses of one memory the first ones are drawn.

    Raises:
        TypeError: not a module.

    Example:
        >>> import taut
        >>> from taut import nn, viz
        >>> shared = nn.Linear(8, 8)
        >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared)
        >>> with taut.per_use(net) as uses:
        ...     net(taut.ones(2, 4)).sum().backward()
        >>> viz.ties(net, uses=uses).save("ties.png")
    """
    if not isinstance(net, Module):
        raise TypeError(f"ties: expected a taut.nn.Module, got {type(net).__name__}")
    return _Drawing(net, uses, max_ties, max_uses).draw()


def _uses_of(net: Module, number: int, tie: Tie, recorded: PerUse | None) -> list[_Use]:
    norms: dict[str, list[float]] = {}
    known: Any = recorded if recorded is not None else {}
    for name in dict.fromkeys(tie.names):
        if name in known:  # under any of the names of one parameter, the uses of all
            for use in known[name]:
                norm = use.norm if hasattr(use, "norm") else float(use.grad.norm())
                last = name.rpartition(".")[2]
                norms.setdefault(f"{use.path}.{last}" if use.path else last, []).append(norm)
            if tie.kind != "storage":
                break
    found = []
    for name in tie.names:
        transposed, scale = how(net.get_parameter(name))
        path = name.rpartition(".")[0]
        there = norms.get(name) or next((n for k, n in norms.items() if _module(k) == path), [])
        found.append(_Use(number, name, path, transposed, scale, there if norms else None))
    return found


def _module(name: str) -> str:
    return name.rpartition(".")[0]


@dataclasses.dataclass
class _Block:
    """A box on the left: a module with ties, or one or several without."""

    path: str
    kind: str
    count: int = 1
    uses: list[_Use] = dataclasses.field(default_factory=list)
    top: float = 0.0

    @property
    def height(self) -> float:
        """Of the box."""
        return _HEAD + _LINE * len(self.uses) + 0.06 * bool(self.uses) - 0.08 * (not self.uses)

    @property
    def words(self) -> str:
        """What a box without ties says."""
        name = f"{self.path}  {self.kind}".strip()
        return name if self.count == 1 else f"{self.count:,} modules without ties"


class _Drawing:
    def __init__(self, net: Module, recorded: PerUse | None, most: int, most_uses: int) -> None:
        self.recorded = recorded is not None
        self.all = find_ties(net)
        kept = sorted(self.all, key=lambda tie: -tie.bytes_saved)[:most]
        self.ties = [tie for tie in self.all if tie in kept][:most]
        self.uses = [_uses_of(net, k, tie, recorded)[:most_uses] for k, tie in enumerate(self.ties)]
        self.blocks = self._stacked(net)
        self._measure()

    def _stacked(self, net: Module) -> list[_Block]:
        by_path: dict[str, list[_Use]] = {}
        for uses in self.uses:
            for use in uses:
                by_path.setdefault(use.path, []).append(use)
        blocks: list[_Block] = []
        for path, module in net.named_modules(remove_duplicate=False):
            kind, uses = type(module).__name__, by_path.get(path, [])
            if uses:
                blocks.append(_Block(path or "(net)", kind, uses=uses))
            elif module._modules:
                continue
            elif blocks and not blocks[-1].uses:
                blocks[-1].count += 1
            else:
                blocks.append(_Block(path, kind))
        return blocks

    def _measure(self) -> None:
        lines = [text_width(f"{b.path}  {b.kind}", 9, True) for b in self.blocks if b.uses]
        lines += [text_width(use.words(), 7.5, True) for uses in self.uses for use in uses]
        self.box = max([1.7, *(width + 0.35 for width in lines)])
        facts = [text_width(f, 9, True) for tie in self.ties for f in _facts(tie)]
        self.store = max([2.3, *(width + 0.4 for width in facts)])
        self.right = _LEFT + self.box + 2.4
        y = 0.0
        for block in self.blocks:
            block.top = y
            y += block.height + _GAP
        self.ports = {
            (use.tie, use.name): block.top + _HEAD + _LINE * (i + 0.5)
            for block in self.blocks
            for i, use in enumerate(block.uses)
        }
        self._place_stores()
        top = min([0.0, *(s - _STORE / 2 for s in self.stores.values())])
        self.origin = _TOP - top
        lowest = max([y - _GAP, *(s + _STORE / 2 for s in self.stores.values())])
        self.height = self.origin + lowest + (0.75 if self.ties else 0.3)

    def _place_stores(self) -> None:
        """Each at the middle of its uses, or as near as the others allow."""
        middles = []
        for k, uses in enumerate(self.uses):
            heights = [self.ports[k, use.name] for use in uses]
            middles.append((sum(heights) / len(heights), k))
        middles.sort()
        apart = _STORE + 0.2
        placed = spaced([y for y, _ in middles], [apart] * max(len(middles) - 1, 0))
        self.stores = {k: y for (_, k), y in zip(middles, placed, strict=True)}

    def draw(self) -> Picture:
        saved = sum(tie.bytes_saved for tie in self.all)
        c = Canvas(self.right + self.store + 0.35 if self.ties else self.box + 1.4, self.height)
        plural = "" if len(self.all) == 1 else "s"
        title = f"{len(self.all):,} tied parameter{plural}, {amount(saved)} saved"
        if len(self.all) > len(self.ties):
            title += f"; {len(self.ties)} of them shown"
        c.text(_LEFT, 0.3, title if self.ties else "No ties", 11, align="left", bold=True)
        c.text(_LEFT, 0.6, "modules", 8.5, SOFT, "left")
        if self.ties:
            c.text(self.right, 0.6, "memory", 8.5, SOFT, "left")
        for before, block in zip([None, *self.blocks], self.blocks, strict=False):
            self._block(c, before, block)
        for k, tie in enumerate(self.ties):
            self._store(c, k, tie)
        self._legend(c)
        return c.picture()

    def _block(self, c: Canvas, before: _Block | None, block: _Block) -> None:
        x, top = _LEFT + self.box / 2, self.origin + block.top
        if before is not None:
            c.curve([(x, self.origin + before.top + before.height), (x, top)], SOFT, arrow=True)
        if not block.uses:
            c.box(x, top + block.height / 2, self.box, block.height, PAPER, FAINT, 0.8)
            size = min(8.0, 8.0 * (self.box - 0.15) / max(text_width(block.words, 8), 1e-6))
            c.text(x, top + block.height / 2, block.words, size, SOFT)
            return
        c.box(x, top + block.height / 2, self.box, block.height, "white", INK, 1.3)
        c.text(_LEFT + 0.12, top + 0.19, block.path, 9, align="left", bold=True)
        c.text(_LEFT + self.box - 0.12, top + 0.19, block.kind, 8.5, SOFT, "right")
        for use in block.uses:
            y = self.origin + self.ports[use.tie, use.name]
            color = TIES[use.tie % len(TIES)]
            edge = _LEFT + self.box - 0.12
            c.text(edge, y, use.words(), 7.5, color, "right", bold=use.transposed)

    def _store(self, c: Canvas, k: int, tie: Tie) -> None:
        color, y = TIES[k % len(TIES)], self.origin + self.stores[k]
        middle = self.right + self.store / 2
        c.box(middle, y, self.store, _STORE, "white", color, 2.0, radius=0.09)
        first, second, third = _facts(tie)
        c.text(middle, y - 0.21, first, 9.5, color, bold=True)
        c.text(middle, y + 0.02, second, 8)
        left = len(tie.names) - len(self.uses[k])
        more = f" · {left:,} more uses" if left else ""
        c.text(middle, y + 0.23, third + more, 8, SOFT)
        uses = sorted(self.uses[k], key=lambda use: self.ports[k, use.name])
        largest = max((u.norm for u in uses if math.isfinite(u.norm)), default=0.0)
        for i, use in enumerate(uses):
            share = use.norm / largest if largest and math.isfinite(use.norm) else 0.0
            width = 0.8 + 3.4 * share if self.recorded else 1.6
            self._line(c, use, y + 0.5 * ((i + 0.5) / len(uses) - 0.5), width)

    def _line(self, c: Canvas, use: _Use, end: float, width: float) -> None:
        color = TIES[use.tie % len(TIES)]
        x0, x1, start = _LEFT + self.box, self.right, self.origin + self.ports[use.tie, use.name]
        bend = 0.5 * (x1 - x0)
        points = [(x0, start), (x0 + bend, start), (x1 - bend, end), (x1, end)]
        c.curve(points, color, width, (0, (1.2, 1.1)))
        c.circle(x0, start, 0.04, color, color)
        c.circle(x1, end, 0.04, color, color)

    def _legend(self, c: Canvas) -> None:
        if not self.ties:
            return
        y = self.height - 0.28
        c.curve([(_LEFT, y), (_LEFT + 0.4, y)], SOFT, 2.0, (0, (1.2, 1.1)))
        words = "reads and writes the same memory"
        if self.recorded:
            words = "width: norm |g| of what the use adds to the gradient"
        c.text(_LEFT + 0.5, y, words, 8, SOFT, "left")


def _facts(tie: Tie) -> list[str]:
    sizes = "no shape yet" if tie.shape is None else shape(tie.shape)
    first = f"{tie.names[0].rpartition('.')[2]} {sizes}"
    return [first, _WORDS[tie.kind], f"saves {amount(tie.bytes_saved)}"]

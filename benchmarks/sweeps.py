"""What `scaling.py` sweeps over, each written once and run with the module it is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import programs


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Sizes, and what is timed at each: makers of functions, by name."""

    title: str
    unit: str  # of work, in the singular and the plural
    units: str
    sizes: tuple[int, ...]
    series: dict[str, Callable[[Any, int], Callable[[], Any]]]
    why: str  # what the curves show, on any machine
    bytes_per_unit: int = 0  # memory that a unit touches: marks where the caches are full


def elementwise(t, n, f, inputs=1):
    x = [t.rand(n) for _ in range(inputs)]
    return lambda: f(*x)


def layers(t, n):
    """So many layers of width 16 under a batch of 4: forward and backward."""
    net = t.nn.Sequential(*(t.nn.Linear(16, 16) for _ in range(n)))
    x = t.rand(4, 16)
    return lambda: net(x).sum().backward()


def tied_uses(t, n):
    """One weight of 256 x 256, so often in a row: forward and backward into one gradient."""
    weight = t.nn.Parameter(t.eye(256))
    x = t.rand(8, 256, requires_grad=True)  # so that the first use has the products of the others

    def run():
        y = x
        for _ in range(n):
            y = t.nn.functional.linear(y, weight)
        y.sum().backward()

    return run


def sequence(t, n):
    """Forward and backward of a transformer of one layer, width 64, over one text of n tokens."""
    net = programs.gpt(t, vocabulary=96, context=n, width=64, heads=4, layers=1)
    x, y = t.randint(96, (1, n)), t.randint(96, (n,))

    def run():
        net.zero_grad()
        t.nn.functional.cross_entropy(net(x).flatten(0, 1), y).backward()

    return run


def batch(t, n):
    """A training step of 784-256-256-10 with SGD."""
    nn = t.nn
    net = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )
    x, y = t.rand(n, 784), t.randint(10, (n,))
    optimizer = t.optim.SGD(net.parameters(), lr=1e-3)
    return programs.step(t, net, optimizer, lambda net: nn.functional.cross_entropy(net(x), y))


SWEEPS = {
    "elements": Sweep(
        "Elements of an operation",
        "element",
        "elements",
        tuple(10**i for i in range(9)),
        {
            "a + b": lambda t, n: elementwise(t, n, t.add, inputs=2),
            "gelu": lambda t, n: elementwise(t, n, t.nn.functional.gelu),
            "sum": lambda t, n: elementwise(t, n, t.sum),
        },
        """One call without gradients. On the left a call costs what Python, the checks and the result's allocation cost, however
few the elements. The first bend is where the loop takes as long as that. From there the cost per element is flat while the
arrays fit a cache; the vertical lines mark where the three arrays of `a + b`, 12 bytes an element, fill each of them. The second
bend is where they outgrow the last: from there `a + b` and `sum` run at the speed of memory, while `gelu`, bound by arithmetic,
hardly bends. The jump of PyTorch's `a + b` and `gelu` at 10M is none of memory's: it takes each large result afresh from the
system, which hands out zeroed pages one by one; taut's allocator hands out the block of the call before.""",
        bytes_per_unit=12,
    ),
    "layers": Sweep(
        "Layers of a network",
        "layer",
        "layers",
        (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000),
        {"step": layers},
        """Forward and backward of so many `Linear(16, 16)` under a batch of 4, where overhead is all there is. One layer carries
the sum and the start of the backward; then a layer costs the same however many there are: the walk over the graph and its
destruction are loops over nodes of a pool. The rise on the right is the caches': a layer's weight, gradient, activation and nodes
are some 4 KB, so a few hundred layers fill the second level, and have left it when the backward comes for them.""",
    ),
    "uses": Sweep(
        "Uses of one tied weight",
        "use",
        "uses of the weight",
        (1, 3, 10, 30, 100, 300, 1000),
        {"step": tied_uses},
        """Forward and backward through one weight of 256 x 256, so often in a row. No bend: each use is two products of the
backward, one of which adds to the one gradient buffer in place. PyTorch writes each use's gradient into a matrix of its own and
then adds the two: a second pass over 256 KB per use.""",
    ),
    "sequence": Sweep(
        "Length of a sequence",
        "token",
        "tokens",
        (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        {"step": sequence},
        """Forward and backward of a transformer of one layer, width 64, over one text. On the left overhead, shared by more and
more tokens. Then the layers, at a fixed cost per token. A token's attention is over all before it: its products grow with the
length, half of them skipped because they lie in the future, and are as many as those of the layers at 12 widths, 768 tokens. They
are thin (16 elements to a head) and come with an exponential each, so the bend is sooner; past it a token costs in proportion to
the length.""",
    ),
    "batch": Sweep(
        "Samples in a batch",
        "sample",
        "samples",
        (1, 4, 16, 64, 256, 1024, 4096),
        {"step": batch},
        """A training step of 784-256-256-10 with SGD. What does not depend on the batch is the overhead and a pass over weights and
gradients, for the products and for the update. It is spread over more and more samples until the products are large enough to be
bound by arithmetic, where a sample costs the same.""",
    ),
}

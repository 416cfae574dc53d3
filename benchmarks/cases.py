"""The benchmark cases: each is written once and runs with the module it is given.

A case takes the module (``torch`` or ``taut``) and returns a function to be timed, or raises
AttributeError where an operation is not there yet. Every case seeds first, so both run on the same numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import programs


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of the table."""

    group: str
    name: str
    make: Callable[[Any], Callable[[], Any]]
    goal: float | None = None  # the ratio taut / PyTorch to reach
    unit: str = "time"  # or "bytes": the function returns the figure itself
    flops: float = 0.0  # floating-point operations in a call
    bytes: float = 0.0  # memory that a call must read and write
    parallel: bool = False  # threads share it: their gain and equal results are reported


def overhead(t, grad):
    a = t.ones(4, requires_grad=grad)
    b = t.ones(4)
    return lambda: a + b


def chain(t):
    x = t.ones(4, requires_grad=True)

    def run():
        y = x
        for _ in range(20):
            y = y * 1.01 + 0.5
        y.sum().backward()

    return run


def binary(t, name, size):
    a, b = t.randn(size), t.randn(size)
    return lambda: getattr(t, name)(a, b)


def matmul(t, m, k, n, transposed=""):
    a = t.randn(k, m).t() if "a" in transposed else t.randn(m, k)
    b = t.randn(n, k).t() if "b" in transposed else t.randn(k, n)
    return lambda: a @ b


def unary(t, name, size):
    x = t.randn(size)
    return lambda: getattr(t, name)(x)


def functional(t, name, *size, backward=False, **options):
    x = t.randn(*size, requires_grad=backward)
    f = getattr(t.nn.functional, name)
    if not backward:
        return lambda: f(x, **options)
    cotangent = t.ones(*size)

    def run():
        x.grad = None
        f(x, **options).backward(cotangent)

    return run


def convolution(t, image, weight, backward, **options):
    """A convolution layer, or its forward and backward."""
    dims = len(image) - 2
    x, w = (t.randn(*size, requires_grad=backward) for size in (image, weight))
    b = t.randn(weight[0], requires_grad=backward)
    f = getattr(t.nn.functional, f"conv{dims}d")
    if not backward:
        return lambda: f(x, w, b, **options)
    cotangent = t.ones(f(x, w, b, **options).shape)

    def run():
        x.grad = w.grad = b.grad = None
        f(x, w, b, **options).backward(cotangent)

    return run


def norm(t, rows, width):
    x, w, b = t.randn(rows, width), t.ones(width), t.zeros(width)
    return lambda: t.nn.functional.layer_norm(x, (width,), w, b)


def cross_entropy(t, rows, classes):
    x = t.randn(rows, classes, requires_grad=True)
    y = t.randint(classes, (rows,))

    def run():
        x.grad = None
        t.nn.functional.cross_entropy(x, y).backward()

    return run


def optimizer_step(t, name, size):
    parameters = [t.nn.Parameter(t.randn(size)) for _ in range(4)]
    for p in parameters:
        p.grad = t.randn(size)
    return getattr(t.optim, name)(parameters, lr=1e-3).step


def embedding(t, backward):
    """20,000 of 50,000 rows of 512."""
    weight = t.randn(50_000, 512, requires_grad=backward)
    index = t.randint(50_000, (20_000,))
    if not backward:
        return lambda: t.nn.functional.embedding(index, weight)
    cotangent = t.ones(20_000, 512)

    def run():  # gradients add up, as over micro-batches
        t.nn.functional.embedding(index, weight).backward(cotangent)

    return run


def initialise(t, name, *size):
    x = t.empty(*size)
    return lambda: getattr(t.nn.init, name)(x)


def tied_head_bytes(t, width):
    """Bytes above the parameters at the peak of a step with a large tied vocabulary."""
    return programs.peak_of_step(programs.tied_head(t, vocabulary=50_000, width=width, rows=64))


M = 1_000_000


def rows_of_matmul():
    shapes = [(8, 4, 8), (32, 32, 32), (64, 256, 64), (128, 128, 128), (256, 784, 64)]
    shapes += [
        (512, 512, 512),
        (1024, 1024, 1024),
        (2048, 2048, 2048),
        (1, 1024, 1024),
        (768, 128, 512),
    ]
    for m, k, n in shapes:
        for transposed in ("", "a", "b", "ab") if max(m, k, n) <= 1024 else ("",):
            label = f"{m}x{k}x{n}" + (f" {transposed} transposed" if transposed else "")
            yield Case(
                "matmul",
                label,
                lambda t, s=(m, k, n, transposed): matmul(t, *s),
                goal=1.0,
                flops=2.0 * m * k * n,
                parallel=not transposed and m >= 1024,
            )


def rows_of_convolution():
    """Layers as networks have them: name, image, weight, options."""
    layers = [
        ("3x3, 64 channels, 8 x 32 x 32", (8, 64, 32, 32), (64, 64, 3, 3), {"padding": 1}),
        ("3x3, 64 channels, 4 x 56 x 56", (4, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}),
        ("3x3 stride 2, 64 to 128", (4, 64, 56, 56), (128, 64, 3, 3), {"padding": 1, "stride": 2}),
        ("3x3, 512 channels, 8 x 7 x 7", (8, 512, 7, 7), (512, 512, 3, 3), {"padding": 1}),
        ("1x1, 64 channels, 8 x 56 x 56", (8, 64, 56, 56), (64, 64, 1, 1), {}),
        ("3x3 each of 64 channels", (8, 64, 56, 56), (64, 1, 3, 3), {"padding": 1, "groups": 64}),
        ("5x5, 1 to 6", (64, 1, 28, 28), (6, 1, 5, 5), {"padding": 2}),
        ("5x5, 6 to 16", (64, 6, 14, 14), (16, 6, 5, 5), {}),
        ("7x7 stride 2, 3 to 64", (2, 3, 112, 112), (64, 3, 7, 7), {"padding": 3, "stride": 2}),
        ("1d, width 5, 64 channels", (8, 64, 1000), (64, 64, 5), {"padding": 2}),
        ("3d, 3x3x3, 16 to 32", (2, 16, 16, 16, 16), (32, 16, 3, 3, 3), {"padding": 1}),
    ]
    for name, image, weight, options in layers:
        for backward in (False, True):
            yield Case(
                "convolution",
                name + (", forward and backward" if backward else ""),
                lambda t, a=(image, weight, backward), o=options: convolution(t, *a, **o),
                goal=1.0,
            )


CASES = [
    Case("overhead", "a + b, 4 floats, no grad", lambda t: overhead(t, False), goal=0.20),
    Case("overhead", "a + b, 4 floats, recorded", lambda t: overhead(t, True), goal=0.20),
    Case("overhead", "20 x (mul, add), sum, backward", chain, goal=0.15),
    Case("training step", "tiny: 4-8-1, batch 2, SGD", programs.tiny, goal=0.12),
    Case("training step", "small: 8-64-64-4, batch 32, Adam", programs.small, goal=0.20),
    Case("training step", "medium: 784-256-256-10, batch 64, Adam", programs.medium, goal=0.45),
    Case(
        "training step",
        "transformer: 4 layers, width 128, 12 x 64 tokens",
        programs.transformer,
        goal=0.55,
    ),
    Case(
        "training step",
        "recurrent: 2-layer LSTM 128, 35 x 20 tokens",
        programs.recurrent,
        goal=0.50,
    ),
    Case("training step", "convolution: LeNet, batch 64", programs.convolution, goal=0.70),
    Case(
        "training step",
        "tied head: 50k x 768, 64 tokens",
        lambda t: programs.tied_head(t, vocabulary=50_000, width=768, rows=64),
    ),
    *rows_of_matmul(),
    *rows_of_convolution(),
    Case(
        "memory-bound",
        "add, 10M",
        lambda t: binary(t, "add", 10 * M),
        0.6,
        bytes=120e6,
        parallel=True,
    ),
    Case("memory-bound", "sum, 10M", lambda t: unary(t, "sum", 10 * M), 0.6, bytes=40e6),
    Case(
        "memory-bound",
        "exp, 10M",
        lambda t: unary(t, "exp", 10 * M),
        0.6,
        bytes=80e6,
        parallel=True,
    ),
    Case(
        "memory-bound",
        "gelu, 10M",
        lambda t: functional(t, "gelu", 10 * M),
        0.6,
        bytes=80e6,
        parallel=True,
    ),
    Case(
        "memory-bound",
        "gelu forward and backward, 10M",
        lambda t: functional(t, "gelu", 10 * M, backward=True),
        0.6,
        bytes=200e6,
    ),
    Case(
        "memory-bound",
        "softmax, 10k x 1k",
        lambda t: functional(t, "softmax", 10_000, 1000, dim=-1),
        0.6,
        bytes=80e6,
    ),
    Case("memory-bound", "layer_norm, 20k x 512", lambda t: norm(t, 20_000, 512), 0.6, bytes=80e6),
    Case(
        "memory-bound",
        "cross_entropy and backward, 2k x 5k",
        lambda t: cross_entropy(t, 2000, 5000),
        0.6,
        bytes=120e6,
    ),
    Case(
        "memory-bound",
        "embedding, 20k of 50k x 512",
        lambda t: embedding(t, backward=False),
        0.6,
        bytes=82e6,
    ),
    Case(
        "memory-bound",
        "embedding and backward, 20k of 50k x 512",
        lambda t: embedding(t, backward=True),
        0.6,
        bytes=205e6,
    ),
    Case(
        "memory-bound",
        "dropout, 10M",
        lambda t: functional(t, "dropout", 10 * M, p=0.1),
        0.6,
        bytes=80e6,
    ),
    Case(
        "memory-bound",
        "dropout and backward, 10M",
        lambda t: functional(t, "dropout", 10 * M, backward=True, p=0.1),
        0.6,
        bytes=160e6,
    ),
    Case(
        "memory-bound",
        "SGD step, 4 x 2.5M",
        lambda t: optimizer_step(t, "SGD", 2_500_000),
        0.6,
        bytes=120e6,
    ),
    Case(
        "memory-bound",
        "Adam step, 4 x 2.5M",
        lambda t: optimizer_step(t, "Adam", 2_500_000),
        0.6,
        bytes=280e6,
    ),
    Case("initialisers", "normal_, 10M", lambda t: initialise(t, "normal_", 10 * M), 0.5),
    Case("initialisers", "uniform_, 10M", lambda t: initialise(t, "uniform_", 10 * M), 0.5),
    Case(
        "initialisers",
        "kaiming_uniform_, 4096 x 2048",
        lambda t: initialise(t, "kaiming_uniform_", 4096, 2048),
        0.5,
    ),
    Case(
        "initialisers",
        "kaiming_normal_, 4096 x 2048",
        lambda t: initialise(t, "kaiming_normal_", 4096, 2048),
        0.5,
    ),
    *(
        Case(
            "memory",
            f"tied head, 50k x {width}: peak above parameters",
            lambda t, width=width: tied_head_bytes(t, width),
            0.5,
            unit="bytes",
        )
        for width in (128, 768)
    ),
]

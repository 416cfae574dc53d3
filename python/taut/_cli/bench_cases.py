"""What ``taut bench`` times: typical operations and training steps, written once for either library.

Run as a program with the arguments ``taut`` or ``torch``, threads and seconds, it prints the seconds
of one call of each case, as JSON.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["CASES", "measure"]

Run = Callable[[], Any]


def _add(t: Any) -> Run:
    a, b = t.ones(4), t.ones(4)
    return lambda: a + b


def _add_recorded(t: Any) -> Run:
    a, b = t.ones(4, requires_grad=True), t.ones(4)
    return lambda: a + b


def _add_large(t: Any) -> Run:
    a, b = t.randn(1_000_000), t.randn(1_000_000)
    return lambda: a + b


def _matmul(t: Any) -> Run:
    a, b = t.randn(512, 512), t.randn(512, 512)
    return lambda: a @ b


def _step(t: Any, net: Any, optimizer: Any, x: Any, loss: Callable[[Any], Any]) -> Run:
    def run() -> None:
        optimizer.zero_grad()
        loss(net(x)).backward()
        optimizer.step()

    return run


def _tiny(t: Any) -> Run:
    net = t.nn.Sequential(t.nn.Linear(4, 8), t.nn.ReLU(), t.nn.Linear(8, 1))
    return _step(t, net, t.optim.SGD(net.parameters(), lr=0.01), t.randn(2, 4), lambda y: y.sum())


def _medium(t: Any) -> Run:
    nn = t.nn
    layers = (nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    net = nn.Sequential(*layers)
    target = t.randint(0, 10, (64,))
    loss = nn.CrossEntropyLoss()
    return _step(
        t, net, t.optim.Adam(net.parameters()), t.randn(64, 784), lambda y: loss(y, target)
    )


def _tied(t: Any) -> Run:
    nn = t.nn
    embedding, head = nn.Embedding(1000, 128), nn.Linear(128, 1000, bias=False)
    head.weight = embedding.weight
    layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
    net = nn.Sequential(embedding, layer, head)
    tokens = t.randint(0, 1000, (8, 64))
    loss = nn.CrossEntropyLoss()
    optimizer = t.optim.AdamW(net.parameters())
    return _step(t, net, optimizer, tokens, lambda y: loss(y.reshape(-1, 1000), tokens.reshape(-1)))


def _convolution(t: Any) -> Run:
    nn = t.nn
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10),
    )  # fmt: skip
    target = t.randint(0, 10, (32,))
    loss = nn.CrossEntropyLoss()
    optimizer = t.optim.SGD(net.parameters(), lr=0.01)
    return _step(t, net, optimizer, t.randn(32, 1, 28, 28), lambda y: loss(y, target))


CASES: dict[str, Callable[[Any], Run]] = {
    "a + b, 4 floats": _add,
    "a + b, 4 floats, recorded": _add_recorded,
    "a + b, 1,000,000 floats": _add_large,
    "matmul, 512 x 512 x 512": _matmul,
    "step: 4-8-1, batch 2, SGD": _tiny,
    "step: 784-256-256-10, batch 64, Adam": _medium,
    "step: transformer layer, tied embedding": _tied,
    "step: LeNet, batch 32": _convolution,
}


def measure(run: Run, seconds: float) -> float:
    """The seconds of one call: the median of groups of calls that take long enough to be timed."""
    run()
    calls, taken = 1, 0.0
    while taken < min(1e-3, seconds / 10):
        calls = calls if not taken else calls * 2
        taken = _timed(run, calls)
    readings: list[float] = []
    end = time.perf_counter() + seconds
    while not readings or time.perf_counter() < end:
        readings.append(_timed(run, calls) / calls)
    return statistics.median(readings)


def _timed(run: Run, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def _main(name: str, threads: str, seconds: str) -> None:
    start = time.perf_counter()
    t = importlib.import_module(name)
    imported = time.perf_counter() - start
    t.set_num_threads(int(threads))
    found: dict[str, float] = {"import": imported}
    for case, make in CASES.items():
        t.manual_seed(0)
        found[case] = measure(make(t), float(seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])

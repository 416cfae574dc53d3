"""The engine under load: long chains, threads, anomaly mode, interruption, errors in between."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import taut
from both import assert_same

MILLION = 1_000_000


def resident_bytes():
    with open(f"/proc/{os.getpid()}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_million_operations_and_back():
    x = taut.tensor(1.0, dtype=taut.float64, requires_grad=True)
    y = x
    for _ in range(MILLION):
        y = y + 1.0
    y.backward()
    assert y.item() == MILLION + 1
    assert x.grad.item() == 1.0


def test_a_million_operations_freed_without_backward():
    x = taut.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(MILLION):
        y = y.sin()
    del y
    assert (x * 2).requires_grad


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_freed_graph_gives_its_memory_to_the_next():
    def chain():
        y = x
        for _ in range(100_000):
            y = y * 1.0
        y.backward()

    x = taut.tensor(1.0, requires_grad=True)
    chain()
    before = resident_bytes()
    for _ in range(5):
        chain()
    assert resident_bytes() - before < 20e6


def test_a_wide_sum():
    x = taut.tensor(1.0, requires_grad=True)
    total = taut.tensor(0.0)
    for _ in range(50_000):
        total = total + x * 2
    total.backward()
    assert x.grad.item() == 100_000


def test_a_ladder_is_walked_once_a_node():
    """Paths double at every step; nodes do not."""
    x = taut.tensor(1.0, dtype=taut.float64, requires_grad=True)
    y = x
    for _ in range(60):
        y = (y + y) / 2
    y.backward()
    assert x.grad.item() == 1.0


def test_threads_share_a_graph():
    x = taut.ones(100, requires_grad=True)
    trunk = x.exp()
    trunk.sum().backward(retain_graph=True)
    threads = [
        threading.Thread(target=lambda: (trunk * 2).sum().backward(retain_graph=True))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taut.allclose(x.grad, 17 * taut.ones(100).exp())


def test_threads_with_graphs_of_their_own():
    results = {}

    def work(k):
        x = taut.full((1000,), float(k), requires_grad=True)
        for _ in range(50):
            x.grad = None
            (x * x).sum().backward()
        results[k] = x.grad[0].item()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: 2.0 * k for k in range(8)}


def test_other_threads_run_during_backward():
    x = taut.ones(1_000_000, requires_grad=True)
    y = x
    for _ in range(30):
        y = y.exp().log()
    loss, ticks, done = y.sum(), [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.perf_counter()
    loss.backward()
    end = time.perf_counter()
    done.set()
    ticker.join()
    assert sum(start < tick < end for tick in ticks) > 3


INTERRUPTED = """
    import os, signal, sys, threading, time
    import taut

    # A job that a shell started in the background inherits an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    x = taut.ones(300_000, requires_grad=True)
    y = x
    for _ in range(400):
        y = y.sin()
    loss = y.sum()
    timer = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    start = time.perf_counter()
    try:
        for _ in range(1000):
            loss.backward(retain_graph=True)
    except KeyboardInterrupt:
        print("interrupted")
    assert time.perf_counter() - start < 5
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad[0].item() == 2.0
    print("usable")
"""


def test_interruption_stops_backward_and_leaves_the_engine_usable():
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.stdout.split() == ["interrupted", "usable"], run.stdout + run.stderr


def test_interruption_is_delivered_after_one_long_backward():
    x = taut.ones(200_000, requires_grad=True)
    y = x
    for _ in range(500):
        y = y.sin()
    loss = y.sum()
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            while True:
                loss.backward(retain_graph=True)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    x.grad = None
    loss.backward()
    assert x.grad is not None


@pytest.mark.parametrize("count", [1, 50])
def test_usable_after_errors(count):
    x = taut.tensor([1.0, 2.0], requires_grad=True)

    class Broken(taut.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            raise ZeroDivisionError("in backward")

    for _ in range(count):
        with pytest.raises(ZeroDivisionError, match="in backward"):
            (Broken.apply(x.exp()) * 3).sum().backward()
    assert x.grad is None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_an_error_keeps_the_python_traceback():
    x = taut.ones(2, requires_grad=True)

    class Broken(taut.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            raise ZeroDivisionError("in backward")

    with pytest.raises(ZeroDivisionError) as raised:
        Broken.apply(x).sum().backward()
    frames = [entry.name for entry in raised.traceback]
    assert frames[-1] == "backward" and "test_engine" in str(raised.traceback[-1].path)


# Anomaly mode.


def nan_in_backward(t):
    x = t.tensor([-1.0, 4.0], requires_grad=True)
    with t.autograd.detect_anomaly():
        t.sqrt(x).sum().backward()


def nan_in_backward_unnoticed(t):
    x = t.tensor([-1.0, 4.0], requires_grad=True)
    t.sqrt(x).sum().backward()
    return x.grad


def nan_unchecked(t):
    x = t.tensor([-1.0, 4.0], requires_grad=True)
    with t.autograd.detect_anomaly(check_nan=False):
        t.sqrt(x).sum().backward()
    return x.grad


def anomaly_as_a_switch(t):
    with t.autograd.set_detect_anomaly(True):
        inside = t.is_anomaly_enabled()
    return inside, t.is_anomaly_enabled()


@pytest.mark.parametrize(
    "program", [nan_in_backward, nan_in_backward_unnoticed, nan_unchecked, anomaly_as_a_switch]
)
def test_anomaly(program):
    assert_same(program)


def test_anomaly_names_the_operation_and_the_line():
    x = taut.tensor([-1.0, 4.0], requires_grad=True)
    with (
        pytest.warns(UserWarning) as caught,
        pytest.raises(RuntimeError, match="SqrtBackward0"),
        taut.autograd.detect_anomaly(),
    ):
        y = taut.sqrt(x)  # the line to be named
        y.sum().backward()
    assert any("the line to be named" in str(warning.message) for warning in caught)

"""The worker process of a DataLoader.

Note [Worker protocol]
~~~~~~~~~~~~~~~~~~~~~~
One two-way pipe joins the loader and each worker. The loader sends ``(epoch, task, indices)``, or
None to end; the worker answers every task, in order, with ``(epoch, task, kind)`` and then the
pickled batch, whose tensors follow as raw buffers. An answer to an earlier epoch is one that nobody
waits for any more. A thread in the worker keeps emptying the pipe, so that the loader never waits
on sending while the worker waits on answering.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import taut
from taut.utils.data._fetch import Fetch, make_fetch

BATCH, END_OF_STREAM, FAILURE = "batch", "end of stream", "failure"

# How often a worker looks whether its parent is still there, in seconds.
_PARENT_CHECK = 5.0


@dataclass(frozen=True)
class WorkerInfo:
    """What :func:`taut.utils.data.get_worker_info` returns in a worker.

    Attributes:
        id: number of the worker, from 0.
        num_workers: how many there are.
        seed: what this worker's random streams were seeded with.
        dataset: this process's copy of the dataset.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process, which worker it is; None in the main process.

    Example:
        >>> from taut.utils.data import get_worker_info
        >>> print(get_worker_info())
        None
    """
    return _info


@dataclass
class WorkerSetup:
    """Everything a worker is started with."""

    id: int
    num_workers: int
    base_seed: int
    dataset: Any
    auto_collation: bool
    collate_fn: Callable[[Any], Any]
    drop_last: bool
    init_fn: Callable[[int], Any] | None
    parent_pid: int


class Failure:
    """An exception on its way from a worker to the main process."""

    def __init__(self, error: BaseException, worker: int) -> None:
        self.kind: type[BaseException] = type(error)
        self.worker = worker
        self.trace = "".join(traceback.format_exception(error))

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.dumps(self.kind)
        except Exception:
            self.kind = RuntimeError  # a class the main process could not find
        return _restore_failure, (self.kind, self.worker, self.trace)

    def reraise(self) -> None:
        """Raise the worker's exception type with its traceback as the message."""
        message = (
            f"Caught {self.kind.__name__} in DataLoader worker process {self.worker}.\n"
            f"Original {self.trace}"
        )
        if issubclass(self.kind, KeyError):
            message = _Verbatim(message)  # str(KeyError) would show newlines as \n
        try:
            error = self.kind(message)
        except Exception:
            raise RuntimeError(message) from None  # its constructor wants something else
        raise error


def _restore_failure(kind: type[BaseException], worker: int, trace: str) -> Failure:
    failure = Failure.__new__(Failure)
    failure.kind, failure.worker, failure.trace = kind, worker, trace
    return failure


class _Verbatim(str):
    def __repr__(self) -> str:
        return str(self)


def send(pipe: Connection, header: tuple[int, int, str], payload: Any) -> None:
    """Send an answer, its tensors' memory straight from where it lies."""
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(payload, protocol=5, buffer_callback=buffers.append)
    pipe.send((header, len(buffers)))
    pipe.send_bytes(body)
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def receive(pipe: Connection) -> tuple[tuple[int, int, str], Any]:
    """The counterpart of ``send``."""
    header, count = pipe.recv()
    body = pipe.recv_bytes()
    buffers = [bytearray(pipe.recv_bytes()) for _ in range(count)]
    return header, pickle.loads(body, buffers=buffers)


def _seed(setup: WorkerSetup) -> int:
    seed = setup.base_seed + setup.id
    random.seed(seed)
    taut.manual_seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        low, high = setup.base_seed & 0xFFFFFFFF, setup.base_seed >> 32
        entropy = numpy.random.SeedSequence([setup.id, low, high, 0])
        numpy.random.seed(entropy.generate_state(4))
    return seed


def _read_tasks(pipe: Connection, tasks: queue.SimpleQueue[Any], parent_pid: int) -> None:
    """Empty the pipe into a queue until told to end or the parent is gone."""
    task: Any = ()
    while task is not None:
        try:
            if pipe.poll(_PARENT_CHECK):
                task = pipe.recv()
            elif os.getppid() == parent_pid:
                continue
            else:
                task = None
        except (EOFError, OSError):
            task = None
        tasks.put(task)


def _prepare(setup: WorkerSetup) -> Failure | None:
    """Seeds, threads and the user's init function."""
    global _info
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    taut.set_num_threads(1)
    _info = WorkerInfo(setup.id, setup.num_workers, _seed(setup), setup.dataset)
    try:
        if setup.init_fn is not None:
            setup.init_fn(setup.id)
    except Exception as error:
        return Failure(error, setup.id)
    return None


class _Answers:
    """Computes the answer to each task; a new epoch starts a stream afresh."""

    def __init__(self, setup: WorkerSetup, failure: Failure | None) -> None:
        self.setup = setup
        self.failure = failure
        self.epoch = -1
        self.fetch: Fetch | None = None

    def __call__(self, epoch: int, indices: Any) -> tuple[str, Any]:
        setup = self.setup
        try:
            if self.failure is not None:
                failure, self.failure = self.failure, None
                return FAILURE, failure
            if epoch != self.epoch:
                self.epoch, self.fetch = epoch, None
                self.fetch = make_fetch(
                    setup.dataset, setup.auto_collation, setup.collate_fn, setup.drop_last
                )
            if self.fetch is None:
                return END_OF_STREAM, None
            return BATCH, self.fetch(indices)
        except StopIteration as error:
            if isinstance(setup.dataset, taut.utils.data.IterableDataset):
                self.fetch = None
                return END_OF_STREAM, None
            return FAILURE, Failure(error, setup.id)
        except Exception as error:
            return FAILURE, Failure(error, setup.id)


def worker_main(setup: WorkerSetup, pipe: Connection, others: list[Connection]) -> None:
    """The life of a worker; ``others`` are pipe ends it inherited and has no business with."""
    for other in others:
        other.close()
    answer = _Answers(setup, _prepare(setup))
    tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_tasks, args=(pipe, tasks, setup.parent_pid), daemon=True).start()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # nobody listens any more
        while (task := tasks.get()) is not None:
            epoch, number, indices = task
            kind, payload = answer(epoch, indices)
            try:
                send(pipe, (epoch, number, kind), payload)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:  # a batch that cannot be pickled
                send(pipe, (epoch, number, FAILURE), Failure(error, setup.id))

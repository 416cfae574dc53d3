"""One pass over a DataLoader: in this process, or with workers."""

from __future__ import annotations

import collections
import contextlib
import itertools
import multiprocessing
import os
import sys
import warnings
import weakref
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

import taut
from taut.utils.data import _worker
from taut.utils.data._fetch import make_fetch

if TYPE_CHECKING:
    from taut.utils.data.dataloader import DataLoader


class BaseIterator:
    """What both kinds share; drawing the base seed here keeps the random stream PyTorch's."""

    def __init__(self, loader: DataLoader) -> None:
        self._loader = loader
        self._sampler = iter(loader._index_sampler)
        self._base_seed = (
            taut.empty((), dtype=taut.int64).random_(generator=loader.generator).item()
        )
        self._yielded = 0

    def __iter__(self) -> BaseIterator:
        return self

    def __len__(self) -> int:
        return len(self._loader)

    def __next__(self) -> Any:
        batch = self._next_batch()
        self._yielded += 1
        length = self._loader._promised_length
        if length is not None and self._yielded > length:
            warnings.warn(
                f"Length of IterableDataset {self._loader.dataset} was reported to be {length} "
                f"(when accessing len(dataloader)), but {self._yielded} samples have been "
                "fetched. With workers, check that each yields its own part only.",
                stacklevel=2,
            )
        return batch

    def _next_batch(self) -> Any:
        raise NotImplementedError


class SingleProcessIterator(BaseIterator):
    """Fetches each batch when it is asked for."""

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        self._fetch = make_fetch(
            loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last
        )

    def _next_batch(self) -> Any:
        return self._fetch(next(self._sampler))


def _context(loader: DataLoader) -> Any:
    context = loader.multiprocessing_context
    if context is None:
        context = "fork" if sys.platform.startswith("linux") else None
    return multiprocessing.get_context(context) if context is None or isinstance(
        context, str) else context  # fmt: skip


def _stop(owner: int, processes: list[Any], pipes: list[Connection]) -> None:
    """End the workers: ask, wait a little, insist."""
    if os.getpid() != owner:
        return  # a forked child collecting its copy of the iterator
    for pipe in pipes:
        with contextlib.suppress(OSError, ValueError):  # already gone
            pipe.send(None)
        pipe.close()  # an answer on its way finds nobody, which ends the worker too
    for process in processes:
        process.join(timeout=5)
        if process.is_alive():
            process.terminate()
            process.join()


class WorkersIterator(BaseIterator):
    """Keeps ``prefetch_factor`` batches under way in every worker; see Note [Worker protocol]."""

    def __init__(self, loader: DataLoader) -> None:
        super().__init__(loader)
        self._count = loader.num_workers
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        # Also at interpreter exit, and when the iterator is dropped halfway.
        self._finalizer = weakref.finalize(self, _stop, os.getpid(), self._processes, self._pipes)
        self._start()
        self._epoch = -1
        self._begin()

    def _start(self) -> None:
        loader, context = self._loader, _context(self._loader)
        pairs = [context.Pipe(duplex=True) for _ in range(self._count)]
        forked = context.get_start_method() == "fork"
        for i, (ours, theirs) in enumerate(pairs):
            setup = _worker.WorkerSetup(
                i, self._count, self._base_seed, loader.dataset, loader._auto_collation,  # type: ignore[arg-type]
                loader.collate_fn, loader.drop_last, loader.worker_init_fn, os.getpid(),
            )  # fmt: skip
            others = [end for pair in pairs for end in pair if end is not theirs] if forked else []
            process = context.Process(
                target=_worker.worker_main, args=(setup, theirs, others), daemon=True
            )
            with warnings.catch_warnings():
                # Forking while other threads run is safe here: the child starts its own.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            self._processes.append(process)
            self._pipes.append(ours)
        for _, theirs in pairs:
            theirs.close()

    def _begin(self) -> None:
        self._epoch += 1
        self._next_task = 0  # the next task number to give out
        self._next_result = 0  # the next task number to yield
        self._owners: dict[int, int] = {}  # tasks under way: number -> worker
        self._results: dict[int, tuple[str, Any]] = {}
        self._arrived: collections.deque[int] = collections.deque()
        self._active = set(range(self._count))
        self._turn = itertools.cycle(range(self._count))
        for _ in range((self._loader.prefetch_factor or 0) * self._count):
            self._give_task()

    def restart(self) -> None:
        """Begin a new pass with the same workers."""
        self._sampler = iter(self._loader._index_sampler)
        self._yielded = 0
        self._begin()

    def _give_task(self) -> None:
        if not self._active:
            return
        limit = (self._loader.prefetch_factor or 0) * self._count
        if len(self._owners) + len(self._results) >= limit:
            return
        try:
            indices = next(self._sampler)
        except StopIteration:
            return
        worker = next(w for w in self._turn if w in self._active)
        try:
            self._pipes[worker].send((self._epoch, self._next_task, indices))
        except OSError:
            self._raise_if_dead([worker])
            raise
        self._owners[self._next_task] = worker
        self._next_task += 1

    def _next_batch(self) -> Any:
        while True:
            number = self._ready()
            if number is not None:
                kind, payload = self._results.pop(number)
                self._give_task()
                if kind == _worker.FAILURE:
                    payload.reraise()
                return payload
            if not self._owners:
                if not self._loader.persistent_workers:
                    self._finalizer()
                raise StopIteration
            self._receive()

    def _ready(self) -> int | None:
        """The task whose result is to be yielded now, if it is here."""
        if not self._loader.in_order:
            return self._arrived.popleft() if self._arrived else None
        while self._next_result < self._next_task:
            if self._next_result in self._owners:
                return None
            self._next_result += 1
            if self._next_result - 1 in self._results:
                return self._next_result - 1
        return None

    def _receive(self) -> None:
        """Wait for answers and file them."""
        sources = {pipe: worker for worker, pipe in enumerate(self._pipes)}
        sentinels = {process.sentinel: w for w, process in enumerate(self._processes)}
        ready = wait([*sources, *sentinels], self._loader.timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self._loader.timeout} seconds")
        readable = [source for source in ready if source in sources]
        if not readable:
            self._raise_if_dead([sentinels[source] for source in ready])
        for pipe in readable:
            try:
                (epoch, number, kind), payload = _worker.receive(pipe)
            except (EOFError, ConnectionResetError):
                self._raise_if_dead([sources[pipe]])
                raise
            if epoch == self._epoch:
                self._file(number, kind, payload)

    def _file(self, number: int, kind: str, payload: Any) -> None:
        worker = self._owners.pop(number)
        if kind != _worker.END_OF_STREAM:
            self._results[number] = kind, payload
            self._arrived.append(number)
            return
        # The stream of this worker is over; others take its share of the tasks.
        self._active.discard(worker)
        self._give_task()

    def _raise_if_dead(self, workers: list[int]) -> None:
        process = self._processes[workers[0]]
        process.join(timeout=5)
        self._finalizer()
        raise RuntimeError(
            f"DataLoader worker {workers[0]} (pid {process.pid}) exited unexpectedly with exit "
            f"code {process.exitcode}"
        )


def make_iterator(loader: DataLoader) -> Any:
    """The iterator of one pass, or the persistent one set back to the start."""
    if loader.num_workers == 0:
        return SingleProcessIterator(loader)
    if not loader.persistent_workers:
        return WorkersIterator(loader)
    if loader._iterator is None:
        loader._iterator = WorkersIterator(loader)
    else:
        loader._iterator.restart()
    return loader._iterator

"""From indices to a batch: the same code in the main process and in the workers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from taut.utils.data.dataset import IterableDataset

Fetch = Callable[[Any], Any]


def make_fetch(
    dataset: Any, auto_collation: bool, collate_fn: Callable[[Any], Any], drop_last: bool
) -> Fetch:
    """A function from one entry of the index sampler to one batch.

    For a stream the entry only says how many samples to take; its end raises StopIteration.
    """
    if isinstance(dataset, IterableDataset):
        return _stream_fetch(iter(dataset), auto_collation, collate_fn, drop_last)

    def fetch(indices: Any) -> Any:
        if not auto_collation:
            return collate_fn(dataset[indices])
        if callable(getattr(dataset, "__getitems__", None)):
            return collate_fn(dataset.__getitems__(indices))
        return collate_fn([dataset[index] for index in indices])

    return fetch


def _stream_fetch(
    stream: Any, auto_collation: bool, collate_fn: Callable[[Any], Any], drop_last: bool
) -> Fetch:
    def fetch(indices: Any) -> Any:
        if not auto_collation:
            return collate_fn(next(stream))
        samples = list(itertools.islice(stream, len(indices)))
        if not samples or (drop_last and len(samples) < len(indices)):
            raise StopIteration
        return collate_fn(samples)

    return fetch

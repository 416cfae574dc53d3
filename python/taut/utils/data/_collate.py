"""Making a batch out of samples."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import taut
from taut import Tensor

__all__ = ["default_collate", "default_convert"]


def _is_numpy(value: Any) -> bool:
    """Whether this is a numpy array or scalar; whoever has one has imported numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def _check_numpy_dtype(value: Any) -> None:
    if value.dtype.kind in "SUO":
        raise TypeError(
            "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
            f"found {value.dtype}"
        )


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _rebuild_mapping(like: Mapping[Any, Any], content: dict[Any, Any]) -> Any:
    """``content`` as a mapping of the same type, where that type allows it."""
    try:
        if isinstance(like, MutableMapping):
            clone = copy.copy(like)  # keeps a default factory and other attributes
            clone.update(content)
            return clone
        return type(like)(content)  # type: ignore[call-arg]
    except TypeError:
        return content


def _rebuild_sequence(like: Sequence[Any], content: list[Any]) -> Any:
    try:
        if isinstance(like, MutableSequence):
            clone = copy.copy(like)
            for i, item in enumerate(content):
                clone[i] = item
            return clone
        return type(like)(content)  # type: ignore[call-arg]
    except TypeError:
        return content  # such as range, which takes no items


def default_convert(data: Any) -> Any:
    """Turn the numpy arrays in a sample into tensors; what a loader without batches does.

    Args:
        data: tensors, numpy arrays, mappings and sequences of them; anything else stays.

    Example:
        >>> import taut
        >>> from taut.utils.data import default_convert
        >>> default_convert({"x": taut.ones(1), "y": [0, "a"]})
        {'x': tensor([1.]), 'y': [0, 'a']}
    """
    if isinstance(data, Tensor):
        return data
    if _is_numpy(data):
        return data if data.dtype.kind in "SUO" else taut.as_tensor(data)
    if isinstance(data, Mapping):
        return _rebuild_mapping(data, {key: default_convert(data[key]) for key in data})
    if _is_namedtuple(data):
        return type(data)(*(default_convert(item) for item in data))
    if isinstance(data, tuple):
        return [default_convert(item) for item in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _rebuild_sequence(data, [default_convert(item) for item in data])
    return data


def _stack(batch: Sequence[Any]) -> Any:
    return taut.stack(batch, 0)


def _stack_numpy(batch: Sequence[Any]) -> Any:
    _check_numpy_dtype(batch[0])
    return taut.stack([taut.as_tensor(item) for item in batch], 0)


def _keep(batch: Sequence[Any]) -> Any:
    return batch


_LEAVES: list[tuple[Callable[[Any], bool], Callable[[Sequence[Any]], Any]]] = [
    (lambda x: isinstance(x, Tensor), _stack),
    (_is_numpy, _stack_numpy),
    (lambda x: isinstance(x, float), lambda batch: taut.tensor(batch, dtype=taut.float64)),
    (lambda x: isinstance(x, int), lambda batch: taut.tensor(batch)),
    (lambda x: isinstance(x, (str, bytes)), _keep),
]


def default_collate(batch: Sequence[Any]) -> Any:
    """Make one batch of samples: stack tensors and numbers, leave strings as they are, and go into
    mappings and sequences.

    Args:
        batch: samples of the same structure. Tensors and arrays of shape (*) become (N, *), ints
            an int64 vector, floats a float64 vector.

    Raises:
        TypeError: a sample holds something else.
        RuntimeError: sequences of different lengths, or tensors of different shapes.

    Example:
        >>> from taut.utils.data import default_collate
        >>> default_collate([{"x": 1, "y": "a"}, {"x": 2, "y": "b"}])
        {'x': tensor([1, 2]), 'y': ['a', 'b']}
    """
    first = batch[0]
    for matches, collate in _LEAVES:
        if matches(first):
            return collate(batch)
    if isinstance(first, Mapping):
        content = {key: default_collate([sample[key] for sample in batch]) for key in first}
        return _rebuild_mapping(first, content)
    if isinstance(first, Sequence):
        return _collate_sequences(batch)
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)}"
    )


def _collate_sequences(batch: Sequence[Any]) -> Any:
    first = batch[0]
    if _is_namedtuple(first):
        return type(first)(*(default_collate(items) for items in zip(*batch)))
    lengths = {len(sample) for sample in batch}
    if len(lengths) > 1:
        raise RuntimeError(
            f"each element in list of batch should be of equal size, got sizes {sorted(lengths)}"
        )
    content = [default_collate(items) for items in zip(*batch)]
    return content if isinstance(first, tuple) else _rebuild_sequence(first, content)

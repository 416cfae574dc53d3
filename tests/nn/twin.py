"""Runs one program with taut and with torch and compares everything that can be seen of it.

    check(lambda lib: lib.nn.Linear(2, 3).state_dict())

Compared: the returned value (tensors by dtype, shape, values and requires_grad), warnings by category, and
an exception by type; its words, too, with `words=True`.
"""

import collections
import warnings

import numpy as np
import torch

import taut

TENSORS = (taut.Tensor, torch.Tensor)


def text(value):
    """A message without the name of the library that wrote it."""
    return str(value).replace("taut", "torch")


def plain(value):
    """Containers and settings as plain data; tensors as arrays with what belongs to them."""
    if isinstance(value, TENSORS):
        kind = "Parameter" if "Parameter" in type(value).__name__ else "Tensor"
        return kind, text(value.dtype), value.requires_grad, np.array(value.detach().numpy())
    if isinstance(value, dict):
        return [(plain(k), plain(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple, collections.deque)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(v) for v in value)
    if isinstance(value, (bool, int, float, type(None), np.ndarray)):
        return value
    if isinstance(value, type):
        return value.__name__
    return text(value)


def outcome(program, lib, words=False):
    """What a program returned or raised, and what it warned of."""
    lib.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = "returned", plain(program(lib))
        except Exception as error:  # noqa: BLE001 - the type is what is compared
            result = "raised", type(error).__name__, text(error) if words else None
    return result, [warning.category.__name__ for warning in caught]


def compare(ours, theirs, rtol, atol, where="result"):
    if isinstance(theirs, np.ndarray):
        assert isinstance(ours, np.ndarray), where
        assert ours.shape == theirs.shape, where
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=where)
    elif isinstance(theirs, float):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=where)
    elif isinstance(theirs, (list, tuple)):
        assert isinstance(ours, (list, tuple)), f"{where}: {ours!r}, torch {theirs!r}"
        assert len(ours) == len(theirs), f"{where}: {ours!r}, torch {theirs!r}"
        for i, (a, b) in enumerate(zip(ours, theirs)):
            compare(a, b, rtol, atol, f"{where}[{i}]")
    else:
        assert ours == theirs, f"{where}: {ours!r}, torch {theirs!r}"


def check(program, *, rtol=1e-6, atol=1e-6, words=False):
    """Asserts that a program does the same with both libraries."""
    compare(outcome(program, taut, words), outcome(program, torch, words), rtol, atol)

"""Runs one program in PyTorch and in taut and compares what it returns, raises and warns about.

A program is a function of one argument, the module: ``def program(t): ... return value``.
"""

import builtins
import dataclasses
import warnings

import numpy as np
import torch

import taut


@dataclasses.dataclass
class Raised:
    """The built-in exception type that a program ended with."""

    kind: type
    message: str = dataclasses.field(compare=False)


def plain(value):
    """A value in terms of numpy and Python, comparable across the two libraries."""
    if isinstance(value, (torch.Tensor, taut.Tensor)):
        return Plain(
            str(value.dtype).split(".")[-1], np.array(value.detach().tolist()), tuple(value.shape)
        )
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


@dataclasses.dataclass
class Plain:
    """A tensor's dtype, values and shape."""

    dtype: str
    values: np.ndarray
    shape: tuple


def builtin_type(error: BaseException) -> type:
    """The first class of an exception's ancestry that Python itself defines."""
    return next(c for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c)


def run(program, module):
    """What the program returns or raises, and the categories of its warnings."""
    module.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = plain(program(module))
        except Exception as error:
            result = Raised(builtin_type(error), str(error))
    return result, {w.category for w in caught}


def assert_equal(expected, actual, tolerance, path="result"):
    """Compares two plain values; names the part that differs."""
    if isinstance(expected, Plain):
        assert isinstance(actual, Plain), f"{path}: {actual!r} is no tensor, expected {expected!r}"
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape), path
        np.testing.assert_allclose(
            actual.values, expected.values, rtol=tolerance, atol=tolerance, err_msg=path
        )
    elif isinstance(expected, dict):
        assert list(expected) == list(actual), path
        for key in expected:
            assert_equal(expected[key], actual[key], tolerance, f"{path}[{key!r}]")
    elif isinstance(expected, list):
        assert isinstance(actual, list) and len(expected) == len(actual), (
            f"{path}: {expected} {actual}"
        )
        for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
            assert_equal(e, a, tolerance, f"{path}[{i}]")
    elif isinstance(expected, float):
        np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance, err_msg=path)
    else:
        assert expected == actual, f"{path}: PyTorch gives {expected!r}, taut {actual!r}"


def assert_same(program, tolerance=1e-5):
    """Runs the program in both and compares; returns taut's outcome for further checks."""
    expected, torch_warnings = run(program, torch)
    actual, taut_warnings = run(program, taut)
    assert_equal(expected, actual, tolerance)
    assert taut_warnings <= torch_warnings
    return actual


def programs(namespace):
    """The programs of a test module: its functions of one argument ``t``, by name."""
    return {
        name: f
        for name, f in namespace.items()
        if callable(f)
        and getattr(f, "__code__", None)
        and f.__code__.co_varnames[:1] == ("t",)
        and f.__code__.co_argcount == 1
    }

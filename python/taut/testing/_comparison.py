"""assert_close: values that agree within the tolerance of their dtype, with PyTorch's messages."""

from __future__ import annotations

import cmath
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import taut
from taut import Tensor

__all__ = ["assert_close"]

# dtype name -> (rtol, atol); integers and bool compare exactly.
_TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
}
_NUMBERS = (int, float, complex)


@dataclass(frozen=True)
class _Options:
    allow_subclasses: bool
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    check_stride: bool
    msg: str | Callable[[str], str] | None


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    r"""Raise unless ``actual`` and ``expected`` are close.

    Numbers are close when :math:`|actual - expected| \le atol + rtol \cdot |expected|`. Tensors
    must also agree in shape and, as asked, in dtype and strides; sequences in length and mappings
    in keys, and then item by item.

    Args:
        actual: tensors, arrays, numbers, None, or sequences and mappings of them.
        expected: what it should be.
        allow_subclasses: whether a subclass may be compared with its base.
        rtol, atol: the tolerances; both or neither. By default those of the dtype: bfloat16
            1.6e-2 and 1e-5, float16 1e-3 and 1e-5, float32 1.3e-6 and 1e-5, float64 1e-7 and
            1e-7, integers and bool 0.
        equal_nan: whether NaN equals NaN.
        check_device, check_layout: accepted; there is one of each.
        check_dtype: whether dtypes must agree; otherwise values are promoted first.
        check_stride: whether strides must agree.
        msg: the message of the error, or a function from the message to a better one.

    Raises:
        AssertionError: they are not close.
        ValueError: only one of ``rtol`` and ``atol``.
        TypeError: objects of unrelated or unknown types.

    Example:
        >>> import taut
        >>> taut.testing.assert_close(taut.tensor([1.0, 2.0]), taut.tensor([1.0, 2.0 + 1e-6]))
        >>> taut.testing.assert_close(1.0, 1.5)
        Traceback (most recent call last):
        AssertionError: Scalars are not close!
        <BLANKLINE>
        Expected 1.5 but got 1.0.
        Absolute difference: 0.5 (up to 1e-07 allowed)
        Relative difference: 0.3333333333333333 (up to 1e-07 allowed)
    """
    options = _Options(allow_subclasses, rtol, atol, equal_nan, check_dtype, check_stride, msg)
    pairs = list(_pairs(actual, expected, ""))
    for pair in pairs:
        _check_comparable(*pair, options)
    for pair in pairs:
        _compare(*pair, options)


def _located(message: str, path: str) -> str:
    return f"{message}\n\nThe failure occurred for item {path}" if path else message


def _fail(message: str, path: str, options: _Options) -> NoReturn:
    message = _located(message, path)
    if options.msg is not None:
        message = options.msg(message) if callable(options.msg) else options.msg
    raise AssertionError(message)


def _fail_structure(message: str, path: str) -> NoReturn:
    """``msg`` is about values, not about structures that cannot be compared."""
    raise AssertionError(_located(message, path))


# Taking structures apart


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _pairs(actual: Any, expected: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """The leaves to compare, with where they stand."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            _fail_structure(
                f"The length of the sequences mismatch: {len(actual)} != {len(expected)}",
                path,
            )
        for i, (a, e) in enumerate(zip(actual, expected)):
            yield from _pairs(a, e, f"{path}[{i}]")
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if actual.keys() != expected.keys():
            missing, additional = expected.keys() - actual.keys(), actual.keys() - expected.keys()
            _fail_structure(
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(missing, key=repr)}\n"
                f"Additional keys in the actual mapping: {sorted(additional, key=repr)}",
                path,
            )
        for key in expected:
            yield from _pairs(actual[key], expected[key], f"{path}[{key!r}]")
    else:
        yield actual, expected, path


def _are_exact(actual: Any, expected: Any) -> bool:
    """Values that are compared as they are, without tolerances."""
    if actual is None or expected is None:
        return True
    return isinstance(actual, bool) and isinstance(expected, bool)


def _check_comparable(actual: Any, expected: Any, path: str, options: _Options) -> None:
    """Raise for values that cannot be compared, before any are."""
    if _are_exact(actual, expected):
        return
    numbers = isinstance(actual, _NUMBERS) and isinstance(expected, _NUMBERS)
    if not numbers and not _are_tensors(actual, expected, options):
        message = (
            "No comparison pair was able to handle inputs of type "
            f"{type(actual)} and {type(expected)}."
        )
        raise TypeError(_located(message, path))
    if (options.rtol is None) != (options.atol is None):
        missing = "rtol" if options.rtol is None else "atol"
        message = (
            f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
        )
        raise ValueError(_located(message, path))


def _compare(actual: Any, expected: Any, path: str, options: _Options) -> None:
    if _are_exact(actual, expected):
        if actual is not expected:
            what = "None" if actual is None or expected is None else "Booleans"
            _fail(f"{what} mismatch: {actual} is not {expected}", path, options)
    elif isinstance(actual, _NUMBERS):
        _compare_numbers(actual, expected, path, options)
    else:
        _compare_tensors(taut.as_tensor(actual), taut.as_tensor(expected), path, options)


def _are_tensors(actual: Any, expected: Any, options: _Options) -> bool:
    numpy = sys.modules.get("numpy")
    kinds = (Tensor,) if numpy is None else (Tensor, numpy.ndarray, numpy.generic)
    if not options.allow_subclasses and type(actual) is not type(expected):
        return False
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    return related and isinstance(actual, kinds) and isinstance(expected, kinds)


# Numbers


def _tolerances(names: list[str], options: _Options) -> tuple[float, float]:
    if options.rtol is not None and options.atol is not None:
        return options.rtol, options.atol
    known = [_TOLERANCES.get(name, (0.0, 0.0)) for name in names]
    return max(rtol for rtol, _ in known), max(atol for _, atol in known)


def _compare_numbers(actual: Any, expected: Any, path: str, options: _Options) -> None:
    if options.check_dtype and type(actual) is not type(expected):
        _fail(f"The (d)types do not match: {type(actual)} != {type(expected)}.", path, options)
    names = ["int64" if isinstance(v, int) else "float64" for v in (actual, expected)]
    rtol, atol = _tolerances(names, options)
    if actual == expected or (options.equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return
    difference = abs(actual - expected)
    if cmath.isfinite(expected) and difference <= atol + rtol * abs(expected):
        return
    _fail(_scalar_message(actual, expected, rtol, atol), path, options)


def _scalar_message(actual: Any, expected: Any, rtol: float, atol: float) -> str:
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected != 0 else float("inf")
    exact = rtol == 0 and atol == 0
    return (
        f"Scalars are not {'equal' if exact else 'close'}!\n\n"
        f"Expected {expected} but got {actual}.\n"
        f"Absolute difference: {difference}{_allowed(atol, exact)}\n"
        f"Relative difference: {relative}{_allowed(rtol, exact)}"
    )


def _allowed(tolerance: float, exact: bool) -> str:
    return "" if exact else f" (up to {tolerance} allowed)"


# Tensors


def _compare_tensors(actual: Tensor, expected: Tensor, path: str, options: _Options) -> None:
    _compare_attributes(actual, expected, path, options)
    rtol, atol = _tolerances([str(t.dtype).split(".")[-1] for t in (actual, expected)], options)
    with taut.no_grad():
        actual, expected = _promoted(actual, expected)
        close = taut.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=options.equal_nan)
        if bool(close.all()):
            return
        if actual.dim() == 0:
            message = _scalar_message(actual.item(), expected.item(), rtol, atol)
        else:
            message = _tensor_message(actual, expected, close, rtol, atol)
    _fail(message, path, options)


def _compare_attributes(actual: Tensor, expected: Tensor, path: str, options: _Options) -> None:
    checks: list[tuple[str, Any, Any]] = [("shape", actual.shape, expected.shape)]
    if options.check_dtype:
        checks.append(("dtype", actual.dtype, expected.dtype))
    if options.check_stride:
        checks.append(("stride()", actual.stride(), expected.stride()))
    for name, a, e in checks:
        if a != e:
            _fail(f"The values for attribute '{name}' do not match: {a} != {e}.", path, options)


def _promoted(actual: Tensor, expected: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one dtype in which differences neither wrap nor overflow."""
    dtype = taut.promote_types(actual.dtype, expected.dtype)
    if not dtype.is_floating_point:
        dtype = taut.int64
    return actual.to(dtype), expected.to(dtype)


def _tensor_message(
    actual: Tensor, expected: Tensor, close: Tensor, rtol: float, atol: float
) -> str:
    total = close.numel()
    wrong = total - int(close.sum())
    absolute = (actual - expected).abs()
    relative = absolute / expected.abs()
    exact = rtol == 0 and atol == 0
    return (
        f"Tensor-likes are not {'equal' if exact else 'close'}!\n\n"
        f"Mismatched elements: {wrong} / {total} ({wrong / total:.1%})\n"
        f"Greatest absolute difference: {_greatest(absolute, close)}{_allowed(atol, exact)}\n"
        f"Greatest relative difference: {_greatest(relative, close)}{_allowed(rtol, exact)}"
    )


def _greatest(difference: Tensor, close: Tensor) -> str:
    """The largest difference among those that are not close, and its index."""
    flat = difference.masked_fill(close, 0).flatten()
    position = int(flat.argmax())
    index: list[int] = []
    rest = position
    for size in reversed(difference.shape):
        rest, i = divmod(rest, size)
        index.insert(0, i)
    return f"{flat[position].item()} at index {tuple(index)}"

"""Differences, derivatives and integrals of samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import taut
from taut import _C, Tensor

__all__ = ["cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"]


def _parts(t: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """All but the last and all but the first along ``dim``."""
    n = t.size(dim)
    return t.narrow(dim, 0, n - 1), t.narrow(dim, 1, n - 1)


def _check_dim(op: str, t: Tensor, dim: int) -> int:
    if not -t.dim() <= dim < t.dim():
        raise IndexError(
            f"{op}: Dimension out of range (expected to be in range of [{-t.dim()}, {t.dim() - 1}], "
            f"but got {dim})"
        )
    return dim % t.dim()


def _once(t: Tensor, dim: int) -> Tensor:
    left, right = _parts(t, dim)
    return left.logical_xor(right) if t.dtype is _C.bool else right - left


def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """The ``n``-th differences of neighbours along ``dim``; of bools, whether they differ.

    Args:
        prepend, append: tensors that are joined to the input along ``dim`` before.

    Raises:
        RuntimeError: a 0-d input, a negative ``n``, or shapes that do not fit.

    Example:
        >>> import taut
        >>> taut.diff(taut.tensor([1, 4, 9, 16]), n=2)
        tensor([2, 2])
    """
    if input.dim() == 0:
        raise RuntimeError("diff: expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"diff: order must be non-negative but got {n}")
    dim = _check_dim("diff", input, dim)
    if n == 0:
        return _C._into("diff", input.clone(), out)
    given = [t for t in (prepend, input, append) if t is not None]
    for t in given:
        if t.dim() != input.dim():
            raise RuntimeError(
                "diff: expects prepend or append to be the same dimension as input, got "
                f"{t.dim()} and {input.dim()}"
            )
    result = taut.cat(given, dim) if len(given) > 1 else input
    for _ in range(min(n, result.size(dim))):
        result = _once(result, dim)
    return _C._into("diff", result, out)


def _spacing(op: str, y: Tensor, x: Tensor, dim: int) -> Tensor:
    """The distances of the sample points, as they stand beside the intervals of y."""
    if x.dtype is _C.bool or y.dtype is _C.bool:
        raise RuntimeError(f"{op}: received a bool input for `x` or `y`, but bool is not supported")
    if x.dim() == 1:
        if x.size(0) != y.size(dim):
            raise RuntimeError(
                f"{op}: There must be one `x` value for each sample point, got {x.size(0)} and "
                f"{y.size(dim)}"
            )
        x = x.reshape([-1 if d == dim else 1 for d in range(y.dim())])
    elif x.dim() < y.dim():
        x = x.reshape([1] * (y.dim() - x.dim()) + list(x.shape))
    left, right = _parts(x, dim)
    return right - left


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The integral along ``dim`` by the trapezoidal rule.

    Args:
        y: the samples.
        x: where they were taken: one dimension, or such that it broadcasts with y.
        dx: or their distance, 1 by default.

    Raises:
        RuntimeError: bools, or not as many points as samples.

    Example:
        >>> import taut
        >>> taut.trapezoid(taut.tensor([1.0, 2.0, 3.0]))
        tensor(4.)
    """
    dim = _check_dim("trapezoid", y, dim)
    if y.size(dim) == 0:
        return taut.zeros([n for d, n in enumerate(y.shape) if d != dim], dtype=y.dtype)
    if x is not None:
        width = _spacing("trapezoid", y, x, dim)
        left, right = _parts(y, dim)
        return ((left + right) * width).sum(dim) / 2
    if y.dtype is _C.bool:
        raise RuntimeError("trapezoid: received a bool input for `y`, but bool is not supported")
    ends = y.select(dim, 0) + y.select(dim, -1)
    return (y.sum(dim) - ends * 0.5) * (1 if dx is None else dx)


def trapz(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The former name of :func:`taut.trapezoid`.

    Example:
        >>> import taut
        >>> taut.trapz(taut.tensor([1.0, 2.0, 3.0]))
        tensor(4.)
    """
    return trapezoid(y, x, dx=dx, dim=dim)


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1
) -> Tensor:
    """The integrals along ``dim`` up to each sample but the first; see :func:`taut.trapezoid`.

    Example:
        >>> import taut
        >>> taut.cumulative_trapezoid(taut.tensor([1.0, 2.0, 3.0]))
        tensor([1.5000, 4.0000])
    """
    op = "cumulative_trapezoid"
    dim = _check_dim(op, y, dim)
    width = (1 if dx is None else dx) if x is None else _spacing(op, y, x, dim)
    if y.dtype is _C.bool:
        raise RuntimeError(f"{op}: received a bool input for `y`, but bool is not supported")
    if y.size(dim) == 0:
        return taut.zeros(y.shape, dtype=y.dtype)
    left, right = _parts(y, dim)
    if x is None:
        return (width / 2.0 * (left + right)).cumsum(dim)
    return ((left + right) * width).cumsum(dim) / 2


def _slope(f: Tensor, h: Any, dim: int, edge_order: int) -> Tensor:
    """Derivatives along one dimension; h is a number, or the distances of neighbours, (n - 1)."""
    n = f.size(dim)

    def at(i: int, count: int = 1) -> Tensor:
        return f.narrow(dim, i if i >= 0 else n + i, count)

    def step(i: int, count: int = 1) -> Any:
        if not isinstance(h, Tensor):
            return h
        part = h.narrow(0, i if i >= 0 else n - 1 + i, count)
        return part.reshape([-1 if d == dim else 1 for d in range(f.dim())])

    before, after = step(0, n - 2), step(1, n - 2)
    middle = (
        at(0, n - 2) * (-after / (before * (before + after)))
        + at(1, n - 2) * ((after - before) / (before * after))
        + at(2, n - 2) * (before / (after * (before + after)))
    ) if isinstance(h, Tensor) else (at(2, n - 2) - at(0, n - 2)) / (2 * h)  # fmt: skip
    if edge_order == 1:
        first, last = (at(1) - at(0)) / step(0), (at(-1) - at(-2)) / step(-1)
    else:
        first = _edge(at(0), at(1), at(2), step(0), step(1))
        last = -_edge(at(-1), at(-2), at(-3), step(-1), step(-2))
    return taut.cat([first, middle, last], dim)


def _edge(a: Tensor, b: Tensor, c: Tensor, h: Any, k: Any) -> Tensor:
    """The slope at a of the parabola through a, b (h further) and c (k further)."""
    return a * (-(2 * h + k) / (h * (h + k))) + b * ((h + k) / (h * k)) + c * (-h / (k * (h + k)))


def gradient(
    input: Tensor, *, spacing: Any = None, dim: Any = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The derivatives of samples along each dimension, by differences of second order.

    Args:
        spacing: the distance of samples, one for each dimension, or for each the points (a tensor).
        dim: the dimensions, all if None.
        edge_order: the order at both ends, 1 or 2; it needs ``edge_order`` + 1 samples.

    Raises:
        RuntimeError: too few samples, repeated dimensions, or spacings that do not fit.

    Example:
        >>> import taut
        >>> taut.gradient(taut.tensor([1.0, 4.0, 9.0, 16.0]))
        (tensor([3., 4., 6., 7.]),)

    Source: Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids", 1988.
    """
    op = "gradient"
    if input.dtype in (_C.bool, _C.uint8):
        raise RuntimeError(f"{op}: is not supported for {input.dtype}")
    if edge_order not in (1, 2):
        raise RuntimeError(f"{op}: only supports edge_order=1 and edge_order=2, got {edge_order}")
    given = range(input.dim()) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    dims = [_check_dim(op, input, d) for d in given]
    if len(set(dims)) != len(dims):
        raise RuntimeError(f"{op}: dim {list(given)} appears multiple times in the list of dims")
    if isinstance(spacing, Sequence):
        steps = list(spacing)
    elif isinstance(spacing, Tensor):
        steps = [spacing]
    else:
        steps = [1 if spacing is None else spacing] * len(dims)
    if len(steps) != len(dims):
        raise RuntimeError(f"{op}: expected spacing for {len(dims)} dimensions, got {len(steps)}")
    results = []
    for d, h in zip(dims, steps, strict=True):
        if input.size(d) < edge_order + 1:
            raise RuntimeError(
                f"{op}: expected each dimension size to be at least edge_order+1, got "
                f"{input.size(d)} and edge_order={edge_order}"
            )
        if isinstance(h, Tensor) and (h.dim() != 1 or h.size(0) != input.size(d)):
            raise RuntimeError(
                f"{op}: expected a point for each of {input.size(d)} samples along dim {d}, got shape "
                f"{tuple(h.shape)}"
            )
        distances = h[1:] - h[:-1] if isinstance(h, Tensor) else h
        results.append(_slope(input, distances, d, edge_order))
    return tuple(results)

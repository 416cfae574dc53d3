"""Covariances, quantiles, modes and histograms."""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import taut
from taut import _C, Tensor

__all__ = [
    "Histogram",
    "Mode",
    "corrcoef",
    "cov",
    "histc",
    "histogram",
    "mode",
    "nanquantile",
    "quantile",
]


class Mode(NamedTuple):
    """The results of :func:`taut.mode`.

    Example:
        >>> import taut
        >>> taut.mode(taut.tensor([1, 2, 2])).values
        tensor(2)
    """

    values: Tensor
    indices: Tensor


class Histogram(NamedTuple):
    """The results of :func:`taut.histogram`.

    Example:
        >>> import taut
        >>> taut.histogram(taut.tensor([0.0, 1.0]), 1).hist
        tensor([2.])
    """

    hist: Tensor
    bin_edges: Tensor


def _weights(name: str, w: Tensor, count: int, floating: bool) -> Tensor:
    if w.dim() > 1 or w.numel() != count:
        raise RuntimeError(
            f"cov(): expected {name} to have one dimension of {count} elements, one for each "
            f"observation, got shape {tuple(w.shape)}"
        )
    if w.dtype.is_floating_point != floating or w.dtype is _C.bool:
        kind = "floating point" if floating else "integral"
        raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {w.dtype}")
    if bool((w < 0).any()):
        raise RuntimeError(f"cov(): {name} cannot be negative")
    return w.reshape(-1)


def cov(
    input: Tensor,
    *,
    correction: int = 1,
    fweights: Tensor | None = None,
    aweights: Tensor | None = None,
) -> Tensor:
    """The covariance matrix of variables, which are the rows; observations are columns.

    Args:
        input: (variables, observations), or one variable.
        correction: what is taken off the number of observations before dividing.
        fweights: integers, how often each observation occurred.
        aweights: how much each counts.

    Raises:
        RuntimeError: more than 2 dimensions, bools, or weights that do not fit.

    Example:
        >>> import taut
        >>> taut.cov(taut.tensor([[0.0, 2.0], [1.0, -1.0]]))
        tensor([[ 2., -2.],
                [-2.,  2.]])
    """
    if input.dim() > 2 or input.dtype is _C.bool:
        raise RuntimeError(
            "cov(): expected input to have two or fewer dimensions and not to be bool, got "
            f"{input.dim()} of {input.dtype}"
        )
    x = input.reshape(1, -1) if input.dim() < 2 else input
    count = x.size(1)
    w = None if fweights is None else _weights("fweights", fweights, count, False)
    a = None if aweights is None else _weights("aweights", aweights, count, True)
    if a is not None:
        w = a if w is None else w * a
    total: Any = count if w is None else w.sum()
    if w is not None and float(total) == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = (x if w is None else x * w).sum(1) / total
    if correction == 0 or w is None or a is None:
        freedom = total - correction
    else:
        freedom = total - correction * (w * a).sum() / total
    if float(freedom) <= 0:
        warnings.warn("cov(): degrees of freedom is <= 0", stacklevel=2)
        freedom = freedom * 0
    apart = x - mean.unsqueeze(1)
    product = apart @ (apart if w is None else apart * w).t()
    return (product / freedom).squeeze()


def corrcoef(input: Tensor) -> Tensor:
    """The correlations of variables, which are the rows; observations are columns.

    Example:
        >>> import taut
        >>> taut.corrcoef(taut.tensor([[0.0, 2.0], [1.0, -1.0]])).round(decimals=3)
        tensor([[ 1., -1.],
                [-1.,  1.]])

    Source: Pearson, "Notes on regression and inheritance in the case of two parents", 1895.
    """
    if input.dim() > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got {input.dim()}"
        )
    c = cov(input)
    if c.dim() == 0:
        return c / c
    spread = c.diag().sqrt()
    return (c / spread.unsqueeze(1) / spread.unsqueeze(0)).clamp(-1, 1)


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _checked_q(op: str, input: Tensor, q: Any, interpolation: str) -> Tensor:
    """q as a tensor."""
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            f"{op}() interpolation must be one of {', '.join(_INTERPOLATIONS)}, but got {interpolation}"
        )
    if input.dtype not in (_C.float32, _C.float64):
        raise RuntimeError(f"{op}() input tensor must be either float or double dtype")
    if not isinstance(q, Tensor):
        q = taut.tensor(float(q), dtype=input.dtype)
    if q.dim() > 1:
        raise RuntimeError(f"{op}() q must be a scalar or 1D tensor, got {q.dim()} dimensions")
    if q.dtype != input.dtype:
        raise RuntimeError(f"{op}() q tensor must be same dtype as the input tensor")
    if not bool(((q >= 0) & (q <= 1)).all()):
        raise RuntimeError(f"{op}() q values must be in the range [0, 1]")
    return q


def _at_ranks(ordered: Tensor, ranks: Tensor, interpolation: str) -> Tensor:
    if interpolation in ("lower", "higher", "nearest"):
        rounding = {"lower": taut.floor, "higher": taut.ceil, "nearest": taut.round}
        return ordered.gather(-1, rounding[interpolation](ranks).long())
    below = ranks.floor()
    values = ordered.gather(-1, below.long())
    weight = taut.full_like(ranks, 0.5) if interpolation == "midpoint" else ranks - below
    return taut.lerp(values, ordered.gather(-1, ranks.ceil().long()), weight)


def _quantile(
    op: str, input: Tensor, q: Any, dim: int | None, keepdim: bool, interpolation: str
) -> Tensor:
    q = _checked_q(op, input, q, interpolation)
    if dim is None:
        rows = input.reshape(-1)
        kept = [1] * input.dim()
    else:
        if not -max(input.dim(), 1) <= dim < max(input.dim(), 1):
            raise IndexError(f"{op}(): Dimension out of range, got {dim}")
        rows = input.movedim(dim, -1) if input.dim() else input.reshape(1)
        kept = [1 if d == dim % input.dim() else n for d, n in enumerate(input.shape)]
    if rows.size(-1) == 0:
        raise RuntimeError(f"{op}() input tensor must be non-empty")
    ordered = rows.sort(-1).values
    q_row = q.reshape(-1)
    missing = ordered.detach().isnan()
    if op == "quantile":  # one NaN, which is the last, is all that counts
        ranks = (q_row * (rows.size(-1) - 1)).expand(*rows.shape[:-1], -1)
        ranks = taut.where(missing.any(-1, True), float(rows.size(-1) - 1), ranks)
    else:
        present = (~missing).sum(-1, True) - 1
        ranks = (q_row * present).clamp_min(0)
    result = _at_ranks(ordered, ranks.to(input.dtype), interpolation).movedim(-1, 0)
    if keepdim:
        result = result.reshape([q_row.numel(), *kept])
    return result if q.dim() else result.squeeze(0)


def quantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """What the fraction ``q`` of the elements along ``dim`` does not exceed; NaN where one is NaN.

    Args:
        input: float32 or float64.
        q: a number in [0, 1], or a tensor of them, which become the first dimension.
        dim: all elements if None.
        interpolation: between two elements: "linear", "lower", "higher", "midpoint" or "nearest".

    Raises:
        RuntimeError: other types, nothing along ``dim``, or a ``q`` outside.

    Example:
        >>> import taut
        >>> taut.quantile(taut.tensor([1.0, 2.0, 4.0, 8.0]), 0.5)
        tensor(3.)

    Source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 7.
    """
    return _C._into("quantile", _quantile("quantile", input, q, dim, keepdim, interpolation), out)


def nanquantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """:func:`taut.quantile` of the elements that are not NaN.

    Example:
        >>> import taut
        >>> taut.nanquantile(taut.tensor([1.0, float("nan"), 3.0]), 0.5)
        tensor(2.)
    """
    result = _quantile("nanquantile", input, q, dim, keepdim, interpolation)
    return _C._into("nanquantile", result, out)


def mode(input: Tensor, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Mode:
    """The most frequent value along ``dim``, the least of equally frequent ones, and its last place.

    Raises:
        IndexError: nothing along ``dim``.

    Example:
        >>> import taut
        >>> taut.mode(taut.tensor([3, 1, 3, 1, 2]))
        Mode(values=tensor(1), indices=tensor(3))
    """
    if input.dim() == 0:
        values, indices = input.clone(), taut.zeros((), dtype=_C.int64)
    else:
        if input.size(dim) == 0:
            raise IndexError(f"mode(): Expected reduction dim {dim} to have non-zero size.")
        rows = input.movedim(dim, -1)
        ordered, places = rows.detach().sort(-1, stable=True)
        count = taut.arange(rows.size(-1)).expand(ordered.shape)
        new = taut.cat(
            [
                taut.ones_like(ordered[..., :1], dtype=_C.bool),
                ordered[..., 1:] != ordered[..., :-1],
            ],
            -1,
        )
        begin = taut.where(new, count, 0).cummax(-1).values
        repeats = count - begin
        best = repeats.argmax(-1, True)
        # NaN equals nothing; among values that occur once it counts as the least.
        alone = ordered[..., -1:].isnan() & (repeats.amax(-1, True) == 0)
        best = taut.where(alone, rows.size(-1) - 1, best)
        place = places.gather(-1, best)
        values, indices = (t.movedim(-1, dim) for t in (rows.gather(-1, place), place))
        if not keepdim:
            values, indices = values.squeeze(dim), indices.squeeze(dim)
    if out is not None:
        values, indices = _C._into("mode", values, out[0]), _C._into("mode", indices, out[1])
    return Mode(values, indices)


def _limits(op: str, input: Tensor, low: float, high: float, around: float) -> tuple[float, float]:
    """The given ends, those of the data where these are equal, or ``around`` them."""
    if low == high and input.numel():
        low, high = float(input.min()), float(input.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"{op}: range of [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"{op}: max must be larger than min, got [{low}, {high}]")
    return (low - around, high + around) if low == high else (low, high)


def histc(
    input: Tensor, bins: int = 100, min: float = 0, max: float = 0, *, out: Tensor | None = None
) -> Tensor:
    """How many elements lie in each of ``bins`` equal parts of [min, max], in the type of the input.

    Args:
        min, max: the ends; those of the data where they are equal. What lies outside is not counted.

    Raises:
        RuntimeError: no bins, an infinite range, or max below min.

    Example:
        >>> import taut
        >>> taut.histc(taut.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """
    op = "histc"
    if bins <= 0:
        raise RuntimeError(f"{op}: bins must be > 0, but got {bins}")
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"{op}: not implemented for {input.dtype}")
    x = input.detach().reshape(-1)
    low, high = _limits(op, x, min, max, 1.0)
    x = x[(x >= low) & (x <= high)]
    place = ((x - low) * bins / (high - low)).long().clamp(0, bins - 1)
    counts = taut.bincount(place, minlength=bins).to(input.dtype)
    return _C._into(op, counts, out)


def histogram(
    input: Tensor,
    bins: Any,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
    out: Any = None,
) -> Histogram:
    """How many elements lie between neighbouring edges, the last of which belongs to its bin.

    Args:
        bins: the number of equal bins, or the ascending edges.
        range: the ends of equal bins; those of the data if None.
        weight: what each element counts, of the shape of the input.
        density: divide by the total and the widths.

    Raises:
        RuntimeError: no bins, or shapes or types that do not fit.

    Example:
        >>> import taut
        >>> taut.histogram(taut.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0)).hist
        tensor([0., 2., 1., 0.])
    """
    op = "histogram"
    x = input.detach().reshape(-1)
    if weight is not None and (weight.shape != input.shape or weight.dtype != input.dtype):
        raise RuntimeError(f"{op}: expected weight of the shape and dtype of the input")
    if isinstance(bins, Tensor):
        if bins.dim() != 1 or bins.numel() == 0 or bins.dtype != input.dtype:
            raise RuntimeError(f"{op}: bins tensor must be 1D, not empty and of the input's dtype")
        edges = bins.clone()
    else:
        if bins <= 0:
            raise RuntimeError(f"{op}: bins must be > 0, but got {bins}")
        low, high = _limits(op, x, *(range or (0.0, 0.0 if x.numel() else 1.0)), 0.5)
        edges = taut.linspace(low, high, bins + 1, dtype=input.dtype)
    inside = (x >= edges[0]) & (x <= edges[-1])
    w = taut.ones_like(x) if weight is None else weight.detach().reshape(-1)
    place = (taut.searchsorted(edges, x[inside], right=True) - 1).clamp(0, edges.numel() - 2)
    hist = taut.zeros(edges.numel() - 1, dtype=input.dtype).index_add(0, place, w[inside])
    if density:
        hist = hist / hist.sum() / (edges[1:] - edges[:-1])
    if out is not None:
        hist, edges = _C._into(op, hist, out[0]), _C._into(op, edges, out[1])
    return Histogram(hist, edges)

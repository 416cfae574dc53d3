"""Products written with indices: einsum, tensordot and their small relatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from taut import _C, Tensor
from taut._autocast_types import in_float32

__all__ = ["einsum", "inner", "tensordot", "trace"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ELLIPSIS = "."


def _parse_lists(args: Sequence[Any]) -> tuple[str, list[Tensor]]:
    """The form ``einsum(a, [0, 1], b, [1, 2], [0, 2])`` as an equation."""

    def letters(labels: Sequence[Any]) -> str:
        out = ""
        for label in labels:
            if label is Ellipsis:
                out += "..."
            elif isinstance(label, int) and 0 <= label < len(_LETTERS):
                out += _LETTERS[label]
            else:
                raise ValueError(
                    f"einsum(): expected subscript {label!r} to be within the range [0, 52)"
                )
        return out

    pairs = len(args) // 2
    operands = list(args[: 2 * pairs : 2])
    equation = ",".join(letters(labels) for labels in args[1 : 2 * pairs : 2])
    if len(args) % 2:
        equation += "->" + letters(args[-1])
    return equation, operands


def _subscripts(term: str) -> str:
    """Checked letters of one operand, the ellipsis as one mark."""
    term = term.replace(" ", "").replace("...", _ELLIPSIS)
    if term.count(_ELLIPSIS) > 1:
        raise RuntimeError(
            "einsum(): found '.' for operand for which an ellipsis was already found"
        )
    for c in term:
        if c not in _LETTERS and c != _ELLIPSIS:
            raise RuntimeError(
                f"einsum(): invalid subscript given: {c!r}, subscripts must be in [a-zA-Z]"
            )
    return term


def _aligned(operand: Tensor, term: str, labels: str, extra: int) -> Tensor:
    """The operand with one dimension per label (1 where it has none), ellipsis dimensions first."""
    own = operand.dim() - len(term.replace(_ELLIPSIS, ""))
    names: list[Any] = []
    for c in term:
        names += [("...", i) for i in range(extra - own, extra)] if c == _ELLIPSIS else [c]
    if own and _ELLIPSIS not in term or own < 0:
        raise RuntimeError(
            "einsum(): the number of subscripts in the equation "
            f"({len(term.replace(_ELLIPSIS, ''))}) does not match the number of dimensions "
            f"({operand.dim()}) for an operand"
        )
    at = 0
    while at < len(names):  # a label twice in one operand is a diagonal
        if names[at] in names[:at]:
            first = names.index(names[at])
            if operand.size(first) != operand.size(at):
                raise RuntimeError(
                    f"einsum(): subscript {names[at]} is repeated for an operand but the sizes don't "
                    f"match, {operand.size(at)} != {operand.size(first)}"
                )
            operand = operand.diagonal(0, first, at).movedim(-1, first)
            del names[at]
        else:
            at += 1
    order = [("...", i) for i in range(extra)] + list(labels)
    present = [n for n in order if n in names]
    operand = operand.permute([names.index(n) for n in present])
    for i, n in enumerate(order):
        if n not in names:
            operand = operand.unsqueeze(i)
    return operand


def _pair(a: Tensor, b: Tensor, summed: Sequence[int]) -> Tensor:
    """sum over dims of a * b (all dimensions aligned), as one batched matrix product."""
    summed = list(summed)
    only_a = [d for d in summed if a.size(d) != 1 and b.size(d) == 1]
    only_b = [d for d in summed if b.size(d) != 1 and a.size(d) == 1]
    # Sums of integers are int64, and so is the product then.
    a = a.sum(only_a, keepdim=True) if only_a else a
    b = b.sum(only_b, keepdim=True) if only_b else b
    if a.dtype != b.dtype:
        a, b = a.to(_C.int64), b.to(_C.int64)
    dims = range(a.dim())
    both = [d for d in summed if d not in only_a and d not in only_b]
    batch = [d for d in dims if d not in summed and a.size(d) != 1 and b.size(d) != 1]
    left = [d for d in dims if d not in summed and d not in batch and a.size(d) != 1]
    right = [d for d in dims if d not in both and d not in batch and d not in left]
    sizes = {d: max(a.size(d), b.size(d)) if 0 not in (a.size(d), b.size(d)) else 0 for d in dims}

    def count(ds: Sequence[int]) -> int:
        return math.prod(sizes[d] for d in ds)

    x = a.permute([*batch, *left, *both, *right]).reshape(count(batch), count(left), count(both))
    y = b.permute([*batch, *both, *right, *left]).reshape(count(batch), count(both), count(right))
    out = _C.bmm(x, y).reshape([sizes[d] for d in (*batch, *left, *right)] + [1] * len(both))
    order = [*batch, *left, *right, *both]
    return out.permute([order.index(d) for d in dims])


def _terms(equation: str, operands: Sequence[Tensor]) -> tuple[list[str], str]:
    left, arrow, right = equation.partition("->")
    terms = [_subscripts(t) for t in left.split(",")]
    if len(terms) != len(operands):
        what = "fewer" if len(operands) > len(terms) else "more"
        raise RuntimeError(
            f"einsum(): {what} operands were provided than specified in the equation"
        )
    if arrow:
        output = _subscripts(right)
        known = "".join(terms)
        for c in output:
            if output.count(c) > 1:
                raise RuntimeError(
                    f"einsum(): output subscript {c} appears more than once in the output"
                )
            if c not in known and c != _ELLIPSIS:
                raise RuntimeError(
                    f"einsum(): output subscript {c} does not appear in the equation for any input operand"
                )
        return terms, output
    joined = "".join(terms).replace(_ELLIPSIS, "")
    once = "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    return terms, (_ELLIPSIS if any(_ELLIPSIS in t for t in terms) else "") + once


def einsum(*args: Any) -> Tensor:
    """Sums of products, written with one letter per dimension.

    Args:
        args: an equation such as ``"ij,jk->ik"`` and the operands, or operands each followed by a
            list of ints. A letter that is not in the output is summed; without ``->`` the output has
            the letters that appear once, in order. ``...`` stands for dimensions that broadcast.

    Raises:
        RuntimeError: subscripts that do not fit the operands.

    Example:
        >>> import taut
        >>> taut.einsum("ij,j->i", taut.eye(2), taut.tensor([1.0, 2.0]))
        tensor([1., 2.])
    """
    if not args:
        raise ValueError("einsum(): must specify the equation string and at least one operand")
    if isinstance(args[0], str):
        equation, operands = args[0], list(args[1:])
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            operands = list(operands[0])
    else:
        equation, operands = _parse_lists(args)
    if not operands:
        raise RuntimeError("einsum(): must provide at least one operand")
    terms, output = _terms(equation, operands)
    extra = max(
        (
            op.dim() - len(t.replace(_ELLIPSIS, ""))
            for op, t in zip(operands, terms, strict=True)
            if _ELLIPSIS in t
        ),
        default=0,
    )
    kept = output.replace(_ELLIPSIS, "")
    summed = "".join(sorted(set("".join(terms)) - set(kept) - {_ELLIPSIS}))
    labels = kept + summed
    aligned = [_aligned(op, t, labels, extra) for op, t in zip(operands, terms, strict=True)]
    _check_sizes(aligned, labels, extra)
    summed_dims = [extra + i for i in range(len(kept), len(labels))]
    if _ELLIPSIS not in output:
        summed_dims = [*range(extra), *summed_dims]
    result = aligned[0]
    for i, operand in enumerate(aligned[1:], 1):
        later = [d for d in summed_dims if all(o.size(d) == 1 for o in aligned[i + 1 :])]
        result = _pair(result, operand, later)
    # Of one operand also what is of size 1: the result is no view, and integers become int64.
    left = [d for d in summed_dims if result.size(d) != 1 or len(operands) == 1]
    result = result.sum(left, keepdim=True) if left else result
    shape = [n for d, n in enumerate(result.shape) if d not in summed_dims]
    result = result.reshape(shape)
    at = output.find(_ELLIPSIS)
    if at > 0:  # the ellipsis' dimensions stand first; the output may want them later
        order = [*range(extra, extra + at), *range(extra), *range(extra + at, len(shape))]
        result = result.permute(order)
    return result


def _check_sizes(aligned: Sequence[Tensor], labels: str, extra: int) -> None:
    for d in range(extra + len(labels)):
        sizes = {op.size(d) for op in aligned if op.size(d) != 1}
        if len(sizes) > 1:
            name = "..." if d < extra else labels[d - extra]
            raise RuntimeError(
                f"einsum(): operands do not broadcast with remapped shapes: subscript {name} has sizes {sorted(sizes)}"
            )


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Sums products over ``dims``: the last n of a and first n of b, or two lists of dimensions.

    Raises:
        RuntimeError: sizes along those dimensions differ.

    Example:
        >>> import taut
        >>> taut.tensordot(taut.ones(2, 3), taut.ones(3, 4), dims=1).shape
        torch.Size([2, 4])
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims_a, dims_b = list(range(a.dim() - dims, a.dim())), list(range(dims))
    else:
        dims_a, dims_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    if len(dims_a) != len(dims_b):
        raise RuntimeError(
            f"both dimension lists should have same length, got {dims_a} and {dims_b}"
        )
    dims_a, dims_b = _places(dims_a, a), _places(dims_b, b)
    for da, db in zip(dims_a, dims_b, strict=True):
        if 1 in (a.size(da), b.size(db)):  # it broadcasts: the other side is summed
            a = a.sum(da, keepdim=True, dtype=a.dtype)
            b = b.sum(db, keepdim=True, dtype=b.dtype)
        if a.size(da) != b.size(db):
            raise RuntimeError(
                f"tensordot: contracted dimensions need to match, but first has size {a.size(da)} in "
                f"dim {da} and second has size {b.size(db)} in dim {db}"
            )
    free_a = [d for d in range(a.dim()) if d not in dims_a]
    free_b = [d for d in range(b.dim()) if d not in dims_b]
    inner_size = math.prod(a.size(d) for d in dims_a)
    rows = math.prod(a.size(d) for d in free_a)
    cols = math.prod(b.size(d) for d in free_b)
    product = a.permute(free_a + dims_a).reshape(rows, inner_size) @ b.permute(
        dims_b + free_b
    ).reshape(inner_size, cols)
    result = product.reshape([a.size(d) for d in free_a] + [b.size(d) for d in free_b])
    return _C._into("tensordot", result, out)


def _places(dims: Sequence[int], t: Tensor) -> list[int]:
    for d in dims:
        if not -t.dim() <= d < t.dim():
            raise IndexError(
                f"tensordot: Dimension out of range: {d} for a tensor of {t.dim()} dimensions"
            )
    return [d % t.dim() for d in dims]


def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:  # noqa: A002
    """Sums products along the last dimension of both; a 0-d operand multiplies.

    Example:
        >>> import taut
        >>> taut.inner(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
        tensor(11.)
    """
    if input.dim() == 0 or other.dim() == 0:
        result = input * other
    else:
        if input.size(-1) != other.size(-1):
            raise RuntimeError(
                "inner() the last dimension must match on both input tensors but got shapes "
                f"{list(input.shape)} and {list(other.shape)}"
            )
        vectors = input.dim() == other.dim() == 1
        result = _C.dot(input, other) if vectors else tensordot(input, other, ([-1], [-1]))
    return _C._into("inner", result, out)


@in_float32
def trace(input: Tensor) -> Tensor:  # noqa: A002
    """The sum of a matrix's diagonal.

    Example:
        >>> import taut
        >>> taut.trace(taut.eye(3))
        tensor(3.)
    """
    if input.dim() != 2:
        raise RuntimeError("trace: expected a matrix")
    if input.dtype == _C.bool:
        raise NotImplementedError("trace: not implemented for bool")
    return input.diagonal().sum()


for _function in (inner, trace):
    setattr(Tensor, _function.__name__, _function)

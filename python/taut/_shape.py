"""Functions on shapes that are compositions of others: stacking, splitting, grids, scatters of views."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from taut import _C
from taut._tensor import Tensor

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_shapes",
    "cartesian_prod",
    "column_stack",
    "combinations",
    "diagflat",
    "diagonal_scatter",
    "dsplit",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "meshgrid",
    "rot90",
    "row_stack",
    "select_scatter",
    "slice_scatter",
    "tile",
    "unique",
    "unique_consecutive",
    "vsplit",
    "vstack",
]


def _listed(tensors: tuple[Any, ...]) -> list[Tensor]:
    """The tensors of f(a, b, ...) or f([a, b, ...])."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        return list(tensors[0])
    return list(tensors)


def _each(f: Any, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return f(tensors[0])
    return tuple(f(t) for t in _listed(tensors))


def _one_dim(t: Tensor) -> Tensor:
    return t.reshape(1) if t.dim() == 0 else t


def _two_dims(t: Tensor) -> Tensor:
    return t.reshape(1, 1) if t.dim() == 0 else t.unsqueeze(0) if t.dim() == 1 else t


def _three_dims(t: Tensor) -> Tensor:
    if t.dim() == 0:
        return t.reshape(1, 1, 1)
    if t.dim() == 1:
        return t.unsqueeze(0).unsqueeze(-1)
    return t.unsqueeze(-1) if t.dim() == 2 else t


def atleast_1d(*tensors: Any) -> Any:
    """Each tensor with at least one dimension.

    Example:
        >>> import taut
        >>> taut.atleast_1d(taut.tensor(3))
        tensor([3])
    """
    return _each(_one_dim, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Each tensor with at least two dimensions: a vector becomes a row.

    Example:
        >>> import taut
        >>> taut.atleast_2d(taut.tensor([1, 2]))
        tensor([[1, 2]])
    """
    return _each(_two_dims, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Each tensor with at least three dimensions: a vector of n becomes 1 x n x 1.

    Example:
        >>> import taut
        >>> taut.atleast_3d(taut.tensor([1, 2])).shape
        torch.Size([1, 2, 1])
    """
    return _each(_three_dims, tensors)


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that tensors of these shapes have together after broadcasting.

    Raises:
        RuntimeError: they cannot be broadcast.

    Example:
        >>> import taut
        >>> taut.broadcast_shapes((2, 1), (3,))
        torch.Size([2, 3])
    """
    one = _C.zeros((1,))
    expanded = [
        one.reshape([1] * len(s)).expand(s) if s else one.reshape(())
        for s in ((s,) if isinstance(s, int) else tuple(s) for s in shapes)
    ]
    return _C.broadcast_tensors(*expanded)[0].shape if expanded else _C.zeros(()).shape


def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joins tensors side by side: along dimension 1, or 0 for vectors.

    Example:
        >>> import taut
        >>> taut.hstack([taut.tensor([1, 2]), taut.tensor([3])])
        tensor([1, 2, 3])
    """
    parts = [_one_dim(t) for t in tensors]
    if not parts:
        raise RuntimeError("hstack expects a non-empty TensorList")
    return _C.cat(parts, 0 if parts[0].dim() == 1 else 1, out=out)


def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joins tensors one below the other: along dimension 0, vectors being rows.

    Example:
        >>> import taut
        >>> taut.vstack([taut.tensor([1, 2]), taut.tensor([3, 4])])
        tensor([[1, 2],
                [3, 4]])
    """
    parts = [_two_dims(t) for t in tensors]
    if not parts:
        raise RuntimeError("vstack expects a non-empty TensorList")
    return _C.cat(parts, 0, out=out)


row_stack = vstack


def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joins tensors along dimension 2, after giving each at least three.

    Example:
        >>> import taut
        >>> taut.dstack([taut.tensor([1, 2]), taut.tensor([3, 4])])
        tensor([[[1, 3],
                 [2, 4]]])
    """
    if not tensors:
        raise RuntimeError("dstack expects a non-empty TensorList")
    return _C.cat([_three_dims(t) for t in tensors], 2, out=out)


def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joins tensors side by side, vectors being columns.

    Example:
        >>> import taut
        >>> taut.column_stack([taut.tensor([1, 2]), taut.tensor([3, 4])])
        tensor([[1, 3],
                [2, 4]])
    """
    return hstack([t.reshape(t.numel(), 1) if t.dim() <= 1 else t for t in tensors], out=out)


def _split_along(name: str, dim: int, least: int, input: Tensor, where: Any) -> Any:
    if input.dim() < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
            f"with {input.dim()} dimensions!"
        )
    if isinstance(where, int) and (where == 0 or input.size(dim) % where):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
            f"{input.size(dim)} is not divisible by the split_size {where}!"
        )
    return input.tensor_split(where, dim)


def hsplit(input: Tensor, indices_or_sections: Any) -> Any:
    """Splits side by side: along dimension 1, or 0 of a vector. See :func:`taut.tensor_split`.

    Example:
        >>> import taut
        >>> taut.hsplit(taut.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))
    """
    dim = 0 if input.dim() == 1 else 1
    return _split_along("hsplit", dim, 1, input, indices_or_sections)


def vsplit(input: Tensor, indices_or_sections: Any) -> Any:
    """Splits along dimension 0. See :func:`taut.tensor_split`.

    Example:
        >>> import taut
        >>> taut.vsplit(taut.arange(4).reshape(2, 2), 2)
        (tensor([[0, 1]]), tensor([[2, 3]]))
    """
    return _split_along("vsplit", 0, 2, input, indices_or_sections)


def dsplit(input: Tensor, indices_or_sections: Any) -> Any:
    """Splits along dimension 2. See :func:`taut.tensor_split`.

    Example:
        >>> import taut
        >>> [t.shape for t in taut.dsplit(taut.zeros(1, 2, 4), 2)]
        [torch.Size([1, 2, 2]), torch.Size([1, 2, 2])]
    """
    return _split_along("dsplit", 2, 3, input, indices_or_sections)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """Repeats the tensor ``dims[i]`` times along dimension i, counted from the last.

    Example:
        >>> import taut
        >>> taut.tile(taut.tensor([1, 2]), (2,))
        tensor([1, 2, 1, 2])
    """
    times = tuple(dims[0]) if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return input.repeat((1,) * (input.dim() - len(times)) + times)


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turns the tensor k times by 90 degrees in the plane of ``dims``, from the first to the second.

    Example:
        >>> import taut
        >>> taut.rot90(taut.tensor([[1, 2], [3, 4]]))
        tensor([[2, 4],
                [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.dim() < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.dim()}")
    a, b = dims
    if a == b or abs(a - b) == input.dim():
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {a} and dim1 = {b}"
        )
    k %= 4
    if k == 1:
        return input.flip(b).transpose(a, b)
    if k == 2:
        return input.flip(a, b)
    if k == 3:
        return input.flip(a).transpose(a, b)
    return input.contiguous().clone()


def fliplr(input: Tensor) -> Tensor:
    """Reverses dimension 1: the columns.

    Example:
        >>> import taut
        >>> taut.fliplr(taut.arange(4).reshape(2, 2))
        tensor([[1, 0],
                [3, 2]])
    """
    if input.dim() < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return input.flip(1)


def flipud(input: Tensor) -> Tensor:
    """Reverses dimension 0: the rows.

    Example:
        >>> import taut
        >>> taut.flipud(taut.arange(4).reshape(2, 2))
        tensor([[2, 3],
                [0, 1]])
    """
    if input.dim() < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return input.flip(0)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Grids of coordinates: the i-th result varies along dimension i only, as the i-th vector.

    Args:
        tensors: vectors or numbers.
        indexing: "ij" for that, "xy" with the first two dimensions exchanged.

    Example:
        >>> import taut
        >>> taut.meshgrid(taut.tensor([1, 2]), taut.tensor([3, 4]), indexing="ij")[1]
        tensor([[3, 4],
                [3, 4]])
    """
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    vectors = _listed(tensors)
    for t in vectors:
        if t.dim() > 1:
            raise RuntimeError(
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got one of "
                f"{t.dim()} dimensions"
            )
    swap = indexing == "xy" and len(vectors) >= 2
    if swap:
        vectors[:2] = vectors[1], vectors[0]
    shape = tuple(t.numel() for t in vectors)
    grids = [
        t.reshape([-1 if d == i else 1 for d in range(len(shape))]).expand(shape)
        for i, t in enumerate(vectors)
    ]
    if swap:
        grids[:2] = grids[1], grids[0]
    return tuple(grids)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of one element from each vector, as rows.

    Example:
        >>> import taut
        >>> taut.cartesian_prod(taut.tensor([1, 2]), taut.tensor([3, 4]))
        tensor([[1, 3],
                [1, 4],
                [2, 3],
                [2, 4]])
    """
    if len(tensors) == 1:
        return tensors[0]
    return _C.stack([g.flatten() for g in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to choose r elements of a vector, as rows.

    Example:
        >>> import taut
        >>> taut.combinations(taut.tensor([1, 2, 3]))
        tensor([[1, 2],
                [1, 3],
                [2, 3]])
    """
    if input.dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return _C.empty((0,), dtype=input.dtype)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(input.numel()), r))
    index = _C.tensor(rows, dtype=_C.int64).reshape(len(rows), r)
    return input[index]


def block_diag(*tensors: Tensor) -> Tensor:
    """A matrix with the given matrices (vectors being rows) along its diagonal, zero elsewhere.

    Example:
        >>> import taut
        >>> taut.block_diag(taut.tensor([[1, 2]]), taut.tensor(3))
        tensor([[1, 2, 0],
                [0, 0, 3]])
    """
    blocks = []
    for i, t in enumerate(tensors):
        if t.dim() > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{i} has {t.dim()} dimensions"
            )
        blocks.append(_two_dims(t))
    width = sum(b.shape[1] for b in blocks)
    rows, left = [], 0
    for b in blocks:
        rows.append(_C.constant_pad_nd(b, (left, width - left - b.shape[1])))
        left += b.shape[1]
    return _C.cat(rows, 0)


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with the elements of the tensor on a diagonal.

    Example:
        >>> import taut
        >>> taut.diagflat(taut.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
    """
    return _C.diag_embed(input.reshape(-1), offset)


def _scattered(input: Tensor, view: Any, src: Tensor) -> Tensor:
    out = input.clone()
    part = view(out)
    if part.shape != src.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(part.shape)}"
        )
    part.copy_(src)
    return out


def diagonal_scatter(
    input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Tensor:
    """A copy of the tensor with ``src`` on a diagonal: see :func:`taut.diagonal`.

    Example:
        >>> import taut
        >>> taut.diagonal_scatter(taut.zeros(2, 2), taut.tensor([1.0, 2.0]))
        tensor([[1., 0.],
                [0., 2.]])
    """
    return _scattered(input, lambda t: t.diagonal(offset, dim1, dim2), src)


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of the tensor with ``src`` as slice ``index`` of ``dim``.

    Example:
        >>> import taut
        >>> taut.select_scatter(taut.zeros(2, 2), taut.ones(2), 0, 1)
        tensor([[0., 0.],
                [1., 1.]])
    """
    return _scattered(input, lambda t: t.select(dim, index), src)


def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """A copy of the tensor with ``src`` as the slice ``start:end:step`` of ``dim``.

    Example:
        >>> import taut
        >>> taut.slice_scatter(taut.zeros(4), taut.ones(2), 0, 1, 3)
        tensor([0., 1., 1., 0.])
    """
    at = dim % input.dim() if input.dim() else dim
    parts = (slice(None),) * at + (slice(start, end, step),)
    return _C._into("slice_scatter", _scattered(input, lambda t: t[parts], src), out)


def _unique_result(parts: Any, return_inverse: bool, return_counts: bool) -> Any:
    values, inverse, counts = parts
    wanted = (
        values,
        *((inverse,) if return_inverse else ()),
        *((counts,) if return_counts else ()),
    )
    return wanted if len(wanted) > 1 else values


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct values in ascending order, or the distinct slices along ``dim``.

    Args:
        input: any tensor.
        sorted: kept for compatibility; the values are always sorted.
        return_inverse: also return, for each element, the position of its value in the result.
        return_counts: also return how often each value occurs.
        dim: compare slices along this dimension instead of elements.

    Example:
        >>> import taut
        >>> taut.unique(taut.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    return _unique_result(_C._unique(input, dim, return_inverse), return_inverse, return_counts)


def unique_consecutive(
    input: Tensor,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The first of every run of equal neighbours: see :func:`taut.unique` for the arguments.

    Example:
        >>> import taut
        >>> taut.unique_consecutive(taut.tensor([1, 1, 2, 1]))
        tensor([1, 2, 1])
    """
    return _unique_result(
        _C._unique_consecutive(input, dim, return_inverse), return_inverse, return_counts
    )


for _name in (
    "diagflat",
    "diagonal_scatter",
    "dsplit",
    "fliplr",
    "flipud",
    "hsplit",
    "rot90",
    "select_scatter",
    "slice_scatter",
    "tile",
    "unique",
    "unique_consecutive",
    "vsplit",
):
    setattr(Tensor, _name, globals()[_name])

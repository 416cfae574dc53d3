"""What the families share: checks, LAPACK's failures, and results in ``out``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import taut
from taut import _C, Tensor

__all__ = [
    "LinAlgError",
    "batch_of",
    "broadcast_batches",
    "cast_into",
    "check_floating",
    "check_matrix",
    "check_square",
    "each_matrix",
    "into_all",
    "lapack",
    "where",
    "wrap",
]


class LinAlgError(RuntimeError):
    """A matrix for which a function of :mod:`taut.linalg` has no result, a singular one, say.

    Example:
        >>> import taut
        >>> try:
        ...     taut.linalg.inv(taut.zeros(2, 2))
        ... except taut.linalg.LinAlgError as error:
        ...     print(error)
        linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular.
    """


def check_floating(op: str, A: Tensor) -> None:  # noqa: N803
    """RuntimeError for integers, NotImplementedError for 16-bit types."""
    if not A.dtype.is_floating_point:
        raise RuntimeError(f"{op}: expected a floating point tensor as input, got {A.dtype}")
    if A.dtype.itemsize == 2:
        raise NotImplementedError(f"{op}: not implemented for {A.dtype}")


def check_matrix(op: str, A: Tensor) -> None:  # noqa: N803
    """At least two dimensions, and a type that LAPACK has."""
    if A.dim() < 2:
        raise RuntimeError(
            f"{op}: The input tensor A must have at least 2 dimensions, got {A.dim()}"
        )
    check_floating(op, A)


def check_square(op: str, A: Tensor) -> None:  # noqa: N803
    """Batches of square matrices of a type that LAPACK has."""
    if A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{op}: A must be batches of square matrices, got shape {tuple(A.shape)}"
        )
    check_floating(op, A)


def batch_of(A: Tensor) -> tuple[int, ...]:  # noqa: N803
    """The sizes before those of the matrices."""
    return tuple(A.shape[:-2])


def broadcast_batches(*tensors: Tensor) -> list[Tensor]:
    """Matrices expanded to one batch."""
    batch = taut.broadcast_shapes(*(batch_of(t) for t in tensors))
    return [t.expand(*batch, *t.shape[-2:]) for t in tensors]


def wrap(array: Any) -> Tensor:
    """numpy's result as a tensor."""
    import numpy as np

    return taut.from_numpy(np.ascontiguousarray(array).reshape(np.shape(array)))


def each_matrix(*arrays: Any) -> Iterator[tuple[Any, ...]]:
    """The matrices of arrays of one batch, in step."""
    flat = [a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:]) for a in arrays]
    return zip(*flat, strict=True)


def where(op: str, batch: tuple[int, ...], i: int) -> str:
    """How an error names matrix i of a batch."""
    return f"{op}: (Batch element {i}): " if batch else f"{op}: "


def lapack(op: str, f: Callable[..., Any], *tensors: Tensor, why: str) -> Any:
    """f of the tensors' arrays; LinAlgError, which names the matrix, where numpy gives up."""
    import numpy as np

    arrays = [t.detach().numpy() for t in tensors]
    try:
        with np.errstate(all="ignore"):  # float32 is computed in float64: the result may not fit
            return f(*arrays)
    except np.linalg.LinAlgError as error:
        for i, matrices in enumerate(each_matrix(*arrays)):
            try:
                f(*matrices)
            except np.linalg.LinAlgError:
                raise LinAlgError(where(op, batch_of(tensors[0]), i) + why) from error
        raise LinAlgError(f"{op}: {why}") from error


def cast_into(op: str, result: Tensor, out: Tensor | None) -> Tensor:
    """The result in ``out``, which may be of any type that the result's can be cast to."""
    if out is not None and taut.can_cast(result.dtype, out.dtype):
        result = result.to(out.dtype)
    return taut._C._into(op, result, out)


def into_all(
    op: str, results: Any, out: Any, into: Callable[[str, Tensor, Tensor], Tensor] = _C._into
) -> Any:
    """Several results, each in its ``out``: of the same type, or as ``into`` puts it there."""
    if out is None:
        return results
    if len(out) != len(results):
        raise TypeError(f"{op}: out must be {len(results)} tensors, got {len(out)}")
    return type(results)(*(into(op, r, o) for r, o in zip(results, out, strict=True)))

"""Powers, exponentials and products of matrices, and products of vectors."""

from __future__ import annotations

from collections.abc import Sequence

import taut
from taut import _C, Tensor
from taut._autocast_types import in_16_bits, in_own_types
from taut._linalg.common import cast_into

__all__ = ["cross", "diagonal", "matrix_exp", "matrix_power", "multi_dot", "vecdot"]


# exp(x) to degree 16, grouped by fours: sum of x^i / i! for i in a group, the powers up to 4.
_COEFFICIENTS = [1.0]
for _i in range(1, 17):
    _COEFFICIENTS.append(_COEFFICIENTS[-1] / _i)


def _square(op: str, A: Tensor) -> None:  # noqa: N803
    if A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{op}: A must be batches of square matrices, got shape {tuple(A.shape)}"
        )


@in_own_types
def matrix_exp(A: Tensor) -> Tensor:  # noqa: N803
    """The exponential of each square matrix of a batch.

    The matrix is halved until its norm is below 1/2, exponentiated by its Taylor polynomial of degree
    16, and squared as often.

    Raises:
        RuntimeError: A is not square or not floating point.

    Example:
        >>> import taut
        >>> taut.matrix_exp(taut.zeros(2, 2))
        tensor([[1., 0.],
                [0., 1.]])

    Source: Paterson and Stockmeyer, "On the number of nonscalar multiplications necessary to evaluate
    polynomials", 1973; Moler and Van Loan, "Nineteen dubious ways to compute the exponential of a
    matrix", 2003.
    """
    _square("linalg.matrix_exp", A)
    if not A.dtype.is_floating_point:
        raise RuntimeError(
            f"linalg.matrix_exp: expected a floating point tensor as input, got {A.dtype}"
        )
    if A.dtype.itemsize == 2:
        return matrix_exp(A.float()).to(A.dtype)
    if A.numel() == 0:
        return A.clone()
    largest = float(A.detach().abs().sum(-2).max())
    halvings = 0
    while largest > 0.5 and largest < float("inf"):
        largest, halvings = largest / 2, halvings + 1
    X = A * 0.5**halvings  # noqa: N806
    eye = taut.eye(A.shape[-1], dtype=A.dtype)
    X2 = X @ X  # noqa: N806
    powers = [eye, X, X2, X2 @ X]
    X4 = X2 @ X2  # noqa: N806
    result = X4 * _COEFFICIENTS[16]
    for group in (12, 8, 4, 0):
        for i, power in enumerate(powers):
            result = result + power * _COEFFICIENTS[group + i]
        if group:
            result = X4 @ result
    for _ in range(halvings):
        result = result @ result
    return result


def matrix_power(A: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:  # noqa: N803
    """The ``n``-th power of each square matrix of a batch, by repeated squaring.

    Args:
        A: (..., m, m).
        n: 0 gives the identity, negative ones powers of the inverse.

    Raises:
        RuntimeError: A is not square, or for a negative ``n`` not floating point.
        LinAlgError: ``n`` is negative and A singular.

    Example:
        >>> import taut
        >>> taut.linalg.matrix_power(taut.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
        tensor([[1., 3.],
                [0., 1.]])

    Source: Knuth, "The art of computer programming", section 4.6.3.
    """
    op = "linalg.matrix_power"
    _square(op, A)
    if n < 0:
        from taut._linalg.systems import inv

        A, n = inv(A), -n  # noqa: N806
    if n == 0:
        identity = taut.eye(A.shape[-1], dtype=A.dtype).expand_as(A)
        return cast_into(op, taut.where(taut.tensor(True), identity, A), out)  # a gradient of zeros
    square = A
    while n % 2 == 0:
        square, n = square @ square, n // 2
    result = square
    while n := n // 2:
        square = square @ square
        result = result @ square if n % 2 else result
    return cast_into(op, result.clone() if result is A else result, out)


def _best_cuts(sizes: Sequence[int]) -> list[list[int]]:
    """For matrices sizes[i] by sizes[i + 1]: where to cut products i..j for the fewest multiplications."""
    count = len(sizes) - 1
    cost = [[0] * count for _ in range(count)]
    cut = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i][j], cut[i][j] = min(
                (cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return cut


def _checked_chain(op: str, tensors: Sequence[Tensor]) -> list[Tensor]:
    """The factors as matrices: vectors at the ends a row and a column."""
    if len(tensors) < 2:
        raise RuntimeError(f"{op}: expected at least 2 tensors but got {len(tensors)}")
    for i, t in enumerate(tensors):
        ends = i in (0, len(tensors) - 1)
        if t.dim() not in ((1, 2) if ends else (2,)):
            raise RuntimeError(f"{op}: tensor {i} must be {'1D or ' * ends}2D but got {t.dim()}D")
        if t.dtype != tensors[0].dtype:
            raise RuntimeError(
                f"{op}: all tensors must have be the same dtype, got {tensors[0].dtype} and {t.dtype}"
            )
    first, *middle, last = tensors
    first = first.unsqueeze(0) if first.dim() == 1 else first
    chain = [first, *middle, last.unsqueeze(-1) if last.dim() == 1 else last]
    for i, (a, b) in enumerate(zip(chain[:-1], chain[1:], strict=True)):
        if a.shape[1] != b.shape[0]:
            raise RuntimeError(
                f"{op}: tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} cannot be multiplied"
            )
    return chain


def multi_dot(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """The product of a chain of matrices, in the order that multiplies least.

    Args:
        tensors: at least two matrices; the first and the last may be vectors.

    Raises:
        RuntimeError: fewer, or shapes or types that do not fit.

    Example:
        >>> import taut
        >>> taut.linalg.multi_dot([taut.ones(2, 3), taut.ones(3, 4), taut.ones(4)])
        tensor([12., 12.])

    Source: Cormen et al., "Introduction to algorithms", section 15.2.
    """
    op = "linalg.multi_dot"
    tensors = list(tensors)
    chain = _checked_chain(op, tensors)
    cut = _best_cuts([chain[0].shape[0], *(t.shape[1] for t in chain)])

    def product(i: int, j: int) -> Tensor:
        if i == j:
            return chain[i]
        k = cut[i][j]
        return product(i, k) @ product(k + 1, j)

    result = product(0, len(chain) - 1)
    shape = [*tensors[0].shape[:-1], *(tensors[-1].shape[1:])]
    return _C._into(op, result.reshape(shape), out)


def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The cross products of the vectors along ``dim``, which has three elements.

    Args:
        input, other: of as many dimensions; shapes broadcast.

    Raises:
        RuntimeError: other numbers of dimensions, or of elements along ``dim``.

    Example:
        >>> import taut
        >>> taut.linalg.cross(taut.tensor([1.0, 0.0, 0.0]), taut.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    op = "linalg.cross"
    if input.dim() != other.dim():
        raise RuntimeError(
            f"{op}: inputs must have the same number of dimensions, got {input.dim()} and {other.dim()}"
        )
    if input.size(dim) != 3 or other.size(dim) != 3:
        raise RuntimeError(
            f"{op}: inputs dimension {dim} must have length 3. Got {input.size(dim)} and "
            f"{other.size(dim)}"
        )
    a, b = taut.broadcast_tensors(input, other)
    result = a.roll(-1, dim) * b.roll(-2, dim) - a.roll(-2, dim) * b.roll(-1, dim)
    return _C._into(op, result, out)


@in_16_bits
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """The sums of the products of ``x`` and ``y`` along ``dim``; shapes broadcast.

    Raises:
        RuntimeError: not floating point, or shapes that do not broadcast.

    Example:
        >>> import taut
        >>> taut.linalg.vecdot(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, 1.0]))
        tensor([3., 7.])
    """
    op = "linalg.vecdot"
    for t in (x, y):
        if not t.dtype.is_floating_point:
            raise RuntimeError(f"{op}: Expected a floating point tensor as input. Got {t.dtype}")
    return _C._into(op, (x * y).sum(dim), out)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: N803
    """A view of the diagonal of each matrix: :func:`taut.diagonal` of the last two dimensions.

    Example:
        >>> import taut
        >>> taut.linalg.diagonal(taut.ones(5, 2, 3)).shape
        torch.Size([5, 2])
    """
    return taut.diagonal(A, offset, dim1, dim2)

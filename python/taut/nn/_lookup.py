"""Functions of nn.functional that look up and place: embedding, embedding_bag, one_hot, pad."""

from __future__ import annotations

from collections.abc import Sequence

from taut import _C, Tensor, no_grad

__all__ = ["embedding", "embedding_bag", "one_hot", "pad"]

_MODES = {"sum": 0, "mean": 1, "max": 2}


def _wrapped_padding(padding_idx: int | None, rows: int) -> int:
    if padding_idx is None:
        return -1
    assert -rows <= padding_idx < rows, "Padding_idx must be within num_embeddings"
    return padding_idx % rows


def _renorm(weight: Tensor, input: Tensor, max_norm: float | None, norm_type: float) -> None:
    if max_norm is None:
        return
    with no_grad():
        _C._embedding_renorm_(weight, input, max_norm, norm_type)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of ``weight`` by index.

    The backward adds into ``weight.grad`` row by row, also when the same weight is an output layer:
    no gradient of the weight's size is made besides it. With ``sparse`` the gradient itself is a
    sparse tensor of the rows that were looked up, for :class:`taut.optim.SparseAdam`, ``SGD`` and
    ``Adagrad``; where the weight also has a strided gradient, the sum is strided.

    Args:
        input: int64 or int32 indices of any shape.
        weight: the table, rows x width.
        padding_idx: a row that gets no gradient.
        max_norm: rows that are looked up are first scaled, in place, to at most this norm.
        norm_type: the p of that norm.
        scale_grad_by_freq: divide a row's gradient by how often it occurs in input.
        sparse: the gradient of weight is a sparse tensor.

    Shape:
        - input: (*), output: (*, width)

    Raises:
        IndexError: an index is not a row of weight.
        RuntimeError: in the backward, of scale_grad_by_freq with sparse.

    Example:
        >>> import taut
        >>> table = taut.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> taut.nn.functional.embedding(taut.tensor([1, 0]), table)
        tensor([[3., 4.],
                [1., 2.]])
    """
    if weight.dim() != 2:
        raise RuntimeError(f"'weight' must be 2-D, got {weight.dim()} dimensions")
    padding = _wrapped_padding(padding_idx, weight.size(0))
    _renorm(weight, input, max_norm, norm_type)
    return _C.embedding(weight, input, padding, scale_grad_by_freq, sparse)


def _bags(
    input: Tensor, offsets: Tensor | None, include_last_offset: bool
) -> tuple[Tensor, Tensor]:
    """Indices and the start of each bag: the rows of a matrix are bags."""
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of "
                f"fixed length sequences. However, found offsets of type {type(offsets)}"
            )
        rows, length = input.shape
        return input.reshape(-1), _C.arange(0, rows * length, max(length, 1), dtype=_C.int64)[:rows]
    if input.dim() != 1:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}"
        )
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.dim() != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    return input, offsets[:-1] if include_last_offset else offsets


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Sums, means or maxima of bags of rows of ``weight``.

    Args:
        input: indices; the rows of a matrix are bags, a vector is cut at ``offsets``.
        weight: the table, rows x width.
        offsets: where each bag begins in a 1-d input.
        max_norm, norm_type, scale_grad_by_freq, sparse: see :func:`embedding`.
        mode: "sum", "mean" or "max".
        per_sample_weights: a factor for each index, for mode "sum" only.
        include_last_offset: the last offset is the end of the last bag.
        padding_idx: an index that is left out.

    Shape:
        - output: (bags, width); an empty bag gives zeros.

    Example:
        >>> import taut
        >>> table = taut.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> taut.nn.functional.embedding_bag(taut.tensor([[0, 1]]), table, mode="sum")
        tensor([[4., 6.]])
    """
    if mode not in _MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if per_sample_weights is not None and per_sample_weights.shape != input.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({list(per_sample_weights.shape)}) is not None, "
            f"then it must have the same shape as the input ({list(input.shape)})"
        )
    padding = _wrapped_padding(padding_idx, weight.size(0))
    _renorm(weight, input, max_norm, norm_type)
    flat, starts = _bags(input, offsets, include_last_offset)
    factors = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    options = (padding, int(scale_grad_by_freq), int(sparse))
    return _C._embedding_bag(weight, flat, starts, _MODES[mode], factors, options)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """int64 zeros with a one at each class, in a new last dimension.

    Args:
        tensor: int64 classes of any shape.
        num_classes: how many there are; -1 for one more than the largest.

    Example:
        >>> import taut
        >>> taut.nn.functional.one_hot(taut.tensor([0, 2]))
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """
    return _C._one_hot(tensor, num_classes)


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """Pads the last dimensions.

    Args:
        input: any tensor; for modes other than "constant", of one or two dimensions more than
            are padded.
        pad: (before, after) of the last dimension, then of the one before it, and so on. Negative
            numbers remove.
        mode: "constant", "reflect" (mirrored without repeating the edge), "replicate" (the edge
            repeated) or "circular".
        value: what "constant" fills in; 0 if None.

    Example:
        >>> import taut
        >>> taut.nn.functional.pad(taut.tensor([1, 2]), (1, 2))
        tensor([0, 1, 2, 0, 0])
    """
    return _C._pad(input, pad, mode, value)  # type: ignore[arg-type]

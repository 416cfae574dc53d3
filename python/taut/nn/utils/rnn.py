"""Sequences of several lengths as input of recurrent networks: padded to one, or packed.

A packed batch holds step after step, of each the sequences that go on that long, the longest
sequence first: no time is spent on padding. Networks take it in place of a padded batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import taut
from taut import _C, Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """Sequences packed step by step; made by :func:`pack_padded_sequence` or :func:`pack_sequence`.

    Args:
        data: the rows of all steps one after another.
        batch_sizes: int64, how many sequences each step has.
        sorted_indices: the order in which the sequences stand, if it is not the given one.
        unsorted_indices: its inverse, by default computed.

    Example:
        >>> import taut
        >>> from taut.nn.utils.rnn import pack_sequence
        >>> pack_sequence([taut.tensor([1, 2, 3]), taut.tensor([4])]).data
        tensor([1, 4, 2, 3])
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Tensor | tuple[Tensor, Tensor],
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)  # type: ignore[arg-type]

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with other data, converted as :meth:`taut.Tensor.to` does it."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def double(self) -> PackedSequence:
        """With data of float64."""
        return self.to(taut.float64)

    def float(self) -> PackedSequence:
        """With data of float32."""
        return self.to(taut.float32)

    def long(self) -> PackedSequence:
        """With data of int64."""
        return self.to(taut.int64)

    def int(self) -> PackedSequence:
        """With data of int32."""
        return self.to(taut.int32)

    def short(self) -> PackedSequence:
        """With data of int16."""
        return self.to(taut.int16)

    def char(self) -> PackedSequence:
        """With data of int8."""
        return self.to(taut.int8)

    def byte(self) -> PackedSequence:
        """With data of uint8."""
        return self.to(taut.uint8)

    def half(self) -> PackedSequence:
        """With data of float16."""
        return self.to(taut.float16)

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """With data on the CPU, converted as :meth:`to` does it."""
        return self._on("cpu", args, kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Raises AssertionError: taut has no GPU."""
        return self._on("cuda", args, kwargs)

    def _on(self, device: str, args: Any, kwargs: Any) -> PackedSequence:
        named = "device" in kwargs or any(isinstance(a, (str, taut.device)) for a in args)
        return self.to(*args, **(kwargs if named else {**kwargs, "device": device}))

    @property
    def is_cuda(self) -> bool:
        """False."""
        return False

    def is_pinned(self) -> bool:
        """False."""
        return False

    def pin_memory(self) -> PackedSequence:
        """Itself."""
        return self


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that takes another one back.

    Example:
        >>> import taut
        >>> taut.nn.utils.rnn.invert_permutation(taut.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    count = _C.arange(permutation.numel())
    return _C.empty_like(permutation).scatter_(0, permutation, count.to(permutation.dtype))


def pack_padded_sequence(
    input: Tensor,
    lengths: Tensor | Sequence[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """Packs a padded batch.

    Args:
        input: (T, N, ...), or (N, T, ...) with ``batch_first``.
        lengths: of each sequence, at least 1.
        batch_first: how the input lies.
        enforce_sorted: the lengths never rise; otherwise the sequences are sorted.

    Raises:
        RuntimeError: lengths that do not fit the input or are not sorted.

    Example:
        >>> import taut
        >>> x = taut.tensor([[1, 2, 0], [3, 4, 5]])
        >>> taut.nn.utils.rnn.pack_padded_sequence(x, [2, 3], True, False).batch_sizes
        tensor([2, 2, 1])
    """
    lengths = taut.as_tensor(lengths, dtype=taut.int64)
    order = None
    if not enforce_sorted:
        lengths, order = _C.sort(lengths, descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    data, batch_sizes = _C._pack_padded_sequence(input, lengths, batch_first)  # type: ignore[arg-type]
    return PackedSequence(data, batch_sizes, order)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The inverse of :func:`pack_padded_sequence`.

    Args:
        sequence: a packed batch.
        batch_first: how the result is to lie.
        padding_value: what stands behind the end of a sequence.
        total_length: steps that the result has; those of the longest sequence if None.

    Returns:
        The padded batch, (T, N, ...) or (N, T, ...), and the lengths.

    Raises:
        ValueError: a total_length that is too short.

    Example:
        >>> import taut
        >>> from taut.nn.utils.rnn import pack_sequence, pad_packed_sequence
        >>> packed = pack_sequence([taut.tensor([1, 2]), taut.tensor([3])])
        >>> pad_packed_sequence(packed, batch_first=True)
        (tensor([[1, 2],
                [3, 0]]), tensor([2, 1]))
    """
    steps = sequence.batch_sizes.size(0)
    if total_length is not None and total_length < steps:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but "
            f"got total_length={total_length} and max sequence length being {steps}"
        )
    padded, lengths = _C._pad_packed_sequence(
        sequence.data, sequence.batch_sizes, batch_first, padding_value, total_length or steps
    )
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order]


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Tensors of several lengths as one, padded to the longest.

    Args:
        sequences: tensors (L, ...) with the same sizes but the first.
        batch_first: (N, T, ...) instead of (T, N, ...).
        padding_value: what fills the shorter ones.
        padding_side: on which side, "right" or "left".

    Raises:
        RuntimeError: no sequences, or sizes that differ elsewhere.

    Example:
        >>> import taut
        >>> a, b = taut.tensor([1, 2, 3]), taut.tensor([4])
        >>> taut.nn.utils.rnn.pad_sequence([a, b], batch_first=True, padding_side="left")
        tensor([[1, 2, 3],
                [0, 0, 4]])
    """
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    elif not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    return _C._pad_sequence(tuple(sequences), batch_first, padding_value, padding_side)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False
) -> list[Tensor]:
    """The inverse of :func:`pad_sequence`: a list of tensors.

    Example:
        >>> import taut
        >>> x = taut.tensor([[1, 2, 3], [4, 0, 0]])
        >>> taut.nn.utils.rnn.unpad_sequence(x, taut.tensor([3, 1]), batch_first=True)
        [tensor([1, 2, 3]), tensor([4])]
    """
    each = padded_sequences.unbind(0 if batch_first else 1)
    return [t[: int(n)].clone() for t, n in zip(each, lengths, strict=True)]  # type: ignore[call-overload]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Packs tensors of several lengths.

    Args:
        sequences: tensors (L, ...) with the same sizes but the first.
        enforce_sorted: the lengths never rise; otherwise the sequences are sorted.

    Example:
        >>> import taut
        >>> from taut.nn.utils.rnn import pack_sequence
        >>> pack_sequence([taut.tensor([1]), taut.tensor([2, 3])], enforce_sorted=False).data
        tensor([2, 1, 3])
    """
    lengths = [t.size(0) for t in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The inverse of :func:`pack_sequence`: a list of tensors.

    Example:
        >>> import taut
        >>> from taut.nn.utils.rnn import pack_sequence, unpack_sequence
        >>> unpack_sequence(pack_sequence([taut.tensor([1, 2]), taut.tensor([3])]))
        [tensor([1, 2]), tensor([3])]
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences, True), batch_first=True)

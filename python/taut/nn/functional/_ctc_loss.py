"""The loss of sequences whose alignment is unknown."""

from __future__ import annotations

from collections.abc import Sequence

from taut import _C, Tensor
from taut.nn.functional._loss import reduced

__all__ = ["ctc_loss"]

Lengths = Tensor | Sequence[int]


def _lengths(given: Lengths, name: str) -> list[int]:
    if isinstance(given, Tensor):
        if given.dtype.is_floating_point or given.dtype == _C.bool:
            raise RuntimeError(f"ctc_loss: {name} must be integral, got {given.dtype}")
        return given.reshape(-1).tolist()
    return list(given)


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log p(targets), summed over all alignments of the targets with the steps of the input.

    An alignment names a class at each step; it spells the targets once repetitions are merged and
    blanks left out. The gradient is that for the logits of which ``log_probs`` is the log_softmax: it
    holds for inputs that are.

    Args:
        log_probs: logarithms of probabilities, (T, N, C), or (T, C) for one sequence.
        targets: classes other than blank, (N, S), or those of all sequences in one row; for one sequence
            (S).
        input_lengths: how many steps each sequence has, at most T; N numbers, or a tensor of them.
        target_lengths: how many targets each has; as input_lengths.
        blank: the class that stands for none.
        reduction: "none", "sum", or "mean": of the losses divided by their target's length.
        zero_infinity: a sequence too short for its targets has loss and gradient 0, not infinity and NaN.

    Raises:
        RuntimeError: lengths, targets or a blank out of range.
        TypeError: one kind of lengths in a tensor and the other not.
        NotImplementedError: a type of 16 bits, or integers.

    Source: Graves et al., "Connectionist temporal classification", ICML 2006.

    Example:
        >>> import taut
        >>> log_probs = taut.full((3, 1, 2), 0.5).log()
        >>> taut.nn.functional.ctc_loss(log_probs, taut.tensor([[1]]), (3,), (1,)).exp()
        tensor(1.3333)
    """
    if isinstance(input_lengths, Tensor) != isinstance(target_lengths, Tensor):
        raise TypeError(
            "ctc_loss: input_lengths and target_lengths must be both tensors or both tuples"
        )
    batched = log_probs.dim() == 3
    steps = _lengths(input_lengths, "input_lengths")
    labels = _lengths(target_lengths, "target_lengths")
    if not batched:
        log_probs = log_probs.unsqueeze(1)
        targets = targets.unsqueeze(0) if targets.dim() == 1 else targets
    losses = _C._ctc_loss(log_probs, targets, steps, labels, blank, zero_infinity)
    if reduction == "mean":
        return (losses / _C.tensor([max(n, 1) for n in labels], dtype=losses.dtype)).mean()
    return reduced(losses if batched else losses.squeeze(0), reduction)

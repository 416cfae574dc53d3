"""A softmax over many classes that costs less for the frequent ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut.nn import functional as F
from taut.nn.containers import ModuleList, Sequential
from taut.nn.linear import Linear
from taut.nn.module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class ASMoutput(NamedTuple):
    """What :class:`AdaptiveLogSoftmaxWithLoss` gives."""

    output: Tensor
    loss: Tensor


def _checked(cutoffs: Sequence[int], n_classes: int) -> list[int]:
    found = list(cutoffs)
    if not found:
        raise ValueError("AdaptiveLogSoftmaxWithLoss: cutoffs must not be empty")
    rising = all(a < b for a, b in zip([0, *found], [*found, n_classes], strict=True))
    if not rising or any(int(c) != c for c in found):
        raise ValueError(
            "AdaptiveLogSoftmaxWithLoss: cutoffs must be integers that rise, each between 1 and "
            f"n_classes - 1 = {n_classes - 1}, got {found}"
        )
    return found


class AdaptiveLogSoftmaxWithLoss(Module):
    """The log-probabilities of targets among classes sorted by how frequent they are.

    Classes below the first of ``cutoffs`` are the head's own; those between two cutoffs form a cluster, of
    which the head knows the probability and a tail, whose projection is ``div_value`` times narrower than that
    of the cluster before, the classes. Source: Grave et al., "Efficient softmax approximation for GPUs",
    2017 (arXiv:1609.04309).

    Args:
        in_features: features of the input.
        n_classes: number of classes.
        cutoffs: the first class of each cluster, rising, each between 1 and ``n_classes - 1``.
        div_value: by what the width of the projections falls from cluster to cluster.
        head_bias: whether the head has a bias.

    Shape:
        input (N, in_features) or (in_features); target (N) or (); output as the target; loss ().

    Raises:
        ValueError: for cutoffs that do not rise.
        RuntimeError: for shapes that do not fit and targets that are no classes.

    Example:
        >>> import taut
        >>> softmax = taut.nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[5, 10])
        >>> output, loss = softmax(taut.randn(3, 16), taut.tensor([0, 7, 19]))
        >>> output.shape, softmax.log_prob(taut.randn(3, 16)).shape
        (torch.Size([3]), torch.Size([3, 20]))
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*_checked(cutoffs, n_classes), n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i, (first, last) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            width = int(in_features // div_value ** (i + 1))
            narrow = Linear(in_features, width, bias=False, **made)
            self.tail.append(Sequential(narrow, Linear(width, last - first, bias=False, **made)))

    def reset_parameters(self) -> None:
        """Draws all weights again."""
        self.head.reset_parameters()
        for narrow, wide in self.tail:
            narrow.reset_parameters()
            wide.reset_parameters()

    def forward(self, input: Tensor, target: Tensor) -> ASMoutput:
        """The targets' log-probabilities, and the mean of their negatives."""
        self._check(input, target)
        rows, targets = (input, target) if target.dim() else (input[None], target[None])
        head = F.log_softmax(self.head(rows), 1)
        chosen = targets
        for i, first in enumerate(self.cutoffs[:-1]):
            chosen = chosen.masked_fill(targets >= first, self.shortlist_size + i)
        output = head.gather(1, chosen[:, None])[:, 0]
        for tail, first, last in zip(self.tail, self.cutoffs, self.cutoffs[1:]):
            (at,) = ((targets >= first) & (targets < last)).nonzero(as_tuple=True)
            if at.numel():
                logs = F.log_softmax(tail(rows.index_select(0, at)), 1)
                inside = logs.gather(1, (targets[at] - first)[:, None])[:, 0]
                output = output.index_add(0, at, inside)
        loss = (-output).mean()
        return ASMoutput(output if target.dim() else output[0], loss)

    def _check(self, input: Tensor, target: Tensor) -> None:
        if target.dim() > 1:
            raise RuntimeError(
                "AdaptiveLogSoftmaxWithLoss: target must be 0-D or 1-D, got shape "
                f"{tuple(target.shape)}"
            )
        if input.dim() != target.dim() + 1 or input.shape[:-1] != target.shape:
            raise RuntimeError(
                "AdaptiveLogSoftmaxWithLoss: input must be (N, in_features) for targets (N), got "
                f"{tuple(input.shape)} and {tuple(target.shape)}"
            )
        if target.numel() and not bool(((target >= 0) & (target < self.n_classes)).all()):
            raise RuntimeError(
                f"AdaptiveLogSoftmaxWithLoss: targets must be in [0, {self.n_classes - 1}], got "
                f"[{target.min().item()}, {target.max().item()}]"
            )

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes: (N, in_features) to (N, n_classes).

        Example:
            >>> import taut
            >>> softmax = taut.nn.AdaptiveLogSoftmaxWithLoss(4, 6, cutoffs=[2])
            >>> taut.allclose(softmax.log_prob(taut.randn(3, 4)).exp().sum(1), taut.ones(3))
            True
        """
        return self._all_classes(self.head(input), input)

    def _all_classes(self, head: Tensor, input: Tensor) -> Tensor:
        logs = F.log_softmax(head, 1)
        parts = [logs[:, : self.shortlist_size]]
        for i, tail in enumerate(self.tail):
            cluster = logs[:, self.shortlist_size + i, None]
            parts.append(cluster + F.log_softmax(tail(input), 1))
        return taut.cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The class of the highest probability: (N, in_features) to (N).

        Rows whose best in the head is a class of its own need no cluster.

        Example:
            >>> import taut
            >>> softmax = taut.nn.AdaptiveLogSoftmaxWithLoss(4, 6, cutoffs=[2])
            >>> x = taut.randn(3, 4)
            >>> bool((softmax.predict(x) == softmax.log_prob(x).argmax(1)).all())
            True
        """
        head = self.head(input)
        output = head.argmax(1)
        (at,) = (output >= self.shortlist_size).nonzero(as_tuple=True)
        if at.numel():
            best = self._all_classes(head[at], input[at]).argmax(1)
            output = output.index_copy(0, at, best)
        return output

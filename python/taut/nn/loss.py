"""Losses as modules. Each calls the function of its formula in ``taut.nn.functional``."""

from __future__ import annotations

import math
from typing import Any

from taut import Tensor
from taut.nn import functional as F
from taut.nn._loss_base import _Loss, _WeightedLoss
from taut.nn.functional._linear_cross_entropy import LinearCrossEntropyOptions
from taut.nn.linear import Linear
from taut.nn.margin_loss import *  # noqa: F403

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "LinearCrossEntropyLoss",
    "LinearCrossEntropyOptions",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


class MSELoss(_Loss):
    """(input - target)^2.

    Example:
        >>> import taut
        >>> taut.nn.MSELoss()(taut.tensor([0.5, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(2.1250)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """|input - target|.

    Example:
        >>> import taut
        >>> taut.nn.L1Loss()(taut.tensor([0.5, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(1.2500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """Quadratic within ``beta``, linear outside. Source: Girshick, "Fast R-CNN", 2015.

    Example:
        >>> import taut
        >>> taut.nn.SmoothL1Loss()(taut.tensor([0.5, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(0.8125)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Quadratic within ``delta``, linear outside. Source: Huber, 1964.

    Raises:
        TypeError: a delta that is no number.

    Example:
        >>> import taut
        >>> taut.nn.HuberLoss()(taut.tensor([0.5, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(0.8125)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not isinstance(delta, (float, int)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class NLLLoss(_WeightedLoss):
    """-input[target] for log-probabilities (N, C, ...) and classes (N, ...).

    Example:
        >>> import taut
        >>> taut.nn.NLLLoss()(taut.tensor([[0.25, 0.75]]).log(), taut.tensor([0]))
        tensor(1.3863)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class CrossEntropyLoss(_WeightedLoss):
    """-log softmax(input)[target] for logits (N, C, ...) and classes (N, ...) or probabilities.

    Args:
        weight: one factor per class.
        size_average, reduce: former spellings of ``reduction``.
        ignore_index: a target class that does not count.
        reduction: "mean" (over the weights), "sum" or "none".
        label_smoothing: how much of each target is spread over all classes.

    Example:
        >>> import taut
        >>> taut.nn.CrossEntropyLoss()(taut.zeros(1, 2), taut.tensor([0]))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class LinearCrossEntropyLoss(_WeightedLoss):
    """:func:`taut.nn.functional.linear_cross_entropy` with a Linear layer of its own.

    Args:
        in_features, num_classes, bias: of the layer.
        out_features: sizes of the positions at which there is a loss each.
        device, dtype: of the layer's parameters.
        reduction, weight, ignore_index, label_smoothing, options: of the function.

    Raises:
        RuntimeError: weights of another shape than (num_classes,), or smoothing outside [0, 1].

    Shape:
        - input: (N, in_features), target: (N, *out_features) of int64 classes, or probabilities
          (N, num_classes, *out_features).

    Example:
        >>> import taut
        >>> loss = taut.nn.LinearCrossEntropyLoss(5, 10)
        >>> loss(taut.zeros(2, 5), taut.tensor([1, 2]))
        tensor(2.3026, grad_fn=<NllLossBackward0>)
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(
                f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}"
            )
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(
                f"expected label_smoothing to be in range [0, 1], got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        outputs = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, outputs, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        shape, bias = (self.num_classes, *self.out_features), self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*shape, -1),
            target,
            linear_bias=None if bias is None else bias.reshape(shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        own = (
            "num_classes",
            "out_features",
            "reduction",
            "ignore_index",
            "label_smoothing",
            "options",
        )
        text = {name: getattr(self, name) for name in own}
        text = {"in_features": self.linear.in_features, **text}
        text["bias"] = self.linear.bias is not None
        order = ["in_features", *own[:2], "bias", *own[2:]]
        return ", ".join(f"{name}={text[name]}" for name in order)


class BCELoss(_WeightedLoss):
    """-(t log x + (1 - t) log(1 - x)) for probabilities x; logarithms are at least -100.

    Example:
        >>> import taut
        >>> taut.nn.BCELoss()(taut.tensor([0.25]), taut.tensor([1.0]))
        tensor(1.3863)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """BCELoss of sigmoid(input), computed stably; ``pos_weight`` weighs the positive term.

    Example:
        >>> import taut
        >>> taut.nn.BCEWithLogitsLoss()(taut.zeros(1), taut.ones(1))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    """target (log target - input) for log-probabilities; "batchmean" divides by the batch.

    Example:
        >>> import taut
        >>> p = taut.tensor([[0.5, 0.5]])
        >>> taut.nn.KLDivLoss(reduction="batchmean")(p.log(), p)
        tensor(0.)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    """exp(input) - target input; input - target log(input + eps) without ``log_input``.

    Example:
        >>> import taut
        >>> taut.nn.PoissonNLLLoss()(taut.tensor([0.5, 2.0]), taut.tensor([1.0, 4.0]))
        tensor(0.2689)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    """(log var + (input - target)^2 / var) / 2, with the variance at least ``eps``.

    Example:
        >>> import taut
        >>> taut.nn.GaussianNLLLoss()(taut.zeros(1), taut.ones(1), taut.ones(1))
        tensor(0.5000)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Tensor:
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )


class CTCLoss(_Loss):
    """:func:`taut.nn.functional.ctc_loss`, for sequences whose alignment is unknown.

    Args:
        blank: the class that stands for none.
        reduction: "none", "sum" or "mean".
        zero_infinity: sequences too short for their targets count 0.

    Example:
        >>> import taut
        >>> log_probs = taut.full((3, 1, 2), 0.5).log()
        >>> taut.nn.CTCLoss()(log_probs, taut.tensor([[1]]), (3,), (1,)).exp()
        tensor(1.3333)
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        return F.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )

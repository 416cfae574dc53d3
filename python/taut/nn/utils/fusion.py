"""A layer and the batch norm behind it as one layer, for inference."""

from __future__ import annotations

import copy
from typing import Any

import taut
from taut import Tensor
from taut.nn.parameter import Parameter

__all__ = [
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
]


def _fused(
    weight: Tensor,
    bias: Tensor | None,
    bn: tuple[Tensor | None, Tensor | None, float, Tensor | None, Tensor | None],
    axis: int,
) -> tuple[Parameter, Parameter]:
    """Weight and bias that do what the layer and (mean, variance, eps, weight, bias) do."""
    mean, variance, eps, gain, shift = bn
    if mean is None or variance is None:
        raise ValueError("fuse: the batch norm must have running statistics, got none")
    with taut.no_grad():
        factor = (variance + eps).rsqrt()
        if gain is not None:
            factor = factor * gain
        shape = [1] * weight.dim()
        shape[axis] = -1
        fused = weight.detach() * factor.to(weight.dtype).reshape(shape)
        start = -mean if bias is None else bias.detach() - mean
        moved = start * factor
        if shift is not None:
            moved = moved + shift
    kept = weight.requires_grad
    return (
        Parameter(fused, requires_grad=kept),
        Parameter(
            moved.detach().to(weight.dtype),
            requires_grad=kept if bias is None else bias.requires_grad,
        ),
    )


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor | None,
    bn_rv: Tensor | None,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution that does what a convolution and a batch norm do.

    Args:
        conv_w, conv_b: of the convolution.
        bn_rm, bn_rv: running mean and variance.
        bn_eps: what is added to the variance.
        bn_w, bn_b: the affine map.
        transpose: the convolution is a transposed one.

    Example:
        >>> import taut
        >>> one = taut.ones(1)
        >>> fuse = taut.nn.utils.fuse_conv_bn_weights
        >>> w, b = fuse(taut.ones(1, 1, 1), None, one, one, 0.0, one, one)
        >>> w.item(), b.item()
        (1.0, 0.0)
    """
    bn = (bn_rm, bn_rv, bn_eps, bn_w, bn_b)
    return _fused(conv_w, conv_b, bn, 1 if transpose else 0)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor | None,
    bn_rv: Tensor | None,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a linear layer that does what one and a batch norm do.

    See :func:`fuse_conv_bn_weights` for the arguments.

    Example:
        >>> import taut
        >>> one = taut.ones(1)
        >>> fuse = taut.nn.utils.fuse_linear_bn_weights
        >>> w, b = fuse(taut.ones(1, 1), None, one, one, 0.0, one, one)
        >>> w.item(), b.item()
        (1.0, 0.0)
    """
    return _fused(linear_w, linear_b, (bn_rm, bn_rv, bn_eps, bn_w, bn_b), 0)


def _fuse_modules(layer: Any, bn: Any, transpose: bool) -> Any:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(layer)
    parts = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = _fused(fused.weight, fused.bias, parts, 1 if transpose else 0)
    return fused


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that does what ``conv`` followed by ``bn`` does.

    Args:
        conv: a convolution in evaluation mode.
        bn: a batch norm in evaluation mode, with running statistics.
        transpose: ``conv`` is a transposed one.

    Raises:
        AssertionError: one of them is in training mode.
        ValueError: no running statistics.

    Example:
        >>> import taut
        >>> conv, bn = taut.nn.Conv1d(1, 2, 3).eval(), taut.nn.BatchNorm1d(2).eval()
        >>> taut.nn.utils.fuse_conv_bn_eval(conv, bn)
        Conv1d(1, 2, kernel_size=(3,), stride=(1,))
    """
    return _fuse_modules(conv, bn, transpose)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that does what ``linear`` followed by ``bn`` does.

    Raises:
        AssertionError: one of them is in training mode, or sizes do not fit.
        ValueError: no running statistics.

    Example:
        >>> import taut
        >>> linear, bn = taut.nn.Linear(2, 3).eval(), taut.nn.BatchNorm1d(3).eval()
        >>> taut.nn.utils.fuse_linear_bn_eval(linear, bn)
        Linear(in_features=2, out_features=3, bias=True)
    """
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1"
        )
    return _fuse_modules(linear, bn, False)

"""Activations with an in-place form or settings, softmax and its kin, bilinear maps."""

from __future__ import annotations

import warnings
from typing import Any

import taut
from taut import _C, Tensor
from taut._autocast_types import in_16_bits

__all__ = [
    "bilinear",
    "celu",
    "elu",
    "glu",
    "gumbel_softmax",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "log_softmax",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "rrelu",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softmin",
    "tanh",
    "threshold",
]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(input, 0), elementwise; ``inplace`` overwrites the input.

    Example:
        >>> import taut
        >>> taut.nn.functional.relu(taut.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return _C.relu_(input) if inplace else _C.relu(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(input, 0), 6), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.functional.relu6(taut.tensor([-1.0, 2.0, 8.0]))
        tensor([0., 2., 6.])
    """
    return _C.relu6_(input) if inplace else _C.relu6(input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """input sigmoid(input), elementwise. Source: Elfwing et al., 2018.

    Example:
        >>> import taut
        >>> taut.nn.functional.silu(taut.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7311])
    """
    return _C.silu_(input) if inplace else _C.silu(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """input tanh(softplus(input)), elementwise. Source: Misra, 2019.

    Example:
        >>> import taut
        >>> taut.nn.functional.mish(taut.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8651])
    """
    return _C.mish_(input) if inplace else _C.mish(input)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """scale (max(0, input) + min(0, alpha (exp(input) - 1))). Source: Klambauer et al., 2017.

    Example:
        >>> import taut
        >>> taut.nn.functional.selu(taut.tensor([-1.0, 1.0]))
        tensor([-1.1113,  1.0507])
    """
    return _C.selu_(input) if inplace else _C.selu(input)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(input / 6 + 1/2, 0), 1), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.functional.hardsigmoid(taut.tensor([-4.0, 0.0, 4.0]))
        tensor([0.0000, 0.5000, 1.0000])
    """
    return _C.hardsigmoid_(input) if inplace else _C.hardsigmoid(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """input min(max(input + 3, 0), 6) / 6, elementwise. Source: Howard et al., 2019.

    Example:
        >>> import taut
        >>> taut.nn.functional.hardswish(taut.tensor([-4.0, 0.0, 4.0]))
        tensor([-0., 0., 4.])
    """
    return _C.hardswish_(input) if inplace else _C.hardswish(input)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """input where positive, else alpha (exp(input) - 1). Source: Clevert et al., 2015.

    Example:
        >>> import taut
        >>> taut.nn.functional.elu(taut.tensor([-1.0, 1.0]))
        tensor([-0.6321,  1.0000])
    """
    return _C.elu_(input, alpha) if inplace else _C.elu(input, alpha)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(0, input) + min(0, alpha (exp(input / alpha) - 1)). Source: Barron, 2017.

    Example:
        >>> import taut
        >>> taut.nn.functional.celu(taut.tensor([-1.0, 1.0]), alpha=2.0)
        tensor([-0.7869,  1.0000])
    """
    return _C.celu_(input, alpha) if inplace else _C.celu(input, alpha)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """input where positive, else negative_slope input.

    Example:
        >>> import taut
        >>> taut.nn.functional.leaky_relu(taut.tensor([-1.0, 1.0]), 0.5)
        tensor([-0.5000,  1.0000])
    """
    return (
        _C.leaky_relu_(input, negative_slope) if inplace else _C.leaky_relu(input, negative_slope)
    )


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """input restricted to [min_val, max_val].

    Raises:
        ValueError: min_val is above max_val.

    Example:
        >>> import taut
        >>> taut.nn.functional.hardtanh(taut.tensor([-3.0, 0.5, 3.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError(
            f"hardtanh: min_val must not be above max_val, got {min_val} and {max_val}"
        )
    return (_C.hardtanh_ if inplace else _C.hardtanh)(input, min_val, max_val)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """input where it is above the threshold, else value.

    Example:
        >>> import taut
        >>> taut.nn.functional.threshold(taut.tensor([0.5, 2.0]), 1.0, 9.0)
        tensor([9., 2.])
    """
    return (_C.threshold_ if inplace else _C.threshold)(input, threshold, value)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """leaky_relu whose slope is drawn from U(lower, upper) in training, and is their mean otherwise.

    Source: Xu et al., 2015.

    Example:
        >>> import taut
        >>> taut.nn.functional.rrelu(taut.tensor([-1.0, 1.0]), 0.25, 0.75)
        tensor([-0.5000,  1.0000])
    """
    return (_C.rrelu_ if inplace else _C.rrelu)(input, lower, upper, training)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), a and b the halves of the input along ``dim``. Source: Dauphin et al., 2016.

    Raises:
        RuntimeError: no dimensions, or an odd size.
        NotImplementedError: elements that are not floating point.

    Example:
        >>> import taut
        >>> taut.nn.functional.glu(taut.tensor([2.0, 0.0]))
        tensor([1.])
    """
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"glu: not implemented for {input.dtype}")
    if input.size(dim) % 2:
        raise RuntimeError(
            f"glu: Halving dimension must be even, but dimension {dim} is size {input.size(dim)}"
        )
    a, b = input.chunk(2, dim)
    return a * _C.sigmoid(b)


@in_16_bits
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """input where positive, else weight input. Source: He et al., 2015.

    Shape:
        - weight: () or (1), or (channels) where input is (batch, channels, *).

    Raises:
        RuntimeError: as many weights as there are neither one nor channels.

    Example:
        >>> import taut
        >>> taut.nn.functional.prelu(taut.tensor([-1.0, 1.0]), taut.tensor([0.25]))
        tensor([-0.2500,  1.0000])
    """
    if weight.dim() > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}"
        )
    if input.dtype != weight.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}"
        )
    if weight.numel() != 1:
        channels = input.size(1) if input.dim() >= 2 else 1
        if input.dim() == 0 or channels != weight.numel():
            raise RuntimeError(
                "prelu: Mismatch of parameter numbers and input channel size. Found parameter "
                f"numbers = {weight.numel()} and channel size = {channels}."
            )
        weight = weight.view(-1, *([1] * (input.dim() - 2)))
    elif input.dim() == 0:
        weight = weight.reshape(())
    return _C.where(input > 0, input, weight * input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-input)), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.functional.sigmoid(taut.tensor([0.0]))
        tensor([0.5000])
    """
    return _C.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """tanh(input), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.functional.tanh(taut.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7616])
    """
    return _C.tanh(input)


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """exp(input), scaled to sum to 1 along ``dim``.

    Args:
        input: any shape.
        dim: the dimension; None is deprecated.
        dtype: what the input is converted to first.

    Example:
        >>> import taut
        >>> taut.nn.functional.softmax(taut.zeros(4), dim=0)
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    if dim is None:
        dim = _implicit_dim("softmax", input.dim(), _stacklevel)
    return _C.softmax(input, dim, dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """The logarithm of :func:`softmax`, computed stably.

    Example:
        >>> import taut
        >>> taut.nn.functional.log_softmax(taut.zeros(2), dim=0)
        tensor([-0.6931, -0.6931])
    """
    if dim is None:
        dim = _implicit_dim("log_softmax", input.dim(), _stacklevel)
    return _C.log_softmax(input, dim, dtype)


def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """softmax(-input).

    Example:
        >>> import taut
        >>> taut.nn.functional.softmin(taut.zeros(2), dim=0)
        tensor([0.5000, 0.5000])
    """
    if dim is None:
        dim = _implicit_dim("softmin", input.dim(), _stacklevel)
    return _C.softmax(-input, dim, dtype)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A differentiable draw from the categorical distribution of logits.

    Args:
        logits: unnormalised log-probabilities.
        tau: temperature; towards 0 the draws become one-hot.
        hard: give one-hot values, with the gradient of the soft ones.
        eps: accepted.
        dim: the dimension of the categories.

    Source: Jang et al., "Categorical reparameterization with Gumbel-softmax", 2016.

    Example:
        >>> import taut
        >>> taut.nn.functional.gumbel_softmax(taut.zeros(2, 3), hard=True).sum(1)
        tensor([1., 1.])
    """
    noise = -taut.empty_like(logits).exponential_().log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = taut.zeros_like(logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """sum_ij input1_i weight_oij input2_j + bias_o.

    Shape:
        - input1: (*, in1), input2: (*, in2), weight: (out, in1, in2), bias: (out), result: (*, out).

    Raises:
        RuntimeError: sizes that do not go together.

    Example:
        >>> import taut
        >>> taut.nn.functional.bilinear(taut.ones(1, 2), taut.ones(1, 3), taut.ones(1, 2, 3))
        tensor([[6.]])
    """
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match, got {input1.shape} and {input2.shape}"
        )
    if input1.size(-1) != weight.size(1) or input2.size(-1) != weight.size(2):
        raise RuntimeError(
            f"bilinear(): input sizes {input1.size(-1)} and {input2.size(-1)} do not match weight "
            f"{weight.shape}"
        )
    batch = input1.shape[:-1]
    out, in1, in2 = weight.shape
    left = input1.reshape(-1, in1) @ weight.permute(1, 0, 2).reshape(in1, out * in2)
    result = (left.view(-1, out, in2) @ input2.reshape(-1, in2, 1)).reshape(*batch, out)
    return result if bias is None else result + bias

"""Functions of neural networks, stateless: what the modules of ``taut.nn`` call."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor, _C
from taut.nn._losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cosine_similarity,
    cross_entropy,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    legacy_reduction,
    margin_ranking_loss,
    mse_loss,
    multi_margin_loss,
    multilabel_soft_margin_loss,
    nll_loss,
    pairwise_distance,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from taut.nn._lookup import embedding, embedding_bag, one_hot, pad

linear = _C.linear
logsigmoid = _C.logsigmoid
softsign = _C.softsign
tanhshrink = _C.tanhshrink
softplus = _C.softplus
gelu = _C.gelu
softshrink = _C.softshrink
hardshrink = _C.hardshrink
relu_ = _C.relu_
leaky_relu_ = _C.leaky_relu_
elu_ = _C.elu_
celu_ = _C.celu_
selu_ = _C.selu_
hardtanh_ = _C.hardtanh_
threshold_ = _C.threshold_


# -- activations ---------------------------------------------------------------------------------


def relu(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """max(input, 0), elementwise; ``inplace`` overwrites the input."""
    return _C.relu_(input) if inplace else _C.relu(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """min(max(input, 0), 6), elementwise."""
    return _C.relu6_(input) if inplace else _C.relu6(input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """input sigmoid(input), elementwise."""
    return _C.silu_(input) if inplace else _C.silu(input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """input tanh(softplus(input)), elementwise."""
    return _C.mish_(input) if inplace else _C.mish(input)


def selu(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """The self-normalising ELU, elementwise."""
    return _C.selu_(input) if inplace else _C.selu(input)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """min(max(input / 6 + 1/2, 0), 1), elementwise."""
    return _C.hardsigmoid_(input) if inplace else _C.hardsigmoid(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    """input min(max(input + 3, 0), 6) / 6, elementwise."""
    return _C.hardswish_(input) if inplace else _C.hardswish(input)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:  # noqa: A002
    """input where positive, else alpha (exp(input) - 1)."""
    return _C.elu_(input, alpha) if inplace else _C.elu(input, alpha)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:  # noqa: A002
    """max(0, input) + min(0, alpha (exp(input / alpha) - 1))."""
    return _C.celu_(input, alpha) if inplace else _C.celu(input, alpha)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:  # noqa: A002
    """input where positive, else negative_slope input."""
    return _C.leaky_relu_(input, negative_slope) if inplace else _C.leaky_relu(input, negative_slope)


def hardtanh(
    input: Tensor,  # noqa: A002
    min_val: float = -1.0,
    max_val: float = 1.0,
    inplace: bool = False,
) -> Tensor:
    """input restricted to [min_val, max_val]."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return (_C.hardtanh_ if inplace else _C.hardtanh)(input, min_val, max_val)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:  # noqa: A002
    """input where it is above the threshold, else value."""
    return (_C.threshold_ if inplace else _C.threshold)(input, threshold, value)


def rrelu(
    input: Tensor,  # noqa: A002
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """LeakyReLU whose slope is drawn from U(lower, upper) in training, and is their mean otherwise."""
    return (_C.rrelu_ if inplace else _C.rrelu)(input, lower, upper, training)


def glu(input: Tensor, dim: int = -1) -> Tensor:  # noqa: A002
    """a sigmoid(b), a and b the halves of the input along ``dim``."""
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if input.size(dim) % 2:
        raise RuntimeError(
            f"glu: Halving dimension must be even, but dimension {dim} is size {input.size(dim)}"
        )
    a, b = input.chunk(2, dim)
    return a * _C.sigmoid(b)


def prelu(input: Tensor, weight: Tensor) -> Tensor:  # noqa: A002
    """input where positive, else weight input; weight has 1 element or one per channel."""
    if weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
    if weight.numel() != 1:
        if input.dim() == 0:
            raise RuntimeError("prelu: Not allow zero-dim input tensor.")
        channels = input.size(1) if input.dim() >= 2 else 1
        if channels != weight.numel():
            raise RuntimeError(
                f"prelu: Mismatch of parameter numbers and input channel size. Found parameter "
                f"numbers = {weight.numel()} and channel size = {channels}."
            )
        if input.dim() > 2:
            weight = weight.view(-1, *([1] * (input.dim() - 2)))
    return _C.where(input > 0, input, weight * input)


def sigmoid(input: Tensor) -> Tensor:  # noqa: A002
    """1 / (1 + exp(-input)), elementwise."""
    return _C.sigmoid(input)


def tanh(input: Tensor) -> Tensor:  # noqa: A002
    """tanh(input), elementwise."""
    return _C.tanh(input)


def _softmax_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:  # noqa: A002
    """exp(input), scaled to sum to 1 along ``dim``."""
    if dim is None:
        dim = _softmax_dim("softmax", input.dim(), _stacklevel)
    return _C.softmax(input, dim, dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:  # noqa: A002
    """The logarithm of softmax."""
    if dim is None:
        dim = _softmax_dim("log_softmax", input.dim(), _stacklevel)
    return _C.log_softmax(input, dim, dtype=dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:  # noqa: A002
    """softmax(-input)."""
    if dim is None:
        dim = _softmax_dim("softmin", input.dim(), _stacklevel)
    return _C.softmax(-input, dim, dtype=dtype)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A differentiable draw from the categorical distribution of logits. Source: Jang et al., 2016."""
    noise = -taut.empty_like(logits).exponential_().log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = taut.zeros_like(logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft


# -- layers --------------------------------------------------------------------------------------


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """sum_ij input1_i weight_oij input2_j + bias. weight: (out, in1, in2)."""
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


def _check_p(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:  # noqa: A002
    """Zeroes elements with probability p in training and scales the others by 1 / (1 - p)."""
    _check_p(p)
    return (_C.dropout_ if inplace else _C.dropout)(input, p, training)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:  # noqa: A002
    """Dropout that keeps mean and spread under SELU."""
    _check_p(p)
    return (_C.alpha_dropout_ if inplace else _C.alpha_dropout)(input, p, training)


def _feature_dropout(name: str, dims: int, input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:  # noqa: A002
    _check_p(p)
    if input.dim() not in (dims + 1, dims + 2):
        warnings.warn(
            f"{name}: Received a {input.dim()}-D input, which is deprecated and will result in an "
            "error in a future release.",
            stacklevel=3,
        )
    single = input.dim() == dims + 1
    batched = input.unsqueeze(0) if single else input
    result = (_C.feature_dropout_ if inplace else _C.feature_dropout)(batched, p, training)
    return result.squeeze(0) if single else result


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:  # noqa: A002
    """Zeroes whole channels of (N, C, L) or (C, L)."""
    return _feature_dropout("dropout1d", 1, input, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:  # noqa: A002
    """Zeroes whole channels of (N, C, H, W), or of dimension 1 of (N, C, L)."""
    _check_p(p)
    return (_C.feature_dropout_ if inplace else _C.feature_dropout)(input, p, training)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:  # noqa: A002
    """Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    return _feature_dropout("dropout3d", 3, input, p, training, inplace)


def feature_alpha_dropout(
    input: Tensor,  # noqa: A002
    p: float = 0.5,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """alpha_dropout of whole channels."""
    _check_p(p)
    return (_C.feature_alpha_dropout_ if inplace else _C.feature_alpha_dropout)(input, p, training)


def layer_norm(
    input: Tensor,  # noqa: A002
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last dimensions."""
    return _C.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(
    input: Tensor,  # noqa: A002
    normalized_shape: Any,
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    """x / sqrt(mean(x^2) + eps) * weight over the last dimensions."""
    return _C.rms_norm(input, normalized_shape, weight, eps)


def normalize(
    input: Tensor,  # noqa: A002
    p: float = 2.0,
    dim: Any = 1,
    eps: float = 1e-12,
    out: Tensor | None = None,
) -> Tensor:
    """input / max(||input||_p, eps) along ``dim``."""
    norm = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    result = input / norm
    return result if out is None else out.copy_(result)


scaled_dot_product_attention: Callable[..., Tensor] = getattr(_C, "scaled_dot_product_attention", None)


def multi_head_attention_forward(  # noqa: PLR0913
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Multi-head attention over (length, batch, feature), or without batch; see MultiheadAttention."""
    batched = query.dim() == 3
    if not batched:
        query, key, value = (t.unsqueeze(1) for t in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, embed = query.shape
    if embed != embed_dim_to_check:
        raise AssertionError(
            f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed}"
        )
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    head = embed // num_heads
    if use_separate_proj_weight:
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
    else:
        weights = in_proj_weight.chunk(3)
    biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
    q, k, v = (
        linear(t, w, b) for t, w, b in zip((query, key, value), weights, biases, strict=True)
    )
    mask = _additive(attn_mask, q.dtype)
    padding = _additive(key_padding_mask, q.dtype)
    if bias_k is not None:
        k = _C.cat([k, bias_k.repeat(1, batch, 1)])
        v = _C.cat([v, bias_v.repeat(1, batch, 1)])
        mask, padding = (None if m is None else pad(m, (0, 1)) for m in (mask, padding))

    def heads(t: Tensor, static: Tensor | None = None) -> Tensor:
        if static is not None:
            return static
        return t.contiguous().view(t.shape[0], batch * num_heads, head).transpose(0, 1)

    q, k, v = heads(q), heads(k, static_k), heads(v, static_v)
    if add_zero_attn:
        zero = taut.zeros(batch * num_heads, 1, head, dtype=k.dtype)
        k, v = _C.cat([k, zero], 1), _C.cat([v, zero], 1)
        mask, padding = (None if m is None else pad(m, (0, 1)) for m in (mask, padding))
    if padding is not None:
        source = k.size(1)
        padding = padding.view(batch, 1, 1, source).expand(-1, num_heads, -1, -1)
        padding = padding.reshape(batch * num_heads, 1, source)
        mask = padding if mask is None else mask + padding
    scores = (q * math.sqrt(1.0 / head)) @ k.transpose(-2, -1)
    attention = softmax(scores if mask is None else scores + mask, -1)
    attention = dropout(attention, dropout_p, training) if dropout_p > 0 else attention
    output = (attention @ v).transpose(0, 1).contiguous().view(length * batch, embed)
    output = linear(output, out_proj_weight, out_proj_bias).view(length, batch, embed)
    if not batched:
        output = output.squeeze(1)
    if not need_weights:
        return output, None
    attention = attention.view(batch, num_heads, length, k.size(1))
    attention = attention.mean(1) if average_attn_weights else attention
    return output, attention if batched else attention.squeeze(0)


def _additive(mask: Tensor | None, dtype: Any) -> Tensor | None:
    """A mask to be added to scores: True becomes -inf."""
    if mask is None or mask.is_floating_point():
        return mask
    return taut.zeros(mask.shape, dtype=dtype).masked_fill_(mask, -math.inf)

"""Attention of several heads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import taut
from taut import _C, Tensor
from taut.nn._lookup import pad

__all__ = ["multi_head_attention_forward"]


class _Masks(NamedTuple):
    """Masks to be added to scores: (L, S) or (N heads, L, S), and (N, S)."""

    scores: Tensor | None
    keys: Tensor | None

    def each(self, f: Callable[[Tensor], Tensor]) -> _Masks:
        return _Masks(*(None if m is None else f(m) for m in self))


def _additive(name: str, mask: Tensor | None, dtype: Any) -> Tensor | None:
    """A mask to be added: True becomes -inf."""
    if mask is None or mask.is_floating_point():
        return mask
    if mask.dtype != taut.bool:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    return taut.zeros(mask.shape, dtype=dtype).masked_fill_(mask, -math.inf)


def _check_shapes(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    padding: Tensor | None,
    mask: Tensor | None,
    heads: int,
) -> None:
    dims = query.dim()
    if dims not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {dims}-D query tensor"
        )
    what = "batched (3-D)" if dims == 3 else "unbatched (2-D)"
    if key.dim() != dims or value.dim() != dims:
        raise AssertionError(
            f"For {what} `query`, expected `key` and `value` to be {dims}-D but found {key.dim()}-D "
            f"and {value.dim()}-D tensors respectively"
        )
    if padding is not None and padding.dim() != dims - 1:
        raise AssertionError(
            f"For {what} `query`, expected `key_padding_mask` to be `None` or {dims - 1}-D but found "
            f"{padding.dim()}-D tensor instead"
        )
    if mask is not None and mask.dim() not in (2, 3):
        raise AssertionError(
            f"For {what} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found "
            f"{mask.dim()}-D tensor instead"
        )


def _check_mask(mask: Tensor | None, batch: int, heads: int, length: int, source: int) -> None:
    if mask is None:
        return
    wanted = (length, source) if mask.dim() == 2 else (batch * heads, length, source)
    if tuple(mask.shape) != wanted:
        raise RuntimeError(
            f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {wanted}."
        )


def _project(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    packed: Tensor | None,
    separate: Any,
    bias: Tensor | None,
) -> list[Tensor]:
    """Queries, keys and values of all heads side by side."""
    if packed is not None and query is key and key is value:
        return list(_C.linear(query, packed, bias).chunk(3, -1))
    weights = separate if packed is None else packed.chunk(3)
    biases = (None, None, None) if bias is None else bias.chunk(3)
    return [
        _C.linear(t, w, b) for t, w, b in zip((query, key, value), weights, biases, strict=True)
    ]


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
    """Attention of several heads; the arguments are those of :class:`taut.nn.MultiheadAttention`.

    Shape:
        - query: (L, N, E) or (L, E); key, value: (S, N, E) or (S, E).
        - key_padding_mask: (N, S) or (S); attn_mask: (L, S) or (N num_heads, L, S). True, or a
          number that is added, keeps from attending.
        - result: (L, N, E) or (L, E), and weights (N, L, S), or (N, num_heads, L, S) unless averaged.

    Raises:
        AssertionError: sizes that do not go together.
        RuntimeError: a mask of the wrong shape, or ``is_causal`` without a mask.

    Source: Vaswani et al., "Attention is all you need", 2017.

    Example:
        >>> import taut
        >>> layer = taut.nn.MultiheadAttention(4, 2)
        >>> x = taut.ones(3, 1, 4)
        >>> weights = layer.in_proj_weight, layer.in_proj_bias
        >>> last = layer.out_proj.weight, layer.out_proj.bias
        >>> result, _ = taut.nn.functional.multi_head_attention_forward(
        ...     x, x, x, 4, 2, *weights, None, None, False, 0.0, *last
        ... )
        >>> result.shape
        torch.Size([3, 1, 4])
    """
    _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    batched = query.dim() == 3
    if not batched:
        same = query is key, key is value
        query = query.unsqueeze(1)
        key = query if same[0] else key.unsqueeze(1)
        value = key if same[1] else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, embed = query.shape
    if embed != embed_dim_to_check:
        raise AssertionError(
            f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed}"
        )
    shapes = (
        (key.shape[:2], value.shape[:2]) if use_separate_proj_weight else (key.shape, value.shape)
    )
    if shapes[0] != shapes[1]:
        raise AssertionError(f"key shape {shapes[0]} does not match value shape {shapes[1]}")
    head = embed // num_heads
    if head * num_heads != embed:
        raise AssertionError(f"embed_dim {embed} not divisible by num_heads {num_heads}")
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None  # a hint that it is the causal mask, which attention has itself
    else:
        is_causal = False

    separate = (q_proj_weight, k_proj_weight, v_proj_weight)
    packed = None if use_separate_proj_weight else in_proj_weight
    q, k, v = _project(query, key, value, packed, separate, in_proj_bias)
    masks = _Masks(
        _additive("attn_mask", attn_mask, q.dtype),
        _additive("key_padding_mask", key_padding_mask, q.dtype),
    )
    _check_mask(masks.scores, batch, num_heads, length, k.shape[0])
    if bias_k is not None:
        k = _C.cat([k, bias_k.repeat(1, batch, 1)])
        v = _C.cat([v, bias_v.repeat(1, batch, 1)])  # type: ignore[union-attr]
        masks = masks.each(lambda m: pad(m, (0, 1)))

    def heads(t: Tensor) -> Tensor:
        return t.reshape(t.shape[0], batch * num_heads, head).transpose(0, 1)

    q = heads(q)
    k = heads(k) if static_k is None else static_k
    v = heads(v) if static_v is None else static_v
    if add_zero_attn:
        zero = taut.zeros(batch * num_heads, 1, head, dtype=k.dtype)
        k, v = _C.cat([k, zero], 1), _C.cat([v, zero], 1)
        masks = masks.each(lambda m: pad(m, (0, 1)))
    mask = _joined(masks, batch, num_heads, k.shape[1])
    dropout_p = dropout_p if training else 0.0
    if need_weights:
        output, weights = _with_weights(q, k, v, mask, dropout_p)
    else:
        output, weights = _without_weights(q, k, v, mask, dropout_p, is_causal, batch), None
    output = output.transpose(0, 1).reshape(length * batch, embed)
    output = _C.linear(output, out_proj_weight, out_proj_bias).view(length, batch, embed)
    if weights is not None:
        weights = weights.view(batch, num_heads, length, k.shape[1])
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights if batched else weights.squeeze(0)
    return (output if batched else output.squeeze(1)), weights


def _joined(masks: _Masks, batch: int, heads: int, source: int) -> Tensor | None:
    """Both masks as one: (L, S) or (N heads, L, S)."""
    mask, padding = masks
    if padding is None:
        return mask
    if tuple(padding.shape) != (batch, source):
        raise AssertionError(
            f"expecting key_padding_mask shape of {(batch, source)}, but got {padding.shape}"
        )
    padding = padding.view(batch, 1, 1, source).expand(-1, heads, -1, -1)
    padding = padding.reshape(batch * heads, 1, source)
    return padding if mask is None else mask + padding


def _with_weights(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float
) -> tuple[Tensor, Tensor]:
    q, k = q * math.sqrt(1.0 / q.shape[-1]), k.transpose(-2, -1)
    # In one step, which rounds 16-bit scores once.
    scores = q @ k if mask is None else _C.baddbmm(mask, q, k)
    weights = _C.softmax(scores, -1)
    weights = _C.dropout(weights, dropout_p, True) if dropout_p > 0.0 else weights
    return weights @ v, weights


def _without_weights(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    batch: int,
) -> Tensor:
    q, k, v = (t.reshape(batch, -1, t.shape[1], t.shape[2]) for t in (q, k, v))
    if mask is not None:
        mask = mask.reshape(batch, -1, *mask.shape[1:]) if mask.dim() == 3 else mask
    out = _C.scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
    return out.reshape(-1, out.shape[2], out.shape[3])

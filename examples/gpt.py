"""A small GPT whose output head is its token embedding: one matrix, used twice a step.

Source: Radford et al., "Language models are unsupervised multitask learners", 2019; the tie: Press and
Wolf, "Using the output embedding to improve language models", 2017.
"""

from __future__ import annotations

import dataclasses

import taut
from taut import Tensor, nn
from taut.nn import functional as F


@dataclasses.dataclass
class Config:
    """Sizes of the model."""

    vocab_size: int
    context: int = 64
    width: int = 128
    heads: int = 4
    layers: int = 4
    dropout: float = 0.0


class Attention(nn.Module):
    """Causal self-attention. (batch, time, width) to the same."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.dropout
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, width = x.shape
        qkv = self.qkv(x).view(batch, time, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
        return self.out(mixed.transpose(1, 2).reshape(batch, time, width))


class Block(nn.Module):
    """Attention and a two-layer network, each around a residual."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width)
        self.attention = Attention(config)
        self.norm2 = nn.LayerNorm(config.width)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, 4 * config.width),
            nn.GELU(),
            nn.Linear(4 * config.width, config.width),
            nn.Dropout(config.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Token indices (batch, time) to logits (batch, time, vocab_size)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.width)
        self.positions = nn.Embedding(config.context, config.width)
        self.blocks = nn.Sequential(*(Block(config) for _ in range(config.layers)))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.vocab_size, bias=False)
        self.head.weight = self.tokens.weight
        self.apply(self._init)

    def _init(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, index: Tensor) -> Tensor:
        x = self.tokens(index) + self.positions(taut.arange(index.shape[1]))
        return self.head(self.norm(self.blocks(x)))

    @taut.no_grad()
    def generate(self, index: Tensor, count: int, temperature: float = 0.8) -> Tensor:
        """Appends ``count`` sampled tokens to (1, time) indices."""
        for _ in range(count):
            logits = self(index[:, -self.config.context :])[:, -1] / temperature
            drawn = taut.multinomial(F.softmax(logits, -1), 1)
            index = taut.cat([index, drawn], 1)
        return index

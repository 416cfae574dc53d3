"""An encoder-decoder Transformer that learns to reverse sequences: nn.Transformer, masks, padding."""

import math

import torch
from torch import Tensor, nn

PAD, START, LETTERS = 0, 1, 10


class PositionalEncoding(nn.Module):
    def __init__(self, width: int, length: int = 50):
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        pe = torch.zeros(length, width)
        pe[:, 0::2] = torch.sin(position * rate)
        pe[:, 1::2] = torch.cos(position * rate)
        self.register_buffer("pe", pe)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.pe[: x.size(1)]


class Reverser(nn.Module):
    def __init__(self, width: int = 32):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS + 2, width, padding_idx=PAD)
        self.positions = PositionalEncoding(width)
        self.transformer = nn.Transformer(
            width, 4, 1, 1, dim_feedforward=64, dropout=0.0, batch_first=True
        )
        self.head = nn.Linear(width, LETTERS + 2)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        causal = nn.Transformer.generate_square_subsequent_mask(target.size(1))
        padding = torch.zeros(source.shape).masked_fill(source == PAD, float("-inf"))
        out = self.transformer(
            self.positions(self.embedding(source)),
            self.positions(self.embedding(target)),
            tgt_mask=causal,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
        return self.head(out)


def batch(size: int, length: int = 6):
    letters = torch.randint(2, LETTERS + 2, (size, length))
    lengths = torch.randint(3, length + 1, (size,))
    source = letters.masked_fill(torch.arange(length) >= lengths[:, None], PAD)
    target = torch.zeros_like(source)
    for row, (s, n) in enumerate(zip(source, lengths.tolist())):
        target[row, :n] = s[:n].flip(0)
    start = torch.full((size, 1), START)
    return source, torch.cat([start, target[:, :-1]], 1), target


torch.manual_seed(0)
model = Reverser()
criterion = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, betas=(0.9, 0.98), eps=1e-9)
for step in range(20):
    source, before, after = batch(16)
    loss = criterion(model(source, before).transpose(1, 2), after)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.5f}")

"""A small GPT whose output layer is the embedding: AdamW with groups, warmup and cosine decay."""

import math

import torch
import torch.nn as nn
from torch.nn import functional as F


class Config:
    vocabulary, context, layers, heads, width = 32, 16, 2, 2, 32


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(c.width), nn.LayerNorm(c.width)
        self.qkv = nn.Linear(c.width, 3 * c.width)
        self.proj = nn.Linear(c.width, c.width)
        self.mlp = nn.Sequential(
            nn.Linear(c.width, 4 * c.width), nn.GELU(), nn.Linear(4 * c.width, c.width)
        )
        self.heads = c.heads

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(self.ln1(x)).split(C, dim=2)
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in (q, k, v))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).contiguous().view(B, T, C))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c.vocabulary, c.width)
        self.wpe = nn.Embedding(c.context, c.width)
        self.blocks = nn.ModuleList([Block(c) for _ in range(c.layers)])
        self.ln = nn.LayerNorm(c.width)
        self.head = nn.Linear(c.width, c.vocabulary, bias=False)
        self.head.weight = self.wte.weight
        self.register_buffer("positions", torch.arange(c.context), persistent=False)
        self.apply(self._init)

    @staticmethod
    def _init(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, tokens, targets=None):
        x = self.wte(tokens) + self.wpe(self.positions[: tokens.size(1)])
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.ln(x))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.reshape(-1))


torch.manual_seed(1337)
config = Config()
model = GPT(config)
print(f"{sum(p.numel() for p in model.parameters())} parameters")
decay = {n for n, p in model.named_parameters() if p.dim() >= 2}
groups = [
    {"params": [p for n, p in model.named_parameters() if n in decay], "weight_decay": 0.1},
    {"params": [p for n, p in model.named_parameters() if n not in decay], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.95))
steps, warmup = 20, 4


def rate(step):
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
model = torch.compile(model, disable=True)
for step in range(steps):
    start = torch.randint(config.vocabulary, (8, 1))
    sequence = (start + torch.arange(config.context + 1) * 3) % config.vocabulary
    _, loss = model(sequence[:, :-1], sequence[:, 1:])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    print(f"step {step} loss {loss.item():.5f} norm {norm:.4f} lr {schedule.get_last_lr()[0]:.6f}")

model.eval()
with torch.inference_mode():
    tokens = torch.tensor([[0]])
    for _ in range(8):
        logits, _ = model(tokens[:, -config.context :])
        top, _ = torch.topk(logits[:, -1], 5)
        logits = logits[:, -1].masked_fill(logits[:, -1] < top[:, [-1]], float("-inf"))
        tokens = torch.cat((tokens, torch.multinomial(F.softmax(logits, dim=-1), 1)), dim=1)
print(tokens.shape)

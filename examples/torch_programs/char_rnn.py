"""Recurrent networks that predict the next character: RNN, LSTM or GRU, by the first argument."""

import sys

import torch
from torch import nn

TEXT = """the tide comes in and the tide goes out, and what the tide brings the tide takes away.
a tie is a knot that holds two ends, and what pulls on one end pulls on the other."""


class CharModel(nn.Module):
    def __init__(self, kind, vocabulary, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.rnn = getattr(nn, kind)(16, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, x, state=None):
        output, state = self.rnn(self.embedding(x), state)
        return self.head(output), state


kind = sys.argv[1] if len(sys.argv) > 1 else "LSTM"
torch.manual_seed(0)
characters = sorted(set(TEXT))
index = {c: i for i, c in enumerate(characters)}
data = torch.tensor([index[c] for c in TEXT])
model = CharModel(kind, len(characters))
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)

length = 24
for step in range(20):
    starts = torch.randint(len(data) - length - 1, (8,))
    x = torch.stack([data[s : s + length] for s in starts])
    y = torch.stack([data[s + 1 : s + length + 1] for s in starts])
    logits, _ = model(x)
    loss = nn.functional.cross_entropy(logits.reshape(-1, len(characters)), y.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    print(f"{kind} step {step} loss {loss.item():.5f}")

with torch.no_grad():
    letter, state, written = data[:1].view(1, 1), None, []
    for _ in range(20):
        logits, state = model(letter, state)
        letter = logits[:, -1].argmax(-1, keepdim=True)
        written.append(characters[letter.item()])
print("wrote", repr("".join(written)))

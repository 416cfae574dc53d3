"""An autoencoder whose decoder is the transpose of its encoder, with tied biases left out."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from digits import load_digits


class TiedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.encoders = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(s)) for s in sizes[:-1]])

    def forward(self, x):
        for layer in self.encoders:
            x = torch.selu(layer(x))
        for layer, bias in zip(reversed(self.encoders), reversed(self.biases)):
            x = F.linear(x, layer.weight.t(), bias)
        return x


torch.manual_seed(0)
images, _ = load_digits(100)
x = images.flatten(1)
model = TiedAutoencoder([64, 24, 8])
print(sorted(model.state_dict()))
optimizer = torch.optim.Adamax(model.parameters(), lr=5e-3)
for step in range(20):
    loss = F.mse_loss(model(x + 0.1 * torch.randn_like(x)), x)
    loss = loss + 1e-4 * sum(p.abs().sum() for p in model.encoders.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.5f}")

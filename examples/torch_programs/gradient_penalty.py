"""A critic with a gradient penalty (WGAN-GP): the norm of a gradient is part of the loss."""

import torch
from torch import autograd, nn

torch.manual_seed(0)
critic = nn.Sequential(
    nn.Linear(2, 24), nn.Softplus(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1)
)
generator = nn.Sequential(nn.Linear(2, 24), nn.ELU(), nn.Linear(24, 2))
optimizer_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    alpha = torch.rand(real.size(0), 1).expand_as(real)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    score = critic(between)
    (gradient,) = autograd.grad(
        outputs=score,
        inputs=between,
        grad_outputs=torch.ones_like(score),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )
    return ((gradient.norm(2, dim=1) - 1) ** 2).mean()


for step in range(8):
    for _ in range(2):
        real = torch.randn(32, 2) * 0.3 + torch.tensor([1.0, -1.0])
        fake = generator(torch.randn(32, 2)).detach()
        penalty = gradient_penalty(real, fake)
        loss = critic(fake).mean() - critic(real).mean() + 10 * penalty
        optimizer_c.zero_grad()
        loss.backward()
        optimizer_c.step()
        print(f"step {step} critic {loss.item():.5f} penalty {penalty.item():.5f}")
    for p in critic.parameters():
        p.requires_grad = False
    loss = -critic(generator(torch.randn(32, 2))).mean()
    optimizer_g.zero_grad()
    loss.backward()
    optimizer_g.step()
    for p in critic.parameters():
        p.requires_grad = True
    print(f"step {step} generator {loss.item():.5f}")

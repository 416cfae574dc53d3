"""A generative adversarial network on points of a circle: two optimisers, detach, two losses."""

import math

import torch
import torch.nn as nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2), nn.Tanh())
discriminator = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
adversarial = nn.BCEWithLogitsLoss()
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999))


def weights_init(m):
    if m.__class__.__name__.find("Linear") != -1:
        torch.nn.init.normal_(m.weight.data, 0.0, 0.1)
        torch.nn.init.constant_(m.bias.data, 0)


generator.apply(weights_init)
discriminator.apply(weights_init)
valid, fake = torch.ones(32, 1), torch.zeros(32, 1)
for step in range(20):
    angle = torch.rand(32) * 2 * math.pi
    real = 0.8 * torch.stack([angle.cos(), angle.sin()], dim=1)
    z = torch.randn(32, 4)

    optimizer_d.zero_grad()
    made = generator(z)
    loss_d = adversarial(discriminator(real), valid) + adversarial(
        discriminator(made.detach()), fake
    )
    loss_d.backward()
    optimizer_d.step()

    optimizer_g.zero_grad()
    loss_g = adversarial(discriminator(made), valid)
    loss_g.backward()
    optimizer_g.step()
    print(f"step {step} D {loss_d.item():.5f} G {loss_g.item():.5f}")

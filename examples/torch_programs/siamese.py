"""A siamese network on drawn digits: one encoder used twice, contrastive and triplet losses."""

import torch
import torch.nn.functional as F
from digits import load_digits
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.PReLU(), nn.Linear(32, 8))

    def forward(self, x):
        return F.normalize(self.layers(x), dim=1)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, same):
        distance = F.pairwise_distance(a, b)
        return torch.mean(
            same * distance.pow(2)
            + (1 - same) * torch.clamp(self.margin - distance, min=0.0).pow(2)
        )


torch.manual_seed(0)
images, labels = load_digits(200)
encoder, contrastive, triplet = Encoder(), ContrastiveLoss(), nn.TripletMarginLoss(margin=0.5)
optimizer = torch.optim.Adagrad(encoder.parameters(), lr=0.05)
for step in range(20):
    i, j = torch.randint(200, (2, 32))
    same = (labels[i] == labels[j]).float()
    a, b = encoder(images[i]), encoder(images[j])
    loss = contrastive(a, b, same)
    loss = (
        loss + 0.1 * triplet(a, a.roll(1, 0), b) + 0.1 * F.cosine_embedding_loss(a, b, 2 * same - 1)
    )
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.5f}")

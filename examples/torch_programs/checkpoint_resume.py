"""Training that stops, is saved with its optimiser, schedule and random state, and goes on the same."""

import os
import tempfile

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Sequential(nn.Linear(6, 16), nn.LayerNorm(16), nn.ReLU(), nn.Dropout(0.2))
        self.back = nn.Linear(16, 2)

    def forward(self, x):
        return self.back(checkpoint(self.front, x, use_reentrant=False))


def build():
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)


def train(model, optimizer, schedule, first, last):
    losses = []
    for step in range(first, last):
        x = torch.randn(16, 6)
        loss = nn.functional.cross_entropy(model(x), (x.sum(1) > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        print(f"step {step} loss {loss.item():.5f} lr {schedule.get_last_lr()[0]}")
    return losses


torch.manual_seed(0)
model, optimizer, schedule = build()
train(model, optimizer, schedule, 0, 6)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pt")
    torch.save(
        {
            "step": 6,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "rng": torch.get_rng_state(),
        },
        path,
    )
    without_stop = train(model, optimizer, schedule, 6, 12)

    torch.manual_seed(99)
    model, optimizer, schedule = build()
    saved = torch.load(path, map_location="cpu", weights_only=True)
model.load_state_dict(saved["model"])
optimizer.load_state_dict(saved["optimizer"])
schedule.load_state_dict(saved["schedule"])
torch.set_rng_state(saved["rng"])
resumed = train(model, optimizer, schedule, saved["step"], 12)
print("same", resumed == without_stop)

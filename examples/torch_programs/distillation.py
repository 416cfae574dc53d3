"""A small network learns from a larger one: temperatures, KL divergence, a frozen teacher."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from digits import load_digits

torch.manual_seed(0)
images, labels = load_digits(200)
teacher = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 10))
student = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.Hardswish(), nn.Linear(8, 10))

optimizer = torch.optim.NAdam(teacher.parameters(), lr=5e-3)
for step in range(10):
    loss = F.cross_entropy(teacher(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"teacher {step} loss {loss.item():.5f}")

teacher.eval().requires_grad_(False)
optimizer = torch.optim.RAdam(student.parameters(), lr=1e-2)
temperature, alpha = 3.0, 0.7
for step in range(15):
    with torch.no_grad():
        soft = F.log_softmax(teacher(images) / temperature, dim=1)
    logits = student(images)
    distilled = F.kl_div(
        F.log_softmax(logits / temperature, dim=1), soft, reduction="batchmean", log_target=True
    )
    loss = alpha * temperature**2 * distilled + (1 - alpha) * F.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"student {step} loss {loss.item():.5f}")
assert all(p.grad is None or not p.requires_grad for p in teacher.parameters())

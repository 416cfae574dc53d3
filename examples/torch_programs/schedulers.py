"""Learning rate schedules beside each other, chained, and in a row; and a swap to averaged weights."""

import torch
from torch import nn
from torch.optim import Adadelta, Rprop
from torch.optim import lr_scheduler as S
from torch.optim.swa_utils import AveragedModel

torch.manual_seed(0)
x, y = torch.randn(64, 3), torch.randn(64, 1)
SCHEDULES = {
    "StepLR": lambda o: S.StepLR(o, step_size=3, gamma=0.5),
    "MultiStepLR": lambda o: S.MultiStepLR(o, milestones=[2, 5], gamma=0.3),
    "ExponentialLR": lambda o: S.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda o: S.CosineAnnealingLR(o, T_max=8, eta_min=1e-3),
    "CosineAnnealingWarmRestarts": lambda o: S.CosineAnnealingWarmRestarts(o, T_0=3),
    "OneCycleLR": lambda o: S.OneCycleLR(o, max_lr=0.2, total_steps=10),
    "CyclicLR": lambda o: S.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3),
    "SequentialLR": lambda o: S.SequentialLR(
        o, [S.LinearLR(o, 0.1, total_iters=3), S.ExponentialLR(o, 0.8)], milestones=[3]
    ),
    "ChainedScheduler": lambda o: S.ChainedScheduler(
        [S.ConstantLR(o, 0.5, total_iters=2), S.PolynomialLR(o, total_iters=8, power=2.0)]
    ),
}
for name, make in SCHEDULES.items():
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
    schedule = make(optimizer)
    for step in range(8):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        print(f"{name} loss {loss.item():.5f} lr {schedule.get_last_lr()[0]:.6f}")

for kind in (Adadelta, Rprop):
    model = nn.Sequential(nn.Linear(3, 8), nn.Mish(), nn.Linear(8, 1))
    average = AveragedModel(model)
    optimizer = kind(model.parameters(), lr=0.05)
    plateau = S.ReduceLROnPlateau(optimizer, patience=1, factor=0.5, threshold=0.05)
    for step in range(10):
        loss = nn.functional.smooth_l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        plateau.step(loss)
        average.update_parameters(model)
        print(f"{kind.__name__} loss {loss.item():.5f} lr {optimizer.param_groups[0]['lr']:.6f}")
    print(f"averaged {nn.functional.smooth_l1_loss(average(x), y).item():.5f}")

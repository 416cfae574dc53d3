"""A neural ODE with the adjoint method: a Function that solves a second equation backwards."""

import torch
from torch import nn


def rk4(f, t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


class Adjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, f, y0, times, *params):
        ctx.f = f
        with torch.no_grad():
            ys = [y0]
            for t0, t1 in zip(times[:-1], times[1:]):
                ys.append(rk4(f, t0, ys[-1], t1 - t0))
            ys = torch.stack(ys)
        ctx.save_for_backward(times, ys, *params)
        return ys

    @staticmethod
    def backward(ctx, grad_ys):
        times, ys, *params = ctx.saved_tensors
        f = ctx.f
        adjoint = grad_ys[-1]
        grads = [torch.zeros_like(p) for p in params]
        for i in range(len(times) - 1, 0, -1):
            with torch.enable_grad():
                y = ys[i - 1].detach().requires_grad_(True)
                step = rk4(f, times[i - 1], y, times[i] - times[i - 1])
            back = torch.autograd.grad(step, (y, *params), adjoint, allow_unused=True)
            adjoint = back[0] + grad_ys[i - 1]
            grads = [g if b is None else g + b for g, b in zip(grads, back[1:])]
        return (None, adjoint, None, *grads)


class Dynamics(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))

    def forward(self, t, y):
        return self.net(y**3)


def odeint(f, y0, times):
    return Adjoint.apply(f, y0, times, *f.parameters())


torch.manual_seed(0)
times = torch.linspace(0.0, 2.0, 11)
true_A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
with torch.no_grad():
    y, truth = torch.tensor([[2.0, 0.0]]), []
    truth.append(y)
    for t0, t1 in zip(times[:-1], times[1:]):
        y = rk4(lambda t, y: torch.mm(y**3, true_A), t0, y, t1 - t0)
        truth.append(y)
    truth = torch.stack(truth)

func = Dynamics()
optimizer = torch.optim.RMSprop(func.parameters(), lr=5e-3)
for iteration in range(15):
    optimizer.zero_grad()
    predicted = odeint(func, truth[0], times)
    loss = torch.mean(torch.abs(predicted - truth))
    loss.backward()
    optimizer.step()
    print(f"iteration {iteration} loss {loss.item():.5f}")

"""Functions with their own backward: a straight-through sign, a double-differentiable cube, gradcheck."""

import torch
from torch import nn
from torch.autograd import Function, gradcheck, gradgradcheck
from torch.autograd.function import once_differentiable


class Sign(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1).to(grad.dtype)


class Cube(Function):
    @staticmethod
    def forward(x, scale):
        return scale * x**3

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.scale = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * ctx.scale * grad * x**2, None


class Binarised(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(8, 16), nn.Linear(16, 1)

    def forward(self, x):
        return Cube.apply(self.outer(Sign.apply(self.inner(x))), 0.5)


torch.manual_seed(0)
print(gradcheck(Cube.apply, (torch.randn(4, dtype=torch.double, requires_grad=True), 0.5)))
print(gradgradcheck(Cube.apply, (torch.randn(4, dtype=torch.double, requires_grad=True), 0.5)))
model = Binarised()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
x = torch.randn(64, 8)
y = (x[:, :1] * x[:, 1:2]).sign()
for step in range(20):
    loss = nn.functional.huber_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.5f}")

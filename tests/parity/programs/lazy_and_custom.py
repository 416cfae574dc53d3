"""Layers that learn their input size at a dry run; layers written by hand."""

import torch
import torch.nn.functional as F
from torch import nn

net = nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.LazyLinear(10))
print(net[0].weight)
print(net)
X = torch.rand(2, 20)
print(net(X).shape)
print(net)
print(net[0].weight.shape, net[0].bias.shape)


class CenteredLayer(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, X):
        return X - X.mean()


layer = CenteredLayer()
print(layer(torch.tensor([1.0, 2, 3, 4, 5])))
print(nn.Sequential(nn.LazyLinear(128), CenteredLayer())(torch.rand(4, 8)).mean().abs() < 1e-6)


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units,))

    def forward(self, X):
        linear = torch.matmul(X, self.weight.data) + self.bias.data
        return F.relu(linear)


linear = MyLinear(5, 3)
print(linear.weight)
print(linear)
print(linear(torch.rand(2, 5)))
print(nn.Sequential(MyLinear(64, 8), MyLinear(8, 1))(torch.rand(2, 64)))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 16)
        self.output = nn.Linear(16, 3)
        self.register_buffer("scale", torch.tensor(2.0))
        self.register_parameter("missing", None)

    def forward(self, x):
        return self.output(F.relu(self.hidden(x))) * self.scale


mlp = MLP()
print(mlp)
print(mlp(torch.randn(size=(2, 20))))
print([name for name, _ in mlp.named_buffers()], list(mlp.state_dict()), mlp.missing)
for broken in ({}, {"hidden.weight": torch.ones(1)}):
    try:
        mlp.load_state_dict(broken)
    except RuntimeError as error:
        print(str(error).splitlines()[0])
try:
    net(torch.rand(2, 21))
except RuntimeError:
    print("RuntimeError")

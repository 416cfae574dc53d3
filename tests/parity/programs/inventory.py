"""Ways to list, name and count the parameters of nested networks."""

import torch
from torch import nn


def block1():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())


def block2():
    net = nn.Sequential()
    for i in range(4):
        net.add_module(f"block {i}", block1())
    return net


net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
X = torch.rand(size=(2, 4))
print(net(X))
print(net[2].state_dict())
print(type(net[2].bias).__name__)
print(net[2].bias)
print(net[2].bias.data)
print(net[2].weight.grad is None)
print(*[(name, param.shape) for name, param in net[0].named_parameters()])
print(*[(name, param.shape) for name, param in net.named_parameters()])
print(net.state_dict()["2.bias"].data)
print(net.state_dict().keys())

rgnet = nn.Sequential(block2(), nn.Linear(4, 1))
print(rgnet(X))
print(rgnet)
print(rgnet[0][1][0].bias.data)
print(sum(p.numel() for p in rgnet.parameters()), sum(1 for _ in rgnet.modules()))
print([name for name, _ in rgnet.named_modules()][:5], [name for name, _ in net.named_children()])

net(X).sum().backward()
print(net[2].weight.grad)
print(net[0].bias.grad)
print(net[0].weight.grad.abs().sum() > 0, net[0].weight.requires_grad, net[0].weight.is_leaf)

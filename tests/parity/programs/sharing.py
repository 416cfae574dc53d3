"""Tied parameters: one object, several places."""

import copy

import torch
from torch import nn

shared = nn.Linear(8, 8)
net = nn.Sequential(
    nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), nn.Linear(8, 1)
)
X = torch.rand(2, 4)
print(net(X))
print(net[2].weight.data[0] == net[4].weight.data[0])
net[2].weight.data[0, 0] = 100
print(net[2].weight.data[0] == net[4].weight.data[0])
print([name for name, _ in net.named_parameters()])
print([name for name, _ in net.named_parameters(remove_duplicate=False)])
print(list(net.state_dict()))
print(net[2] is net[4], net[2].weight is net[4].weight, len(list(net.parameters())))

net(X).sum().backward()
print(net[2].weight.grad is net[4].weight.grad)
print(net[2].bias.grad)

twin = copy.deepcopy(net)
print(twin[2].weight is twin[4].weight, twin[2].weight is net[2].weight)

# The gradient of a tied weight is the sum of the gradients of untied copies.
apart = nn.Sequential(*(copy.deepcopy(layer) for layer in net))
apart.zero_grad()
apart(X).sum().backward()
print(torch.allclose(apart[2].weight.grad + apart[4].weight.grad, net[2].weight.grad))

embedding, head = nn.Embedding(10, 8), nn.Linear(8, 10, bias=False)
head.weight = embedding.weight
print(head.weight is embedding.weight, head(embedding(torch.tensor([1, 2]))).shape)
print(sum(p.numel() for p in nn.ModuleList([embedding, head]).parameters()))

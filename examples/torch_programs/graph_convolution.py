"""A graph convolutional network on two communities: a normalised adjacency, few labels."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class GraphConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.FloatTensor(inputs, outputs))
        self.bias = nn.Parameter(torch.FloatTensor(outputs))
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1.0 / self.weight.size(1) ** 0.5
        self.weight.data.uniform_(-bound, bound)
        self.bias.data.uniform_(-bound, bound)

    def forward(self, x, adjacency):
        return torch.mm(adjacency, torch.mm(x, self.weight)) + self.bias

    def __repr__(self):
        return f"{self.__class__.__name__}({self.weight.size(0)} -> {self.weight.size(1)})"


class GCN(nn.Module):
    def __init__(self, features, hidden, classes):
        super().__init__()
        self.gc1 = GraphConvolution(features, hidden)
        self.gc2 = GraphConvolution(hidden, classes)

    def forward(self, x, adjacency):
        x = F.dropout(F.relu(self.gc1(x, adjacency)), 0.3, training=self.training)
        return F.log_softmax(self.gc2(x, adjacency), dim=1)


torch.manual_seed(42)
nodes = 30
labels = (torch.arange(nodes) >= nodes // 2).long()
likely = torch.where(labels[:, None] == labels[None, :], 0.4, 0.05)
edges = torch.triu(torch.bernoulli(likely), diagonal=1)
adjacency = edges + edges.t() + torch.eye(nodes)
scale = adjacency.sum(1).pow(-0.5)
adjacency = scale[:, None] * adjacency * scale[None, :]
features = torch.randn(nodes, 8) + labels[:, None] * 0.5
known = torch.tensor([0, 1, 2, nodes - 3, nodes - 2, nodes - 1])

model = GCN(8, 16, 2)
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(20):
    model.train()
    optimizer.zero_grad()
    output = model(features, adjacency)
    loss = F.nll_loss(output[known], labels[known])
    loss.backward()
    optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.5f}")
model.eval()
accuracy = model(features, adjacency).max(1)[1].eq(labels).double().mean()
print(f"accuracy {accuracy.item():.4f}")

"""Saving and loading tensors, lists, dicts and the parameters of modules, in the current folder."""


import torch
from torch import nn
from torch.nn import functional as F


x = torch.arange(4)
torch.save(x, "x-file")
print(torch.load("x-file"))

y = torch.zeros(4)
torch.save([x, y], "x-files")
x2, y2 = torch.load("x-files")
print((x2, y2))

torch.save({"x": x, "y": y}, "mydict")
print(torch.load("mydict"))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.output = nn.Linear(256, 10)

    def forward(self, x):
        return self.output(F.relu(self.hidden(x)))


net = MLP()
X = torch.randn(size=(2, 20))
Y = net(X)
torch.save(net.state_dict(), "mlp.params")
clone = MLP()
print(clone.load_state_dict(torch.load("mlp.params")))
print(clone.eval())
print(clone(X) == Y)

shared = nn.Linear(3, 3)
torch.save(nn.Sequential(shared, shared).state_dict(), "tied")
loaded = torch.load("tied")
print(loaded["0.weight"].data_ptr() == loaded["1.weight"].data_ptr(), list(loaded))
for name in ("missing", "x-file"):
    if name == "x-file":
        with open(name, "r+b") as file:
            file.truncate(100)
    try:
        torch.load(name)
    except (OSError, RuntimeError) as error:
        print(type(error).__name__)

"""Hooks on modules, tensors and parameters: activations watched, gradients clipped on their way."""

from collections import OrderedDict

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(
    OrderedDict(
        [
            ("first", nn.Linear(4, 8)),
            ("act", nn.Tanh()),
            ("second", nn.Linear(8, 8)),
            ("act2", nn.GELU(approximate="tanh")),
            ("last", nn.Linear(8, 1)),
        ]
    )
)
activations, gradients = {}, {}


def keep(name):
    def hook(module, inputs, output):
        activations[name] = output.detach().pow(2).mean().sqrt()

    return hook


def keep_gradient(name):
    def hook(module, grad_input, grad_output):
        gradients[name] = grad_output[0].norm()

    return hook


handles = [m.register_forward_hook(keep(n)) for n, m in model.named_children()]
handles += [m.register_full_backward_hook(keep_gradient(n)) for n, m in model.named_children()]
model.first.register_forward_pre_hook(lambda module, inputs: (inputs[0] * 2,))
model.last.weight.register_hook(lambda grad: grad.clamp(-0.05, 0.05))
steps = []
model.last.bias.register_post_accumulate_grad_hook(lambda p: steps.append(p.grad.item()))

x, y = torch.randn(32, 4), torch.randn(32, 1)
optimizer = torch.optim.ASGD(model.parameters(), lr=0.05)
for step in range(10):
    output = model(x)
    output.retain_grad()
    loss = (output - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.5f} output {output.grad.norm().item():.5f}")
    print("  ", " ".join(f"{n} {v.item():.5f}" for n, v in activations.items()))
    print("  ", " ".join(f"{n} {v.item():.5f}" for n, v in sorted(gradients.items())))
for handle in handles:
    handle.remove()
activations.clear()
model(x)
print(len(activations), len(steps), f"{sum(steps):.5f}")

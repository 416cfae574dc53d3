"""Deep Q learning: replay memory, a target network, Huber loss, gather, soft updates."""

import copy
import random
from collections import deque, namedtuple

import torch
from environment import Corridor
from torch import nn, optim

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward", "done"))

random.seed(0)
torch.manual_seed(0)
env = Corridor()
policy_net = nn.Sequential(nn.Linear(env.length, 24), nn.ReLU(), nn.Linear(24, env.actions))
target_net = copy.deepcopy(policy_net)
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.AdamW(policy_net.parameters(), lr=5e-3, amsgrad=True)
criterion = nn.SmoothL1Loss()
memory = deque([], maxlen=500)
state = env.reset()
for step in range(60):
    if random.random() < 0.3:
        action = torch.tensor([[random.randrange(env.actions)]], dtype=torch.long)
    else:
        with torch.no_grad():
            action = policy_net(state.unsqueeze(0)).max(1).indices.view(1, 1)
    next_state, reward, done = env.step(action.item())
    memory.append(Transition(state, action, next_state, torch.tensor([reward]), done))
    state = env.reset() if done else next_state
    if len(memory) < 16:
        continue

    batch = Transition(*zip(*random.sample(memory, 16)))
    values = policy_net(torch.stack(batch.state)).gather(1, torch.cat(batch.action))
    alive = ~torch.tensor(batch.done)
    next_values = torch.zeros(16)
    with torch.no_grad():
        next_values[alive] = target_net(torch.stack(batch.next_state)[alive]).max(1).values
    expected = next_values * 0.9 + torch.cat(batch.reward)
    loss = criterion(values, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    with torch.no_grad():
        for theirs, ours in zip(target_net.parameters(), policy_net.parameters()):
            theirs.mul_(0.95).add_(ours, alpha=0.05)
    print(f"step {step} loss {loss.item():.6f}")

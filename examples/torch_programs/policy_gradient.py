"""REINFORCE: actions sampled from a Categorical, the log of their probability times the return."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from environment import Corridor
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, states, actions):
        super().__init__()
        self.affine1 = nn.Linear(states, 16)
        self.affine2 = nn.Linear(16, actions)
        self.saved_log_probs, self.rewards, self.entropies = [], [], []

    def forward(self, x):
        return F.softmax(self.affine2(F.relu(self.affine1(x))), dim=-1)

    def select_action(self, state):
        m = Categorical(self(state.unsqueeze(0)))
        action = m.sample()
        self.saved_log_probs.append(m.log_prob(action))
        self.entropies.append(m.entropy())
        return action.item()


torch.manual_seed(543)
env = Corridor()
policy = Policy(env.length, env.actions)
optimizer = torch.optim.Adam(policy.parameters(), lr=2e-2)
eps = torch.finfo(torch.float32).eps
for episode in range(15):
    state, done = env.reset(), False
    while not done:
        state, reward, done = env.step(policy.select_action(state))
        policy.rewards.append(reward)
    R, returns = 0.0, []
    for r in policy.rewards[::-1]:
        R = r + 0.99 * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    loss = [-log_prob * R for log_prob, R in zip(policy.saved_log_probs, returns)]
    optimizer.zero_grad()
    loss = torch.cat(loss).sum() - 0.01 * torch.cat(policy.entropies).sum()
    loss.backward()
    optimizer.step()
    print(f"episode {episode} steps {len(policy.rewards)} loss {loss.item():.5f}")
    del policy.rewards[:], policy.saved_log_probs[:], policy.entropies[:]

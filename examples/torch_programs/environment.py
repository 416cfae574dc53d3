"""A corridor to walk along: a small environment with the interface that such programs expect."""

import torch


class Corridor:
    """Start in the middle, reach the right end; each step costs, the left end costs more."""

    actions = 2

    def __init__(self, length=7, limit=20):
        self.length, self.limit = length, limit

    def reset(self):
        self.place, self.steps = self.length // 2, 0
        return self._state()

    def step(self, action):
        self.place += 1 if action == 1 else -1
        self.steps += 1
        end = self.place in (0, self.length - 1)
        reward = (1.0 if self.place else -1.0) if end else -0.05
        return self._state(), reward, end or self.steps >= self.limit

    def _state(self):
        state = torch.zeros(self.length)
        state[self.place] = 1.0
        return state

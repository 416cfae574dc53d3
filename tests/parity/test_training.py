"""Training programs whose losses are the same step by step in PyTorch and in taut."""

import copy
import io
from importlib import import_module

import pytest

from both import assert_same, programs


def part(module, name):
    """A submodule of the module: ``part(t, "utils.data")``."""
    return import_module(f"{module.__name__}.{name}")


def mlp(module, *sizes):
    nn = module.nn
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
    return nn.Sequential(*(x for layer in layers[:-1] for x in (layer, nn.Tanh())), layers[-1])


def regression(module, net, optimizer, steps=20, after=lambda: None):
    """Losses of fitting fixed random data."""
    x, y = module.randn(16, 4), module.randn(16, 1)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = module.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        after()
        losses.append(loss.item())
    return losses


def sgd(t):
    net = mlp(t, 4, 16, 1)
    return regression(t, net, t.optim.SGD(net.parameters(), lr=0.1)), net.state_dict()


def sgd_with_everything(t):
    net = mlp(t, 4, 16, 1)
    options = dict(lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True)
    return regression(t, net, t.optim.SGD(net.parameters(), **options))


def adam(t):
    net = mlp(t, 4, 16, 16, 1)
    return regression(t, net, t.optim.Adam(net.parameters(), lr=0.01)), net.state_dict()


def adamw_with_groups(t):
    net = mlp(t, 4, 16, 1)
    weights = [p for n, p in net.named_parameters() if n.endswith("weight")]
    biases = [p for n, p in net.named_parameters() if n.endswith("bias")]
    groups = [
        {"params": weights, "weight_decay": 0.1},
        {"params": biases, "lr": 0.02, "weight_decay": 0.0},
    ]
    return regression(t, net, t.optim.AdamW(groups, lr=0.01))


def adam_amsgrad(t):
    net = mlp(t, 4, 16, 1)
    return regression(
        t, net, t.optim.Adam(net.parameters(), lr=0.01, amsgrad=True, weight_decay=0.1)
    )


def maximized(t):
    net = mlp(t, 4, 8, 1)
    return regression(t, net, t.optim.SGD(net.parameters(), lr=0.001, maximize=True))


def float64(t):
    net = mlp(t, 4, 16, 1).double()
    optimizer = t.optim.Adam(net.parameters(), lr=0.01)
    x, y = t.randn(16, 4, dtype=t.float64), t.randn(16, 1, dtype=t.float64)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def tied_layers(t):
    nn = t.nn
    shared = nn.Linear(8, 8)
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.Linear(8, 1))
    return regression(t, net, t.optim.Adam(net.parameters(), lr=0.01)), net.state_dict()


def clipped(t):
    net = mlp(t, 4, 16, 1)
    optimizer = t.optim.SGD(net.parameters(), lr=0.5)
    x, y = t.randn(16, 4), 10 * t.randn(16, 1)
    found = []
    for _ in range(10):
        optimizer.zero_grad()
        t.nn.functional.mse_loss(net(x), y).backward()
        found.append(t.nn.utils.clip_grad_norm_(net.parameters(), 1.0))
        optimizer.step()
    t.nn.utils.clip_grad_value_(net.parameters(), 0.01)
    return found, [p.grad for p in net.parameters()]


def schedule(module, make, steps=12):
    net = mlp(module, 4, 8, 1)
    optimizer = module.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    scheduler = make(part(module, "optim.lr_scheduler"), optimizer)
    rates = []

    def after():
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()

    return regression(module, net, optimizer, steps, after), rates


def step_lr(t):
    return schedule(t, lambda s, o: s.StepLR(o, step_size=3, gamma=0.5))


def cosine(t):
    return schedule(t, lambda s, o: s.CosineAnnealingLR(o, T_max=10, eta_min=0.001))


def warmup(t):
    return schedule(t, lambda s, o: s.LambdaLR(o, lambda k: min(1.0, (k + 1) / 5)))


def one_cycle(t):
    return schedule(t, lambda s, o: s.OneCycleLR(o, max_lr=0.2, total_steps=13))


def plateau(t):
    net = mlp(t, 4, 8, 1)
    optimizer = t.optim.SGD(net.parameters(), lr=0.5)
    scheduler = t.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.3)
    rates = []
    for value in [3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.5, 1.5, 1.5, 1.5]:
        optimizer.step()
        scheduler.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def dropout_and_norm(t):
    nn = t.nn
    net = nn.Sequential(
        nn.Linear(4, 32), nn.LayerNorm(32), nn.GELU(), nn.Dropout(0.5), nn.Linear(32, 1)
    )
    losses = regression(t, net, t.optim.AdamW(net.parameters(), lr=0.01))
    net.eval()
    return losses, net(t.ones(2, 4))


def classification_from_a_loader(t):
    data = part(t, "utils.data")
    x, y = t.randn(50, 4), t.randint(3, (50,))
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=8, shuffle=True, drop_last=False)
    net = mlp(t, 4, 16, 3)
    optimizer, losses = t.optim.Adam(net.parameters(), lr=0.01), []
    for _ in range(3):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = t.nn.functional.cross_entropy(net(xb), yb, label_smoothing=0.1)
            loss.backward()
            optimizer.step()
            losses.append((len(yb), loss.item()))
    return losses


def order_of_a_loader(t):
    data = part(t, "utils.data")
    numbers = data.TensorDataset(t.arange(20))
    loader = data.DataLoader(numbers, batch_size=6, shuffle=True)
    a, b = data.random_split(numbers, [12, 8])
    given = data.DataLoader(numbers, shuffle=True, generator=t.Generator().manual_seed(7))
    return (
        [x for _ in range(2) for (x,) in loader],
        list(a.indices),
        list(b.indices),
        [x for (x,) in given],
    )


def gpt(t):
    nn, F = t.nn, t.nn.functional
    width, heads, vocabulary, time = 16, 2, 11, 8

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
            )

        def forward(self, x):
            q, k, v = (
                part.view(*x.shape[:2], heads, width // heads).transpose(1, 2)
                for part in self.qkv(self.norm1(x)).split(width, dim=-1)
            )
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(time, width)
            self.blocks = nn.ModuleList([Block(), Block()])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
            self.head.weight = self.tokens.weight

        def forward(self, index):
            x = self.tokens(index) + self.positions.weight
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    net, losses = GPT(), []
    optimizer = t.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(10):
        index = t.randint(vocabulary, (4, time + 1))
        optimizer.zero_grad()
        loss = F.cross_entropy(net(index[:, :-1]).flatten(0, 1), index[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, net.head.weight, net.tokens.weight is net.head.weight


def attention_by_hand(t):
    F = t.nn.functional
    x = t.randn(2, 5, 8, requires_grad=True)
    scores = x @ x.transpose(-2, -1) / 8**0.5
    scores = scores.masked_fill(t.tril(t.ones(5, 5)) == 0, float("-inf"))
    (F.softmax(scores, dim=-1) @ x).square().mean().backward()
    return x.grad


def gradient_penalty(t):
    critic = mlp(t, 2, 16, 1)
    optimizer, losses = t.optim.Adam(critic.parameters(), lr=0.01), []
    for _ in range(10):
        real, fake = t.randn(8, 2), t.randn(8, 2) + 2
        mix = t.rand(8, 1)
        between = (mix * real + (1 - mix) * fake).requires_grad_()
        (g,) = t.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = ((g.norm(2, dim=1) - 1) ** 2).mean()
        loss = critic(fake).mean() - critic(real).mean() + 10 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def meta_learning_step(t):
    """A gradient through a gradient step."""
    w = t.tensor([1.0, -1.0], requires_grad=True)
    x = t.randn(5, 2)
    (g,) = t.autograd.grad(((x @ w) ** 2).mean(), w, create_graph=True)
    ((x @ (w - 0.1 * g)) ** 2).mean().backward()
    return w.grad


def straight_through(t):
    class Round(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.round()

        @staticmethod
        def backward(ctx, grad):
            return grad

    net = mlp(t, 4, 8, 4)
    optimizer, x, losses = t.optim.SGD(net.parameters(), lr=0.1), t.randn(8, 4), []
    for _ in range(10):
        optimizer.zero_grad()
        loss = (Round.apply(net(x)) - x).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def hooks_of_modules(t):
    net, seen = mlp(t, 4, 8, 1), []
    net[0].register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    net[1].register_forward_hook(lambda m, args, out: out + 1)
    net[2].register_forward_hook(lambda m, args, out: seen.append(out.shape))
    net[2].register_full_backward_hook(lambda m, inputs, outputs: seen.append(outputs[0]))
    y = net(t.ones(3, 4))
    y.sum().backward()
    return y, seen, net[0].weight.grad


def accumulated_gradients(t):
    net = mlp(t, 4, 8, 1)
    optimizer = t.optim.SGD(net.parameters(), lr=0.1)
    x, y = t.randn(8, 4), t.randn(8, 1)
    for half in (slice(0, 4), slice(4, 8)):
        (t.nn.functional.mse_loss(net(x[half]), y[half]) / 2).backward()
    optimizer.step()
    return net.state_dict()


def frozen_layers(t):
    net = mlp(t, 4, 8, 8, 1)
    for p in net[0].parameters():
        p.requires_grad_(False)
    trainable = [p for p in net.parameters() if p.requires_grad]
    return regression(t, net, t.optim.SGD(trainable, lr=0.1)), net[0].weight, net[0].weight.grad


def resumed(t):
    """Training, saving, loading into new objects and going on, beside not stopping."""

    def build():
        t.manual_seed(1)
        net = mlp(t, 4, 8, 1)
        optimizer = t.optim.Adam(net.parameters(), lr=0.01)
        return net, optimizer, t.optim.lr_scheduler.StepLR(optimizer, 2)

    def train(net, optimizer, scheduler, steps):
        t.manual_seed(2)
        return regression(t, net, optimizer, steps, scheduler.step)

    first = build()
    train(*first, 5)
    file = io.BytesIO()
    t.save([part.state_dict() for part in first], file)
    file.seek(0)
    second = build()
    for part_, state in zip(second, t.load(file), strict=True):
        part_.load_state_dict(state)
    a, b = train(*first, 5), train(*second, 5)
    return a, b, a == b


def exponential_average(t):
    net = mlp(t, 4, 8, 1)
    average = copy.deepcopy(net)

    def after():
        with t.no_grad():
            for a, p in zip(average.parameters(), net.parameters(), strict=True):
                a.lerp_(p, 0.1)

    regression(t, net, t.optim.SGD(net.parameters(), lr=0.1), after=after)
    return average.state_dict()


def logistic_regression_by_hand(t):
    x = t.randn(20, 3)
    y = (x.sum(1) > 0).float()
    w, b, losses = t.zeros(3, requires_grad=True), t.zeros(1, requires_grad=True), []
    for _ in range(20):
        p = t.sigmoid(x @ w + b)
        loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
        loss.backward()
        with t.no_grad():
            for q in (w, b):
                q -= q.grad
                q.grad.zero_()
        losses.append(loss.item())
    return losses, w, b


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program, tolerance=1e-4)

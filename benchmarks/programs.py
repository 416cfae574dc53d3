"""The networks that the benchmarks train, written for the module they are given."""

from __future__ import annotations


def step(t, net, optimizer, loss):
    """One training step as a function."""

    def run():
        optimizer.zero_grad()
        loss(net).backward()
        optimizer.step()

    return run


def regression(t, net, x, y, optimizer):
    mse = t.nn.functional.mse_loss
    return step(t, net, optimizer, lambda net: mse(net(x), y))


def tiny(t):
    net = t.nn.Sequential(t.nn.Linear(4, 8), t.nn.ReLU(), t.nn.Linear(8, 1))
    return regression(t, net, t.randn(2, 4), t.randn(2, 1), t.optim.SGD(net.parameters(), lr=1e-3))


def small(t):
    nn = t.nn
    net = nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 4))
    return regression(
        t, net, t.randn(32, 8), t.randn(32, 4), t.optim.Adam(net.parameters(), lr=1e-3)
    )


def medium(t):
    nn = t.nn
    net = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )
    x, y = t.randn(64, 784), t.randint(10, (64,))
    optimizer = t.optim.Adam(net.parameters(), lr=1e-3)
    return step(t, net, optimizer, lambda net: nn.functional.cross_entropy(net(x), y))


def transformer(t):
    net = gpt(t, vocabulary=96, context=64, width=128, heads=4, layers=4)
    x, y = t.randint(96, (12, 64)), t.randint(96, (12 * 64,))
    optimizer = t.optim.AdamW(net.parameters(), lr=1e-3)
    return step(
        t, net, optimizer, lambda net: t.nn.functional.cross_entropy(net(x).flatten(0, 1), y)
    )


def gpt(t, vocabulary, context, width, heads, layers):
    """A GPT with its head tied to its embedding."""
    nn = t.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
            )

        def forward(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))

        def attention(self, x):
            batch, time, _ = x.shape
            qkv = self.qkv(x).view(batch, time, 3, heads, width // heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.out(mixed.transpose(1, 2).reshape(batch, time, width))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = (
                nn.Embedding(vocabulary, width),
                nn.Embedding(context, width),
            )
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.norm = nn.LayerNorm(width)
            self.head = nn.Linear(width, vocabulary, bias=False)
            self.head.weight = self.tokens.weight

        def forward(self, index):
            x = self.tokens(index) + self.positions(t.arange(index.shape[1]))
            return self.head(self.norm(self.blocks(x)))

    return GPT()


def recurrent(t):
    nn, vocabulary, width = t.nn, 1000, 128
    embedding, lstm = nn.Embedding(vocabulary, width), nn.LSTM(width, width, num_layers=2)
    head = nn.Linear(width, vocabulary)
    head.weight = embedding.weight
    net = nn.ModuleList([embedding, lstm, head])
    x, y = t.randint(vocabulary, (35, 20)), t.randint(vocabulary, (35 * 20,))
    optimizer = t.optim.SGD(net.parameters(), lr=1e-3)

    def loss(net):
        return nn.functional.cross_entropy(head(lstm(embedding(x))[0]).flatten(0, 1), y)

    return step(t, net, optimizer, loss)


def convolution(t):
    nn = t.nn
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    x, y = t.randn(64, 1, 28, 28), t.randint(10, (64,))
    optimizer = t.optim.SGD(net.parameters(), lr=1e-3)
    return step(t, net, optimizer, lambda net: nn.functional.cross_entropy(net(x), y))


def tied_head(t, vocabulary, width, rows):
    """A forward and backward through an embedding and the head tied to it.

    The head is a function of the weight: a layer would bring a weight of its own, and the memory that
    this leaves behind would hide as much of the peak.
    """
    nn = t.nn
    embedding = nn.Embedding(vocabulary, width)
    x, y = t.randint(vocabulary, (rows,)), t.randint(vocabulary, (rows,))

    def run():
        embedding.weight.grad = None
        logits = nn.functional.linear(embedding(x), embedding.weight)
        nn.functional.cross_entropy(logits, y).backward()

    return run


def peak_of_step(run):
    """A function that runs the step once and returns by how many bytes the peak rose."""

    def measure():
        before = peak_bytes()
        run()
        return peak_bytes() - before

    return measure


def peak_bytes():
    """The most that this process has had in memory so far; getrusage counts its parent's, too."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

"""A small net with a tie of each kind, and its twin without one."""

import dataclasses
from collections.abc import Callable

import torch

import taut
from taut import nn

INPUTS = 4


def _same_module():
    shared = nn.Linear(4, 4)
    return nn.Sequential(nn.Linear(4, 4), shared, nn.Tanh(), shared)


def _same_parameter():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    net[2].weight = net[0].weight
    return net


def _same_storage():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    net[2].weight.data = net[0].weight.data.t()
    return net


def _transpose():
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 4))
    taut.tie(net, "0.weight", "2.weight", transpose=True)
    return net


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of tie.

    Attributes:
        letter: M, P, S or T.
        word: what ``taut.ties`` calls it.
        make: a net that takes inputs of width ``INPUTS``.
        names: the two names of the tied weight.
        turned: whether the second name sees the transpose.
        plain: a net of the same function without ties.
        in_torch: the net in PyTorch, where it has such ties.
    """

    letter: str
    word: str
    make: Callable[[], nn.Module]
    names: tuple[str, str]
    turned: bool
    plain: Callable[[], nn.Module]
    in_torch: Callable[[], torch.nn.Module] | None = None

    @property
    def one_gradient(self):
        """Storage ties are separate Parameters: each has its gradient and its optimiser state."""
        return self.letter != "S"


def _torch_module():
    shared = torch.nn.Linear(4, 4)
    return torch.nn.Sequential(torch.nn.Linear(4, 4), shared, torch.nn.Tanh(), shared)


def _torch_parameter():
    net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4))
    net[2].weight = net[0].weight
    return net


def _square():
    return nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))


KINDS = {
    kind.letter: kind
    for kind in (
        Kind(
            "M",
            "module",
            _same_module,
            ("1.weight", "3.weight"),
            False,
            lambda: nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)),
            _torch_module,
        ),
        Kind(
            "P",
            "parameter",
            _same_parameter,
            ("0.weight", "2.weight"),
            False,
            _square,
            _torch_parameter,
        ),
        Kind(
            "T",
            "transpose",
            _transpose,
            ("0.weight", "2.weight"),
            True,
            lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 4)),
        ),
        Kind(
            "S",
            "storage",
            _same_storage,
            ("0.weight", "2.weight"),
            True,
            _square,
        ),
    )
}


def weight(net, name):
    """What a name reads: a Parameter, or what is computed in its place."""
    path, _, last = name.rpartition(".")
    return getattr(net.get_submodule(path), last)


def values(net, kind):
    """What every name of weights and biases reads, copied."""
    plain = kind.plain()
    return {
        name: weight(net, name).detach().clone()
        for name, _ in plain.named_parameters(remove_duplicate=False)
    }


def untied(kind, read):
    """The net without ties that has the values ``read``."""
    net = kind.plain().to(next(iter(read.values())).dtype)
    net.load_state_dict(read)
    return net


def loss(net, dtype=taut.float32):
    """A number that every weight matters to, the same for the same function."""
    x = taut.linspace(-1, 1, 3 * INPUTS).reshape(3, INPUTS).to(dtype)
    return net(x).square().sum()


def terms(kind, read):
    """The gradients of the two uses, in the untied net: each in the layout of its name."""
    net = untied(kind, read)
    loss(net, next(iter(read.values())).dtype).backward()
    return tuple(net.get_parameter(name).grad for name in kind.names)

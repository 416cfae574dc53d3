"""Seeds and states of the default generator.

The generator is a Mersenne Twister that gives, for a seed, the numbers PyTorch's CPU generator gives for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from taut._C import Generator, default_generator
from taut._tensor import Tensor

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


def manual_seed(seed: int) -> Generator:
    """Start the stream of `seed`, an integer in [-2**63, 2**64), and return the default generator.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> taut.rand(2)
        tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the stream of a random seed and return that seed.

    Example:
        >>> import taut
        >>> seed = taut.seed()
        >>> taut.initial_seed() == seed
        True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed from which the default generator's stream started.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(7)
        >>> taut.initial_seed()
        7
    """
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The default generator's state: a uint8 tensor of 5056 bytes that PyTorch can load, too.

    Example:
        >>> import taut
        >>> state = taut.get_rng_state()
        >>> x = taut.rand(1)
        >>> taut.set_rng_state(state)
        >>> taut.equal(taut.rand(1), x)
        True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Continue from a state of `get_rng_state`, of taut or of PyTorch.

    Example:
        >>> import taut
        >>> state = taut.get_rng_state()
        >>> x = taut.rand(1)
        >>> taut.set_rng_state(state)
        >>> taut.equal(taut.rand(1), x)
        True
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: object = None, enabled: bool = True, **_: object) -> Iterator[None]:
    """Give the default generator its state back at the end of the block.

    Args:
        devices: taken as PyTorch takes it; there are no other devices here.
        enabled: False makes the block do nothing.

    Example:
        >>> import taut
        >>> _ = taut.manual_seed(0)
        >>> with taut.fork_rng():
        ...     _ = taut.rand(5)
        >>> taut.rand(1)
        tensor([0.4963])
    """
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)

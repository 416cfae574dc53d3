"""``torch.cuda`` on a machine without GPUs: questions are answered, and work for a GPU is refused.

As in a PyTorch that was built without CUDA, ``is_available()`` is False, ``device_count()`` is 0, seeding
does nothing, and what needs a GPU raises :class:`AssertionError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from taut.cuda import amp

__all__ = [
    "OutOfMemoryError",
    "amp",
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "init",
    "ipc_collect",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_rng_state",
    "set_rng_state_all",
    "stream",
    "synchronize",
]


class OutOfMemoryError(RuntimeError):
    """What PyTorch raises when a GPU has no memory left; taut never does.

    Example:
        >>> import taut
        >>> issubclass(taut.cuda.OutOfMemoryError, RuntimeError)
        True
    """


def _refuse() -> NoReturn:
    raise AssertionError("Torch not compiled with CUDA enabled: taut runs on the CPU")


def is_available() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.cuda.is_available()
        False
    """
    return False


def is_initialized() -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.cuda.is_initialized()
        False
    """
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False.

    Example:
        >>> import taut
        >>> taut.cuda.is_bf16_supported()
        False
    """
    return False


def device_count() -> int:
    """0.

    Example:
        >>> import taut
        >>> taut.cuda.device_count()
        0
    """
    return 0


def manual_seed(seed: int) -> None:
    """Nothing: no GPU has a generator.

    Example:
        >>> import taut
        >>> taut.cuda.manual_seed(0)
    """


def manual_seed_all(seed: int) -> None:
    """Nothing: no GPU has a generator.

    Example:
        >>> import taut
        >>> taut.cuda.manual_seed_all(0)
    """


def seed() -> None:
    """Nothing: no GPU has a generator.

    Example:
        >>> import taut
        >>> taut.cuda.seed()
    """


def seed_all() -> None:
    """Nothing: no GPU has a generator.

    Example:
        >>> import taut
        >>> taut.cuda.seed_all()
    """


def get_rng_state_all() -> list[Any]:
    """No states: no GPU has a generator."""
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Nothing, for no states.

    Raises:
        AssertionError: a state.
    """
    for _ in new_states:
        _refuse()


def empty_cache() -> None:
    """Nothing: there is no cache.

    Example:
        >>> import taut
        >>> taut.cuda.empty_cache()
    """


def ipc_collect() -> None:
    """Nothing to collect.

    Example:
        >>> import taut
        >>> taut.cuda.ipc_collect()
    """


def memory_allocated(device: Any = None) -> int:
    """0: bytes of a GPU's memory in use.

    Example:
        >>> import taut
        >>> taut.cuda.max_memory_allocated()
        0
    """
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing to reset."""


@contextmanager
def stream(stream: Any) -> Iterator[None]:
    """A block that changes nothing for no stream; there are no streams."""
    if stream is not None:
        _refuse()
    yield


def init() -> None:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def current_device() -> int:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def set_device(device: Any) -> None:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def synchronize(device: Any = None) -> None:
    """Raises AssertionError: there is no GPU.

    Example:
        >>> import taut
        >>> taut.cuda.synchronize()
        Traceback (most recent call last):
        AssertionError: Torch not compiled with CUDA enabled: taut runs on the CPU
    """
    _refuse()


def get_device_name(device: Any = None) -> str:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def get_device_properties(device: Any = None) -> Any:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def get_rng_state(device: Any = "cuda") -> Any:
    """Raises AssertionError: there is no GPU."""
    _refuse()


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Raises AssertionError: there is no GPU."""
    _refuse()

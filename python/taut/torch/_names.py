"""Where the modules that programs name ``torch...`` are in taut, and what is near a missing name."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from types import ModuleType

__all__ = ["dotted", "home_of", "near", "value_of"]

# Modules that are elsewhere in taut, or have one file where PyTorch has several. All others are
# where the name says: torch.nn.utils is taut.nn.utils.
_ELSEWHERE = {
    "torch.amp.autocast_mode": "taut.amp",
    "torch.amp.grad_scaler": "taut.amp",
    "torch.cuda.amp.autocast_mode": "taut.cuda.amp",
    "torch.cuda.amp.grad_scaler": "taut.cuda.amp",
    "torch.optim.adamw": "taut.optim.adam",
    "torch.torch_version": "taut.torch.version",
    "torch.utils.data._utils.collate": "taut.utils.data._collate",
    "torch.version": "taut.torch.version",
}
_FILES = {  # PyTorch has a file for each distribution
    "categorical": ("categorical", "multinomial", "one_hot_categorical"),
    "continuous": ("cauchy", "exponential", "laplace", "normal", "uniform"),
    "discrete": ("bernoulli", "binomial", "geometric", "poisson"),
    "gamma": ("beta", "chi2", "dirichlet", "studentT"),
    "mixture": ("mixture_same_family",),
    "transformed": (
        "gumbel",
        "half_cauchy",
        "half_normal",
        "log_normal",
        "transformed_distribution",
    ),
}
_ELSEWHERE |= {
    f"torch.distributions.{name}": f"taut.distributions.{file}"
    for file, names in _FILES.items()
    for name in names
}
_PACKAGES = {"torch.utils.data._utils": "taut.utils.data"}  # only gathers the one below it


def home_of(name: str) -> ModuleType | None:
    """The module of taut that a module ``torch...`` stands for; None where taut has none."""
    ours = _ELSEWHERE.get(name) or _PACKAGES.get(name)
    if ours is None:
        parts = name.split(".")[1:]
        if parts[:1] == ["torch"] or any(part.startswith("_") for part in parts):
            return None
        ours = ".".join(["taut", *parts])
    try:
        return importlib.import_module(ours)
    except ModuleNotFoundError as error:
        if error.name and (ours == error.name or ours.startswith(error.name + ".")):
            return None
        raise  # taut has it, but something that it needs is not installed


def value_of(module: str, name: str) -> tuple[bool, object]:
    """Whether the module ``torch...`` has the name, and what it is: a submodule is a str, its name.

    Example:
        >>> from taut.torch import _names
        >>> _names.value_of("torch", "nn")
        (True, 'torch.nn')
    """
    home = home_of(module)
    full = f"{module}.{name}"
    if home is None:
        return False, None
    if full != "torch.torch":
        try:
            value = getattr(home, name)
        except AttributeError:
            pass
        else:
            if not isinstance(value, ModuleType):
                return True, value
            if not value.__name__.startswith("taut"):
                return True, value
    return (True, full) if home_of(full) is not None else (False, None)


def near(name: str, names: Iterable[str], prefix: str = "") -> list[str]:
    """Up to three names like one that is missing, best first."""
    public = [n for n in names if not n.startswith("_")]
    alike = difflib.get_close_matches(name.lower(), {n.lower() for n in public}, 3, 0.7)
    found = [n for n in public if n.lower() in alike]
    found.sort(key=lambda n: difflib.SequenceMatcher(None, name, n).ratio(), reverse=True)
    return [prefix + n for n in found[:3]]


def dotted(module: str, name: str) -> str:
    """The words that say that taut lacks a name, with what is near it."""
    home = home_of(module)
    words = f"taut has no {module}.{name}"
    alike = near(name, dir(home), f"{module}.") if home is not None else []
    return f"{words} (near it: {', '.join(alike)})" if alike else words

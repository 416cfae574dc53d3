"""Pruning: elements or channels of a parameter that become 0 and stay so.

The functions change the module they are given and return it: the parameter becomes ``<name>_orig``,
the mask is the buffer ``<name>_mask``, and ``<name>`` is their product, computed before each forward.
Where the parameter is tied, every name of it within the module gets the mask: give the whole network
and a dotted name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import taut
from taut import Tensor
from taut.nn._convert import place
from taut.nn.module import Module
from taut.nn.utils._pruning import (
    BasePruningMethod,
    PruningContainer,
    check_amount,
    count_of,
    find_method,
)
from taut.nn.utils._uses import locate
from taut.nn.utils.convert_parameters import parameters_to_vector

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


class Identity(BasePruningMethod):
    """Prunes nothing; sets up mask and hook.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(2, 1)
        >>> _ = taut.nn.utils.prune.Identity.apply(layer, "weight")
        >>> layer.weight_mask
        tensor([[1., 1.]])
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Prunes elements by lot.

    Args:
        amount: how many, or which fraction.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(4, 1)
        >>> _ = taut.nn.utils.prune.RandomUnstructured.apply(layer, "weight", 0.5)
        >>> int(layer.weight_mask.sum())
        2
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count = count_of(self.amount, t.numel())
        mask = default_mask.clone(memory_format=taut.contiguous_format)
        if count:
            drawn = taut.rand_like(t)
            mask.view(-1)[drawn.view(-1).topk(count).indices] = 0
        return mask


class L1Unstructured(BasePruningMethod):
    """Prunes the elements of least size.

    Args:
        amount: how many, or which fraction.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(4, 1)
        >>> _ = taut.nn.utils.prune.L1Unstructured.apply(layer, "weight", 0.5)
        >>> int(layer.weight_mask.sum())
        2
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: float) -> None:
        check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count = count_of(self.amount, t.numel())
        mask = default_mask.clone(memory_format=taut.contiguous_format)
        if count:
            smallest = t.abs().reshape(-1).topk(count, largest=False).indices
            mask.view(-1)[smallest] = 0
        return mask


def _check_channels(t: Tensor, dim: int) -> None:
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of "
            f"shape {t.shape} with {t.dim()} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _channel_mask(t: Tensor, dim: int, kept: Tensor) -> Tensor:
    """Ones in the channels that are kept."""
    shape = [1] * t.dim()
    shape[dim] = -1
    return taut.zeros_like(t) + kept.to(t.dtype).reshape(shape)


class RandomStructured(BasePruningMethod):
    """Prunes channels by lot.

    Args:
        amount: how many, or which fraction.
        dim: the dimension that numbers the channels.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(2, 4)
        >>> _ = taut.nn.utils.prune.RandomStructured.apply(layer, "weight", 0.5, dim=0)
        >>> int(layer.weight_mask.sum())
        4
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        check_amount(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        _check_channels(t, self.dim)
        channels = t.shape[self.dim]
        count = count_of(self.amount, channels)
        if not count:
            return default_mask
        drawn = taut.rand(channels)
        kept = drawn > drawn.kthvalue(count).values
        return default_mask * _channel_mask(t, self.dim, kept).to(default_mask.dtype)


class LnStructured(BasePruningMethod):
    """Prunes the channels of least norm.

    Args:
        amount: how many, or which fraction.
        n: the p of the norm, as in ``taut.norm``.
        dim: the dimension that numbers the channels.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(2, 4)
        >>> _ = taut.nn.utils.prune.LnStructured.apply(layer, "weight", 0.5, n=2, dim=0)
        >>> int(layer.weight_mask.sum())
        4
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        check_amount(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        _check_channels(t, self.dim)
        channels = t.shape[self.dim]
        count = count_of(self.amount, channels)
        if not count:
            return default_mask
        others = [d for d in range(t.dim()) if d != self.dim % t.dim()]
        norms = taut.norm(t, p=self.n, dim=others)
        kept = taut.zeros(channels)
        kept[norms.topk(channels - count, largest=True).indices] = 1
        return default_mask * _channel_mask(t, self.dim, kept).to(default_mask.dtype)


class CustomFromMask(BasePruningMethod):
    """Prunes what a given mask has as 0.

    Args:
        mask: of the shape of the parameter.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(2, 1)
        >>> _ = taut.nn.utils.prune.CustomFromMask.apply(layer, "weight", taut.tensor([[1, 0]]))
        >>> layer.weight_mask
        tensor([[1., 0.]])
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"custom_from_mask: the mask must have the shape {default_mask.shape} of the "
                f"parameter, got {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)


def identity(module: Module, name: str) -> Module:
    """Sets up pruning of a parameter without pruning anything.

    Example:
        >>> import taut
        >>> taut.nn.utils.prune.identity(taut.nn.Linear(2, 1), "bias").bias_mask
        tensor([1.])
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prunes elements of a parameter by lot.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        amount: how many, or which fraction of those left.

    Raises:
        TypeError: an amount that is not a number.
        ValueError: an amount below 0 or more than there is, or no such parameter.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.prune.random_unstructured(taut.nn.Linear(4, 2), "weight", 3)
        >>> int(layer.weight_mask.sum())
        5
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Module, name: str, amount: float, importance_scores: Tensor | None = None
) -> Module:
    """Prunes the elements of least size.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        amount: how many, or which fraction of those left.
        importance_scores: sizes to go by instead of those of the parameter.

    Raises:
        TypeError: an amount that is not a number.
        ValueError: an amount below 0 or more than there is, or no such parameter.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(3, 1)
        >>> layer.weight.data = taut.tensor([[0.1, -3.0, 2.0]])
        >>> taut.nn.utils.prune.l1_unstructured(layer, "weight", 2).weight_mask
        tensor([[0., 1., 0.]])
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prunes channels of a parameter by lot.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        amount: how many, or which fraction of those left.
        dim: the dimension that numbers the channels.

    Raises:
        TypeError: an amount that is not a number.
        ValueError: an amount below 0 or more than there is, no such parameter, or one of one
            dimension.
        IndexError: no such dimension.

    Example:
        >>> import taut
        >>> layer = taut.nn.utils.prune.random_structured(taut.nn.Linear(4, 2), "weight", 1, dim=0)
        >>> int((layer.weight_mask.sum(1) == 0).sum())
        1
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module,
    name: str,
    amount: float,
    n: Any,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Module:
    """Prunes the channels of least norm.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        amount: how many, or which fraction of those left.
        n: the p of the norm.
        dim: the dimension that numbers the channels.
        importance_scores: values to take the norms of instead of the parameter's.

    Raises:
        TypeError: an amount that is not a number.
        ValueError: an amount below 0 or more than there is, no such parameter, or one of one
            dimension.
        IndexError: no such dimension.

    Example:
        >>> import taut
        >>> layer = taut.nn.Linear(2, 2)
        >>> layer.weight.data = taut.tensor([[0.1, 0.2], [3.0, 0.0]])
        >>> taut.nn.utils.prune.ln_structured(layer, "weight", 1, n=2, dim=0).weight_mask
        tensor([[0., 0.],
                [1., 1.]])
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prunes a parameter by a given mask.

    Args:
        module: the module, or a network that contains it.
        name: the name of the parameter, or its path.
        mask: 0 where it is pruned.

    Raises:
        AssertionError: a mask of another shape.
        ValueError: no such parameter.

    Example:
        >>> import taut
        >>> mask = taut.tensor([0, 1, 0])
        >>> taut.nn.utils.prune.custom_from_mask(taut.nn.Linear(5, 3), "bias", mask).bias_mask
        tensor([0., 1., 0.])
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prunes several parameters as if they were one.

    A parameter that is given under several of its names counts once, and each of the names gets its
    mask.

    Args:
        parameters: pairs of a module and a name.
        pruning_method: an unstructured method, such as :class:`L1Unstructured`.
        importance_scores: scores by pair, where they are not the values.
        **kwargs: for the method.

    Raises:
        TypeError: not pairs, scores that are not a dict, or a structured method.

    Example:
        >>> import taut
        >>> from taut.nn.utils import prune
        >>> a, b = taut.nn.Linear(4, 1), taut.nn.Linear(4, 1)
        >>> pairs = [(a, "weight"), (b, "weight")]
        >>> prune.global_unstructured(pairs, prune.L1Unstructured, amount=0.5)
        >>> int(a.weight_mask.sum() + b.weight_mask.sum())
        4
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    groups = _by_memory(list(parameters))
    firsts = [group[0] for group in groups]
    values = [_value(*pair) for pair in firsts]
    with taut.no_grad():
        flat = parameters_to_vector(
            [scores.get(pair, v).detach() for pair, v in zip(firsts, values, strict=True)]
        )
        kept = parameters_to_vector(
            [_mask(*pair, v) for pair, v in zip(firsts, values, strict=True)]
        )
    container, method = PruningContainer(), pruning_method(**kwargs)
    container._tensor_name = method._tensor_name = "all"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    container.add_pruning_method(method)
    masks = container.compute_mask(flat, kept).split([v.numel() for v in values])
    for group, value, mask in zip(groups, values, masks, strict=True):
        for module, name in group:
            custom_from_mask(module, name, mask.view_as(value))


def _value(module: Module, name: str) -> Tensor:
    owner, last = locate(module, name)
    return getattr(owner, last)


def _mask(module: Module, name: str, value: Tensor) -> Tensor:
    owner, last = locate(module, name)
    mask = getattr(owner, last + "_mask", None)
    return taut.ones_like(value) if mask is None else mask


def _by_memory(pairs: list[tuple[Module, str]]) -> list[list[tuple[Module, str]]]:
    """The pairs, those that are one parameter together."""
    groups: dict[Any, list[tuple[Module, str]]] = {}
    for module, name in pairs:
        owner, last = locate(module, name)
        tensor = owner._parameters.get(last + "_orig")
        tensor = getattr(owner, last) if tensor is None else tensor
        groups.setdefault(place(tensor), []).append((module, name))
    return list(groups.values())


def remove(module: Module, name: str) -> Module:
    """Makes a pruned parameter an ordinary one again, with the pruned elements 0.

    Args:
        module: the module, or the network that was given when pruning.
        name: the name of the parameter, or its path.

    Raises:
        ValueError: the parameter is not pruned.

    Example:
        >>> import taut
        >>> from taut.nn.utils import prune
        >>> layer = prune.l1_unstructured(taut.nn.Linear(4, 1), "weight", 3)
        >>> [n for n, _ in prune.remove(layer, "weight").named_parameters()]
        ['bias', 'weight']
    """
    owner, last = locate(module, name)
    found = find_method(owner, last)
    if found is None:
        raise ValueError(
            f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
        )
    found[1].remove(module, name)
    return module


def is_pruned(module: Module) -> bool:
    """Whether a module or one below it has a pruned parameter.

    Example:
        >>> import taut
        >>> taut.nn.utils.prune.is_pruned(taut.nn.Linear(5, 7))
        False
    """
    return any(
        isinstance(hook, BasePruningMethod)
        for child in module.modules()
        for hook in child._forward_pre_hooks.values()
    )

"""What every pruning method shares: where the mask is kept, when it is applied, how masks combine."""

from __future__ import annotations

import abc
import copy
import numbers
from collections.abc import Iterator
from typing import Any

import taut
from taut import Tensor
from taut.nn.module import Module
from taut.nn.utils._uses import Use, find_uses, locate

__all__ = ["BasePruningMethod", "PruningContainer", "find_method"]


def find_method(module: Module, name: str) -> tuple[int, BasePruningMethod] | None:
    """The pruning method of a name, with the number of its hook."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return key, hook
    return None


class BasePruningMethod(abc.ABC):
    """A rule for which elements of a parameter become 0.

    A subclass sets ``PRUNING_TYPE`` ("unstructured", "structured" or "global") and defines
    :meth:`compute_mask`. Before each forward of the module the parameter is computed anew from
    ``<name>_orig``, which is trained, and ``<name>_mask``.

    Example:
        >>> import taut
        >>> from taut.nn.utils import prune
        >>> class EverySecond(prune.BasePruningMethod):
        ...     PRUNING_TYPE = "unstructured"
        ...     def compute_mask(self, t, default_mask):
        ...         mask = default_mask.clone()
        ...         mask.view(-1)[::2] = 0
        ...         return mask
        >>> layer = taut.nn.Linear(4, 1, bias=False)
        >>> _ = EverySecond.apply(layer, "weight")
        >>> layer.weight_mask
        tensor([[0., 1., 0., 1.]])
    """

    PRUNING_TYPE: str
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        module._set_computed(self._tensor_name, self.apply_mask(module))

    @abc.abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """A mask of the shape of ``t``, 0 where it is pruned.

        Args:
            t: the scores of the elements, usually their values.
            default_mask: what earlier methods left.
        """

    def apply_mask(self, module: Module) -> Tensor:
        """The parameter of ``module`` with its mask applied; differentiable."""
        orig = getattr(module, self._tensor_name + "_orig")
        mask = getattr(module, self._tensor_name + "_mask")
        return mask.to(dtype=orig.dtype) * orig

    @classmethod
    def apply(
        cls,
        module: Module,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> BasePruningMethod:
        """Prunes a parameter, under all its names within ``module``.

        Args:
            module: the module, or a network that contains it.
            name: the name of the parameter, or its path.
            importance_scores: what :meth:`compute_mask` is given instead of the values.
            *args, **kwargs: for the method.

        Returns:
            The method that is registered; a :class:`PruningContainer` from the second on.

        Raises:
            AssertionError: scores of another shape.
        """
        owner, last = locate(module, name)
        before = find_method(owner, last)
        method = cls(*args, **kwargs)
        method._tensor_name = last
        if before is not None:
            method = _combined(before[1], method)
        value = getattr(owner, last)
        scores = value if importance_scores is None else importance_scores
        if scores.shape != value.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of "
                f"{type(module).__name__}, got {scores.shape} vs {value.shape}"
            )
        with taut.no_grad():
            kept = (
                taut.ones_like(value) if before is None else getattr(owner, last + "_mask").clone()
            )
            mask = method.compute_mask(scores.detach(), default_mask=kept)
        if before is None:
            uses = find_uses(module, name)
        else:
            uses = _original_uses(module, name)
        for use in uses:
            _install(use, method, mask, fresh=before is None)
        return method

    def prune(
        self,
        t: Tensor,
        default_mask: Tensor | None = None,
        importance_scores: Tensor | None = None,
    ) -> Tensor:
        """``t`` with the mask that the method computes for it; differentiable.

        Raises:
            AssertionError: scores of another shape.
        """
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError(
                "importance_scores should have the same shape as tensor t, got "
                f"{scores.shape} vs {t.shape}"
            )
        kept = taut.ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=kept)

    def remove(self, module: Module, name: str | None = None) -> None:
        """Makes the pruned values the parameter's own, under all its names within ``module``."""
        path = name or self._tensor_name
        uses = _original_uses(module, path)
        original = uses[0].tensor
        with taut.no_grad():
            original.detach().copy_(self.apply_mask(uses[0].module))
        for use in uses:
            found = find_method(use.module, use.name)
            if found is not None:
                del use.module._forward_pre_hooks[found[0]]
            use.module._set_computed(use.name, None)
            del use.module._parameters[use.name + "_orig"]
            del use.module._buffers[use.name + "_mask"]
            use.module.register_parameter(use.name, use.tensor)
            use.module._find_hooks()


def _original_uses(module: Module, path: str) -> list[Use]:
    """The places of a parameter that is pruned already, by the names that it had before."""
    return [
        use._replace(name=use.name.removesuffix("_orig"))
        for use in find_uses(module, path + "_orig")
    ]


def _combined(before: BasePruningMethod, method: BasePruningMethod) -> PruningContainer:
    """A container of the methods so far and another."""
    container = PruningContainer(*(before if isinstance(before, PruningContainer) else (before,)))
    container._tensor_name = method._tensor_name
    container.add_pruning_method(method)
    return container


def _install(use: Use, method: BasePruningMethod, mask: Tensor, fresh: bool) -> None:
    """Registers mask and method for one name of a parameter."""
    module, name = use.module, use.name
    if fresh:
        del module._parameters[name]
        module.register_parameter(name + "_orig", use.tensor)
    else:
        found = find_method(module, name)
        if found is not None:
            del module._forward_pre_hooks[found[0]]
    module.register_buffer(name + "_mask", mask if use.layout is None else use.layout.of(mask))
    if method._tensor_name != name:
        method = copy.copy(method)
        method._tensor_name = name
    module._set_computed(name, method.apply_mask(module))
    module.register_forward_pre_hook(method)


class PruningContainer(BasePruningMethod):
    """Pruning methods applied one after another, each to what the earlier ones left.

    Args:
        *args: the methods.

    Example:
        >>> import taut
        >>> from taut.nn.utils import prune
        >>> layer = taut.nn.Linear(10, 1, bias=False)
        >>> _ = prune.L1Unstructured.apply(layer, "weight", 4)
        >>> len(prune.L1Unstructured.apply(layer, "weight", 2))
        2
        >>> int(layer.weight_mask.sum())
        4
    """

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Adds a method for the same name.

        Raises:
            TypeError: not a pruning method.
            ValueError: a method for another name.
        """
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and method._tensor_name != self._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)  # type: ignore[operator]

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of the last method, computed where earlier ones left something."""
        method = self._pruning_methods[-1]
        part = _part_left(method, t, default_mask)
        mask = default_mask.to(dtype=t.dtype).clone()
        partial = method.compute_mask(t[part], default_mask=default_mask[part])
        mask[part] = partial.to(dtype=mask.dtype)
        return mask


def _part_left(method: BasePruningMethod, t: Tensor, mask: Tensor) -> Any:
    """An index of what a method is to look at."""
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    if method.PRUNING_TYPE == "global":
        return (slice(None),) * t.dim()
    if method.PRUNING_TYPE != "structured":
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
    if not hasattr(method, "dim"):
        raise AttributeError(
            'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
        )
    if method.dim < -t.dim():
        raise IndexError(f"Index is out of bounds for tensor with dimensions {t.dim()}")
    dim = method.dim % t.dim()
    others = [d for d in range(t.dim()) if d != dim]
    part: list[Any] = [slice(None)] * t.dim()
    part[dim] = mask.sum(dim=others) != 0
    return tuple(part)


# -- amounts -----------------------------------------------------------------------------------------


def check_amount(amount: Any) -> None:
    """Raises unless ``amount`` is a fraction or a count."""
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, numbers.Integral)
    if (whole and amount < 0) or (not whole and not 0.0 <= float(amount) <= 1.0):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
        )


def count_of(amount: Any, size: int) -> int:
    """How many of ``size`` units an amount is.

    Raises:
        ValueError: more than there are.
    """
    if not isinstance(amount, numbers.Integral):
        return round(float(amount) * size)
    if amount > size:  # type: ignore[operator]
        raise ValueError(
            f"amount={amount} should be smaller than the number of parameters to prune={size}"
        )
    return int(amount)

"""What distributions share: parameters brought to one shape, probabilities and logits, lazy values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut.nn import functional as F  # noqa: N812

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits"]


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the tensors' type.

    Raises:
        ValueError: neither a number nor a tensor.

    Example:
        >>> import taut
        >>> from taut.distributions.utils import broadcast_all
        >>> broadcast_all(1, taut.tensor([2.0, 3.0]))
        (tensor([1., 1.]), tensor([2., 3.]))
    """
    if not all(isinstance(v, (Tensor, int, float)) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing "
            "__torch_function__."
        )
    if not all(isinstance(v, Tensor) for v in values):
        dtype = next((v.dtype for v in values if isinstance(v, Tensor)), taut.get_default_dtype())
        values = tuple(v if isinstance(v, Tensor) else taut.tensor(v, dtype=dtype) for v in values)
    return tuple(taut.broadcast_tensors(*values))


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities off 0 and 1 by the type's epsilon, so that their logarithms are finite.

    Example:
        >>> import taut
        >>> from taut.distributions import utils
        >>> utils.clamp_probs(taut.tensor([0.0, 0.5]))
        tensor([1.1921e-07, 5.0000e-01])
    """
    eps = taut.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Log odds of binary probabilities; logarithms of others.

    Example:
        >>> import taut
        >>> from taut.distributions import utils
        >>> utils.probs_to_logits(taut.tensor([0.5]), is_binary=True)
        tensor([0.])
    """
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """The inverse of :func:`probs_to_logits`.

    Example:
        >>> import taut
        >>> from taut.distributions import utils
        >>> utils.logits_to_probs(taut.tensor([0.0, 0.0]))
        tensor([0.5000, 0.5000])
    """
    return logits.sigmoid() if is_binary else F.softmax(logits, dim=-1)


class lazy_property:  # noqa: N801
    """A property that is computed once, with gradients, and then an ordinary attribute.

    Example:
        >>> import taut
        >>> from taut.distributions import utils
        >>> class Circle:
        ...     @utils.lazy_property
        ...     def area(self):
        ...         return taut.tensor(3.0)
        >>> Circle().area
        tensor(3.)
    """

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        with taut.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value

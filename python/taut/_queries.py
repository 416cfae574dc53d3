"""Questions about tensors, as functions."""

from __future__ import annotations

from typing import Any

from taut._tensor import Tensor

__all__ = [
    "get_device",
    "is_complex",
    "is_conj",
    "is_floating_point",
    "is_inference",
    "is_neg",
    "is_nonzero",
    "is_same_size",
    "is_signed",
    "is_storage",
    "numel",
    "typename",
]


def _tensor(function: str, value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{function}(): argument 'input' (position 1) must be Tensor, not {type(value).__name__}"
        )
    return value


def numel(input: Tensor) -> int:  # noqa: A002
    """The number of elements.

    Example:
        >>> import taut
        >>> taut.numel(taut.zeros(2, 3))
        6
    """
    return _tensor("numel", input).numel()


def is_floating_point(input: Tensor) -> bool:  # noqa: A002
    """Whether the element type is a floating point type.

    Example:
        >>> import taut
        >>> taut.is_floating_point(taut.ones(2)), taut.is_floating_point(taut.arange(2))
        (True, False)
    """
    return _tensor("is_floating_point", input).dtype.is_floating_point


def is_complex(input: Tensor) -> bool:  # noqa: A002
    """False: there are no complex types.

    Example:
        >>> import taut
        >>> taut.is_complex(taut.ones(2))
        False
    """
    return _tensor("is_complex", input).is_complex()


def is_signed(input: Tensor) -> bool:  # noqa: A002
    """Whether the element type has negative values.

    Example:
        >>> import taut
        >>> taut.is_signed(taut.ones(2))
        True
    """
    return _tensor("is_signed", input).is_signed()


def is_conj(input: Tensor) -> bool:  # noqa: A002
    """False: there are no complex types to be conjugated lazily.

    Example:
        >>> import taut
        >>> taut.is_conj(taut.ones(2))
        False
    """
    return _tensor("is_conj", input).is_conj()


def is_neg(input: Tensor) -> bool:  # noqa: A002
    """False: nothing is negated lazily.

    Example:
        >>> import taut
        >>> taut.is_neg(taut.ones(2))
        False
    """
    return _tensor("is_neg", input).is_neg()


def is_inference(input: Tensor) -> bool:  # noqa: A002
    """Whether the tensor was made in inference mode.

    Example:
        >>> import taut
        >>> taut.is_inference(taut.ones(2))
        False
    """
    return _tensor("is_inference", input).is_inference()


def is_nonzero(input: Tensor) -> bool:  # noqa: A002
    """Whether the one element is not 0.

    Raises:
        RuntimeError: not one element.

    Example:
        >>> import taut
        >>> taut.is_nonzero(taut.tensor([0.0]))
        False
    """
    return bool(_tensor("is_nonzero", input))


def is_same_size(input: Tensor, other: Tensor) -> bool:  # noqa: A002
    """Whether two tensors have one shape.

    Example:
        >>> import taut
        >>> taut.is_same_size(taut.ones(2), taut.zeros(2))
        True
    """
    return _tensor("is_same_size", input).is_same_size(other)


def get_device(input: Tensor) -> int:  # noqa: A002
    """-1: the CPU.

    Example:
        >>> import taut
        >>> taut.get_device(taut.ones(2))
        -1
    """
    return _tensor("get_device", input).get_device()


def is_storage(obj: Any) -> bool:
    """Whether obj is a storage.

    Example:
        >>> import taut
        >>> taut.is_storage(taut.ones(2).untyped_storage())
        True
    """
    from taut.storage import UntypedStorage

    return isinstance(obj, UntypedStorage)


def typename(obj: Any) -> str:
    """The name of a type or of an object's type, with its module; of a tensor as ``x.type()``.

    Example:
        >>> import taut
        >>> taut.typename(taut.zeros(2)), taut.typename(3)
        ('torch.FloatTensor', 'int')
    """
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None) or ""
    name = named.__qualname__
    return name if module in ("", "builtins") else f"{module}.{name}"

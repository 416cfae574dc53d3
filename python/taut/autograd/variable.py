"""``Variable``: what tensors with gradients were called once."""

from __future__ import annotations

from typing import Any

from taut import Tensor

__all__ = ["Variable"]


class _VariableType(type):
    """Every tensor is a Variable."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, Tensor)

    def __call__(cls, data: Tensor, requires_grad: bool = False, volatile: Any = None) -> Tensor:
        """The tensor, cut off its history, that requires a gradient or not."""
        return data.detach().requires_grad_(requires_grad)


class Variable(metaclass=_VariableType):
    """``Variable(tensor, requires_grad=True)`` is a tensor; every tensor is a Variable."""

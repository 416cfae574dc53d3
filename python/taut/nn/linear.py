"""Linear layers."""

from __future__ import annotations

import math
from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init
from taut.nn.lazy import LazyModuleMixin
from taut.nn.module import Module
from taut.nn.parameter import Parameter, UninitializedParameter, is_lazy

__all__ = ["Bilinear", "Identity", "LazyLinear", "Linear"]


class Identity(Module):
    """Returns its input; takes and ignores any arguments.

    Example:
        >>> import taut
        >>> taut.nn.Identity()(taut.ones(2))
        tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    r"""The affine map :math:`y = x W^T + b`.

    Args:
        in_features: size of the last dimension of the input.
        out_features: size of the last dimension of the result.
        bias: whether to add ``b``.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Shape:
        input (..., in_features), result (..., out_features); weight (out_features, in_features).

    Both are drawn from :math:`U(-1/\sqrt{in}, 1/\sqrt{in})`.

    Example:
        >>> import taut
        >>> taut.nn.Linear(4, 8)(taut.zeros(2, 4)).shape
        torch.Size([2, 8])
    """

    @on_device
    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(taut.empty((out_features, in_features), dtype=dtype))
        if bias:
            self.bias = Parameter(taut.empty(out_features, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self._reset_bias()

    def _reset_bias(self) -> None:
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class NonDynamicallyQuantizableLinear(Linear):
    """A :class:`Linear` under the name that PyTorch prints inside MultiheadAttention."""


class LazyLinear(LazyModuleMixin, Linear):
    """A :class:`Linear` whose ``in_features`` is the last size of its first input.

    Args:
        out_features: size of the last dimension of the result.
        bias: whether to add a bias.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Example:
        >>> import taut
        >>> layer = taut.nn.LazyLinear(2)
        >>> _ = layer(taut.zeros(1, 3))
        >>> layer
        Linear(in_features=3, out_features=2, bias=True)
    """

    cls_to_become = Linear

    @on_device
    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(dtype=dtype)

    def reset_parameters(self) -> None:
        """Draws weight and bias once they have a shape."""
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Takes ``in_features`` from the first input."""
        self.in_features = input.shape[-1]
        known = not is_lazy(self.weight)  # loaded, or given a shape by a module it is tied to
        with taut.no_grad():
            if not known:
                self.weight.materialize((self.out_features, self.in_features))  # type: ignore[attr-defined]
            if self.bias is not None and is_lazy(self.bias):
                self.bias.materialize((self.out_features,))  # type: ignore[attr-defined]
                if known:
                    self._reset_bias()
            if not known:
                self.reset_parameters()


class Bilinear(Module):
    r"""The bilinear map :math:`y_o = x_1^T A_o x_2 + b_o`.

    Args:
        in1_features: size of the last dimension of the first input.
        in2_features: size of the last dimension of the second input.
        out_features: size of the last dimension of the result.
        bias: whether to add ``b``.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Example:
        >>> import taut
        >>> taut.nn.Bilinear(2, 3, 4)(taut.rand(5, 2), taut.rand(5, 3)).shape
        torch.Size([5, 4])
    """

    @on_device
    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got {in1_features}")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(taut.empty((out_features, in1_features, in2_features), dtype=dtype))
        if bias:
            self.bias = Parameter(taut.empty(out_features, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        bound = 1 / math.sqrt(self.weight.size(1))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )

"""Activations as modules. Each calls the function of the same name in ``taut.nn.functional``."""

from __future__ import annotations

from typing import Any

import taut
from taut import Tensor
from taut._device import on_device
from taut.nn import functional as F
from taut.nn import init as initialisers
from taut.nn.module import Module
from taut.nn.multihead import MultiheadAttention
from taut.nn.parameter import Parameter

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "MultiheadAttention",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class _InPlace(Module):
    """An activation that may overwrite its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_InPlace):
    """max(x, 0), elementwise; ``inplace`` overwrites the input.

    Example:
        >>> import taut
        >>> taut.nn.ReLU()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.0000, 0.5000, 3.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return input.relu_() if self.inplace else taut.relu(input)


class ReLU6(_InPlace):
    """min(max(x, 0), 6), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.ReLU6()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.0000, 0.5000, 3.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.relu6(input, self.inplace)


class SiLU(_InPlace):
    """x sigmoid(x), elementwise. Source: Elfwing et al., 2018.

    Example:
        >>> import taut
        >>> taut.nn.SiLU()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.2384,  0.3112,  2.8577])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, self.inplace)


class Mish(_InPlace):
    """x tanh(softplus(x)), elementwise. Source: Misra, 2019.

    Example:
        >>> import taut
        >>> taut.nn.Mish()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.2525,  0.3752,  2.9865])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, self.inplace)


class SELU(_InPlace):
    """scale (max(0, x) + min(0, alpha (exp(x) - 1))). Source: Klambauer et al., 2017.

    Example:
        >>> import taut
        >>> taut.nn.SELU()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.5202,  0.5254,  3.1521])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)


class Hardsigmoid(_InPlace):
    """min(max(x / 6 + 1/2, 0), 1), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.Hardsigmoid()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.1667, 0.5833, 1.0000])
    """

    def extra_repr(self) -> str:
        return ""  # as PyTorch prints it, in place or not

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


class Hardswish(_InPlace):
    """x min(max(x + 3, 0), 6) / 6, elementwise. Source: Howard et al., 2019.

    Example:
        >>> import taut
        >>> taut.nn.Hardswish()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.3333,  0.2917,  3.0000])
    """

    def extra_repr(self) -> str:
        return ""  # as PyTorch prints it, in place or not

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)


class Sigmoid(Module):
    """1 / (1 + exp(-x)), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.Sigmoid()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.1192, 0.6225, 0.9526])
    """

    def forward(self, input: Tensor) -> Tensor:
        return taut.sigmoid(input)


class Tanh(Module):
    """tanh(x), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.Tanh()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.9640,  0.4621,  0.9951])
    """

    def forward(self, input: Tensor) -> Tensor:
        return taut.tanh(input)


class Tanhshrink(Module):
    """x - tanh(x), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.Tanhshrink()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.0360,  0.0379,  2.0049])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class Softsign(Module):
    """x / (1 + |x|), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.Softsign()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.6667,  0.3333,  0.7500])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class LogSigmoid(Module):
    """log(sigmoid(x)), elementwise.

    Example:
        >>> import taut
        >>> taut.nn.LogSigmoid()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-2.1269, -0.4741, -0.0486])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class _Scaled(_InPlace):
    """An activation with one number alpha."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class ELU(_Scaled):
    """x for x > 0, else alpha (exp(x) - 1). Source: Clevert et al., 2015.

    Example:
        >>> import taut
        >>> taut.nn.ELU()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.8647,  0.5000,  3.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Scaled):
    """max(0, x) + min(0, alpha (exp(x / alpha) - 1)). Source: Barron, 2017.

    Example:
        >>> import taut
        >>> taut.nn.CELU(2.0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.2642,  0.5000,  3.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)


class LeakyReLU(_InPlace):
    """x for x > 0, else negative_slope x.

    Example:
        >>> import taut
        >>> taut.nn.LeakyReLU(0.1)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.2000,  0.5000,  3.0000])
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class RReLU(_InPlace):
    """LeakyReLU whose slope is drawn from U(lower, upper) in training. Source: Xu et al., 2015.

    Example:
        >>> import taut
        >>> taut.nn.RReLU(0.25, 0.75).eval()(taut.tensor([-1.0, 1.0]))
        tensor([-0.5000,  1.0000])
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.lower = lower
        self.upper = upper

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"lower={self.lower}, upper={self.upper}{inplace}"


class GELU(Module):
    """x times the normal distribution function of x; "tanh" approximates it.

    Source: Hendrycks and Gimpel, 2016.

    Example:
        >>> import taut
        >>> taut.nn.GELU()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-0.0455,  0.3457,  2.9960])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Hardtanh(_InPlace):
    """x restricted to [min_val, max_val].

    Example:
        >>> import taut
        >>> taut.nn.Hardtanh()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        if max_val <= min_val:
            raise AssertionError("max_val must be larger than min_val")
        self.min_val = min_val
        self.max_val = max_val

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"min_val={self.min_val}, max_val={self.max_val}{inplace}"


class Threshold(_InPlace):
    """x where it is above ``threshold``, else ``value``.

    Example:
        >>> import taut
        >>> taut.nn.Threshold(1.0, 9.0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([9., 9., 3.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold = threshold
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        inplace = ", inplace=True" if self.inplace else ""
        return f"threshold={self.threshold}, value={self.value}{inplace}"


class Softplus(Module):
    """log(1 + exp(beta x)) / beta; x itself where beta x is above ``threshold``.

    Example:
        >>> import taut
        >>> taut.nn.Softplus()(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.1269, 0.9741, 3.0486])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class _Shrink(Module):
    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Shrink):
    """x moved towards 0 by ``lambd``, 0 within it.

    Example:
        >>> import taut
        >>> taut.nn.Softshrink(1.0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-1.,  0.,  2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)


class Hardshrink(_Shrink):
    """x outside [-lambd, lambd], 0 within.

    Example:
        >>> import taut
        >>> taut.nn.Hardshrink(1.0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-2.,  0.,  3.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)


class GLU(Module):
    """a sigmoid(b), where a and b are the halves of the input along ``dim``.

    Source: Dauphin et al., 2016.

    Example:
        >>> import taut
        >>> taut.nn.GLU()(taut.tensor([2.0, 0.0]))
        tensor([1.])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class PReLU(Module):
    """x for x > 0, else a learned slope times x. Source: He et al., 2015.

    Args:
        num_parameters: 1, or one slope per channel (dimension 1).
        init: the slopes' first value.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: their type.

    Example:
        >>> import taut
        >>> taut.nn.PReLU()(taut.tensor([-1.0, 1.0]))
        tensor([-0.2500,  1.0000], grad_fn=<WhereBackward0>)
    """

    @on_device
    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(taut.empty(num_parameters, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the slopes to ``init``."""
        initialisers.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class _Along(Module):
    """Something along one dimension."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_Along):
    """exp(x), scaled to sum to 1 along ``dim``.

    Example:
        >>> import taut
        >>> taut.nn.Softmax(0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.0062, 0.0754, 0.9184])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmin(_Along):
    """exp(-x), scaled to sum to 1 along ``dim``.

    Example:
        >>> import taut
        >>> taut.nn.Softmin(0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([0.9184, 0.0754, 0.0062])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim, _stacklevel=5)


class LogSoftmax(_Along):
    """The logarithm of :class:`Softmax`.

    Example:
        >>> import taut
        >>> taut.nn.LogSoftmax(0)(taut.tensor([-2.0, 0.5, 3.0]))
        tensor([-5.0851, -2.5851, -0.0851])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Softmax over the channels of (N, C, H, W) or (C, H, W).

    Example:
        >>> import taut
        >>> taut.nn.Softmax2d()(taut.zeros(2, 1, 1)).flatten()
        tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (3, 4):
            raise ValueError(
                f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead"
            )
        return F.softmax(input, -3)

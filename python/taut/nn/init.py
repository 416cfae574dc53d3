"""Initialisers: fill a tensor in place, outside of autograd."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut.nn._init_gate import filled, once, skips

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "once",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

_UNIT_GAIN = frozenset(
    (
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "sigmoid",
    )
)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    r"""The factor by which a nonlinearity shrinks the spread of what passes it, to be made up for.

    ===================== ======================================
    linear, conv, sigmoid 1
    tanh                  5/3
    relu                  :math:`\sqrt 2`
    leaky_relu            :math:`\sqrt{2 / (1 + slope^2)}`, slope 0.01 unless ``param`` says
    selu                  3/4
    ===================== ======================================

    Raises:
        ValueError: unknown name, or a slope that is not a number.

    Example:
        >>> from taut.nn import init
        >>> init.calculate_gain("tanh")
        1.6666666666666667
    """
    if nonlinearity in _UNIT_GAIN:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif not isinstance(param, bool) and isinstance(param, (int, float)):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fills with draws from U(a, b) and returns the tensor.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.uniform_(taut.empty(3))
        tensor([0.4963, 0.7682, 0.0885])
    """
    if skips(tensor, "uniform_", a, b):
        return tensor
    with taut.no_grad():
        return filled(tensor.uniform_(a, b, generator=generator), "uniform_", a, b)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fills with draws from N(mean, std^2) and returns the tensor.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.normal_(taut.empty(3), std=0.01)
        tensor([ 0.0154, -0.0029, -0.0218])
    """
    if skips(tensor, "normal_", mean, std):
        return tensor
    with taut.no_grad():
        return filled(tensor.normal_(mean, std, generator=generator), "normal_", mean, std)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Fills with draws from N(mean, std^2) restricted to [a, b] and returns the tensor.

    Values outside are drawn again; where [a, b] holds less than 30% of the distribution, by
    rejection from a uniform one. Warns when the mean is more than two ``std`` from [a, b].

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.trunc_normal_(taut.empty(3), std=0.02)
        tensor([ 0.0308, -0.0059, -0.0436])
    """

    def cdf(x: float) -> float:
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    if (mean < a - 2 * std) or (mean > b + 2 * std):
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    if skips(tensor, "trunc_normal_", mean, std, a, b):
        return tensor
    with taut.no_grad():
        likely = cdf((b - mean) / std) - cdf((a - mean) / std) > 0.3
        draw = _redraw_normal if likely else _reject_from_uniform
        return filled(draw(tensor, mean, std, a, b, generator), "trunc_normal_", mean, std, a, b)


def _redraw_normal(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any
) -> Tensor:
    # Bounds as the tensor's type holds them, as its values are.
    low, high = (taut.tensor(x, dtype=tensor.dtype).item() for x in (a, b))
    result = tensor.normal_(mean, std, generator=generator)
    while True:
        outside = (result < low) | (result > high)
        if not outside.any():
            return tensor if result is tensor else tensor.copy_(result)
        fresh = taut.empty_like(result).normal_(mean, std, generator=generator)
        result = taut.where(outside, fresh, result)


def _reject_from_uniform(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any
) -> Tensor:
    mode = max(a, min(mean, b))
    log_peak = -0.5 * ((mode - mean) / std) ** 2
    height = taut.empty_like(tensor)

    def rejected(candidates: Tensor) -> Tensor:
        log_density = candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        return height.uniform_(generator=generator).log_().gt(log_density)

    result = tensor.uniform_(a, b, generator=generator)
    pending = rejected(tensor.clone())
    while pending.any():
        candidates = taut.empty_like(tensor).uniform_(a, b, generator=generator)
        result = taut.where(pending, candidates, result)
        pending = taut.where(pending, rejected(candidates), pending)
    return tensor if result is tensor else tensor.copy_(result)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fills with a number and returns the tensor.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> init.constant_(taut.empty(2), 0.3)
        tensor([0.3000, 0.3000])
    """
    if skips(tensor, "constant_", val):
        return tensor
    with taut.no_grad():
        return filled(tensor.fill_(val), "constant_", val)


def ones_(tensor: Tensor) -> Tensor:
    """Fills with 1 and returns the tensor.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> init.ones_(taut.empty(2))
        tensor([1., 1.])
    """
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fills with 0 and returns the tensor.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> init.zeros_(taut.empty(2))
        tensor([0., 0.])
    """
    if skips(tensor, "zeros_"):
        return tensor
    with taut.no_grad():
        return filled(tensor.zero_(), "constant_", 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fills a matrix with the identity and returns it.

    Raises:
        ValueError: not 2-dimensional.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> init.eye_(taut.empty(2, 3))
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    if skips(tensor, "eye_"):
        return tensor
    with taut.no_grad():
        return filled(tensor.copy_(taut.eye(*tensor.shape, dtype=tensor.dtype)), "eye_")


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fills a convolution's weight so that it copies its input channels, and returns it.

    Args:
        tensor: 3, 4 or 5 dimensions: (out, in / groups, *kernel).
        groups: groups of the convolution.

    Raises:
        ValueError: another number of dimensions, or ``out`` not divisible by ``groups``.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> init.dirac_(taut.empty(1, 1, 3))
        tensor([[[0., 1., 0.]]])
    """
    if tensor.ndimension() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    sizes = tensor.size()
    if sizes[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    if skips(tensor, "dirac_", groups):
        return tensor
    per_group = sizes[0] // groups
    center = tuple(n // 2 for n in sizes[2:])
    with taut.no_grad():
        tensor.zero_()
        for g in range(groups):
            for d in range(min(per_group, sizes[1])):
                place = (g * per_group + d, d, *center)
                tensor[place] = 1
    return filled(tensor, "dirac_", groups)


def _fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out): how many inputs an output has, and the reverse."""
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    receptive = math.prod(tensor.shape[2:])
    return tensor.size(1) * receptive, tensor.size(0) * receptive


# PyTorch's name, which programs use.
_calculate_fan_in_and_fan_out = _fans


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Fills from U(-a, a), :math:`a = gain \sqrt{6 / (fan_{in} + fan_{out})}`, and returns it.

    Raises:
        ValueError: fewer than 2 dimensions.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.xavier_uniform_(taut.empty(1, 3))
        tensor([[-0.0092,  0.6570, -1.0080]])
    """
    fan_in, fan_out = _fans(tensor)
    a = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return uniform_(tensor, -a, a, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Fills from N(0, s^2), :math:`s = gain \sqrt{2 / (fan_{in} + fan_{out})}`, and returns it.

    Raises:
        ValueError: fewer than 2 dimensions.

    Source: Glorot and Bengio, 2010.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.xavier_normal_(taut.empty(1, 3))
        tensor([[ 1.0896, -0.2075, -1.5406]])
    """
    fan_in, fan_out = _fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Fills from U(-b, b), :math:`b = gain \sqrt{3 / fan}`, and returns the tensor.

    Args:
        tensor: at least 2 dimensions.
        a: slope of ``leaky_relu``.
        mode: "fan_in" keeps the spread of activations, "fan_out" that of gradients.
        nonlinearity: what follows the layer; see :func:`calculate_gain`.
        generator: source of randomness; the default one if None.

    Raises:
        ValueError: unknown mode or nonlinearity, or fewer than 2 dimensions.

    Source: He et al., "Delving deep into rectifiers", 2015.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.kaiming_uniform_(taut.empty(1, 3), nonlinearity="relu")
        tensor([[-0.0106,  0.7586, -1.1640]])
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Fills from N(0, s^2), :math:`s = gain / \sqrt{fan}`, and returns the tensor.

    Arguments and errors as in :func:`kaiming_uniform_`.

    Source: He et al., 2015.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> _ = taut.manual_seed(0)
        >>> init.kaiming_normal_(taut.empty(1, 3), nonlinearity="relu")
        tensor([[ 1.2582, -0.2396, -1.7790]])
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fills with a matrix of orthogonal rows or columns and returns the tensor.

    More than 2 dimensions count as rows by everything else.

    Raises:
        ValueError: fewer than 2 dimensions.

    Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2013.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> w = init.orthogonal_(taut.empty(2, 3))
        >>> (w @ w.t()).round().abs()
        tensor([[1., 0.],
                [0., 1.]])
    """
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0 or skips(tensor, "orthogonal_", gain):
        return tensor
    rows, cols = tensor.size(0), tensor.numel() // tensor.size(0)
    flat = taut.empty((rows, cols), dtype=tensor.dtype).normal_(0, 1, generator=generator)
    if rows < cols:
        flat = flat.t()
    q, r = taut.linalg.qr(flat)
    # Signs of R's diagonal make the distribution uniform (Mezzadri, 2007).
    q = q * taut.diag(r, 0).sign()
    if rows < cols:
        q = q.t()
    with taut.no_grad():
        tensor.copy_(q.reshape(tensor.shape))
        return filled(tensor.mul_(gain), "orthogonal_", gain)


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fills a matrix from N(0, std^2) with a fraction of every column zero, and returns it.

    Raises:
        ValueError: not 2-dimensional.

    Source: Martens, "Deep learning via Hessian-free optimization", 2010.

    Example:
        >>> import taut
        >>> from taut.nn import init
        >>> (init.sparse_(taut.empty(4, 3), 0.5) == 0).sum(0)
        tensor([2, 2, 2])
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    if skips(tensor, "sparse_", sparsity, std):
        return tensor
    rows, cols = tensor.shape
    zeros = int(math.ceil(sparsity * rows))
    with taut.no_grad():
        tensor.normal_(0, std, generator=generator)
        for col in range(cols):
            tensor[taut.randperm(rows)[:zeros], col] = 0
    return filled(tensor, "sparse_", sparsity, std)


def _deprecated(new: Callable[..., Tensor]) -> Callable[..., Tensor]:
    old_name = new.__name__[:-1]

    def wrapper(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{old_name}` is now deprecated in favor of `nn.init.{new.__name__}`.",
            FutureWarning,
            stacklevel=2,
        )
        return new(*args, **kwargs)

    wrapper.__name__ = old_name
    wrapper.__doc__ = f"The former name of :func:`{new.__name__}`."
    return wrapper


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)

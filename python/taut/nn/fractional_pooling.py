"""Fractional pooling layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taut import Tensor
from taut.nn import functional as F
from taut.nn.module import Module

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]

Sizes = int | Sequence[int]


def _each(value: Sizes, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


class _FractionalMaxPool(Module):
    """The largest elements of windows at drawn distances."""

    _dims = 2

    def __init__(
        self,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name, dims = type(self).__name__, self._dims
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{name} requires specifying either an output size, or a pooling ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        self.kernel_size = _each(kernel_size, dims)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else _each(output_size, dims)
        if isinstance(output_ratio, float):
            output_ratio = (output_ratio,) * dims
        self.output_ratio = None if output_ratio is None else tuple(output_ratio)
        if self.output_ratio is not None and not all(0 < r < 1 for r in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        return getattr(F, f"fractional_max_pool{self._dims}d")(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """:func:`taut.nn.functional.fractional_max_pool2d`, with a size or a ratio of the result.

    Example:
        >>> import taut
        >>> taut.nn.FractionalMaxPool2d(2, output_ratio=0.7)(taut.zeros(1, 9, 9)).shape
        torch.Size([1, 6, 6])
    """


class FractionalMaxPool3d(_FractionalMaxPool):
    """:func:`taut.nn.functional.fractional_max_pool3d`, with a size or a ratio of the result.

    Example:
        >>> import taut
        >>> taut.nn.FractionalMaxPool3d(2, output_size=5)(taut.zeros(1, 9, 9, 9)).shape
        torch.Size([1, 5, 5, 5])
    """

    _dims = 3

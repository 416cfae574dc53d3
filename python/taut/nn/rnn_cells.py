"""Cells of recurrent networks: one step of one layer."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import taut
from taut import _C, Tensor
from taut._autocast_types import in_16_bits, in_state_type
from taut._device import on_device
from taut.nn import init
from taut.nn.module import Module
from taut.nn.parameter import Parameter

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]

_lstm_cell, _gru_cell = in_state_type(_C.lstm_cell), in_state_type(_C.gru_cell)
_tanh_cell, _relu_cell = in_16_bits(_C.rnn_tanh_cell), in_16_bits(_C.rnn_relu_cell)


class RNNCellBase(Module):
    """What the cells share: parameters for ``num_chunks`` gates.

    Example:
        >>> import taut
        >>> cell = taut.nn.RNNCellBase(4, 8, bias=True, num_chunks=3)
        >>> cell.weight_ih.shape
        torch.Size([24, 4])
    """

    __constants__: ClassVar[list[str]] = ["input_size", "hidden_size", "bias"]

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        gates = num_chunks * hidden_size
        self.weight_ih = Parameter(taut.empty((gates, input_size), dtype=dtype))
        self.weight_hh = Parameter(taut.empty((gates, hidden_size), dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            value = Parameter(taut.empty(gates, dtype=dtype)) if bias else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all parameters anew from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size))."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _parameters_in_order(self) -> tuple[Tensor | None, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _check_dims(self, t: Tensor, what: str) -> None:
        if t.dim() not in (1, 2):
            raise ValueError(
                f"{self._get_name()}: Expected {what} to be 1D or 2D, got {t.dim()}D instead"
            )

    def _step(self, function: Any, input: Tensor, hx: Tensor | None) -> Tensor:
        """One step of a cell with one state."""
        self._check_dims(input, "input")
        if hx is not None:
            self._check_dims(hx, "hidden")
        if input.dim() == 2:
            return function(input, hx, *self._parameters_in_order())
        hx = None if hx is None else hx.unsqueeze(0)
        return function(input.unsqueeze(0), hx, *self._parameters_in_order()).squeeze(0)

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        return shown if self.bias else f"{shown}, bias={self.bias}"


class RNNCell(RNNCellBase):
    """One step of :class:`RNN`.

    Args:
        input_size: features of the input.
        hidden_size: features of the state.
        bias: whether there are biases.
        nonlinearity: "tanh" or "relu".
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Shape:
        input (N, input_size), state (N, hidden_size), zeros if not given; result as the state.
        N may be missing.

    Example:
        >>> import taut
        >>> taut.nn.RNNCell(4, 8)(taut.zeros(2, 4)).shape
        torch.Size([2, 8])
    """

    __constants__: ClassVar[list[str]] = ["input_size", "hidden_size", "bias", "nonlinearity"]

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        function = _tanh_cell if self.nonlinearity == "tanh" else _relu_cell
        return self._step(function, input, hx)

    def extra_repr(self) -> str:
        shown = super().extra_repr()
        if self.nonlinearity == "tanh":
            return shown
        return f"{shown}, nonlinearity={self.nonlinearity}"


class LSTMCell(RNNCellBase):
    """One step of :class:`LSTM`.

    Args:
        input_size, hidden_size, bias, device, dtype: see :class:`RNNCell`.

    Shape:
        input (N, input_size), states a pair of (N, hidden_size), zeros if not given; result the
        pair of new ones. N may be missing.

    Example:
        >>> import taut
        >>> cell = taut.nn.LSTMCell(4, 8)
        >>> h, c = cell(taut.zeros(2, 4))
        >>> h, c = cell(taut.ones(2, 4), (h, c))
        >>> h.shape
        torch.Size([2, 8])
    """

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, dtype=dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        self._check_dims(input, "input")
        for i, t in enumerate(hx or ()):
            self._check_dims(t, f"hx[{i}]")
        if input.dim() == 2:
            return _lstm_cell(input, hx, *self._parameters_in_order())
        hx = None if hx is None else (hx[0].unsqueeze(0), hx[1].unsqueeze(0))
        h, c = _lstm_cell(input.unsqueeze(0), hx, *self._parameters_in_order())
        return h.squeeze(0), c.squeeze(0)


class GRUCell(RNNCellBase):
    """One step of :class:`GRU`.

    Args:
        input_size, hidden_size, bias, device, dtype: see :class:`RNNCell`.

    Shape:
        as :class:`RNNCell`.

    Example:
        >>> import taut
        >>> taut.nn.GRUCell(4, 8)(taut.zeros(2, 4)).shape
        torch.Size([2, 8])
    """

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, dtype=dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(_gru_cell, input, hx)

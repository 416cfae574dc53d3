"""Recurrent layers."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any, ClassVar

import taut
from taut import _C, Tensor
from taut._autocast_types import in_16_bits, in_state_type
from taut._device import on_device
from taut.nn import init
from taut.nn.module import Module
from taut.nn.parameter import Parameter
from taut.nn.rnn_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase
from taut.nn.utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

# A state, or the pair of an LSTM.
Hidden = Tensor | tuple[Tensor, Tensor]

_FUNCTIONS = {
    "LSTM": (in_16_bits(_C.lstm), 4),
    "GRU": (in_state_type(_C.gru), 3),
    "RNN_TANH": (in_16_bits(_C.rnn_tanh), 1),
    "RNN_RELU": (in_16_bits(_C.rnn_relu), 1),
}


def _check_options(
    dropout: Any, num_layers: int, bias: Any, batch_first: Any, input_size: Any, hidden_size: Any
) -> None:
    number = isinstance(dropout, numbers.Number) and not isinstance(dropout, bool)
    if not number or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element "
            "being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and "
            f"num_layers={num_layers}",
            stacklevel=4,
        )
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")


class RNNBase(Module):
    """What :class:`RNN`, :class:`LSTM` and :class:`GRU` share.

    Args:
        mode: "LSTM", "GRU", "RNN_TANH" or "RNN_RELU".
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
            device, dtype: see :class:`LSTM`.

    The parameters of layer k are weight_ih_lk, weight_hh_lk, bias_ih_lk, bias_hh_lk and, with
    ``proj_size``, weight_hr_lk; those of the reverse direction end in ``_reverse``.

    Example:
        >>> import taut
        >>> rnn = taut.nn.RNNBase("GRU", 4, 8)
        >>> [name for name, _ in rnn.named_parameters()]
        ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0']
    """

    __constants__: ClassVar[list[str]] = [
        "mode",
        "input_size",
        "hidden_size",
        "num_layers",
        "bias",
        "batch_first",
        "dropout",
        "bidirectional",
        "proj_size",
    ]

    @on_device
    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        _check_options(dropout, num_layers, bias, batch_first, input_size, hidden_size)
        if proj_size < 0:
            raise ValueError(
                "proj_size should be a positive integer or zero to disable projections"
            )
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if mode not in _FUNCTIONS:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse") if bidirectional else ("",):
                self._add_parameters(layer, suffix, dtype)
        self._flat_weights_names = [name for names in self._all_weights for name in names]
        self.reset_parameters()

    def _add_parameters(self, layer: int, suffix: str, dtype: Any) -> None:
        gates = _FUNCTIONS[self.mode][1] * self.hidden_size
        width = self.proj_size or self.hidden_size
        directions = 2 if self.bidirectional else 1
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (gates, self.input_size if layer == 0 else width * directions),
            "weight_hh": (gates, width),
        }
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = []
        for kind, shape in shapes.items():
            names.append(f"{kind}_l{layer}{suffix}")
            self.register_parameter(names[-1], Parameter(taut.empty(shape, dtype=dtype)))
        self._all_weights.append(names)

    def reset_parameters(self) -> None:
        """Draws all parameters anew from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size))."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Does nothing: parameters need not lie together."""

    @property
    def _flat_weights(self) -> list[Tensor]:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    # -- checks ------------------------------------------------------------------------------------

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raises unless the input suits the layer."""
        dtype = getattr(self, self._flat_weights_names[0]).dtype
        if input.dtype != dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        dims = 3 if batch_sizes is None else 2
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. "
                f"Expected {self.input_size}, got {input.size(-1)}"
            )

    def _state_size(
        self, input: Tensor, batch_sizes: Tensor | None, width: int
    ) -> tuple[int, int, int]:
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0 if self.batch_first else 1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, width

    def get_expected_hidden_size(
        self, input: Tensor, batch_sizes: Tensor | None
    ) -> tuple[int, int, int]:
        """The shape that h must have for an input."""
        return self._state_size(input, batch_sizes, self.proj_size or self.hidden_size)

    def check_hidden_size(
        self,
        hx: Tensor,
        expected_hidden_size: tuple[int, int, int],
        msg: str = "Expected hidden size {}, got {}",
    ) -> None:
        """Raises unless a state has the expected shape."""
        if tuple(hx.shape) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Hidden, batch_sizes: Tensor | None) -> None:
        """Raises unless input and state suit the layer and each other."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))  # type: ignore[arg-type]

    def _check_dims(self, input: Tensor, hx: Hidden | None) -> None:
        kind = self.mode.partition("_")[0]
        if input.dim() not in (2, 3):
            got = f"{input.dim()}D tensor" if kind == "RNN" else f"{input.dim()}D"
            raise ValueError(f"{kind}: Expected input to be 2D or 3D, got {got} instead")
        if hx is None or hx.dim() == input.dim():  # type: ignore[union-attr]
            return
        what = "batched 3-D" if input.dim() == 3 else "unbatched 2-D"
        raise RuntimeError(
            f"For {what} input, hx should also be {input.dim()}-D but got {hx.dim()}-D tensor"  # type: ignore[union-attr]
        )

    # -- running -----------------------------------------------------------------------------------

    def permute_hidden(self, hx: Hidden, permutation: Tensor | None) -> Hidden:
        """A state with its sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)  # type: ignore[union-attr]

    def _each(self, hx: Hidden, f: Any) -> Hidden:
        return f(hx)

    def forward(
        self, input: Tensor | PackedSequence, hx: Hidden | None = None
    ) -> tuple[Tensor | PackedSequence, Hidden]:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        self._check_dims(input, hx)
        batched = input.dim() == 3
        if not batched:
            input = input.unsqueeze(0 if self.batch_first else 1)
            hx = None if hx is None else self._each(hx, lambda t: t.unsqueeze(1))
        if hx is None:
            self.check_input(input, None)
        else:
            self.check_forward_args(input, hx, None)
        output, hidden = self._run(input, None, hx)
        if batched:
            return output, hidden
        output = output.squeeze(0 if self.batch_first else 1)
        return output, self._each(hidden, lambda t: t.squeeze(1))

    def _forward_packed(
        self, input: PackedSequence, hx: Hidden | None
    ) -> tuple[PackedSequence, Hidden]:
        data, batch_sizes, sorted_indices, unsorted_indices = input
        if hx is None:
            self.check_input(data, batch_sizes)
        else:
            hx = self.permute_hidden(hx, sorted_indices)
            self.check_forward_args(data, hx, batch_sizes)
        output, hidden = self._run(data, batch_sizes, hx)
        packed = PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices)
        return packed, self.permute_hidden(hidden, unsorted_indices)

    def _run(
        self, input: Tensor, batch_sizes: Tensor | None, hx: Hidden | None
    ) -> tuple[Tensor, Hidden]:
        function = _FUNCTIONS[self.mode][0]
        options = (self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        if batch_sizes is None:
            results = function(input, hx, self._flat_weights, *options, self.batch_first)
        else:
            results = function(input, batch_sizes, hx, self._flat_weights, *options)
        return results[0], results[1] if len(results) == 2 else results[1:]

    def extra_repr(self) -> str:
        shown = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, default in defaults.items():
            if getattr(self, name) != default:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # What PyTorch's modules keep besides, all of it references to the parameters.
        state = {k: v for k, v in state.items() if k not in ("_flat_weights", "_flat_weight_refs")}
        super().__setstate__(state)


def _refuse_projection(proj_size: int | None) -> None:
    if proj_size is not None:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class RNN(RNNBase):
    r"""Elman's network: :math:`h_t = f(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})`.

    Source: Elman, "Finding structure in time", 1990.

    Args:
        input_size, hidden_size, num_layers: see :class:`LSTM`.
        nonlinearity: f, "tanh" or "relu".
        bias, batch_first, dropout, bidirectional, device, dtype: see :class:`LSTM`.

    Shape:
        as :class:`LSTM`, with h for the pair of states.

    Example:
        >>> import taut
        >>> output, h = taut.nn.RNN(4, 8)(taut.zeros(5, 2, 4))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 8]), torch.Size([1, 2, 8]))
    """

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        proj_size: int | None = None,
    ) -> None:
        _refuse_projection(proj_size)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        mode = "RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU"
        options = (num_layers, bias, batch_first, dropout, bidirectional)
        super().__init__(mode, input_size, hidden_size, *options, dtype=dtype)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    r"""Layers of long short-term memory.

    With :math:`a = W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}` cut into i, f, g, o:
    :math:`c_t = \sigma(f) c_{t-1} + \sigma(i) \tanh(g)`, :math:`h_t = \sigma(o) \tanh(c_t)`.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; with projections: Sak,
    Senior and Beaufays, 2014.

    Args:
        input_size: features of the input.
        hidden_size: features of the state.
        num_layers: layers, each fed the outputs of the one before.
        bias: whether there are :math:`b_{ih}` and :math:`b_{hh}`.
        batch_first: (batch, steps, feature) instead of (steps, batch, feature), of the input and
            the outputs but not of the states. Costs nothing, nor gains.
        dropout: probability of dropping an output between layers, in training.
        bidirectional: a second set of layers reads backwards; outputs stand side by side.
        proj_size: if not 0, :math:`h_t` is mapped to that many features by :math:`W_{hr}`.
        device: where they are made: the CPU, or "meta" for no memory.
        dtype: element type of the parameters.

    Shape:
        - input: (T, N, input_size), (T, input_size) or a PackedSequence; states, zeros if not
          given: a pair of (layers * directions, N, hidden_size), or without N.
        - result: outputs (T, N, directions * hidden_size) of the last layer, and the last states.
          ``proj_size`` stands for ``hidden_size`` in outputs and h where given.

    Raises:
        RuntimeError: sizes that do not go together.
        ValueError: an input of another type than the parameters.

    Example:
        >>> import taut
        >>> net = taut.nn.LSTM(4, 8, num_layers=2)
        >>> output, (h, c) = net(taut.zeros(5, 3, 4))
        >>> output.shape, h.shape, c.shape
        (torch.Size([5, 3, 8]), torch.Size([2, 3, 8]), torch.Size([2, 3, 8]))
    """

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        options = (num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("LSTM", input_size, hidden_size, *options, dtype=dtype)

    def get_expected_cell_size(
        self, input: Tensor, batch_sizes: Tensor | None
    ) -> tuple[int, int, int]:
        """The shape that c must have for an input."""
        return self._state_size(input, batch_sizes, self.hidden_size)

    def check_forward_args(self, input: Tensor, hidden: Hidden, batch_sizes: Tensor | None) -> None:
        self.check_input(input, batch_sizes)
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        for i, (t, size) in enumerate(zip(hidden, sizes, strict=True)):
            self.check_hidden_size(t, size, f"Expected hidden[{i}] size {{}}, got {{}}")

    def permute_hidden(self, hx: Hidden, permutation: Tensor | None) -> Hidden:
        if permutation is None:
            return hx
        return hx[0].index_select(1, permutation), hx[1].index_select(1, permutation)

    def _each(self, hx: Hidden, f: Any) -> Hidden:
        return f(hx[0]), f(hx[1])

    def _check_dims(self, input: Tensor, hx: Hidden | None) -> None:
        super()._check_dims(input, None)
        if hx is None or hx[0].dim() == hx[1].dim() == input.dim():
            return
        what = "batched 3-D" if input.dim() == 3 else "unbatched 2-D"
        raise RuntimeError(
            f"For {what} input, hx and cx should also be {input.dim()}-D but got "
            f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
        )


class GRU(RNNBase):
    r"""Layers of gated recurrent units.

    With :math:`r` and :math:`z` the sigmoids of their shares of :math:`W_{ih} x_t + b_{ih}` and
    :math:`W_{hh} h_{t-1} + b_{hh}`: :math:`n = \tanh(W_{in} x_t + b_{in} + r (W_{hn} h_{t-1} +
    b_{hn}))`, :math:`h_t = (1 - z) n + z h_{t-1}`. Source: Cho et al., "Learning phrase
    representations using RNN encoder-decoder", 2014; the reset gate acts after the product, not
    before.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device,
            dtype: see :class:`LSTM`.

    Shape:
        as :class:`LSTM`, with h for the pair of states.

    Example:
        >>> import taut
        >>> output, h = taut.nn.GRU(4, 8, bidirectional=True)(taut.zeros(5, 2, 4))
        >>> output.shape, h.shape
        (torch.Size([5, 2, 16]), torch.Size([2, 2, 8]))
    """

    @on_device
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        proj_size: int | None = None,
    ) -> None:
        _refuse_projection(proj_size)
        options = (num_layers, bias, batch_first, dropout, bidirectional)
        super().__init__("GRU", input_size, hidden_size, *options, dtype=dtype)

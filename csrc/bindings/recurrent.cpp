#include "ops/recurrent.h"

#include <pybind11/stl.h>

#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/packed_sequence.h"

namespace taut {
namespace {

std::vector<Tensor> state_from(const py::object& state) {
  if (state.is_none()) return {};
  if (py::isinstance<py::tuple>(state) || py::isinstance<py::list>(state)) {
    return state.cast<std::vector<Tensor>>();
  }
  return {state.cast<Tensor>()};
}

template <Cell C>
py::object padded(const Tensor& x, const py::object& state, const std::vector<Tensor>& params,
                  bool has_biases, int64_t layers, double dropout, bool train, bool bidirectional,
                  bool batch_first) {
  const RecurrentOptions options{C, has_biases, layers, dropout, train, bidirectional, batch_first};
  const auto results = recurrent(x, {}, state_from(state), params, options);
  return py::reinterpret_steal<py::object>(tuple_of(results));
}

template <Cell C>
py::object packed(const Tensor& data, const Tensor& batch_sizes, const py::object& state,
                  const std::vector<Tensor>& params, bool has_biases, int64_t layers,
                  double dropout, bool train, bool bidirectional) {
  const RecurrentOptions options{C, has_biases, layers, dropout, train, bidirectional, false};
  const auto results = recurrent(data, batch_sizes, state_from(state), params, options);
  return py::reinterpret_steal<py::object>(tuple_of(results));
}

template <Cell C>
void bind_network(py::module_& m, const char* name, const char* doc) {
  using py::arg;
  m.def(name, &packed<C>, arg("data"), arg("batch_sizes"), arg("hx"), arg("params"),
        arg("has_biases"), arg("num_layers"), arg("dropout"), arg("train"), arg("bidirectional"));
  m.def(name, &padded<C>, arg("input"), arg("hx"), arg("params"), arg("has_biases"),
        arg("num_layers"), arg("dropout"), arg("train"), arg("bidirectional"), arg("batch_first"),
        doc);
}

template <Cell C>
PyObject* cell_of(const Values& v) {
  const Tensor params[] = {v.tensor(2), v.tensor(3), v.tensor_or_undefined(4),
                           v.tensor_or_undefined(5)};
  if constexpr (C == Cell::Lstm) {
    const std::vector<Tensor> state = v.given(1) ? tensors_at(v, 1) : std::vector<Tensor>();
    return tuple_of(recurrent_cell(C, v.tensor(0), state, params));
  } else {
    const Tensor state[] = {v.tensor_or_undefined(1)};
    return wrap(recurrent_cell(C, v.tensor(0), state, params)[0]);
  }
}
constexpr Signature kLstmCell{"lstm_cell",
                              {"input", "hx", "w_ih", "w_hh", "b_ih", "b_hh"},
                              4,
                              6,
                              "One step of an LSTM from the pair (h, c) to the next."};
constexpr Signature kGruCell{"gru_cell",
                             {"input", "hx", "w_ih", "w_hh", "b_ih", "b_hh"},
                             4,
                             6,
                             "One step of a gated recurrent unit."};
constexpr Signature kTanhCell{"rnn_tanh_cell",
                              {"input", "hx", "w_ih", "w_hh", "b_ih", "b_hh"},
                              4,
                              6,
                              "tanh(input w_ih^T + b_ih + hx w_hh^T + b_hh)."};
constexpr Signature kReluCell{"rnn_relu_cell",
                              {"input", "hx", "w_ih", "w_hh", "b_ih", "b_hh"},
                              4,
                              6,
                              "relu(input w_ih^T + b_ih + hx w_hh^T + b_hh)."};

// Sequences of several lengths ------------------------------------------------------------------

py::tuple pack_padded_of(const Tensor& input, const Tensor& lengths, bool batch_first) {
  TAUT_CHECK(input.dim() >= 2, IndexError,
             "pack_padded_sequence: the input must have at least 2 dimensions, got ", input.dim());
  const Tensor sizes =
      batch_sizes_of(lengths, input.size(batch_first ? 0 : 1), input.size(batch_first ? 1 : 0));
  return py::make_tuple(pack_padded(input, sizes, batch_first), sizes);
}

py::tuple pad_packed_of(const Tensor& data, const Tensor& batch_sizes, bool batch_first,
                        Scalar value, int64_t total_length) {
  const Padded padded = pad_packed(data, batch_sizes, batch_first, value, total_length);
  return py::make_tuple(padded.data, padded.lengths);
}

Tensor pad_sequence_of(const std::vector<Tensor>& sequences, bool batch_first, Scalar value,
                       const std::string& side) {
  TAUT_CHECK(side == "left" || side == "right", RuntimeError,
             "Expected padding_side to be one of left or right, but got ", side, ".");
  return pad_sequence(sequences, batch_first, value, side == "left");
}

void bind_packed_sequences(py::module_& m) {
  using py::arg;
  m.def("_pack_padded_sequence", &pack_padded_of, arg("input"), arg("lengths"), arg("batch_first"));
  m.def("_pad_packed_sequence", &pad_packed_of, arg("data"), arg("batch_sizes"), arg("batch_first"),
        arg("padding_value"), arg("total_length"));
  m.def("_pad_sequence", &pad_sequence_of, arg("sequences"), arg("batch_first"),
        arg("padding_value"), arg("padding_side"));
}

}  // namespace

void bind_recurrent(py::module_& m) {
  bind_network<Cell::Lstm>(m, "lstm", "Layers of LSTM: the outputs, the last h and the last c.");
  bind_network<Cell::Gru>(m, "gru", "Layers of gated recurrent units: the outputs and the last h.");
  bind_network<Cell::Tanh>(m, "rnn_tanh", "Elman's layers with tanh: the outputs and the last h.");
  bind_network<Cell::Relu>(m, "rnn_relu", "Elman's layers with relu: the outputs and the last h.");
  def_fast<kLstmCell, cell_of<Cell::Lstm>>(m);
  def_fast<kGruCell, cell_of<Cell::Gru>>(m);
  def_fast<kTanhCell, cell_of<Cell::Tanh>>(m);
  def_fast<kReluCell, cell_of<Cell::Relu>>(m);
  bind_packed_sequences(m);
}

}  // namespace taut

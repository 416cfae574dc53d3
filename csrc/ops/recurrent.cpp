#include "ops/recurrent.h"

#include "core/error.h"
#include "ops/creation.h"
#include "ops/dropout.h"
#include "ops/join.h"
#include "ops/recurrent_layer.h"
#include "ops/split.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

const char* name_of(Cell cell) {
  switch (cell) {
    case Cell::Lstm:
      return "lstm";
    case Cell::Gru:
      return "gru";
    case Cell::Tanh:
      return "rnn_tanh";
    default:
      return "rnn_relu";
  }
}

void check_sizes(const char* op, const char* what, const Tensor& t, DimSpan sizes, DType dtype) {
  if (!t.defined()) return;
  TAUT_CHECK(t.dtype() == dtype, RuntimeError, op, ": expected ", what, " of the input's type ",
             dtype, ", got ", t.dtype());
  TAUT_CHECK(same(t.sizes(), sizes), RuntimeError, op, ": expected ", what, " of shape ",
             ShapeText{sizes}, ", got ", ShapeText{t.sizes()});
}

// What weight_ih, weight_hh and, of a projected LSTM, weight_hr say about the layer.
StepShape step_shape(const char* op, Cell cell, const Tensor& weight_hh, const Tensor& weight_hr) {
  TAUT_CHECK(weight_hh.dim() == 2 && weight_hh.size(0) % gates_of(cell) == 0, RuntimeError, op,
             ": weight_hh must be a matrix with ", gates_of(cell), " rows per unit, got shape ",
             ShapeText{weight_hh.sizes()});
  const int64_t n = weight_hh.size(0) / gates_of(cell);
  return {cell, n, weight_hr.defined() ? weight_hh.size(1) : n, weight_hr.defined()};
}

void check_params(const char* op, std::span<const Tensor> params, const LayerShape& shape,
                  int64_t in, DType dtype) {
  const auto& [cell, n, p, projected] = shape.step;
  const int64_t width = gates_of(cell) * n;
  for (auto at = params.begin(); at != params.end();) {
    check_sizes(op, "weight_ih", *at++, Dims{width, in}, dtype);
    check_sizes(op, "weight_hh", *at++, Dims{width, p}, dtype);
    if (shape.biases) {
      check_sizes(op, "bias_ih", *at++, Dims{width}, dtype);
      check_sizes(op, "bias_hh", *at++, Dims{width}, dtype);
    }
    if (projected) check_sizes(op, "weight_hr", *at++, Dims{p, n}, dtype);
  }
}

void check_state_count(const char* op, Cell cell, std::span<const Tensor> state) {
  const std::size_t wanted = cell == Cell::Lstm ? 2 : 1;
  TAUT_CHECK(state.empty() || state.size() == wanted, RuntimeError, op, ": expected ", wanted,
             wanted == 1 ? " hidden state, got " : " hidden states, got ", state.size());
}

// The arguments of a network, checked.
struct Network {
  const char* op;
  RecurrentOptions options;
  LayerShape shape;  // of every layer, for all have the same but for the width of their input
  Sequence sequence;
  bool batch_major;

  Network(const Tensor& x, const Tensor& batch_sizes, std::span<const Tensor> params,
          const RecurrentOptions& o)
      : op(name_of(o.cell)), options(o) {
    TAUT_CHECK(is_floating(x.dtype()), RuntimeError, op, ": the input must be floating-point, got ",
               x.dtype());
    const auto count = static_cast<int64_t>(params.size());
    const int64_t directions = o.bidirectional ? 2 : 1, per = o.biases ? 4 : 2;
    const int64_t times = o.layers * directions;
    const bool projected = o.cell == Cell::Lstm && count == times * (per + 1);
    TAUT_CHECK(o.layers > 0 && (projected || count == times * per), RuntimeError, op, ": expected ",
               per, " parameters for each of ", times, " layers and directions, got ", count);
    shape = {step_shape(op, o.cell, params[1], projected ? params[per] : Tensor()), o.biases,
             directions, false};
    // A packed batch has no batch dimension. Masks of dropout are drawn in the order of time.
    batch_major = o.batch_first && !(o.dropout > 0 && o.train && o.layers > 1);
    const int64_t dims = batch_sizes.defined() ? 2 : 3;
    TAUT_CHECK(x.dim() == dims, RuntimeError, op, ": expected an input of ", dims,
               " dimensions, got ", x.dim());
    if (batch_sizes.defined()) {
      sequence = Sequence::packed(batch_sizes);
      TAUT_CHECK(sequence.rows == x.size(0), RuntimeError, op, ": batch_sizes count ",
                 sequence.rows, " rows, the input has ", x.size(0));
    } else {
      const int64_t steps = x.size(o.batch_first ? 1 : 0), batch = x.size(o.batch_first ? 0 : 1);
      TAUT_CHECK(steps > 0, RuntimeError, "Expected sequence length to be larger than 0 in RNN");
      sequence =
          batch_major ? Sequence::batch_major(steps, batch) : Sequence::time_major(steps, batch);
    }
  }

  // Of one layer: its part of a state of all layers.
  Tensor state_of(std::span<const Tensor> state, std::size_t i, int64_t layer) const {
    if (i >= state.size() || options.layers == 1) return i < state.size() ? state[i] : Tensor();
    return narrow(state[i], 0, layer * shape.directions, shape.directions);
  }
};

// Of a 16-bit type, and nothing of another.
bool in_float32(const Tensor& x, std::span<const Tensor> state, std::span<const Tensor> params) {
  const auto fits = [&](const Tensor& t) { return !t.defined() || t.dtype() == x.dtype(); };
  return is_narrow(x.dtype()) && std::all_of(state.begin(), state.end(), fits) &&
         std::all_of(params.begin(), params.end(), fits);
}

std::vector<Tensor> all_widened(std::span<const Tensor> tensors) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(widened(t));
  return out;
}

SmallVec<Tensor, 3> rounded(SmallVec<Tensor, 3> results, DType type) {
  for (Tensor& t : results) t = taut::rounded(t, type);
  return results;
}

}  // namespace

SmallVec<Tensor, 3> recurrent(const Tensor& x, const Tensor& batch_sizes,
                              std::span<const Tensor> state, std::span<const Tensor> params,
                              const RecurrentOptions& options) {
  if (in_float32(x, state, params)) {
    return rounded(
        recurrent(widened(x), batch_sizes, all_widened(state), all_widened(params), options),
        x.dtype());
  }
  const Network net(x, batch_sizes, params, options);
  const auto& shape = net.shape;
  check_state_count(net.op, options.cell, state);
  for (std::size_t i = 0; i < state.size(); ++i) {
    const Dims sizes{options.layers * shape.directions, net.sequence.batch,
                     i == 0 ? shape.step.p : shape.step.n};
    check_sizes(net.op, i == 0 ? "hidden state h" : "cell state c", state[i], sizes, x.dtype());
  }
  const bool turned = options.batch_first && !net.batch_major;
  const auto per_layer = static_cast<std::size_t>(shape.directions * shape.per_direction());
  Tensor out = turned ? transpose(x, 0, 1) : x;
  std::vector<Tensor> last[2];
  for (int64_t layer = 0; layer < options.layers; ++layer) {
    const auto own = params.subspan(static_cast<std::size_t>(layer) * per_layer, per_layer);
    check_params(net.op, own, shape, out.size(-1), x.dtype());
    const auto results = recurrent_layer(out, net.state_of(state, 0, layer),
                                         net.state_of(state, 1, layer), own, net.sequence, shape);
    out = results[0];
    if (options.dropout > 0 && options.train && layer + 1 < options.layers) {
      out = dropout(out, options.dropout, true);
    }
    for (int64_t i = 1; i < results.size(); ++i) last[i - 1].push_back(results[i]);
  }
  SmallVec<Tensor, 3> all{turned ? transpose(out, 0, 1) : out};
  for (const auto& each : last) {
    if (!each.empty()) all.push_back(each.size() == 1 ? each[0] : cat(each, 0));
  }
  return all;
}

SmallVec<Tensor, 3> recurrent_cell(Cell cell, const Tensor& x, std::span<const Tensor> state,
                                   std::span<const Tensor> params) {
  const std::string op = std::string(name_of(cell)) + "_cell";
  TAUT_CHECK(is_floating(x.dtype()), RuntimeError, op, ": the input must be floating-point, got ",
             x.dtype());
  if (in_float32(x, state, params)) {
    return rounded(recurrent_cell(cell, widened(x), all_widened(state), all_widened(params)),
                   x.dtype());
  }
  TAUT_CHECK(x.dim() == 2, IndexError, op, ": expected an input of 2 dimensions, got ", x.dim());
  check_state_count(op.c_str(), cell, state);
  SmallVec<Tensor, 4> given(params.begin(), params.end());
  const bool biases = given[2].defined() || given[3].defined();
  for (int i = 2; i < 4 && biases; ++i) {
    if (!given[i].defined()) given[i] = zeros(Dims{given[0].size(0)}, x.dtype());
  }
  if (!biases) given.resize(2);
  const LayerShape shape{step_shape(op.c_str(), cell, given[1], {}), biases, 1, true};
  const Dims sizes{x.size(0), shape.step.n};
  for (const Tensor& t : state) check_sizes(op.c_str(), "hidden state", t, sizes, x.dtype());
  check_params(op.c_str(), given, shape, x.size(1), x.dtype());
  return recurrent_layer(x, state.empty() ? Tensor() : state[0],
                         state.size() > 1 ? state[1] : Tensor(), given,
                         Sequence::time_major(1, x.size(0)), shape);
}

}  // namespace taut

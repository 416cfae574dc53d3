#include <vector>

#include "ops/creation.h"
#include "ops/join.h"
#include "ops/matmul.h"
#include "ops/operators.h"
#include "ops/recurrent_layer.h"
#include "ops/split.h"
#include "ops/views.h"

namespace taut {
namespace {

struct State {
  Tensor h, c;
};

// One step of a cell: the input's share of the gates is there already.
State cell_step(const StepShape& shape, const Tensor& input_share, const State& before,
                const Tensor& weight, const Tensor& bias, const Tensor& projection) {
  const Tensor share = linear(before.h, weight, bias);
  switch (shape.cell) {
    case Cell::Tanh:
      return {tanh(input_share + share), {}};
    case Cell::Relu:
      return {relu(input_share + share), {}};
    case Cell::Gru: {
      const auto x = chunk(input_share, 3, -1), y = chunk(share, 3, -1);
      const Tensor reset = sigmoid(x[0] + y[0]), update = sigmoid(x[1] + y[1]);
      const Tensor fresh = tanh(x[2] + reset * y[2]);
      return {fresh + update * (before.h - fresh), {}};
    }
    default: {
      const auto g = chunk(input_share + share, 4, -1);
      const Tensor c = sigmoid(g[1]) * before.c + sigmoid(g[0]) * tanh(g[2]);
      const Tensor h = sigmoid(g[3]) * tanh(c);
      return {projection.defined() ? linear(h, projection, {}) : h, c};
    }
  }
}

// The first rows of a state replaced by those of the sequences that go on.
Tensor joined(const Tensor& moved, const Tensor& before) {
  if (!moved.defined() || moved.size(0) == before.size(0)) return moved;
  const Tensor parts[] = {moved, narrow(before, 0, moved.size(0), before.size(0) - moved.size(0))};
  return cat(parts, 0);
}
Tensor first_rows(const Tensor& t, int64_t rows) {
  return !t.defined() || t.size(0) == rows ? t : narrow(t, 0, 0, rows);
}

Tensor step_rows(const Tensor& t, const Sequence& s, int64_t step) {
  if (t.dim() == 2) return narrow(t, 0, s.row(step), s.active(step));
  return select(t, s.step == 1 ? 0 : 1, step);
}
Tensor all_steps(const std::vector<Tensor>& each, const Tensor& x, const Sequence& s) {
  if (x.dim() == 2) return cat(each, 0);
  return stack(each, s.step == 1 ? 0 : 1);
}

Tensor first_state(const Tensor& t, int64_t direction, const Sequence& s, const LayerShape& shape,
                   int64_t width, DType dtype) {
  if (!t.defined()) return zeros(Dims{s.batch, width}, dtype);
  return shape.alone ? t : select(t, 0, direction);
}

}  // namespace

SmallVec<Tensor, 3> recurrent_reference(const Tensor& x, const Tensor& h, const Tensor& c,
                                        std::span<const Tensor> params, const Sequence& s,
                                        const LayerShape& shape) {
  std::vector<Tensor> outs, hs, cs;
  const bool lstm = shape.step.cell == Cell::Lstm;
  for (int64_t d = 0; d < shape.directions; ++d) {
    const Tensor* w = params.data() + d * shape.per_direction();
    const Tensor none;
    const Tensor &bias_ih = shape.biases ? w[2] : none, &bias_hh = shape.biases ? w[3] : none;
    const Tensor& projection = shape.step.projected ? w[shape.biases ? 4 : 2] : none;
    const Tensor shares = linear(x, w[0], bias_ih);
    State state{first_state(h, d, s, shape, shape.step.p, x.dtype()), {}};
    if (lstm) state.c = first_state(c, d, s, shape, shape.step.n, x.dtype());
    std::vector<Tensor> each(static_cast<std::size_t>(s.steps));
    for (int64_t i = 0; i < s.steps; ++i) {
      const int64_t t = d == 1 ? s.steps - 1 - i : i;
      const State before{first_rows(state.h, s.active(t)), first_rows(state.c, s.active(t))};
      const Tensor share = shape.alone ? shares : step_rows(shares, s, t);
      const State after = cell_step(shape.step, share, before, w[1], bias_hh, projection);
      each[static_cast<std::size_t>(t)] = after.h;
      state = {joined(after.h, state.h), joined(after.c, state.c)};
    }
    if (!shape.alone) outs.push_back(all_steps(each, x, s));
    hs.push_back(state.h), cs.push_back(state.c);
  }
  SmallVec<Tensor, 3> results;
  if (shape.alone) {
    results.push_back(hs[0]);
  } else {
    results.push_back(shape.directions == 1 ? outs[0] : cat(outs, -1));
    results.push_back(stack(hs, 0));
  }
  if (lstm) results.push_back(shape.alone ? cs[0] : stack(cs, 0));
  return results;
}

}  // namespace taut

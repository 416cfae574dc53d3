#include "ops/recurrent_layer.h"

#include <array>
#include <optional>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gemm.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/rows.h"

namespace taut {
namespace {

// Note [Memory of a recurrent layer]
// The input's share of all gates is one product over all steps; the step loop adds the state's
// share and overwrites both by the activations, which backward needs. The states before each step
// are kept rather than those after it: whatever the direction and the lengths, the first step then
// is like any other, backward meets rows that belong together, and the gradient of weight_hh is one
// product over all steps. Outputs are not kept, so they may be changed in place.

Tensor plain(const Tensor& t) { return t.defined() ? contiguous(detach(t)) : t; }

Tensor as_rows(const Tensor& t) {
  const int64_t n = t.size(-1), rows = n == 0 ? 0 : t.numel() / n;
  return alias(t, {rows, n}, {n, 1}, t.offset());
}
Tensor turned(const Tensor& m) {
  return alias(m, {m.size(1), m.size(0)}, {m.stride(1), m.stride(0)}, m.offset());
}

// The parameters of one direction.
struct Weights {
  Tensor ih, hh, bias_ih, bias_hh, hr;
  Weights(std::span<const Tensor> params, const LayerShape& shape, int64_t direction) {
    auto at = params.begin() + direction * shape.per_direction();
    ih = plain(*at++), hh = plain(*at++);
    if (shape.biases) bias_ih = plain(*at++), bias_hh = plain(*at++);
    if (shape.step.projected) hr = plain(*at++);
  }
};

// Factors of one direction; a projection's only where there is one.
template <class T>
struct Factors {
  std::optional<RightFactor<T>> hh, hr;
  const RightFactor<T>* projection() const { return hr ? &*hr : nullptr; }
};

// What backward needs of one direction, each with a row per row of the sequence.
struct Kept {
  Tensor gates, h_before, c_before, kept;
};

Dims state_sizes(const Sequence& s, const LayerShape& shape, int64_t width) {
  return shape.alone ? Dims{s.batch, width} : Dims{shape.directions, s.batch, width};
}

// A copy to be moved on, of x's type: the first state, or the gradient of the last.
Tensor moving_state(const Tensor& t, const Dims& sizes, const Tensor& x) {
  return t.defined() ? clone_contiguous(detach(t)) : zeros_beside(x, sizes, x.dtype());
}

template <class T>
T* data_or_null(const Tensor& t, int64_t offset = 0) {
  return t.defined() ? t.data<T>() + offset : nullptr;
}

// The layer's forward pass; `kept` is filled where not null.
struct Forward {
  const Sequence& s;
  const LayerShape& shape;
  Tensor x;
  SmallVec<Weights, 2> weights;
  bool from_zero;
  Tensor out, h, c;
  SmallVec<Kept, 2> kept;

  template <class T>
  void run(bool recorded) {
    const auto& step = shape.step;
    const DType dtype = x.dtype();
    SmallVec<ForwardSteps<T>, 2> steps;
    std::array<Factors<T>, 2> factors;
    for (int64_t d = 0; d < shape.directions; ++d) {
      const Weights& w = weights[d];
      Kept k;
      k.gates = input_share(w);
      if (recorded) {
        k.h_before = empty(Dims{s.rows, step.p}, dtype);
        if (step.cell == Cell::Lstm) k.c_before = empty(Dims{s.rows, step.n}, dtype);
        if (step.cell == Cell::Gru || step.projected) k.kept = empty(Dims{s.rows, step.n}, dtype);
      }
      Factors<T>& f = factors[static_cast<std::size_t>(d)];
      const int64_t products = s.steps - (from_zero ? 1 : 0);
      f.hh.emplace(w.hh.data<T>(), step.p, w.hh.size(0), 1, step.p, s.batch, products);
      if (step.projected) f.hr.emplace(w.hr.data<T>(), step.n, step.p, 1, step.n, s.batch, s.steps);
      steps.push_back({.reverse = d == 1,
                       .from_zero = from_zero,
                       .state_weight = &*f.hh,
                       .projection = f.projection(),
                       .state_bias = data_or_null<T>(w.bias_hh),
                       .gates = k.gates.data<T>(),
                       .h = h.data<T>() + d * s.batch * step.p,
                       .c = data_or_null<T>(c, d * s.batch * step.n),
                       .out = data_or_null<T>(out, d * step.p),
                       .out_stride = shape.directions * step.p,
                       .h_before = data_or_null<T>(k.h_before),
                       .c_before = data_or_null<T>(k.c_before),
                       .kept = data_or_null<T>(k.kept)});
      kept.push_back(std::move(k));
    }
    run_forward<T>(s, step, steps);
  }

 private:
  // x weight_ih^T and the biases that are added to it as they are.
  Tensor input_share(const Weights& w) const {
    const Tensor gates = empty(Dims{s.rows, w.ih.size(0)}, x.dtype());
    Tensor bias = w.bias_ih;
    if (bias.defined() && shape.step.cell != Cell::Gru) bias = add(bias, w.bias_hh);
    gemm(as_rows(x), turned(w.ih), gates, 1.0, 0.0, bias);
    return gates;
  }
};

class RecurrentBackward final : public FusedNode {
 public:
  RecurrentBackward(const Tensor& x, const Tensor& h, const Tensor& c,
                    std::span<const Tensor> params, const Sequence& sequence,
                    const LayerShape& shape, SmallVec<Kept, 2> kept)
      : sequence_(sequence), shape_(shape), kept_(std::move(kept)) {
    for (const Tensor& t : {x, h, c}) save(t);
    for (const Tensor& t : params) save(t);
    num_outputs = shape.alone ? 1 : 2;
    if (shape.step.cell == Cell::Lstm) ++num_outputs;
  }
  const char* name() const override {
    switch (shape_.step.cell) {
      case Cell::Lstm:
        return "LstmBackward0";
      case Cell::Gru:
        return "GruBackward0";
      case Cell::Tanh:
        return "RnnTanhBackward0";
      default:
        return "RnnReluBackward0";
    }
  }
  SmallVec<Tensor, 4> inputs() const override {
    SmallVec<Tensor, 4> values;
    for (const auto& s : saved_) values.push_back(s.defined() ? s.unpack(*this) : Tensor());
    return values;
  }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const auto results =
        recurrent_reference(in[0], in[1], in[2], in.subspan(kParams), sequence_, shape_);
    return {results.begin(), results.end()};
  }
  void kernel(GradFrame& frame) override {
    const auto in = inputs();
    if (in[0].is_meta()) return give_shapes(frame, in);
    visit_floating(in[0].dtype(), [&]<class T>() { run<T>(frame, in); });
  }
  void each_saved(SavedValues& values) override {
    for (auto& s : saved_) values(s);
    for (Kept& k : kept_) {
      for (Tensor* t : {&k.gates, &k.h_before, &k.c_before, &k.kept}) values(*t);
    }
  }

 private:
  static constexpr int kParams = 3;  // x, h and c come before the parameters

  // Gradients of one direction, each with a row per row of the sequence.
  struct Grads {
    Tensor gates, product, projected;
  };

  void save(const Tensor& t) { saved_.push_back(t.defined() ? SavedTensor(t) : SavedTensor()); }

  // Gradients without values, on the meta device.
  static void give_shapes(GradFrame& frame, std::span<const Tensor> in) {
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      if (in[i].defined() && frame.needs(at)) frame.dest(at, in[i].sizes(), in[i].dtype());
    }
  }

  template <class T>
  void run(GradFrame& frame, std::span<const Tensor> in) {
    const auto& step = shape_.step;
    const int64_t d0 = shape_.alone ? 0 : 1;
    const Tensor dh = moving_state(frame.grad(d0), state_sizes(sequence_, shape_, step.p), in[0]);
    const Tensor dc =
        step.cell == Cell::Lstm
            ? moving_state(frame.grad(d0 + 1), state_sizes(sequence_, shape_, step.n), in[0])
            : Tensor();
    SmallVec<Weights, 2> weights;
    for (int64_t d = 0; d < shape_.directions; ++d) {
      weights.push_back(Weights(in.subspan(kParams), shape_, d));
    }
    SmallVec<Grads, 2> grads;
    const Tensor dout = shape_.alone ? Tensor() : plain(frame.grad(0));
    run_steps<T>(weights, dout, dh, dc, frame.needs(1), grads);
    if (frame.needs(1)) frame.give(1, dh);
    if (frame.needs(2)) frame.give(2, dc);
    const Tensor x = plain(in[0]);
    give_input(frame, x, weights, grads);
    for (int64_t d = 0; d < shape_.directions; ++d) give_params(frame, x, grads[d], d);
  }

  template <class T>
  void run_steps(const SmallVec<Weights, 2>& weights, const Tensor& dout, const Tensor& dh,
                 const Tensor& dc, bool to_first, SmallVec<Grads, 2>& grads) const {
    const auto& [cell, n, p, projected] = shape_.step;
    const int64_t rows = sequence_.rows, batch = sequence_.batch, width = gates_of(cell) * n;
    SmallVec<BackwardSteps<T>, 2> steps;
    std::array<Factors<T>, 2> factors;
    for (int64_t d = 0; d < shape_.directions; ++d) {
      const Kept& k = kept_[d];
      Grads g;
      g.gates = empty(Dims{rows, width}, dh.dtype());
      g.product = cell == Cell::Gru ? empty(Dims{rows, width}, dh.dtype()) : g.gates;
      if (projected) g.projected = empty(Dims{rows, p}, dh.dtype());
      Factors<T>& f = factors[static_cast<std::size_t>(d)];
      const int64_t products = sequence_.steps - (to_first ? 0 : 1);
      f.hh.emplace(weights[d].hh.data<T>(), width, p, p, 1, batch, products);
      if (projected) f.hr.emplace(weights[d].hr.data<T>(), p, n, n, 1, batch, sequence_.steps);
      steps.push_back({.reverse = d == 1,
                       .to_first = to_first,
                       .state_weight = &*f.hh,
                       .projection = f.projection(),
                       .gates = k.gates.data<T>(),
                       .h_before = k.h_before.data<T>(),
                       .c_before = data_or_null<T>(k.c_before),
                       .kept = data_or_null<T>(k.kept),
                       .dout = data_or_null<T>(dout, d * p),
                       .dout_stride = shape_.directions * p,
                       .dh = dh.data<T>() + d * batch * p,
                       .dc = data_or_null<T>(dc, d * batch * n),
                       .dgates = g.gates.data<T>(),
                       .dproduct = g.product.data<T>(),
                       .dprojected = data_or_null<T>(g.projected)});
      grads.push_back(std::move(g));
    }
    run_backward<T>(sequence_, shape_.step, steps);
  }

  void give_input(GradFrame& frame, const Tensor& x, const SmallVec<Weights, 2>& weights,
                  const SmallVec<Grads, 2>& grads) const {
    if (!frame.needs(0)) return;
    const Dest dest = frame.dest(0, x.sizes(), x.dtype());
    for (int64_t d = 0; d < shape_.directions; ++d) {
      gemm(grads[d].gates, weights[d].ih, as_rows(dest.tensor), 1.0, d == 0 ? dest.beta : 1.0);
    }
  }

  void give_params(GradFrame& frame, const Tensor& x, const Grads& g, int64_t d) const {
    int64_t i = kParams + d * shape_.per_direction();
    give_product(frame, i++, g.gates, as_rows(x));
    give_product(frame, i++, g.product, kept_[d].h_before);
    if (shape_.biases) {
      const Tensor sum = give_sum(frame, i++, g.gates, {});
      give_sum(frame, i++, g.product, shape_.step.cell == Cell::Gru ? Tensor() : sum);
    }
    if (shape_.step.projected) give_product(frame, i, g.projected, kept_[d].kept);
  }

  // left^T right to input i.
  static void give_product(GradFrame& frame, int64_t i, const Tensor& left, const Tensor& right) {
    if (!frame.needs(i)) return;
    const Dims sizes{left.size(1), right.size(1)};
    const ScaledDest dest = frame.dest_scaled(i, sizes, left.dtype(), true);
    gemm(turned(left), right, dest.tensor, dest.alpha, dest.beta);
  }
  // The sums of columns to input i, unless they are known already. Returns them.
  static Tensor give_sum(GradFrame& frame, int64_t i, const Tensor& rows, Tensor sum) {
    if (!frame.needs(i)) return sum;
    if (!sum.defined()) sum = taut::sum(rows, Dims{0}, false, {});
    frame.give(i, sum);
    return sum;
  }

  Sequence sequence_;
  LayerShape shape_;
  SmallVec<SavedTensor, 8> saved_;
  SmallVec<Kept, 2> kept_;
};

}  // namespace

SmallVec<Tensor, 3> recurrent_layer(const Tensor& x, const Tensor& h, const Tensor& c,
                                    std::span<const Tensor> params, const Sequence& sequence,
                                    const LayerShape& shape) {
  const auto& step = shape.step;
  const bool lstm = step.cell == Cell::Lstm;
  Forward f{sequence, shape, plain(x), {}, !h.defined(), {}, {}, {}, {}};
  for (int64_t d = 0; d < shape.directions; ++d) f.weights.push_back(Weights(params, shape, d));
  if (!shape.alone) {
    Dims sizes = x.sizes();
    sizes.back() = shape.directions * step.p;
    f.out = empty_beside(x, sizes, x.dtype());
  }
  f.h = moving_state(h, state_sizes(sequence, shape, step.p), x);
  if (lstm) f.c = moving_state(c, state_sizes(sequence, shape, step.n), x);
  const bool recorded = needs_grad(x, h, c) || needs_grad(params);
  if (!x.is_meta()) visit_floating(x.dtype(), [&]<class T>() { f.run<T>(recorded); });
  SmallVec<Tensor, 3> results;
  for (const Tensor& t : {f.out, f.h, f.c}) {
    if (t.defined()) results.push_back(t);
  }
  if (recorded) {
    auto node = make<RecurrentBackward>(x, h, c, params, sequence, shape, std::move(f.kept));
    set_edges(*node, {x, h, c});
    set_edges(*node, params);
    for (int64_t i = 0; i < results.size(); ++i) {
      set_history(results[i], node, static_cast<std::uint32_t>(i));
    }
  }
  return results;
}

}  // namespace taut

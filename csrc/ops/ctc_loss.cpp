// Connectionist temporal classification: one node, a kernel each way, and the paths in operations.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/record.h"
#include "kernels/ctc.h"
#include "ops/autocast.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/join.h"
#include "ops/loss.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/scratch.h"
#include "ops/softmax.h"
#include "ops/split.h"
#include "ops/views.h"

namespace taut {
namespace {

constexpr double kLow = -1e30;  // a logarithm of nothing, whose differences are numbers

// The sequences of a batch: labels one after the other, and where each sequence's begin.
struct Batch {
  int64_t steps, size, classes, blank;
  std::vector<int64_t> labels, first, label_count, step_count;
  bool zero_infinity;
  std::vector<char> impossible;  // no path of this length spells the labels

  int64_t most_labels() const {
    int64_t most = 0;
    for (const int64_t n : label_count) most = std::max(most, n);
    return most;
  }
  int64_t states() const { return 2 * most_labels() + 1; }
  int64_t class_of(int64_t b, int64_t state) const {
    const bool label = state % 2 && state / 2 < label_count[b];
    return label ? labels[first[b] + state / 2] : blank;
  }
  kernels::CtcSequence sequence(int64_t b) const {
    return {step_count[b],  size * classes, classes, labels.data() + first[b],
            label_count[b], blank};
  }
};

void check_lengths(std::span<const int64_t> lengths, const char* name, const Batch& batch,
                   int64_t most) {
  TAUT_CHECK(static_cast<int64_t>(lengths.size()) == batch.size, RuntimeError, "ctc_loss: ", name,
             " must be of size batch_size ", batch.size, ", got ", lengths.size());
  for (const int64_t n : lengths) {
    TAUT_CHECK(n >= 0, RuntimeError, "ctc_loss: Expected ", name,
               " to have value at least 0, but got value ", n);
    TAUT_CHECK(n <= most, RuntimeError, "ctc_loss: Expected ", name, " to have value at most ",
               most, ", but got value ", n);
  }
}

// Targets [N, S], or all behind one another.
void read_targets(const Tensor& given, Batch& batch) {
  int64_t total = 0;
  for (const int64_t n : batch.label_count) total += n;
  const bool rows = given.dim() == 2;
  TAUT_CHECK(!rows || given.size(0) == batch.size, RuntimeError,
             "ctc_loss: Expected targets to have size ", batch.size,
             " at dimension 0, but got size ", given.size(0));
  TAUT_CHECK(!rows || given.size(1) >= batch.most_labels(), RuntimeError,
             "ctc_loss: Expected targets to have size at least ", batch.most_labels(),
             " at dimension 1, but got size ", rows ? given.size(1) : 0);
  TAUT_CHECK(rows || given.numel() == total, RuntimeError,
             "ctc_loss: Expected targets to have size ", total,
             " at dimension 0, the sum of target_lengths, but got size ", given.numel());
  const Tensor flat = contiguous(cast(detach(given), DType::Int64));
  const int64_t* data = flat.data<int64_t>();
  for (int64_t b = 0, begin = 0; b < batch.size; ++b) {
    batch.first.push_back(static_cast<int64_t>(batch.labels.size()));
    for (int64_t i = 0; i < batch.label_count[b]; ++i) {
      const int64_t label = data[(rows ? b * given.size(1) : begin) + i];
      TAUT_CHECK(label >= 0 && label < batch.classes, RuntimeError,
                 "ctc_loss: Expected targets in [0, ", batch.classes, "), but got label ", label);
      batch.labels.push_back(label);
    }
    begin += batch.label_count[b];
  }
}

Batch batch_of(const Tensor& log_probs, const Tensor& targets, std::span<const int64_t> steps,
               std::span<const int64_t> labels, int64_t blank, bool zero_infinity) {
  TAUT_CHECK(log_probs.dim() == 3, RuntimeError,
             "ctc_loss: Expected 3-dimensional log_probs, but got ", log_probs.dim(),
             " dimensions");
  TAUT_CHECK(targets.dim() == 1 || targets.dim() == 2, RuntimeError,
             "ctc_loss: Expected 1 to 2 dimensions, but got ", targets.dim(),
             "-dimensional targets");
  TAUT_CHECK(is_integral(targets.dtype()), RuntimeError, "ctc_loss: targets must be integral, got ",
             targets.dtype());
  TAUT_CHECK(log_probs.numel() > 0, RuntimeError, "ctc_loss: log_probs tensor must not be empty");
  Batch batch{log_probs.size(0),
              log_probs.size(1),
              log_probs.size(2),
              blank,
              {},
              {},
              {},
              {},
              zero_infinity,
              std::vector<char>(log_probs.size(1))};
  TAUT_CHECK(blank >= 0 && blank < batch.classes, RuntimeError,
             "ctc_loss: blank must be in label range [0, ", batch.classes, "), got ", blank);
  check_lengths(steps, "input_lengths", batch, batch.steps);
  check_lengths(labels, "target_lengths", batch, std::numeric_limits<int64_t>::max());
  batch.step_count.assign(steps.begin(), steps.end());
  batch.label_count.assign(labels.begin(), labels.end());
  read_targets(targets, batch);
  return batch;
}

// A table over sequences and states.
template <class T, class F>
Tensor table(int64_t rows, int64_t columns, DType type, F f) {
  const Tensor out = empty(Dims{rows, columns}, type);
  for (int64_t b = 0; b < rows; ++b)
    for (int64_t s = 0; s < columns; ++s) out.data<T>()[b * columns + s] = f(b, s);
  return out;
}

// The log-probability of every prefix at the end of its sequence [N, states], in operations.
Tensor prefixes(const Batch& batch, const Tensor& log_probs) {
  const int64_t n = batch.size, states = batch.states();
  const Tensor classes = table<int64_t>(n, states, DType::Int64,
                                        [&](int64_t b, int64_t s) { return batch.class_of(b, s); });
  const Tensor skips = table<bool>(n, states, DType::Bool, [&](int64_t b, int64_t s) {
    return s % 2 && s > 2 && batch.class_of(b, s) != batch.class_of(b, s - 2);
  });
  const Tensor low = full(Dims{n, 2}, kLow, log_probs.dtype());
  Tensor alpha = full(Dims{n, states}, kLow, log_probs.dtype());
  fill_(select(alpha, 1, 0), 0.0);
  for (int64_t t = 0; t < batch.steps; ++t) {
    Tensor next = alpha;
    if (states > 1) {
      const std::array padded{low, alpha};
      const Tensor wide = cat(padded, 1);
      const std::array ways{alpha, narrow(wide, 1, 1, states),
                            where(skips, narrow(wide, 1, 0, states), kLow)};
      next = logsumexp(stack(ways, 0), Dims{0}, false);
    }
    next = next + gather(select(log_probs, 0, t), 1, classes);
    const Tensor runs =
        table<bool>(n, 1, DType::Bool, [&](int64_t b, int64_t) { return t < batch.step_count[b]; });
    alpha = where(runs, next, alpha);
  }
  return alpha;
}

struct CtcLossBackward final : FusedNode {
  Batch batch;
  SavedTensor log_probs, losses;
  Tensor alpha;  // [N, steps, states]
  explicit CtcLossBackward(Batch b) : batch(std::move(b)) {}
  const char* name() const override { return "CtcLossBackward0"; }
  void each_saved(SavedValues& values) override {
    values(log_probs);
    values(losses);
    values(alpha);
  }
  SmallVec<Tensor, 4> inputs() const override { return {log_probs.unpack(*this)}; }

  // The kernel's derivative is one by logits: of the likelihood and of the sum of the
  // probabilities, which is one.
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const Tensor ends = table<int64_t>(batch.size, 2, DType::Int64, [&](int64_t b, int64_t i) {
      return std::max<int64_t>(2 * batch.label_count[b] - i, 0);
    });
    const Tensor real = table<bool>(batch.size, 2, DType::Bool, [&](int64_t b, int64_t i) {
      return i == 0 || batch.label_count[b] > 0;
    });
    const Tensor found = where(real, gather(prefixes(batch, in[0]), 1, ends), kLow);
    const Tensor runs = table<bool>(batch.steps, batch.size, DType::Bool,
                                    [&](int64_t t, int64_t b) { return t < batch.step_count[b]; });
    const Tensor mass = sum(where(unsqueeze(runs, 2), exp(in[0]), 0.0), Dims{0, 2}, false, {});
    const Tensor loss = mass - detach(mass) - logsumexp(found, Dims{1}, false);
    const Tensor none = table<bool>(batch.size, 1, DType::Bool,
                                    [&](int64_t b, int64_t) { return batch.impossible[b]; });
    return {where(select(none, 1, 0), detach(losses.unpack(*this)), loss)};
  }

  void kernel(GradFrame& frame) override {
    const Tensor x = contiguous(detach(log_probs.unpack(*this)));
    const Tensor g = contiguous(frame.grad());
    const Dest dest = frame.dest(0, x.sizes(), x.dtype());
    if (dest.beta == 0) fill_(dest.tensor, 0.0);
    visit_floating(x.dtype(), [&]<class T>() { run<T>(x, g, dest.tensor); });
  }

 private:
  template <class T>
  void run(const Tensor& x, const Tensor& g, const Tensor& grad) {
    const Tensor loss = losses.unpack(*this);
    LongWork section(batch.steps * batch.size * (batch.states() * 32 + batch.classes * 8));
    parallel_for(0, batch.size, 1, [&](int64_t b, int64_t) {
      if (batch.zero_infinity && batch.impossible[b]) return;
      const Scratch<T> rows(2 * batch.states()), part(batch.classes);
      const kernels::CtcSequence sequence = batch.sequence(b);
      kernels::ctc_backward(x.data<T>() + b * batch.classes, sequence,
                            alpha.data<T>() + b * batch.steps * batch.states(), loss.data<T>()[b],
                            g.data<T>()[b], rows.data(), part.data(),
                            grad.data<T>() + b * batch.classes);
    });
  }
};

template <class T>
void forward(Batch& batch, const Tensor& x, const Tensor& alpha, const Tensor& out) {
  LongWork section(batch.steps * batch.size * batch.states() * 32);
  parallel_for(0, batch.size, 1, [&](int64_t b, int64_t) {
    const T loss = kernels::ctc_forward(x.data<T>() + b * batch.classes, batch.sequence(b),
                                        alpha.data<T>() + b * batch.steps * batch.states());
    batch.impossible[b] = loss == std::numeric_limits<T>::infinity();
    out.data<T>()[b] = batch.zero_infinity && batch.impossible[b] ? T(0) : loss;
  });
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, std::span<const int64_t> steps,
                std::span<const int64_t> labels, int64_t blank, bool zero_infinity) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) {
      return ctc_loss(wide(log_probs), targets, steps, labels, blank, zero_infinity);
    });
  }
  TAUT_CHECK(is_floating(log_probs.dtype()) && !is_narrow(log_probs.dtype()), NotImplementedError,
             "\"ctc_loss\" not implemented for '", scalar_type_name(log_probs.dtype()), "'");
  Batch batch = batch_of(log_probs, targets, steps, labels, blank, zero_infinity);
  const Tensor out = empty_beside(log_probs, Dims{batch.size}, log_probs.dtype());
  const Tensor alpha =
      empty_beside(log_probs, Dims{batch.size, batch.steps, batch.states()}, log_probs.dtype());
  const Tensor x = contiguous(detach(log_probs));
  if (!out.is_meta()) {
    visit_floating(x.dtype(), [&]<class T>() { forward<T>(batch, x, alpha, out); });
  }
  if (needs_grad(log_probs)) {
    auto node = make<CtcLossBackward>(std::move(batch));
    set_edges(*node, {log_probs});
    set_history(out, node);
    node->log_probs = SavedTensor(log_probs);
    node->losses = SavedTensor::output(out);
    node->alpha = alpha;
  }
  return out;
}

}  // namespace taut

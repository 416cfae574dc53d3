// The multi-label margin loss: one node, one kernel each way.
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/record.h"
#include "kernels/multilabel.h"
#include "ops/autocast.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/loss.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/scan.h"
#include "ops/scratch.h"
#include "ops/views.h"

namespace taut {
namespace {

// Rows of scores and, contiguous, of labels.
struct MultilabelMarginBackward final : FusedNode {
  SavedTensor x;
  Tensor labels;
  MultilabelMarginBackward(const Tensor& a, const Tensor& b) : x(a), labels(b) {}
  const char* name() const override { return "MultilabelMarginLossBackward0"; }
  void each_saved(SavedValues& values) override {
    values(x);
    values(labels);
  }
  SmallVec<Tensor, 4> inputs() const override { return {x.unpack(*this)}; }

  // Pairs of a label [N, C, 1] and another class [N, 1, C].
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const int64_t classes = labels.size(1);
    Tensor index, pairs;
    {
      NoGrad guard;
      const Tensor absent = cast(lt(labels, 0.0), DType::Int64);
      const Tensor listed = eq(cumsum(absent, 1, {}), 0.0);
      index = where(listed, labels, 0.0);
      const Tensor among = scatter_reduce(zeros(labels.sizes(), DType::Int64), 1, index,
                                          cast(listed, DType::Int64), "amax", true);
      pairs = logical_and(unsqueeze(listed, 2), unsqueeze(eq(among, 0.0), 1));
    }
    const Tensor z = 1.0 - unsqueeze(gather(in[0], 1, index), 2) + unsqueeze(in[0], 1);
    const Tensor hinge = where(logical_and(pairs, gt(z, 0.0)), z, 0.0);
    return {sum(hinge, Dims{1, 2}, false, {}) / static_cast<double>(classes)};
  }

  void kernel(GradFrame& frame) override {
    const Tensor scores = contiguous(detach(x.unpack(*this))), g = contiguous(frame.grad());
    const Dest dest = frame.dest(0, scores.sizes(), scores.dtype());
    if (dest.beta == 0) fill_(dest.tensor, 0.0);
    visit_floating(scores.dtype(), [&]<class T>() { run<T>(scores, g, dest.tensor); });
  }

 private:
  template <class T>
  void run(const Tensor& scores, const Tensor& g, const Tensor& grad) {
    if (grad.is_meta()) return;
    const int64_t classes = labels.size(1);
    parallel_for(0, labels.size(0), 16, [&](int64_t row, int64_t end) {
      const Scratch<bool> among(classes);
      for (; row < end; ++row) {
        kernels::multilabel_margin_grad(scores.data<T>() + row * classes,
                                        labels.data<int64_t>() + row * classes, classes,
                                        g.data<T>()[row] / static_cast<T>(classes), among.data(),
                                        grad.data<T>() + row * classes);
      }
    });
  }
};

template <class T>
void forward(const Tensor& x, const Tensor& labels, const Tensor& out) {
  const int64_t classes = labels.size(1);
  LongWork section(x.numel() * 8);
  parallel_for(0, labels.size(0), 16, [&](int64_t row, int64_t end) {
    const Scratch<bool> among(classes);
    for (; row < end; ++row) {
      const double total =
          kernels::multilabel_margin(x.data<T>() + row * classes,
                                     labels.data<int64_t>() + row * classes, classes, among.data());
      out.data<T>()[row] = static_cast<T>(total / static_cast<double>(classes));
    }
  });
}

void check(const Tensor& x, const Tensor& target) {
  constexpr const char* op = "multilabel_margin_loss";
  TAUT_CHECK(is_floating(x.dtype()) && !is_narrow(x.dtype()), NotImplementedError, "\"", op,
             "\" not implemented for '", scalar_type_name(x.dtype()), "'");
  TAUT_CHECK(x.dim() <= 2 && (x.dim() == 0 || x.size(-1) > 0), RuntimeError, op,
             ": Expected non-empty vector or matrix with optional 0-dim batch size, but got: ",
             ShapeText{x.sizes()});
  TAUT_CHECK(same(x.sizes(), target.sizes()), RuntimeError, op,
             ": inconsistent target size: ", ShapeText{target.sizes()},
             " for input of size: ", ShapeText{x.sizes()});
  TAUT_CHECK(target.dtype() == DType::Int64, RuntimeError, op,
             ": expected scalar type Long but found ", scalar_type_name(target.dtype()));
}

void check_labels(const Tensor& labels) {
  if (labels.is_meta()) return;
  for (int64_t i = 0; i < labels.numel(); ++i) {
    const int64_t label = labels.data<int64_t>()[i];
    TAUT_CHECK(label >= -1 && label < labels.size(1), RuntimeError,
               "multilabel_margin_loss: target is out of range: expected classes in [-1, ",
               labels.size(1), "), got ", label);
  }
}

}  // namespace

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Mean reduction) {
  if (autocast::on()) {
    return autocast::widened(
        [&](auto wide) { return multilabel_margin_loss(wide(x), target, reduction); });
  }
  check(x, target);
  const int64_t classes = x.dim() ? x.size(-1) : 1, rows = x.dim() == 2 ? x.size(0) : 1;
  const Tensor scores = reshape(x, Dims{rows, classes});
  const Tensor labels = contiguous(reshape(detach(target), Dims{rows, classes}));
  check_labels(labels);
  const Tensor out = empty_beside(x, Dims{rows}, x.dtype()), flat = contiguous(detach(scores));
  if (!out.is_meta()) {
    visit_floating(x.dtype(), [&]<class T>() { forward<T>(flat, labels, out); });
  }
  if (needs_grad(scores)) {
    auto node = make<MultilabelMarginBackward>(scores, labels);
    set_edges(*node, {scores});
    set_history(out, node);
  }
  if (rows == 0 && reduction == Mean::Mean) return sum(out, {}, false, {});  // 0, not 0 / 0
  return reduced(x.dim() == 2 ? out : select(out, 0, 0), reduction);
}

}  // namespace taut

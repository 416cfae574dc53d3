// Losses of class indices: negative log-likelihood, and cross-entropy fused with log_softmax.
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/work.h"
#include "graph/record.h"
#include "kernels/indexing.h"
#include "kernels/rows.h"
#include "ops/accumulate.h"
#include "ops/autocast.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/loss.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/softmax.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

int64_t class_dim(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

void check_shapes(const char* op, const Tensor& x, const Tensor& target) {
  check_floating(op, x);
  Dims expected = x.sizes();
  expected.erase(class_dim(x));
  const int64_t batch = target.dim() == 0 ? 0 : target.size(0);
  TAUT_CHECK(x.dim() == 1 || (target.dim() > 0 && x.size(0) == batch), ValueError, op,
             ": Expected input batch_size (", x.size(0), ") to match target batch_size (", batch,
             ").");
  TAUT_CHECK(x.dim() != 1 || target.dim() != 1 || batch == 1, ValueError, op,
             ": For 1D input, 1D target must have size 1, but got target size: ", batch);
  TAUT_CHECK(target.dtype() == DType::Int64 || target.dtype() == DType::UInt8, RuntimeError, op,
             ": expected target dtype to be Long or Byte, but found ",
             scalar_type_name(target.dtype()));
  const bool one = x.dim() == 1 && target.numel() == 1 && target.dim() <= 1;
  TAUT_CHECK(one || same(expected, target.sizes()), RuntimeError, op, ": Expected target size ",
             ShapeText{expected}, ", got ", ShapeText{target.sizes()});
}

// The problem as rows: logits [rows, classes], recorded, and int64 targets [rows].
struct Rows {
  Tensor x, target;
  Dims result;  // of the losses without reduction
};
void check_targets(const char* op, const Tensor& target, int64_t classes, int64_t ignore_index) {
  if (target.is_meta()) return;
  const int64_t* t = target.data<int64_t>();
  for (int64_t i = 0; i < target.numel(); ++i) {
    TAUT_CHECK(t[i] == ignore_index || (t[i] >= 0 && t[i] < classes), IndexError, op, ": Target ",
               t[i], " is out of bounds.");
  }
}

Rows as_rows(const char* op, const Tensor& x, const Tensor& target, const Tensor& weight,
             int64_t ignore_index) {
  check_shapes(op, x, target);
  const int64_t classes = x.size(class_dim(x));
  TAUT_CHECK(!weight.defined() || (weight.dim() == 1 && weight.numel() == classes), RuntimeError,
             op, ": weight tensor should be defined either for all ", classes,
             " classes or no classes but got weight tensor of shape: ",
             weight.defined() ? str(ShapeText{weight.sizes()}) : "");
  TAUT_CHECK(!weight.defined() || weight.dtype() == x.dtype(), RuntimeError, op,
             ": expected weight of scalar type ", scalar_type_name(x.dtype()), " but found ",
             weight.defined() ? scalar_type_name(weight.dtype()) : "");
  const Tensor indices = contiguous(cast(detach(target), DType::Int64));
  Rows r{x, alias(indices, Dims{indices.numel()}, Dims{1}, indices.offset()), target.sizes()};
  check_targets(op, r.target, classes, ignore_index);
  if (x.dim() > 2) {
    Dims order{0};
    for (int64_t d = 2; d < x.dim(); ++d) order.push_back(d);
    order.push_back(1);
    r.x = permute(x, order);
  }
  if (x.dim() != 2) r.x = reshape(r.x, Dims{r.target.numel(), classes});
  return r;
}

// The weight of each row, 0 where its target is ignored.
Tensor row_weights(const Rows& r, const Tensor& weight, int64_t ignore_index) {
  Tensor out = empty_beside(r.x, r.target.sizes(), r.x.dtype());
  if (out.is_meta()) return out;
  const Tensor w = weight.defined() ? contiguous(detach(weight)) : weight;
  visit_floating(r.x.dtype(), [&]<class T>() {
    const int64_t* t = r.target.data<int64_t>();
    for (int64_t i = 0; i < out.numel(); ++i) {
      const bool ignored = t[i] == ignore_index;
      out.data<T>()[i] = ignored ? T(0) : w.defined() ? w.data<T>()[t[i]] : T(1);
    }
  });
  return out;
}

double total(const Tensor& t) {
  NoGrad guard;
  return *sum(t, {}, false, DType::Float64).data<double>();
}

// What a mean divides by: the weights of the targets that count.
double divisor_of(Mean reduction, const Rows& r, const Tensor& weight, int64_t ignore_index) {
  if (reduction != Mean::Mean || r.x.is_meta()) return 1.0;
  if (weight.defined()) return total(row_weights(r, weight, ignore_index));
  const int64_t* t = r.target.data<int64_t>();
  int64_t count = 0;
  for (int64_t i = 0; i < r.target.numel(); ++i) count += t[i] != ignore_index;
  return static_cast<double>(count);
}

// The losses of the rows as the caller wants them; not recorded.
Tensor finished(const Tensor& losses, Mean reduction, double divisor, const Dims& sizes) {
  if (reduction == Mean::None) return alias(losses, sizes, contiguous_strides(sizes), 0);
  const Tensor out = empty_beside(losses, {}, losses.dtype());
  if (!out.is_meta()) fill_raw(out, total(losses) / divisor);
  return out;
}

// Negative log-likelihood -----------------------------------------------------------------------

// Linear in the log-probabilities: the gradient is -scale at the targets.
struct NllLossBackward final : Node {
  const char* label;
  Dims sizes;
  Tensor index, scale;  // [rows, 1]
  bool scalar;
  NllLossBackward(const char* label, Dims sizes, Tensor index, Tensor scale, bool scalar)
      : label(label),
        sizes(std::move(sizes)),
        index(std::move(index)),
        scale(std::move(scale)),
        scalar(scalar) {}
  const char* name() const override { return label; }
  void backward(GradFrame& frame) override {
    const Tensor g = scalar ? frame.grad() : reshape(frame.grad(), scale.sizes());
    frame.give(0, scatter(zeros_beside(scale, sizes, scale.dtype()), 1, index, neg(mul(scale, g))));
  }
};

Tensor column(const Tensor& t) { return alias(t, Dims{t.numel(), 1}, Dims{1, 1}, t.offset()); }

// Ignored targets may lie outside the classes; their weight is 0 wherever they point.
Tensor safe_index(const Rows& r, int64_t ignore_index) {
  NoGrad guard;
  return column(contiguous(where(eq(r.target, Scalar(ignore_index)), 0, r.target)));
}

Tensor nll_of_rows(const Rows& r, const Tensor& weight, Mean reduction, int64_t ignore_index,
                   const char* label) {
  const Tensor weights = row_weights(r, weight, ignore_index);
  const Tensor index = safe_index(r, ignore_index);
  const double divisor = divisor_of(reduction, r, weight, ignore_index);
  Tensor out;
  {
    NoGrad guard;
    const Tensor picked = reshape(gather(r.x, 1, index), weights.sizes());
    // Not a product with weight 0: the log-probability there may be infinite.
    const Tensor losses = contiguous(where(eq(weights, 0), 0, neg(mul(picked, weights))));
    out = finished(losses, reduction, divisor, r.result);
  }
  if (needs_grad(r.x)) {
    NoGrad guard;
    // Where every target is ignored the mean is NaN, but its gradient is 0.
    const Tensor scale = column(contiguous(where(eq(weights, 0), 0, div(weights, divisor))));
    auto node = make<NllLossBackward>(label, r.x.sizes(), index, scale, reduction != Mean::None);
    set_edges(*node, {r.x});
    set_history(out, node);
  }
  return out;
}

// Cross-entropy ---------------------------------------------------------------------------------

struct CrossEntropyBackward final : FusedNode {
  const char* label;
  Mean reduction;
  int64_t ignore_index;
  double smoothing, divisor;
  SavedTensor x;
  Tensor target, weight, lse;
  explicit CrossEntropyBackward(const char* label) : label(label) {}

  const char* name() const override { return label; }
  void each_saved(SavedValues& values) override {
    values(x);
    values(lse);
  }
  SmallVec<Tensor, 4> inputs() const override { return {x.unpack(*this)}; }

  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const Tensor logs = log_softmax(in[0], 1, {});
    const Rows rows{logs, target, target.sizes()};
    Tensor out = nll_of_rows(rows, weight, Mean::None, ignore_index, "NllLossBackward0");
    if (smoothing > 0) {
      const int64_t dims[] = {1};
      const Tensor weighted = weight.defined() ? mul(logs, weight) : logs;
      const Tensor valid = ne(target, Scalar(ignore_index));
      const Tensor spread = where(valid, neg(sum(weighted, dims, false, {})), 0);
      const double classes = static_cast<double>(in[0].size(1));
      out = add(mul(out, 1 - smoothing), mul(spread, smoothing / classes));
    }
    if (reduction == Mean::None) return {out};
    const Tensor all = sum(out, {}, false, {});
    // Where every target is ignored the mean is NaN, but its gradient is 0.
    if (divisor == 0 && smoothing == 0) return {mul(all, 0.0) + std::nan("")};
    return {div(all, divisor)};
  }

  template <class T>
  CrossEntropy<T> args() const {
    const Tensor& w = weight;
    return {target.data<int64_t>(), w.defined() ? w.data<T>() : nullptr,
            w.defined() ? total(w) : static_cast<double>(x.peek().size(1)), ignore_index,
            smoothing};
  }

  void kernel(GradFrame& frame) override {
    const Tensor logits = plain(x.unpack(*this)), g = plain(frame.grad());
    const Dest dest = frame.dest(0, logits.sizes(), logits.dtype());
    if (dest.tensor.is_meta()) return;
    visit_floating(logits.dtype(), [&]<class T>() {
      const int64_t n = logits.size(1), stride = reduction == Mean::None ? 1 : 0;
      const CrossEntropy<T> all = args<T>();
      for_rows(logits.size(0), n, 4, [&](int64_t b, int64_t e) {
        CrossEntropy<T> part = all;
        part.target += b;
        row_kernels().of<T>().cross_entropy_backward(
            logits.data<T>() + b * n, part, lse.data<T>() + b, g.data<T>() + b * stride, stride,
            1.0 / divisor, e - b, n, dest.tensor.data<T>() + b * n, static_cast<T>(dest.beta));
      });
    });
  }

  static Tensor plain(const Tensor& t) {
    NoGrad guard;
    return contiguous(t);
  }
};

// Per-row losses; fills node.lse.
Tensor losses_of(CrossEntropyBackward& node, const Tensor& x) {
  const Tensor logits = CrossEntropyBackward::plain(x);
  const int64_t rows = logits.size(0), n = logits.size(1);
  const Tensor losses = empty_beside(x, Dims{rows}, x.dtype());
  node.lse = empty_beside(x, Dims{rows}, x.dtype());
  if (losses.is_meta()) return losses;
  visit_floating(x.dtype(), [&]<class T>() {
    const CrossEntropy<T> all = node.args<T>();
    for_rows(rows, n, 4, [&](int64_t b, int64_t e) {
      CrossEntropy<T> part = all;
      part.target += b;
      row_kernels().of<T>().cross_entropy(logits.data<T>() + b * n, part, e - b, n,
                                          losses.data<T>() + b, node.lse.data<T>() + b);
    });
  });
  return losses;
}

Tensor cross_entropy_of_indices(const Tensor& x, const Tensor& target, const Tensor& weight,
                                Mean reduction, int64_t ignore_index, double smoothing) {
  check_has_dims("cross_entropy", x, 1);
  const Rows r = as_rows("cross_entropy", x, target, weight, ignore_index);
  const bool images = x.dim() > 2;
  auto node = make<CrossEntropyBackward>(smoothing > 0 ? "AddBackward0"
                                         : images      ? "NllLoss2DBackward0"
                                                       : "NllLossBackward0");
  node->reduction = reduction;
  node->ignore_index = ignore_index;
  node->smoothing = smoothing;
  node->divisor = divisor_of(reduction, r, weight, ignore_index);
  node->x = SavedTensor(r.x);
  node->target = r.target;
  if (weight.defined()) node->weight = CrossEntropyBackward::plain(detach(weight));
  const Tensor losses = losses_of(*node, r.x);
  const Dims flat{losses.numel()};
  const Tensor out =
      finished(losses, reduction, node->divisor, reduction == Mean::None ? flat : r.result);
  if (needs_grad(r.x)) {
    set_edges(*node, {r.x});
    set_history(out, node);
  }
  return reduction == Mean::None && !same(flat, r.result) ? reshape(out, r.result) : out;
}

Tensor cross_entropy_of_probabilities(const Tensor& x, const Tensor& target, const Tensor& weight,
                                      Mean reduction, double smoothing) {
  TAUT_CHECK(
      is_floating(target.dtype()), RuntimeError,
      "cross_entropy: Expected floating point type for target with class probabilities, got ",
      scalar_type_name(target.dtype()));
  check_has_dims("cross_entropy", x, 1);
  const int64_t dim = class_dim(x), classes = x.size(dim);
  const int64_t dims[] = {dim};
  Tensor share = target;
  if (smoothing > 0) {
    share = add(mul(target, 1 - smoothing), smoothing / static_cast<double>(classes));
  }
  Tensor logs = log_softmax(x, dim, {});
  if (weight.defined()) {
    Dims shape(x.dim(), 1);
    shape[dim] = classes;
    logs = mul(logs, reshape(weight, shape));
  }
  const Tensor losses = neg(mul(logs, share));
  if (reduction == Mean::None) return sum(losses, dims, false, {});
  const Tensor all = sum(losses, {}, false, {});
  if (reduction == Mean::Sum) return all;
  return div(all, static_cast<double>(x.numel()) / static_cast<double>(classes));
}

// Of a 16-bit type, and nothing to refuse about the weight's.
bool in_float32(const Tensor& x, const Tensor& weight) {
  return is_narrow(x.dtype()) && (!weight.defined() || weight.dtype() == x.dtype());
}

}  // namespace

Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const Tensor& weight, Mean reduction,
                int64_t ignore_index) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) {
      return nll_loss(wide(log_probs), target, wide(weight), reduction, ignore_index);
    });
  }
  TAUT_CHECK(log_probs.dim() > 0, ValueError, "nll_loss: Expected 1 or more dimensions (got 0)");
  if (in_float32(log_probs, weight)) {
    const Tensor loss =
        nll_loss(widened(log_probs), target, widened(weight), reduction, ignore_index);
    return rounded(loss, log_probs.dtype());
  }
  const Rows r = as_rows("nll_loss", log_probs, target, weight, ignore_index);
  return nll_of_rows(r, weight, reduction, ignore_index,
                     log_probs.dim() > 2 ? "NllLoss2DBackward0" : "NllLossBackward0");
}

Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Mean reduction,
                     int64_t ignore_index, double label_smoothing) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) {
      return cross_entropy(wide(x), wide(target), wide(weight), reduction, ignore_index,
                           label_smoothing);
    });
  }
  TAUT_CHECK(label_smoothing >= 0 && label_smoothing <= 1, RuntimeError,
             "cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing);
  if (in_float32(x, weight)) {
    const Tensor loss = cross_entropy(widened(x), widened(target), widened(weight), reduction,
                                      ignore_index, label_smoothing);
    return rounded(loss, x.dtype());
  }
  const bool probabilities = same(x.sizes(), target.sizes());
  // The logarithm of softmax; the products with the probabilities and their sum.
  const FusedWork work((probabilities ? 7 : 5) * x.numel());
  if (probabilities) {
    TAUT_CHECK(ignore_index < 0, RuntimeError,
               "cross_entropy: ignore_index is not supported for floating point target");
    return cross_entropy_of_probabilities(x, target, weight, reduction, label_smoothing);
  }
  return cross_entropy_of_indices(x, target, weight, reduction, ignore_index, label_smoothing);
}

}  // namespace taut

// Losses of probabilities and logits of two classes.
#include "ops/loss.h"
#include "ops/autocast.h"

#include "graph/record.h"
#include "ops/checks.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/widened.h"

namespace taut {
namespace {

// PyTorch's bound on a logarithm, so that a probability of 0 costs 100 and not infinity.
constexpr double kLeastLog = -100.0;

Tensor at_least(const Tensor& t, double bound) { return clamp(t, Arg(bound), std::nullopt); }

struct BinaryCrossEntropyBackward final : Node {
  SavedTensor x, target;
  BinaryCrossEntropyBackward(const Tensor& a, const Tensor& b) : x(a), target(b) {}
  const char* name() const override { return "BinaryCrossEntropyBackward0"; }
  void each_saved(SavedValues& values) override {
    values(x);
    values(target);
  }
  void backward(GradFrame& frame) override {
    const Tensor p = x.unpack(*this), t = target.unpack(*this), &g = frame.grad();
    if (frame.needs(0)) frame.give(0, g * ((p - t) / at_least((1.0 - p) * p, 1e-12)));
    if (frame.needs(1)) frame.give(1, g * (log1p(-p) - log(p)));
  }
};

Tensor elementwise_bce(const Tensor& x, const Tensor& target) {
  Tensor out;
  {
    NoGrad guard;
    out = (target - 1.0) * at_least(log1p(-x), kLeastLog) - target * at_least(log(x), kLeastLog);
  }
  if (needs_grad(x, target)) {
    auto node = make<BinaryCrossEntropyBackward>(x, target);
    set_edges(*node, {x, target});
    set_history(out, node);
  }
  return out;
}

void check_same_size(const char* op, const Tensor& x, const Tensor& target) {
  TAUT_CHECK(same(x.sizes(), target.sizes()), ValueError, op, ": Using a target size (",
             ShapeText{target.sizes()}, ") that is different to the input size (",
             ShapeText{x.sizes()}, ") is deprecated. Please ensure they have the same size.");
}

}  // namespace

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                            Mean reduction) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) {
      return binary_cross_entropy(wide(x), wide(target), wide(weight), reduction);
    });
  }
  check_same_size("binary_cross_entropy", x, target);
  TAUT_CHECK(x.dtype() == target.dtype(), RuntimeError, "binary_cross_entropy: Found dtype ",
             scalar_type_name(target.dtype()), " but expected ", scalar_type_name(x.dtype()));
  check_floating("binary_cross_entropy", x);
  if (is_narrow(x.dtype())) {
    return rounded(binary_cross_entropy(widened(x), widened(target), widened(weight), reduction),
                   x.dtype());
  }
  if (!x.is_meta()) {
    NoGrad guard;
    const Tensor inside = logical_and(ge(x, 0.0), le(x, 1.0));
    TAUT_CHECK(*all(inside, {}, false).data<bool>(), RuntimeError,
               "binary_cross_entropy: all elements of input should be between 0 and 1");
  }
  const Tensor losses = elementwise_bce(x, target);
  return reduced(weight.defined() ? cast(mul(losses, weight), x.dtype()) : losses, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Mean reduction) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) {
      return binary_cross_entropy_with_logits(wide(x), wide(target), wide(weight), wide(pos_weight),
                                              reduction);
    });
  }
  TAUT_CHECK(same(x.sizes(), target.sizes()), ValueError, "Target size (",
             ShapeText{target.sizes()}, ") must be the same as input size (", ShapeText{x.sizes()},
             ")");
  check_floating("binary_cross_entropy_with_logits", x);
  check_castable("binary_cross_entropy_with_logits", x.dtype(), target.dtype());
  // The loss has the type of the target.
  if (is_narrow(x.dtype()) || is_narrow(target.dtype())) {
    const Tensor loss = binary_cross_entropy_with_logits(
        widened(x), widened(target), widened(weight), widened(pos_weight), reduction);
    return cast(loss, target.dtype());
  }
  const Tensor miss = (1.0 - target) * x;
  Tensor losses;
  if (pos_weight.defined()) {
    losses = miss - ((pos_weight - 1.0) * target + 1.0) * logsigmoid(x);
  } else {
    losses = miss - logsigmoid(x);
  }
  if (weight.defined()) losses = losses * weight;
  return reduced(cast(losses, target.dtype()), reduction);
}

}  // namespace taut

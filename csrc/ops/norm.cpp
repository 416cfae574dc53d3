#include "ops/norm.h"

#include <cmath>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/extremes.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/reduce_plan.h"
#include "ops/sparse.h"
#include "ops/widened.h"

namespace taut {
namespace {

Fold power_fold(DType t, double ord) {
  const auto& k = reduce_kernels();
  const int type = static_cast<int>(t), wide = static_cast<int>(DType::Float64);
  const ReduceLoop first = ord == 2   ? k.square_sum[type]
                           : ord == 1 ? k.abs_sum[type]
                           : ord == 0 ? k.nonzero_sum[type]
                                      : k.power_sum[type];
  // The root is taken in double: the sum of squares of floats may exceed every float.
  return {first, first, k.wide_sum[wide], k.wide_sum[wide], DType::Float64, DType::Float64,
          ord,   ord};
}

Tensor norm_of(const Tensor& t, double ord, const Axes& axes, bool keepdim) {
  NoGrad guard;
  if (t.numel() == 0) return zeros_beside(t, axes.sizes(keepdim), t.dtype());
  const Tensor powers = fold(t, axes, keepdim, power_fold(t.dtype(), ord));
  const Tensor root = ord == 2               ? sqrt(powers)
                      : ord == 1 || ord == 0 ? powers
                                             : pow(powers, 1 / ord);
  return cast(root, t.dtype());
}

struct NormBackward final : Node {
  double ord;
  Axes axes;
  SavedTensor input, output;
  NormBackward(double ord, const Axes& axes) : ord(ord), axes(axes) {}
  const char* name() const override { return "LinalgVectorNormBackward0"; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  // g x |x|^(ord - 2) / norm^(ord - 1), 0 where that is 0 / 0.
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this), y = restore_dims(output.unpack(*this), axes);
    const Tensor g = restore_dims(frame.grad(), axes);
    if (ord == 0) return;  // a count has no gradient
    if (ord == 1) return frame.give(0, mul(sign(x), g));
    if (ord == 2) return frame.give(0, mul(g, where(eq(y, 0), 0, div(x, y))));
    const Tensor powers = mul(x, where(eq(x, 0), 0, pow(abs(x), ord - 2)));
    const Tensor scale = where(eq(y, 0), 0, div(g, pow(y, ord - 1)));
    frame.give(0, mul(powers, scale));
  }
};

Tensor extreme_norm(const Tensor& t, double ord, DimSpan dims, bool keepdim) {
  const Tensor size = abs(t);
  return ord > 0 ? amax(size, dims, keepdim) : amin(size, dims, keepdim);
}

}  // namespace

Tensor vector_norm(const Tensor& t, double ord, DimSpan dims, bool keepdim,
                   std::optional<DType> dtype) {
  if (t.is_sparse()) {
    const Axes axes(t, dims, "norm");
    TAUT_CHECK(
        axes.all() && !keepdim, RuntimeError,
        "norm_sparse currently only supports full reductions, so 'dim' must either be empty or "
        "contain all dimensions of the input");
    return vector_norm(sparse_values(coalesce(t)), ord, {}, false, dtype);
  }
  const DType type = dtype.value_or(t.dtype());
  TAUT_CHECK(is_floating(type), RuntimeError,
             "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ",
             scalar_type_name(type));
  const Tensor x = cast(t, type);
  if (is_narrow(type)) return rounded(vector_norm(widened(x), ord, dims, keepdim, {}), type);
  const Axes axes(x, dims, "linalg.vector_norm");
  TAUT_CHECK(axes.count() > 0 || x.numel() > 0 || (ord >= 0 && !std::isinf(ord)), RuntimeError,
             "linalg.vector_norm cannot compute the ", ord,
             " norm on an empty tensor because the operation does not have an identity");
  if (std::isinf(ord)) return extreme_norm(x, ord, dims, keepdim);
  const Tensor out = norm_of(x, ord, axes, keepdim);
  if (needs_grad(x)) {
    auto node = make<NormBackward>(ord, axes);
    set_edges(*node, {x});
    set_history(out, node);
    node->input = SavedTensor(x);
    node->output = SavedTensor::output(out);
  }
  return out;
}

}  // namespace taut

#include "ops/reduce.h"

#include <array>

#include "core/error.h"
#include "graph/record.h"
#include "ops/autocast.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/join.h"
#include "ops/operators.h"
#include "ops/reduce_plan.h"
#include "ops/scan.h"
#include "ops/views.h"
#include "ops/widened.h"
#include "tensor/sparse.h"

namespace taut {
namespace {

constexpr int index(DType t) { return static_cast<int>(t); }

DType sum_type(const Tensor& t, std::optional<DType> dtype) {
  return dtype.value_or(is_floating(t.dtype()) ? t.dtype() : DType::Int64);
}

Fold sum_fold(DType t, double divisor) {
  const auto& k = reduce_kernels();
  if (!is_floating(t)) {
    const ReduceLoop wide = k.wide_sum[index(DType::Int64)], first = k.wide_sum[index(t)];
    return {first, first, wide, wide, DType::Int64, DType::Int64};
  }
  return {k.sum[index(t)],
          k.wide_sum[index(t)],
          k.wide_sum[index(DType::Float64)],
          k.narrow_sum[index(t)],
          DType::Float64,
          t,
          0,
          divisor};
}

// The sum divided by `divisor` (floating types), not recorded.
Tensor sum_of(const Tensor& t, const Axes& axes, bool keepdim, double divisor = 1) {
  const DType type = is_floating(t.dtype()) ? t.dtype() : DType::Int64;
  if (t.is_sparse()) {
    if (!axes.all() || keepdim) t.check_strided();
    const Tensor& values = coordinates(t).values;
    return sum_of(values, Axes(values, {}, "sum"), false, divisor);
  }
  if (t.numel() == 0) return full_beside(t, axes.sizes(keepdim), 0.0 / divisor, type);
  return fold(t, axes, keepdim, sum_fold(t.dtype(), divisor));
}

struct SumBackward final : Node {
  const char* label;
  Dims sizes;
  Axes axes;
  double divisor;
  SumBackward(const char* label, Dims sizes, const Axes& axes, double divisor)
      : label(label), sizes(std::move(sizes)), axes(axes), divisor(divisor) {}
  const char* name() const override { return label; }
  void backward(GradFrame& frame) override {
    const Tensor g = divisor == 1 ? frame.grad() : div(frame.grad(), divisor);
    frame.give(0, expand(restore_dims(g, axes), sizes));
  }
};

Tensor recorded_sum(const Tensor& t, const Axes& axes, bool keepdim, double divisor,
                    const char* label) {
  const Tensor out = sum_of(t, axes, keepdim, divisor);
  if (is_floating(t.dtype()) && needs_grad(t)) {
    auto node = make<SumBackward>(label, t.sizes(), axes, divisor);
    set_edges(*node, {t});
    set_history(out, node);
  }
  return out;
}

// Elements that are NaN got nothing; the mask multiplies, as in PyTorch.
struct NansumBackward final : Node {
  Axes axes;
  SavedTensor input;
  explicit NansumBackward(const Axes& axes) : axes(axes) {}
  const char* name() const override { return "NansumBackward0"; }
  void each_saved(SavedValues& values) override { values(input); }
  void backward(GradFrame& frame) override {
    const Tensor counted = logical_not(isnan(input.unpack(*this)));
    frame.give(0, mul(restore_dims(frame.grad(), axes), counted));
  }
};

// Truth -----------------------------------------------------------------------------------------

Tensor truth(const Tensor& t, DimSpan dims, bool keepdim, bool any, const char* op) {
  const Axes axes(t, dims, op);
  const DType result = t.dtype() == DType::UInt8 ? DType::UInt8 : DType::Bool;
  if (t.numel() == 0) return full_beside(t, axes.sizes(keepdim), !any, result);
  NoGrad guard;
  const Tensor bits = cast(t, DType::Bool);
  const ReduceLoop loop = (any ? reduce_kernels().max : reduce_kernels().min)[index(DType::Bool)];
  const Tensor out = fold(bits, axes, keepdim, {loop, loop, loop, loop, DType::Bool, DType::Bool});
  return cast(out, result);
}

// Products --------------------------------------------------------------------------------------

// The product of all other elements along dim: what is before each times what is after it. Unlike
// product / element it stands zeros.
Tensor product_of_others(const Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim);
  Dims edge = x.sizes();
  edge[dim] = 1;
  const Tensor one = ones(edge, x.dtype());
  const Tensor before = cumprod(cat(std::array{one, slice(x, dim, 0, n - 1, 1)}, dim), dim, {});
  const Tensor after = reverse_cumprod(cat(std::array{slice(x, dim, 1, n, 1), one}, dim), dim);
  return mul(before, after);
}

struct ProdBackward final : Node {
  bool all;
  int64_t dim;
  Axes axes;
  SavedTensor input, output;
  ProdBackward(bool all, int64_t dim, const Axes& axes) : all(all), dim(dim), axes(axes) {}
  const char* name() const override { return all ? "ProdBackward0" : "ProdBackward1"; }
  void each_saved(SavedValues& values) override {
    values(input);
    values(output);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = input.unpack(*this), g = restore_dims(frame.grad(), axes);
    if (x.dim() == 0) return frame.give(0, g);
    if (!has_zero(x)) {
      const Tensor y = restore_dims(output.unpack(*this), axes);
      return frame.give(0, div(mul(g, y), x));
    }
    if (!all) return frame.give(0, mul(g, product_of_others(x, dim)));
    const Tensor flat = reshape(x, Dims{x.numel()});
    frame.give(0, mul(g, reshape(product_of_others(flat, 0), x.sizes())));
  }

 private:
  static bool has_zero(const Tensor& x) {
    NoGrad guard;
    return !x.is_meta() && *any(eq(x, 0), {}, false).data<bool>();
  }
};

}  // namespace

Tensor sum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype) {
  const DType type = sum_type(t, dtype);
  const Tensor x = is_floating(type) || is_floating(t.dtype()) ? cast(t, type) : t;
  if (is_narrow(x.dtype())) return rounded(sum(widened(x), dims, keepdim, {}), type);
  const Axes axes(x, dims, "sum");
  const char* label = dims.empty() ? "SumBackward0" : "SumBackward1";
  return cast(recorded_sum(x, axes, keepdim, 1, label), type);
}

Tensor mean(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype) {
  const DType type = dtype.value_or(t.dtype());
  TAUT_CHECK(is_floating(type), RuntimeError,
             "mean(): could not infer output dtype. Input dtype must be either a floating point or "
             "complex dtype. Got: ",
             scalar_type_name(type));
  const Tensor x = cast(t, type);
  if (is_narrow(type)) return rounded(mean(widened(x), dims, keepdim, {}), type);
  const Axes axes(x, dims, "mean");
  const char* label = dims.empty() ? "MeanBackward0" : "MeanBackward1";
  return recorded_sum(x, axes, keepdim, static_cast<double>(axes.count()), label);
}

Tensor nansum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype) {
  if (!is_floating(t.dtype())) return sum(t, dims, keepdim, dtype);
  const Tensor x = cast(t, sum_type(t, dtype));
  if (is_narrow(x.dtype())) return rounded(nansum(widened(x), dims, keepdim, {}), x.dtype());
  const Axes axes(x, dims, "nansum");
  Tensor out;
  {
    NoGrad guard;
    out = sum(where(isnan(x), 0, x), dims, keepdim, {});
  }
  if (needs_grad(x)) {
    auto node = make<NansumBackward>(axes);
    set_edges(*node, {x});
    set_history(out, node);
    node->input = SavedTensor(x);
  }
  return out;
}

Tensor nanmean(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype) {
  TAUT_CHECK(is_floating(t.dtype()), RuntimeError,
             "nanmean(): expected input to have floating point or complex dtype but got ",
             scalar_type_name(t.dtype()));
  if (is_narrow(t.dtype()) && !dtype) {
    return rounded(nanmean(widened(t), dims, keepdim, {}), t.dtype());
  }
  const Tensor count = sum(logical_not(isnan(t)), dims, keepdim, {});
  return div(nansum(t, dims, keepdim, dtype), count);
}

Tensor prod(const Tensor& t, std::optional<int64_t> dim, bool keepdim, std::optional<DType> dtype) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) { return prod(wide(t), dim, keepdim, dtype); });
  }
  const DType type = sum_type(t, dtype);
  const DType compute = is_floating(type) ? type : DType::Int64;
  const Tensor x = cast(is_floating(type) ? t : cast(t, type), compute);
  if (is_narrow(type)) return rounded(prod(widened(x), dim, keepdim, {}), type);
  const int64_t wrapped = wrap_dim(dim.value_or(0), x.dim(), "prod");
  const int64_t dims[] = {wrapped};
  const Axes axes(x, dim ? std::optional<DimSpan>(dims) : std::nullopt, "prod");
  const ReduceLoop loop = reduce_kernels().prod[index(compute)];
  const Tensor out = x.numel() == 0
                         ? full_beside(x, axes.sizes(keepdim), 1, compute)
                         : fold(x, axes, keepdim, {loop, loop, loop, loop, compute, compute});
  if (is_floating(compute) && needs_grad(x)) {
    auto node = make<ProdBackward>(!dim, wrapped, axes);
    set_edges(*node, {x});
    set_history(out, node);
    node->input = SavedTensor(x);
    node->output = SavedTensor::output(out);
  }
  return cast(out, type);
}

Tensor any(const Tensor& t, DimSpan dims, bool keepdim) {
  return truth(t, dims, keepdim, true, "any");
}
Tensor all(const Tensor& t, DimSpan dims, bool keepdim) {
  return truth(t, dims, keepdim, false, "all");
}

Tensor count_nonzero(const Tensor& t, DimSpan dims) { return sum(ne(t, 0), dims, false, {}); }

}  // namespace taut

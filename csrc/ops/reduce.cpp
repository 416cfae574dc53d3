#include "ops/reduce.h"

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

struct SumBackward final : Node {
  Dims sizes, kept;  // kept: the shape of the result with keepdim
  SumBackward(Dims s, Dims k) : sizes(std::move(s)), kept(std::move(k)) {}
  const char* name() const override { return "SumBackward0"; }
  void backward(GradFrame& frame) override {
    frame.give(0, expand(reshape(frame.grad(), kept), sizes));
  }
};

}  // namespace

Tensor sum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype) {
  const DType out_type = dtype.value_or(is_floating(t.dtype()) ? t.dtype() : DType::Int64);
  if (t.dtype() != out_type) return sum(cast(t, out_type), dims, keepdim, {});
  Dims kept = t.sizes(), squeezed;
  Dims which = wrap_dims(dims, t.dim(), "sum");
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    const bool gone = which.empty() || std::find(which.begin(), which.end(), d) != which.end();
    if (gone) kept[d] = 1;
    else squeezed.push_back(kept[d]);
  }
  Tensor out = full(kept, 0, out_type);
  {
    NoGrad guard;
    accumulate_raw(expand(out, t.sizes()), t);
  }
  if (!keepdim) out = alias(out, squeezed, contiguous_strides(squeezed), 0);
  if (needs_grad(t)) {
    auto node = make<SumBackward>(t.sizes(), kept);
    set_edges(*node, {t});
    set_history(out, node);
  }
  return out;
}

}  // namespace taut

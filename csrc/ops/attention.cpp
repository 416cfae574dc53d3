#include "ops/attention.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/work.h"
#include "graph/record.h"
#include "ops/attention_blocks.h"
#include "ops/autocast.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/dropout.h"
#include "ops/matmul.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

void check(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& o) {
  const char* op = "scaled_dot_product_attention";
  for (const Tensor& t : {q, k, v}) {
    TAUT_CHECK(t.dim() >= 2, RuntimeError, op,
               ": Expected query, key, and value to all be  at least 2 dimensional, but got ",
               t.dim(), " dimensions");
    TAUT_CHECK(t.dtype() == q.dtype() && is_floating(t.dtype()), RuntimeError, op,
               ": Expected query, key, and value to have the same floating-point dtype, but got ",
               q.dtype(), " and ", t.dtype());
  }
  TAUT_CHECK(!(o.causal && o.mask.defined()), RuntimeError, op,
             ": Explicit attn_mask should not be set when is_causal=True");
  TAUT_CHECK(!o.mask.defined() || is_bool(o.mask.dtype()) || o.mask.dtype() == q.dtype(),
             RuntimeError, op,
             ": Expected attn_mask dtype to be bool or to match query dtype, but got ",
             o.mask.defined() ? o.mask.dtype() : q.dtype());
}

constexpr double kNever = -std::numeric_limits<double>::infinity();

Tensor causal_mask(const Tensor& q, const Tensor& k) {
  const Dims sizes{q.size(-2), k.size(-2)};
  return triu(full(sizes, kNever, q.dtype()), 1);
}

// The mask as what is added to the scores.
Tensor additive_mask(const Tensor& mask, DType dtype) {
  if (!mask.defined() || !is_bool(mask.dtype())) return mask;
  return where(mask, full({}, 0, dtype), kNever);
}

// Key heads repeated for the query heads that share them.
Tensor repeat_heads(const Tensor& t, const Tensor& q) {
  const int64_t heads = t.size(-3), wanted = q.size(-3);
  TAUT_CHECK(
      heads > 0 && wanted % heads == 0, RuntimeError,
      "scaled_dot_product_attention: Number of heads in key and value must divide the number "
      "of heads in query, got ",
      heads, " and ", wanted);
  if (heads == wanted) return t;
  Dims expanded = t.sizes();
  expanded.insert(t.dim() - 2, wanted / heads);
  Dims merged = t.sizes();
  merged[t.dim() - 3] = wanted;
  return reshape(expand(unsqueeze(t, t.dim() - 2), expanded), merged);
}

// The rows that may attend to nothing, which then attend to nothing: zeros, not NaN. Undefined when
// there are none.
Tensor blocked_rows(const Tensor& scores) {
  if (scores.is_meta()) return {};
  NoGrad guard;
  const int64_t last[] = {-1};
  const Tensor rows = all(eq(scores, kNever), last, true);
  return *any(rows, {}, false).data<bool>() ? rows : Tensor();
}

Tensor composed(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double scale,
                double dropout_p) {
  // The scale is shared between both factors, so that neither the product nor a factor overflows.
  const double root = std::sqrt(scale);
  Tensor scores = matmul(mul(q, root), transpose(mul(k, root), -2, -1));
  if (mask.defined()) scores = add(scores, mask);
  const Tensor blocked = mask.defined() ? blocked_rows(scores) : Tensor();
  if (blocked.defined()) scores = where(blocked, 0, scores);
  Tensor weights = softmax(scores, -1, {});
  if (blocked.defined()) weights = where(blocked, 0, weights);
  if (dropout_p > 0) weights = dropout(weights, dropout_p, true);
  return matmul(weights, v);
}

struct AttentionBackward final : FusedNode {
  SavedTensor q, k, v;
  Tensor mask, lse;
  bool causal;
  double scale;
  AttentionBackward(const AttentionProblem& p, Tensor lse)
      : q(p.q),
        k(p.k),
        v(p.v),
        mask(p.mask),
        lse(std::move(lse)),
        causal(p.causal),
        scale(p.scale) {}
  const char* name() const override { return "ScaledDotProductFlashAttentionForCpuBackward0"; }
  void each_saved(SavedValues& values) override {
    for (SavedTensor* s : {&q, &k, &v}) values(*s);
    values(mask);
    values(lse);
  }
  SmallVec<Tensor, 4> inputs() const override {
    return {q.unpack(*this), k.unpack(*this), v.unpack(*this)};
  }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    const Tensor added = causal ? causal_mask(in[0], in[1]) : mask;
    return {composed(in[0], in[1], in[2], added, scale, 0)};
  }
  void kernel(GradFrame& frame) override {
    const auto in = inputs();
    Tensor grads[3];
    bool placed[3] = {};
    for (int64_t i = 0; i < 3; ++i) {
      if (frame.needs(i)) grads[i] = frame.part(i);
      placed[i] = grads[i].defined();
      if (!placed[i]) grads[i] = empty_in_order(in[i], in[i].sizes());
    }
    attention_backward({in[0], in[1], in[2], mask, causal, scale}, lse, frame.grad(),
                       {grads[0], grads[1], grads[2]});
    for (int64_t i = 0; i < 3; ++i) {
      if (!placed[i]) frame.give(i, std::move(grads[i]));
    }
  }
};

Tensor fused(const AttentionProblem& p) {
  const AttentionResult r = attention_forward(p);
  if (needs_grad(p.q, p.k, p.v)) {
    auto node = make<AttentionBackward>(p, r.lse);
    set_edges(*node, {p.q, p.k, p.v});
    set_history(r.out, node);
  }
  return r.out;
}

// t with leading dimensions `lead` before its last two.
Tensor with_lead(const Tensor& t, const Dims& lead) {
  Dims sizes = lead;
  sizes.push_back(t.size(-2));
  sizes.push_back(t.size(-1));
  return same(sizes, t.sizes()) ? t : expand(t, sizes);
}

Dims common_lead(const Tensor& q, const Tensor& k, const Tensor& v) {
  const auto lead = [](const Tensor& t) {
    return DimSpan(t.sizes()).first(static_cast<std::size_t>(t.dim() - 2));
  };
  const char* op = "scaled_dot_product_attention";
  return broadcast_shapes(broadcast_shapes(lead(q), lead(k), op), lead(v), op);
}

// The mask over [..., L, S], when all leading dimensions are those of lead.
Tensor expanded_mask(const Tensor& mask, const Dims& lead, const Tensor& q, const Tensor& k) {
  if (!mask.defined()) return mask;
  Dims sizes = lead;
  sizes.push_back(q.size(-2));
  sizes.push_back(k.size(-2));
  return expand(detach(mask), sizes);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& o) {
  if (autocast::on()) {
    return autocast::lowered([&](auto low) {
      AttentionOptions options = o;
      options.mask = low(o.mask);
      return scaled_dot_product_attention(low(q), low(k), low(v), options);
    });
  }
  check(q, k, v, o);
  if (is_narrow(q.dtype())) {
    AttentionOptions wide = o;
    wide.mask = widened(o.mask);
    return rounded(scaled_dot_product_attention(widened(q), widened(k), widened(v), wide),
                   q.dtype());
  }
  const double scale = o.scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  const Tensor keys = o.grouped ? repeat_heads(k, q) : k;
  const Tensor values = o.grouped ? repeat_heads(v, q) : v;
  TAUT_CHECK(q.size(-1) == keys.size(-1) && keys.size(-2) == values.size(-2), RuntimeError,
             "scaled_dot_product_attention: query and key must have one last dimension, key and "
             "value one length, got ",
             ShapeText{q.sizes()}, ", ", ShapeText{keys.sizes()}, ", ", ShapeText{values.sizes()});
  const Tensor mask = additive_mask(o.mask, q.dtype());
  if (o.dropout > 0 || needs_grad(mask)) {
    const Tensor added = o.causal ? causal_mask(q, keys) : mask;
    return composed(q, keys, values, added, scale, o.dropout);
  }
  const Dims lead = common_lead(q, keys, values);
  // The scale, the mask, and softmax of each score.
  const int64_t scores = numel(lead) * q.size(-2) * keys.size(-2);
  const FusedWork work((6 + mask.defined()) * scores);
  return fused({with_lead(q, lead), with_lead(keys, lead), with_lead(values, lead),
                expanded_mask(mask, lead, q, keys), o.causal, scale});
}

}  // namespace taut

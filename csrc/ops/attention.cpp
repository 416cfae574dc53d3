#include "ops/attention.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/dropout.h"
#include "ops/matmul.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "ops/views.h"

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

// What is added to the scores; undefined when nothing is.
Tensor additive_mask(const Tensor& q, const Tensor& k, const AttentionOptions& o) {
  const double no = -std::numeric_limits<double>::infinity();
  if (o.causal) {
    const Dims sizes{q.size(-2), k.size(-2)};
    return triu(full(sizes, no, q.dtype()), 1);
  }
  if (!o.mask.defined() || !is_bool(o.mask.dtype())) return o.mask;
  return where(o.mask, full({}, 0, q.dtype()), no);
}

// Key heads repeated for the query heads that share them.
Tensor repeat_heads(const Tensor& t, const Tensor& q) {
  const int64_t heads = t.size(-3), wanted = q.size(-3);
  TAUT_CHECK(heads > 0 && wanted % heads == 0, RuntimeError,
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
  NoGrad guard;
  const int64_t last[] = {-1};
  const Tensor rows = all(eq(scores, -std::numeric_limits<double>::infinity()), last, true);
  return *any(rows, {}, false).data<bool>() ? rows : Tensor();
}

Tensor composed(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask,
                double scale, double dropout_p) {
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

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& o) {
  check(q, k, v, o);
  const double scale = o.scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  const Tensor keys = o.grouped ? repeat_heads(k, q) : k;
  const Tensor values = o.grouped ? repeat_heads(v, q) : v;
  return composed(q, keys, values, additive_mask(q, keys, o), scale, o.dropout);
}

}  // namespace taut

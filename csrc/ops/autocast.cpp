#include "ops/autocast.h"

#include <unordered_map>

#include "graph/grad_mode.h"
#include "ops/copy.h"

namespace taut::autocast {
namespace {

// The cast of a parameter, which is made once however often the parameter is used.
struct Cast {
  Tensor source, result;  // the source, so that its address stays its own
  std::uint32_t version;
};
thread_local std::unordered_map<const TensorImpl*, Cast> t_casts;

bool eligible(const Tensor& t) {
  return t.defined() && is_floating(t.dtype()) && t.dtype() != DType::Float64;
}

// Whether t is a parameter, whose cast serves again.
bool lasts(const Tensor& t, DType type) {
  return state().cache && t.dtype() == DType::Float32 && is_narrow(type) && t.requires_grad() &&
         t.is_leaf() && !t.is_view();
}

Tensor as(const Tensor& t, DType type) {
  if (!eligible(t) || t.dtype() == type) return t;
  if (!lasts(t, type)) return cast(t, type);
  Cast& kept = t_casts[t.impl()];
  const bool serves = kept.result.defined() && kept.result.dtype() == type &&
                      kept.version == t.version() && kept.result.requires_grad() == grad_enabled();
  if (!serves) kept = {t, cast(t, type), t.version()};
  return kept.result;
}

}  // namespace

namespace detail {
thread_local State t_state;
}

Tensor lower(const Tensor& t) { return as(t, state().dtype); }
Tensor widen(const Tensor& t) { return as(t, DType::Float32); }
void clear_cache() { t_casts.clear(); }

}  // namespace taut::autocast

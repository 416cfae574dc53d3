// Note [Aliases of leaves]
// A leaf W may have aliases: leaves of their own over the same memory, that read it transposed,
// pass on their gradient with a factor, or both. A network that uses W in one place and its
// transpose in another holds W and an alias. There is one gradient buffer, W's: an alias's .grad is
// a view of it, a product that uses the alias adds into it directly (GradFrame::dest_scaled),
// everything else arrives at the alias's node, which passes it on. What is set on one (data,
// requires_grad, grad) is set on all. An alias keeps its owner alive; the owner lists its aliases
// without keeping them.
#include "graph/leaf_alias.h"

#include <algorithm>
#include <mutex>

namespace taut {
namespace {

// An alias may end in a backward, which does not hold the interpreter's lock.
std::mutex g_aliases_mutex;

}  // namespace

AliasGrad::AliasGrad(TensorImpl* alias, const Tensor& of, bool turned, double factor)
    : Node(alias), variable(alias), owner(of), transposed(turned), scale(factor) {
  sequence = ~std::uint64_t{0};
  auto& meta = meta_of(owner);
  if (!meta.accumulator) meta.accumulator = std::make_unique<AccumulateGrad>(owner.impl());
  edges.push_back({Ref<Node>(meta.accumulator.get()), 0});
  std::lock_guard lock(g_aliases_mutex);
  meta.aliases.push_back(alias);
}

AliasGrad::~AliasGrad() {
  std::lock_guard lock(g_aliases_mutex);
  std::erase(meta_or_null(owner)->aliases, variable);
}

const Tensor& owner_of(const Tensor& t) {
  const auto* meta = meta_or_null(t);
  return meta != nullptr && meta->alias ? meta->alias->owner : t;
}

void for_each_alias(const Tensor& owner, const std::function<void(TensorImpl&)>& f) {
  const auto* meta = meta_or_null(owner);
  if (meta == nullptr) return;
  std::lock_guard lock(g_aliases_mutex);
  for (TensorImpl* alias : meta->aliases) f(*alias);
}

}  // namespace taut

#include "engine/terms.h"

#include "core/error.h"

namespace taut {
namespace {

thread_local std::vector<std::shared_ptr<TermObserver>> t_observers;

// The leaf whose gradient arrives at a node, or null.
TensorImpl* leaf_of(const Node& node) {
  if (node.is_leaf_node()) return static_cast<const AccumulateGrad&>(node).variable;
  const AliasGrad* alias = node.as_alias();
  return alias == nullptr ? nullptr : alias->variable;
}

}  // namespace

void push_term_observer(std::shared_ptr<TermObserver> observer) {
  t_observers.push_back(std::move(observer));
}
void pop_term_observer() {
  TAUT_CHECK(!t_observers.empty(), RuntimeError,
             "per_use: a block must be left in the thread that entered it");
  t_observers.pop_back();
}
bool terms_are_observed() { return !t_observers.empty(); }

void report_terms(Node& node, std::span<const Tensor> grads, const GradFrame& frame) {
  if (node.as_alias() != nullptr) return;  // its terms were seen when they arrived there
  for (std::size_t i = 0; i < grads.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    if (!grads[i].defined() || !frame.needs(at)) continue;
    TensorImpl* leaf = leaf_of(*node.edges[at].node);
    if (leaf == nullptr) continue;
    for (const auto& observer : t_observers) {
      (*observer)(Tensor(Ref<TensorImpl>(leaf)), node, grads[i]);
    }
  }
}

}  // namespace taut

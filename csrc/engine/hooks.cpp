#include "engine/hooks.h"

#include "core/error.h"
#include "ops/accumulate.h"

namespace taut {
namespace {

void (*g_warn)(const std::string&) = nullptr;

void warn_trace(const Node& node) {
  const auto* extras = node.extras_or_null();
  if (g_warn == nullptr || extras == nullptr || extras->trace.empty()) return;
  g_warn(str("Error detected in ", node.name(),
             ". Traceback of forward call that caused the error:\n", extras->trace));
}

// Hooks may add or remove hooks while they run, so each list is walked as a copy.
Tensor apply(const std::shared_ptr<TensorHook>& hook, Tensor grad) {
  Tensor changed = (*hook)(grad);
  return changed.defined() ? changed : grad;
}

}  // namespace

void set_warning_sink(void (*f)(const std::string&)) { g_warn = f; }

void run_output_hooks(Node& node, SmallVec<Tensor, 1>& pending) {
  const auto hooks = node.extras().output_hooks;
  for (const auto& h : hooks) {
    if (pending[h.output].defined()) pending[h.output] = apply(h.hook, pending[h.output]);
  }
  for (auto& [output, cell] : node.extras().retained) {
    if (!pending[output].defined()) continue;
    *cell = cell->defined() ? accumulated(*cell, pending[output], true) : pending[output];
  }
}

void run_pre_hooks(Node& node, SmallVec<Tensor, 1>& pending) {
  const auto hooks = node.extras().pre_hooks;
  std::vector<Tensor> grads(pending.begin(), pending.end());
  for (const auto& h : hooks) h.hook->before(grads);
  TAUT_CHECK(static_cast<std::int64_t>(grads.size()) == pending.size(), RuntimeError, node.name(),
             ": a pre-hook must return as many gradients as it was given, ", pending.size(),
             ", got ", grads.size());
  std::copy(grads.begin(), grads.end(), pending.begin());
}

void run_post_hooks(Node& node, std::vector<Tensor>& grad_inputs) {
  const auto hooks = node.extras().post_hooks;
  const auto& pending = node.visit.pending;
  for (const auto& h : hooks) {
    h.hook->after(grad_inputs, {pending.data(), static_cast<std::size_t>(pending.size())});
  }
}

Tensor run_leaf_hooks(AutogradMeta& meta, Tensor grad) {
  const auto hooks = meta.hooks;
  for (const auto& h : hooks) grad = apply(h.hook, std::move(grad));
  return grad;
}

void run_post_accumulate_hooks(AutogradMeta& meta, const Tensor& leaf) {
  const auto hooks = meta.post_hooks;
  for (const auto& h : hooks) (*h.hook)(leaf);
}

void backward_with_trace(Node& node, GradFrame& frame) {
  try {
    node.backward(frame);
  } catch (...) {
    warn_trace(node);
    throw;
  }
}

void check_for_nan(const Node& node, std::span<const Tensor> grads) {
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || !has_nan(grads[i])) continue;
    warn_trace(node);
    raise<RuntimeError>("Function '", node.name(), "' returned nan values in its ", i,
                        "th output.");
  }
}

}  // namespace taut

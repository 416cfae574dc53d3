#include "graph/record.h"

#include <atomic>

#include "core/error.h"

namespace taut {

// ---- meta ----

AutogradMeta::~AutogradMeta() = default;

void AccumulateGrad::backward(GradFrame&) {
  raise<RuntimeError>("AccumulateGrad: a leaf has no backward; the engine adds its gradient");
}

AutogradMeta& meta_of(const Tensor& t) {
  if (!t.impl()->meta) t.impl()->meta = std::make_unique<AutogradMeta>();
  return *meta_or_null(t);
}

Tensor grad_of(const Tensor& t) {
  const auto* meta = meta_or_null(t);
  if (meta == nullptr) return {};
  if (meta->alias) [[unlikely]]
    return detail::through_alias(*meta->alias, grad_of(meta->alias->owner));
  return meta->retained_grad ? *meta->retained_grad : meta->grad;
}

void set_grad(const Tensor& t, Tensor grad) {
  if (!grad.defined() && !meta_or_null(t)) return;
  auto& meta = meta_of(t);
  if (meta.alias) [[unlikely]] {
    return set_grad(meta.alias->owner, detail::through_alias(*meta.alias, std::move(grad)));
  }
  (meta.retained_grad ? *meta.retained_grad : meta.grad) = std::move(grad);
}

void retain_grad(const Tensor& t) {
  TAUT_CHECK(t.requires_grad(), RuntimeError,
             "retain_grad: can't retain_grad on Tensor that has requires_grad=False");
  Node* node = grad_fn_of(t);
  if (node == nullptr || meta_of(t).retained_grad) return;
  meta_of(t).retained_grad = std::make_shared<Tensor>();
  node->extras().retained.emplace_back(t.impl()->output_nr, meta_of(t).retained_grad);
}

std::int64_t next_hook_id() {
  static std::atomic<std::int64_t> next{0};
  return next++;
}

Node* grad_fn_of(const Tensor& t) {
  const auto* impl = t.impl();
  if (impl->base && impl->view_generation != impl->base->generation) {
    detail::refresh_view_history(t);
  }
  return static_cast<Node*>(t.impl()->grad_fn.get());
}

namespace {

// The leaf's edge, and the leaf that counts its uses.
Edge leaf_edge(const Tensor& t, AutogradMeta*& counts) {
  auto& meta = meta_of(t);
  if (meta.alias) [[unlikely]] {
    counts = meta_or_null(meta.alias->owner);
    return {Ref<Node>(meta.alias.get()), 0};
  }
  counts = &meta;
  if (!meta.accumulator) meta.accumulator = std::make_unique<AccumulateGrad>(t.impl());
  return {Ref<Node>(meta.accumulator.get()), 0};
}

}  // namespace

Edge gradient_edge(const Tensor& t) {
  if (!t.requires_grad()) return {};
  if (Node* node = grad_fn_of(t)) return {Ref<Node>(node), t.impl()->output_nr};
  AutogradMeta* counts = nullptr;
  return leaf_edge(t, counts);
}

Edge edge_of(const Tensor& t) {
  if (!t.requires_grad()) return {};
  if (Node* node = grad_fn_of(t)) return {Ref<Node>(node), t.impl()->output_nr};
  AutogradMeta* counts = nullptr;
  Edge edge = leaf_edge(t, counts);
  // Loads and stores, no locked instruction: a count lost between threads does no harm.
  constexpr auto relaxed = std::memory_order_relaxed;
  const bool anew = counts->uses_summed.load(relaxed);
  if (anew) counts->uses_summed.store(false, relaxed);
  counts->uses.store(anew ? 1 : counts->uses.load(relaxed) + 1, relaxed);
  return edge;
}

// ---- recording ----

bool needs_grad(std::span<const Tensor> inputs) {
  if (!grad_enabled()) return false;
  for (const auto& t : inputs) {
    if (t.defined() && t.requires_grad()) return true;
  }
  return false;
}

void set_history(const Tensor& out, const Ref<Node>& node, std::uint32_t nr) {
  out.impl()->grad_fn = node;
  out.impl()->output_nr = nr;
}

void set_edges(Node& node, std::span<const Tensor> inputs) {
  for (const auto& t : inputs) node.edges.push_back(t.defined() ? edge_of(t) : Edge{});
}

// ---- views and in-place ----

void mark_view(const Tensor& view, const Tensor& input) {
  const auto& base = input.impl()->base ? input.impl()->base : input.ref();
  view.impl()->base = base;
  view.impl()->view_generation = base->generation;
}

void check_inplace(const Tensor& t, const char* op) {
  TAUT_CHECK(!t.impl()->inference || inference_mode(), RuntimeError, op,
             ": Inplace update to inference tensor outside InferenceMode is not allowed. You can "
             "make a clone to get a normal tensor before doing inplace update.");
  if (!grad_enabled()) return;
  TAUT_CHECK(!t.impl()->requires_grad, RuntimeError, op,
             ": a leaf Variable that requires grad is being used in an in-place operation.");
  const auto* base = t.impl()->base.get();
  TAUT_CHECK(!(base && base->requires_grad), RuntimeError, op,
             ": a view of a leaf Variable that requires grad is being used in an in-place "
             "operation.");
  // The base would never learn of the change: the view has no history to carry it.
  TAUT_CHECK(
      !(base && base->grad_fn) || t.requires_grad(), RuntimeError, op,
      ": A view was created in no_grad mode and is being modified inplace with grad mode "
      "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. Move "
      "both the view and the inplace either inside the no_grad block or outside.");
}

void finish_inplace(const Tensor& t, const Ref<Node>& node) {
  t.bump_version();
  if (!node) return;
  if (t.is_view()) return detail::rebase_view(t, node);
  set_history(t, node);
  ++t.impl()->generation;
}

}  // namespace taut

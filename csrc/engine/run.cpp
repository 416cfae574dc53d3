#include "engine/run.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/error.h"
#include "engine/engine.h"
#include "engine/hooks.h"
#include "engine/terms.h"
#include "ops/accumulate.h"
#include "ops/autocast.h"
#include "ops/sparse.h"

namespace taut {
namespace {

std::atomic<std::uint64_t> g_next_run{0};
thread_local const Run* t_running = nullptr;

// The innermost run of this thread, for as long as it lasts.
class Running {
 public:
  explicit Running(const Run& run) : outer_(std::exchange(t_running, &run)) {}
  ~Running() { t_running = outer_; }
  Running(const Running&) = delete;

 private:
  const Run* outer_;
};

bool runs_later(const Node* a, const Node* b) { return a->sequence < b->sequence; }

AutogradMeta& leaf_meta(const Node& node) {
  return *static_cast<AutogradMeta*>(static_cast<const AccumulateGrad&>(node).variable->meta.get());
}
Tensor leaf_variable(const Node& node) {
  return Tensor(Ref<TensorImpl>(static_cast<const AccumulateGrad&>(node).variable));
}

// The frame of a node whose results go straight on.
class DirectFrame final : public GradFrame {
 public:
  DirectFrame(Run& run, Node& node) : run_(run), node_(node) {}
  const Tensor& grad(std::int64_t o) const override { return node_.visit.pending[o]; }
  bool needs(std::int64_t i) const override { return run_.wants(node_.edges[i]); }
  bool create_graph() const override { return run_.create_graph; }
  Dest dest(std::int64_t i, DimSpan sizes, DType dtype) override {
    return run_.dest(node_.edges[i], sizes, dtype, arrived());
  }
  ScaledDest dest_scaled(std::int64_t i, DimSpan sizes, DType dtype, bool any_strides) override {
    return run_.dest_scaled(node_.edges[i], sizes, dtype, any_strides, arrived());
  }
  Tensor part(std::int64_t i) override { return run_.part(node_.edges[i], arrived()); }
  void give(std::int64_t i, Tensor grad) override {
    if (grad.defined() && needs(i)) run_.give(node_.edges[i], std::move(grad));
  }

 private:
  // One of the gradients that the node got: it runs when there is one.
  const Tensor& arrived() const {
    const auto& all = node_.visit.pending;
    return *std::find_if(all.begin(), all.end(), [](const Tensor& t) { return t.defined(); });
  }

  Run& run_;
  Node& node_;
};

}  // namespace

bool backward_is_partial() { return t_running != nullptr && !t_running->captures.empty(); }

Run::Run(bool accumulate, bool retain_graph, bool create_graph)
    : accumulate(accumulate),
      retain_graph(retain_graph),
      create_graph(create_graph),
      collects_(anomaly_checks_nan() || terms_are_observed()) {}

Run::~Run() {
  for (Node* node : order_) node->visit = {};
  for (auto& [node, visit] : stashed_) node->visit = std::move(visit);
}

void Run::claim(Node& node) {
  if (node.visit.run == id_) return;
  if (node.visit.run != 0) stashed_.emplace_back(&node, std::move(node.visit));
  node.visit = {};
  node.visit.run = id_;
  node.visit.pending.resize(node.num_outputs);
  node.visit.needed = captures.empty();
  order_.push_back(&node);
}

void Run::prepare(std::span<const Edge> roots) {
  id_ = ++g_next_run;
  for (const auto& root : roots) claim(*root.node);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    for (const auto& edge : order_[i]->edges) {
      if (!edge.valid()) continue;
      claim(*edge.node);
      ++edge.node->visit.waiting;
    }
  }
  if (!captures.empty()) mark_needed();
  for (Node* node : order_) {
    if (node->visit.waiting == 0) push_ready(*node);
  }
}

// A node is needed when it is captured or leads to one that is: walk in topological order
// (a copy of the counts is spent on it) and decide backwards.
void Run::mark_needed() {
  std::vector<Node*> sorted;
  sorted.reserve(order_.size());
  for (Node* node : order_) {
    if (node->visit.waiting == 0) sorted.push_back(node);
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (const auto& edge : sorted[i]->edges) {
      if (edge.valid() && --edge.node->visit.waiting == 0) sorted.push_back(edge.node.get());
    }
  }
  for (const auto& capture : captures) {
    if (capture.node->visit.run == id_) capture.node->visit.needed = true;
  }
  for (auto it = sorted.rbegin(); it != sorted.rend(); ++it) {
    for (const auto& edge : (*it)->edges) {
      if (!edge.valid()) continue;
      ++edge.node->visit.waiting;
      (*it)->visit.needed |= edge.node->visit.needed;
    }
  }
}

void Run::push_ready(Node& node) {
  ready_.push_back(&node);
  std::push_heap(ready_.begin(), ready_.end(), runs_later);
}

void Run::seed(const Edge& root, Tensor grad) { give(root, std::move(grad)); }

void Run::execute() {
  const autocast::Off forward_only;
  const Running running(*this);
  for (std::uint32_t steps = 1; !ready_.empty(); ++steps) {
    std::pop_heap(ready_.begin(), ready_.end(), runs_later);
    Node& node = *ready_.back();
    ready_.pop_back();
    process(node);
    for (const auto& edge : node.edges) {
      if (edge.valid() && --edge.node->visit.waiting == 0) push_ready(*edge.node);
    }
    if (steps % 256 == 0) check_interrupt();
  }
}

void Run::process(Node& node) {
  auto& pending = node.visit.pending;
  if (!node.visit.needed) return;
  if (node.is_leaf_node()) return finish_leaf(node);
  if (node.extras_or_null()) run_output_hooks(node, pending);
  if (!captures.empty()) take_captures(node);
  const bool any =
      std::any_of(pending.begin(), pending.end(), [](const Tensor& t) { return t.defined(); });
  const bool expands = captures.empty() || std::any_of(node.edges.begin(), node.edges.end(),
                                                       [&](const Edge& e) { return wants(e); });
  if (any && expands) run_backward(node);
  for (auto& t : pending) t = Tensor();
  node.visit.whole = Tensor();
}

void Run::take_captures(Node& node) {
  for (auto& capture : captures) {
    if (capture.node == &node) capture.grad = node.visit.pending[capture.nr];
  }
}

void Run::run_backward(Node& node) {
  TAUT_CHECK(!node.released, RuntimeError, node.name(),
             ": Trying to backward through the graph a second time (or directly access saved "
             "tensors after they have already been freed). Saved intermediate values of the graph "
             "are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if "
             "you need to backward through the graph a second time or if you need to access saved "
             "tensors after calling backward.");
  if (node.extras_or_null() || collects_) [[unlikely]] {
    run_collected(node);
  } else {
    DirectFrame frame(*this, node);
    node.backward(frame);
  }
  if (!retain_graph) node.release_saved();
}

// With hooks or checks on the node, its gradients are gathered first and sent on afterwards.
void Run::run_collected(Node& node) {
  DirectFrame direct(*this, node);
  auto* extras = node.extras_or_null();
  if (extras && !extras->pre_hooks.empty()) run_pre_hooks(node, node.visit.pending);
  CollectFrame frame(direct, static_cast<std::int64_t>(node.edges.size()));
  backward_with_trace(node, frame);
  if (anomaly_checks_nan()) check_for_nan(node, frame.grads);
  if (extras && !extras->post_hooks.empty()) run_post_hooks(node, frame.grads);
  if (terms_are_observed()) report_terms(node, frame.grads, direct);
  for (std::size_t i = 0; i < frame.grads.size(); ++i) {
    direct.give(static_cast<std::int64_t>(i), std::move(frame.grads[i]));
  }
}

bool Run::writes_directly(const Node& leaf) const {
  if (!accumulate || create_graph || !captures.empty()) return false;
  return leaf_meta(leaf).hooks.empty();
}

Dest Run::dest(const Edge& edge, DimSpan sizes, DType dtype, const Tensor& arrived) {
  Node& node = *edge.node;
  if (node.is_leaf_node() && writes_directly(node)) {
    const auto* leaf = static_cast<const AccumulateGrad&>(node).variable;
    auto& grad = leaf_meta(node).grad;
    if (!grad.defined() && leaf->contiguous && same(leaf->sizes, sizes) && leaf->dtype == dtype) {
      grad = empty_beside(arrived, sizes, dtype);
      return {grad, 0.0};
    }
    if (grad.defined() && grad.is_sparse()) [[unlikely]]
      grad = to_dense(grad);
    if (grad.defined() && grad.is_contiguous() && grad.dtype() == dtype &&
        same(grad.sizes(), sizes)) {
      grad.bump_version();
      return {grad, 1.0};
    }
  }
  Tensor& slot = node.visit.pending[edge.nr];
  if (!slot.defined()) {
    slot = empty_beside(arrived, sizes, dtype);
    return {slot, 0.0};
  }
  if (slot.is_sparse()) [[unlikely]]
    slot = to_dense(slot);
  if (!slot.is_sole_owner() || !slot.is_contiguous()) slot = copy_contiguous(slot);
  return {slot, 1.0};
}

// What goes to an alias goes into its owner's gradient at once, where the kernel can.
ScaledDest Run::dest_scaled(const Edge& edge, DimSpan sizes, DType dtype, bool any_strides,
                            const Tensor& arrived) {
  const AliasGrad* alias = edge.node->as_alias();
  if (alias == nullptr || edge.node->extras_or_null() || (alias->transposed && !any_strides)) {
    if (any_strides) {
      if (Tensor place = part(edge, arrived); place.defined()) return {std::move(place), 1.0, 0.0};
    }
    const Dest d = dest(edge, sizes, dtype, arrived);
    return {d.tensor, 1.0, d.beta};
  }
  const Edge& owner = edge.node->edges[0];
  if (!alias->transposed) {
    const Dest d = dest(owner, sizes, dtype, arrived);
    return {d.tensor, alias->scale, d.beta};
  }
  const Dest d = dest(owner, Dims{sizes[1], sizes[0]}, dtype, arrived);
  const Tensor turned = taut::alias(d.tensor, {sizes[0], sizes[1]},
                                    {d.tensor.stride(1), d.tensor.stride(0)}, d.tensor.offset());
  return {turned, alias->scale, d.beta};
}

// The first gradient that an output gets may take its place among those of the others, where nobody
// looks at it by itself.
Tensor Run::part(const Edge& edge, const Tensor& arrived) {
  Node& node = *edge.node;
  Tensor& slot = node.visit.pending[edge.nr];
  if (slot.defined() || create_graph || !captures.empty() || node.extras_or_null()) return {};
  slot = node.part_of(node.visit.whole, edge.nr, arrived);
  return slot;
}

void Run::give(const Edge& edge, Tensor grad) {
  Node& node = *edge.node;
  if (node.is_leaf_node() && writes_directly(node) && !node.visit.pending[0].defined()) {
    return accumulate_into_grad(leaf_variable(node), std::move(grad), false);
  }
  Tensor& slot = node.visit.pending[edge.nr];
  if (!slot.defined()) {
    slot = std::move(grad);
  } else {
    slot = accumulated(std::move(slot), grad, create_graph);
  }
}

void Run::finish_leaf(Node& node) {
  auto& meta = leaf_meta(node);
  meta.uses_summed.store(true, std::memory_order_relaxed);
  Tensor total = std::move(node.visit.pending[0]);
  node.visit.pending[0] = Tensor();
  if (total.defined()) {
    total = run_leaf_hooks(meta, std::move(total));
    for (auto& capture : captures) {
      if (capture.node == &node) capture.grad = total;
    }
    if (!accumulate) return;
    accumulate_into_grad(leaf_variable(node), std::move(total), create_graph);
  }
  if (accumulate && meta.grad.defined() && !meta.post_hooks.empty()) {
    run_post_accumulate_hooks(meta, leaf_variable(node));
  }
}

}  // namespace taut

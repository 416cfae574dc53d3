// Hooks and checks around the run of one node.
#pragma once

#include <vector>

#include "graph/meta.h"

namespace taut {

// Gathers the gradients of a node's inputs instead of sending them on.
class CollectFrame final : public GradFrame {
 public:
  CollectFrame(const GradFrame& outer, std::int64_t inputs)
      : outer_(outer), grads(static_cast<std::size_t>(inputs)) {}
  const Tensor& grad(std::int64_t o) const override { return outer_.grad(o); }
  bool needs(std::int64_t i) const override { return outer_.needs(i); }
  bool create_graph() const override { return outer_.create_graph(); }
  Dest dest(std::int64_t i, DimSpan sizes, DType dtype) override {
    auto& slot = grads[static_cast<std::size_t>(i)];
    slot = empty(sizes, dtype);
    return {slot, 0.0};
  }
  void give(std::int64_t i, Tensor grad) override {
    grads[static_cast<std::size_t>(i)] = std::move(grad);
  }

 private:
  const GradFrame& outer_;

 public:
  std::vector<Tensor> grads;
};

// Tensor hooks of a node's outputs, then retain_grad.
void run_output_hooks(Node& node, SmallVec<Tensor, 1>& pending);
void run_pre_hooks(Node& node, SmallVec<Tensor, 1>& pending);
void run_post_hooks(Node& node, std::vector<Tensor>& grad_inputs);
Tensor run_leaf_hooks(AutogradMeta& meta, Tensor grad);
void run_post_accumulate_hooks(AutogradMeta& meta, const Tensor& leaf);

// Runs the node's backward; under anomaly mode an error says where the node was created.
void backward_with_trace(Node& node, GradFrame& frame);
void check_for_nan(const Node& node, std::span<const Tensor> grads);

// The bindings install where warnings go.
void set_warning_sink(void (*f)(const std::string& text));

}  // namespace taut

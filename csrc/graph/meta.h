// What autograd keeps with a tensor: its gradient, its leaf node, its hooks, its view relation.
#pragma once

#include <memory>
#include <vector>

#include "graph/node.h"

namespace taut {

// The end of the graph: the gradient of a leaf arrives here. Lives in the leaf's meta.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(TensorImpl* leaf) : Node(leaf), variable(leaf) {
    sequence = ~std::uint64_t{0};  // leaves run as soon as they can
  }
  const char* name() const override { return "AccumulateGrad"; }
  void backward(GradFrame& frame) override;
  bool is_leaf_node() const override { return true; }

  TensorImpl* const variable;
};

// After the gradient of a leaf is complete.
struct PostAccumulateHook {
  virtual ~PostAccumulateHook() = default;
  virtual void operator()(const Tensor& leaf) = 0;
};

struct AutogradMeta final : AutogradMetaBase {
  Tensor grad;
  // Owned here, counted with the tensor (see Node::lifetime_): never deleted by its own count.
  std::unique_ptr<AccumulateGrad> accumulator;

  struct Hook {
    std::int64_t id;
    std::shared_ptr<TensorHook> hook;
  };
  struct PostHook {
    std::int64_t id;
    std::shared_ptr<PostAccumulateHook> hook;
  };
  std::vector<Hook> hooks;          // of a leaf; others keep them on grad_fn
  std::vector<PostHook> post_hooks;
  std::shared_ptr<Tensor> retained_grad;  // of a non-leaf that retains its gradient
  std::string name;

  ~AutogradMeta() override;
};

inline AutogradMeta* meta_or_null(const Tensor& t) {
  return static_cast<AutogradMeta*>(t.impl()->meta.get());
}
AutogradMeta& meta_of(const Tensor& t);

// The gradient of t; not defined() when it has none.
Tensor grad_of(const Tensor& t);
void set_grad(const Tensor& t, Tensor grad);

// The node that made t, brought up to date when t is a view of something changed in place.
// Null for a leaf.
Node* grad_fn_of(const Tensor& t);
// Where the gradient of t goes: its grad_fn, its leaf node, or nowhere.
Edge edge_of(const Tensor& t);

// Keeps the gradient of a non-leaf in .grad when a backward passes it.
void retain_grad(const Tensor& t);

// Ids for hook handles, unique in the process.
std::int64_t next_hook_id();

}  // namespace taut

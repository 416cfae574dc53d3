// What autograd keeps with a tensor: its gradient, its leaf node, its hooks, its view relation.
#pragma once

#include <atomic>
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

// The node of a leaf that stands for another one, its owner: the same memory, read transposed or
// not, whose gradient belongs to the owner. It passes what arrives on. Lives in the alias's meta.
// See Note [Aliases of leaves] in graph/leaf_alias.cpp.
class AliasGrad final : public Node {
 public:
  AliasGrad(TensorImpl* alias, const Tensor& owner, bool transposed, double scale);
  ~AliasGrad() override;
  const char* name() const override { return "AliasGrad"; }
  void backward(GradFrame& frame) override;  // in ops/leaf_alias.cpp: it is made of operations
  const AliasGrad* as_alias() const override { return this; }

  TensorImpl* const variable;
  const Tensor owner;
  const bool transposed;  // two dimensions, exchanged
  const double scale;     // of what this alias adds to the gradient
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
  std::unique_ptr<AliasGrad> alias;  // of a leaf that stands for another
  std::vector<TensorImpl*> aliases;  // of a leaf: those that stand for it; each takes itself off

  // How often operations recorded the leaf or an alias of it, in the last forward: the count starts
  // anew with the first use after a backward has summed the terms.
  std::atomic<std::uint32_t> uses{0};
  std::atomic<bool> uses_summed{false};

  struct Hook {
    std::int64_t id;
    std::shared_ptr<TensorHook> hook;
  };
  struct PostHook {
    std::int64_t id;
    std::shared_ptr<PostAccumulateHook> hook;
  };
  std::vector<Hook> hooks;  // of a leaf; others keep them on grad_fn
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
Edge gradient_edge(const Tensor& t);
// The same for an operation that records t; counts the use of a leaf.
Edge edge_of(const Tensor& t);

// The leaf that has the gradient of t: another one for an alias, else t.
const Tensor& owner_of(const Tensor& t);

// Keeps the gradient of a non-leaf in .grad when a backward passes it.
void retain_grad(const Tensor& t);

// Ids for hook handles, unique in the process.
std::int64_t next_hook_id();

}  // namespace taut

// Recording: how an operation puts itself into the graph.
#pragma once

#include <initializer_list>
#include <utility>

#include "graph/grad_mode.h"
#include "graph/meta.h"

namespace taut {

template <class... Ts>
bool needs_grad(const Tensor& first, const Ts&... rest) {
  return grad_enabled() && ((first.defined() && first.requires_grad()) || ... ||
                            (rest.defined() && rest.requires_grad()));
}
bool needs_grad(std::span<const Tensor> inputs);

// Makes `node` the maker of `out` (output number nr).
void set_history(const Tensor& out, const Ref<Node>& node, std::uint32_t nr = 0);

inline void set_edges(Node& node, std::initializer_list<std::reference_wrapper<const Tensor>> in) {
  for (const Tensor& t : in) node.edges.push_back(t.defined() ? edge_of(t) : Edge{});
}
void set_edges(Node& node, std::span<const Tensor> inputs);

// Views ---------------------------------------------------------------------------------------

// Marks `view` (just made by alias()) as a view of `input`, so that an in-place change of one is
// seen in the history of the other. Call whether or not the view is recorded.
void mark_view(const Tensor& view, const Tensor& input);

// In-place operations ---------------------------------------------------------------------------

// Raises where PyTorch forbids changing t in place (a leaf that requires grad, a view of one, an
// inference tensor outside inference mode). Call before the first write.
void check_inplace(const Tensor& t, const char* op);

// After an in-place write: bumps the version and, when `node` is given, makes it the history of
// t. If t is a view, its base (and every other view) follows: see Note [In-place on views] in
// ops/rebase.cpp.
void finish_inplace(const Tensor& t, const Ref<Node>& node = nullptr);

namespace detail {
// A gradient of an alias as one of its owner, or the other way around; recorded. In
// ops/leaf_alias.cpp.
Tensor through_alias(const AliasGrad& alias, Tensor grad);
// Defined in ops/rebase.cpp, for their backwards are made of operations.
void rebase_view(const Tensor& view, const Ref<Node>& node);
void refresh_view_history(const Tensor& view);
}  // namespace detail

// Fused operations --------------------------------------------------------------------------------

// A node whose backward is a kernel. When the gradients must be differentiable themselves, the
// engine differentiates `reference` instead: the same function composed of operations.
class FusedNode : public Node {
 public:
  // Values of the inputs, in the order of the edges (undefined where an input was not given).
  virtual SmallVec<Tensor, 4> inputs() const = 0;
  virtual SmallVec<Tensor, 2> reference(std::span<const Tensor> inputs) const = 0;
  virtual void kernel(GradFrame& frame) = 0;
  void backward(GradFrame& frame) final;
};

}  // namespace taut

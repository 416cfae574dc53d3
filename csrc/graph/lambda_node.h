// Nodes written beside their operation: a name, the values kept, the backward as a lambda.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>

#include "graph/record.h"

namespace taut {

using TensorSpan = std::span<const Tensor>;

// F: void(GradFrame&, TensorSpan saved), the saved values in the order given.
template <class F>
class LambdaNode final : public Node {
 public:
  LambdaNode(const char* name, std::span<const Tensor> saved, F f) : name_(name), f_(std::move(f)) {
    for (const auto& t : saved) saved_.push_back(t.defined() ? SavedTensor(t) : SavedTensor());
  }
  const char* name() const override { return name_; }
  void backward(GradFrame& frame) override {
    SmallVec<Tensor, 2> values;
    for (const auto& s : saved_) values.push_back(s.defined() ? s.unpack(*this) : Tensor());
    f_(frame, values);
  }
  void each_saved(SavedValues& values) override {
    for (auto& s : saved_) values(s);
  }

 private:
  const char* name_;
  SmallVec<SavedTensor, 2> saved_;
  F f_;
};

// A node for an operation on `inputs`, or null when none of them needs a gradient. For an in-place
// operation, make it before the write and give it to finish_inplace().
template <class F>
Ref<Node> lambda_node(const char* name, std::span<const Tensor> inputs,
                      std::span<const Tensor> saved, F f) {
  if (!needs_grad(inputs)) return nullptr;
  auto node = make<LambdaNode<F>>(name, saved, std::move(f));
  set_edges(*node, inputs);
  return node;
}
template <class F>
Ref<Node> lambda_node(const char* name, std::initializer_list<Tensor> inputs,
                      std::initializer_list<Tensor> saved, F f) {
  return lambda_node(name, std::span<const Tensor>(inputs.begin(), inputs.size()),
                     std::span<const Tensor>(saved.begin(), saved.size()), std::move(f));
}

// Makes that node the history of out.
template <class F>
void record(const Tensor& out, const char* name, std::initializer_list<Tensor> inputs,
            std::initializer_list<Tensor> saved, F f) {
  if (auto node = lambda_node(name, inputs, saved, std::move(f))) set_history(out, node);
}

}  // namespace taut

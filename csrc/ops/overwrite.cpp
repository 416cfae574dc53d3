#include "ops/overwrite.h"

#include "core/error.h"
#include "ops/creation.h"

namespace taut {
namespace {

class Overwritten final : public Node {
 public:
  explicit Overwritten(const char* name) : name_(name) {}
  const char* name() const override { return name_; }
  void backward(GradFrame& frame) override {
    for (int64_t i = 0; i < edges.size(); ++i) {
      if (!frame.needs(i)) continue;
      frame.give(i, zeros_beside(frame.grad(), inputs_[i].sizes, inputs_[i].dtype));
    }
  }
  void add_input(const Tensor& t) { inputs_.push_back({t.sizes(), t.dtype()}); }

 private:
  struct Input {
    Dims sizes;
    DType dtype;
  };
  const char* name_;
  SmallVec<Input, 2> inputs_;
};

}  // namespace

Ref<Node> overwritten(const char* name,
                      std::initializer_list<std::reference_wrapper<const Tensor>> inputs) {
  bool wanted = false;
  for (const Tensor& t : inputs) wanted = wanted || needs_grad(t);
  if (!wanted) return nullptr;
  auto node = make<Overwritten>(name);
  for (const Tensor& t : inputs) node->add_input(t);
  set_edges(*node, inputs);
  return node;
}

Tensor empty_as(const Tensor& t, DType dtype) {
  const Tensor inputs[] = {t};
  return empty_result(t.sizes(), inputs, dtype);
}

void check_writable(const Tensor& t, const char* op) {
  check_inplace(t, op);
  for (int64_t d = 0; d < t.dim(); ++d) {
    TAUT_CHECK(t.size(d) <= 1 || t.stride(d) != 0, RuntimeError, op,
               ": several elements of the tensor share one memory location (dimension ", d,
               " is expanded); clone() it first");
  }
}

}  // namespace taut

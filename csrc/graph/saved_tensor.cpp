// Values kept for backward, as they are or as hooks pack them.
#include "core/error.h"
#include "graph/record.h"
#include "graph/saved_hooks.h"

namespace taut {

thread_local SavedTensorHooks* detail::t_saved_hooks = nullptr;

struct SavedTensor::Packed {
  std::shared_ptr<PackedValue> value;
  Edge edge;  // where the gradient of the value goes; not set for an output, which would be a cycle
};

namespace {

// Sizes, strides and dtype of t over no memory.
Tensor geometry_of(const Tensor& t) {
  return Tensor(
      make<TensorImpl>(Storage::allocate(0), t.offset(), t.sizes(), t.strides(), t.dtype()));
}

// Joins an unpacked value to the graph where the saved one was.
struct UnpackedValue final : Node {
  explicit UnpackedValue(Edge edge) { edges.push_back(std::move(edge)); }
  const char* name() const override { return "AliasBackward0"; }
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, frame.grad());
  }
};

}  // namespace

SavedTensor::SavedTensor(const Tensor& t, bool is_output) : is_output_(is_output) {
  if (!t.defined()) return;
  TAUT_CHECK(!t.impl()->inference, RuntimeError,
             "Inference tensors cannot be saved for backward. To work around you can make a clone "
             "to get a normal tensor and use it in autograd.");
  version_ = t.version();
  output_nr_ = t.impl()->output_nr;
  if (saved_tensor_hooks() != nullptr) [[unlikely]] {
    pack(t);
  } else {
    tensor_ = is_output ? alias(t) : t;
  }
}

void SavedTensor::pack(const Tensor& t) {
  packed_ = std::make_shared<Packed>();
  if (!is_output_) packed_->edge = edge_of(t);
  NoGrad guard;
  packed_->value = saved_tensor_hooks()->pack(alias(t));
  tensor_ = geometry_of(t);
}

Tensor SavedTensor::unpack(const Node& node) const {
  if (!tensor_.defined()) return tensor_;
  if (packed_) return unpack_packed(node);
  TAUT_CHECK(
      tensor_.version() == version_, RuntimeError,
      "one of the variables needed for gradient computation has been modified by an inplace "
      "operation: a tensor of shape ",
      ShapeText{tensor_.sizes()}, " saved by ", node.name(), " is at version ", tensor_.version(),
      "; expected version ", version_,
      " instead. Hint: enable anomaly detection to find the operation that failed to compute its "
      "gradient, with taut.autograd.set_detect_anomaly(True).");
  return is_output_ && grad_enabled() ? as_output(tensor_, node) : tensor_;
}

Tensor SavedTensor::as_output(const Tensor& value, const Node& node) const {
  Tensor out = alias(value);
  out.impl()->grad_fn = Ref<RefCounted>(const_cast<Node*>(&node));
  out.impl()->output_nr = output_nr_;
  return out;
}

Tensor SavedTensor::unpack_packed(const Node& node) const {
  const Tensor value = packed_->value->unpack();
  TAUT_CHECK(
      value.defined() && value.dtype() == tensor_.dtype() && same(value.sizes(), tensor_.sizes()),
      RuntimeError, "saved_tensors_hooks: ", node.name(), " saved a ", tensor_.dtype(),
      " tensor of shape ", ShapeText{tensor_.sizes()}, ", and the unpack hook must return one");
  if (!grad_enabled()) return value;
  if (is_output_) return as_output(value, node);
  if (!packed_->edge.valid()) return value;
  Tensor out = alias(value);
  set_history(out, make<UnpackedValue>(packed_->edge));
  return out;
}

}  // namespace taut

// The graph: a Node per recorded operation, edges to the nodes that made its inputs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace taut {

class Node;
class AliasGrad;
class SavedTensor;
class SavedValues;

// Where the gradient of an input goes: output `nr` of `node`. No node: nobody wants it.
struct Edge {
  Ref<Node> node;
  std::uint32_t nr = 0;
  bool valid() const { return static_cast<bool>(node); }
};

// Where a backward kernel writes the gradient of one input. beta 0: overwrite, never read.
// beta 1: add to what is there.
struct Dest {
  Tensor tensor;
  double beta;
};

// The same for a kernel that takes a factor: tensor = alpha gradient + beta tensor.
struct ScaledDest {
  Tensor tensor;
  double alpha, beta;
};

// What a Node sees of a running backward: the gradients of its outputs, and a place to put
// those of its inputs. An input takes one dest() or give(), or nothing (a zero gradient).
class GradFrame {
 public:
  // Gradient of output o; not defined() when nothing downstream used that output.
  virtual const Tensor& grad(std::int64_t o = 0) const = 0;
  // Whether the gradient of input i is wanted.
  virtual bool needs(std::int64_t i) const = 0;
  // True when the gradients are themselves to be differentiable: work in recorded operations.
  virtual bool create_graph() const = 0;
  // Memory for the gradient of input i, contiguous or laid out as the input is. Ask right before
  // the kernel: with beta 0 it holds garbage until written. Not available under create_graph.
  virtual Dest dest(std::int64_t i, DimSpan sizes, DType dtype) = 0;
  // The same for kernels with a factor, and, where any_strides, a result of any strides: the
  // gradient of an alias of a leaf goes straight into the leaf's.
  virtual ScaledDest dest_scaled(std::int64_t i, DimSpan sizes, DType dtype, bool any_strides) {
    (void)any_strides;
    const Dest d = dest(i, sizes, dtype);
    return {d.tensor, 1.0, d.beta};
  }
  // Memory of any strides for the whole gradient of input i, to be overwritten: the place that it
  // has in the gradient of a tensor that the input is a part of. Undefined where there is none:
  // then allocate and give(). The memory is nobody else's until the node returns.
  virtual Tensor part(std::int64_t i) {
    (void)i;
    return {};
  }
  // Hands over a finished gradient.
  virtual void give(std::int64_t i, Tensor grad) = 0;

 protected:
  ~GradFrame() = default;
};

// A hook sees a gradient and may replace it (an undefined result keeps it).
struct TensorHook {
  virtual ~TensorHook() = default;
  virtual Tensor operator()(const Tensor& grad) = 0;
};
// Called after a node ran; may replace the gradients of its inputs.
struct NodeHook {
  virtual ~NodeHook() = default;
  virtual void after(std::vector<Tensor>& grad_inputs, std::span<const Tensor> grad_outputs) {
    (void)grad_inputs, (void)grad_outputs;
  }
  virtual void before(std::vector<Tensor>& grad_outputs) { (void)grad_outputs; }
};

// Rare things attached to a node.
struct NodeExtras {
  struct OutputHook {
    std::uint32_t output;
    std::int64_t id;
    std::shared_ptr<TensorHook> hook;
  };
  struct Hook {
    std::int64_t id;
    std::shared_ptr<NodeHook> hook;
  };
  std::vector<OutputHook> output_hooks;  // in order of registration
  std::vector<Hook> pre_hooks, post_hooks;
  // Cells that keep the gradient of an output (retain_grad), shared with the tensor's meta.
  std::vector<std::pair<std::uint32_t, std::shared_ptr<Tensor>>> retained;
  std::string trace;             // where it was created, under anomaly mode
  std::shared_ptr<void> python;  // metadata dict
};

class Node : public RefCounted {
 public:
  // Inputs' edges, in the order that GradFrame counts inputs.
  SmallVec<Edge, 3> edges;

  virtual const char* name() const = 0;
  virtual void backward(GradFrame& frame) = 0;
  // Hands every value kept for backward to `values`, which frees or lists it.
  virtual void each_saved(SavedValues& values) { (void)values; }
  // For a node whose outputs tile its input: the part of `whole`, a gradient of the input, that is
  // output nr's; allocates `whole`, beside t, if it is undefined.
  virtual Tensor part_of(Tensor& whole, std::uint32_t nr, const Tensor& t) const {
    (void)whole, (void)nr, (void)t;
    return {};
  }
  // Frees saved values; afterwards a second backward is an error.
  void release_saved();
  // False once released, for a node that saved anything.
  bool released = false;

  std::uint32_t num_outputs = 1;
  // Creation order on this thread: a later node runs first.
  std::uint64_t sequence;

  NodeExtras& extras() {
    if (!extras_) extras_ = std::make_unique<NodeExtras>();
    return *extras_;
  }
  NodeExtras* extras_or_null() const { return extras_.get(); }

  // A leaf's node lives inside its tensor, and shares the tensor's lifetime.
  void retain() noexcept { lifetime_->RefCounted::retain(); }
  void release() noexcept { lifetime_->RefCounted::release(); }

  // Bookkeeping of the backward that visits the node; only the engine touches it.
  struct Visit {
    std::uint64_t run = 0;        // 0: none
    std::uint32_t waiting = 0;    // edges from nodes that have not run yet
    bool needed = false;          // on a path to an input whose gradient is wanted
    SmallVec<Tensor, 1> pending;  // gradient per output
    Tensor whole;                 // what pending gradients are parts of, see part_of
  };
  Visit visit;

  virtual bool is_leaf_node() const { return false; }
  // Of the node of an alias of a leaf.
  virtual const AliasGrad* as_alias() const { return nullptr; }

 protected:
  Node();
  explicit Node(RefCounted* lifetime) : Node() { lifetime_ = lifetime; }
  ~Node() override = default;
  void last_reference_gone() noexcept override;

 private:
  RefCounted* lifetime_ = this;
  std::unique_ptr<NodeExtras> extras_;
};

// The sequence of this thread's latest node.
std::uint64_t last_sequence();

// A value kept for backward, with the version it had. unpack() raises when it was changed since.
class SavedTensor {
 public:
  SavedTensor() = default;
  // An input of the operation, or a value of no history.
  explicit SavedTensor(const Tensor& t) : SavedTensor(t, false) {}
  // An output of `node` itself: kept without its grad_fn, which would be a cycle.
  static SavedTensor output(const Tensor& t) { return SavedTensor(t, true); }

  bool defined() const { return tensor_.defined(); }
  // The value for use in backward; an output gets `node` as its grad_fn again.
  Tensor unpack(const Node& node) const;
  // Geometry only: no version check, no history.
  const Tensor& peek() const { return tensor_; }

 private:
  struct Packed;  // what hooks keep instead; see graph/saved_hooks.h

  SavedTensor(const Tensor& t, bool is_output);
  void pack(const Tensor& t);
  Tensor as_output(const Tensor& value, const Node& node) const;
  Tensor unpack_packed(const Node& node) const;

  Tensor tensor_;  // when packed, its geometry without memory
  std::shared_ptr<Packed> packed_;
  std::uint32_t version_ = 0;
  std::uint32_t output_nr_ = 0;
  bool is_output_ = false;
};

// Goes over the values that a node keeps: frees them or, given a list, lists them.
class SavedValues {
 public:
  SavedValues() = default;
  explicit SavedValues(std::vector<Tensor>& list) : list_(&list) {}

  void operator()(SavedTensor& s) {
    if (s.defined()) seen(s, s.peek());
  }
  void operator()(Tensor& t) {
    if (t.defined()) seen(t, t);
  }

  bool releasing() const { return list_ == nullptr; }
  // Whether there was one.
  bool any() const { return any_; }

 private:
  template <class Kept>
  void seen(Kept& kept, const Tensor& value) {
    any_ = true;
    if (list_ != nullptr) {
      list_->push_back(value);
    } else {
      kept = Kept();
    }
  }

  std::vector<Tensor>* list_ = nullptr;
  bool any_ = false;
};

inline void Node::release_saved() {
  SavedValues values;
  each_saved(values);
  released = values.any();
}

// Installed by the bindings: returns the Python stack as text, for anomaly mode.
void set_trace_source(std::string (*f)());
bool anomaly_mode();
bool anomaly_checks_nan();
void set_anomaly_mode(bool on, bool check_nan);

}  // namespace taut

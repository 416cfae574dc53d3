#include "graph/node.h"

#include "core/error.h"
#include "graph/grad_mode.h"

namespace taut {

thread_local bool detail::t_grad_enabled = true;
thread_local bool detail::t_inference = false;

namespace {

thread_local std::uint64_t t_sequence = 0;
thread_local std::vector<Node*>* t_dying = nullptr;

std::string (*g_trace_source)() = nullptr;
bool g_anomaly = false;
bool g_anomaly_nan = true;

}  // namespace

void set_trace_source(std::string (*f)()) { g_trace_source = f; }
bool anomaly_mode() { return g_anomaly; }
bool anomaly_checks_nan() { return g_anomaly && g_anomaly_nan; }
void set_anomaly_mode(bool on, bool check_nan) {
  g_anomaly = on;
  g_anomaly_nan = check_nan;
}

Node::Node() : sequence(++t_sequence) {
  if (g_anomaly && g_trace_source) [[unlikely]] extras().trace = g_trace_source();
}

// Freeing a node frees what it points to, and so on down the graph: a list instead of recursion
// lets a chain of a million nodes end without a million stack frames.
void Node::last_reference_gone() noexcept {
  if (t_dying != nullptr) {
    t_dying->push_back(this);
    return;
  }
  std::vector<Node*> dying;
  t_dying = &dying;
  for (Node* node = this;;) {
    delete node;
    if (dying.empty()) break;
    node = dying.back();
    dying.pop_back();
  }
  t_dying = nullptr;
}

SavedTensor::SavedTensor(const Tensor& t) : tensor_(t) {
  if (!t.defined()) return;
  TAUT_CHECK(!t.impl()->inference, RuntimeError,
             "Inference tensors cannot be saved for backward. To work around you can make a clone "
             "to get a normal tensor and use it in autograd.");
  version_ = t.version();
}

SavedTensor SavedTensor::output(const Tensor& t) {
  SavedTensor s(t);
  s.tensor_ = alias(t);
  s.output_nr_ = t.impl()->output_nr;
  s.is_output_ = true;
  return s;
}

Tensor SavedTensor::unpack(const Node& node) const {
  if (!tensor_.defined()) return tensor_;
  TAUT_CHECK(
      tensor_.version() == version_, RuntimeError,
      "one of the variables needed for gradient computation has been modified by an inplace "
      "operation: a tensor of shape ",
      ShapeText{tensor_.sizes()}, " saved by ", node.name(), " is at version ", tensor_.version(),
      "; expected version ", version_,
      " instead. Hint: enable anomaly detection to find the operation that failed to compute its "
      "gradient, with taut.autograd.set_detect_anomaly(True).");
  if (!is_output_ || !grad_enabled()) return tensor_;
  Tensor out = alias(tensor_);
  out.impl()->grad_fn = Ref<RefCounted>(const_cast<Node*>(&node));
  out.impl()->output_nr = output_nr_;
  return out;
}

}  // namespace taut

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

std::uint64_t last_sequence() { return t_sequence; }

Node::Node() : sequence(++t_sequence) {
  if (g_anomaly && g_trace_source) [[unlikely]]
    extras().trace = g_trace_source();
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

}  // namespace taut

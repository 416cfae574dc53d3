// One backward: the bookkeeping of a walk over the graph.
#pragma once

#include <vector>

#include "graph/record.h"

namespace taut {

// A gradient that the caller asked for, taken when it is complete.
struct Capture {
  Node* node;
  std::uint32_t nr;
  Tensor grad;
};

class Run {
 public:
  Run(bool accumulate, bool retain_graph, bool create_graph);
  ~Run();
  Run(const Run&) = delete;

  const bool accumulate;  // leaves add into .grad
  const bool retain_graph;
  const bool create_graph;
  std::vector<Capture> captures;

  // Counts dependencies from the roots and, when captures exist, marks what leads to them.
  void prepare(std::span<const Edge> roots);
  // Adds a gradient to a root's pending one.
  void seed(const Edge& root, Tensor grad);
  void execute();

  bool wants(const Edge& edge) const { return edge.valid() && edge.node->visit.needed; }
  // Destinations, see GradFrame, on the device of a gradient that arrived at the node that asks.
  Dest dest(const Edge& edge, DimSpan sizes, DType dtype, const Tensor& arrived);
  ScaledDest dest_scaled(const Edge& edge, DimSpan sizes, DType dtype, bool any_strides,
                         const Tensor& arrived);
  Tensor part(const Edge& edge, const Tensor& arrived);
  void give(const Edge& edge, Tensor grad);

 private:
  void claim(Node& node);
  void mark_needed();
  void process(Node& node);
  void take_captures(Node& node);
  void run_backward(Node& node);
  void run_collected(Node& node);
  void finish_leaf(Node& node);
  void push_ready(Node& node);
  bool writes_directly(const Node& leaf) const;

  const bool collects_;  // every node's gradients are looked at before they are sent on
  std::uint64_t id_ = 0;
  std::vector<Node*> order_;  // every node of this run, as discovered
  std::vector<Node*> ready_;  // a heap by sequence
  // States of nodes that an outer run is in the middle of, put back at the end.
  std::vector<std::pair<Node*, Node::Visit>> stashed_;
};

// Interrupt check of the bindings, called now and then.
void check_interrupt();

}  // namespace taut

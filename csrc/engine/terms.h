// Who looks at the gradient of a parameter term by term: one term for every use of it in the graph.
#pragma once

#include <span>

#include "graph/meta.h"

namespace taut {

// Sees each term that a node sends to a leaf (or an alias of one, in the alias's shape and before
// its factor), before it is added. It may keep the term; it must not change it.
struct TermObserver {
  virtual ~TermObserver() = default;
  virtual void operator()(const Tensor& leaf, Node& use, const Tensor& term) = 0;
};

// Observers of the backwards of this thread, innermost last. While there are none, a backward pays
// for one test per node.
void push_term_observer(std::shared_ptr<TermObserver> observer);
void pop_term_observer();
bool terms_are_observed();

// Shows the observers what `node` found for those of its inputs that are leaves.
void report_terms(Node& node, std::span<const Tensor> grads, const GradFrame& frame);

}  // namespace taut

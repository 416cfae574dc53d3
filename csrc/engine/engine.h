// Running the graph backward.
#pragma once

#include <span>
#include <vector>

#include "graph/record.h"

namespace taut {

// Adds the gradients of `outputs` (weighted by grad_outputs; undefined means 1 for a scalar) into
// .grad of the leaves, or of `inputs` only when any are given.
void backward(std::span<const Tensor> outputs, std::span<const Tensor> grad_outputs,
              std::span<const Tensor> inputs, bool retain_graph, bool create_graph);

// Returns the gradients of `inputs`; nothing is written into .grad.
std::vector<Tensor> grad(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                         std::span<const Tensor> grad_outputs, bool retain_graph, bool create_graph,
                         bool allow_unused);

// Whether the backward that runs on this thread (the innermost one) leads to certain tensors only:
// a grad(), or a backward() of given inputs.
bool backward_is_partial();

// Called now and then during a long backward; may throw to stop it. The bindings install a check
// for Ctrl-C.
void set_interrupt_check(void (*f)());

}  // namespace taut

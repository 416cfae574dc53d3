// How gradients meet: what the engine needs of the operations.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// a + b. Adds into the memory of `a` when nobody else can see it and the result need not be
// differentiable.
Tensor accumulated(Tensor a, const Tensor& b, bool create_graph);
// Adds `grad` to the gradient of a leaf; takes it over as it is where that is safe.
void accumulate_into_grad(const Tensor& leaf, Tensor grad, bool create_graph);

Tensor copy_contiguous(const Tensor& t);  // not recorded
bool has_nan(const Tensor& t);

}  // namespace taut

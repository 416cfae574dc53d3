// The gradient of operations whose result is one chosen element per line: max, median, ...
#pragma once

#include "tensor/tensor.h"

namespace taut {

// Makes `values` (one per line of t along dim, taken at `indices`) a result of t under the node
// name `label`: the gradient of each goes to its place. Does nothing where t has no gradient.
void record_selection(const char* label, const Tensor& values, const Tensor& indices,
                      const Tensor& t, int64_t dim, bool keepdim);

}  // namespace taut

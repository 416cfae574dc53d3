// Elementwise arithmetic.
#pragma once

#include "tensor/tensor.h"

namespace taut {

Tensor add(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor add_(const Tensor& a, const Tensor& b);
Tensor mul_(const Tensor& a, const Tensor& b);

// out += t, for shapes that broadcast (out may be an expanded view: then it sums). Not recorded.
void accumulate_raw(const Tensor& out, const Tensor& t);

// The dtype of an operation on a and b: PyTorch's rule, in which numbers and 0-d tensors decide
// only when their category is higher.
DType result_type(const Tensor& a, const Tensor& b);

}  // namespace taut

// Norms and distances made of them.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

// (sum |x|^ord)^(1/ord); 0 counts what is not zero, +-infinity is the largest (smallest) |x|.
// Over dims, all when empty.
Tensor vector_norm(const Tensor& t, double ord, DimSpan dims, bool keepdim,
                   std::optional<DType> dtype);

}  // namespace taut

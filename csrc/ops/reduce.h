// Reductions.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

// Sum over dims (over all when empty). Integers and bool sum to int64 unless dtype says otherwise.
Tensor sum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype);

}  // namespace taut

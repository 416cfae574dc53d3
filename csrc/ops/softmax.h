// Softmax and its kin.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

// exp(t) / sum(exp(t)) along dim, and its logarithm. dtype: converted to it first.
Tensor softmax(const Tensor& t, int64_t dim, std::optional<DType> dtype);
Tensor log_softmax(const Tensor& t, int64_t dim, std::optional<DType> dtype);
// log(sum(exp(t))) over dims (all when empty).
Tensor logsumexp(const Tensor& t, DimSpan dims, bool keepdim);

}  // namespace taut

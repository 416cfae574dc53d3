// Running sums, products and extremes along one dimension.
#pragma once

#include <optional>
#include <utility>

#include "tensor/tensor.h"

namespace taut {

// Integers and bool become int64 unless dtype says otherwise.
Tensor cumsum(const Tensor& t, int64_t dim, std::optional<DType> dtype);
Tensor cumprod(const Tensor& t, int64_t dim, std::optional<DType> dtype);
Tensor logcumsumexp(const Tensor& t, int64_t dim);
// From the last element to the first; floating types.
Tensor reverse_cumsum(const Tensor& t, int64_t dim);
Tensor reverse_cumprod(const Tensor& t, int64_t dim);

// Values so far, and the last place of each.
std::pair<Tensor, Tensor> cummax(const Tensor& t, int64_t dim);
std::pair<Tensor, Tensor> cummin(const Tensor& t, int64_t dim);

}  // namespace taut

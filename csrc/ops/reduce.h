// Reductions: sums, products, truth, counts. An absent or empty list of dims means all of them.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

// Integers and bool sum (and multiply) to int64 unless dtype says otherwise.
Tensor sum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype);
Tensor mean(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype);
// NaN counts as nothing.
Tensor nansum(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype);
Tensor nanmean(const Tensor& t, DimSpan dims, bool keepdim, std::optional<DType> dtype);
Tensor prod(const Tensor& t, std::optional<int64_t> dim, bool keepdim, std::optional<DType> dtype);

// Whether any element (every element) is not zero: bool, or uint8 for uint8.
Tensor any(const Tensor& t, DimSpan dims, bool keepdim);
Tensor all(const Tensor& t, DimSpan dims, bool keepdim);
Tensor count_nonzero(const Tensor& t, DimSpan dims);

}  // namespace taut

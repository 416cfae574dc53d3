// Views: other shapes and strides over the same memory. Each is recorded and known as a view, so
// in-place changes through it reach the base's history.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// offset counts elements from the start of the storage.
Tensor as_strided(const Tensor& t, DimSpan sizes, DimSpan strides, std::int64_t offset);
Tensor view(const Tensor& t, DimSpan sizes);
Tensor reshape(const Tensor& t, DimSpan sizes);
Tensor expand(const Tensor& t, DimSpan sizes);
Tensor transpose(const Tensor& t, std::int64_t dim0, std::int64_t dim1);
Tensor permute(const Tensor& t, DimSpan dims);
Tensor select(const Tensor& t, std::int64_t dim, std::int64_t index);
Tensor slice(const Tensor& t, std::int64_t dim, std::int64_t start, std::int64_t end,
             std::int64_t step);
Tensor unsqueeze(const Tensor& t, std::int64_t dim);
Tensor squeeze(const Tensor& t);
Tensor squeeze(const Tensor& t, DimSpan dims);

// Sums t over the dimensions in which `sizes` was broadcast: the transpose of expand.
Tensor sum_to_size(const Tensor& t, DimSpan sizes);

}  // namespace taut

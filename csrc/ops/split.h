// A tensor cut into views along a dimension.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace taut {

// Elements [start, start + length) of dim.
Tensor narrow(const Tensor& t, int64_t dim, int64_t start, int64_t length);

// Pieces of `size` (the last may be shorter), of the given sizes, or into n about equal ones.
std::vector<Tensor> split(const Tensor& t, int64_t size, int64_t dim);
std::vector<Tensor> split_with_sizes(const Tensor& t, DimSpan sizes, int64_t dim);
std::vector<Tensor> chunk(const Tensor& t, int64_t chunks, int64_t dim);
// n pieces, the first size % n of them one longer; or cut before each of `indices`.
std::vector<Tensor> tensor_split(const Tensor& t, int64_t sections, int64_t dim);
std::vector<Tensor> tensor_split(const Tensor& t, DimSpan indices, int64_t dim);
// Each slice along dim, without that dimension.
std::vector<Tensor> unbind(const Tensor& t, int64_t dim);

}  // namespace taut

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
// Without all dimensions of size 1, or those of the given ones that have it.
Tensor squeeze(const Tensor& t);
Tensor squeeze(const Tensor& t, std::int64_t dim);
Tensor squeeze(const Tensor& t, DimSpan dims);
// A matrix transposed; a vector or number as it is.
Tensor t(const Tensor& m);
// Dimensions [start, end] as one. t itself when that changes nothing.
Tensor flatten(const Tensor& t, std::int64_t start, std::int64_t end);
// Dimension dim as several of the given sizes, one of which may be -1.
Tensor unflatten(const Tensor& t, std::int64_t dim, DimSpan sizes);
// The last two dimensions exchanged, of matrices or a number. op names the caller.
Tensor matrix_transpose(const Tensor& t, const char* op);
// Dimensions moved from source to destination, the others keeping their order.
Tensor movedim(const Tensor& t, DimSpan source, DimSpan destination);
// The same bytes as elements of another type; see PyTorch's rules for the last dimension.
Tensor view_dtype(const Tensor& t, DType dtype);

// Diagonals of the matrices in dim1 and dim2, as the last dimension.
Tensor diagonal(const Tensor& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2);
// Matrices in dim1 and dim2 with the last dimension of t on their diagonals, else zero. A copy.
Tensor diag_embed(const Tensor& t, std::int64_t offset, std::int64_t dim1, std::int64_t dim2);
// All windows of `size` elements along dim, `step` apart, in a new last dimension.
Tensor unfold(const Tensor& t, std::int64_t dim, std::int64_t size, std::int64_t step);

// t itself with the geometry and history of `view`, which was made from it: transpose_ and the
// like.
Tensor become(const Tensor& t, const Tensor& view, const char* op);

// Sums t over the dimensions in which `sizes` was broadcast: the transpose of expand.
Tensor sum_to_size(const Tensor& t, DimSpan sizes);

}  // namespace taut

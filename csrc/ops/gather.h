// Elements and rows picked by an index along one dimension, and written back by one.
//
// Names ending in an underscore change `self`; the others work on a copy. Indices are int64 (int32
// too, where PyTorch takes it) and must be in range: RuntimeError or IndexError as in PyTorch.
#pragma once

#include <optional>
#include <string_view>

#include "core/scalar.h"
#include "tensor/tensor.h"

namespace taut {

// out[i, j, ...] = self[index[i, j, ...], j, ...] for dim 0; index may be smaller than self in the
// other dimensions.
Tensor gather(const Tensor& self, int64_t dim, const Tensor& index);
// The same with self and index broadcast; without dim over the flattened self.
Tensor take_along_dim(const Tensor& self, const Tensor& index, std::optional<int64_t> dim);

// self[index[i, j, ...], j, ...] = src[i, j, ...] for dim 0. A repeated index keeps the last.
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, Scalar value);
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value);
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);

// reduce: sum, prod, mean, amax, amin. Without include_self the old values of positions that are
// written do not take part.
Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self);
Tensor scatter_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                       std::string_view reduce, bool include_self);

// Whole slices along dim, by a vector (or 0-d) index.
Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha = 1);
Tensor index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                  Scalar alpha = 1);
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
Tensor index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
// value: 0-d. Negative indices count from the end.
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value);
Tensor index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value);
// reduce: prod, mean, amax, amin.
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self);
Tensor index_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                     std::string_view reduce, bool include_self);

// Elements of self as if it were flat; negative indices count from the end.
Tensor take(const Tensor& self, const Tensor& index);
Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate);
Tensor put_(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate);

}  // namespace taut

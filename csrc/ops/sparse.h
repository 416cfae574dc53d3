// Sparse tensors (tensor/sparse.h): made, converted, taken apart. What other topics do with one is
// in sparse_arithmetic.h.
#pragma once

#include <optional>
#include <vector>

#include "ops/indexing.h"
#include "tensor/sparse.h"

namespace taut {

// From int64 indices [sparse_dim, nnz] and values [nnz, sizes[sparse_dim:]...], whose memory it
// shares; the gradient of the values is that of the result at the indices. RuntimeError where
// shapes do not agree, or an index is outside.
Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, DimSpan sizes,
                         bool coalesced = false);
// The smallest sizes that hold the indices.
Dims sizes_for(const Tensor& indices, const Tensor& values);

// The slices of the first sparse_dim dimensions (all when not given) that have an element other
// than 0. A sparse tensor itself.
Tensor to_sparse(const Tensor& t, std::optional<std::int64_t> sparse_dim);
// A strided tensor itself.
Tensor to_dense(const Tensor& t);

// The same tensor with its places in ascending order and each once, of a sparse tensor.
Tensor coalesce(const Tensor& t);
// Of a coalesced tensor, recorded.
Tensor sparse_values(const Tensor& t);
// The elements of t at the places of a sparse tensor, which have its order.
Tensor sparse_mask(const Tensor& t, const Tensor& mask);

// Unrecorded -------------------------------------------------------------------------------------

// c with its places in ascending order and each once.
Coordinates coalesced(const Coordinates& c, DimSpan sizes);
// An int64 tensor of the elements.
Tensor from_list(const std::vector<std::int64_t>& list);
// Each row of indices as a tensor: what indexes the first dimensions.
IndexTensors rows_of(const Tensor& indices);
// Row-major position of each place among the dimensions that are indexed.
Tensor positions(const Tensor& indices, DimSpan sizes);
// t[indices[:, j]] for every j, [nnz, t.sizes[sparse_dim:]...]; recorded.
Tensor slices_at(const Tensor& t, const Tensor& indices);
// t[indices[:, j]] = slices[j], each place once.
void put_slices(const Tensor& t, const Tensor& indices, const Tensor& slices);

}  // namespace taut

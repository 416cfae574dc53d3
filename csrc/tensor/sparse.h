// Tensors in coordinate form: the elements that are there, and where.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// What is there. Element (or slice) j of values stands at indices[:, j]; a place that is named
// several times holds the sum. See Note [Sparse tensors] in sparse.cpp.
struct Coordinates {
  Tensor indices;          // int64 [sparse_dim, nnz], contiguous, inside the tensor's sizes
  Tensor values;           // [nnz, sizes[sparse_dim], ...], contiguous; neither has a history
  bool coalesced = false;  // places in ascending order, each once

  std::int64_t sparse_dim() const { return indices.size(0); }
  std::int64_t nnz() const { return indices.size(1); }
};

// Without history.
Tensor make_sparse(DimSpan sizes, Coordinates coordinates);
// Of a sparse tensor.
const Coordinates& coordinates(const Tensor& t);
// Puts others in their place, for all tensors over this storage; the version is the caller's.
void set_coordinates(const Tensor& t, Coordinates coordinates);

}  // namespace taut

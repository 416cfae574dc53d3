// The index kernels over tensors: geometry, checks and threads. Nothing here is recorded.
//
// An index addresses bytes: element `index * step` of an operand that is held still (stride 0)
// along the dimensions that the index replaces.
#pragma once

#include "kernels/indexing.h"
#include "tensor/tensor.h"

namespace taut {

// The index as int64; RuntimeError when it is neither int64 nor int32.
Tensor long_index(const Tensor& index, const char* op);

// The first value of an int64 tensor outside [low, high), or false.
bool find_outside(const Tensor& index, std::int64_t low, std::int64_t high, std::int64_t& value);

// Bytes from one slice along dim to the next.
inline std::int64_t byte_stride(const Tensor& t, std::int64_t dim) {
  return t.dim() == 0 ? 0 : t.stride(dim) * static_cast<std::int64_t>(t.element_size());
}
// A 0-d tensor seen as a vector of one; others as they are. Without history.
Tensor at_least_1d(const Tensor& t);

// That index names places of self along dim and is not larger than src, whose shape is given.
void check_scatter(const Tensor& self, std::int64_t dim, const Tensor& index, DimSpan src,
                   const char* op);

// Byte offsets of the elements of t that a flat index in [-numel, numel) names.
Tensor flat_offsets(const Tensor& t, const Tensor& index);

// t with dimensions [dim, dim + span) replaced by `sizes`, along which it stays where it is.
Tensor held(const Tensor& t, std::int64_t dim, std::int64_t span, DimSpan sizes);
// index between the dimensions of t before dim and those from dim + span on, where it repeats.
Tensor spread(const Tensor& index, const Tensor& t, std::int64_t dim, std::int64_t span);

// Operands of one shape; see kernels/indexing.h for the loops.
void run_take(const Tensor& out, const Tensor& index, const Tensor& source, std::int64_t step);
void run_put(kernels::IndexLoop loop, const Tensor& out, const Tensor& index, const Tensor& source,
             std::int64_t step);

// out[pre, i..., post] = source[pre, index[i...], post], where the index replaces dimensions
// [dim, dim + span) of source.
void take_into(const Tensor& out, const Tensor& source, std::int64_t dim, std::int64_t span,
               const Tensor& index, std::int64_t step);
// out[pre, index[i...], post] = values[pre, i..., post] (or combined with it, by `loop`). values
// broadcast.
void put_into(kernels::IndexLoop loop, const Tensor& out, std::int64_t dim, std::int64_t span,
              const Tensor& index, std::int64_t step, const Tensor& values);
// out[index[i], j, ...] += values[i, j, ...] for dim 0 and a vector index.
void add_along(const Tensor& out, std::int64_t dim, const Tensor& index, const Tensor& values);
// put_into adding values to a floating-point out that is no 16-bit type.
void add_into(const Tensor& out, std::int64_t dim, std::int64_t span, const Tensor& index,
              std::int64_t step, const Tensor& values);

}  // namespace taut

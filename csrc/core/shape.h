// Shapes and strides, counted in elements.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>

#include "core/small_vec.h"

namespace taut {

using Dims = SmallVec<std::int64_t, 5>;
using DimSpan = std::span<const std::int64_t>;

// PyTorch's limit.
inline constexpr int kMaxDims = 64;

std::int64_t numel(DimSpan sizes);
Dims contiguous_strides(DimSpan sizes);
// Strides of size-1 dimensions do not matter; a tensor without elements is contiguous.
bool is_contiguous(DimSpan sizes, DimSpan strides);
// Some permutation of the dimensions is contiguous: every element has its own place, no gaps.
bool is_dense(DimSpan sizes, DimSpan strides);
// Elements from the first to one past the last that a tensor of this geometry can touch.
std::int64_t extent(DimSpan sizes, DimSpan strides);

// The common shape of a and b. op names the caller in the error.
Dims broadcast_shapes(DimSpan a, DimSpan b, const char* op);
bool is_broadcastable_to(DimSpan from, DimSpan to);

// dim in [-ndim, ndim) to [0, ndim); a 0-d tensor takes -1 and 0. IndexError otherwise.
std::int64_t wrap_dim(std::int64_t dim, std::int64_t ndim, const char* op);
// Each dim wrapped; RuntimeError when one appears twice.
Dims wrap_dims(DimSpan dims, std::int64_t ndim, const char* op);

// Strides that read `sizes` as `wanted` without moving data; false when no such strides exist.
bool view_strides(DimSpan sizes, DimSpan strides, DimSpan wanted, Dims& out);
// Replaces one -1 in wanted by what numel leaves. op names the caller in the error.
Dims infer_size(DimSpan wanted, std::int64_t numel, const char* op);

bool same(DimSpan a, DimSpan b);

// Prints as "[2, 3]".
struct ShapeText {
  DimSpan dims;
};
std::ostream& operator<<(std::ostream& out, ShapeText s);

}  // namespace taut

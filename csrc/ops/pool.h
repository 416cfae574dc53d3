// Pooling over the last one, two or three dimensions, behind channels and an optional batch.
#pragma once

#include <optional>
#include <utility>

#include "tensor/tensor.h"

namespace taut {

// One number for each dimension, or one for all of them. No stride: that of windows side by side.
struct PoolOptions {
  Dims kernel, stride, padding{0}, dilation{1};
  bool ceil_mode = false;  // the last window may be cut off
};

// The largest element of every window, and its index within its plane (int64); without `indices`
// these are there where a gradient needs them.
std::pair<Tensor, Tensor> max_pool(const Tensor& x, int64_t dims, const PoolOptions& options,
                                   bool indices);
// Of `size` windows that cover the dimension evenly.
std::pair<Tensor, Tensor> adaptive_max_pool(const Tensor& x, DimSpan size);
// Each element at its index in planes of the given size, which are zero elsewhere.
Tensor max_unpool(const Tensor& x, const Tensor& index, DimSpan size);

// The mean of every window: of its elements and, with include_pad, the padding; or their sum
// divided by `divisor`.
Tensor avg_pool(const Tensor& x, int64_t dims, const PoolOptions& options, bool include_pad,
                std::optional<int64_t> divisor);
Tensor adaptive_avg_pool(const Tensor& x, DimSpan size);

// The extents of a pooling in three dimensions, checked; for the operations of this file.
struct PoolSizes {
  int64_t planes, in[3], out[3], kernel[3], stride[3], padding[3], dilation[3];
};
PoolSizes pool_sizes(const char* op, const Tensor& x, int64_t dims, const PoolOptions& options);
// The shape of x with its last dimensions replaced.
Dims with_last(const Tensor& x, DimSpan size);
// (C, *) or (N, C, *) with `dims` dimensions *. Beside the batch the first `empty` may be empty.
void check_pool_input(const char* op, const Tensor& x, int64_t dims, int64_t empty = 0);

}  // namespace taut

// Reductions: many elements to one.
//
// Memory is seen as [outer][n][inner]: element (o, i, j) is x[o * outer_stride + i * stride + j].
// The middle dimension is reduced and out[o * inner + j] is written, contiguous; out does not
// overlap x. Strides count elements and may be anything; nothing needs alignment. Any size may be
// 0; over no elements a sum is 0, a product 1, and max, min, argmax and moments leave out
// untouched.
//
// One call runs through its elements in a fixed order, so a caller that cuts the work at fixed
// places gets the same bits whatever the number of threads.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut {

struct ReduceShape {
  int64_t outer, outer_stride;
  int64_t n, stride;
  int64_t inner;
};

using ReduceLoop = void (*)(const void* x, const ReduceShape& shape, void* out, double param);
// values may be null.
using ArgLoop = void (*)(const void* x, const ReduceShape& shape, void* values, int64_t* indices);
// mean, and m2 = the sum of (x - mean)^2; both in two passes over x.
using MomentsLoop = void (*)(const void* x, const ReduceShape& shape, double* mean, double* m2);

// Tables by the element type of x; an entry for a type an operation does not take is null.
struct ReduceKernels {
  // sum of x / param, in the type of x; floating types only. Accumulated in double.
  ReduceLoop sum[kDTypeCount];
  // sum of x, as double for floating x and as int64 (wrapping) for the others.
  ReduceLoop wide_sum[kDTypeCount];
  // From such double sums to the type: sum of x / param. x is double.
  ReduceLoop narrow_sum[kDTypeCount];
  // Sums of |x|, x^2, (x != 0), |x|^param, all as double; floating types only.
  ReduceLoop abs_sum[kDTypeCount];
  ReduceLoop square_sum[kDTypeCount];
  ReduceLoop nonzero_sum[kDTypeCount];
  ReduceLoop power_sum[kDTypeCount];

  // In the type of x: float32, float64 and int64 (wrapping).
  ReduceLoop prod[kDTypeCount];
  // NaN if there is one. Of bool: any and all.
  ReduceLoop max[kDTypeCount];
  ReduceLoop min[kDTypeCount];
  // The first place of the greatest (least) element, or of the first NaN.
  ArgLoop argmax[kDTypeCount];
  ArgLoop argmin[kDTypeCount];

  MomentsLoop moments[kDTypeCount];
};
const ReduceKernels& reduce_kernels();

}  // namespace taut

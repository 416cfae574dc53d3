// Running reductions along the middle dimension of [outer][n][inner], contiguous.
//
// out has the shape of x, may be x, and may not overlap it otherwise. reverse runs from the last
// element to the first. Floating sums and products are kept in double between elements. Any size
// may be 0.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut::kernels {

struct ScanShape {
  int64_t outer, n, inner;
  bool reverse;
};

enum class Scan : std::uint8_t { Sum, Product, LogSumExp };
// x and out are of type `dtype` (not bool; LogSumExp: floating); integers wrap.
void scan(Scan op, DType dtype, const void* x, const ScanShape& shape, void* out);

// The greatest (least) so far and the last place where it stood; NaN, once met, stays. Any type.
void scan_extreme(bool greatest, DType dtype, const void* x, const ScanShape& shape, void* values,
                  int64_t* indices);

}  // namespace taut::kernels

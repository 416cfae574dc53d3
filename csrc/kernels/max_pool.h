// Maxima over windows at a regular distance.
//
// The plane is staged as for a convolution (kernels/conv.h), surrounded by the lowest value, with a
// vector of room behind it. Outputs are [depth][height][width], contiguous, and overlap nothing;
// nothing needs alignment. Every window has an element inside its plane, which has less than 2^31
// elements where T has 32 bits.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/conv.h"

namespace taut {

template <class T>
struct MaxWindows {
  using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  int64_t count;
  const int64_t* taps;  // of a window in the staged plane
  PixelGrid grid;       // of one sample
  // Element t of the window of output (z, y, x) has the index start + z * step[0] + y * step[1] +
  // x * step[2] + index[t] in the plane. first[d][o]: that of the first coordinate inside the plane
  // for output o along dimension d; first[2] is filled up to whole vectors.
  const Index* index;
  const Index* first[3];
  int64_t start, step[3];
};

// The largest element of every window, NaN being the largest, and the index of the first such (of
// the last NaN); index may be null.
template <class T>
using MaxPoolKernel = void (*)(const T* staged, const MaxWindows<T>& windows, T* out,
                               int64_t* index);

struct MaxPoolKernels {
  MaxPoolKernel<float> f32;
  MaxPoolKernel<double> f64;

  template <class T>
  MaxPoolKernel<T> of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const MaxPoolKernels& max_pool_kernels();

}  // namespace taut

// Softmax and its kin down columns.
//
// x, out, dy, y and dx hold n rows of `columns` elements, each row contiguous and `stride` elements
// from the next; the functions run down the columns. Nothing needs alignment; out may be x, nothing
// else overlaps. columns is at most kColumnsAtOnce; any size may be 0. beta is 0 or 1:
// dx = beta * dx + (the gradient); with 0 dx is never read. Sums run in double.
#pragma once

#include <cstdint>

namespace taut {

inline constexpr int64_t kColumnsAtOnce = 512;

template <class T>
struct ColumnKernelsOf {
  using Forward = void (*)(const T* x, int64_t n, int64_t stride, int64_t columns, T* out);
  using Backward = void (*)(const T* dy, const T* y, int64_t n, int64_t stride, int64_t columns,
                            T* dx, T beta);
  Forward softmax, log_softmax;
  // y is the function's result. dx = y (dy - sum(dy y)), dx = dy - exp(y) sum(dy).
  Backward softmax_backward, log_softmax_backward;
};

struct ColumnKernels {
  ColumnKernelsOf<float> f32;
  ColumnKernelsOf<double> f64;

  template <class T>
  const ColumnKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const ColumnKernels& column_kernels();

}  // namespace taut

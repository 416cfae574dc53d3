// Linear maps along one dimension: pooling by averages, interpolation, and their transposes.
//
// x is [outer][n][inner], out [outer][m][inner], contiguous; nothing needs alignment; out does not
// overlap x. Any size may be 0. Row i of the m x n matrix has the entries begin[i]..begin[i + 1]:
// weight[e] in column from[e].
#pragma once

#include <cstdint>

namespace taut {

template <class T>
struct SparseMatrix {
  int64_t rows, columns;
  const int64_t* begin;
  const int64_t* from;
  const T* weight;
  // Where all rows have `count` entries of one weight, in the columns i * step, i * step + 1, ...;
  // or where row i has the single column i / repeat; else 0.
  int64_t step = 0, count = 0, repeat = 0;
};

template <class T>
using Resample = void (*)(const SparseMatrix<T>& matrix, const T* x, int64_t outer, int64_t inner,
                          T* out);

struct ResampleKernels {
  Resample<float> f32;
  Resample<double> f64;

  template <class T>
  Resample<T> of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const ResampleKernels& resample_kernels();

}  // namespace taut

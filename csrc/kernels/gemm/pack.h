// Blocks of A and B copied into the order in which the micro-kernels read them.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/transpose.h"

namespace taut::TAUT_ISA {
namespace {

// Rows are strided, and hardware does not look past a page: how many to fetch ahead.
constexpr int64_t kAhead = 16;

// A square of `from`, whose row i is contiguous and `stride` from the next, transposed: rows of it
// past `rows` and columns past `cols` are taken as zero.
template <class T>
inline void load_transposed(const T* from, int64_t stride, int rows, int cols,
                            Vec<T> (&out)[Vec<T>::size]) {
  constexpr int lanes = Vec<T>::size;
  if (rows == lanes && cols == lanes) {
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      __builtin_prefetch(from + i * stride + kAhead / 2 * lanes);
      out[i] = Vec<T>::load(from + i * stride);
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      if (i < rows) __builtin_prefetch(from + i * stride + kAhead / 2 * lanes);
      out[i] = i < rows ? Vec<T>::load(from + i * stride, cols) : Vec<T>::zero();
    }
  }
  transpose(out);
}

// `width` <= size lanes of each of `rows` vectors.
template <class T>
inline void store_rows(const Vec<T> (&row)[Vec<T>::size], int rows, T* to, int64_t stride) {
  if (rows == Vec<T>::size) {
#pragma GCC unroll 16
    for (int i = 0; i < Vec<T>::size; ++i) row[i].store(to + i * stride);
  } else {
    for (int i = 0; i < rows; ++i) row[i].store(to + i * stride);
  }
}

// Up to `rows` rows of A, step by step: panel[p * rows + r]. Whole vectors are stored, so what
// lies behind a step is written before the step that owns it; a panel needs a vector of room
// behind it. Rows that A does not have hold anything.
template <class T>
inline void pack_a(const T* a, int64_t rs, int64_t cs, int rows, int given, int64_t k, T* panel) {
  constexpr int lanes = Vec<T>::size;
  if (cs == 1) {
    for (int64_t p = 0; p < k; p += lanes) {
      const int steps = static_cast<int>(smaller(lanes, k - p));
      for (int r = (given - 1) / lanes * lanes; r >= 0; r -= lanes) {
        Vec<T> square[lanes];
        load_transposed(a + r * rs + p, rs, given - r < lanes ? given - r : lanes, steps, square);
        store_rows(square, steps, panel + p * rows + r, rows);
      }
    }
  } else if (rs == 1) {
    for (int64_t p = 0; p < k; ++p) {
      for (int r = 0; r < given; r += lanes) {
        const int n = given - r < lanes ? given - r : lanes;
        __builtin_prefetch(a + (p + kAhead) * cs + r);
        Vec<T>::load(a + p * cs + r, n).store(panel + p * rows + r);
      }
    }
  } else {
    for (int r = 0; r < given; ++r) {
      for (int64_t p = 0; p < k; ++p) panel[p * rows + r] = a[r * rs + p * cs];
    }
  }
}

// Up to nr columns of B, step by step: panel[p * nr + j], zero past the last column in the vectors
// that have one.
template <class T>
inline void pack_b_panel(const T* b, int64_t rs, int64_t cs, int cols, int64_t k, T* panel) {
  constexpr int nr = Blocking<T>::nr, lanes = Vec<T>::size;
  if (cs == 1) {
    const int second = cols - lanes;
    for (int64_t p = 0; p < k; ++p, b += rs, panel += nr) {
      __builtin_prefetch(b + kAhead * rs);
      __builtin_prefetch(b + kAhead * rs + lanes);
      if (cols == nr) {
        Vec<T>::load(b).store(panel);
        Vec<T>::load(b + lanes).store(panel + lanes);
      } else {
        Vec<T>::load(b, second < 0 ? cols : lanes).store(panel);
        if (second > 0) Vec<T>::load(b + lanes, second).store(panel + lanes);
      }
    }
  } else if (rs == 1) {
    for (int64_t p = 0; p < k; p += lanes) {
      const int steps = static_cast<int>(smaller(lanes, k - p));
      for (int j = 0; j < cols; j += lanes) {
        Vec<T> square[lanes];
        load_transposed(b + j * cs + p, cs, cols - j < lanes ? cols - j : lanes, steps, square);
        store_rows(square, steps, panel + p * nr + j, nr);
      }
    }
  } else {
    for (int64_t p = 0; p < k; ++p, b += rs, panel += nr) {
      for (int j = 0; j < nr; ++j) panel[j] = j < cols ? b[j * cs] : T(0);
    }
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

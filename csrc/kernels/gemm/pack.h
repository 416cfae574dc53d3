// Blocks of A and B copied into the order in which the micro-kernels read them.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/transpose.h"

namespace taut::TAUT_ISA {
namespace {

// Steps that are packed of every panel before the next ones: operands whose steps are rows are
// read along the rows.
constexpr int64_t kStepsAtOnce = 16;

// A square of `from`, whose row i is contiguous and `stride` from the next, transposed: rows of it
// past `rows` and columns past `cols` are taken as zero. Rows are many and short, more than the
// hardware follows: those of the next square, `next` further on, are fetched into the L2 cache.
template <class T>
inline void load_transposed(const T* from, int64_t stride, int rows, int cols, int64_t next,
                            Vec<T> (&out)[Vec<T>::size]) {
  constexpr int lanes = Vec<T>::size;
  if (rows == lanes && cols == lanes) {
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      __builtin_prefetch(from + i * stride + next, 0, 2);
      out[i] = Vec<T>::load(from + i * stride);
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      if (i < rows) __builtin_prefetch(from + i * stride + next, 0, 2);
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

// Panels of A, one after another: element (r, p) of a panel at [p * rows + r]. Whole vectors are
// stored, and what spills over a step is overwritten by the next; one vector of room is needed
// behind the last panel. Rows that A does not have hold anything.

// Of an A with contiguous rows.
template <class T>
inline void pack_a_rows(const T* a, int64_t rs, int64_t m, int rows, int64_t k, T* packed) {
  constexpr int lanes = Vec<T>::size;
  for (int64_t i = 0; i < m; i += rows, packed += rows * k) {
    const int given = static_cast<int>(smaller(rows, m - i));
    for (int64_t p = 0; p < k; p += lanes) {
      const int steps = static_cast<int>(smaller(lanes, k - p));
      for (int r = (given - 1) / lanes * lanes; r >= 0; r -= lanes) {
        Vec<T> square[lanes];
        load_transposed(a + (i + r) * rs + p, rs, given - r < lanes ? given - r : lanes, steps,
                        rows * rs, square);
        store_rows(square, steps, packed + p * rows + r, rows);
      }
    }
  }
}

// Of an A with contiguous columns.
template <class T>
inline void pack_a_columns(const T* a, int64_t cs, int64_t m, int rows, int64_t k, T* packed) {
  constexpr int lanes = Vec<T>::size;
  for (int64_t p0 = 0; p0 < k; p0 += kStepsAtOnce) {
    const int64_t p1 = smaller(p0 + kStepsAtOnce, k);
    for (int64_t i = 0; i < m; i += rows) {
      const int given = static_cast<int>(smaller(rows, m - i));
      for (int64_t p = p0; p < p1; ++p) {
        const T* from = a + i + p * cs;
        T* to = packed + i * k + p * rows;
        __builtin_prefetch(from + kStepsAtOnce * cs, 0, 2);
        for (int r = 0; r < given; r += lanes) {
          const int n = given - r < lanes ? given - r : lanes;
          const Vec<T> v = Vec<T>::load(from + r, n);
          // The panel behind this one may be packed already: nothing spills into it.
          if (p * rows + r + lanes <= k * rows) {
            v.store(to + r);
          } else {
            v.store(to + r, n);
          }
        }
      }
    }
  }
}

template <class T>
inline void pack_a(const T* a, int64_t rs, int64_t cs, int64_t m, int rows, int64_t k, T* packed) {
  if (cs == 1) return pack_a_rows(a, rs, m, rows, k, packed);
  if (rs == 1) return pack_a_columns(a, cs, m, rows, k, packed);
  for (int64_t i = 0; i < m; ++i) {
    T* to = packed + i / rows * rows * k + i % rows;
    for (int64_t p = 0; p < k; ++p) to[p * rows] = a[i * rs + p * cs];
  }
}

// Panels of B, one after another: element (p, j) of a panel at [p * nr + j], zero past the last
// column in the vectors that have one.

// Of a B with contiguous rows.
template <class T>
inline void pack_b_rows(const T* b, int64_t rs, int64_t n, int64_t k, T* packed) {
  constexpr int nr = Blocking<T>::nr, lanes = Vec<T>::size;
  for (int64_t p0 = 0; p0 < k; p0 += kStepsAtOnce) {
    const int64_t p1 = smaller(p0 + kStepsAtOnce, k);
    for (int64_t j = 0; j < n; j += nr) {
      const int cols = static_cast<int>(smaller(nr, n - j));
      for (int64_t p = p0; p < p1; ++p) {
        const T* from = b + p * rs + j;
        T* to = packed + j * k + p * nr;
        if (cols == nr) {
          Vec<T>::load(from).store(to);
          Vec<T>::load(from + lanes).store(to + lanes);
        } else {
          Vec<T>::load(from, cols < lanes ? cols : lanes).store(to);
          if (cols > lanes) Vec<T>::load(from + lanes, cols - lanes).store(to + lanes);
        }
      }
    }
  }
}

// Of a B with contiguous columns.
template <class T>
inline void pack_b_columns(const T* b, int64_t cs, int64_t n, int64_t k, T* packed) {
  constexpr int nr = Blocking<T>::nr, lanes = Vec<T>::size;
  for (int64_t j = 0; j < n; j += lanes) {
    T* const to = packed + j / nr * nr * k + j % nr;
    for (int64_t p = 0; p < k; p += lanes) {
      const int steps = static_cast<int>(smaller(lanes, k - p));
      Vec<T> square[lanes];
      load_transposed(b + j * cs + p, cs, static_cast<int>(smaller(lanes, n - j)), steps,
                      lanes * cs, square);
      store_rows(square, steps, to + p * nr, nr);
    }
  }
}

template <class T>
inline void pack_b(const T* b, int64_t rs, int64_t cs, int64_t n, int64_t k, T* packed) {
  constexpr int nr = Blocking<T>::nr;
  if (cs == 1) return pack_b_rows(b, rs, n, k, packed);
  if (rs == 1) return pack_b_columns(b, cs, n, k, packed);
  for (int64_t j = 0; j < blocks_of(n, nr) * nr; ++j) {
    T* to = packed + j / nr * nr * k + j % nr;
    for (int64_t p = 0; p < k; ++p) to[p * nr] = j < n ? b[p * rs + j * cs] : T(0);
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

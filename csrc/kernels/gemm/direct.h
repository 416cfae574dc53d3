// Products of inner products along contiguous memory, and of nothing.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/pack.h"

namespace taut::TAUT_ISA {
namespace {

// A tile of inner products: rows of A and columns of B that are contiguous along k.
template <class T>
struct Dots {
#if defined(__AVX512F__)
  static constexpr int rows = 4, cols = 4;
#elif defined(__AVX2__)
  static constexpr int rows = 4, cols = 2;
#else
  static constexpr int rows = 2, cols = 2;
#endif
};

template <int R, int S, class T>
inline void dot_tile(const GemmArgs<T>& g, int64_t i, int64_t j) {
  constexpr int lanes = Vec<T>::size, groups = (R * S + lanes - 1) / lanes;
  const T* a = g.a + i * g.a_rs;
  const T* b = g.b + j * g.b_cs;
  Vec<T> acc[groups * lanes];
#pragma GCC unroll 16
  for (int u = 0; u < groups * lanes; ++u) acc[u] = Vec<T>::zero();
  auto step = [&](auto load) __attribute__((always_inline)) {
    Vec<T> column[S];
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) column[s] = load(b + s * g.b_cs);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const Vec<T> x = load(a + r * g.a_rs);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) acc[r * S + s] = fma(x, column[s], acc[r * S + s]);
    }
    a += lanes, b += lanes;
  };
  int64_t p = 0;
  for (; p + lanes <= g.k; p += lanes) step([](const T* x) { return Vec<T>::load(x); });
  const int rest = static_cast<int>(g.k - p);
  if (rest) step([rest](const T* x) { return Vec<T>::load(x, rest); });
  T sums[groups * lanes];
#pragma GCC unroll 16
  for (int q = 0; q < groups; ++q) {
    Vec<T> group[lanes];
#pragma GCC unroll 16
    for (int u = 0; u < lanes; ++u) group[u] = acc[q * lanes + u];
    sums_of(group).store(sums + q * lanes);
  }
  for (int r = 0; r < R; ++r) {
    for (int s = 0; s < S; ++s) {
      T* c = g.c + (i + r) * g.c_rs + (j + s) * g.c_cs;
      const T sum = g.alpha * sums[r * S + s] + (g.bias ? g.bias[j + s] : T(0));
      *c = g.beta == 0 ? sum : g.beta * *c + sum;
    }
  }
}

// The last rows of a column of tiles, fewer than a tile has.
template <int R, int S, class T>
inline void dot_rest(const GemmArgs<T>& g, int64_t i, int64_t rows, int64_t j) {
  if constexpr (R > 0) {
    if (rows == R) return dot_tile<R, S>(g, i, j);
    dot_rest<R - 1, S>(g, i, rows, j);
  }
}
template <int S, class T>
inline void dot_columns(const GemmArgs<T>& g, int64_t i0, int64_t i1, int64_t j) {
  constexpr int rows = Dots<T>::rows;
  int64_t i = i0;
  for (; i + rows <= i1; i += rows) dot_tile<rows, S>(g, i, j);
  dot_rest<rows - 1, S>(g, i, i1 - i, j);
}

// The side with more elements is read once; a block of the other stays in the L2 cache meanwhile.
template <class T>
inline void contiguous_dots(const GemmArgs<T>& g, const GemmPart& part) {
  constexpr int cols = Dots<T>::cols;
  constexpr int64_t near = (int64_t{1} << 18) / sizeof(T);
  const int64_t rows = even_block(part.i1 - part.i0, near / g.k + 1, Dots<T>::rows);
  for (int64_t i = part.i0; i < part.i1; i += rows) {
    const int64_t i1 = smaller(i + rows, part.i1);
    int64_t j = part.j0;
    for (; j + cols <= part.j1; j += cols) dot_columns<cols>(g, i, i1, j);
    for (; j < part.j1; ++j) dot_columns<1>(g, i, i1, j);
  }
}

// Rows of A, k elements each, one after another.
template <class T>
inline void copy_rows(const GemmArgs<T>& g, const GemmPart& part, T* rows) {
  constexpr int lanes = Vec<T>::size;
  for (int64_t i = part.i0; i < part.i1; i += lanes) {
    const int given = static_cast<int>(smaller(lanes, part.i1 - i));
    for (int64_t p = 0; p < g.k; p += lanes) {
      const int steps = static_cast<int>(smaller(lanes, g.k - p));
      const T* from = g.a + i * g.a_rs + p * g.a_cs;
      if (g.a_rs != 1) {
        for (int r = 0; r < given; ++r) {
          for (int q = 0; q < steps; ++q) {
            rows[(i + r) * g.k + p + q] = from[r * g.a_rs + q * g.a_cs];
          }
        }
        continue;
      }
      Vec<T> square[lanes];
      load_transposed(from, g.a_cs, steps, given, lanes * g.a_cs, square);
      for (int r = 0; r < given; ++r) square[r].store(rows + (i + r) * g.k + p, steps);
    }
  }
}

// The same for rows of A that are not contiguous: they are copied first, and are few.
template <class T>
inline void dots(const GemmArgs<T>& g, const GemmPart& part, T* rows) {
  if (g.a_cs == 1) return contiguous_dots(g, part);
  copy_rows(g, part, rows);
  GemmArgs<T> copied = g;
  copied.a = rows, copied.a_rs = g.k, copied.a_cs = 1;
  contiguous_dots(copied, part);
}

// C = beta C + bias, for k == 0.
template <class T>
inline void scale_only(const GemmArgs<T>& g, const GemmPart& part) {
  for (int64_t i = part.i0; i < part.i1; ++i) {
    for (int64_t j = part.j0; j < part.j1; ++j) {
      T* c = g.c + i * g.c_rs + j * g.c_cs;
      *c = (g.beta == 0 ? T(0) : g.beta * *c) + (g.bias ? g.bias[j] : T(0));
    }
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

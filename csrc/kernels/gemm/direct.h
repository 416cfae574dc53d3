// Products that pack nothing: a few rows times a matrix, and inner products along contiguous
// memory.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/transpose.h"

namespace taut::TAUT_ISA {
namespace {

// y[j] += the sum of s[u] rows[u][j] over U rows, term by term.
template <int U, class T>
inline void add_rows(const T (&s)[U], const T* rows, int64_t stride, T* y, int64_t n) {
  constexpr int lanes = Vec<T>::size;
  int64_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    Vec<T> sum = Vec<T>::load(y + j);
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u) sum = fma(Vec<T>(s[u]), Vec<T>::load(rows + u * stride + j), sum);
    sum.store(y + j);
  }
  if (j < n) {
    const int rest = static_cast<int>(n - j);
    Vec<T> sum = Vec<T>::load(y + j, rest);
    for (int u = 0; u < U; ++u) {
      sum = fma(Vec<T>(s[u]), Vec<T>::load(rows + u * stride + j, rest), sum);
    }
    sum.store(y + j, rest);
  }
}

template <class T>
inline void start_row(const GemmArgs<T>& g, int64_t i, int64_t j0, int64_t j1) {
  T* c = g.c + i * g.c_rs;
  for (int64_t j = j0; j < j1; ++j) {
    const T before = g.beta == 0 ? T(0) : g.beta * c[j];
    c[j] = before + (g.bias ? g.bias[j] : T(0));
  }
}

// A few rows of A, or a few steps: rows of B are read in their order, and but once from far away,
// while the rows of C stay in cache.
template <class T>
inline void rows_times_matrix(const GemmArgs<T>& g, const GemmPart& part) {
  const int64_t j0 = part.j0, n = part.j1 - part.j0;
  for (int64_t p = 0; p < g.k; p += 4) {
    const T* b = g.b + p * g.b_rs + j0;
    for (int64_t i = part.i0; i < part.i1; ++i) {
      if (p == 0) start_row(g, i, j0, part.j1);
      const T* a = g.a + i * g.a_rs + p * g.a_cs;
      T* c = g.c + i * g.c_rs + j0;
      if (g.k - p >= 4) {
        const T s[4] = {g.alpha * a[0], g.alpha * a[g.a_cs], g.alpha * a[2 * g.a_cs],
                        g.alpha * a[3 * g.a_cs]};
        add_rows(s, b, g.b_rs, c, n);
        continue;
      }
      for (int64_t q = 0; q < g.k - p; ++q) {
        const T s[1] = {g.alpha * a[q * g.a_cs]};
        add_rows(s, b + q * g.b_rs, g.b_rs, c, n);
      }
    }
  }
}

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

// The same for rows of A that are not contiguous: they are copied first, and are few.
template <class T>
inline void dots(const GemmArgs<T>& g, const GemmPart& part, T* rows) {
  if (g.a_cs == 1) return contiguous_dots(g, part);
  for (int64_t i = part.i0; i < part.i1; ++i) {
    for (int64_t p = 0; p < g.k; ++p) rows[i * g.k + p] = g.a[i * g.a_rs + p * g.a_cs];
  }
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

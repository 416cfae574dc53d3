// Products that go through B row by row, as it lies: few rows of A, or few steps.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/gemm.h"

namespace taut::TAUT_ISA {
namespace {

// R rows of C and U steps at a time, as many as the registers hold.
template <class T>
struct RowBlock {
#if defined(__AVX512F__)
  static constexpr int rows = 4, steps = 4;
#else
  static constexpr int rows = 2, steps = 4;
#endif
};

// Columns j0..j1 of R rows of C from row i on, after U steps from step p on. The first steps start
// from beta C + bias.
template <int R, int U, class T>
inline void add_steps(const GemmArgs<T>& g, int64_t i, int64_t p, int64_t j0, int64_t j1) {
  constexpr int lanes = Vec<T>::size;
  const T* b = g.b + p * g.b_rs;
  T* c = g.c + i * g.c_rs;
  Vec<T> scale[R][U];
  for (int r = 0; r < R; ++r) {
    for (int u = 0; u < U; ++u) {
      scale[r][u] = Vec<T>(g.alpha * g.a[(i + r) * g.a_rs + (p + u) * g.a_cs]);
    }
  }
  auto columns = [&](int64_t j, auto load, auto store) __attribute__((always_inline)) {
    Vec<T> sum[R];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      if (p > 0) {
        sum[r] = load(c + r * g.c_rs + j);
        continue;
      }
      sum[r] = g.beta == 0 ? Vec<T>::zero() : Vec<T>(g.beta) * load(c + r * g.c_rs + j);
      if (g.bias) sum[r] = sum[r] + load(g.bias + j);
    }
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u) {
      const Vec<T> row = load(b + u * g.b_rs + j);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) sum[r] = fma(scale[r][u], row, sum[r]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) store(sum[r], c + r * g.c_rs + j);
  };
  int64_t j = j0;
  for (; j + lanes <= j1; j += lanes) {
    columns(j, [](const T* x) { return Vec<T>::load(x); }, [](Vec<T> v, T* x) { v.store(x); });
  }
  if (const int rest = static_cast<int>(j1 - j)) {
    columns(
        j, [rest](const T* x) { return Vec<T>::load(x, rest); },
        [rest](Vec<T> v, T* x) { v.store(x, rest); });
  }
}

template <int R, int U, class T>
inline void add_rest(const GemmArgs<T>& g, int64_t i, int64_t p, int64_t steps, int64_t j0,
                     int64_t j1) {
  if constexpr (U > 0) {
    if (steps == U) return add_steps<R, U>(g, i, p, j0, j1);
    add_rest<R, U - 1>(g, i, p, steps, j0, j1);
  }
}

// The rows of C stay in the L1 cache while all of B goes by, read once.
template <class T>
inline void rows_times_matrix(const GemmArgs<T>& g, const GemmPart& part) {
  constexpr int rows = RowBlock<T>::rows, steps = RowBlock<T>::steps;
  constexpr int64_t near = (int64_t{1} << 14) / sizeof(T);
  const int64_t width = g.m == 1 || g.k <= steps ? part.j1 - part.j0 : near / g.m + 1;
  const int64_t block = even_block(part.j1 - part.j0, width + (width == 0), 2 * Vec<T>::size);
  for (int64_t j = part.j0; j < part.j1; j += block) {
    const int64_t end = smaller(j + block, part.j1);
    for (int64_t p = 0; p < g.k; p += steps) {
      const int64_t given = smaller(steps, g.k - p);
      int64_t i = part.i0;
      for (; i + rows <= part.i1; i += rows) add_rest<rows, steps>(g, i, p, given, j, end);
      for (; i < part.i1; ++i) add_rest<1, steps>(g, i, p, given, j, end);
    }
  }
}

// One row of A over n columns, so few that their sums stay in V registers: every fourth step adds
// to the same sums, which hides the time that an addition takes.
template <int V, class T>
inline void row_in_registers(const GemmArgs<T>& g, int64_t i, int64_t j, int64_t n) {
  constexpr int lanes = Vec<T>::size, chains = 4;
  const int rest = static_cast<int>(n - (V - 1) * lanes);
  auto load = [rest](const T* x, int v) {
    return v < V - 1 ? Vec<T>::load(x + v * lanes) : Vec<T>::load(x + v * lanes, rest);
  };
  Vec<T> sum[chains][V];
#pragma GCC unroll 4
  for (int q = 0; q < chains; ++q) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sum[q][v] = Vec<T>::zero();
  }
  const T* a = g.a + i * g.a_rs;
  const T* b = g.b + j;
  auto step = [&](int64_t p, int q) __attribute__((always_inline)) {
    const Vec<T> x(a[p * g.a_cs]);
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sum[q][v] = fma(x, load(b + p * g.b_rs, v), sum[q][v]);
  };
  int64_t p = 0;
  for (; p + chains <= g.k; p += chains) {
#pragma GCC unroll 4
    for (int q = 0; q < chains; ++q) step(p + q, q);
  }
  for (; p < g.k; ++p) step(p, 0);
  T* c = g.c + i * g.c_rs + j;
  for (int v = 0; v < V; ++v) {
    const int width = v < V - 1 ? lanes : rest;
    Vec<T> total = Vec<T>(g.alpha) * ((sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]));
    if (g.bias) total = total + Vec<T>::load(g.bias + j + v * lanes, width);
    if (g.beta != 0) total = fma(Vec<T>(g.beta), Vec<T>::load(c + v * lanes, width), total);
    total.store(c + v * lanes, width);
  }
}

// The same for a part of at most four vectors' columns.
template <class T>
inline void short_rows(const GemmArgs<T>& g, const GemmPart& part) {
  const int64_t j = part.j0, n = part.j1 - j;
  for (int64_t i = part.i0; i < part.i1; ++i) {
    switch (blocks_of(n, Vec<T>::size)) {
      case 1:
        row_in_registers<1>(g, i, j, n);
        break;
      case 2:
        row_in_registers<2>(g, i, j, n);
        break;
      case 3:
        row_in_registers<3>(g, i, j, n);
        break;
      default:
        row_in_registers<4>(g, i, j, n);
    }
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

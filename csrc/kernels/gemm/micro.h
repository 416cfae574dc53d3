// Micro-kernels: one tile of C in registers.
#pragma once

#include "kernels/gemm/blocking.h"
#include "kernels/gemm/gemm.h"

namespace taut::TAUT_ISA {
namespace {

// How a finished tile goes into C.
template <class T>
struct Epilogue {
  T alpha, beta;
  const T* bias;  // of the tile's first column, or null
};

// One vector of results into C; n lanes of it exist.
template <class T>
inline void store_vec(T* c, Vec<T> sum, int n, T beta) {
  if (n >= Vec<T>::size) {
    if (beta != 0) sum = fma(Vec<T>(beta), Vec<T>::load(c), sum);
    sum.store(c);
  } else {
    if (beta != 0) sum = fma(Vec<T>(beta), Vec<T>::load(c, n), sum);
    sum.store(c, n);
  }
}

// A tile of R rows and V vectors over k steps. A is read by its strides (a packed panel has
// a_rs 1), B by rows of V vectors b_rs apart. `cols` columns of C exist; rows are c_rs apart.
template <int R, int V, class T>
inline void micro_tile(int64_t k, const T* a, int64_t a_rs, int64_t a_cs, const T* b, int64_t b_rs,
                       T* c, int64_t c_rs, int cols, const Epilogue<T>& out) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[R][V];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[r][v] = Vec<T>::zero();
  }
  for (int64_t p = 0; p < k; ++p, a += a_cs, b += b_rs) {
    Vec<T> row[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) row[v] = Vec<T>::load(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec<T> x(a[r * a_rs]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[r][v] = fma(x, row[v], acc[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      const int n = cols - v * lanes;
      if (n <= 0) break;
      Vec<T> sum = acc[r][v] * Vec<T>(out.alpha);
      if (out.bias) sum += Vec<T>::load(out.bias + v * lanes, n < lanes ? n : lanes);
      store_vec(c + r * c_rs + v * lanes, sum, n, out.beta);
    }
  }
}

// The same for a run-time number of rows up to mr, and the fewest vectors that hold the columns.
template <class T, int R = Blocking<T>::mr>
inline void micro(int rows, int64_t k, const T* a, int64_t a_rs, int64_t a_cs, const T* b,
                  int64_t b_rs, T* c, int64_t c_rs, int cols, const Epilogue<T>& out) {
  if constexpr (R > 1) {
    if (rows < R) return micro<T, R - 1>(rows, k, a, a_rs, a_cs, b, b_rs, c, c_rs, cols, out);
  }
  if (cols <= Vec<T>::size) {
    micro_tile<R, 1>(k, a, a_rs, a_cs, b, b_rs, c, c_rs, cols, out);
  } else {
    micro_tile<R, 2>(k, a, a_rs, a_cs, b, b_rs, c, c_rs, cols, out);
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

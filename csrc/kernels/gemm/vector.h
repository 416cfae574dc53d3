// Products with a vector, bound by reading the matrix once.
#pragma once

#include "kernels/gemm/gemm.h"
#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
inline T dot(const T* x, const T* y, int64_t n) {
  constexpr int lanes = Vec<T>::size;
  Vec<T> acc[4] = {Vec<T>::zero(), Vec<T>::zero(), Vec<T>::zero(), Vec<T>::zero()};
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (int u = 0; u < 4; ++u) {
      acc[u] = fma(Vec<T>::load(x + i + u * lanes), Vec<T>::load(y + i + u * lanes), acc[u]);
    }
  }
  for (; i + lanes <= n; i += lanes) acc[0] = fma(Vec<T>::load(x + i), Vec<T>::load(y + i), acc[0]);
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    acc[1] = fma(Vec<T>::load(x + i, rest), Vec<T>::load(y + i, rest), acc[1]);
  }
  return hsum((acc[0] + acc[1]) + (acc[2] + acc[3]));
}

template <class T>
inline T strided_dot(const T* x, int64_t xs, const T* y, int64_t ys, int64_t n) {
  if (xs == 1 && ys == 1) return dot(x, y, n);
  T sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i * xs] * y[i * ys];
  return sum;
}

// y[j] += s x[j].
template <class T>
inline void axpy(T s, const T* x, T* y, int64_t n) {
  constexpr int lanes = Vec<T>::size;
  const Vec<T> factor(s);
  int64_t j = 0;
  for (; j + lanes <= n; j += lanes) fma(factor, Vec<T>::load(x + j), Vec<T>::load(y + j)).store(y + j);
  if (j < n) {
    const int rest = static_cast<int>(n - j);
    fma(factor, Vec<T>::load(x + j, rest), Vec<T>::load(y + j, rest)).store(y + j, rest);
  }
}

// C = alpha x B + beta C for a row x: along rows of B where they are contiguous (each read once,
// C stays in cache), otherwise a dot product per column.
template <class T>
inline void row_times_matrix(const GemmArgs<T>& g) {
  if (g.b_cs == 1 && g.c_cs == 1 && g.n > 1) {
    for (int64_t j = 0; j < g.n; ++j) {
      const T before = g.beta == 0 ? T(0) : g.beta * g.c[j];
      g.c[j] = before + (g.bias ? g.bias[j] : T(0));
    }
    for (int64_t p = 0; p < g.k; ++p) axpy(g.alpha * g.a[p * g.a_cs], g.b + p * g.b_rs, g.c, g.n);
    return;
  }
  for (int64_t j = 0; j < g.n; ++j) {
    T value = g.alpha * strided_dot(g.a, g.a_cs, g.b + j * g.b_cs, g.b_rs, g.k);
    if (g.bias) value += g.bias[j];
    T* c = g.c + j * g.c_cs;
    *c = g.beta == 0 ? value : g.beta * *c + value;
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

// Micro-kernels: one tile of C in registers.
#pragma once

#include "kernels/gemm/blocking.h"

namespace taut::TAUT_ISA {
namespace {

// How a finished tile goes into C.
template <class T>
struct Epilogue {
  T alpha, beta;
  const T* bias;  // of the tile's first column, or null
};

template <class T>
struct Tile {
  int64_t k;
  const T* a;  // element (r, p) at a[r * a_rs + p * a_cs]
  int64_t a_rs, a_cs;
  const T* b;            // row p: whole vectors at b + p * b_rs
  int64_t b_rs, b_next;  // b_next: from here to the panel that comes next
  T* c;
  int64_t c_rs, c_cs;
  int cols;  // columns of C that exist
  Epilogue<T> out;
};

// One vector of results into contiguous C; n lanes of it exist.
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

// `rows` x `width` sums into the columns of C that exist, contiguous or not.
template <class T>
__attribute__((noinline)) void store_tile(const Tile<T>& t, const T* sums, int rows, int width) {
  constexpr int lanes = Vec<T>::size;
  const Vec<T> alpha(t.out.alpha);
  for (int r = 0; r < rows; ++r, sums += width) {
    T* c = t.c + r * t.c_rs;
    for (int j = 0; j < t.cols; j += lanes) {
      const int n = t.cols - j < lanes ? t.cols - j : lanes;
      Vec<T> sum = alpha * Vec<T>::load(sums + j);
      if (t.out.bias) sum += Vec<T>::load(t.out.bias + j, n);
      if (t.c_cs == 1) {
        store_vec(c + j, sum, n, t.out.beta);
        continue;
      }
      T lane[lanes];
      sum.store(lane);
      for (int q = 0; q < n; ++q) {
        T* to = c + (j + q) * t.c_cs;
        *to = t.out.beta == 0 ? lane[q] : t.out.beta * *to + lane[q];
      }
    }
  }
}

// The sums of a tile into C by the general rule, whatever its scale, edge and strides.
template <int R, int V, class T>
inline void store_general(const Tile<T>& t, const Vec<T> (&acc)[R][V]) {
  constexpr int lanes = Vec<T>::size;
  T sums[R][V * lanes];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[r][v].store(sums[r] + v * lanes);
  }
  store_tile(t, sums[0], R, V * lanes);
}

// The same for contiguous rows of C, to which beta C is added as it is. n: lanes of the last vector
// that exist, known where they all do.
template <int R, int V, class T, class Count>
inline void store_plain(const Tile<T>& t, const Vec<T> (&acc)[R][V], Count n) {
  constexpr int lanes = Vec<T>::size;
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      T* c = t.c + r * t.c_rs + v * lanes;
      if (v < V - 1 || n == lanes) {
        (t.out.beta == 0 ? acc[r][v] : acc[r][v] + Vec<T>::load(c)).store(c);
      } else {
        (t.out.beta == 0 ? acc[r][v] : acc[r][v] + Vec<T>::load(c, n)).store(c, n);
      }
    }
  }
}

template <int N>
struct Known {
  constexpr operator int() const { return N; }
};

// A tile of R rows and V vectors. AStride: the distance of A's rows where it is known, or 0.
template <int R, int V, int AStride, class T>
void micro(const Tile<T>& t) {
  constexpr int lanes = Vec<T>::size;
  const int64_t a_rs = AStride ? AStride : t.a_rs, a_cs = t.a_cs, b_rs = t.b_rs;
  const bool plain =
      t.c_cs == 1 && (t.out.alpha == 1 || !t.out.bias) && (t.out.beta == 0 || t.out.beta == 1);
  const int last = t.cols - (V - 1) * lanes;
  const T* a = t.a;
  const T* b = t.b;
  const T* next = b + t.b_next;
  Vec<T> acc[R][V];
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) {
    Vec<T> start = Vec<T>::zero();
    if (plain && t.out.bias) {
      const T* bias = t.out.bias + v * lanes;
      start = v < V - 1 || last == lanes ? Vec<T>::load(bias) : Vec<T>::load(bias, last);
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) acc[r][v] = start;
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) __builtin_prefetch(t.c + r * t.c_rs, 1);
#pragma GCC unroll 4
  for (int64_t p = 0; p < t.k; ++p) {
    // By its last element: a vector that begins in a line that is here may end in the next.
    Vec<T> row[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) __builtin_prefetch(next + v * lanes + lanes - 1, 0, 2);
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) row[v] = Vec<T>::load(b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec<T> x(a[r * a_rs]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[r][v] = fma(x, row[v], acc[r][v]);
    }
    a += a_cs, b += b_rs, next += b_rs;
  }
  if (plain && t.out.alpha != 1) {
    const Vec<T> alpha(t.out.alpha);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[r][v] = alpha * acc[r][v];
    }
  }
  if (plain && last == lanes) {
    store_plain(t, acc, Known<lanes>{});
  } else if (plain) {
    store_plain(t, acc, last);
  } else {
    store_general(t, acc);
  }
}

template <class T>
using Micro = void (*)(const Tile<T>&);

// The kernel for a number of rows (at most mr), and the fewest vectors that hold the columns.
template <int AStride, class T, int R = Blocking<T>::mr>
inline Micro<T> micro_for(int rows, int cols) {
  if constexpr (R > 1) {
    if (rows < R) return micro_for<AStride, T, R - 1>(rows, cols);
  }
  return cols <= Vec<T>::size ? micro<R, 1, AStride, T> : micro<R, 2, AStride, T>;
}

}  // namespace
}  // namespace taut::TAUT_ISA

// What the reductions share: walking lines and columns, and loading any float as doubles.
// Include only from sources compiled once per ISA.
#pragma once

#include "kernels/reduce.h"
#include "kernels/simd/math.h"

namespace taut::TAUT_ISA {
namespace {

constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Lanes [0, n) set; n may exceed the number of lanes.
template <class T>
inline Mask<T> first_lanes(int64_t n) {
  return Vec<T>::iota() < Vec<T>((T)smaller(n, Vec<T>::size));
}
// All lanes of a byte vector are below 64, which every type can count.
static_assert(kVecBytes <= 64);

// Two vectors of doubles: as many elements as one step of a reduction in double takes.
struct Pair {
  static constexpr int size = 2 * Vec<double>::size;
  Vec<double> a, b;
  Pair() = default;
  Pair(Vec<double> x, Vec<double> y) : a(x), b(y) {}
  explicit Pair(double x) : a(x), b(x) {}
  explicit Pair(Vec<float> v) { widen(v, a, b); }

  static Pair load(const float* p) { return Pair(Vec<float>::load(p)); }
  static Pair load(const double* p) {
    return {Vec<double>::load(p), Vec<double>::load(p + Vec<double>::size)};
  }
  static Pair load(const float* p, int n) { return Pair(Vec<float>::load(p, n)); }
  static Pair load(const double* p, int n) {
    constexpr int half = Vec<double>::size;
    return {Vec<double>::load(p, (int)smaller(n, half)),
            n > half ? Vec<double>::load(p + half, n - half) : Vec<double>::zero()};
  }
  void store(double* p) const {
    a.store(p);
    b.store(p + Vec<double>::size);
  }
  void store(double* p, int n) const {
    constexpr int half = Vec<double>::size;
    a.store(p, (int)smaller(n, half));
    if (n > half) b.store(p + half, n - half);
  }
  void store(float* p) const { narrow(a, b).store(p); }
  void store(float* p, int n) const { narrow(a, b).store(p, n); }
  // Lanes from n on become zero.
  Pair first(int n) const {
    const Vec<double> zero = Vec<double>::zero();
    return {select(first_lanes<double>(n), a, zero),
            select(first_lanes<double>(n - Vec<double>::size), b, zero)};
  }

  friend Pair operator+(Pair x, Pair y) { return {x.a + y.a, x.b + y.b}; }
  friend Pair operator-(Pair x, Pair y) { return {x.a - y.a, x.b - y.b}; }
  friend Pair operator*(Pair x, Pair y) { return {x.a * y.a, x.b * y.b}; }
};
inline double hsum(Pair p) { return hsum(p.a + p.b); }

// A sum of vectors in double lanes.
template <class T>
struct Sum;
template <>
struct Sum<float> {
  Pair total{0.0};
  void add(Vec<float> v) { total = total + Pair(v); }
  double value() const { return hsum(total); }
};
template <>
struct Sum<double> {
  Vec<double> total{0.0};
  void add(Vec<double> v) { total += v; }
  double value() const { return hsum(total); }
};

// f(x, n) on contiguous runs of a line, in order: the line itself, or copies of its pieces.
template <class T, class F>
inline void each_run(const T* x, int64_t n, int64_t stride, F f) {
  if (stride == 1) return f(x, n);
  constexpr int64_t kRun = 512;
  T run[kRun];
  for (int64_t i = 0; i < n; i += kRun) {
    const int64_t count = smaller(kRun, n - i);
    for (int64_t k = 0; k < count; ++k) run[k] = x[(i + k) * stride];
    f(run, count);
  }
}

// Columns are taken so many at a time: their accumulators stay in the L1 cache while the rows
// stream past, and each row gives a run long enough for the prefetcher.
constexpr int64_t kColumns = 512;

// Up to so many rows are read side by side instead, each from its start to its end: one stream for
// each, and no accumulators in memory.
constexpr int64_t kFewRows = 16;

// f(first, count) over all columns.
template <class F>
inline void each_column_block(int64_t columns, F f) {
  for (int64_t j = 0; j < columns; j += kColumns) f(j, smaller(kColumns, columns - j));
}

// f(first element, lanes) over count elements by vectors of `size` lanes.
template <int size, class F>
[[gnu::flatten]] inline void each_vector(int64_t count, F f) {
  int64_t j = 0;
  for (; j + size <= count; j += size) f(j, size);
  if (j < count) f(j, (int)(count - j));
}
// v with `fill` in the lanes from n on.
template <class T>
inline Vec<T> keep_lanes(Vec<T> v, int n, T fill = (T)0) {
  return n == Vec<T>::size ? v : select(first_lanes<T>(n), v, Vec<T>(fill));
}
template <class V, class T>
inline V load_lanes(const T* p, int n) {
  return n == V::size ? V::load(p) : V::load(p, n);
}
template <class V, class T>
inline void store_lanes(V v, T* p, int n) {
  n == V::size ? v.store(p) : v.store(p, n);
}

// The sum of f(first element, lanes) over count elements; f leaves 0 in the lanes it was not asked
// for. Four vectors meet in their own type before the conversion: a quarter of the conversions for
// at most two roundings of a partial sum.
template <class T, class F>
[[gnu::flatten]] inline double sum_of(int64_t count, F f) {
  constexpr int size = Vec<T>::size;
  Sum<T> total;
  int64_t j = 0;
  for (; j + 4 * size <= count; j += 4 * size) {
    const Vec<T> even = f(j, size) + f(j + size, size);
    total.add(even + (f(j + 2 * size, size) + f(j + 3 * size, size)));
  }
  for (; j + size <= count; j += size) total.add(f(j, size));
  if (j < count) total.add(f(j, (int)(count - j)));
  return total.value();
}

}  // namespace
}  // namespace taut::TAUT_ISA

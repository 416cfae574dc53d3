// Products, extremes and their places: reductions that stay in the type of their elements.
// Include only from sources compiled once per ISA.
#pragma once

#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

struct Product {
  template <class T>
  static constexpr T start = (T)1;
  template <class V>
  static V of(V a, V b) {
    return a * b;
  }
};
template <class T>
struct Limits;
#define TAUT_LIMITS(T, lo, hi)        \
  template <>                         \
  struct Limits<T> {                  \
    static constexpr T least = lo;    \
    static constexpr T greatest = hi; \
  };
TAUT_LIMITS(uint8_t, 0, UINT8_MAX)
TAUT_LIMITS(int8_t, INT8_MIN, INT8_MAX)
TAUT_LIMITS(int16_t, INT16_MIN, INT16_MAX)
TAUT_LIMITS(int32_t, INT32_MIN, INT32_MAX)
TAUT_LIMITS(int64_t, INT64_MIN, INT64_MAX)
TAUT_LIMITS(float, -__builtin_inff(), __builtin_inff())
TAUT_LIMITS(double, -__builtin_inf(), __builtin_inf())
#undef TAUT_LIMITS

template <class T>
inline bool is_nan(T x) {
  return x != x;
}
struct Max {
  template <class T>
  static constexpr T start = Limits<T>::least;
  template <class T>
  static Vec<T> of(Vec<T> a, Vec<T> b) {
    return max(a, b);
  }
  // Whether x takes the place of best.
  template <class T>
  static bool better(T x, T best) {
    return (x > best) | (is_nan(x) & !is_nan(best));
  }
};
struct Min {
  template <class T>
  static constexpr T start = Limits<T>::greatest;
  template <class T>
  static Vec<T> of(Vec<T> a, Vec<T> b) {
    return min(a, b);
  }
  template <class T>
  static bool better(T x, T best) {
    return (x < best) | (is_nan(x) & !is_nan(best));
  }
};

template <class Op, class T>
inline T fold_vector(Vec<T> v) {
  T lanes[Vec<T>::size];
  v.store(lanes);
  T r = lanes[0];
  for (int i = 1; i < Vec<T>::size; ++i) {
    if constexpr (__is_same(Op, Product)) {
      r = (T)(r * lanes[i]);
    } else {
      r = Op::better(lanes[i], r) ? lanes[i] : r;
    }
  }
  return r;
}

template <class Op, class T>
inline Vec<T> fold_run(Vec<T> acc, const T* x, int64_t n) {
  constexpr int64_t step = Vec<T>::size;
  const Vec<T> start(Op::template start<T>);
  int64_t i = 0;
  if (n >= 4 * step) {
    Vec<T> r[4] = {acc, start, start, start};
    for (; i + 4 * step <= n; i += 4 * step) {
      for (int k = 0; k < 4; ++k) r[k] = Op::of(r[k], Vec<T>::load(x + i + k * step));
    }
    acc = Op::of(Op::of(r[0], r[1]), Op::of(r[2], r[3]));
  }
  for (; i + step <= n; i += step) acc = Op::of(acc, Vec<T>::load(x + i));
  if (i < n) {
    const Vec<T> rest = Vec<T>::load(x + i, (int)(n - i));
    acc = Op::of(acc, select(first_lanes<T>(n - i), rest, start));
  }
  return acc;
}

template <class Op, class T>
inline T fold_line(const T* x, int64_t n, int64_t stride) {
  Vec<T> acc(Op::template start<T>);
  each_run(x, n, stride, [&](const T* run, int64_t count) { acc = fold_run<Op>(acc, run, count); });
  return fold_vector<Op>(acc);
}

// acc[j] takes in kRows rows.
template <class Op, int kRows, class T>
inline void fold_rows(const T* x, int64_t stride, int64_t count, T* acc) {
  each_vector<Vec<T>::size>(count, [&](int64_t j, int lanes) {
    Vec<T> a = load_lanes<Vec<T>>(acc + j, lanes);
    for (int r = 0; r < kRows; ++r) a = Op::of(a, load_lanes<Vec<T>>(x + r * stride + j, lanes));
    store_lanes(a, acc + j, lanes);
  });
}

template <class Op, class T>
inline void fold_few_rows(const T* x, int64_t n, int64_t stride, int64_t columns, T* out) {
  each_vector<Vec<T>::size>(columns, [=](int64_t j, int lanes) {
    Vec<T> a(Op::template start<T>);
    for (int64_t i = 0; i < n; ++i) a = Op::of(a, load_lanes<Vec<T>>(x + i * stride + j, lanes));
    store_lanes(a, out + j, lanes);
  });
}

template <class Op, class T>
inline void fold_columns(const T* x, int64_t n, int64_t stride, int64_t columns, T* out) {
  if (n <= kFewRows) return fold_few_rows<Op>(x, n, stride, columns, out);
  each_column_block(columns, [&](int64_t first, int64_t count) {
    T* acc = out + first;
    for (int64_t j = 0; j < count; ++j) acc[j] = Op::template start<T>;
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) fold_rows<Op, 4>(x + i * stride + first, stride, count, acc);
    for (; i < n; ++i) fold_rows<Op, 1>(x + i * stride + first, stride, count, acc);
  });
}

template <class Op, class T>
void fold_loop(const void* data, const ReduceShape& s, void* result, double) {
  const T* x = (const T*)data;
  T* out = (T*)result;
  if (s.n == 0 && !__is_same(Op, Product)) return;
  for (int64_t o = 0; o < s.outer; ++o, x += s.outer_stride, out += s.inner) {
    if (s.inner == 1) {
      *out = fold_line<Op>(x, s.n, s.stride);
    } else {
      fold_columns<Op>(x, s.n, s.stride, s.inner, out);
    }
  }
}

// Places of extremes -----------------------------------------------------------------------------

template <class T>
inline int64_t first_equal(const T* x, int64_t n, T value) {
  constexpr int64_t step = Vec<T>::size;
  const bool nan = is_nan(value);
  int64_t i = 0;
  for (; i + step <= n; i += step) {
    const Vec<T> v = Vec<T>::load(x + i);
    if (any(nan ? v != v : v == Vec<T>(value))) break;
  }
  while (i < n && !(nan ? is_nan(x[i]) : x[i] == value)) ++i;
  return i;
}

// The extreme block by block; only the block that won is searched for its place.
template <class Op, class T>
inline int64_t arg_line(const T* x, int64_t n, int64_t stride, T& best) {
  constexpr int64_t kBlock = 512;
  int64_t winner = 0;
  T block[kBlock];
  const auto read = [&](int64_t b, int64_t count) -> const T* {
    if (stride == 1) return x + b;
    for (int64_t k = 0; k < count; ++k) block[k] = x[(b + k) * stride];
    return block;
  };
  for (int64_t b = 0; b < n; b += kBlock) {
    const int64_t count = smaller(kBlock, n - b);
    const Vec<T> start(Op::template start<T>);
    const T m = fold_vector<Op>(fold_run<Op>(start, read(b, count), count));
    if (b == 0 || Op::better(m, best)) {
      best = m;
      winner = b;
      if (is_nan(best)) break;
    }
  }
  const int64_t count = smaller(kBlock, n - winner);
  return winner + first_equal(read(winner, count), count, best);
}

template <class Op, class T>
inline void arg_columns(const T* x, const ReduceShape& s, T* values, int64_t* indices) {
  each_column_block(s.inner, [&](int64_t first, int64_t count) {
    T best[kColumns];
    int64_t place[kColumns];
    for (int64_t j = 0; j < count; ++j) {
      best[j] = x[first + j];
      place[j] = 0;
    }
    for (int64_t i = 1; i < s.n; ++i) {
      const T* row = x + i * s.stride + first;
      for (int64_t j = 0; j < count; ++j) {
        const bool better = Op::better(row[j], best[j]);
        place[j] = better ? i : place[j];
        best[j] = better ? row[j] : best[j];
      }
    }
    for (int64_t j = 0; j < count; ++j) indices[first + j] = place[j];
    if (values) {
      for (int64_t j = 0; j < count; ++j) values[first + j] = best[j];
    }
  });
}

template <class Op, class T>
void arg_loop(const void* data, const ReduceShape& s, void* best, int64_t* indices) {
  const T* x = (const T*)data;
  T* values = (T*)best;
  if (s.n == 0) return;
  for (int64_t o = 0; o < s.outer; ++o, x += s.outer_stride, indices += s.inner) {
    if (s.inner == 1) {
      T value;
      *indices = arg_line<Op>(x, s.n, s.stride, value);
      if (values) *values = value;
    } else {
      arg_columns<Op>(x, s, values, indices);
    }
    if (values) values += s.inner;
  }
}

}  // namespace
}  // namespace taut::TAUT_ISA

#include "kernels/reduce.h"

#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

// Sums -------------------------------------------------------------------------------------------
// In double lanes, so a float sum is right to its last bit or so; a double sum is flushed every
// kFlush steps, which keeps its error that of adding a few hundred numbers.
constexpr int64_t kFlush = 32;

struct Identity {
  static Vec<double> of(Vec<double> x, double) { return x; }
};
struct Absolute {
  static Vec<double> of(Vec<double> x, double) { return abs(x); }
};
struct Squared {
  static Vec<double> of(Vec<double> x, double) { return x * x; }
};
struct NonZero {
  static Vec<double> of(Vec<double> x, double) {
    return select(x != Vec<double>::zero(), Vec<double>(1.0), Vec<double>::zero());
  }
};
struct Power {
  static Vec<double> of(Vec<double> x, double p) { return pow(abs(x), Vec<double>(p)); }
};
struct Deviation {
  static Vec<double> of(Vec<double> x, double mean) {
    const Vec<double> d = x - Vec<double>(mean);
    return d * d;
  }
};

template <class Map>
inline Pair mapped(Pair x, double param) {
  return {Map::of(x.a, param), Map::of(x.b, param)};
}

// Four steps of a run as one.
template <class Map, class T>
inline Pair four_steps(const T* x, double param) {
  constexpr int64_t step = Pair::size;
  if constexpr (__is_same(T, float) && __is_same(Map, Identity)) {
    // Three additions in float before the conversion: a quarter of the conversions for at most an
    // ulp of one partial sum.
    const Vec<float> even = Vec<float>::load(x) + Vec<float>::load(x + step);
    const Vec<float> odd = Vec<float>::load(x + 2 * step) + Vec<float>::load(x + 3 * step);
    return Pair(even + odd);
  } else {
    const Pair even = mapped<Map>(Pair::load(x), param) + mapped<Map>(Pair::load(x + step), param);
    return even + (mapped<Map>(Pair::load(x + 2 * step), param) +
                   mapped<Map>(Pair::load(x + 3 * step), param));
  }
}

template <class Map, class T>
inline double run_sum(const T* x, int64_t n, double param) {
  constexpr int64_t step = Pair::size;
  Pair total(0.0);
  int64_t i = 0;
  while (i + 8 * step <= n) {
    Pair even(0.0), odd(0.0);
    const int64_t end = smaller(n - 8 * step, i + (kFlush - 1) * 8 * step);
    for (; i <= end; i += 8 * step) {
      even = even + four_steps<Map>(x + i, param);
      odd = odd + four_steps<Map>(x + i + 4 * step, param);
    }
    total = total + (even + odd);
  }
  for (; i + step <= n; i += step) total = total + mapped<Map>(Pair::load(x + i), param);
  if (i < n) {
    const int rest = (int)(n - i);
    total = total + mapped<Map>(Pair::load(x + i, rest), param).first(rest);
  }
  return hsum(total);
}

template <class Map, class T>
inline double line_sum(const T* x, int64_t n, int64_t stride, double param) {
  double total = 0;
  each_run(x, n, stride,
           [&](const T* run, int64_t count) { total += run_sum<Map>(run, count, param); });
  return total;
}

// acc[j] += map(x[r][j] - center[j]) over kRows rows; center may be null (0).
template <class Map, int kRows, class T>
inline void add_rows(const T* x, int64_t stride, int64_t count, const double* center, double param,
                     double* acc) {
  each_vector<Pair::size>(count, [&](int64_t j, int lanes) {
    const Pair middle = center ? load_lanes<Pair>(center + j, lanes) : Pair(0.0);
    if constexpr (__is_same(T, float) && __is_same(Map, Identity) && kRows == 4) {
      const auto row = [&](int r) { return load_lanes<Vec<float>>(x + r * stride + j, lanes); };
      const Pair sum((row(0) + row(1)) + (row(2) + row(3)));
      store_lanes(load_lanes<Pair>(acc + j, lanes) + sum, acc + j, lanes);
      return;
    }
    Pair sum[kRows];
    for (int r = 0; r < kRows; ++r) {
      const Pair v = load_lanes<Pair>(x + r * stride + j, lanes);
      sum[r] = mapped<Map>(center ? v - middle : v, param);
    }
    for (int half = kRows / 2; half > 0; half /= 2) {
      for (int r = 0; r < half; ++r) sum[r] = sum[r] + sum[r + half];
    }
    store_lanes(load_lanes<Pair>(acc + j, lanes) + sum[0], acc + j, lanes);
  });
}

// acc[j] = sum over n rows, for count <= kColumns columns. Four rows per visit: the accumulators
// are read and written a quarter as often.
template <class Map, class T>
inline void column_sums(const T* x, int64_t n, int64_t stride, int64_t count, const double* center,
                        double param, double* acc) {
  for (int64_t j = 0; j < count; ++j) acc[j] = 0;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) add_rows<Map, 4>(x + i * stride, stride, count, center, param, acc);
  for (; i < n; ++i) add_rows<Map, 1>(x + i * stride, stride, count, center, param, acc);
}

template <class Map, class In, class Out, bool kDivided>
void sum_loop(const void* data, const ReduceShape& s, void* result, double param) {
  const In* x = (const In*)data;
  Out* out = (Out*)result;
  const double divisor = kDivided ? param : 1.0;
  for (int64_t o = 0; o < s.outer; ++o, x += s.outer_stride, out += s.inner) {
    if (s.inner == 1) {
      *out = (Out)(line_sum<Map>(x, s.n, s.stride, param) / divisor);
      continue;
    }
    each_column_block(s.inner, [&](int64_t first, int64_t count) {
      double acc[kColumns];
      column_sums<Map>(x + first, s.n, s.stride, count, nullptr, param, acc);
      for (int64_t j = 0; j < count; ++j) out[first + j] = (Out)(acc[j] / divisor);
    });
  }
}

template <class In>
void integer_sum_loop(const void* data, const ReduceShape& s, void* result, double) {
  const In* x = (const In*)data;
  uint64_t* out = (uint64_t*)result;
  for (int64_t o = 0; o < s.outer; ++o, x += s.outer_stride, out += s.inner) {
    if (s.inner == 1) {
      uint64_t total = 0;
      for (int64_t i = 0; i < s.n; ++i) total += (uint64_t)(int64_t)x[i * s.stride];
      *out = total;
      continue;
    }
    for (int64_t j = 0; j < s.inner; ++j) out[j] = 0;
    for (int64_t i = 0; i < s.n; ++i) {
      const In* row = x + i * s.stride;
      for (int64_t j = 0; j < s.inner; ++j) out[j] += (uint64_t)(int64_t)row[j];
    }
  }
}

// Moments
// ------------------------------------------------------------------------------------------

template <class T>
void moments_loop(const void* data, const ReduceShape& s, double* mean, double* m2) {
  const T* x = (const T*)data;
  if (s.n == 0) return;
  const double count = (double)s.n;
  for (int64_t o = 0; o < s.outer; ++o, x += s.outer_stride, mean += s.inner, m2 += s.inner) {
    if (s.inner == 1) {
      *mean = line_sum<Identity>(x, s.n, s.stride, 0) / count;
      *m2 = line_sum<Deviation>(x, s.n, s.stride, *mean);
      continue;
    }
    each_column_block(s.inner, [&](int64_t first, int64_t columns) {
      double* middle = mean + first;
      column_sums<Identity>(x + first, s.n, s.stride, columns, nullptr, 0, middle);
      for (int64_t j = 0; j < columns; ++j) middle[j] /= count;
      column_sums<Squared>(x + first, s.n, s.stride, columns, middle, 0, m2 + first);
    });
  }
}

// Products and extremes
// ----------------------------------------------------------------------------

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
inline void fold_columns(const T* x, int64_t n, int64_t stride, int64_t columns, T* out) {
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

// Places of extremes
// -------------------------------------------------------------------------------

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

#define TAUT_FLOATS(f32, f64) \
  { nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, f32, f64 }
#define TAUT_ALL(f) \
  { f<uint8_t>, f<uint8_t>, f<int8_t>, f<int16_t>, f<int32_t>, f<int64_t>, f<float>, f<double> }
#define TAUT_MAPPED(Map) \
  TAUT_FLOATS((sum_loop<Map, float, double, false>), (sum_loop<Map, double, double, false>))

namespace {
template <class T>
constexpr ReduceLoop max_loop = fold_loop<Max, T>;
template <class T>
constexpr ReduceLoop min_loop = fold_loop<Min, T>;
template <class T>
constexpr ArgLoop argmax_loop = arg_loop<Max, T>;
template <class T>
constexpr ArgLoop argmin_loop = arg_loop<Min, T>;
template <class T>
constexpr ReduceLoop wide_loop = integer_sum_loop<T>;
template <>
constexpr ReduceLoop wide_loop<float> = sum_loop<Identity, float, double, false>;
template <>
constexpr ReduceLoop wide_loop<double> = sum_loop<Identity, double, double, false>;
}  // namespace

extern const ReduceKernels reduce_table;
const ReduceKernels reduce_table = {
    .sum = TAUT_FLOATS((sum_loop<Identity, float, float, true>),
                       (sum_loop<Identity, double, double, true>)),
    .wide_sum = TAUT_ALL(wide_loop),
    .narrow_sum = TAUT_FLOATS((sum_loop<Identity, double, float, true>),
                              (sum_loop<Identity, double, double, true>)),
    .abs_sum = TAUT_MAPPED(Absolute),
    .square_sum = TAUT_MAPPED(Squared),
    .nonzero_sum = TAUT_MAPPED(NonZero),
    .power_sum = TAUT_MAPPED(Power),
    .prod = {nullptr, nullptr, nullptr, nullptr, nullptr, fold_loop<Product, int64_t>,
             fold_loop<Product, float>, fold_loop<Product, double>},
    .max = TAUT_ALL(max_loop),
    .min = TAUT_ALL(min_loop),
    .argmax = TAUT_ALL(argmax_loop),
    .argmin = TAUT_ALL(argmin_loop),
    .moments = TAUT_FLOATS(moments_loop<float>, moments_loop<double>),
};

}  // namespace taut::TAUT_ISA

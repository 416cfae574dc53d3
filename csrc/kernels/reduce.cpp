#include "kernels/reduce.h"

#include "kernels/reduce_blocks.h"
#include "kernels/reduce_folds.h"

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

// The sum of map(x[r] - center) over kRows rows.
template <class Map, int kRows, class T>
inline Pair rows_sum(const T* x, int64_t stride, int lanes, const Pair* center, double param) {
  if constexpr (__is_same(T, float) && __is_same(Map, Identity) && kRows == 4) {
    const auto row = [&](int r) { return load_lanes<Vec<float>>(x + r * stride, lanes); };
    return Pair((row(0) + row(1)) + (row(2) + row(3)));
  } else {
    Pair sum[kRows];
    for (int r = 0; r < kRows; ++r) {
      const Pair v = load_lanes<Pair>(x + r * stride, lanes);
      sum[r] = mapped<Map>(center ? v - *center : v, param);
    }
    for (int half = kRows / 2; half > 0; half /= 2) {
      for (int r = 0; r < half; ++r) sum[r] = sum[r] + sum[r + half];
    }
    return sum[0];
  }
}

// acc[j] += that of column j; center may be null (0).
template <class Map, int kRows, class T>
inline void add_rows(const T* x, int64_t stride, int64_t count, const double* center, double param,
                     double* acc) {
  each_vector<Pair::size>(count, [&](int64_t j, int lanes) {
    const Pair middle = center ? load_lanes<Pair>(center + j, lanes) : Pair(0.0);
    const Pair sum = rows_sum<Map, kRows>(x + j, stride, lanes, center ? &middle : nullptr, param);
    store_lanes(load_lanes<Pair>(acc + j, lanes) + sum, acc + j, lanes);
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

template <class Map, class In, class Out>
inline void sum_few_rows(const In* x, const ReduceShape& s, double divisor, double param,
                         Out* out) {
  each_vector<Pair::size>(s.inner, [=, &s](int64_t j, int lanes) {
    Pair total(0.0);
    int64_t i = 0;
    for (; i + 4 <= s.n; i += 4) {
      total = total + rows_sum<Map, 4>(x + i * s.stride + j, s.stride, lanes, nullptr, param);
    }
    for (; i < s.n; ++i) {
      total = total + rows_sum<Map, 1>(x + i * s.stride + j, s.stride, lanes, nullptr, param);
    }
    if (divisor != 1.0) total = {total.a / Vec<double>(divisor), total.b / Vec<double>(divisor)};
    store_lanes(total, out + j, lanes);
  });
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
    if (s.n <= kFewRows) {
      sum_few_rows<Map>(x, s, divisor, param, out);
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

// Moments ----------------------------------------------------------------------------------------

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

}  // namespace

// By element type: none for the 16-bit floating-point ones.
#define TAUT_FLOATS(f32, f64) \
  {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, f32, f64}
#define TAUT_ALL(f)                                           \
  {f<uint8_t>, f<uint8_t>, f<int8_t>, f<int16_t>, f<int32_t>, \
   f<int64_t>, nullptr,    nullptr,   f<float>,   f<double>}
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
    .prod = {nullptr, nullptr, nullptr, nullptr, nullptr, fold_loop<Product, int64_t>, nullptr,
             nullptr, fold_loop<Product, float>, fold_loop<Product, double>},
    .max = TAUT_ALL(max_loop),
    .min = TAUT_ALL(min_loop),
    .argmax = TAUT_ALL(argmax_loop),
    .argmin = TAUT_ALL(argmin_loop),
    .moments = TAUT_FLOATS(moments_loop<float>, moments_loop<double>),
};

}  // namespace taut::TAUT_ISA

#include "kernels/columns.h"

#include "kernels/reduce_folds.h"

namespace taut::TAUT_ISA {
namespace {

static_assert(kColumnsAtOnce == kColumns);

template <class T>
inline Vec<T> at(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}

inline Pair add(Pair sum, Vec<float> v) { return sum + Pair(v); }
inline Vec<double> add(Vec<double> sum, Vec<double> v) { return sum + v; }
template <class T>
struct SumOf;
template <>
struct SumOf<float> {
  using type = Pair;
};
template <>
struct SumOf<double> {
  using type = Vec<double>;
};

// sum[j] = the sum over the rows of f(offset of the element, lanes). Four rows at a time: they meet
// in their own type before the conversion, and the sums are read and written a quarter as often.
template <class T, class F>
[[gnu::flatten]] inline void sum_columns(int64_t n, int64_t stride, int64_t columns, F f,
                                         double* sum) {
  using S = typename SumOf<T>::type;
  for (int64_t j = 0; j < columns; ++j) sum[j] = 0;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    each_vector<Vec<T>::size>(columns, [=](int64_t j, int lanes) {
      const int64_t o = i * stride + j;
      const Vec<T> even = f(o, j, lanes) + f(o + stride, j, lanes);
      const Vec<T> odd = f(o + 2 * stride, j, lanes) + f(o + 3 * stride, j, lanes);
      store_lanes(add(load_lanes<S>(sum + j, lanes), even + odd), sum + j, lanes);
    });
  }
  for (; i < n; ++i) {
    each_vector<Vec<T>::size>(columns, [=](int64_t j, int lanes) {
      const Vec<T> v = f(i * stride + j, j, lanes);
      store_lanes(add(load_lanes<S>(sum + j, lanes), v), sum + j, lanes);
    });
  }
}

// f(offset, column, lanes) for every element.
template <class T, class F>
[[gnu::flatten]] inline void each_element(int64_t n, int64_t stride, int64_t columns, F f) {
  for (int64_t i = 0; i < n; ++i) {
    each_vector<Vec<T>::size>(columns, [=](int64_t j, int lanes) { f(i * stride + j, j, lanes); });
  }
}

template <class T>
void softmax(const T* x, int64_t n, int64_t stride, int64_t columns, T* out) {
  T most[kColumns], scale[kColumns];
  double sum[kColumns];
  fold_columns<Max>(x, n, stride, columns, most);
  sum_columns<T>(
      n, stride, columns,
      [=, &most](int64_t o, int64_t j, int lanes) {
        const Vec<T> e = exp_below_one(at(x + o, lanes) - at(most + j, lanes));
        store_lanes(e, out + o, lanes);
        return e;
      },
      sum);
  for (int64_t j = 0; j < columns; ++j) scale[j] = (T)(1.0 / sum[j]);
  each_element<T>(n, stride, columns, [=, &scale](int64_t o, int64_t j, int lanes) {
    store_lanes(at(out + o, lanes) * at(scale + j, lanes), out + o, lanes);
  });
}

template <class T>
void log_softmax(const T* x, int64_t n, int64_t stride, int64_t columns, T* out) {
  T most[kColumns], log_sum[kColumns];
  double sum[kColumns];
  fold_columns<Max>(x, n, stride, columns, most);
  sum_columns<T>(
      n, stride, columns,
      [=, &most](int64_t o, int64_t j, int lanes) {
        return exp_below_one(at(x + o, lanes) - at(most + j, lanes));
      },
      sum);
  for (int64_t j = 0; j < columns; ++j) log_sum[j] = (T)__builtin_log(sum[j]);
  each_element<T>(n, stride, columns, [=, &most, &log_sum](int64_t o, int64_t j, int lanes) {
    const Vec<T> above = at(x + o, lanes) - at(most + j, lanes);
    store_lanes(above - at(log_sum + j, lanes), out + o, lanes);
  });
}

template <class T>
inline void store_grad(Vec<T> v, T* dx, T beta, int lanes) {
  if (beta != (T)0) v = v + at(dx, lanes);
  store_lanes(v, dx, lanes);
}

template <class T>
void softmax_backward(const T* dy, const T* y, int64_t n, int64_t stride, int64_t columns, T* dx,
                      T beta) {
  T mean[kColumns];
  double sum[kColumns];
  sum_columns<T>(
      n, stride, columns,
      [=](int64_t o, int64_t, int lanes) { return at(dy + o, lanes) * at(y + o, lanes); }, sum);
  for (int64_t j = 0; j < columns; ++j) mean[j] = (T)sum[j];
  each_element<T>(n, stride, columns, [=, &mean](int64_t o, int64_t j, int lanes) {
    const Vec<T> v = at(y + o, lanes) * (at(dy + o, lanes) - at(mean + j, lanes));
    store_grad(v, dx + o, beta, lanes);
  });
}

template <class T>
void log_softmax_backward(const T* dy, const T* y, int64_t n, int64_t stride, int64_t columns,
                          T* dx, T beta) {
  T total[kColumns];
  double sum[kColumns];
  sum_columns<T>(
      n, stride, columns, [=](int64_t o, int64_t, int lanes) { return at(dy + o, lanes); }, sum);
  for (int64_t j = 0; j < columns; ++j) total[j] = (T)sum[j];
  each_element<T>(n, stride, columns, [=, &total](int64_t o, int64_t j, int lanes) {
    const Vec<T> share = exp_below_one(at(y + o, lanes)) * at(total + j, lanes);
    store_grad(at(dy + o, lanes) - share, dx + o, beta, lanes);
  });
}

template <class T>
constexpr ColumnKernelsOf<T> kernels_of = {softmax<T>, log_softmax<T>, softmax_backward<T>,
                                           log_softmax_backward<T>};

}  // namespace

extern const ColumnKernels column_table;
constinit const ColumnKernels column_table = {kernels_of<float>, kernels_of<double>};

}  // namespace taut::TAUT_ISA

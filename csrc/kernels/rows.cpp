#include "kernels/rows.h"

#include "kernels/reduce_folds.h"
#include "kernels/simd/stream.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
constexpr int kLanes = Vec<T>::size;
template <class T>
constexpr T kInfinity = FloatLayout<T>::infinity;

template <class T>
inline Vec<T> load_row(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}

// out[j] = f(j, lanes) for a row; streamed from the first cache line that begins in it.
template <class T, class F>
[[gnu::flatten]] inline void store_row(T* out, int64_t n, Stores stores, F f) {
  if (stores == Stores::Cached) {
    return each_vector<kLanes<T>>(
        n, [&](int64_t j, int lanes) { store_lanes(f(j, lanes), out + j, lanes); });
  }
  const auto to_line = (int64_t)(-(uint64_t)out % 64 / sizeof(T));
  const int64_t head = smaller(to_line, n);
  each_vector<kLanes<T>>(head,
                         [&](int64_t j, int lanes) { store_lanes(f(j, lanes), out + j, lanes); });
  each_vector<kLanes<T>>(n - head, [&](int64_t j, int lanes) {
    const Vec<T> v = f(head + j, lanes);
    if (lanes == kLanes<T>) {
      stream_vector(out + head + j, v);
    } else {
      store_lanes(v, out + head + j, lanes);
    }
  });
}
inline void finish(Stores stores) {
  if (stores == Stores::Streamed) stream_fence();
}

// dx[j] = beta * dx[j] + v.
template <class T>
inline void store_grad(Vec<T> v, T* dx, T beta, int lanes) {
  if (beta != (T)0) v = v + Vec<T>(beta) * load_row(dx, lanes);
  store_lanes(v, dx, lanes);
}

template <class T>
inline T row_max(const T* x, int64_t n) {
  return hmax(fold_run<Max>(Vec<T>(-kInfinity<T>), x, n));
}

template <class T>
inline double sum_of_exp(const T* x, int64_t n, T shift) {
  return sum_of<T>(n, [=](int64_t j, int lanes) {
    return keep_lanes(exp_below_one(load_row(x + j, lanes) - Vec<T>(shift)), lanes);
  });
}

// The exponentials wait for their sum in out, or where that is streamed in a row of their own.
template <class T>
void softmax(const T* x, int64_t rows, int64_t n, T* out, Stores stores) {
  constexpr int64_t kRow = (1 << 15) / sizeof(T);
  alignas(64) T row[kRow];
  if (n > kRow) stores = Stores::Cached;
  const bool streamed = stores == Stores::Streamed;
  for (int64_t r = 0; r < rows; ++r, x += n, out += n) {
    T* const e = streamed ? row : out;
    const Vec<T> most(row_max(x, n));
    const double sum = sum_of<T>(n, [=](int64_t j, int lanes) {
      const Vec<T> v = exp_below_one(load_row(x + j, lanes) - most);
      store_lanes(v, e + j, lanes);
      return keep_lanes(v, lanes);
    });
    const Vec<T> scale((T)(1.0 / sum));
    store_row(out, n, stores, [=](int64_t j, int lanes) { return load_row(e + j, lanes) * scale; });
  }
  finish(stores);
}

template <class T>
void log_softmax(const T* x, int64_t rows, int64_t n, T* out, Stores stores) {
  for (int64_t r = 0; r < rows; ++r, x += n, out += n) {
    const T most = row_max(x, n);
    const T log_sum = (T)__builtin_log(sum_of_exp(x, n, most));
    store_row(out, n, stores, [=](int64_t j, int lanes) {
      return (load_row(x + j, lanes) - Vec<T>(most)) - Vec<T>(log_sum);
    });
  }
  finish(stores);
}

template <class T>
void softmax_backward(const T* dy, const T* y, int64_t rows, int64_t n, T* dx, T beta) {
  for (int64_t r = 0; r < rows; ++r, dy += n, y += n, dx += n) {
    const Vec<T> mean((T)sum_of<T>(
        n, [=](int64_t j, int lanes) { return load_row(dy + j, lanes) * load_row(y + j, lanes); }));
    each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
      const Vec<T> v = load_row(y + j, lanes) * (load_row(dy + j, lanes) - mean);
      store_grad(v, dx + j, beta, lanes);
    });
  }
}

template <class T>
void log_softmax_backward(const T* dy, const T* y, int64_t rows, int64_t n, T* dx, T beta) {
  for (int64_t r = 0; r < rows; ++r, dy += n, y += n, dx += n) {
    const Vec<T> total(
        (T)sum_of<T>(n, [=](int64_t j, int lanes) { return load_row(dy + j, lanes); }));
    each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
      const Vec<T> v = load_row(dy + j, lanes) - exp_below_one(load_row(y + j, lanes)) * total;
      store_grad(v, dx + j, beta, lanes);
    });
  }
}

template <class T>
inline T row_logsumexp(const T* x, int64_t n) {
  const T most = row_max(x, n);
  if (most == kInfinity<T> || most == -kInfinity<T>) return most;
  return (T)(__builtin_log(sum_of_exp(x, n, most)) + (double)most);
}

template <class T>
void logsumexp(const T* x, int64_t rows, int64_t n, T* out) {
  for (int64_t r = 0; r < rows; ++r) out[r] = row_logsumexp(x + r * n, n);
}

// Normalisation --------------------------------------------------------------------------------

// out = (x - mean) * rstd * gamma + shift.
template <class T>
inline void normalise(const T* x, const T* gamma, const T* shift, int64_t n, T mean, T rstd, T* out,
                      Stores stores) {
  store_row(out, n, stores, [=](int64_t j, int lanes) {
    // Which product an addition takes in is said here: every row rounds in the same places.
    const Vec<T> d = load_row(x + j, lanes) - Vec<T>(mean), scale(rstd);
    if (!gamma) return shift ? fma(d, scale, load_row(shift + j, lanes)) : d * scale;
    const Vec<T> v = d * scale, g = load_row(gamma + j, lanes);
    return shift ? fma(v, g, load_row(shift + j, lanes)) : v * g;
  });
}

// Mean of (x - center)^2.
template <class T>
inline double mean_square(const T* x, int64_t n, T center) {
  const double sum = sum_of<T>(n, [=](int64_t j, int lanes) {
    const Vec<T> d = keep_lanes(load_row(x + j, lanes) - Vec<T>(center), lanes);
    return d * d;
  });
  return sum / (double)n;
}

// Means of x - x[0] and of its square. From the first element on, so that the partial sums, which
// stay in T, are about as small as the spread.
struct Moments {
  double mean, square;
};
template <class T>
inline Moments moments_of(const T* x, int64_t n) {
  constexpr int size = kLanes<T>;
  const Vec<T> first(x[0]);
  const auto d = [&](int64_t j) { return Vec<T>::load(x + j) - first; };
  Sum<T> sum, square;
  int64_t j = 0;
  for (; j + 4 * size <= n; j += 4 * size) {
    const Vec<T> a = d(j), b = d(j + size), c = d(j + 2 * size), e = d(j + 3 * size);
    sum.add((a + b) + (c + e));
    square.add(fma(a, a, b * b) + fma(c, c, e * e));
  }
  each_vector<size>(n - j, [&](int64_t i, int lanes) {
    const Vec<T> v = keep_lanes(load_row(x + j + i, lanes) - first, lanes);
    sum.add(v);
    square.add(v * v);
  });
  return {sum.value() / (double)n, square.value() / (double)n};
}

// The variance is the difference of two squares where the first element lies near the mean. Where
// it lies far away that would cancel, and the squares are summed again, about `center`, the mean
// rounded, whose rounding adds its square to the spread.
template <class T>
inline double variance_of(const T* x, int64_t n, const Moments& m, T center) {
  const double offset = m.mean * m.mean, var = m.square - offset;
  if (!(offset > 16 * var)) return var;
  const double off = ((double)x[0] + m.mean) - (double)center;
  const double again = mean_square(x, n, center) - off * off;
  return again > 0 || again != again ? again : 0.0;
}

// Each pass over two rows that stay in L1 before the next: the end of a sum, its division and its
// root wait for each other, not for those of the other row.
template <class T>
void layer_norm(const T* x, const T* gamma, const T* shift, int64_t rows, int64_t n, double eps,
                T* out, T* mean, T* rstd, Stores stores) {
  const int64_t group = n * (int64_t)sizeof(T) <= 1 << 13 ? 2 : 1;
  for (int64_t begin = 0; begin < rows; begin += group) {
    const int64_t end = smaller(begin + group, rows);
    for (int64_t r = begin; r < end; ++r) {
      const Moments m = moments_of(x + r * n, n);
      mean[r] = (T)((double)x[r * n] + m.mean);
      rstd[r] = (T)(1.0 / __builtin_sqrt(variance_of(x + r * n, n, m, mean[r]) + eps));
    }
    for (int64_t r = begin; r < end; ++r) {
      normalise(x + r * n, gamma, shift, n, mean[r], rstd[r], out + r * n, stores);
    }
  }
  finish(stores);
}

template <class T>
void rms_norm(const T* x, const T* gamma, int64_t rows, int64_t n, double eps, T* out, T* rstd,
              Stores stores) {
  for (int64_t r = 0; r < rows; ++r, x += n, out += n) {
    rstd[r] = (T)(1.0 / __builtin_sqrt(mean_square(x, n, (T)0) + eps));
    normalise(x, gamma, (const T*)nullptr, n, (T)0, rstd[r], out, stores);
  }
  finish(stores);
}

template <class T>
struct NormRow {
  const T *dy, *x, *gamma;
  T mean, rstd;
  // The normalised x, and the gradient that reaches it.
  Vec<T> hat(int64_t j, int lanes) const {
    return keep_lanes((load_row(x + j, lanes) - Vec<T>(mean)) * Vec<T>(rstd), lanes);
  }
  Vec<T> grad(int64_t j, int lanes) const {
    const Vec<T> d = load_row(dy + j, lanes);
    return gamma ? d * load_row(gamma + j, lanes) : d;
  }
};

// dx = rstd (g - mean(g) - hat mean(g hat)); without the second term when not centred.
template <bool kCentred, class T>
inline void norm_input_grad(const NormRow<T>& row, int64_t n, T* dx, T beta) {
  Sum<T> sum, dot;
  each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
    const Vec<T> g = row.grad(j, lanes);
    if (kCentred) sum.add(g);
    dot.add(g * row.hat(j, lanes));
  });
  const Vec<T> a(kCentred ? (T)(sum.value() / (double)n) : (T)0);
  const Vec<T> b((T)(dot.value() / (double)n)), rstd(row.rstd);
  each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
    const Vec<T> v = rstd * ((row.grad(j, lanes) - a) - row.hat(j, lanes) * b);
    store_grad(v, dx + j, beta, lanes);
  });
}

template <class T>
inline void norm_weight_grad(const NormRow<T>& row, int64_t n, T* dgamma, T* dshift) {
  each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
    const Vec<T> d = load_row(row.dy + j, lanes);
    if (dgamma) {
      store_lanes(load_row(dgamma + j, lanes) + d * row.hat(j, lanes), dgamma + j, lanes);
    }
    if (dshift) store_lanes(load_row(dshift + j, lanes) + d, dshift + j, lanes);
  });
}

template <class T>
void layer_norm_backward(const T* dy, const T* x, const T* gamma, const T* mean, const T* rstd,
                         int64_t rows, int64_t n, T* dx, T beta, T* dgamma, T* dshift) {
  for (int64_t r = 0; r < rows; ++r) {
    const NormRow<T> row{dy + r * n, x + r * n, gamma, mean[r], rstd[r]};
    if (dx) norm_input_grad<true>(row, n, dx + r * n, beta);
    if (dgamma || dshift) norm_weight_grad(row, n, dgamma, dshift);
  }
}

template <class T>
void rms_norm_backward(const T* dy, const T* x, const T* gamma, const T* rstd, int64_t rows,
                       int64_t n, T* dx, T beta, T* dgamma) {
  for (int64_t r = 0; r < rows; ++r) {
    const NormRow<T> row{dy + r * n, x + r * n, gamma, (T)0, rstd[r]};
    if (dx) norm_input_grad<false>(row, n, dx + r * n, beta);
    if (dgamma) norm_weight_grad(row, n, dgamma, (T*)nullptr);
  }
}

// Cross-entropy --------------------------------------------------------------------------------

// sum_c weight[c] x[c].
template <class T>
inline double weighted_sum(const T* x, const T* weight, int64_t n) {
  return sum_of<T>(n, [=](int64_t j, int lanes) {
    const Vec<T> v = load_row(x + j, lanes);
    return weight ? v * load_row(weight + j, lanes) : v;
  });
}

template <class T>
void cross_entropy(const T* x, const CrossEntropy<T>& args, int64_t rows, int64_t n, T* loss,
                   T* lse) {
  for (int64_t r = 0; r < rows; ++r, x += n) {
    const int64_t t = args.target[r];
    lse[r] = loss[r] = (T)0;
    if (t == args.ignore_index) continue;
    lse[r] = row_logsumexp(x, n);
    const double top = (double)lse[r], w = args.weight ? (double)args.weight[t] : 1.0;
    double value = (1.0 - args.smoothing) * w * (top - (double)x[t]);
    if (args.smoothing > 0) {
      value +=
          args.smoothing / (double)n * (args.weight_sum * top - weighted_sum(x, args.weight, n));
    }
    loss[r] = (T)value;
  }
}

template <class T>
inline void zero_grad_row(int64_t n, T* dx, T beta) {
  if (beta != (T)0) return;
  for (int64_t j = 0; j < n; ++j) dx[j] = (T)0;
}

template <class T>
void cross_entropy_backward(const T* x, const CrossEntropy<T>& args, const T* lse, const T* grad,
                            int64_t grad_stride, double scale, int64_t rows, int64_t n, T* dx,
                            T beta) {
  const bool smooth = args.smoothing > 0;
  for (int64_t r = 0; r < rows; ++r, x += n, dx += n) {
    const int64_t t = args.target[r];
    if (t == args.ignore_index) {
      zero_grad_row(n, dx, beta);
      continue;
    }
    const double g = (double)grad[r * grad_stride] * scale;
    const double at_target = (1.0 - args.smoothing) * (args.weight ? (double)args.weight[t] : 1.0);
    const double at_each = args.smoothing / (double)n;
    const Vec<T> top(lse[r]), spread((T)(g * (at_target + at_each * args.weight_sum)));
    const Vec<T> each((T)(g * at_each));
    each_vector<kLanes<T>>(n, [&](int64_t j, int lanes) {
      Vec<T> v = exp_below_one(load_row(x + j, lanes) - top) * spread;
      if (smooth) v = v - (args.weight ? each * load_row(args.weight + j, lanes) : each);
      store_grad(v, dx + j, beta, lanes);
    });
    dx[t] -= (T)(g * at_target);
  }
}

template <class T>
constexpr RowKernelsOf<T> kernels_of = {
    .softmax = softmax<T>,
    .log_softmax = log_softmax<T>,
    .softmax_backward = softmax_backward<T>,
    .log_softmax_backward = log_softmax_backward<T>,
    .logsumexp = logsumexp<T>,
    .layer_norm = layer_norm<T>,
    .layer_norm_backward = layer_norm_backward<T>,
    .rms_norm = rms_norm<T>,
    .rms_norm_backward = rms_norm_backward<T>,
    .cross_entropy = cross_entropy<T>,
    .cross_entropy_backward = cross_entropy_backward<T>,
};

}  // namespace

extern const RowKernels row_table;
const RowKernels row_table = {kernels_of<float>, kernels_of<double>};

}  // namespace taut::TAUT_ISA

#include "kernels/loss.h"

#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
inline Vec<T> sign_of(Vec<T> d) {
  const Vec<T> zero = Vec<T>::zero();
  return select(d > zero, Vec<T>((T)1), select(d < zero, Vec<T>((T)-1), d));
}

struct Square {
  template <class T>
  static Vec<T> f(Vec<T> d, Vec<T>) {
    return d * d;
  }
  template <class T>
  static Vec<T> df(Vec<T> d, Vec<T>) {
    return d + d;
  }
};
struct Abs {
  template <class T>
  static Vec<T> f(Vec<T> d, Vec<T>) {
    return abs(d);
  }
  template <class T>
  static Vec<T> df(Vec<T> d, Vec<T>) {
    return sign_of(d);
  }
};
struct SmoothL1 {
  template <class T>
  static Vec<T> f(Vec<T> d, Vec<T> b) {
    const Vec<T> half((T)0.5), size = abs(d);
    return select(size < b, half * size * size / b, size - half * b);
  }
  template <class T>
  static Vec<T> df(Vec<T> d, Vec<T> b) {
    return select(abs(d) < b, d / b, sign_of(d));
  }
};
struct Huber {
  template <class T>
  static Vec<T> f(Vec<T> d, Vec<T> c) {
    const Vec<T> half((T)0.5), size = abs(d);
    return select(size < c, half * size * size, c * (size - half * c));
  }
  template <class T>
  static Vec<T> df(Vec<T> d, Vec<T> c) {
    return select(abs(d) < c, d, c * sign_of(d));
  }
};

template <class T>
inline Vec<T> difference(const T* x, const T* t, int lanes) {
  return load_lanes<Vec<T>>(x, lanes) - load_lanes<Vec<T>>(t, lanes);
}

template <class F, class T>
void value(const T* x, const T* t, int64_t n, double param, T* out) {
  const Vec<T> p((T)param);
  each_vector<Vec<T>::size>(n, [&](int64_t i, int lanes) {
    store_lanes(F::f(difference(x + i, t + i, lanes), p), out + i, lanes);
  });
}

template <class F, class T>
double sum(const T* x, const T* t, int64_t n, double param) {
  const Vec<T> p((T)param);
  return sum_of<T>(n, [=](int64_t i, int lanes) {
    return keep_lanes(F::f(difference(x + i, t + i, lanes), p), lanes);
  });
}

template <class F, class T>
void grad(const T* x, const T* t, const T* g, int64_t grad_stride, int64_t n, double param,
          double scale, T* dx, T beta) {
  const Vec<T> p((T)param), factor((T)scale), same((T)(grad_stride ? 0 : (double)*g * scale));
  each_vector<Vec<T>::size>(n, [&](int64_t i, int lanes) {
    const Vec<T> slope = F::df(difference(x + i, t + i, lanes), p);
    Vec<T> v = grad_stride ? slope * (factor * load_lanes<Vec<T>>(g + i, lanes)) : slope * same;
    if (beta != (T)0) v = v + load_lanes<Vec<T>>(dx + i, lanes);
    store_lanes(v, dx + i, lanes);
  });
}

template <class F, class T>
constexpr LossKernelsOf<T> kernels_of = {value<F, T>, sum<F, T>, grad<F, T>};

}  // namespace

extern const LossKernels loss_table;
const LossKernels loss_table = {
    {kernels_of<Square, float>, kernels_of<Abs, float>, kernels_of<SmoothL1, float>,
     kernels_of<Huber, float>},
    {kernels_of<Square, double>, kernels_of<Abs, double>, kernels_of<SmoothL1, double>,
     kernels_of<Huber, double>},
};

}  // namespace taut::TAUT_ISA

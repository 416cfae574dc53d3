#include "kernels/planes.h"

#include "kernels/reduce_blocks.h"

namespace taut::TAUT_ISA {
namespace {

// Sums run in T over blocks of so many elements, which stay in the L1 cache, and in double from
// block to block.
constexpr int64_t kBlock = 1024;

template <class T>
inline Vec<T> at(const T* p, int lanes) {
  return load_lanes<Vec<T>>(p, lanes);
}
template <class T>
inline Vec<T> at_or_zero(const T* p, int lanes) {
  return p ? at(p, lanes) : Vec<T>::zero();
}
template <class T>
inline Vec<T> all(const T* p, int64_t i) {
  return p ? Vec<T>(p[i]) : Vec<T>::zero();
}
template <class T>
inline const T* past(const T* p, int64_t i) {
  return p ? p + i : p;
}

template <class T>
inline void put(Vec<T> v, T* y, T beta, int lanes) {
  if (beta != (T)0) v = v + at(y, lanes);
  store_lanes(v, y, lanes);
}

// Planes of one element are vectors over the planes: f(first plane, planes) for runs in which
// i % period is contiguous.
template <class F>
inline void each_run(int64_t begin, int64_t end, int64_t period, F f) {
  for (int64_t i = begin; i < end;) {
    const int64_t count = smaller(period - i % period, end - i);
    f(i, count);
    i += count;
  }
}

// Two sums that run together.
template <class T>
struct Both {
  Vec<T> one = Vec<T>::zero(), two = Vec<T>::zero();
  friend Both operator+(Both a, Both b) { return {a.one + b.one, a.two + b.two}; }
};

// The sum of f(j, lanes) over n elements, in four chains so that additions need not wait for one
// another. f leaves 0 in the lanes that it was not asked for.
template <int lanes, class F>
[[gnu::flatten]] inline auto folded(int64_t n, F f) {
  decltype(f(n, lanes)) a{}, b{}, c{}, d{};
  int64_t j = 0;
  for (; j + 4 * lanes <= n; j += 4 * lanes) {
    a = a + f(j, lanes), b = b + f(j + lanes, lanes);
    c = c + f(j + 2 * lanes, lanes), d = d + f(j + 3 * lanes, lanes);
  }
  for (; j + lanes <= n; j += lanes) a = a + f(j, lanes);
  if (j < n) b = b + f(j, (int)(n - j));
  return (a + b) + (c + d);
}

template <class T>
void moments(const T* x, int64_t begin, int64_t end, int64_t s, T* mean, T* squares) {
  for (int64_t i = begin; i < end; ++i) {
    double centre = 0, spread = 0;
    for (int64_t b = 0; b < s; b += kBlock) {
      const T* const block = x + i * s + b;
      const int64_t n = smaller(kBlock, s - b);
      const Vec<T> sum =
          folded<Vec<T>::size>(n, [=](int64_t j, int lanes) { return at(block + j, lanes); });
      const double own = (double)hsum(sum) / (double)n;
      const Vec<T> square = folded<Vec<T>::size>(n, [=](int64_t j, int lanes) {
        const Vec<T> d = keep_lanes(at(block + j, lanes) - Vec<T>((T)own), lanes);
        return d * d;
      });
      // Chan, Golub and LeVeque, 1983.
      const double apart = own - centre, total = (double)(b + n);
      centre += apart * (double)n / total;
      spread += (double)hsum(square) + apart * apart * (double)b * (double)n / total;
    }
    mean[i] = (T)centre, squares[i] = (T)spread;
  }
}

template <class T>
void map(const T* x, int64_t begin, int64_t end, int64_t s, const PlaneMap<T>& m, T* y, T beta) {
  if (s == 1) {
    return each_run(begin, end, m.channels, [&](int64_t i, int64_t count) {
      const int64_t p = i % m.period;
      const T* const center = past(m.center, p);
      const T* const shift = past(m.shift, i % m.channels);
      each_vector<Vec<T>::size>(count, [&](int64_t j, int lanes) {
        const Vec<T> d = at(x + i + j, lanes) - at_or_zero(past(center, j), lanes);
        const Vec<T> v = fma(d, at(m.scale + p + j, lanes), at_or_zero(past(shift, j), lanes));
        put(v, y + i + j, beta, lanes);
      });
    });
  }
  for (int64_t i = begin; i < end; ++i) {
    const int64_t p = i % m.period;
    const Vec<T> center = all(m.center, p), scale = all(m.scale, p);
    const Vec<T> shift = all(m.shift, i % m.channels);
    each_vector<Vec<T>::size>(s, [&](int64_t j, int lanes) {
      put(fma(at(x + i * s + j, lanes) - center, scale, shift), y + i * s + j, beta, lanes);
    });
  }
}

template <class T>
void sums(const T* dy, const T* x, int64_t begin, int64_t end, int64_t s, const T* center,
          int64_t period, T* sum, T* product) {
  if (s == 1) {
    return each_run(begin, end, period, [&](int64_t i, int64_t count) {
      each_vector<Vec<T>::size>(count, [&](int64_t j, int lanes) {
        const Vec<T> d = at(dy + i + j, lanes);
        store_lanes(d, sum + i + j, lanes);
        const Vec<T> c = at(center + i % period + j, lanes);
        store_lanes(d * (at(x + i + j, lanes) - c), product + i + j, lanes);
      });
    });
  }
  for (int64_t i = begin; i < end; ++i) {
    const Vec<T> c = all(center, i % period);
    double total = 0, products = 0;
    for (int64_t b = 0; b < s; b += kBlock) {
      const int64_t first = i * s + b;
      const Both<T> both = folded<Vec<T>::size>(smaller(kBlock, s - b), [=](int64_t j, int lanes) {
        const Vec<T> d = at(dy + first + j, lanes);
        return Both<T>{d, d * (at(x + first + j, lanes) - c)};
      });
      total += (double)hsum(both.one), products += (double)hsum(both.two);
    }
    sum[i] = (T)total, product[i] = (T)products;
  }
}

template <class T>
void gradient(const T* dy, const T* x, int64_t begin, int64_t end, int64_t s,
              const PlaneGradient<T>& g, T* dx, T beta) {
  const auto of = [&](int64_t i, int lanes, Vec<T> center, Vec<T> a, Vec<T> b, Vec<T> d) {
    put(fma(at(dy + i, lanes), a, fma(at(x + i, lanes) - center, b, d)), dx + i, beta, lanes);
  };
  if (s == 1) {
    return each_run(begin, end, g.period, [&](int64_t i, int64_t count) {
      each_vector<Vec<T>::size>(count, [&](int64_t j, int lanes) {
        const int64_t p = i % g.period + j;
        of(i + j, lanes, at(g.center + p, lanes), at(g.a + p, lanes), at(g.b + p, lanes),
           at(g.d + p, lanes));
      });
    });
  }
  for (int64_t i = begin; i < end; ++i) {
    const int64_t p = i % g.period;
    const Vec<T> center = all(g.center, p), a = all(g.a, p), b = all(g.b, p), d = all(g.d, p);
    each_vector<Vec<T>::size>(s,
                              [&](int64_t j, int lanes) { of(i * s + j, lanes, center, a, b, d); });
  }
}

template <class T>
constexpr PlaneKernelsOf<T> kernels_of = {moments<T>, map<T>, sums<T>, gradient<T>};

}  // namespace

extern const PlaneKernels plane_table;
const PlaneKernels plane_table = {kernels_of<float>, kernels_of<double>};

}  // namespace taut::TAUT_ISA

#include "ops/gamma_sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "ops/copy.h"
#include "ops/random_common.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
double draw(Generator& generator, double alpha) {
  if (alpha == 0) return 0;
  double scale = 1;
  if (alpha < 1) {  // from the distribution of alpha + 1
    scale = std::pow(1 - generator.uniform64(), 1 / alpha);
    alpha += 1;
  }
  // A third in float, which moves samples by 1e-8: PyTorch's are for that one.
  const double d = alpha - static_cast<double>(1.0F / 3.0F), c = 1 / std::sqrt(9 * d);
  while (true) {
    double x, y;
    do {
      x = generator.normal();
      y = 1 + c * x;
    } while (y <= 0);
    const double v = y * y * y, u = 1 - generator.uniform64(), square = x * x;
    if (u < 1 - 0.0331 * square * square) return scale * d * v;
    if (std::log(u) < 0.5 * square + d * (1 - v + std::log(v))) return scale * d * v;
  }
}

double digamma(double x) {
  double sum = 0;
  for (; x < 10; x += 1) sum -= 1 / x;
  const double r = 1 / (x * x);
  const double tail =
      r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r / 132))));
  return sum + std::log(x) - 0.5 / x - tail;
}

// Note [The derivative of a gamma sample]
// A sample x of shape a keeps its quantile P(a, x) as a changes, so dx/da = -(dP/da) / p, with the
// density p. Up to the bulk, P / p is the series x sum_n t_n with t_0 = 1 / a and
// t_{n+1} = t_n x / (a + n + 1), and d/da of a term of P brings down log x - digamma(a + n + 1).
// In the right tail that sum cancels. There 1 - P is the integral of the density from x on, with
// s = x + y: p times the integral of w(y) = (1 + y / x)^(a - 1) e^-y, and its derivative brings
// down log(x + y) - digamma(a): terms that do not cancel. For large a the cube root of x is normal
// with a known mean and variance (Wilson and Hilferty), which leaves an error below 1 / a.

double by_series(double a, double x) {
  const double log_x = std::log(x);
  double term = 1 / a, psi = digamma(a) + term, sum = 0;
  for (double n = a + 1;; n += 1) {
    const double part = term * (log_x - psi);
    sum += part;
    if (term < 1e-17 * std::fabs(sum) && x < n) return -x * sum;
    if (term == 0) return -x * sum;
    term *= x / n;
    psi += 1 / n;
  }
}

// By the trapezoid rule after y = exp(u - exp(-u)), under which both ends fall off fast.
double by_tail_integral(double a, double x) {
  constexpr double kStep = 1.0 / 24;
  const double last = std::log(60 + 14 * std::sqrt(x));
  const double psi = digamma(a), log_x = std::log(x);
  double sum = 0;
  for (double u = -4.5; u <= last; u += kStep) {
    const double fall = std::exp(-u), y = std::exp(u - fall), grown = std::log1p(y / x);
    const double weight = std::exp((a - 1) * grown - y) * y * (1 + fall);
    sum += weight * (log_x - psi + grown);
  }
  return sum * kStep;
}

double by_cube_root(double a, double x) {
  const double w = std::cbrt(x / a), root = std::sqrt(a);
  const double z = (w - 1 + 1 / (9 * a)) * 3 * root;
  return w * w * (w + 1 / (3 * a) - z / (2 * root));
}

double sample_gradient(double a, double x) {
  if (!(a > 0) || x <= 0) return 0;
  if (a > 1e6) return by_cube_root(a, x);
  return x <= a + 1 ? by_series(a, x) : by_tail_integral(a, x);
}

// The values in C order, outside the graph.
Tensor values_of(const Tensor& t) {
  const Tensor out = empty(t.sizes(), t.dtype());
  copy_raw(out, t);
  return out;
}

}  // namespace

Tensor standard_gamma(const Tensor& alpha, Generator* generator) {
  TAUT_CHECK(is_floating(alpha.dtype()), NotImplementedError,
             "standard_gamma: alpha must be floating-point, got ", alpha.dtype());
  if (is_narrow(alpha.dtype())) {
    return rounded(standard_gamma(widened(alpha), generator), alpha.dtype());
  }
  const Tensor each = values_of(alpha), out = empty(alpha.sizes(), alpha.dtype());
  visit(alpha.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T* shapes = each.data<T>();
      T* samples = out.data<T>();
      with_generator(generator, 16 * out.numel(), [&](Generator& g) {
        for (int64_t i = 0; i < out.numel(); ++i) {
          const auto sample = static_cast<T>(draw(g, static_cast<double>(shapes[i])));
          samples[i] = std::max(std::numeric_limits<T>::min(), sample);
        }
      });
    }
  });
  return out;
}

Tensor standard_gamma_grad(const Tensor& alpha, const Tensor& sample) {
  TAUT_CHECK(alpha.sizes() == sample.sizes() && alpha.dtype() == sample.dtype(), RuntimeError,
             "standard_gamma_grad: alpha and sample must have one shape and dtype");
  if (is_narrow(alpha.dtype())) {
    return rounded(standard_gamma_grad(widened(alpha), widened(sample)), alpha.dtype());
  }
  const Tensor shapes = values_of(alpha), samples = values_of(sample);
  const Tensor out = empty(alpha.sizes(), alpha.dtype());
  visit(alpha.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const T* a = shapes.data<T>();
      const T* x = samples.data<T>();
      T* grad = out.data<T>();
      LongWork section(256 * out.numel());
      parallel_for(0, out.numel(), 64, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          grad[i] =
              static_cast<T>(sample_gradient(static_cast<double>(a[i]), static_cast<double>(x[i])));
        }
      });
    }
  });
  return out;
}

}  // namespace taut

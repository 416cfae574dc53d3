// Gamma functions, lane by lane in double.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// The Hurwitz zeta function, the sum of (q + k)^-s over k >= 0, for s > 1: ten terms, and the
// Euler-Maclaurin formula for the rest.
inline double zeta_lane(double s, double q) {
  if (q <= 0.0 && q == __builtin_floor(q)) return __builtin_inf();
  if (q <= 0.0 && s != __builtin_floor(s)) return __builtin_nan("");
  double sum = 0.0;
  for (int k = 0; k < 10 || q < 10.0; ++k, q += 1.0) sum += __builtin_pow(q, -s);
  // Bernoulli numbers over factorials: B_2j / (2j)!.
  constexpr double fit[] = {1.0 / 12.0,         -1.0 / 720.0,     1.0 / 30240.0,
                            -1.0 / 1209600.0,   1.0 / 47900160.0, -691.0 / 1307674368000.0,
                            1.0 / 74724249600.0};
  const double last = __builtin_pow(q, -s);
  sum += last * q / (s - 1.0) + 0.5 * last;
  double rising = s, power = last / q;
  for (int j = 0; j < 7; ++j) {
    sum += fit[j] * rising * power;
    rising *= (s + 2 * j + 1) * (s + 2 * j + 2);
    power /= q * q;
  }
  return sum;
}

inline double digamma_lane(double x) {
  if (x == 0.0) return __builtin_copysign(__builtin_inf(), -x);
  double result = 0.0;
  if (x < 0.0) {
    if (x == __builtin_floor(x)) return __builtin_nan("");
    const double fraction = x - __builtin_trunc(x);
    result = -3.14159265358979324 / __builtin_tan(3.14159265358979324 * fraction);
    x = 1.0 - x;
  }
  for (; x < 10.0; x += 1.0) result -= 1.0 / x;
  const double z = 1.0 / (x * x);
  const double tail =
      z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132)))));
  return result + __builtin_log(x) - 0.5 / x - tail;
}

// (-1)^(n+1) n! zeta(n + 1, x); digamma for n = 0.
inline double polygamma_lane(double n, double x) {
  if (n == 0.0) return digamma_lane(x);
  double factorial = 1.0;
  for (double k = 2.0; k <= n; k += 1.0) factorial *= k;
  const double sign = __builtin_fmod(n, 2.0) == 0.0 ? -1.0 : 1.0;
  return sign * factorial * zeta_lane(n + 1.0, x);
}

template <class T>
inline Vec<T> lgamma(Vec<T> x) {
  return map_lanes(x, [](T lane) { return (T)__builtin_lgamma((double)lane); });
}
template <class T>
inline Vec<T> digamma(Vec<T> x) {
  return map_lanes(x, [](T lane) { return (T)digamma_lane((double)lane); });
}
template <class T>
inline Vec<T> polygamma(double n, Vec<T> x) {
  return map_lanes(x, [n](T lane) { return (T)polygamma_lane(n, (double)lane); });
}

}  // namespace
}  // namespace taut::TAUT_ISA

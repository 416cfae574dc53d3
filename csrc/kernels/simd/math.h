// Elementary functions on Vec<float> and Vec<double>, special values as in C.
//
// Error against the true value: at most 2 ulp, subnormals included (erfc for double: 3.3). Truly
// vectorised are exp, exp2, expm1, log, log1p, tanh, sigmoid for both types and sin, cos, erf, pow,
// log2, log10 for float; the rest, and arguments too large for a cheap reduction, go lane by lane
// to the C library.
#pragma once

#include "kernels/simd/math_exp.h"

namespace taut::TAUT_ISA {
namespace {

#define TAUT_LANES(name)                                                     \
  inline Vec<double> name(Vec<double> x) {                                   \
    return map_lanes(x, [](double lane) { return __builtin_##name(lane); }); \
  }
#define TAUT_LANES_BOTH(name)                                                  \
  TAUT_LANES(name)                                                             \
  inline Vec<float> name(Vec<float> x) {                                       \
    return map_lanes(x, [](float lane) { return __builtin_##name##f(lane); }); \
  }
#define TAUT_LANES2(name)                                                              \
  inline Vec<double> name(Vec<double> x, Vec<double> y) {                              \
    return map_lanes(x, y, [](double a, double b) { return __builtin_##name(a, b); }); \
  }
#define TAUT_LANES2_BOTH(name)                                                          \
  TAUT_LANES2(name)                                                                     \
  inline Vec<float> name(Vec<float> x, Vec<float> y) {                                  \
    return map_lanes(x, y, [](float a, float b) { return __builtin_##name##f(a, b); }); \
  }

TAUT_LANES(sin)
TAUT_LANES(cos)
TAUT_LANES(erf)
TAUT_LANES(log2)
TAUT_LANES(log10)
TAUT_LANES_BOTH(tan)
TAUT_LANES_BOTH(asin)
TAUT_LANES_BOTH(acos)
TAUT_LANES_BOTH(atan)
TAUT_LANES_BOTH(sinh)
TAUT_LANES_BOTH(cosh)
TAUT_LANES_BOTH(asinh)
TAUT_LANES_BOTH(acosh)
TAUT_LANES_BOTH(atanh)
TAUT_LANES(erfc)
TAUT_LANES2(pow)
TAUT_LANES2_BOTH(fmod)
TAUT_LANES2_BOTH(atan2)
TAUT_LANES2_BOTH(hypot)

#undef TAUT_LANES
#undef TAUT_LANES_BOTH
#undef TAUT_LANES2
#undef TAUT_LANES2_BOTH

// f on both halves in double.
template <class F>
inline Vec<float> in_double(Vec<float> x, F f) {
  Vec<double> lo, hi;
  widen(x, lo, hi);
  return narrow(f(lo), f(hi));
}

inline Vec<float> log2(Vec<float> x) {
  return in_double(x, [](Vec<double> d) { return log(d) * 0x1.71547652b82fep0; });
}
inline Vec<float> log10(Vec<float> x) {
  return in_double(x, [](Vec<double> d) { return log(d) * 0x1.bcb7b1526e50ep-2; });
}

// |x|^y in double, then the sign that an odd y gives back to a negative x.
inline Vec<float> pow(Vec<float> x, Vec<float> y) {
  Vec<double> xl, xh, yl, yh;
  widen(abs(x), xl, xh);
  widen(y, yl, yh);
  Vec<float> r = narrow(exp(log(xl) * yl), exp(log(xh) * yh));
  const Vec<float> half = y * 0.5f, infinity(FloatLayout<float>::infinity), zero(0.0f);
  const Mask<float> integer = trunc(y) == y, odd = integer & (trunc(half) != half);
  const Mask<float> negative = x < zero;
  r = select(negative & odd, -r, r);
  r = select(negative & !integer, Vec<float>(FloatLayout<float>::nan), r);
  const Mask<float> plain = (abs(x) < infinity) & (abs(y) < infinity) & (x != zero);
  if (all(plain)) return r;
  return select(plain, r, map_lanes(x, y, [](float a, float b) { return __builtin_powf(a, b); }));
}

// sin and cos of x = q pi/2 + r, |r| <= pi/4. The reduction is done in double: exact enough for
// |x| < kLargestAngle, where q times the upper part of pi/2 is still exact.
constexpr float kLargestAngle = 0x1p20f;

struct Angle {
  Vec<float> r;
  Vec<int32_t> quarter;
};
inline Vec<double> reduce_angle(Vec<double> x, Vec<double>& quarters) {
  quarters = round_small(x * 0x1.45f306dc9c883p-1);
  return (x - quarters * 0x1.921fb544p0) - quarters * 0x1.0b4611a626331p-34;
}
inline Angle reduce_angle(Vec<float> x) {
  Vec<double> lo, hi, qlo, qhi;
  widen(x, lo, hi);
  lo = reduce_angle(lo, qlo);
  hi = reduce_angle(hi, qhi);
  return {narrow(lo, hi), convert<int32_t>(narrow(qlo, qhi))};
}

inline Vec<float> sin_or_cos(Angle a, Vec<int32_t> quarter) {
  // (sin(r) / r - 1) / r^2 and (cos(r) - 1 + r^2 / 2) / r^4, in r^2.
  static constexpr float sin_fit[] = {-0.166666666414209048f, 0.00833332936188955384f,
                                      -0.000198393270534095854f, 2.71823670590082235e-6f};
  static constexpr float cos_fit[] = {0.0416666467487922128f, -0.00138873614973249313f,
                                      0.0000244377349889197344f};
  const Vec<float> z = a.r * a.r;
  const Vec<float> s = a.r + a.r * z * poly(z, sin_fit);
  const Vec<float> c = (z * z * poly(z, cos_fit) - 0.5f * z) + 1.0f;
  const Mask<float> swap = Mask<float>(((quarter & Vec<int32_t>(1)) != Vec<int32_t>(0)).v);
  const Vec<int32_t> sign = (quarter & Vec<int32_t>(2)) << 30;
  return bit_cast<float>(bit_cast<int32_t>(select(swap, c, s)) ^ sign);
}
inline Vec<float> sin(Vec<float> x) {
  const Angle a = reduce_angle(x);
  Vec<float> r = select(x == 0.0f, x, sin_or_cos(a, a.quarter));
  const Mask<float> large = !(abs(x) < Vec<float>(kLargestAngle));
  if (any(large)) r = select(large, map_lanes(x, [](float v) { return __builtin_sinf(v); }), r);
  return r;
}
inline Vec<float> cos(Vec<float> x) {
  const Angle a = reduce_angle(x);
  Vec<float> r = sin_or_cos(a, a.quarter + Vec<int32_t>(1));
  const Mask<float> large = !(abs(x) < Vec<float>(kLargestAngle));
  if (any(large)) r = select(large, map_lanes(x, [](float v) { return __builtin_cosf(v); }), r);
  return r;
}

inline Vec<float> erf(Vec<float> x) {
  // erf(x) / x - 1 in x^2 for |x| < 15/16; -log(erfc(t)) / t for 15/16 <= t <= 4.
  static constexpr float small_fit[] = {0.128379166591517267f,    -0.376126332025110353f,
                                        0.112836863395585106f,    -0.0268588506483650913f,
                                        0.00519959861870468386f,  -0.000812579421295770327f,
                                        0.0000829656381930802164f};
  static constexpr float large_fit[] = {1.12856110799956514f,       0.635582317939401841f,
                                        0.105345377674128048f,      -0.0227606024236782289f,
                                        0.00298318793163410127f,    -0.0000686526374085294238f,
                                        -0.0000418618519188018547f, 4.63457843814078737e-6f};
  const Vec<float> size = abs(x), square = x * x;
  const Vec<float> small = x + x * poly(square, small_fit);
  const Vec<float> t = lesser_of(Vec<float>(4.0f), size);
  const Vec<float> large = copysign(1.0f - exp(-t * poly(t, large_fit)), x);
  return select(size < Vec<float>(0.9375f), small, large);
}

// The distribution function and the density of the normal distribution.
inline Vec<float> normal_cdf(Vec<float> x) {
  // -log(erfc(t)) / t for 0 <= t <= 5, to 8e-8 of the result; beyond, less than 1e-12 is left.
  static constexpr float fit[] = {1.1283823251724243f,      0.6365680694580078f,
                                  0.10304928570985794f,     -0.019814541563391685f,
                                  0.0006919412990100682f,   0.001053970423527062f,
                                  -0.00038910104194656014f, 6.978241435717791e-05f,
                                  -6.613377081521321e-06f,  2.6353879434282135e-07f};
  const Vec<float> t = abs(x) * 0.707106781f;
  const Vec<float> tail = 0.5f * exp_below_one(-t * poly(lesser_of(Vec<float>(5.0f), t), fit));
  return select(x < Vec<float>::zero(), tail, 1.0f - tail);
}
inline Vec<double> normal_cdf(Vec<double> x) {
  return map_lanes(x,
                   [](double lane) { return 0.5 * __builtin_erfc(lane * -0.707106781186547524); });
}
template <class T>
inline Vec<T> normal_pdf(Vec<T> x) {
  return Vec<T>((T)0.398942280401432678) * exp_below_one(x * x * Vec<T>((T)-0.5));
}

inline Vec<float> erfc(Vec<float> x) {  // the C library's float version errs by 2.9 ulp
  return map_lanes(x, [](float lane) { return (float)__builtin_erfc((double)lane); });
}

// The root y of erf(y) = x. A rough start, then Halley steps, each of which triples the digits;
// they solve erfc(y) = 1 - x in the upper half, where erf has no digits left.
inline double erfinv_lane(double x, int steps) {
  const double size = __builtin_fabs(x);
  if (!(size < 1.0))
    return size == 1.0 ? __builtin_copysign(__builtin_inf(), x) : __builtin_nan("");
  if (size < 1e-9) return x * 0.886226925452758014;
  const double l = __builtin_log1p(-size * size), a = 0.147;
  const double h = 2.0 / (3.14159265358979324 * a) + 0.5 * l;
  double y = __builtin_sqrt(__builtin_sqrt(h * h - l / a) - h);
  for (int i = 0; i < steps; ++i) {
    const double slope = 1.12837916709551257 * __builtin_exp(-y * y);
    const double residual = size < 0.5 ? __builtin_erf(y) - size : (1.0 - size) - __builtin_erfc(y);
    const double newton = residual / slope;
    y -= newton / (1.0 + y * newton);
  }
  return __builtin_copysign(y, x);
}
inline Vec<double> erfinv(Vec<double> x) {
  return map_lanes(x, [](double lane) { return erfinv_lane(lane, 3); });
}
inline Vec<float> erfinv(Vec<float> x) {
  return map_lanes(x, [](float lane) { return (float)erfinv_lane(lane, 2); });
}

}  // namespace
}  // namespace taut::TAUT_ISA

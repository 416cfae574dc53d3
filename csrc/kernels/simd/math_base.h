// What the vector functions share: the layout of a float, polynomials, powers of two.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

template <class T>
struct FloatLayout;
template <>
struct FloatLayout<float> {
  static constexpr int mantissa = 23;
  static constexpr int bias = 127;
  static constexpr float magic = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  static constexpr float min_normal = 0x1p-126f;
  static constexpr float lift = 0x1p24f;  // makes any subnormal normal
  static constexpr int lift_log2 = 24;
  static constexpr int32_t sqrt_half_bits = 0x3f3504f3;
  static constexpr int32_t one_bits = 0x3f800000;
  // ln 2 = hi + lo; hi has so few bits that hi * exponent is exact.
  static constexpr float ln2_hi = 0x1.62ep-1f;
  static constexpr float ln2_lo = 0x1.0bfbe8p-15f;
  static constexpr float log2e = 0x1.715476p0f;
  static constexpr float infinity = __builtin_inff();
  static constexpr float nan = __builtin_nanf("");
};
template <>
struct FloatLayout<double> {
  static constexpr int mantissa = 52;
  static constexpr int bias = 1023;
  static constexpr double magic = 0x1.8p52;
  static constexpr double min_normal = 0x1p-1022;
  static constexpr double lift = 0x1p54;
  static constexpr int lift_log2 = 54;
  static constexpr int64_t sqrt_half_bits = 0x3fe6a09e667f3bcd;
  static constexpr int64_t one_bits = 0x3ff0000000000000;
  static constexpr double ln2_hi = 0x1.62e42feep-1;
  static constexpr double ln2_lo = 0x1.a39ef35793c76p-33;
  static constexpr double log2e = 0x1.71547652b82fep0;
  static constexpr double infinity = __builtin_inf();
  static constexpr double nan = __builtin_nan("");
};

// c[0] + c[1] x + ... + c[N-1] x^(N-1).
template <class T, int N>
inline Vec<T> poly(Vec<T> x, const T (&c)[N]) {
  Vec<T> r(c[N - 1]);
#pragma GCC unroll 16
  for (int i = N - 2; i >= 0; --i) r = fma(r, x, Vec<T>(c[i]));
  return r;
}

template <class Int>
inline Vec<Int> shift_right_logical(Vec<Int> a, int n) {
  if constexpr (sizeof(Int) == 4) {
    typedef uint32_t Bits __attribute__((vector_size(kVecBytes)));
    return Vec<Int>((typename Vec<Int>::Raw)((Bits)a.v >> n));
  } else {
    typedef uint64_t Bits __attribute__((vector_size(kVecBytes)));
    return Vec<Int>((typename Vec<Int>::Raw)((Bits)a.v >> n));
  }
}

// The nearest integer, for |a| < 2^(mantissa bits - 2).
template <class T>
inline Vec<T> round_small(Vec<T> a) {
  const Vec<T> magic(FloatLayout<T>::magic);
  return (a + magic) - magic;
}

// 2^n for an integer n in the normal range.
template <class T>
inline Vec<T> exp2_integer(Vec<T> n) {
  using L = FloatLayout<T>;
  using Int = typename LaneInt<T>::type;
  return bit_cast<T>(bit_cast<Int>(n + Vec<T>(L::magic + L::bias)) << L::mantissa);
}

// a * 2^n for an integer n, rounded once and right for subnormal results.
template <class T>
inline Vec<T> scale_by_exp2(Vec<T> a, Vec<T> n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return Vec<T>(_mm512_mask_scalef_ps(a.v, (__mmask16)-1, a.v, n.v));
  if constexpr (sizeof(T) == 8) return Vec<T>(_mm512_mask_scalef_pd(a.v, (__mmask8)-1, a.v, n.v));
#else
  const Vec<T> half = round_small(n * Vec<T>((T)0.5));
  return a * exp2_integer(half) * exp2_integer(n - half);
#endif
}

// lo <= a <= hi, NaN kept.
template <class T>
inline Vec<T> clamp(Vec<T> a, T lo, T hi) {
  return lesser_of(Vec<T>(hi), greater_of(Vec<T>(lo), a));
}

}  // namespace
}  // namespace taut::TAUT_ISA

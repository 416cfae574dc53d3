// Integer functions without an instruction of their own.
#pragma once

#include "kernels/simd/vec.h"

namespace taut::TAUT_ISA {
namespace {

// a / b towards zero. Wraps where the lane would trap: b = 0 gives 0, lowest / -1 gives lowest.
template <class T>
inline Vec<T> divide(Vec<T> a, Vec<T> b) {
  return map_lanes(a, b, [](T x, T y) -> T {
    if (y == 0) return 0;
    if constexpr ((T)-1 < (T)0) {
      if (y == (T)-1) return (T)(0 - (uint64_t)x);
    }
    return (T)(x / y);
  });
}

// a^b by squaring, wrapping; a negative exponent gives the truncated quotient (0, 1 or -1).
template <class T>
inline T integer_pow(T base, T exponent) {
  if constexpr ((T)-1 < (T)0) {
    if (exponent < 0) {
      if (base == 1) return 1;
      return base == (T)-1 ? ((exponent & 1) ? (T)-1 : (T)1) : (T)0;
    }
  }
  uint64_t result = 1, square = (uint64_t)base;
  for (uint64_t e = (uint64_t)exponent; e; e >>= 1, square *= square) {
    if (e & 1) result *= square;
  }
  return (T)result;
}
template <class T>
  requires(!is_float_lane<T>)
inline Vec<T> pow(Vec<T> a, Vec<T> b) {
  return map_lanes(a, b, [](T x, T y) { return integer_pow(x, y); });
}

}  // namespace
}  // namespace taut::TAUT_ISA

// Vec<T>: one machine vector, and Mask<T>: the answer of a comparison, lane by lane.
// Include only from sources compiled once per ISA; everything has internal linkage.
#pragma once

#include <type_traits>

#include "kernels/simd/isa.h"

namespace taut::TAUT_ISA {
namespace {

// The signed integer of the same size: what a comparison of T gives.
template <class T>
struct LaneInt;
template <>
struct LaneInt<uint8_t> {
  using type = int8_t;
};
template <>
struct LaneInt<int8_t> {
  using type = int8_t;
};
template <>
struct LaneInt<int16_t> {
  using type = int16_t;
};
template <>
struct LaneInt<int32_t> {
  using type = int32_t;
};
template <>
struct LaneInt<int64_t> {
  using type = int64_t;
};
template <>
struct LaneInt<float> {
  using type = int32_t;
};
template <>
struct LaneInt<double> {
  using type = int64_t;
};

// What sums and products of T are computed in: integers wrap, which signed ones may not.
template <class T>
using Wrapping = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                             std::type_identity<T>>::type;

template <class T>
constexpr bool is_float_lane = false;
template <>
constexpr bool is_float_lane<float> = true;
template <>
constexpr bool is_float_lane<double> = true;

template <class T>
struct RawOf {
  typedef T type __attribute__((vector_size(kVecBytes)));
};

// Lanes are all ones (true) or all zeros (false).
template <class T>
struct Mask {
  using Raw = typename RawOf<typename LaneInt<T>::type>::type;
  Raw v;

  Mask() = default;
  Mask(Raw raw) : v(raw) {}
  Mask(bool value) : v(Raw{} - (typename LaneInt<T>::type)value) {}

  friend Mask operator&(Mask a, Mask b) { return Mask(a.v & b.v); }
  friend Mask operator|(Mask a, Mask b) { return Mask(a.v | b.v); }
  friend Mask operator^(Mask a, Mask b) { return Mask(a.v ^ b.v); }
  friend Mask operator!(Mask a) { return Mask(~a.v); }
  // As above, so that formulas read the same for scalars; both sides are always evaluated.
  friend Mask operator&&(Mask a, Mask b) { return Mask(a.v & b.v); }
  friend Mask operator||(Mask a, Mask b) { return Mask(a.v | b.v); }
};

template <class T>
struct Vec {
  using Lane = T;
  using Raw = typename RawOf<T>::type;
  using Wraps = typename RawOf<Wrapping<T>>::type;
  static constexpr int size = kVecBytes / sizeof(T);
  static constexpr int bits = 8 * sizeof(T);
  static constexpr bool is_integer = !is_float_lane<T>;
  Raw v;

  Vec() = default;
  Vec(Raw raw) : v(raw) {}
  Vec(T value) : v(value - Raw{}) {}  // not 0 + value, which loses -0

  static Vec zero() { return Vec(Raw{}); }
  static Vec load(const T* p) {
    Raw r;
    __builtin_memcpy(&r, p, sizeof(Raw));
    return Vec(r);
  }
  // n <= size lanes, the rest zero; memory past them is not touched.
  static Vec load(const T* p, int n) { return Vec(raw_load<sizeof(T), Raw>(p, n)); }
  void store(T* p) const { __builtin_memcpy(p, &v, sizeof(Raw)); }
  void store(T* p, int n) const { raw_store<sizeof(T), Raw>(p, v, n); }
  // 0, 1, 2, ...
  static Vec iota() {
    Raw r{};
    for (int i = 0; i < size; ++i) r[i] = (T)i;
    return Vec(r);
  }

  T operator[](int i) const { return v[i]; }

  friend Vec operator+(Vec a, Vec b) { return Vec((Raw)((Wraps)a.v + (Wraps)b.v)); }
  friend Vec operator-(Vec a, Vec b) { return Vec((Raw)((Wraps)a.v - (Wraps)b.v)); }
  friend Vec operator*(Vec a, Vec b) { return Vec((Raw)((Wraps)a.v * (Wraps)b.v)); }
  friend Vec operator/(Vec a, Vec b) { return Vec(a.v / b.v); }
  friend Vec operator-(Vec a) { return Vec((Raw)(-(Wraps)a.v)); }
  friend Vec operator&(Vec a, Vec b) { return Vec(a.v & b.v); }
  friend Vec operator|(Vec a, Vec b) { return Vec(a.v | b.v); }
  friend Vec operator^(Vec a, Vec b) { return Vec(a.v ^ b.v); }
  friend Vec operator~(Vec a) { return Vec(~a.v); }
  friend Vec operator<<(Vec a, Vec b) { return Vec(a.v << b.v); }
  friend Vec operator>>(Vec a, Vec b) { return Vec(a.v >> b.v); }
  friend Vec operator<<(Vec a, int n) { return Vec(a.v << n); }
  friend Vec operator>>(Vec a, int n) { return Vec(a.v >> n); }
  Vec& operator+=(Vec b) { return *this = *this + b; }
  Vec& operator-=(Vec b) { return *this = *this - b; }
  Vec& operator*=(Vec b) { return *this = *this * b; }
  Vec& operator/=(Vec b) { return *this = *this / b; }

  friend Mask<T> operator==(Vec a, Vec b) { return Mask<T>(a.v == b.v); }
  friend Mask<T> operator!=(Vec a, Vec b) { return Mask<T>(a.v != b.v); }
  friend Mask<T> operator<(Vec a, Vec b) { return Mask<T>(a.v < b.v); }
  friend Mask<T> operator<=(Vec a, Vec b) { return Mask<T>(a.v <= b.v); }
  friend Mask<T> operator>(Vec a, Vec b) { return Mask<T>(a.v > b.v); }
  friend Mask<T> operator>=(Vec a, Vec b) { return Mask<T>(a.v >= b.v); }

  friend Vec select(Mask<T> mask, Vec a, Vec b) { return Vec(mask.v ? a.v : b.v); }
};

// The same bits under another lane type of the same size.
template <class U, class T>
inline Vec<U> bit_cast(Vec<T> a) {
  return Vec<U>((typename Vec<U>::Raw)a.v);
}

// Lane conversion between types of one size, as static_cast does it.
template <class U, class T>
inline Vec<U> convert(Vec<T> a) {
  static_assert(sizeof(U) == sizeof(T));
  return Vec<U>(__builtin_convertvector(a.v, typename Vec<U>::Raw));
}

namespace halves {
typedef float Floats __attribute__((vector_size(kVecBytes / 2)));
typedef int32_t Ints __attribute__((vector_size(kVecBytes / 2)));

template <class From, class To, class Half>
inline void widen(From a, To& lo, To& hi) {
  Half half[2];
  __builtin_memcpy(half, &a, sizeof(a));
  lo = __builtin_convertvector(half[0], To);
  hi = __builtin_convertvector(half[1], To);
}
template <class From, class To, class Half>
inline To narrow(From lo, From hi) {
  const Half half[2] = {__builtin_convertvector(lo, Half), __builtin_convertvector(hi, Half)};
  To r;
  __builtin_memcpy(&r, half, sizeof(r));
  return r;
}
}  // namespace halves

// float <-> double: the lower and the upper half of the lanes.
inline void widen(Vec<float> a, Vec<double>& lo, Vec<double>& hi) {
#if defined(__AVX2__)
  raw_widen(a.v, lo.v, hi.v);
#else
  halves::widen<RawFloat, RawDouble, halves::Floats>(a.v, lo.v, hi.v);
#endif
}
inline Vec<float> narrow(Vec<double> lo, Vec<double> hi) {
#if defined(__AVX2__)
  return raw_narrow(lo.v, hi.v);
#else
  return halves::narrow<RawDouble, RawFloat, halves::Floats>(lo.v, hi.v);
#endif
}
inline void widen(Vec<int32_t> a, Vec<int64_t>& lo, Vec<int64_t>& hi) {
  halves::widen<RawInt32, RawInt64, halves::Ints>(a.v, lo.v, hi.v);
}
inline Vec<int32_t> narrow(Vec<int64_t> lo, Vec<int64_t> hi) {
  return halves::narrow<RawInt64, RawInt32, halves::Ints>(lo.v, hi.v);
}

template <class T>
inline Mask<T> isnan(Vec<T> a) {
  return a != a;
}

template <class T>
inline Vec<T> abs(Vec<T> a) {
  if constexpr (is_float_lane<T>) {
    using Int = typename LaneInt<T>::type;
    const Int sign = (Int)1 << (sizeof(T) * 8 - 1);
    return bit_cast<T>(bit_cast<Int>(a) & Vec<Int>((Int)~sign));
  } else if constexpr ((T)-1 < (T)0) {
    return select(a < Vec<T>::zero(), -a, a);
  } else {
    return a;
  }
}

// |size| with the sign bit of `sign`.
template <class T>
inline Vec<T> copysign(Vec<T> size, Vec<T> sign) {
  using Int = typename LaneInt<T>::type;
  const Vec<Int> bit((Int)((Int)1 << (sizeof(T) * 8 - 1)));
  return bit_cast<T>((bit_cast<Int>(size) & ~bit) | (bit_cast<Int>(sign) & bit));
}

// a > b ? a : b and a < b ? a : b: NaN in b is kept, NaN in a is not.
template <class T>
inline Vec<T> greater_of(Vec<T> a, Vec<T> b) {
  return Vec<T>(raw_greater(a.v, b.v));
}
template <class T>
inline Vec<T> lesser_of(Vec<T> a, Vec<T> b) {
  return Vec<T>(raw_lesser(a.v, b.v));
}

// NaN in either operand gives NaN.
template <class T>
inline Vec<T> min(Vec<T> a, Vec<T> b) {
  const Vec<T> r = lesser_of(a, b);
  if constexpr (is_float_lane<T>) return select(isnan(a), a, r);
  return r;
}
template <class T>
inline Vec<T> max(Vec<T> a, Vec<T> b) {
  const Vec<T> r = greater_of(a, b);
  if constexpr (is_float_lane<T>) return select(isnan(a), a, r);
  return r;
}

inline Vec<float> sqrt(Vec<float> a) { return raw_sqrt(a.v); }
inline Vec<double> sqrt(Vec<double> a) { return raw_sqrt(a.v); }
inline Vec<float> floor(Vec<float> a) { return raw_floor(a.v); }
inline Vec<double> floor(Vec<double> a) { return raw_floor(a.v); }
inline Vec<float> ceil(Vec<float> a) { return raw_ceil(a.v); }
inline Vec<double> ceil(Vec<double> a) { return raw_ceil(a.v); }
inline Vec<float> trunc(Vec<float> a) { return raw_trunc(a.v); }
inline Vec<double> trunc(Vec<double> a) { return raw_trunc(a.v); }
// Halves go to the even neighbour.
inline Vec<float> round(Vec<float> a) { return raw_round(a.v); }
inline Vec<double> round(Vec<double> a) { return raw_round(a.v); }

// a * b + c, in one rounding where the ISA has it.
template <class T>
inline Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return Vec<T>(raw_fma(a.v, b.v, c.v));
}

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
constexpr bool kHasFma = true;
#else
constexpr bool kHasFma = false;
#endif

template <class T>
inline bool any(Mask<T> m) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)m.v, (__m512i)m.v) != 0;
#elif defined(__AVX2__)
  return !_mm256_testz_si256((__m256i)m.v, (__m256i)m.v);
#elif defined(__SSE2__)
  return _mm_movemask_epi8((__m128i)m.v) != 0;
#else
  int64_t halves[2];
  __builtin_memcpy(halves, &m.v, sizeof(halves));
  return (halves[0] | halves[1]) != 0;
#endif
}
template <class T>
inline bool all(Mask<T> m) {
  return !any(!m);
}

// Folds the upper half of N lanes onto the lower until one is left: the order is fixed per ISA.
template <int N, class T, class F>
inline T fold_lanes(const T* lanes, F f) {
  if constexpr (N == 1) {
    return lanes[0];
  } else {
    typedef T Half __attribute__((vector_size(N / 2 * sizeof(T))));
    Half lo, hi;
    __builtin_memcpy(&lo, lanes, sizeof(Half));
    __builtin_memcpy(&hi, lanes + N / 2, sizeof(Half));
    lo = f(lo, hi);
    T rest[N / 2];
    __builtin_memcpy(rest, &lo, sizeof(Half));
    return fold_lanes<N / 2>(rest, f);
  }
}
template <class T, class F>
inline T fold(Vec<T> a, F f) {
  T lanes[Vec<T>::size];
  a.store(lanes);
  return fold_lanes<Vec<T>::size>(lanes, f);
}

template <class T>
inline T hsum(Vec<T> a) {
  return fold(a, [](auto x, auto y) { return x + y; });
}
// NaN in any lane gives NaN.
template <class T>
inline T hmax(Vec<T> a) {
  return fold(a, [](auto x, auto y) { return ((x > y) | (x != x)) ? x : y; });
}
template <class T>
inline T hmin(Vec<T> a) {
  return fold(a, [](auto x, auto y) { return ((x < y) | (x != x)) ? x : y; });
}

// f on every lane: for functions too rare to vectorise.
template <class T, class F>
inline Vec<T> map_lanes(Vec<T> a, F f) {
  T lanes[Vec<T>::size];
  a.store(lanes);
  for (T& lane : lanes) lane = f(lane);
  return Vec<T>::load(lanes);
}
template <class T, class F>
inline Vec<T> map_lanes(Vec<T> a, Vec<T> b, F f) {
  T x[Vec<T>::size], y[Vec<T>::size];
  a.store(x);
  b.store(y);
  for (int i = 0; i < Vec<T>::size; ++i) x[i] = f(x[i], y[i]);
  return Vec<T>::load(x);
}

}  // namespace
}  // namespace taut::TAUT_ISA

// The 16-bit floating-point types: storage only. Their numbers are computed as float, which holds
// every one of them exactly, and rounded to nearest, ties to even.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace taut {

// IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
constexpr std::uint16_t half_from_float(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const std::uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {  // NaN: quiet, as much of the payload as fits
    return static_cast<std::uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  }
  if (magnitude >= 0x47800000) return sign | 0x7c00;  // 2^16 and more
  if (magnitude < 0x38800000) {
    // Less than the least normal number: adding 0.5 makes the units of float those of the result.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign + (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000));
  }
  const std::uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return static_cast<std::uint16_t>(sign + ((rounded - 0x38000000) >> 13));
}

constexpr float float_from_half(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(bits & 0x7fff) << 13;
  if (magnitude >= 0x0f800000) {  // infinity and NaN, which becomes quiet
    const std::uint32_t quiet = magnitude > 0x0f800000 ? 0x400000 : 0;
    return std::bit_cast<float>(sign | (magnitude + 0x70000000) | quiet);
  }
  // As a number whose exponent is 112 too small; exact, subnormal results of `bits` included.
  if (magnitude >= 0x00800000) return std::bit_cast<float>(sign | (magnitude + 0x38000000));
  const float value = static_cast<float>(bits & 0x7fff) * 0x1p-24f;
  return sign ? -value : value;
}

// The upper half of a float: 8 bits of exponent, 7 of fraction.
constexpr std::uint16_t bfloat_from_float(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7fffffff) > 0x7f800000) {  // NaN: quiet
    return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  }
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

constexpr float float_from_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Elements of those types, as memory holds them.
struct Float16 {
  std::uint16_t bits;
  static constexpr int digits = 11;
  static constexpr float max = 65504.0f;

  Float16() = default;
  // From any number, through float.
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr Float16(T x) : bits(half_from_float(static_cast<float>(x))) {}  // NOLINT: implicit
  constexpr operator float() const { return float_from_half(bits); }        // NOLINT
};

struct BFloat16 {
  std::uint16_t bits;
  static constexpr int digits = 8;
  static constexpr float max = 0x1.fep127f;

  BFloat16() = default;
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr BFloat16(T x) : bits(bfloat_from_float(static_cast<float>(x))) {}  // NOLINT: implicit
  constexpr operator float() const { return float_from_bfloat(bits); }         // NOLINT
};

template <class T>
inline constexpr bool is_narrow_v = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;
template <class T>
inline constexpr bool is_floating_v = std::is_floating_point_v<T> || is_narrow_v<T>;

// Bits of the significand, and the greatest number.
template <class T>
constexpr int digits_of() {
  if constexpr (is_narrow_v<T>) return T::digits;
  return std::numeric_limits<T>::digits;
}
template <class T>
constexpr double greatest() {
  if constexpr (is_narrow_v<T>) return T::max;
  return static_cast<double>(std::numeric_limits<T>::max());
}

}  // namespace taut

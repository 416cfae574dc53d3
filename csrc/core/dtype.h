// Element types, their properties and PyTorch's promotion rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>

#include "core/half.h"

namespace taut {

// Ordered by category (bool, integers, floating point), then by width.
enum class DType : std::uint8_t {
  Bool,
  UInt8,
  Int8,
  Int16,
  Int32,
  Int64,
  Float16,
  BFloat16,
  Float32,
  Float64
};
inline constexpr int kDTypeCount = 10;

// Raw kernels see a bool as the byte that stores it (0 or 1).
constexpr std::size_t size_of(DType t) {
  constexpr std::size_t bytes[kDTypeCount] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
  return bytes[static_cast<int>(t)];
}
constexpr bool is_floating(DType t) { return t >= DType::Float16; }
// Storage only: computed as float32 and rounded.
constexpr bool is_narrow(DType t) { return t == DType::Float16 || t == DType::BFloat16; }
constexpr bool is_bool(DType t) { return t == DType::Bool; }
constexpr bool is_integral(DType t) { return t > DType::Bool && t < DType::Float16; }
constexpr bool is_signed(DType t) { return t >= DType::Int8; }

// 0 for bool, 1 for integers, 2 for floating point: a higher category decides a promotion.
constexpr int category(DType t) { return is_floating(t) ? 2 : is_bool(t) ? 0 : 1; }

// "float32", "int64", ...
const char* name(DType t);
// The scalar-type word of PyTorch's messages: "Float", "Long", ...
const char* scalar_type_name(DType t);
std::ostream& operator<<(std::ostream& out, DType t);

// The type that holds both: the rule for two tensors of the same category rank.
DType promote(DType a, DType b);

template <class T>
struct dtype_of;
template <>
struct dtype_of<bool> {
  static constexpr DType value = DType::Bool;
};
template <>
struct dtype_of<std::uint8_t> {
  static constexpr DType value = DType::UInt8;
};
template <>
struct dtype_of<std::int8_t> {
  static constexpr DType value = DType::Int8;
};
template <>
struct dtype_of<std::int16_t> {
  static constexpr DType value = DType::Int16;
};
template <>
struct dtype_of<std::int32_t> {
  static constexpr DType value = DType::Int32;
};
template <>
struct dtype_of<std::int64_t> {
  static constexpr DType value = DType::Int64;
};
template <>
struct dtype_of<Float16> {
  static constexpr DType value = DType::Float16;
};
template <>
struct dtype_of<BFloat16> {
  static constexpr DType value = DType::BFloat16;
};
template <>
struct dtype_of<float> {
  static constexpr DType value = DType::Float32;
};
template <>
struct dtype_of<double> {
  static constexpr DType value = DType::Float64;
};

// NotImplementedError: there is no kernel for t.
[[noreturn]] void raise_not_implemented(DType t);

// Calls f.template operator()<T>() with the C++ type of t, one that is computed in: what takes
// 16-bit types has widened them before (ops/widened.h).
template <class F>
decltype(auto) visit(DType t, F&& f) {
  switch (t) {
    case DType::Bool:
      return f.template operator()<bool>();
    case DType::UInt8:
      return f.template operator()<std::uint8_t>();
    case DType::Int8:
      return f.template operator()<std::int8_t>();
    case DType::Int16:
      return f.template operator()<std::int16_t>();
    case DType::Int32:
      return f.template operator()<std::int32_t>();
    case DType::Int64:
      return f.template operator()<std::int64_t>();
    case DType::Float16:
    case DType::BFloat16:
      raise_not_implemented(t);
    case DType::Float32:
      return f.template operator()<float>();
    case DType::Float64:
      break;
  }
  return f.template operator()<double>();
}

// The same with Float16 and BFloat16 as well, for what reads and writes single elements.
template <class F>
decltype(auto) visit_stored(DType t, F&& f) {
  if (t == DType::Float16) return f.template operator()<Float16>();
  if (t == DType::BFloat16) return f.template operator()<BFloat16>();
  return visit(t, static_cast<F&&>(f));
}

// The type that new floating-point tensors get when none is named (float32 unless set).
DType default_dtype();
void set_default_dtype(DType t);

}  // namespace taut

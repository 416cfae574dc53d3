#include "core/dtype.h"

#include "core/error.h"

namespace taut {
namespace {
DType g_default_dtype = DType::Float32;
}

const char* name(DType t) {
  static constexpr const char* names[kDTypeCount] = {"bool",    "uint8",  "int8",    "int16",
                                                     "int32",   "int64",  "float16", "bfloat16",
                                                     "float32", "float64"};
  return names[static_cast<int>(t)];
}

const char* scalar_type_name(DType t) {
  static constexpr const char* names[kDTypeCount] = {"Bool", "Byte", "Char",     "Short", "Int",
                                                     "Long", "Half", "BFloat16", "Float", "Double"};
  return names[static_cast<int>(t)];
}

std::ostream& operator<<(std::ostream& out, DType t) { return out << name(t); }

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a > b) std::swap(a, b);
  // The pairs without a winner in the order need the next width.
  if (a == DType::UInt8 && b == DType::Int8) return DType::Int16;
  if (a == DType::Float16 && b == DType::BFloat16) return DType::Float32;
  return b;
}

void raise_not_implemented(DType t) {
  raise<NotImplementedError>("not implemented for '", scalar_type_name(t), "'");
}

DType default_dtype() { return g_default_dtype; }

void set_default_dtype(DType t) {
  TAUT_CHECK(is_floating(t), TypeError,
             "set_default_dtype: only floating-point types are supported as the default type, got ",
             t);
  g_default_dtype = t;
}

}  // namespace taut

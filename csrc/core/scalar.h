// A number given by the user: a bool, an integer or a real, with its category kept for promotion.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut {

class Scalar {
 public:
  Scalar() : Scalar(std::int64_t{0}) {}
  Scalar(bool v) : dtype_(DType::Bool), int_(v) {}           // NOLINT: implicit on purpose
  Scalar(int v) : dtype_(DType::Int64), int_(v) {}           // NOLINT
  Scalar(std::int64_t v) : dtype_(DType::Int64), int_(v) {}  // NOLINT
  Scalar(double v) : dtype_(DType::Float64), real_(v) {}     // NOLINT

  // Bool, Int64 or Float64: the category the number was written in.
  DType dtype() const { return dtype_; }
  bool is_floating() const { return dtype_ == DType::Float64; }
  bool is_integral() const { return dtype_ == DType::Int64; }
  bool is_bool() const { return dtype_ == DType::Bool; }

  template <class T>
  T to() const {
    return is_floating() ? static_cast<T>(real_) : static_cast<T>(int_);
  }
  double to_double() const { return to<double>(); }
  std::int64_t to_int() const { return to<std::int64_t>(); }

  // Writes the value as one element of type t.
  void store(DType t, void* out) const {
    visit_stored(t, [&]<class T>() { *static_cast<T*>(out) = to<T>(); });
  }

 private:
  DType dtype_;
  union {
    std::int64_t int_;
    double real_;
  };
};

}  // namespace taut

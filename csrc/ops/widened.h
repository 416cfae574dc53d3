// Operations without kernels of their own for the 16-bit floating-point types are computed in
// float32 and rounded once.
#pragma once

#include "ops/copy.h"
#include "ops/creation.h"

namespace taut {

// The type that t is computed in.
constexpr DType widened(DType t) { return is_narrow(t) ? DType::Float32 : t; }

// t as float32 where it is of a 16-bit type; recorded, so that its gradient is rounded to that.
inline Tensor widened(const Tensor& t) {
  return t.defined() && is_narrow(t.dtype()) ? cast(t, DType::Float32) : t;
}

// A result of float32 as the 16-bit type of the inputs: an operation on `x` that takes float32
// begins with
//   if (is_narrow(x.dtype())) return rounded(op(widened(x), ...), x.dtype());
inline Tensor rounded(const Tensor& t, DType type) {
  return t.defined() && t.dtype() == DType::Float32 ? cast(t, type) : t;
}
template <class A, class B>
std::pair<A, B> rounded(const std::pair<A, B>& results, DType type) {
  return {rounded(results.first, type), rounded(results.second, type)};
}
template <class R>
  requires requires(R r) { r.values; }
R rounded(R results, DType type) {
  results.values = rounded(results.values, type);
  return results;
}

// compute(wide) writes, or with keeps adds to, a float32 tensor that stands for the 16-bit `out`
// and is then rounded into it. Not recorded.
template <class F>
void through_float32(const Tensor& out, bool keeps, F compute) {
  const Tensor wide = empty(out.sizes(), DType::Float32);
  if (keeps) copy_raw(wide, out);
  compute(wide);
  copy_raw(out, wide);
}

}  // namespace taut

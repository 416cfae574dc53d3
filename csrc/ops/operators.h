// A Tensor as a number of the formulas (formulas/formula.h): operators and select(). For sources
// that write derivatives.
#pragma once

#include "formulas/formula.h"
#include "ops/pointwise.h"

namespace taut {

inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator+(const Tensor& a, const Arg& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Arg& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Arg& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Arg& b) { return div(a, b); }
inline Tensor operator+(double a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(double a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(double a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(double a, const Tensor& b) { return div(a, b); }

// The first keeps C++20 from trying a == b the other way round.
inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, const Arg& b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Arg& b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Arg& b) { return lt(a, b); }
inline Tensor operator<=(const Tensor& a, const Arg& b) { return le(a, b); }
inline Tensor operator>(const Tensor& a, const Arg& b) { return gt(a, b); }
inline Tensor operator>=(const Tensor& a, const Arg& b) { return ge(a, b); }

inline Tensor select(const Tensor& condition, const Arg& a, const Arg& b) {
  return where(condition, a, b);
}

inline Tensor normal_cdf(const Tensor& x) { return 0.5 * (erf(x * formulas::kSqrtHalf) + 1.0); }
inline Tensor normal_pdf(const Tensor& x) { return formulas::kInvSqrtTwoPi * exp(x * x * -0.5); }

}  // namespace taut

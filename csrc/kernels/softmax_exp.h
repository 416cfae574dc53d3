// The exponential of softmax: of differences to a maximum, so of x <= 0 up to rounding.
// Include only from sources compiled once per ISA.
#pragma once

#include "kernels/simd/math.h"

namespace taut::TAUT_ISA {
namespace {

// e^x for x <= 1; -inf gives 0, NaN stays. Within 1.5 ulp in float: exp() spends half of its
// instructions on the last half ulp and on large x.
inline Vec<float> exp_of_difference(Vec<float> x) {
  using L = FloatLayout<float>;
  // (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2.
  static constexpr float fit[] = {0.499999934f, 0.166665206f, 0.0416683881f, 0.00836871702f,
                                  0.00138145987f};
  const Vec<float> lowest(-104.0f), one(1.0f);
  x = select(x < lowest, lowest, x);
  const Vec<float> n = round_small(x * Vec<float>(L::log2e));
  const Vec<float> r = fma(n, Vec<float>(-L::ln2_lo), fma(n, Vec<float>(-L::ln2_hi), x));
  return scale_by_exp2(fma(fma(poly(r, fit), r, one), r, one), n);
}
inline Vec<double> exp_of_difference(Vec<double> x) { return exp(x); }

}  // namespace
}  // namespace taut::TAUT_ISA

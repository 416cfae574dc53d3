// Comparing tensors up to rounding, and a few functions composed of others.
#pragma once

#include "ops/pointwise.h"

namespace taut {

// |a - b| <= atol + rtol |b|, or equal; NaN equals NaN only with equal_nan. Gives bool.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan);
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan);
// Same shape and elements.
bool equal(const Tensor& a, const Tensor& b);

Tensor deg2rad(const Tensor& t, const Tensor& out = {});
Tensor rad2deg(const Tensor& t, const Tensor& out = {});
// t 2^exponent.
Tensor ldexp(const Tensor& t, const Tensor& exponent, const Tensor& out = {});
// A power in float64.
Tensor float_power(Arg base, Arg exponent, const Tensor& out = {});

}  // namespace taut

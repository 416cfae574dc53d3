#include "ops/closeness.h"

#include <algorithm>

#include "graph/grad_mode.h"
#include "ops/copy.h"
#include "ops/operators.h"

namespace taut {
namespace {

constexpr double kPi = 3.14159265358979323846;

bool all_true(const Tensor& t) {
  const Tensor flat = contiguous(t);
  const auto* p = flat.data<bool>();
  return std::all_of(p, p + flat.numel(), [](bool v) { return v; });
}

Tensor floating(const Tensor& t) { return cast(t, float_type(t.dtype())); }

}  // namespace

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  TAUT_CHECK(a.dtype() == b.dtype(), RuntimeError, "isclose: ", name(a.dtype()), " did not match ",
             name(b.dtype()));
  TAUT_CHECK(rtol >= 0.0 && atol >= 0.0, RuntimeError,
             "isclose: rtol and atol must be greater than or equal to zero, but got ", rtol,
             " and ", atol);
  NoGrad guard;
  Tensor close = a == b;
  if (equal_nan && is_floating(a.dtype())) {
    close = logical_or(close, logical_and(isnan(a), isnan(b)));
  }
  if (rtol == 0.0 && atol == 0.0) return close;
  const Tensor x = floating(a), y = floating(b);
  const Tensor error = abs(x - y);
  return logical_or(close, logical_and(isfinite(error), error <= abs(y) * rtol + atol));
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return all_true(isclose(a, b, rtol, atol, equal_nan));
}

bool equal(const Tensor& a, const Tensor& b) {
  NoGrad guard;
  return same(a.sizes(), b.sizes()) && all_true(a == b);
}

Tensor deg2rad(const Tensor& t, const Tensor& out) { return mul(t, kPi / 180.0, out); }
Tensor rad2deg(const Tensor& t, const Tensor& out) { return mul(t, 180.0 / kPi, out); }

Tensor ldexp(const Tensor& t, const Tensor& exponent, const Tensor& out) {
  return mul(t, pow(2.0, exponent), out);
}

Tensor float_power(Arg base, Arg exponent, const Tensor& out) {
  const auto wide = [](const Arg& a) { return cast(a.tensor(), DType::Float64); };
  if (!exponent.is_tensor()) return pow(wide(base), Scalar(exponent.number().to_double()), out);
  if (!base.is_tensor()) return pow(Scalar(base.number().to_double()), wide(exponent), out);
  return pow(wide(base), wide(exponent), out);
}

}  // namespace taut

// Comparing up to rounding, and functions composed of others.
#include "ops/closeness.h"

#include "bindings/arguments.h"
#include "bindings/topics.h"

namespace taut {
namespace {

constexpr Signature kIsclose{"isclose", {"input", "other", "rtol", "atol", "equal_nan"}, 2};
constexpr Signature kAllclose{"allclose", {"input", "other", "rtol", "atol", "equal_nan"}, 2};
constexpr Signature kEqual{"equal", {"input", "other"}, 2};
constexpr Signature kDeg2rad{"deg2rad", {"input", "out"}, 1, 1};
constexpr Signature kRad2deg{"rad2deg", {"input", "out"}, 1, 1};
constexpr Signature kLdexp{"ldexp", {"input", "other", "out"}, 2, 2};
constexpr Signature kFloatPower{"float_power", {"input", "exponent", "out"}, 2, 2};
constexpr Signature kPolygamma{"polygamma", {"n", "input", "out"}, 2, 2};
constexpr Signature kPolygammaMethod{"polygamma", {"input", "n"}, 2};
constexpr Signature kIsreal{"isreal", {"input"}};

PyObject* isclose_of(const Values& v) {
  return wrap(isclose(v.tensor(0), v.tensor(1), v.real(2, 1e-5), v.real(3, 1e-8),
                      v.scalar(4, false).to_int() != 0));
}
PyObject* allclose_of(const Values& v) {
  return PyBool_FromLong(allclose(v.tensor(0), v.tensor(1), v.real(2, 1e-5), v.real(3, 1e-8),
                                  v.scalar(4, false).to_int() != 0));
}
PyObject* equal_of(const Values& v) { return PyBool_FromLong(equal(v.tensor(0), v.tensor(1))); }

template <Tensor (*F)(const Tensor&, const Tensor&)>
PyObject* unary(const Values& v) {
  return wrap(F(v.tensor(0), v.tensor_or_undefined(1)));
}
PyObject* ldexp_of(const Values& v) {
  return wrap(ldexp(v.tensor(0), v.tensor(1), v.tensor_or_undefined(2)));
}
PyObject* float_power_of(const Values& v) {
  if (!v.arg(0).is_tensor() && !v.arg(1).is_tensor()) v.tensor(0);
  check_out_type(v, 2, DType::Float64);
  return wrap(float_power(v.arg(0), v.arg(1), v.tensor_or_undefined(2)));
}
PyObject* polygamma_of(const Values& v) {
  return wrap(polygamma(v.scalar(0).to_int(), v.tensor(1), v.tensor_or_undefined(2)));
}
PyObject* polygamma_method(const Values& v) {
  return wrap(polygamma(v.scalar(1).to_int(), v.tensor(0)));
}
// No complex types: every element is real.
PyObject* isreal(const Values& v) {
  return wrap(eq(logical_not(v.tensor(0)), logical_not(v.tensor(0))));
}

}  // namespace

void bind_closeness(py::module_& m) {
  def_fast_op<kIsclose, isclose_of>(m);
  def_fast_op<kAllclose, allclose_of>(m);
  def_fast_op<kEqual, equal_of>(m);
  def_fast_op<kDeg2rad, unary<deg2rad>>(m);
  def_fast_op<kRad2deg, unary<rad2deg>>(m);
  def_fast_op<kLdexp, ldexp_of>(m);
  def_fast_op<kFloatPower, float_power_of>(m);
  def_fast<kPolygamma, polygamma_of>(m);
  def_fast_method<kPolygammaMethod, polygamma_method>();
  def_fast_op<kIsreal, isreal>(m);
}

}  // namespace taut

// Activation functions with parameters; taut.nn.functional gives them their public names.
#include "bindings/arguments.h"
#include "bindings/topics.h"
#include "ops/pointwise.h"

namespace taut {
namespace {

constexpr Signature kLeakyRelu{"leaky_relu", {"input", "negative_slope"}};
constexpr Signature kLeakyRelu_{"leaky_relu_", {"input", "negative_slope"}};
constexpr Signature kElu{"elu", {"input", "alpha"}};
constexpr Signature kElu_{"elu_", {"input", "alpha"}};
constexpr Signature kCelu{"celu", {"input", "alpha"}};
constexpr Signature kCelu_{"celu_", {"input", "alpha"}};
constexpr Signature kSelu{"selu", {"input"}};
constexpr Signature kSelu_{"selu_", {"input"}};
constexpr Signature kGelu{"gelu", {"input", "approximate", "out"}, 1, 1};
constexpr Signature kSoftplus{"softplus", {"input", "beta", "threshold", "out"}, 1, 3};
constexpr Signature kSoftshrink{"softshrink", {"input", "lambd", "out"}, 1, 2};
constexpr Signature kHardshrink{"hardshrink", {"input", "lambd", "out"}, 1, 2};
constexpr Signature kHardtanh{"hardtanh", {"input", "min_val", "max_val"}};
constexpr Signature kHardtanh_{"hardtanh_", {"input", "min_val", "max_val"}};
constexpr Signature kRelu6{"relu6", {"input"}};
constexpr Signature kRelu6_{"relu6_", {"input"}};
constexpr Signature kThreshold{"threshold", {"input", "threshold", "value", "out"}, 3, 3};
constexpr Signature kThreshold_{"threshold_", {"input", "threshold", "value"}, 3};

// The fixed point of mean 0 and variance 1 (arXiv:1706.02515).
constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

double celu_alpha(const Values& v) {
  const double alpha = v.real(1, 1.0);
  TAUT_CHECK(alpha != 0.0, RuntimeError, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return alpha;
}

PyObject* leaky_relu_of(const Values& v) { return wrap(leaky_relu(v.tensor(0), v.real(1, 0.01))); }
PyObject* leaky_relu_of_(const Values& v) {
  return wrap(leaky_relu_(v.tensor(0), v.real(1, 0.01)));
}
PyObject* elu_of(const Values& v) { return wrap(elu(v.tensor(0), v.real(1, 1.0), 1.0, 1.0)); }
PyObject* elu_of_(const Values& v) { return wrap(elu_(v.tensor(0), v.real(1, 1.0), 1.0, 1.0)); }
PyObject* celu_of(const Values& v) {
  const double alpha = celu_alpha(v);
  return wrap(elu(v.tensor(0), alpha, 1.0, 1.0 / alpha));
}
PyObject* celu_of_(const Values& v) {
  const double alpha = celu_alpha(v);
  return wrap(elu_(v.tensor(0), alpha, 1.0, 1.0 / alpha));
}
PyObject* selu_of(const Values& v) { return wrap(elu(v.tensor(0), kSeluAlpha, kSeluScale, 1.0)); }
PyObject* selu_of_(const Values& v) { return wrap(elu_(v.tensor(0), kSeluAlpha, kSeluScale, 1.0)); }

// out is of the type of the input.
Tensor out_at(const Values& v, int i) {
  check_out_type(v, i, v.tensor(0).dtype());
  return v.tensor_or_undefined(i);
}
PyObject* gelu_of(const Values& v) {
  return wrap(gelu(v.tensor(0), v.text(1, "none"), out_at(v, 2)));
}
PyObject* softplus_of(const Values& v) {
  return wrap(softplus(v.tensor(0), v.real(1, 1.0), v.real(2, 20.0), out_at(v, 3)));
}
PyObject* softshrink_of(const Values& v) {
  return wrap(softshrink(v.tensor(0), v.real(1, 0.5), out_at(v, 2)));
}
PyObject* hardshrink_of(const Values& v) {
  return wrap(hardshrink(v.tensor(0), v.real(1, 0.5), out_at(v, 2)));
}

PyObject* hardtanh_of(const Values& v) {
  return wrap(hardtanh(v.tensor(0), v.scalar(1, -1), v.scalar(2, 1)));
}
PyObject* hardtanh_of_(const Values& v) {
  return wrap(hardtanh_(v.tensor(0), v.scalar(1, -1), v.scalar(2, 1)));
}
PyObject* relu6(const Values& v) { return wrap(hardtanh(v.tensor(0), 0, 6)); }
PyObject* relu6_(const Values& v) { return wrap(hardtanh_(v.tensor(0), 0, 6)); }
PyObject* threshold_of(const Values& v) {
  return into(v, 3, threshold(v.tensor(0), v.scalar(1), v.scalar(2)), OutType::Castable);
}
PyObject* threshold_of_(const Values& v) {
  return wrap(threshold_(v.tensor(0), v.scalar(1), v.scalar(2)));
}

}  // namespace

void bind_activation(py::module_& m) {
  def_fast<kLeakyRelu, leaky_relu_of>(m);
  def_fast<kLeakyRelu_, leaky_relu_of_>(m);
  def_fast<kElu, elu_of>(m);
  def_fast<kElu_, elu_of_>(m);
  def_fast<kCelu, celu_of>(m);
  def_fast<kCelu_, celu_of_>(m);
  def_fast<kSelu, selu_of>(m);
  def_fast<kSelu_, selu_of_>(m);
  def_fast<kGelu, gelu_of>(m);
  def_fast<kSoftplus, softplus_of>(m);
  def_fast<kSoftshrink, softshrink_of>(m);
  def_fast_op<kHardshrink, hardshrink_of>(m);
  def_fast<kHardtanh, hardtanh_of>(m);
  def_fast<kHardtanh_, hardtanh_of_>(m);
  def_fast<kRelu6, relu6>(m);
  def_fast<kRelu6_, relu6_>(m);
  def_fast<kThreshold, threshold_of>(m);
  def_fast<kThreshold_, threshold_of_>(m);
}

}  // namespace taut

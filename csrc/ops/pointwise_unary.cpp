// Functions of one number. Derivatives are those of the formulas: a kernel at first order, the
// same formula on tensors when it is to be differentiated again.
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "formulas/activation.h"
#include "formulas/binary.h"
#include "formulas/special.h"
#include "formulas/trigonometry.h"
#include "formulas/unary.h"
#include "graph/record.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/operators.h"
#include "ops/pointwise_apply.h"
#include "ops/sparse_arithmetic.h"

namespace taut {
namespace {

using Params = UnaryParams;
using formulas::Saves;

struct Traits {
  const char* node;  // name of the backward node
  const char* op;    // name in messages
  Saves saves;
};
constexpr Traits kTraits[] = {
#define TAUT_ROW(name, types) {#name "Backward0", #name, formulas::name::saves},
    TAUT_UNARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
};
const Traits& traits(UnaryOp op) { return kTraits[static_cast<int>(op)]; }

// Rough cycles per element with vectors of 8: arithmetic is bound by memory.
int cost_of(UnaryOp op) {
  switch (op) {
    case UnaryOp::Neg:
    case UnaryOp::Abs:
    case UnaryOp::Sign:
    case UnaryOp::Square:
    case UnaryOp::Cube:
    case UnaryOp::Floor:
    case UnaryOp::Ceil:
    case UnaryOp::Round:
    case UnaryOp::Trunc:
    case UnaryOp::Frac:
    case UnaryOp::Clamp:
    case UnaryOp::Relu:
    case UnaryOp::LeakyRelu:
    case UnaryOp::Hardtanh:
    case UnaryOp::Threshold:
      return 1;
    default:
      return 8;
  }
}

template <class F>
F formula_of(const Params& params) {
  F formula{};
  if constexpr (!std::is_empty_v<F>) std::memcpy(&formula, params.data(), sizeof(F));
  return formula;
}

// g times the derivative, in recorded operations.
Tensor derivative(UnaryOp op, const Params& params, const Tensor& g, const Tensor& s) {
  switch (op) {
#define TAUT_ROW(name, types) \
  case UnaryOp::name:         \
    return formula_of<formulas::name>(params).dx(g, s);
    TAUT_UNARY_ROWS(TAUT_ROW)
#undef TAUT_ROW
    case UnaryOp::kCount:
      break;
  }
  return {};
}

// PyTorch's square and every power of a number print as a power, whichever formula computes them.
bool is_power(UnaryOp op, const char* name) {
  return op == UnaryOp::Square || std::string_view(name).starts_with("pow");
}

struct UnaryBackward final : Node {
  UnaryOp op;
  bool power;
  Params params;
  SavedTensor saved;

  UnaryBackward(UnaryOp op, const char* name, const Params& params)
      : op(op), power(is_power(op, name)), params(params) {}
  const char* name() const override { return power ? "PowBackward0" : traits(op).node; }
  void each_saved(SavedValues& values) override { values(saved); }

  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    const Tensor s = saved.defined() ? saved.unpack(*this) : g;
    if (frame.create_graph() || g.is_sparse()) {
      return frame.give(0, derivative(op, params, g, s));
    }
    const Dest dest = frame.dest(0, g.sizes(), g.dtype());
    const auto& kernels = unary_backward_kernels();
    const bool adds = dest.beta != 0;
    run_loop((adds ? kernels.add : kernels.write)(op, g.dtype()), std::array{dest.tensor, g, s},
             params.data(), cost_of(op), adds ? Effect::Update : Effect::Write);
  }
};

bool negates_sparse(UnaryOp op, const Tensor& t) { return op == UnaryOp::Neg && t.is_sparse(); }

Elementwise call_of(const char* name, UnaryOp op, DType type, const Params& params) {
  return {name, unary_kernels().forward(op, type), type, type, params, cost_of(op)};
}

}  // namespace

Tensor apply(UnaryOp op, const char* name, const Tensor& t, DType type, const Params& params,
             const Tensor& out) {
  const Arg arg(t);
  if (out.defined()) check_out(name, {&arg, 1}, out);
  Tensor result = negates_sparse(op, t) ? negated_sparse(t, out)
                                        : run(call_of(name, op, type, params), {&arg, 1}, out);
  if (!out.defined() && needs_grad(t)) {
    auto node = make<UnaryBackward>(op, name, params);
    set_edges(*node, {t});
    set_history(result, node);
    if (traits(op).saves == Saves::Input) node->saved = SavedTensor(t);
    if (traits(op).saves == Saves::Output) node->saved = SavedTensor::output(result);
  }
  if (out.defined()) out.bump_version();
  return result;
}

Tensor apply_(UnaryOp op, const char* name, const Tensor& t, DType type, const Params& params) {
  check_inplace(t, name);
  Ref<UnaryBackward> node;
  if (needs_grad(t)) {
    node = make<UnaryBackward>(op, name, params);
    set_edges(*node, {t});
    if (traits(op).saves == Saves::Input) node->saved = SavedTensor(clone(t));
  }
  const Arg arg(t);
  if (negates_sparse(op, t)) {
    negated_sparse(t, t);
  } else {
    run(call_of(name, op, type, params), {&arg, 1}, t);
  }
  finish_inplace(t, node);
  if (node && traits(op).saves == Saves::Output) node->saved = SavedTensor::output(t);
  return t;
}

namespace {

void refuse_bool(const char* name, const Tensor& t, const char* message) {
  TAUT_CHECK(!is_bool(t.dtype()), RuntimeError, name, ": ", message);
}

// What a function refuses before its kernel is looked for.
void check_type(UnaryOp op, const char* name, const Tensor& t) {
  if (op == UnaryOp::Neg) {
    refuse_bool(name, t,
                "Negation, the `-` operator, on a bool tensor is not supported. If you "
                "are trying to invert a mask, use the `~` or `logical_not()` operator "
                "instead.");
  }
  if (op == UnaryOp::Relu) refuse_bool(name, t, "Boolean inputs not supported for relu");
  if (op == UnaryOp::Tanhshrink) {
    refuse_bool(name, t, "Subtraction, the `-` operator, with a bool tensor is not supported.");
  }
  if (op == UnaryOp::Softsign) check_not_bool(name, t);
  if (op == UnaryOp::Hardtanh) refuse_bool(name, t, "Bool inputs not supported for hardtanh");
}

Tensor keeping(const char* name, UnaryOp op, const Tensor& t, const Tensor& out,
               const Params& params = {}) {
  check_type(op, name, t);
  if (op == UnaryOp::Square && is_bool(t.dtype())) {
    return apply(op, name, t, DType::Int64, params, out);
  }
  return apply(op, name, t, t.dtype(), params, out);
}
Tensor keeping_inplace(const char* name, UnaryOp op, const Tensor& t, const Params& params = {}) {
  check_type(op, name, t);
  return apply_(op, name, t, t.dtype(), params);
}

// Integers are rounded already; a sign of a bool is the bool.
bool is_already(UnaryOp op, const Tensor& t) {
  return is_bool(t.dtype()) ? op == UnaryOp::Sign : is_integral(t.dtype()) && op != UnaryOp::Sign;
}
Tensor copied(const char* name, const Tensor& t, const Tensor& out) {
  if (!out.defined()) return clone(t);
  check_castable(name, t.dtype(), out.dtype());
  resize_out(out, t.sizes());
  copy_raw(out, t);
  out.bump_version();
  return out;
}

}  // namespace

#define TAUT_DEFINE(name, formula)                                            \
  Tensor name(const Tensor& t, const Tensor& out) {                           \
    check_type(UnaryOp::formula, #name, t);                                   \
    return apply(UnaryOp::formula, #name, t, float_type(t.dtype()), {}, out); \
  }                                                                           \
  Tensor name##_(const Tensor& t) {                                           \
    check_type(UnaryOp::formula, #name "_", t);                               \
    return apply_(UnaryOp::formula, #name "_", t, float_type(t.dtype()), {}); \
  }
TAUT_FLOAT_FUNCTIONS(TAUT_DEFINE)
#undef TAUT_DEFINE

#define TAUT_DEFINE(name, formula)                   \
  Tensor name(const Tensor& t, const Tensor& out) {  \
    return keeping(#name, UnaryOp::formula, t, out); \
  }                                                  \
  Tensor name##_(const Tensor& t) { return keeping_inplace(#name "_", UnaryOp::formula, t); }
TAUT_KEEPING_FUNCTIONS(TAUT_DEFINE)
#undef TAUT_DEFINE

#define TAUT_DEFINE(name, formula)                                     \
  Tensor name(const Tensor& t, const Tensor& out) {                    \
    if (is_already(UnaryOp::formula, t)) return copied(#name, t, out); \
    return keeping(#name, UnaryOp::formula, t, out);                   \
  }                                                                    \
  Tensor name##_(const Tensor& t) {                                    \
    if (is_already(UnaryOp::formula, t)) return t;                     \
    return keeping_inplace(#name "_", UnaryOp::formula, t);            \
  }
TAUT_ROUNDING_FUNCTIONS(TAUT_DEFINE)
#undef TAUT_DEFINE

Tensor round(const Tensor& t, int64_t decimals, const Tensor& out) {
  check_floating("round", t);
  if (decimals == 0) return round(t, out);
  // Through the power that is exact: 10^d is, 10^-d is not.
  const double scale = std::pow(10.0, static_cast<double>(decimals < 0 ? -decimals : decimals));
  const Tensor scaled = decimals > 0 ? t * scale : t / scale;
  return decimals > 0 ? div(round(scaled), scale, Rounding::None, out)
                      : mul(round(scaled), scale, out);
}

Tensor leaky_relu(const Tensor& t, double negative_slope, const Tensor& out) {
  return keeping("leaky_relu", UnaryOp::LeakyRelu, t, out, {negative_slope});
}
Tensor leaky_relu_(const Tensor& t, double negative_slope) {
  return keeping_inplace("leaky_relu", UnaryOp::LeakyRelu, t, {negative_slope});
}

Tensor elu(const Tensor& t, double alpha, double scale, double input_scale, const Tensor& out) {
  return keeping("elu", UnaryOp::Elu, t, out, {alpha, scale, input_scale});
}
Tensor elu_(const Tensor& t, double alpha, double scale, double input_scale) {
  return keeping_inplace("elu", UnaryOp::Elu, t, {alpha, scale, input_scale});
}

Tensor gelu(const Tensor& t, std::string_view approximate, const Tensor& out) {
  TAUT_CHECK(approximate == "none" || approximate == "tanh", RuntimeError,
             "gelu: approximate argument must be either none or tanh, got ", approximate);
  return keeping("gelu", approximate == "none" ? UnaryOp::Gelu : UnaryOp::GeluTanh, t, out);
}

Tensor softplus(const Tensor& t, double beta, double threshold, const Tensor& out) {
  return keeping("softplus", UnaryOp::Softplus, t, out, {beta, threshold});
}

Tensor softshrink(const Tensor& t, double lambda, const Tensor& out) {
  TAUT_CHECK(lambda >= 0, RuntimeError,
             "softshrink: lambda must be greater or equal to 0, but found to be ", lambda);
  return keeping("softshrink", UnaryOp::Softshrink, t, out, {lambda});
}

Tensor hardshrink(const Tensor& t, double lambda, const Tensor& out) {
  return keeping("hardshrink", UnaryOp::Hardshrink, t, out, {lambda});
}

namespace {
void check_hardtanh(const Tensor& t, Scalar min, Scalar max) {
  TAUT_CHECK(t.dtype() != DType::UInt8 || (min.to_double() >= 0 && max.to_double() >= 0),
             RuntimeError, "hardtanh: cannot do hardtanh on an unsigned type with negative limits");
}
}  // namespace

Tensor hardtanh(const Tensor& t, Scalar min, Scalar max, const Tensor& out) {
  check_hardtanh(t, min, max);
  return keeping("hardtanh", UnaryOp::Hardtanh, t, out, {min.to_double(), max.to_double()});
}
Tensor hardtanh_(const Tensor& t, Scalar min, Scalar max) {
  check_hardtanh(t, min, max);
  return keeping_inplace("hardtanh_", UnaryOp::Hardtanh, t, {min.to_double(), max.to_double()});
}

Tensor threshold(const Tensor& t, Scalar threshold, Scalar value, const Tensor& out) {
  return keeping("threshold", UnaryOp::Threshold, t, out,
                 {threshold.to_double(), value.to_double()});
}
Tensor threshold_(const Tensor& t, Scalar threshold, Scalar value) {
  return keeping_inplace("threshold", UnaryOp::Threshold, t,
                         {threshold.to_double(), value.to_double()});
}

Tensor logit(const Tensor& t, std::optional<double> eps, const Tensor& out) {
  return apply(UnaryOp::Logit, "logit", t, float_type(t.dtype()), {eps.value_or(-1.0)}, out);
}
Tensor logit_(const Tensor& t, std::optional<double> eps) {
  return apply_(UnaryOp::Logit, "logit_", t, float_type(t.dtype()), {eps.value_or(-1.0)});
}

namespace {
Params nan_to_num_params(DType t, std::optional<double> nan, std::optional<double> posinf,
                         std::optional<double> neginf) {
  const double highest = visit_stored(t, []<class T>() { return greatest<T>(); });
  return {nan.value_or(0.0), posinf.value_or(highest), neginf.value_or(-highest)};
}
}  // namespace

Tensor nan_to_num(const Tensor& t, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf, const Tensor& out) {
  if (!is_floating(t.dtype())) return copied("nan_to_num", t, out);
  return keeping("nan_to_num", UnaryOp::NanToNum, t, out,
                 nan_to_num_params(t.dtype(), nan, posinf, neginf));
}
Tensor nan_to_num_(const Tensor& t, std::optional<double> nan, std::optional<double> posinf,
                   std::optional<double> neginf) {
  if (!is_floating(t.dtype())) return t;
  return keeping_inplace("nan_to_num_", UnaryOp::NanToNum, t,
                         nan_to_num_params(t.dtype(), nan, posinf, neginf));
}

Tensor polygamma(int64_t n, const Tensor& t, const Tensor& out) {
  TAUT_CHECK(n >= 0, RuntimeError, "polygamma: polygamma(n, x) does not support negative n.");
  return apply(UnaryOp::Polygamma, "polygamma", t, float_type(t.dtype()), {static_cast<double>(n)},
               out);
}

// Predicates ------------------------------------------------------------------------------------

namespace {

Tensor run_test(const char* name, TestOp op, const Tensor& t, const Tensor& out) {
  const DType result = op == TestOp::BitNot ? t.dtype() : DType::Bool;
  const Arg arg(t);
  return run({name, unary_kernels().test(op, t.dtype()), t.dtype(), result}, {&arg, 1}, out);
}
Tensor test(const char* name, TestOp op, const Tensor& t, const Tensor& out) {
  const Tensor result = run_test(name, op, t, out);
  if (out.defined()) out.bump_version();
  return result;
}

// Integers hold no NaN and no infinity.
Tensor constant(const Tensor& t, bool value, const Tensor& out) {
  if (!out.defined()) return full_like(t, value, DType::Bool);
  resize_out(out, t.sizes());
  fill_raw(out, value);
  out.bump_version();
  return out;
}

}  // namespace

#define TAUT_DEFINE(name, formula, of_integers)                        \
  Tensor name(const Tensor& t, const Tensor& out) {                    \
    if (!is_floating(t.dtype())) return constant(t, of_integers, out); \
    return test(#name, TestOp::formula, t, out);                       \
  }
TAUT_DEFINE(isnan, IsNan, false)
TAUT_DEFINE(isinf, IsInf, false)
TAUT_DEFINE(isfinite, IsFinite, true)
TAUT_DEFINE(isposinf, IsPosInf, false)
TAUT_DEFINE(isneginf, IsNegInf, false)
#undef TAUT_DEFINE

Tensor signbit(const Tensor& t, const Tensor& out) {
  if (is_floating(t.dtype())) return test("signbit", TestOp::Signbit, t, out);
  return is_bool(t.dtype()) ? constant(t, false, out) : lt(t, 0, out);
}

Tensor logical_not(const Tensor& t, const Tensor& out) {
  return test("logical_not", TestOp::LogicalNot, t, out);
}

Tensor logical_not_(const Tensor& t) {
  check_inplace(t, "logical_not_");
  copy_raw(t, logical_not(t));
  finish_inplace(t);
  return t;
}

Tensor bitwise_not(const Tensor& t, const Tensor& out) {
  if (is_bool(t.dtype())) return logical_not(t, out);
  return test("bitwise_not", TestOp::BitNot, t, out);
}

Tensor bitwise_not_(const Tensor& t) {
  check_inplace(t, "bitwise_not_");
  run_test("bitwise_not_", is_bool(t.dtype()) ? TestOp::LogicalNot : TestOp::BitNot, t, t);
  finish_inplace(t);
  return t;
}

}  // namespace taut

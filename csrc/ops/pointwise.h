// Elementwise operations.
//
// Every function takes `out`: when defined, the result is written there (resized if need be, not
// recorded) and out is returned. A trailing underscore is the in-place form.
#pragma once

#include <optional>
#include <string_view>

#include "ops/elementwise.h"

namespace taut {

// One number to one number ----------------------------------------------------------------------

// clang-format off
// Rows: function and formula. Integers become floating point.
#define TAUT_FLOAT_FUNCTIONS(X)                                                                  \
  X(sqrt, Sqrt) X(rsqrt, Rsqrt) X(reciprocal, Reciprocal) X(exp, Exp) X(exp2, Exp2)               \
  X(expm1, Expm1) X(log, Log) X(log2, Log2) X(log10, Log10) X(log1p, Log1p) X(sin, Sin)           \
  X(cos, Cos) X(tan, Tan) X(asin, Asin) X(acos, Acos) X(atan, Atan) X(sinh, Sinh) X(cosh, Cosh)   \
  X(tanh, Tanh) X(asinh, Asinh) X(acosh, Acosh) X(atanh, Atanh) X(erf, Erf) X(erfc, Erfc)         \
  X(erfinv, Erfinv) X(sigmoid, Sigmoid) X(softsign, Softsign) X(tanhshrink, Tanhshrink)           \
  X(lgamma, Lgamma) X(digamma, Digamma) X(sinc, Sinc)
// The type stays; formulas that take only floating point refuse others.
#define TAUT_KEEPING_FUNCTIONS(X)                                                                \
  X(neg, Neg) X(abs, Abs) X(square, Square) X(relu, Relu) X(frac, Frac)                           \
  X(logsigmoid, LogSigmoid) X(silu, Silu) X(mish, Mish) X(hardsigmoid, Hardsigmoid)               \
  X(hardswish, Hardswish)
// The type stays, and integers are what they are already.
#define TAUT_ROUNDING_FUNCTIONS(X)                                                               \
  X(floor, Floor) X(ceil, Ceil) X(trunc, Trunc) X(round, Round) X(sign, Sign)
// clang-format on

#define TAUT_DECLARE(name, formula)                     \
  Tensor name(const Tensor& t, const Tensor& out = {}); \
  Tensor name##_(const Tensor& t);
TAUT_FLOAT_FUNCTIONS(TAUT_DECLARE)
TAUT_KEEPING_FUNCTIONS(TAUT_DECLARE)
TAUT_ROUNDING_FUNCTIONS(TAUT_DECLARE)
#undef TAUT_DECLARE

// Parameters as in PyTorch.
Tensor round(const Tensor& t, int64_t decimals, const Tensor& out = {});
Tensor leaky_relu(const Tensor& t, double negative_slope, const Tensor& out = {});
Tensor elu(const Tensor& t, double alpha, double scale, double input_scale, const Tensor& out = {});
Tensor gelu(const Tensor& t, std::string_view approximate, const Tensor& out = {});
Tensor softplus(const Tensor& t, double beta, double threshold, const Tensor& out = {});
Tensor softshrink(const Tensor& t, double lambda, const Tensor& out = {});
Tensor hardshrink(const Tensor& t, double lambda, const Tensor& out = {});
Tensor hardtanh(const Tensor& t, Scalar min, Scalar max, const Tensor& out = {});
Tensor threshold(const Tensor& t, Scalar threshold, Scalar value, const Tensor& out = {});
Tensor logit(const Tensor& t, std::optional<double> eps, const Tensor& out = {});
Tensor nan_to_num(const Tensor& t, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf, const Tensor& out = {});
Tensor leaky_relu_(const Tensor& t, double negative_slope);
Tensor elu_(const Tensor& t, double alpha, double scale, double input_scale);
Tensor hardtanh_(const Tensor& t, Scalar min, Scalar max);
Tensor threshold_(const Tensor& t, Scalar threshold, Scalar value);
Tensor logit_(const Tensor& t, std::optional<double> eps);
Tensor nan_to_num_(const Tensor& t, std::optional<double> nan, std::optional<double> posinf,
                   std::optional<double> neginf);

Tensor polygamma(int64_t n, const Tensor& t, const Tensor& out = {});
inline Tensor polygamma(double n, const Tensor& t) { return polygamma(static_cast<int64_t>(n), t); }

// Two numbers to one ----------------------------------------------------------------------------

enum class Rounding { None, Trunc, Floor };

Tensor add(Arg a, Arg b, Scalar alpha = 1, const Tensor& out = {});
Tensor sub(Arg a, Arg b, Scalar alpha = 1, const Tensor& out = {});
Tensor mul(Arg a, Arg b, const Tensor& out = {});
Tensor div(Arg a, Arg b, Rounding rounding = Rounding::None, const Tensor& out = {});
Tensor floor_divide(Arg a, Arg b, const Tensor& out = {});
Tensor add_(const Tensor& a, Arg b, Scalar alpha = 1);
Tensor sub_(const Tensor& a, Arg b, Scalar alpha = 1);
Tensor mul_(const Tensor& a, Arg b);
Tensor div_(const Tensor& a, Arg b, Rounding rounding = Rounding::None);
Tensor floor_divide_(const Tensor& a, Arg b);

Tensor pow(Arg base, Arg exponent, const Tensor& out = {});
Tensor pow_(const Tensor& base, Arg exponent);

// clang-format off
// Rows: function and formula.
#define TAUT_BINARY_FUNCTIONS(X)                                                                 \
  X(remainder, Remainder) X(fmod, Fmod) X(atan2, Atan2) X(hypot, Hypot) X(copysign, Copysign)     \
  X(maximum, Maximum) X(minimum, Minimum) X(fmax, Fmax) X(fmin, Fmin) X(logaddexp, LogAddExp)     \
  X(xlogy, Xlogy) X(logaddexp2, LogAddExp2) X(heaviside, Heaviside) X(bitwise_and, BitAnd)        \
  X(bitwise_or, BitOr) X(bitwise_xor, BitXor) X(bitwise_left_shift, ShiftLeft)                    \
  X(bitwise_right_shift, ShiftRight)
// All give bool.
#define TAUT_COMPARE_FUNCTIONS(X)                                                                \
  X(eq, Eq) X(ne, Ne) X(lt, Lt) X(le, Le) X(gt, Gt) X(ge, Ge) X(logical_and, LogicalAnd)          \
  X(logical_or, LogicalOr) X(logical_xor, LogicalXor)
// clang-format on

#define TAUT_DECLARE(name, formula)                  \
  Tensor name(Arg a, Arg b, const Tensor& out = {}); \
  Tensor name##_(const Tensor& a, Arg b);
TAUT_BINARY_FUNCTIONS(TAUT_DECLARE)
TAUT_COMPARE_FUNCTIONS(TAUT_DECLARE)
#undef TAUT_DECLARE

// Predicates and bits of one number -------------------------------------------------------------

// clang-format off
#define TAUT_TEST_FUNCTIONS(X)                                                                   \
  X(isnan, IsNan) X(isinf, IsInf) X(isfinite, IsFinite) X(isposinf, IsPosInf)                     \
  X(isneginf, IsNegInf) X(signbit, Signbit) X(logical_not, LogicalNot) X(bitwise_not, BitNot)
// clang-format on

#define TAUT_DECLARE(name, formula) Tensor name(const Tensor& t, const Tensor& out = {});
TAUT_TEST_FUNCTIONS(TAUT_DECLARE)
#undef TAUT_DECLARE
Tensor logical_not_(const Tensor& t);
Tensor bitwise_not_(const Tensor& t);

// Three numbers to one --------------------------------------------------------------------------

Tensor where(const Tensor& condition, Arg a, Arg b, const Tensor& out = {});
Tensor lerp(const Tensor& a, const Tensor& b, Arg weight, const Tensor& out = {});
Tensor lerp_(const Tensor& a, const Tensor& b, Arg weight);
Tensor addcmul(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value = 1,
               const Tensor& out = {});
Tensor addcmul_(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor addcdiv(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value = 1,
               const Tensor& out = {});
Tensor addcdiv_(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value = 1);
// A bound that is missing does not bind.
Tensor clamp(const Tensor& t, std::optional<Arg> min, std::optional<Arg> max,
             const Tensor& out = {});
Tensor clamp_(const Tensor& t, std::optional<Arg> min, std::optional<Arg> max);

// Not recorded ----------------------------------------------------------------------------------

// out += t, for shapes that broadcast; out may have fewer elements than its shape says (an
// expanded view): then it sums.
void accumulate_raw(const Tensor& out, const Tensor& t);

// The dtype of an operation on a and b.
inline DType result_type(const Tensor& a, const Tensor& b) { return result_type(Arg(a), Arg(b)); }

}  // namespace taut

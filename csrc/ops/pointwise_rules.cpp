#include "ops/pointwise_rules.h"

#include "ops/operators.h"

namespace taut {
namespace {

// x / (a^2 + b^2), 0 at the origin.
Tensor over_square(const Tensor& x, const Tensor& a, const Tensor& b) {
  const Tensor square = a * a + b * b;
  return x * select(square == 0.0, 0.0, 1.0 / square);
}

}  // namespace

#define TAUT_D(expression)                                                             \
  [](const Tensor& g, const Tensor& a, const Tensor& b, const Tensor& out) -> Tensor { \
    (void)a, (void)b, (void)out;                                                       \
    return expression;                                                                 \
  }

// One row per differentiable operation. Where a and b are equal, maximum halves the gradient and
// fmax gives it to a, as PyTorch does.
const Derivatives* derivatives(BinaryOp op) {
  static const Derivatives kMul = {"MulBackward0", TAUT_D(g * b), TAUT_D(g * a), kB, kA};
  static const Derivatives kDiv = {"DivBackward0", TAUT_D(g / b), TAUT_D(-g * ((a / b) / b)), kB,
                                   kA | kB};
  static const Derivatives kNone = {"DivBackward2", nullptr, nullptr, kNothing, kNothing};
  static const Derivatives kRemainder = {
      "RemainderBackward0", TAUT_D(g), TAUT_D(-g * div(a, b, Rounding::Floor)), kNothing, kA | kB};
  static const Derivatives kFmod = {"FmodBackward0", TAUT_D(g),
                                    TAUT_D(-g * div(a, b, Rounding::Trunc)), kNothing, kA | kB};
  static const Derivatives kPow = {
      "PowBackward1", TAUT_D(select(b == 0.0, 0.0, g * (b * pow(a, b - 1.0)))),
      TAUT_D(g * select(logical_and(a == 0.0, b >= 0.0), 0.0, out * log(a))), kA | kB,
      kA | kB | kOut};
  static const Derivatives kAtan2 = {"Atan2Backward0", TAUT_D(g * over_square(b, a, b)),
                                     TAUT_D(-g * over_square(a, a, b)), kA | kB, kA | kB};
  static const Derivatives kHypot = {"HypotBackward0", TAUT_D(g * (a / out)), TAUT_D(g * (b / out)),
                                     kA | kOut, kB | kOut};
  static const Derivatives kCopysign = {"CopysignBackward0",
                                        TAUT_D(g * select(a == 0.0, 0.0, out / a)), nullptr,
                                        kA | kOut, kNothing};
  static const Derivatives kMaximum = {
      "MaximumBackward0", TAUT_D(select(a == b, g / 2.0, select(a < b, 0.0, g))),
      TAUT_D(select(a == b, g / 2.0, select(b < a, 0.0, g))), kA | kB, kA | kB};
  static const Derivatives kMinimum = {
      "MinimumBackward0", TAUT_D(select(a == b, g / 2.0, select(a > b, 0.0, g))),
      TAUT_D(select(a == b, g / 2.0, select(b > a, 0.0, g))), kA | kB, kA | kB};
  static const Derivatives kFmax = {
      "FmaxBackward0", TAUT_D(select(logical_or(a >= b, isnan(b)), g, 0.0)),
      TAUT_D(select(logical_or(a >= b, isnan(b)), 0.0, g)), kA | kB, kA | kB};
  static const Derivatives kFmin = {
      "FminBackward0", TAUT_D(select(logical_or(a <= b, isnan(b)), g, 0.0)),
      TAUT_D(select(logical_or(a <= b, isnan(b)), 0.0, g)), kA | kB, kA | kB};
  static const Derivatives kLogAddExp = {"LogaddexpBackward0", TAUT_D(g / (exp(b - a) + 1.0)),
                                         TAUT_D(g / (exp(a - b) + 1.0)), kA | kB, kA | kB};
  static const Derivatives kXlogy = {
      "XlogyBackward0", TAUT_D(select(logical_and(a == 0.0, b <= 0.0), 0.0, xlogy(g, b))),
      TAUT_D(g * a / b), kA | kB, kA | kB};
  static const Derivatives kLogAddExp2 = {"Logaddexp2Backward0", TAUT_D(g / (exp2(b - a) + 1.0)),
                                          TAUT_D(g / (exp2(a - b) + 1.0)), kA | kB, kA | kB};
  switch (op) {
    case BinaryOp::Mul:
      return &kMul;
    case BinaryOp::Div:
      return &kDiv;
    case BinaryOp::DivTrunc:
    case BinaryOp::DivFloor:
      return &kNone;
    case BinaryOp::Remainder:
      return &kRemainder;
    case BinaryOp::Fmod:
      return &kFmod;
    case BinaryOp::Pow:
      return &kPow;
    case BinaryOp::Atan2:
      return &kAtan2;
    case BinaryOp::Hypot:
      return &kHypot;
    case BinaryOp::Copysign:
      return &kCopysign;
    case BinaryOp::Maximum:
      return &kMaximum;
    case BinaryOp::Minimum:
      return &kMinimum;
    case BinaryOp::Fmax:
      return &kFmax;
    case BinaryOp::Fmin:
      return &kFmin;
    case BinaryOp::LogAddExp:
      return &kLogAddExp;
    case BinaryOp::Xlogy:
      return &kXlogy;
    case BinaryOp::LogAddExp2:
      return &kLogAddExp2;
    default:
      return nullptr;
  }
}
#undef TAUT_D

}  // namespace taut

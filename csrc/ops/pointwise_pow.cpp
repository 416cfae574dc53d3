// Powers: the usual exponents have formulas of their own.
#include <optional>

#include "ops/pointwise.h"
#include "ops/pointwise_apply.h"

namespace taut {

namespace {

struct Power {
  UnaryOp op;
  UnaryParams params = {};
};

// The formula for a fixed exponent; nullopt where only the general kernel will do.
std::optional<Power> power(DType type, Scalar exponent) {
  const double e = exponent.to_double();
  if (e == 2.0) return Power{UnaryOp::Square};
  if (e == 3.0) return Power{UnaryOp::Cube};
  if (!is_floating(type)) return std::nullopt;
  if (e == 0.5) return Power{UnaryOp::Sqrt};
  if (e == -0.5) return Power{UnaryOp::Rsqrt};
  if (e == -1.0) return Power{UnaryOp::Reciprocal};
  return Power{UnaryOp::PowScalar, {e}};
}

// Of bools: x^True is x, x^False is True.
BinaryCall bool_power(const char* name, Scalar exponent) {
  return {name, exponent.to_int() ? BinaryOp::BitAnd : BinaryOp::BitOr, DType::Bool};
}

void check_exponent(DType type, Scalar exponent) {
  TAUT_CHECK(is_floating(type) || exponent.to_double() >= 0.0, RuntimeError,
             "pow: Integers to negative integer powers are not allowed.");
}

}  // namespace

Tensor pow(Arg base, Arg exponent, const Tensor& out) {
  const DType type = result_type(base, exponent);
  if (base.is_tensor() && !exponent.is_tensor()) {
    if (is_bool(type)) return apply(bool_power("pow", exponent.number()), base, Scalar(true), out);
    check_exponent(type, exponent.number());
    if (const auto p = power(type, exponent.number())) {
      return apply(p->op, "pow", base.tensor(), type, p->params, out);
    }
  }
  return apply({"pow", BinaryOp::Pow, type}, base, exponent, out);
}

Tensor pow_(const Tensor& base, Arg exponent) {
  const DType type = result_type(base, exponent);
  if (!exponent.is_tensor()) {
    if (is_bool(type)) return apply_(bool_power("pow_", exponent.number()), base, Scalar(true));
    check_exponent(type, exponent.number());
    if (const auto p = power(type, exponent.number())) {
      return apply_(p->op, "pow_", base, type, p->params);
    }
  }
  return apply_({"pow_", BinaryOp::Pow, type}, base, exponent);
}

}  // namespace taut

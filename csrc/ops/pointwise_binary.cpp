// Functions of two numbers.
#include <algorithm>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/pointwise.h"
#include "ops/pointwise_apply.h"

namespace taut {
namespace {

// a + alpha b: nothing to save.
struct AddBackward final : Node {
  Reduction a, b;
  Scalar alpha;
  bool subtracts;

  AddBackward(const Arg& a, const Arg& b, const Tensor& out, Scalar alpha, bool subtracts)
      : a(a, out), b(b, out), alpha(alpha), subtracts(subtracts) {
    add_edge(*this, a);
    add_edge(*this, b);
  }
  const char* name() const override { return subtracts ? "SubBackward0" : "AddBackward0"; }
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    if (frame.needs(0)) frame.give(0, a(g));
    if (!frame.needs(1)) return;
    Tensor gb = b(g);
    if (alpha.to_double() != 1.0) gb = mul(gb, alpha);
    frame.give(1, subtracts ? neg(gb) : gb);
  }
};

// A result that does not change with its operands.
struct ConstantBackward final : Node {
  explicit ConstantBackward(const Arg& a, const Arg& b) {
    add_edge(*this, a);
    add_edge(*this, b);
  }
  const char* name() const override { return "ConstantBackward"; }
  void backward(GradFrame&) override {}
};

struct NotDifferentiable final : Node {
  const char* op;
  NotDifferentiable(const char* op, const Arg& a, const Arg& b) : op(op) {
    add_edge(*this, a);
    add_edge(*this, b);
  }
  const char* name() const override { return "NotImplemented"; }
  void backward(GradFrame&) override {
    raise<RuntimeError>("derivative for ", op, " is not implemented");
  }
};

// Checks that PyTorch makes ---------------------------------------------------------------------

bool is_bool(const Arg& a) {
  return (a.is_tensor() ? a.tensor().dtype() : a.number().dtype()) == DType::Bool;
}

void check_sub(const Arg& a, const Arg& b) {
  TAUT_CHECK(!(is_bool(a) && is_bool(b)), RuntimeError,
             "sub: Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
             "`^` or `logical_xor()` operator instead.");
  TAUT_CHECK(!is_bool(a) && !is_bool(b), RuntimeError,
             "sub: Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
             "trying to invert a mask, use the `~` or `logical_not()` operator instead.");
}

void check_alpha(const char* name, DType type, Scalar alpha) {
  TAUT_CHECK(!alpha.is_bool() || is_bool(type), RuntimeError, name,
             ": Boolean alpha only supported for Boolean results.");
  TAUT_CHECK(is_floating(type) || !alpha.is_floating(), RuntimeError, name,
             ": For integral input tensors, argument alpha must not be a floating point number.");
}

bool has_zero(const Arg& b) {
  if (!b.is_tensor()) return b.number().to_double() == 0.0;
  const Tensor t = contiguous(detach(b.tensor()));
  return visit_stored(t.dtype(), [&]<class T>() {
    const T* p = t.data<T>();
    return std::find(p, p + t.numel(), T(0)) != p + t.numel();
  });
}

// A zero divisor among integers.
void check_divisor(DType type, const Arg& b) {
  TAUT_CHECK(!is_integral(type) || !has_zero(b), RuntimeError, "ZeroDivisionError");
}

BinaryCall add_call(const char* name, const Arg& a, const Arg& b, Scalar alpha, bool subtracts) {
  if (subtracts) check_sub(a, b);
  const DType type = result_type(a, b);
  check_alpha(name, type, alpha);
  if (alpha.to_double() == 1.0) return {name, subtracts ? BinaryOp::Sub : BinaryOp::Add, type};
  if (is_bool(type)) return {name, BinaryOp::BitAnd, type};  // alpha is False: see add()
  double factor = alpha.to_double();
  // As PyTorch, rounded to 16 bits where the tensors are.
  if (is_narrow(type)) visit_stored(type, [&]<class T>() { factor = static_cast<T>(factor); });
  return {name, BinaryOp::AddScaled, type, {subtracts ? -factor : factor}};
}

Tensor add_or_sub(const char* name, const Arg& a, const Arg& b, Scalar alpha, const Tensor& out,
                  bool subtracts) {
  if (is_bool(a) && is_bool(b) && alpha.to_double() == 0.0) {
    return bitwise_or(a, Scalar(false), out);
  }
  const BinaryCall c = add_call(name, a, b, alpha, subtracts);
  Tensor result = apply(c, a, b, out);
  if (!out.defined() && needs_grad(std::array{a, b})) {
    set_history(result, make<AddBackward>(a, b, result, alpha, subtracts));
  }
  return result;
}

Tensor add_or_sub_(const char* name, const Tensor& a, const Arg& b, Scalar alpha, bool subtracts) {
  const BinaryCall c = add_call(name, a, b, alpha, subtracts);
  check_inplace(a, name);
  check_inplace_shape(a, b);
  check_castable(name, c.type, a.dtype());
  const std::array args{Arg(a), b};
  Ref<Node> node;
  if (needs_grad(args)) node = make<AddBackward>(a, b, a, alpha, subtracts);
  run(c, args, a);
  finish_inplace(a, node);
  return a;
}

BinaryCall div_call(const char* name, const Arg& a, const Arg& b, Rounding rounding) {
  const DType type = result_type(a, b);
  if (rounding == Rounding::None) return {name, BinaryOp::Div, float_type(type)};
  check_divisor(type, b);
  return {name, rounding == Rounding::Floor ? BinaryOp::DivFloor : BinaryOp::DivTrunc, type};
}

// Type, checks and formula of the operations in TAUT_BINARY_FUNCTIONS.
BinaryCall call_of(const char* name, BinaryOp op, const Arg& a, const Arg& b) {
  DType type = result_type(a, b);
  if (op == BinaryOp::Remainder || op == BinaryOp::Fmod) check_divisor(type, b);
  if (op == BinaryOp::Atan2 || op == BinaryOp::Xlogy || op == BinaryOp::Copysign) {
    type = float_type(type);
  }
  if (op == BinaryOp::Heaviside) {
    TAUT_CHECK(a.is_tensor() && b.is_tensor() && a.tensor().dtype() == b.tensor().dtype(),
               RuntimeError, name,
               ": heaviside is not yet implemented for tensors with different dtypes.");
  }
  if (is_bool(type) && op == BinaryOp::Heaviside) op = BinaryOp::BitOr;
  if (is_bool(type) && op == BinaryOp::Fmax) op = BinaryOp::Maximum;
  if (is_bool(type) && op == BinaryOp::Fmin) op = BinaryOp::Minimum;
  return {name, op, type};
}

Tensor compare(const char* name, CompareOp op, const Arg& a, const Arg& b, const Tensor& out) {
  const DType type = result_type(a, b);
  const std::array args{a, b};
  Tensor result = run({name, compare_kernels().compare(op, type), type, DType::Bool}, args, out);
  if (out.defined()) out.bump_version();
  return result;
}

Tensor compare_(const char* name, CompareOp op, const Tensor& a, const Arg& b) {
  check_inplace(a, name);
  check_inplace_shape(a, b);
  Ref<Node> node;
  // As in PyTorch, the logical ones leave the history as it is.
  if (op < CompareOp::LogicalAnd && needs_grad(std::array{Arg(a), b})) {
    node = make<ConstantBackward>(a, b);
  }
  copy_raw(a, compare(name, op, detach(a), b, {}));
  finish_inplace(a, node);
  return a;
}

}  // namespace

Tensor add(Arg a, Arg b, Scalar alpha, const Tensor& out) {
  return add_or_sub("add", a, b, alpha, out, false);
}
Tensor sub(Arg a, Arg b, Scalar alpha, const Tensor& out) {
  return add_or_sub("sub", a, b, alpha, out, true);
}
Tensor add_(const Tensor& a, Arg b, Scalar alpha) {
  return add_or_sub_("add_", a, b, alpha, false);
}
Tensor sub_(const Tensor& a, Arg b, Scalar alpha) { return add_or_sub_("sub_", a, b, alpha, true); }

Tensor mul(Arg a, Arg b, const Tensor& out) {
  return apply({"mul", BinaryOp::Mul, result_type(a, b)}, a, b, out);
}
Tensor mul_(const Tensor& a, Arg b) {
  return apply_({"mul_", BinaryOp::Mul, result_type(a, b)}, a, b);
}

Tensor div(Arg a, Arg b, Rounding rounding, const Tensor& out) {
  // As in PyTorch, a quotient of 16 bits is rounded to them before its fraction is dropped.
  if (rounding == Rounding::Trunc && is_narrow(result_type(a, b)) && !out.defined()) {
    const Tensor quotient = div(a, b, Rounding::None);
    if (is_narrow(quotient.dtype())) return trunc(quotient);
  }
  return apply(div_call("div", a, b, rounding), a, b, out);
}
Tensor div_(const Tensor& a, Arg b, Rounding rounding) {
  return apply_(div_call("div_", a, b, rounding), a, b);
}

Tensor floor_divide(Arg a, Arg b, const Tensor& out) {
  if (!out.defined() && needs_grad(std::array{a, b})) {
    NoGrad guard;
    Tensor result = floor_divide(a, b);
    set_history(result, make<NotDifferentiable>("floor_divide", a, b));
    return result;
  }
  return div(a, b, Rounding::Floor, out);
}
Tensor floor_divide_(const Tensor& a, Arg b) {
  check_inplace(a, "floor_divide_");
  Ref<Node> node;
  if (needs_grad(std::array{Arg(a), b})) node = make<NotDifferentiable>("floor_divide_", a, b);
  NoGrad guard;
  const Tensor result = floor_divide(a, b);
  check_inplace_shape(a, b);
  check_castable("floor_divide_", result.dtype(), a.dtype());
  copy_raw(a, result);
  finish_inplace(a, node);
  return a;
}

#define TAUT_DEFINE(name, formula)                                    \
  Tensor name(Arg a, Arg b, const Tensor& out) {                      \
    return apply(call_of(#name, BinaryOp::formula, a, b), a, b, out); \
  }                                                                   \
  Tensor name##_(const Tensor& a, Arg b) {                            \
    return apply_(call_of(#name "_", BinaryOp::formula, a, b), a, b); \
  }
TAUT_BINARY_FUNCTIONS(TAUT_DEFINE)
#undef TAUT_DEFINE

#define TAUT_DEFINE(name, formula)                        \
  Tensor name(Arg a, Arg b, const Tensor& out) {          \
    return compare(#name, CompareOp::formula, a, b, out); \
  }                                                       \
  Tensor name##_(const Tensor& a, Arg b) { return compare_(#name "_", CompareOp::formula, a, b); }
TAUT_COMPARE_FUNCTIONS(TAUT_DEFINE)
#undef TAUT_DEFINE

}  // namespace taut

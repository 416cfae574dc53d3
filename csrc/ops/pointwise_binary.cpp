// Functions of two numbers.
#include <algorithm>
#include <optional>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/operators.h"
#include "ops/pointwise_unary.h"

namespace taut {
namespace {

// What a derivative reads of the operation.
enum Uses : uint8_t { kNothing = 0, kA = 1, kB = 2, kOut = 4 };
// Gradient of one operand, before broadcasting and conversion are undone.
using Derivative = Tensor (*)(const Tensor& g, const Tensor& a, const Tensor& b, const Tensor& out);
struct Derivatives {
  const char* node;
  Derivative da, db;  // null: zero
  uint8_t da_uses, db_uses;
};

// x / (a^2 + b^2), 0 at the origin.
Tensor over_square(const Tensor& x, const Tensor& a, const Tensor& b) {
  const Tensor square = a * a + b * b;
  return x * select(square == 0.0, 0.0, 1.0 / square);
}

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
    default:
      return nullptr;
  }
}
#undef TAUT_D

// A tensor or number kept for backward.
struct SavedArg {
  SavedTensor tensor;
  Scalar number;
  bool is_number = false;

  void save(const Arg& a) {
    is_number = !a.is_tensor();
    if (is_number)
      number = a.number();
    else
      tensor = SavedTensor(a.tensor());
  }
  Tensor unpack(const Node& node) const {
    if (is_number) return wrapped(number);
    return tensor.defined() ? tensor.unpack(node) : Tensor();
  }
};

bool wants_grad(const Arg& a) { return a.is_tensor() && a.tensor().requires_grad(); }

void add_edge(Node& node, const Arg& a) {
  node.edges.push_back(wants_grad(a) ? edge_of(a.tensor()) : Edge{});
}

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

struct BinaryBackward final : Node {
  const Derivatives& rule;
  SavedArg a, b;
  SavedTensor out;
  Reduction to_a, to_b;

  BinaryBackward(const Derivatives& rule, const Arg& x, const Arg& y, const Tensor& result)
      : rule(rule), to_a(x, result), to_b(y, result) {
    add_edge(*this, x);
    add_edge(*this, y);
  }
  uint8_t uses() const {
    return (edges[0].valid() ? rule.da_uses : 0) | (edges[1].valid() ? rule.db_uses : 0);
  }
  const char* name() const override { return rule.node; }
  void release_saved() override {
    a.tensor.reset();
    b.tensor.reset();
    out.reset();
    released = uses() != kNothing;
  }

  void backward(GradFrame& frame) override {
    const Tensor x = a.unpack(*this), y = b.unpack(*this);
    const Tensor result = out.defined() ? out.unpack(*this) : Tensor();
    if (frame.needs(0)) give(frame, 0, rule.da, to_a, x, y, result);
    if (frame.needs(1)) give(frame, 1, rule.db, to_b, x, y, result);
  }

 private:
  void give(GradFrame& frame, int64_t i, Derivative d, const Reduction& back, const Tensor& x,
            const Tensor& y, const Tensor& result) {
    const Tensor& g = frame.grad();
    if (d == nullptr) return frame.give(i, back(mul(g, 0.0)));
    if (&rule == derivatives(BinaryOp::Mul) && product(frame, i, back, g, i == 0 ? y : x)) return;
    frame.give(i, back(d(g, x, y, result)));
  }

  // g * factor straight into its destination; false when it cannot go there.
  static bool product(GradFrame& frame, int64_t i, const Reduction& back, const Tensor& g,
                      const Tensor& factor) {
    if (frame.create_graph() || !back.trivial(g.dtype()) || factor.dtype() != g.dtype()) {
      return false;
    }
    const Dest dest = frame.dest(i, g.sizes(), g.dtype());
    const double one = 1.0;
    if (dest.beta == 0) {
      run_loop(binary_kernels().forward(BinaryOp::Mul, g.dtype()),
               std::array{dest.tensor, g, factor}, nullptr);
    } else {
      run_loop(ternary_kernels().forward(TernaryOp::AddCMul, g.dtype()),
               std::array{dest.tensor, dest.tensor, g, factor}, &one);
    }
    return true;
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

// Calls
// ---------------------------------------------------------------------------------------------

struct Call {
  const char* name;
  BinaryOp op;
  DType type;
  std::array<double, 3> params = {};
};

int cost_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add:
    case BinaryOp::Sub:
    case BinaryOp::AddScaled:
    case BinaryOp::Mul:
    case BinaryOp::Div:
    case BinaryOp::Maximum:
    case BinaryOp::Minimum:
    case BinaryOp::Fmax:
    case BinaryOp::Fmin:
    case BinaryOp::BitAnd:
    case BinaryOp::BitOr:
    case BinaryOp::BitXor:
      return 1;
    default:
      return 16;
  }
}

Elementwise elementwise(const Call& c) {
  return {c.name, binary_kernels().forward(c.op, c.type), c.type, c.type, c.params, cost_of(c.op)};
}

// The backward node of c, or null when there is nothing to record. `saved_a` is what to keep of a.
Ref<BinaryBackward> node_for(const Call& c, const Arg& a, const Arg& b, const Tensor& result,
                             bool inplace) {
  const Derivatives* rule = derivatives(c.op);
  if (rule == nullptr || !is_floating(c.type)) return nullptr;
  auto node = make<BinaryBackward>(*rule, a, b, result);
  const uint8_t uses = node->uses();
  // In place, a is about to be overwritten.
  if (uses & kA) node->a.save(inplace ? Arg(clone(a.tensor())) : a);
  if (uses & kB) node->b.save(b);
  return node;
}

Tensor binary(const Call& c, const Arg& a, const Arg& b, const Tensor& out) {
  const std::array args{a, b};
  if (out.defined()) check_out(c.name, args, out);
  Tensor result = run(elementwise(c), args, out);
  if (out.defined()) {
    out.bump_version();
  } else if (needs_grad(args)) {
    if (auto node = node_for(c, a, b, result, false)) {
      set_history(result, node);
      if (node->uses() & kOut) node->out = SavedTensor::output(result);
    }
  }
  return result;
}

void check_shape(const Tensor& a, const Arg& b) {
  TAUT_CHECK(!b.is_tensor() || is_broadcastable_to(b.tensor().sizes(), a.sizes()), RuntimeError,
             "output with shape ", ShapeText{a.sizes()}, " doesn't match the broadcast shape with ",
             ShapeText{b.is_tensor() ? b.tensor().sizes() : a.sizes()});
}

Tensor binary_(const Call& c, const Tensor& a, const Arg& b) {
  check_inplace(a, c.name);
  check_shape(a, b);
  check_castable(c.name, c.type, a.dtype());
  const std::array args{Arg(a), b};
  const bool records = needs_grad(args);
  Ref<BinaryBackward> node = records ? node_for(c, a, b, a, true) : nullptr;
  run(elementwise(c), args, a);
  finish_inplace(a, node);
  if (node && (node->uses() & kOut)) node->out = SavedTensor::output(a);
  return a;
}

// Checks that PyTorch makes ----------------------------------------------------------------------

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
  return visit(t.dtype(), [&]<class T>() {
    const T* p = t.data<T>();
    return std::find(p, p + t.numel(), T(0)) != p + t.numel();
  });
}

// A zero divisor among integers.
void check_divisor(DType type, const Arg& b) {
  TAUT_CHECK(!is_integral(type) || !has_zero(b), RuntimeError, "ZeroDivisionError");
}

Call add_call(const char* name, const Arg& a, const Arg& b, Scalar alpha, bool subtracts) {
  if (subtracts) check_sub(a, b);
  const DType type = result_type(a, b);
  check_alpha(name, type, alpha);
  if (alpha.to_double() == 1.0) return {name, subtracts ? BinaryOp::Sub : BinaryOp::Add, type};
  if (is_bool(type)) return {name, BinaryOp::BitAnd, type};  // alpha is False: see add()
  return {name, BinaryOp::AddScaled, type, {subtracts ? -alpha.to_double() : alpha.to_double()}};
}

Tensor add_or_sub(const char* name, const Arg& a, const Arg& b, Scalar alpha, const Tensor& out,
                  bool subtracts) {
  if (is_bool(a) && is_bool(b) && alpha.to_double() == 0.0) {
    return bitwise_or(a, false, out);
  }
  const Call c = add_call(name, a, b, alpha, subtracts);
  Tensor result = binary(c, a, b, out);
  if (!out.defined() && needs_grad(std::array{a, b})) {
    set_history(result, make<AddBackward>(a, b, result, alpha, subtracts));
  }
  return result;
}

Tensor add_or_sub_(const char* name, const Tensor& a, const Arg& b, Scalar alpha, bool subtracts) {
  const Call c = add_call(name, a, b, alpha, subtracts);
  check_inplace(a, name);
  check_shape(a, b);
  check_castable(name, c.type, a.dtype());
  const std::array args{Arg(a), b};
  Ref<Node> node;
  if (needs_grad(args)) node = make<AddBackward>(a, b, a, alpha, subtracts);
  run(elementwise(c), args, a);
  finish_inplace(a, node);
  return a;
}

Call div_call(const char* name, const Arg& a, const Arg& b, Rounding rounding) {
  const DType type = result_type(a, b);
  if (rounding == Rounding::None) return {name, BinaryOp::Div, float_type(type)};
  check_divisor(type, b);
  return {name, rounding == Rounding::Floor ? BinaryOp::DivFloor : BinaryOp::DivTrunc, type};
}

// Type, checks and formula of the operations in TAUT_BINARY_FUNCTIONS.
Call call_of(const char* name, BinaryOp op, const Arg& a, const Arg& b) {
  DType type = result_type(a, b);
  if (op == BinaryOp::Remainder || op == BinaryOp::Fmod) check_divisor(type, b);
  if (op == BinaryOp::Atan2 || op == BinaryOp::Xlogy || op == BinaryOp::Copysign) {
    type = float_type(type);
  }
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
  check_shape(a, b);
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
  return binary({"mul", BinaryOp::Mul, result_type(a, b)}, a, b, out);
}
Tensor mul_(const Tensor& a, Arg b) {
  return binary_({"mul_", BinaryOp::Mul, result_type(a, b)}, a, b);
}

Tensor div(Arg a, Arg b, Rounding rounding, const Tensor& out) {
  return binary(div_call("div", a, b, rounding), a, b, out);
}
Tensor div_(const Tensor& a, Arg b, Rounding rounding) {
  return binary_(div_call("div_", a, b, rounding), a, b);
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
  check_shape(a, b);
  check_castable("floor_divide_", result.dtype(), a.dtype());
  copy_raw(a, result);
  finish_inplace(a, node);
  return a;
}

#define TAUT_DEFINE(name, formula)                                     \
  Tensor name(Arg a, Arg b, const Tensor& out) {                       \
    return binary(call_of(#name, BinaryOp::formula, a, b), a, b, out); \
  }                                                                    \
  Tensor name##_(const Tensor& a, Arg b) {                             \
    return binary_(call_of(#name "_", BinaryOp::formula, a, b), a, b); \
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

// Powers
// --------------------------------------------------------------------------------------------

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

void check_exponent(DType type, Scalar exponent) {
  TAUT_CHECK(is_floating(type) || exponent.to_double() >= 0.0, RuntimeError,
             "pow: Integers to negative integer powers are not allowed.");
}

}  // namespace

Tensor pow(Arg base, Arg exponent, const Tensor& out) {
  const DType type = result_type(base, exponent);
  if (base.is_tensor() && !exponent.is_tensor() && !is_bool(type)) {
    check_exponent(type, exponent.number());
    if (const auto p = power(type, exponent.number())) {
      return apply(p->op, "pow", base.tensor(), type, p->params, out);
    }
  }
  return binary({"pow", BinaryOp::Pow, type}, base, exponent, out);
}

Tensor pow_(const Tensor& base, Arg exponent) {
  const DType type = result_type(base, exponent);
  if (!exponent.is_tensor() && !is_bool(type)) {
    check_exponent(type, exponent.number());
    if (const auto p = power(type, exponent.number())) {
      return apply_(p->op, "pow_", base, type, p->params);
    }
  }
  return binary_({"pow_", BinaryOp::Pow, type}, base, exponent);
}

// Accumulation
// --------------------------------------------------------------------------------------

namespace {

// Serial on purpose: several steps write one address.
void accumulate_overlapping(const Tensor& out, const Tensor& t) {
  const auto n = out.dim();
  Dims strides(n, 0);
  for (int64_t d = n - t.dim(); d < n; ++d) {
    const auto k = d - (n - t.dim());
    strides[d] = t.sizes()[k] == 1 ? 0 : t.strides()[k];
  }
  visit(out.dtype(), [&]<class T>() {
    Dims index(n, 0);
    int64_t to = 0, from = 0;
    for (int64_t i = 0; i < out.numel(); ++i) {
      out.data<T>()[to] = static_cast<T>(out.data<T>()[to] + t.data<T>()[from]);
      for (int64_t d = n - 1; d >= 0; --d) {
        to += out.strides()[d];
        from += strides[d];
        if (++index[d] < out.sizes()[d]) break;
        to -= out.strides()[d] * out.sizes()[d];
        from -= strides[d] * out.sizes()[d];
        index[d] = 0;
      }
    }
  });
}

}  // namespace

void accumulate_raw(const Tensor& out, const Tensor& t) {
  if (!is_dense(out.sizes(), out.strides()) && extent(out.sizes(), out.strides()) < out.numel()) {
    return accumulate_overlapping(out, t);
  }
  run_loop(binary_kernels().forward(BinaryOp::Add, out.dtype()), std::array{out, out, t}, nullptr);
}

}  // namespace taut

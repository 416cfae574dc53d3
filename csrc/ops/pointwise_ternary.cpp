// Functions of three numbers: choosing, mixing and limiting.
#include <limits>

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/operators.h"
#include "ops/output.h"
#include "ops/pointwise_apply.h"
#include "ops/widened.h"

namespace taut {

// where -----------------------------------------------------------------------------------------

namespace {

struct WhereBackward final : Node {
  SavedTensor condition;
  Reduction a, b;
  WhereBackward(const Tensor& condition, const Arg& x, const Arg& y, const Tensor& out)
      : condition(condition), a(x, out), b(y, out) {
    add_edge(*this, x);
    add_edge(*this, y);
  }
  const char* name() const override { return "WhereBackward0"; }
  void each_saved(SavedValues& values) override { values(condition); }
  void backward(GradFrame& frame) override {
    const Tensor c = condition.unpack(*this);
    if (frame.needs(0)) frame.give(0, a(where(c, frame.grad(), 0.0)));
    if (frame.needs(1)) frame.give(1, b(where(c, 0.0, frame.grad())));
  }
};

}  // namespace

Tensor where(const Tensor& condition, Arg a, Arg b, const Tensor& out) {
  TAUT_CHECK(condition.dtype() == DType::Bool || condition.dtype() == DType::UInt8, RuntimeError,
             "where: expected condition to be a boolean tensor, but got a tensor with dtype ",
             scalar_type_name(condition.dtype()));
  const DType type = result_type(a, b);
  const std::array args{Arg(condition), a, b};
  if (out.defined()) {
    check_out("where", args, out);
    check_same_dtype("where", type, out);
  }
  Elementwise call{"where", ternary_kernels().where[static_cast<int>(type)], type, type};
  call.condition = true;
  Tensor result = run(call, args, out);
  if (out.defined()) {
    out.bump_version();
  } else if (needs_grad(args)) {
    set_history(result, make<WhereBackward>(condition, a, b, result));
  }
  return result;
}

// lerp, addcmul, addcdiv ------------------------------------------------------------------------

namespace {

// A function of three operands whose gradients are three expressions.
struct TernaryBackward : Node {
  std::array<SavedTensor, 3> saved;  // undefined: a number or not needed
  std::array<Scalar, 3> numbers;
  std::array<Reduction, 3> back;
  double value = 1.0;

  TernaryBackward(std::span<const Arg> args, const Tensor& out, bool inplace) {
    for (std::size_t i = 0; i < 3; ++i) {
      back[i] = Reduction(args[i], out);
      add_edge(*this, args[i]);
      if (!args[i].is_tensor()) numbers[i] = args[i].number();
    }
    for (std::size_t i = 0; i < 3; ++i) {
      if (!args[i].is_tensor()) continue;
      const Tensor& t = args[i].tensor();
      saved[i] = SavedTensor(inplace && i == 0 ? clone(t) : t);
    }
  }
  Tensor value_of(std::size_t i) const {
    return saved[i].defined() ? saved[i].unpack(*this) : wrapped(numbers[i]);
  }
  void each_saved(SavedValues& values) override {
    for (auto& s : saved) values(s);
  }
  void backward(GradFrame& frame) override {
    const std::array values{value_of(0), value_of(1), value_of(2)};
    for (int64_t i = 0; i < 3; ++i) {
      if (frame.needs(i)) frame.give(i, back[i](derivative(i, frame.grad(), values)));
    }
  }
  virtual Tensor derivative(int64_t i, const Tensor& g, std::span<const Tensor> v) const = 0;
};

// a + weight (b - a).
struct LerpBackward final : TernaryBackward {
  using TernaryBackward::TernaryBackward;
  const char* name() const override { return "LerpBackward0"; }
  Tensor derivative(int64_t i, const Tensor& g, std::span<const Tensor> v) const override {
    if (i == 0) return g * (1.0 - v[2]);
    return i == 1 ? g * v[2] : g * (v[1] - v[0]);
  }
};

// t + value a b.
struct AddCMulBackward final : TernaryBackward {
  using TernaryBackward::TernaryBackward;
  const char* name() const override { return "AddcmulBackward0"; }
  Tensor derivative(int64_t i, const Tensor& g, std::span<const Tensor> v) const override {
    return i == 0 ? g : g * (v[i == 1 ? 2 : 1] * value);
  }
};

// t + value a / b.
struct AddCDivBackward final : TernaryBackward {
  using TernaryBackward::TernaryBackward;
  const char* name() const override { return "AddcdivBackward0"; }
  Tensor derivative(int64_t i, const Tensor& g, std::span<const Tensor> v) const override {
    if (i == 0) return g;
    return i == 1 ? g * (value / v[2]) : -g * (value * v[1] / (v[2] * v[2]));
  }
};

// min(max(t, lo), hi); a bound counts where it binds, an equal one does not.
struct ClampBackward final : TernaryBackward {
  using TernaryBackward::TernaryBackward;
  const char* name() const override { return "ClampBackward1"; }
  Tensor derivative(int64_t i, const Tensor& g, std::span<const Tensor> v) const override {
    if (i == 0) return where(logical_and(v[0] >= v[1], v[0] <= v[2]), g, 0.0);
    if (i == 1) return where(logical_and(v[1] < v[2], v[0] < v[1]), g, 0.0);
    return where(logical_or(v[2]<v[1], v[0]> v[2]), g, 0.0);
  }
};

struct Call {
  const char* name;
  TernaryOp op;
  DType type;
  double value = 1.0;
};

Elementwise elementwise(const Call& c) {
  return {c.name, ternary_kernels().forward(c.op, c.type), c.type, c.type, {c.value}};
}

template <class N>
Tensor ternary(const Call& c, const std::array<Arg, 3>& args, const Tensor& out) {
  if (out.defined()) check_out(c.name, args, out);
  Tensor result = run(elementwise(c), args, out);
  if (out.defined()) {
    out.bump_version();
  } else if (needs_grad(args)) {
    auto node = make<N>(args, result, false);
    node->value = c.value;
    set_history(result, node);
  }
  return result;
}

template <class N>
Tensor ternary_(const Call& c, const std::array<Arg, 3>& args) {
  const Tensor& t = args[0].tensor();
  check_inplace(t, c.name);
  check_castable(c.name, c.type, t.dtype());
  for (const Arg& a : args) {
    TAUT_CHECK(!a.is_tensor() || is_broadcastable_to(a.tensor().sizes(), t.sizes()), RuntimeError,
               "output with shape ", ShapeText{t.sizes()},
               " doesn't match the broadcast shape of the operands");
  }
  Ref<N> node;
  if (needs_grad(args)) {
    node = make<N>(args, t, true);
    node->value = c.value;
  }
  run(elementwise(c), args, t);
  finish_inplace(t, node);
  return t;
}

Call lerp_call(const char* name, const Tensor& a, const Tensor& b, const Arg& weight) {
  TAUT_CHECK(a.dtype() == b.dtype(), RuntimeError, name, ": expected dtype ", taut::name(a.dtype()),
             " for `end` but got dtype ", taut::name(b.dtype()));
  TAUT_CHECK(!weight.is_tensor() || weight.tensor().dtype() == a.dtype(), RuntimeError, name,
             ": expected dtype ", taut::name(a.dtype()), " for `weight`");
  return {name, TernaryOp::Lerp, a.dtype()};
}

Call addc_call(const char* name, TernaryOp op, std::span<const Arg> args, Scalar value) {
  const DType type = result_type(args);
  TAUT_CHECK(op == TernaryOp::AddCMul || is_floating(type), RuntimeError, name,
             ": Integer division with addcdiv is no longer supported. Use div(..., "
             "rounding_mode=\"trunc\") and add, or true_divide.");
  TAUT_CHECK(is_floating(type) || !value.is_floating(), RuntimeError, name,
             ": value cannot be converted to an integer type without overflow or loss");
  return {name, op, type, value.to_double()};
}

// As in PyTorch, a number that weighs 16-bit tensors is not rounded to 16 bits before.
bool weighted_exactly(const Tensor& a, const Arg& weight) {
  return is_narrow(a.dtype()) && !weight.is_tensor();
}

}  // namespace

Tensor lerp(const Tensor& a, const Tensor& b, Arg weight, const Tensor& out) {
  const Call call = lerp_call("lerp", a, b, weight);
  if (!weighted_exactly(a, weight)) return ternary<LerpBackward>(call, {a, b, weight}, out);
  if (out.defined()) check_out("lerp", std::array{Arg(a), Arg(b)}, out);
  const Tensor result = rounded(lerp(widened(a), widened(b), weight), a.dtype());
  if (!out.defined()) return result;
  resize_out(out, result.sizes());
  copy_raw(out, result);
  out.bump_version();
  return out;
}
Tensor lerp_(const Tensor& a, const Tensor& b, Arg weight) {
  const Call call = lerp_call("lerp_", a, b, weight);
  if (!weighted_exactly(a, weight)) return ternary_<LerpBackward>(call, {a, b, weight});
  return copy_(a, rounded(lerp(widened(a), widened(b), weight), a.dtype()));
}

Tensor addcmul(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out) {
  const std::array args{Arg(t), Arg(a), Arg(b)};
  return ternary<AddCMulBackward>(addc_call("addcmul", TernaryOp::AddCMul, args, value), args, out);
}
Tensor addcmul_(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value) {
  const std::array args{Arg(t), Arg(a), Arg(b)};
  return ternary_<AddCMulBackward>(addc_call("addcmul_", TernaryOp::AddCMul, args, value), args);
}

Tensor addcdiv(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out) {
  const std::array args{Arg(t), Arg(a), Arg(b)};
  return ternary<AddCDivBackward>(addc_call("addcdiv", TernaryOp::AddCDiv, args, value), args, out);
}
Tensor addcdiv_(const Tensor& t, const Tensor& a, const Tensor& b, Scalar value) {
  const std::array args{Arg(t), Arg(a), Arg(b)};
  return ternary_<AddCDivBackward>(addc_call("addcdiv_", TernaryOp::AddCDiv, args, value), args);
}

// clamp -----------------------------------------------------------------------------------------

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_number(const std::optional<Arg>& a) { return !a || !a->is_tensor(); }

DType clamp_type(const Tensor& t, const std::optional<Arg>& min, const std::optional<Arg>& max) {
  TAUT_CHECK(min || max, RuntimeError, "clamp: At least one of 'min' or 'max' must not be None");
  DType type = t.dtype();
  if (min && max)
    type = result_type(std::array{Arg(t), *min, *max});
  else
    type = result_type(Arg(t), min ? *min : *max);
  return type;
}

UnaryParams bounds(const std::optional<Arg>& min, const std::optional<Arg>& max) {
  return {min ? min->number().to_double() : -kInfinity,
          max ? max->number().to_double() : kInfinity};
}

// One bound that is a tensor: maximum or minimum, except that the bound gets no gradient where
// it equals t.
struct ClampOneBackward final : Node {
  SavedTensor t, bound;
  Reduction to_t, to_bound;
  bool is_min;
  ClampOneBackward(const Tensor& t, const Arg& bound, const Tensor& out, bool is_min, bool inplace)
      : t(inplace ? clone(t) : t),
        bound(bound.tensor()),
        to_t(t, out),
        to_bound(bound, out),
        is_min(is_min) {
    add_edge(*this, t);
    add_edge(*this, bound);
  }
  const char* name() const override { return is_min ? "ClampMinBackward1" : "ClampMaxBackward1"; }
  void each_saved(SavedValues& values) override {
    values(t);
    values(bound);
  }
  void backward(GradFrame& frame) override {
    const Tensor x = t.unpack(*this), b = bound.unpack(*this);
    const Tensor& g = frame.grad();
    const Tensor free = is_min ? x >= b : x <= b;
    if (frame.needs(0)) frame.give(0, to_t(where(free, g, 0.0)));
    if (frame.needs(1)) frame.give(1, to_bound(where(is_min ? x < b : x > b, g, 0.0)));
  }
};

Elementwise clamp_one(const char* name, DType type, bool is_min) {
  const BinaryOp op = is_min ? BinaryOp::Maximum : BinaryOp::Minimum;
  return {name, binary_kernels().forward(op, type), type, type};
}

}  // namespace

Tensor clamp(const Tensor& t, std::optional<Arg> min, std::optional<Arg> max, const Tensor& out) {
  const DType type = clamp_type(t, min, max);
  if (is_floating(type) && is_number(min) && is_number(max)) {
    return apply(UnaryOp::Clamp, "clamp", t, type, bounds(min, max), out);
  }
  if (min && max) {
    return ternary<ClampBackward>({"clamp", TernaryOp::ClampBetween, type}, {t, *min, *max}, out);
  }
  const std::array args{Arg(t), min ? *min : *max};
  if (out.defined()) check_out("clamp", args, out);
  Tensor result = run(clamp_one("clamp", type, min.has_value()), args, out);
  if (out.defined()) {
    out.bump_version();
  } else if (needs_grad(args)) {
    set_history(result, make<ClampOneBackward>(t, args[1], result, min.has_value(), false));
  }
  return result;
}

Tensor clamp_(const Tensor& t, std::optional<Arg> min, std::optional<Arg> max) {
  const DType type = clamp_type(t, min, max);
  if (is_floating(type) && is_number(min) && is_number(max)) {
    return apply_(UnaryOp::Clamp, "clamp_", t, type, bounds(min, max));
  }
  if (min && max) {
    return ternary_<ClampBackward>({"clamp_", TernaryOp::ClampBetween, type}, {t, *min, *max});
  }
  check_inplace(t, "clamp_");
  check_castable("clamp_", type, t.dtype());
  const std::array args{Arg(t), min ? *min : *max};
  Ref<Node> node;
  if (needs_grad(args)) node = make<ClampOneBackward>(t, args[1], t, min.has_value(), true);
  run(clamp_one("clamp_", type, min.has_value()), args, t);
  finish_inplace(t, node);
  return t;
}

}  // namespace taut

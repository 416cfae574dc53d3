#include "ops/pointwise_apply.h"

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/operators.h"
#include "ops/pointwise_rules.h"
#include "ops/sparse_arithmetic.h"
#include "ops/widened.h"

namespace taut {

void add_edge(Node& node, const Arg& a) {
  node.edges.push_back(a.is_tensor() && a.tensor().requires_grad() ? edge_of(a.tensor()) : Edge{});
}

namespace {

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
  void each_saved(SavedValues& values) override {
    values(a.tensor);
    values(b.tensor);
    values(out);
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
    if (frame.create_graph() || !back.trivial(g.dtype()) || factor.dtype() != g.dtype() ||
        g.is_sparse()) {
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

}  // namespace

Elementwise elementwise(const BinaryCall& c) {
  return {c.name, binary_kernels().forward(c.op, c.type), c.type, c.type, c.params, cost_of(c.op)};
}

namespace {

// A number, or a tensor that stands for one, beside a tensor of the 16-bit type of the operation.
std::optional<Scalar> exact_number(const BinaryCall& c, const Arg& a, const Arg& other) {
  if (!other.is_tensor() || other.tensor().dtype() != c.type) return std::nullopt;
  if (!a.is_tensor()) return a.number();
  const Tensor& t = a.tensor();
  const bool one = t.dim() == 0 && t.dtype() != c.type && !t.is_meta();
  return one ? std::optional(number_of(t)) : std::nullopt;
}

// As in PyTorch, a number that a 16-bit tensor is multiplied with or divided by is not rounded to
// 16 bits before.
[[gnu::noinline]] Tensor run_exact(const BinaryCall& c, const std::array<Arg, 2>& args,
                                   const Tensor& out) {
  const auto& [a, b] = args;
  if (c.op == BinaryOp::Mul) {
    const auto factor = exact_number(c, b, a), other = exact_number(c, a, b);
    if (factor || other) {
      const double number = (factor ? factor : other)->to_double();
      const std::array terms{Arg(-0.0), factor ? a : b};
      return run(elementwise({c.name, BinaryOp::AddScaled, c.type, {number}}), terms, out);
    }
  } else if (c.op == BinaryOp::Div || c.op == BinaryOp::DivFloor || c.op == BinaryOp::DivTrunc) {
    if (const auto divisor = exact_number(c, b, a)) {
      NoGrad guard;
      const Tensor dividend = widened(a.tensor());
      const std::array both{Arg(dividend), Arg(*divisor)};
      const Tensor result = cast(run(elementwise({c.name, c.op, DType::Float32}), both), c.type);
      if (!out.defined()) return result;
      check_castable(c.name, c.type, out.dtype());
      resize_out(out, result.sizes());
      copy_raw(out, result);
      return out;
    }
  }
  return run(elementwise(c), args, out);
}

bool is_sparse(const Arg& a) { return a.is_tensor() && a.tensor().is_sparse(); }

}  // namespace

Tensor run(const BinaryCall& c, const std::array<Arg, 2>& args, const Tensor& out) {
  if (is_sparse(args[0]) || is_sparse(args[1])) [[unlikely]]
    return run_sparse(c, args, out);
  if (is_narrow(c.type)) [[unlikely]]
    return run_exact(c, args, out);
  return run(elementwise(c), args, out);
}

namespace {

// The backward node of c, or null when there is nothing to record. `saved_a` is what to keep of a.
Ref<BinaryBackward> node_for(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& result,
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

}  // namespace

Tensor apply(const BinaryCall& c, const Arg& a, const Arg& b, const Tensor& out) {
  const std::array args{a, b};
  if (out.defined()) check_out(c.name, args, out);
  Tensor result = run(c, args, out);
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

void check_inplace_shape(const Tensor& a, const Arg& b) {
  TAUT_CHECK(!b.is_tensor() || is_broadcastable_to(b.tensor().sizes(), a.sizes()), RuntimeError,
             "output with shape ", ShapeText{a.sizes()}, " doesn't match the broadcast shape with ",
             ShapeText{b.is_tensor() ? b.tensor().sizes() : a.sizes()});
}

Tensor apply_(const BinaryCall& c, const Tensor& a, const Arg& b) {
  check_inplace(a, c.name);
  check_inplace_shape(a, b);
  check_castable(c.name, c.type, a.dtype());
  const std::array args{Arg(a), b};
  const bool records = needs_grad(args);
  Ref<BinaryBackward> node = records ? node_for(c, a, b, a, true) : nullptr;
  run(c, args, a);
  finish_inplace(a, node);
  if (node && (node->uses() & kOut)) node->out = SavedTensor::output(a);
  return a;
}

}  // namespace taut

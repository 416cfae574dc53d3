// Losses of a difference: one node, one kernel each way.
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/record.h"
#include "kernels/loss.h"
#include "ops/accumulate.h"
#include "ops/autocast.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/loss.h"
#include "ops/memory_format.h"
#include "ops/operators.h"
#include "ops/reduce.h"
#include "ops/rows.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

constexpr int64_t kChunk = 1 << 14;

struct Call {
  DifferenceLoss loss;
  double param;
  Mean reduction;
  double scale(int64_t n) const {
    return reduction == Mean::Mean ? 1.0 / static_cast<double>(n) : 1.0;
  }
  const char* name() const {
    static constexpr const char* of_abs[] = {"AbsBackward0", "MeanBackward0", "SumBackward0"};
    switch (loss) {
      case DifferenceLoss::Square:
        return "MseLossBackward0";
      case DifferenceLoss::Abs:
        return of_abs[static_cast<int>(reduction)];
      case DifferenceLoss::SmoothL1:
        return "SmoothL1LossBackward0";
      case DifferenceLoss::Huber:
        break;
    }
    return "HuberLossBackward0";
  }
};

Tensor formula(const Call& call, const Tensor& d) {
  switch (call.loss) {
    case DifferenceLoss::Square:
      return mul(d, d);
    case DifferenceLoss::Abs:
      return abs(d);
    case DifferenceLoss::SmoothL1:
      return where(lt(abs(d), call.param), div(mul(mul(d, d), 0.5), call.param),
                   sub(abs(d), 0.5 * call.param));
    case DifferenceLoss::Huber:
      break;
  }
  return where(lt(abs(d), call.param), mul(mul(d, d), 0.5),
               mul(sub(abs(d), 0.5 * call.param), call.param));
}

Tensor plain(const Tensor& t) {
  NoGrad guard;
  return contiguous(t);
}

// Inputs of one shape and dtype.
struct DifferenceLossBackward final : FusedNode {
  Call call;
  SavedTensor x, target;
  explicit DifferenceLossBackward(const Call& call) : call(call) {}
  const char* name() const override { return call.name(); }
  void each_saved(SavedValues& values) override {
    values(x);
    values(target);
  }
  SmallVec<Tensor, 4> inputs() const override { return {x.unpack(*this), target.unpack(*this)}; }
  SmallVec<Tensor, 2> reference(std::span<const Tensor> in) const override {
    return {reduced(formula(call, sub(in[0], in[1])), call.reduction)};
  }
  void kernel(GradFrame& frame) override {
    const Tensor a = plain(x.unpack(*this)), b = plain(target.unpack(*this));
    const Tensor g = plain(frame.grad());
    for (int64_t i = 0; i < 2; ++i) {
      if (!frame.needs(i)) continue;
      const Dest dest = frame.dest(i, a.sizes(), a.dtype());
      const double scale = (i == 0 ? 1.0 : -1.0) * call.scale(a.numel());
      visit_floating(a.dtype(), [&]<class T>() { run<T>(a, b, g, scale, dest); });
    }
  }

 private:
  template <class T>
  void run(const Tensor& a, const Tensor& b, const Tensor& g, double scale, const Dest& dest) {
    if (dest.tensor.is_meta()) return;
    const auto f = loss_kernels().of<T>(call.loss).grad;
    const int64_t stride = call.reduction == Mean::None ? 1 : 0;
    parallel_for(0, a.numel(), kChunk, [&](int64_t i, int64_t e) {
      f(a.data<T>() + i, b.data<T>() + i, g.data<T>() + i * stride, stride, e - i, call.param,
        scale, dest.tensor.data<T>() + i, static_cast<T>(dest.beta));
    });
  }
};

template <class T>
Tensor forward(const Call& call, const Tensor& a, const Tensor& b) {
  const auto& k = loss_kernels().of<T>(call.loss);
  const bool each = call.reduction == Mean::None;
  const Tensor out = empty_beside(a, each ? a.sizes() : Dims{}, a.dtype());
  if (out.is_meta()) return out;
  const T *x = a.data<T>(), *t = b.data<T>();
  const int64_t n = a.numel();
  LongWork section(n);
  if (each) {
    parallel_for(0, n, kChunk, [&](int64_t i, int64_t e) {
      k.value(x + i, t + i, e - i, call.param, out.data<T>() + i);
    });
    return out;
  }
  double total = 0;
  if (n <= kChunk) {
    total = k.sum(x, t, n, call.param);
  } else {
    const Tensor parts = empty(Dims{(n + kChunk - 1) / kChunk}, DType::Float64);
    parallel_for(0, n, kChunk, [&](int64_t i, int64_t e) {
      parts.data<double>()[i / kChunk] = k.sum(x + i, t + i, e - i, call.param);
    });
    for (int64_t i = 0; i < parts.numel(); ++i) total += parts.data<double>()[i];
  }
  *out.data<T>() =
      static_cast<T>(call.reduction == Mean::Mean ? total / static_cast<double>(n) : total);
  return out;
}

Tensor run(const Call& call, const Tensor& x, const Tensor& target, const char* op) {
  if (autocast::on()) {
    return autocast::widened([&](auto wide) { return run(call, wide(x), wide(target), op); });
  }
  if (call.loss == DifferenceLoss::Abs &&
      !(is_floating(x.dtype()) && is_floating(target.dtype()))) {
    return reduced(formula(call, sub(x, target)), call.reduction);
  }
  if (!same(x.sizes(), target.sizes()) || x.dtype() != target.dtype()) {
    const DType type = result_type(x, target);
    const Dims sizes = broadcast_shapes(x.sizes(), target.sizes(), op);
    // PyTorch's huber_loss leaves the type of the input.
    const DType result = call.loss == DifferenceLoss::Huber ? x.dtype() : type;
    check_castable(op, type, result);
    const Tensor loss =
        run(call, expand(cast(x, type), sizes), expand(cast(target, type), sizes), op);
    return cast(loss, result);
  }
  check_floating(op, x);
  if (is_narrow(x.dtype())) return rounded(run(call, widened(x), widened(target), op), x.dtype());
  // The difference, its formula, the sum.
  const FusedWork work((call.reduction == Mean::None ? 2 : 3) * x.numel());
  const Tensor a = plain(x), b = plain(target);
  const Tensor out = visit_floating(x.dtype(), [&]<class T>() { return forward<T>(call, a, b); });
  if (needs_grad(x, target)) {
    auto node = make<DifferenceLossBackward>(call);
    set_edges(*node, {x, target});
    set_history(out, node);
    node->x = SavedTensor(x);
    node->target = SavedTensor(target);
  }
  return call.reduction == Mean::None ? in_format_of(x, out) : out;
}

}  // namespace

Mean reduction_from(std::string_view name) {
  if (name == "mean") return Mean::Mean;
  if (name == "sum") return Mean::Sum;
  TAUT_CHECK(name == "none", ValueError, name, " is not a valid value for reduction");
  return Mean::None;
}

Tensor reduced(const Tensor& losses, Mean reduction) {
  if (reduction == Mean::None) return losses;
  return reduction == Mean::Mean ? mean(losses, {}, false, {}) : sum(losses, {}, false, {});
}

Tensor mse_loss(const Tensor& x, const Tensor& target, Mean reduction) {
  return run({DifferenceLoss::Square, 0, reduction}, x, target, "mse_loss");
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Mean reduction) {
  return run({DifferenceLoss::Abs, 0, reduction}, x, target, "l1_loss");
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Mean reduction, double beta) {
  TAUT_CHECK(beta >= 0, RuntimeError,
             "smooth_l1_loss does not support negative values for beta, got ", beta);
  if (beta == 0) return l1_loss(x, target, reduction);
  return run({DifferenceLoss::SmoothL1, beta, reduction}, x, target, "smooth_l1_loss");
}

Tensor huber_loss(const Tensor& x, const Tensor& target, Mean reduction, double delta) {
  TAUT_CHECK(delta > 0, RuntimeError,
             "huber_loss does not support non-positive values for delta, got ", delta);
  return run({DifferenceLoss::Huber, delta, reduction}, x, target, "huber_loss");
}

}  // namespace taut

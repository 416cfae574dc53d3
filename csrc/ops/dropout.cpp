#include "ops/dropout.h"

#include <cmath>

#include "core/error.h"
#include "kernels/random.h"
#include "ops/creation.h"
#include "ops/random.h"
#include "ops/random_common.h"
#include "ops/random_fill.h"
#include "ops/widened.h"

namespace taut {
namespace {

// y = mask ? x * scale + on : x * 0 + off. The mask broadcasts to x.
struct Map {
  double scale, on, off;
};
// -0.0 is what can be added to any number, -0.0 too, without a trace.
constexpr double kNothing = -0.0;

template <class T>
void forward_loop(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  const T scale = static_cast<T>(params[0]);
  const T on = static_cast<T>(params[1]), off = static_cast<T>(params[2]);
  T* out = reinterpret_cast<T*>(ptr[0]);
  const T* x = reinterpret_cast<const T*>(ptr[1]);
  const uint8_t* mask = reinterpret_cast<const uint8_t*>(ptr[2]);
  constexpr int64_t kStep = sizeof(T);
  if (stride[0] == kStep && stride[1] == kStep && stride[2] == 1) {
    if constexpr (std::is_same_v<T, float>) {
      return random_kernels().dropout_f32(mask, x, n, scale, on, off, out);
    } else {
      return random_kernels().dropout_f64(mask, x, n, scale, on, off, out);
    }
  }
  for (int64_t i = 0; i < n; ++i) {
    const bool kept = mask[i * stride[2]];
    out[i * stride[0] / kStep] =
        x[i * stride[1] / kStep] * (kept ? scale : T(0)) + (kept ? on : off);
  }
}

template <class T>
void backward_loop(char* const* ptr, const int64_t* stride, int64_t n, const double* params) {
  const T scale = static_cast<T>(params[0]), beta = static_cast<T>(params[1]);
  T* out = reinterpret_cast<T*>(ptr[0]);
  const T* grad = reinterpret_cast<const T*>(ptr[1]);
  const uint8_t* mask = reinterpret_cast<const uint8_t*>(ptr[2]);
  constexpr int64_t kStep = sizeof(T);
  if (stride[0] == kStep && stride[1] == kStep && stride[2] == 1) {
    if constexpr (std::is_same_v<T, float>) {
      return random_kernels().dropout_backward_f32(mask, grad, n, scale, beta, out);
    } else {
      return random_kernels().dropout_backward_f64(mask, grad, n, scale, beta, out);
    }
  }
  for (int64_t i = 0; i < n; ++i) {
    T& to = out[i * stride[0] / kStep];
    const T term = grad[i * stride[1] / kStep] * (mask[i * stride[2]] ? scale : T(0));
    to = beta == 0 ? term : beta * to + term;
  }
}

Loop pick(DType dtype, Loop f32, Loop f64) { return dtype == DType::Float32 ? f32 : f64; }

void run_forward(const Tensor& out, const Tensor& x, const Tensor& mask, const Map& map) {
  if (out.is_meta()) return;
  const double params[] = {map.scale, map.on, map.off};
  const Tensor operands[] = {out, x, mask};
  Plan(x.sizes(), operands).run(pick(x.dtype(), forward_loop<float>, forward_loop<double>), params);
}

Tensor mapped(const Tensor& x, const Tensor& mask, const Map& map);

// The derivative is the same map of the gradient without its constants, to every order.
class Dropout final : public Node {
 public:
  Dropout(Tensor mask, double scale) : mask_(std::move(mask)), scale_(scale) {}
  const char* name() const override { return "MulBackward0"; }
  void each_saved(SavedValues& values) override { values(mask_); }
  void backward(GradFrame& frame) override {
    if (!frame.needs(0)) return;
    const Tensor& grad = frame.grad();
    if (frame.create_graph())
      return frame.give(0, mapped(grad, mask_, {scale_, kNothing, kNothing}));
    const Dest dest = frame.dest(0, grad.sizes(), grad.dtype());
    if (dest.tensor.is_meta()) return;
    const double params[] = {scale_, dest.beta};
    const Tensor operands[] = {dest.tensor, grad, mask_};
    Plan(grad.sizes(), operands)
        .run(pick(grad.dtype(), backward_loop<float>, backward_loop<double>), params);
  }

 private:
  Tensor mask_;
  double scale_;
};

Ref<Node> make_node(const Tensor& x, const Tensor& mask, double scale) {
  if (!needs_grad(x)) return nullptr;
  auto node = make<Dropout>(mask, scale);
  set_edges(*node, {x});
  return node;
}

Tensor mapped(const Tensor& x, const Tensor& mask, const Map& map) {
  if (is_narrow(x.dtype())) return rounded(mapped(widened(x), mask, map), x.dtype());
  const Ref<Node> node = make_node(x, mask, map.scale);
  const Tensor out = empty_as(x, x.dtype());
  run_forward(out, x, mask, map);
  if (node) set_history(out, node);
  return out;
}

Tensor mapped_(const Tensor& x, const Tensor& mask, const Map& map) {
  check_writable(x, "dropout_");
  if (is_narrow(x.dtype())) return copy_(x, mapped(x, mask, map));
  const Ref<Node> node = make_node(x, mask, map.scale);
  run_forward(x, x, mask, map);
  finish_inplace(x, node);
  return x;
}

struct Kind {
  const char* name;
  bool feature, alpha, inplace;
};

// What PyTorch computes for the noise, rounding by rounding.
template <class T>
Map map_of(double p, bool alpha) {
  if (!alpha) {
    using Number = std::conditional_t<is_narrow_v<T>, float, T>;
    return {static_cast<double>(static_cast<T>(Number(1) / static_cast<Number>(1 - p))), kNothing,
            kNothing};
  }
  constexpr double kAlpha = 1.7580993408473766;  // SELU's scale times its alpha
  const double a = 1.0 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const T on = static_cast<T>(kAlpha * a * p);
  return {static_cast<double>(static_cast<T>(a)), static_cast<double>(on),
          static_cast<double>(static_cast<T>(on - static_cast<T>(kAlpha * a)))};
}

// One byte for each element, or for each (sample, channel), drawn in the order of memory.
Tensor draw_mask(const Tensor& x, double p, const Kind& kind) {
  Tensor mask;
  if (kind.feature) {
    TAUT_CHECK(x.dim() >= 2, RuntimeError, kind.name,
               ": the input needs at least 2 dimensions, got ", x.dim());
    Dims sizes(x.dim(), 1);
    sizes[0] = x.size(0);
    sizes[1] = x.size(1);
    mask = empty_beside(x, sizes, DType::UInt8);
  } else {
    mask = empty_as(x, DType::UInt8);
  }
  if (mask.is_meta()) return mask;
  with_generator(nullptr, mask.numel(), [&](Generator& g) {
    fill_bernoulli(g, mask.data<uint8_t>(), mask.numel(), 1 - p);
  });
  return mask;
}

Tensor apply(const Tensor& x, double p, bool train, const Kind& kind) {
  TAUT_CHECK(p >= 0 && p <= 1, RuntimeError, kind.name,
             ": the probability has to be between 0 and 1, but got ", p);
  if (p == 0 || !train || x.numel() == 0) return x;
  TAUT_CHECK(is_floating(x.dtype()), RuntimeError, kind.name,
             ": the input must be floating-point, got ", x.dtype());
  const auto run = kind.inplace ? mapped_ : mapped;
  if (p == 1) return run(x, zeros(Dims(x.dim(), 1), DType::UInt8), {0.0, kNothing, kNothing});
  const Map map = visit_stored(x.dtype(), [&]<class T>() { return map_of<T>(p, kind.alpha); });
  return run(x, draw_mask(x, p, kind), map);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"dropout", false, false, false});
}
Tensor feature_dropout(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"feature_dropout", true, false, false});
}
Tensor alpha_dropout(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"alpha_dropout", false, true, false});
}
Tensor feature_alpha_dropout(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"feature_alpha_dropout", true, true, false});
}
Tensor dropout_(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"dropout_", false, false, true});
}
Tensor feature_dropout_(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"feature_dropout_", true, false, true});
}
Tensor alpha_dropout_(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"alpha_dropout_", false, true, true});
}
Tensor feature_alpha_dropout_(const Tensor& x, double p, bool train) {
  return apply(x, p, train, {"feature_alpha_dropout_", true, true, true});
}

}  // namespace taut

// The randomised leaky ReLU (Xu et al., 2015).
#include "core/error.h"
#include "ops/copy.h"
#include "ops/dropout.h"
#include "ops/pointwise.h"
#include "ops/random_common.h"
#include "ops/widened.h"

namespace taut {
namespace {

// y = x * slopes, elementwise; the slopes are constants.
struct RReluBackward final : Node {
  SavedTensor slopes;
  explicit RReluBackward(const Tensor& s) : slopes(s) {}
  const char* name() const override { return "RreluWithNoiseBackward0"; }
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, mul(frame.grad(), slopes.unpack(*this)));
  }
  void each_saved(SavedValues& values) override { values(slopes); }
};

Ref<Node> make_node(const Tensor& x, const Tensor& slopes) {
  if (!needs_grad(x)) return nullptr;
  auto node = make<RReluBackward>(slopes);
  set_edges(*node, {x});
  return node;
}

// 1 where x is positive, else drawn from [lower, upper) in training and the mean of it otherwise.
template <class T>
void fill_slopes(Generator& g, const T* x, int64_t n, double lower, double upper, bool train,
                 T* out) {
  const T mean = static_cast<T>((lower + upper) / 2);
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] > T(0)) {
      out[i] = T(1);
    } else {
      out[i] = train ? static_cast<T>(g.uniform64() * (upper - lower) + lower) : mean;
    }
  }
}

// In C order, whatever the layout of x.
Tensor draw_slopes(const Tensor& x, double lower, double upper, bool train, Generator* generator) {
  TAUT_CHECK(lower <= upper, RuntimeError,
             "rrelu: the lower bound should be at most the upper bound, got ", lower, " and ",
             upper);
  TAUT_CHECK(is_floating(x.dtype()), NotImplementedError, "rrelu: not implemented for ", x.dtype());
  if (is_narrow(x.dtype())) {
    return cast(draw_slopes(widened(detach(x)), lower, upper, train, generator), x.dtype());
  }
  const Tensor values = contiguous(detach(x));
  const Tensor slopes = empty(x.sizes(), x.dtype());
  with_generator(generator, x.numel(), [&](Generator& g) {
    visit(x.dtype(), [&]<class T>() {
      if constexpr (std::is_floating_point_v<T>) {
        fill_slopes(g, values.data<T>(), x.numel(), lower, upper, train, slopes.data<T>());
      }
    });
  });
  return slopes;
}

}  // namespace

Tensor rrelu(const Tensor& x, double lower, double upper, bool train, Generator* generator) {
  const Tensor slopes = draw_slopes(x, lower, upper, train, generator);
  const Tensor out = mul(train ? contiguous(detach(x)) : detach(x), slopes);
  if (const auto node = make_node(x, slopes)) set_history(out, node);
  return out;
}

Tensor rrelu_(const Tensor& x, double lower, double upper, bool train, Generator* generator) {
  check_writable(x, "rrelu_");
  const Tensor slopes = draw_slopes(x, lower, upper, train, generator);
  const auto node = make_node(x, slopes);
  copy_raw(x, mul(detach(x), slopes));
  finish_inplace(x, node);
  return x;
}

}  // namespace taut

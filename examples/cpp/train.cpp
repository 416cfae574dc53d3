// Trains a small network in C++, without Python: fits y = sum(x^2). Its middle layer is used twice:
// a tie is the same tensor in two places, and has one gradient.
#include <taut/taut.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace taut;

namespace {

Tensor parameter(Tensor values) {
  values.impl()->requires_grad = true;
  return values;
}

struct Layer {
  Tensor weight, bias;
  Layer(int64_t in, int64_t out) {
    const double bound = 1 / std::sqrt(static_cast<double>(in));
    weight = parameter(uniform_(empty(Dims{out, in}, DType::Float32), -bound, bound, nullptr));
    bias = parameter(zeros(Dims{out}, DType::Float32));
  }
  Tensor operator()(const Tensor& x) const { return linear(x, weight, bias); }
};

double value(const Tensor& t) { return *t.data<float>(); }

}  // namespace

int main() {
  default_generator().manual_seed(0);
  const Layer first(2, 32), middle(32, 32), last(32, 1);
  const std::array params{first.weight, first.bias,  middle.weight,
                          middle.bias,  last.weight, last.bias};
  const Tensor x = uniform_(empty(Dims{256, 2}, DType::Float32), -1, 1, nullptr);
  const Tensor y = sum(x * x, Dims{1}, true, std::nullopt);

  std::vector<Tensor> momenta(params.size());
  const SgdOptions options{.lr = 0.05,
                           .momentum = 0.9,
                           .dampening = 0,
                           .weight_decay = 0,
                           .nesterov = true,
                           .maximize = false};
  double before = 0, after = 0;
  for (int step = 0; step < 200; ++step) {
    const Tensor loss = mse_loss(last(tanh(middle(tanh(middle(tanh(first(x))))))), y, Mean::Mean);
    after = value(loss);
    if (step == 0) before = after;

    for (const Tensor& p : params) set_grad(p, Tensor());
    backward(std::array{loss}, {}, {}, false, false);
    std::vector<Tensor> grads;
    for (const Tensor& p : params) grads.push_back(grad_of(p));
    sgd_step(params, grads, momenta, options);
  }
  std::printf("loss %.4f -> %.4f\n", before, after);
  return after < 0.1 * before ? 0 : 1;
}

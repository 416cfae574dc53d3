// Trains a small network in C++, without Python: fits y = sum(x^2) with two layers.
#include <taut/taut.h>

#include <array>
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
  Layer(int64_t in, int64_t out)
      : weight(parameter(uniform_(empty(Dims{out, in}, DType::Float32), -0.5, 0.5, nullptr))),
        bias(parameter(zeros(Dims{out}, DType::Float32))) {}
  Tensor operator()(const Tensor& x) const { return linear(x, weight, bias); }
};

// p -= lr * p.grad
void descend(const Tensor& p, double lr) {
  NoGrad guard;
  add_(p, mul(grad_of(p), wrapped(-lr)));
  set_grad(p, Tensor());
}

}  // namespace

int main() {
  default_generator().manual_seed(0);
  const Layer first(2, 32), second(32, 1);
  const Tensor x = uniform_(empty(Dims{256, 2}, DType::Float32), -1, 1, nullptr);
  const Tensor y = sum(mul(x, x), Dims{1}, true, std::nullopt);
  double before = 0, after = 0;
  for (int step = 0; step < 500; ++step) {
    const Tensor error = sub(second(tanh(first(x))), y);
    const Tensor loss = mul(sum(mul(error, error), {}, false, std::nullopt), wrapped(1.0 / 256));
    after = *loss.data<float>();
    if (step == 0) before = after;
    backward(std::array{loss}, {}, {}, false, false);
    for (const Tensor& p : {first.weight, first.bias, second.weight, second.bias}) descend(p, 0.1);
  }
  std::printf("loss %.4f -> %.4f\n", before, after);
  return after < 0.1 * before ? 0 : 1;
}

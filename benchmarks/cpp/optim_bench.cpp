// Steps of optimisers over several parameters of a size.
#include <vector>

#include "measure.h"
#include "ops/optim.h"

namespace taut::bench {
namespace {

std::vector<Tensor> tensors(int64_t count, int64_t size) {
  std::vector<Tensor> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(random(Dims{size}));
  return out;
}
void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"parameters", "size"})->Args({4, 16})->Args({100, 1000})->Args({4, 2'500'000});
}

void sgd(benchmark::State& state) {
  const auto params = tensors(state.range(0), state.range(1)),
             grads = tensors(state.range(0), state.range(1));
  for (auto _ : state) sgd_step(params, grads, {}, {1e-3, 0, 0, 0, false, false});
  count_bytes(state, 12.0 * static_cast<double>(state.range(0) * state.range(1)));
}
BENCHMARK(sgd)->Apply(sizes);

void adam(benchmark::State& state) {
  const int64_t count = state.range(0), size = state.range(1);
  const auto params = tensors(count, size), grads = tensors(count, size);
  const auto first = tensors(count, size), second = tensors(count, size), steps = tensors(count, 1);
  for (auto _ : state) {
    adam_step(params, grads, first, second, {}, steps, {1e-3, 0.9, 0.999, 1e-8, 0, false, false});
  }
  count_bytes(state, 28.0 * static_cast<double>(count * size));
}
BENCHMARK(adam)->Apply(sizes);

}  // namespace
}  // namespace taut::bench

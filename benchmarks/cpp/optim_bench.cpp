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

// So many arrays of all parameters' size.
void count_arrays(benchmark::State& state, double read, double written) {
  const auto bytes = 4.0 * static_cast<double>(state.range(0) * state.range(1));
  count_bytes(state, read * bytes, written * bytes);
}

void sgd(benchmark::State& state) {
  const auto params = tensors(state.range(0), state.range(1)),
             grads = tensors(state.range(0), state.range(1));
  for (auto _ : state) sgd_step(params, grads, {}, {1e-3, 0, 0, 0, false, false});
  count_arrays(state, 2, 1);
}
BENCHMARK(sgd)->Apply(sizes);

void sgd_with_momentum(benchmark::State& state) {
  const auto params = tensors(state.range(0), state.range(1)),
             grads = tensors(state.range(0), state.range(1));
  auto buffers = tensors(state.range(0), state.range(1));
  for (auto _ : state) sgd_step(params, grads, buffers, {1e-3, 0.9, 0, 1e-4, true, false});
  count_arrays(state, 3, 2);
}
BENCHMARK(sgd_with_momentum)->Apply(sizes);

void adam(benchmark::State& state, bool decoupled, bool amsgrad) {
  const int64_t count = state.range(0), size = state.range(1);
  const auto params = tensors(count, size), grads = tensors(count, size);
  const auto first = tensors(count, size), second = tensors(count, size), steps = tensors(count, 1);
  const auto largest = tensors(amsgrad ? count : 0, size);
  const AdamOptions options{1e-3, 0.9, 0.999, 1e-8, decoupled ? 1e-2 : 0, decoupled, false};
  for (auto _ : state) adam_step(params, grads, first, second, largest, steps, options);
  count_arrays(state, amsgrad ? 5 : 4, amsgrad ? 4 : 3);
}
BENCHMARK_CAPTURE(adam, plain, false, false)->Apply(sizes);
BENCHMARK_CAPTURE(adam, decoupled, true, false)->Apply(sizes);
BENCHMARK_CAPTURE(adam, amsgrad, false, true)->Apply(sizes);

}  // namespace
}  // namespace taut::bench

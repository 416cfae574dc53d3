// Reductions and operations on rows.
#include "measure.h"
#include "ops/extremes.h"
#include "ops/loss.h"
#include "ops/normalization.h"
#include "ops/softmax.h"

namespace taut::bench {
namespace {

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rows", "cols"});
  b->Args({4, 4})->Args({64, 256})->Args({1024, 1024})->Args({10'000, 1000})->Args({10, 1'000'000});
}

// f of a matrix that is read once; `written` as a share of it.
template <class F>
void matrix(benchmark::State& state, double written, F f) {
  const Tensor a = random(Dims{state.range(0), state.range(1)});
  for (auto _ : state) benchmark::DoNotOptimize(f(a));
  count_bytes(state, (1 + written) * static_cast<double>(a.bytes()));
}
const Dims kFirst{0}, kLast{1};
BENCHMARK_CAPTURE(matrix, sum, 0, [](auto& a) { return sum(a, {}, false, {}); }) -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, sum_first_dim, 0, [](auto& a) { return sum(a, kFirst, false, {}); })
    -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, sum_last_dim, 0, [](auto& a) { return sum(a, kLast, false, {}); })
    -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, max, 0, [](auto& a) { return max(a); }) -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, max_first_dim, 0, [](auto& a) { return amax(a, kFirst, false); })
    -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, max_last_dim, 0, [](auto& a) { return amax(a, kLast, false); })
    -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, softmax, 1, [](auto& a) { return softmax(a, 1, {}); }) -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, softmax_first_dim, 1, [](auto& a) { return softmax(a, 0, {}); })
    -> Apply(shapes);
BENCHMARK_CAPTURE(matrix, layer_norm, 1, [](auto& a) {
  return layer_norm(a, Dims{a.size(1)}, {}, {}, 1e-5);
}) -> Apply(shapes);

// Forward and backward: logits are read twice, their gradient is read and written.
void cross_entropy_step(benchmark::State& state) {
  const int64_t rows = state.range(0), classes = state.range(1);
  const Tensor x = random_leaf(Dims{rows, classes});
  const Tensor target = randint(0, classes, Dims{rows}, DType::Int64, nullptr);
  for (auto _ : state) run_backward(cross_entropy(x, target, {}, Mean::Mean, -100, 0));
  count_bytes(state, 4.0 * static_cast<double>(x.bytes()));
}
BENCHMARK(cross_entropy_step)
    ->ArgNames({"rows", "classes"})
    ->Args({32, 10})
    ->Args({768, 96})
    ->Args({2000, 5000});

}  // namespace
}  // namespace taut::bench

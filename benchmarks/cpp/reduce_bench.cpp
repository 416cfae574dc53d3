// Reductions and operations on rows, along each dimension.
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
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, bytes, written * bytes);
}
const Dims kFirst{0}, kLast{1};
Tensor sum_all(const Tensor& a) { return sum(a, {}, false, {}); }
Tensor sum_first_dim(const Tensor& a) { return sum(a, kFirst, false, {}); }
Tensor sum_last_dim(const Tensor& a) { return sum(a, kLast, false, {}); }
Tensor max_all(const Tensor& a) { return max(a); }
Tensor max_first_dim(const Tensor& a) { return amax(a, kFirst, false); }
Tensor max_last_dim(const Tensor& a) { return amax(a, kLast, false); }
Tensor softmax_first_dim(const Tensor& a) { return softmax(a, 0, {}); }
Tensor softmax_last_dim(const Tensor& a) { return softmax(a, 1, {}); }
Tensor layer_norm_rows(const Tensor& a) { return layer_norm(a, Dims{a.size(1)}, {}, {}, 1e-5); }

BENCHMARK_CAPTURE(matrix, sum, 0, sum_all)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, sum_first_dim, 0, sum_first_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, sum_last_dim, 0, sum_last_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, max, 0, max_all)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, max_first_dim, 0, max_first_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, max_last_dim, 0, max_last_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, softmax_first_dim, 1, softmax_first_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, softmax_last_dim, 1, softmax_last_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix, layer_norm, 1, layer_norm_rows)->Apply(shapes);

// Forward, and backward into a gradient that exists: the input or the result is read again beside
// the result's gradient, and the gradient so far is read and written.
template <class F>
void matrix_both_ways(benchmark::State& state, F f) {
  const Tensor a = random_leaf(Dims{state.range(0), state.range(1)});
  const Tensor grad = random(Dims{state.range(0), state.range(1)});
  for (auto _ : state) run_backward(f(a), grad);
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, 4 * bytes, 2 * bytes);
}
BENCHMARK_CAPTURE(matrix_both_ways, softmax_first_dim, softmax_first_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix_both_ways, softmax_last_dim, softmax_last_dim)->Apply(shapes);
BENCHMARK_CAPTURE(matrix_both_ways, layer_norm, layer_norm_rows)->Apply(shapes);

// The input is not needed for the gradient of a sum, which is the same number everywhere.
void sum_both_ways(benchmark::State& state) {
  const Tensor a = random_leaf(Dims{state.range(0), state.range(1)});
  for (auto _ : state) run_backward(sum_all(a));
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, 2 * bytes, bytes);
}
BENCHMARK(sum_both_ways)->Apply(shapes);

void losses(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rows", "classes"})->Args({32, 10})->Args({768, 96})->Args({2000, 5000});
}

void cross_entropy_forward(benchmark::State& state) {
  const int64_t rows = state.range(0), classes = state.range(1);
  const Tensor x = random(Dims{rows, classes});
  const Tensor target = randint(0, classes, Dims{rows}, DType::Int64, nullptr);
  for (auto _ : state) {
    benchmark::DoNotOptimize(cross_entropy(x, target, {}, Mean::Mean, -100, 0));
  }
  count_bytes(state, static_cast<double>(x.bytes()), 0);
}
BENCHMARK(cross_entropy_forward)->Apply(losses);

// Logits are read each way, their gradient is read and written.
void cross_entropy_both_ways(benchmark::State& state) {
  const int64_t rows = state.range(0), classes = state.range(1);
  const Tensor x = random_leaf(Dims{rows, classes});
  const Tensor target = randint(0, classes, Dims{rows}, DType::Int64, nullptr);
  for (auto _ : state) run_backward(cross_entropy(x, target, {}, Mean::Mean, -100, 0));
  count_bytes(state, 3 * static_cast<double>(x.bytes()), static_cast<double>(x.bytes()));
}
BENCHMARK(cross_entropy_both_ways)->Apply(losses);

}  // namespace
}  // namespace taut::bench

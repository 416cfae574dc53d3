// Elementwise operations over sizes from a cache line to past the caches.
#include "measure.h"

namespace taut::bench {
namespace {

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgName("n");
  for (int64_t n : {4, 256, 16'384, 1 << 20, 10'000'000}) b->Arg(n);
}

// f of so many arrays; a result as large as each of them.
template <class F>
void arrays(benchmark::State& state, int inputs, F f) {
  const Tensor a = random(Dims{state.range(0)}), b = random(Dims{state.range(0)});
  for (auto _ : state) benchmark::DoNotOptimize(f(a, b));
  count_bytes(state, (inputs + 1.0) * static_cast<double>(a.bytes()));
}
BENCHMARK_CAPTURE(arrays, add, 2, [](auto& a, auto& b) { return add(a, b); }) -> Apply(sizes);
BENCHMARK_CAPTURE(arrays, mul_by_number, 1, [](auto& a, auto&) { return mul(a, 2.0); })
    -> Apply(sizes);
BENCHMARK_CAPTURE(arrays, relu, 1, [](auto& a, auto&) { return relu(a); }) -> Apply(sizes);
BENCHMARK_CAPTURE(arrays, exp, 1, [](auto& a, auto&) { return exp(a); }) -> Apply(sizes);
BENCHMARK_CAPTURE(arrays, tanh, 1, [](auto& a, auto&) { return tanh(a); }) -> Apply(sizes);
BENCHMARK_CAPTURE(arrays, gelu, 1, [](auto& a, auto&) { return gelu(a, "none"); }) -> Apply(sizes);

// Forward and backward into a gradient that exists: input and result, then the result's gradient
// and the input are read and the input's gradient is read and written.
template <class F>
void with_gradient(benchmark::State& state, F f) {
  const Tensor a = random_leaf(Dims{state.range(0)});
  for (auto _ : state) run_backward(f(a));
  count_bytes(state, 6.0 * static_cast<double>(a.bytes()));
}
BENCHMARK_CAPTURE(with_gradient, relu, [](auto& a) { return relu(a); }) -> Apply(sizes);
BENCHMARK_CAPTURE(with_gradient, gelu, [](auto& a) { return gelu(a, "none"); }) -> Apply(sizes);

// A transposed operand.
void add_transposed(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor a = random(Dims{n, n}), b = transpose(random(Dims{n, n}), 0, 1);
  for (auto _ : state) benchmark::DoNotOptimize(add(a, b));
  count_bytes(state, 3.0 * static_cast<double>(a.bytes()));
}
BENCHMARK(add_transposed)->Arg(64)->Arg(1024);

}  // namespace
}  // namespace taut::bench

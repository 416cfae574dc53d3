// Elementwise operations over sizes from a cache line to past the caches.
#include "measure.h"

namespace taut::bench {
namespace {

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgName("n");
  for (int64_t n : {4, 256, 16'384, 1 << 20, 10'000'000}) b->Arg(n);
}

// What an operation touches, in arrays of the input's size.
struct Arrays {
  double read, written;
};

template <class F>
void forward(benchmark::State& state, Arrays touched, F f) {
  const Tensor a = random(Dims{state.range(0)}), b = random(Dims{state.range(0)});
  for (auto _ : state) benchmark::DoNotOptimize(f(a, b));
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, touched.read * bytes, touched.written * bytes);
}

// Forward, and backward into gradients that exist.
template <class F>
void both_ways(benchmark::State& state, Arrays touched, F f) {
  const Tensor a = random_leaf(Dims{state.range(0)}), b = random_leaf(Dims{state.range(0)});
  const Tensor grad = random(Dims{state.range(0)});
  for (auto _ : state) run_backward(f(a, b), grad);
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, touched.read * bytes, touched.written * bytes);
}

Tensor add_arrays(const Tensor& a, const Tensor& b) { return add(a, b); }
Tensor mul_by_number(const Tensor& a, const Tensor&) { return mul(a, 2.0); }
Tensor relu_of(const Tensor& a, const Tensor&) { return relu(a); }
Tensor exp_of(const Tensor& a, const Tensor&) { return exp(a); }
Tensor tanh_of(const Tensor& a, const Tensor&) { return tanh(a); }
Tensor gelu_of(const Tensor& a, const Tensor&) { return gelu(a, "none"); }

BENCHMARK_CAPTURE(forward, add, {2, 1}, add_arrays)->Apply(sizes);
BENCHMARK_CAPTURE(forward, mul_by_number, {1, 1}, mul_by_number)->Apply(sizes);
BENCHMARK_CAPTURE(forward, relu, {1, 1}, relu_of)->Apply(sizes);
BENCHMARK_CAPTURE(forward, exp, {1, 1}, exp_of)->Apply(sizes);
BENCHMARK_CAPTURE(forward, tanh, {1, 1}, tanh_of)->Apply(sizes);
BENCHMARK_CAPTURE(forward, gelu, {1, 1}, gelu_of)->Apply(sizes);

// Read: the inputs, then for each the result's gradient, what was saved and the gradient so far.
BENCHMARK_CAPTURE(both_ways, add, {6, 3}, add_arrays)->Apply(sizes);
BENCHMARK_CAPTURE(both_ways, mul_by_number, {3, 2}, mul_by_number)->Apply(sizes);
BENCHMARK_CAPTURE(both_ways, relu, {4, 2}, relu_of)->Apply(sizes);
BENCHMARK_CAPTURE(both_ways, exp, {4, 2}, exp_of)->Apply(sizes);
BENCHMARK_CAPTURE(both_ways, tanh, {4, 2}, tanh_of)->Apply(sizes);
BENCHMARK_CAPTURE(both_ways, gelu, {4, 2}, gelu_of)->Apply(sizes);

// A transposed operand.
void add_transposed(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor a = random(Dims{n, n}), b = transpose(random(Dims{n, n}), 0, 1);
  for (auto _ : state) benchmark::DoNotOptimize(add(a, b));
  const auto bytes = static_cast<double>(a.bytes());
  count_bytes(state, 2 * bytes, bytes);
}
BENCHMARK(add_transposed)->ArgName("n")->Arg(64)->Arg(1024);

}  // namespace
}  // namespace taut::bench

// Products: shapes, transposes, element types, batches, gradients.
#include "measure.h"
#include "ops/matmul.h"

namespace taut::bench {
namespace {

Tensor operand(int64_t rows, int64_t cols, bool transposed, DType type) {
  return transposed ? transpose(random(Dims{cols, rows}, type), 0, 1)
                    : random(Dims{rows, cols}, type);
}

// Arguments: m, n, k.
void product(benchmark::State& state, bool a_transposed, bool b_transposed, DType type) {
  const int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  const Tensor a = operand(m, k, a_transposed, type), b = operand(k, n, b_transposed, type);
  const Tensor out = random(Dims{m, n}, type);
  for (auto _ : state) benchmark::DoNotOptimize(mm(a, b, out));
  count_flop(state, 2.0 * static_cast<double>(m * n * k), type);
}

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"m", "n", "k"});
  for (int64_t n : {16, 32, 64, 128, 256, 512, 1024, 2048}) b->Args({n, n, n});
  b->Args({8, 8, 4})->Args({1, 1024, 1024})->Args({16, 1024, 1024})->Args({64, 10, 256});
  b->Args({768, 384, 128})->Args({64, 256, 784})->Args({129, 65, 33});
}
BENCHMARK_CAPTURE(product, float32, false, false, DType::Float32)->Apply(shapes);
BENCHMARK_CAPTURE(product, float32_b_transposed, false, true, DType::Float32)->Apply(shapes);
BENCHMARK_CAPTURE(product, float32_a_transposed, true, false, DType::Float32)->Apply(shapes);
BENCHMARK_CAPTURE(product, float32_both_transposed, true, true, DType::Float32)->Apply(shapes);
BENCHMARK_CAPTURE(product, float64, false, false, DType::Float64)->Apply(shapes);
BENCHMARK_CAPTURE(product, float64_b_transposed, false, true, DType::Float64)->Apply(shapes);
BENCHMARK_CAPTURE(product, float64_a_transposed, true, false, DType::Float64)->Apply(shapes);
BENCHMARK_CAPTURE(product, float64_both_transposed, true, true, DType::Float64)->Apply(shapes);

// Bound by reading the matrix, so compared with the bandwidth.
void matrix_vector(benchmark::State& state, bool transposed, DType type) {
  const int64_t n = state.range(0);
  const Tensor a = operand(n, n, transposed, type), x = random(Dims{n}, type);
  for (auto _ : state) benchmark::DoNotOptimize(mv(a, x));
  count_bytes(state, static_cast<double>(a.bytes() + x.bytes()), static_cast<double>(x.bytes()));
}
void lengths(benchmark::internal::Benchmark* b) {
  b->ArgName("n");
  for (int64_t n : {16, 128, 1024, 4096}) b->Arg(n);
}
BENCHMARK_CAPTURE(matrix_vector, float32, false, DType::Float32)->Apply(lengths);
BENCHMARK_CAPTURE(matrix_vector, float32_transposed, true, DType::Float32)->Apply(lengths);
BENCHMARK_CAPTURE(matrix_vector, float64, false, DType::Float64)->Apply(lengths);

void batched_product(benchmark::State& state, bool b_transposed, DType type) {
  const int64_t batch = state.range(0), n = state.range(1);
  const Tensor a = random(Dims{batch, n, n}, type), b = random(Dims{batch, n, n}, type);
  const Tensor right = b_transposed ? transpose(b, 1, 2) : b;
  for (auto _ : state) benchmark::DoNotOptimize(bmm(a, right));
  count_flop(state, 2.0 * static_cast<double>(batch * n * n * n), type);
}
void batches(benchmark::internal::Benchmark* b) {
  b->ArgNames({"batch", "n"})->Args({1000, 8})->Args({100, 64})->Args({8, 256});
}
BENCHMARK_CAPTURE(batched_product, float32, false, DType::Float32)->Apply(batches);
BENCHMARK_CAPTURE(batched_product, float32_b_transposed, true, DType::Float32)->Apply(batches);
BENCHMARK_CAPTURE(batched_product, float64, false, DType::Float64)->Apply(batches);

// Forward, and the gradients of input, weight and bias into buffers that exist.
void layer(benchmark::State& state) {
  const int64_t rows = state.range(0), width = state.range(1);
  const Tensor x = random_leaf(Dims{rows, width}), weight = random_leaf(Dims{width, width});
  const Tensor bias = random_leaf(Dims{width});
  const Tensor grad = random(Dims{rows, width});
  for (auto _ : state) run_backward(linear(x, weight, bias), grad);
  count_flop(state, 6.0 * static_cast<double>(rows * width * width));
}
BENCHMARK(layer)
    ->ArgNames({"rows", "width"})
    ->Args({2, 8})
    ->Args({32, 64})
    ->Args({64, 256})
    ->Args({768, 512});

}  // namespace
}  // namespace taut::bench

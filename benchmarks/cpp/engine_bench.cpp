// What the engine itself costs: allocation, nodes, the walk.
#include "graph/lambda_node.h"
#include "measure.h"
#include "ops/loss.h"
#include "ops/matmul.h"
#include "ops/optim.h"

namespace taut::bench {
namespace {

void allocate(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(empty(Dims{state.range(0)}, DType::Float32));
}
BENCHMARK(allocate)->ArgName("n")->Arg(4)->Arg(1000)->Arg(1 << 20);

void add_of_four(benchmark::State& state) {
  const Tensor a = random(Dims{4}), b = random(Dims{4});
  for (auto _ : state) benchmark::DoNotOptimize(add(a, b));
}
BENCHMARK(add_of_four);

void recorded_add_of_four(benchmark::State& state) {
  const Tensor a = random_leaf(Dims{4}), b = random(Dims{4});
  for (auto _ : state) benchmark::DoNotOptimize(add(a, b));
}
BENCHMARK(recorded_add_of_four);

// A node with one saved value, made and freed.
void node(benchmark::State& state) {
  const Tensor x = random_leaf(Dims{4});
  for (auto _ : state) {
    benchmark::DoNotOptimize(lambda_node("Bench", {x}, {x}, [](GradFrame&, TensorSpan) {}));
  }
}
BENCHMARK(node);

void linear_forward(benchmark::State& state) {
  const Tensor x = random(Dims{2, 4}), weight = random_leaf(Dims{8, 4}),
               bias = random_leaf(Dims{8});
  for (auto _ : state) benchmark::DoNotOptimize(linear(x, weight, bias));
}
BENCHMARK(linear_forward);

// Recording, the walk and freeing the graph, for each operation of a chain.
void chain(benchmark::State& state) {
  const Tensor x = random_leaf(Dims{4}), y = random(Dims{4});
  for (auto _ : state) {
    Tensor t = x;
    for (int64_t i = 0; i < state.range(0); ++i) t = mul(t, y);
    run_backward(t);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(chain)->ArgName("operations")->Arg(1)->Arg(10)->Arg(1000)->Arg(100'000);

// One weight used so many times: its gradient is added up in one buffer.
void tied_uses(benchmark::State& state) {
  const Tensor x = random(Dims{2, 32}), weight = random_leaf(Dims{32, 32});
  for (auto _ : state) {
    Tensor t = x;
    for (int64_t i = 0; i < state.range(0); ++i) t = linear(t, weight, {});
    run_backward(t);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(tied_uses)->ArgName("uses")->Arg(1)->Arg(10)->Arg(1000);

// 4-8-1 with batch 2 and SGD, as in the Python benchmark of that name.
void tiny_step(benchmark::State& state) {
  const Tensor x = random(Dims{2, 4}), y = random(Dims{2, 1});
  const Tensor params[] = {random_leaf(Dims{8, 4}), random_leaf(Dims{8}), random_leaf(Dims{1, 8}),
                           random_leaf(Dims{1})};
  for (auto _ : state) {
    for (const Tensor& p : params) set_grad(p, {});
    const Tensor out = linear(relu(linear(x, params[0], params[1])), params[2], params[3]);
    backward(std::array{mse_loss(out, y, Mean::Mean)}, {}, {}, false, false);
    const Tensor grads[] = {grad_of(params[0]), grad_of(params[1]), grad_of(params[2]),
                            grad_of(params[3])};
    sgd_step(params, grads, {}, {1e-3, 0, 0, 0, false, false});
  }
}
BENCHMARK(tiny_step);

}  // namespace
}  // namespace taut::bench

// The machine's own limits, measured as the other rows are.
#include <cstring>

#include "measure.h"

namespace taut::bench {
namespace {

void flop_per_second(benchmark::State& state, DType type) {
  for (auto _ : state) state.SetIterationTime(1 / flop_peak(type));
  count_flop(state, 1, type);
}
BENCHMARK_CAPTURE(flop_per_second, float32, DType::Float32)->UseManualTime()->Iterations(1);
BENCHMARK_CAPTURE(flop_per_second, float64, DType::Float64)->UseManualTime()->Iterations(1);

void copy(benchmark::State& state) {
  const Tensor from = random(Dims{state.range(0)}), to = random(Dims{state.range(0)});
  for (auto _ : state) {
    std::memcpy(to.raw(), from.raw(), from.bytes());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2.0 * static_cast<double>(from.bytes()));
}
BENCHMARK(copy)->RangeMultiplier(16)->Range(1 << 10, 1 << 24);

}  // namespace
}  // namespace taut::bench

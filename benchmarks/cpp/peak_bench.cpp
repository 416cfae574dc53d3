// The machine's own limits as rows: what of_peak of the other rows refers to.
#include <cstring>

#include "measure.h"
#include "peak.h"
#include "peak_loops.h"

namespace taut::bench {
namespace {

template <class T>
void multiply_adds(benchmark::State& state, DType type, double (*loop)(int64_t, T*)) {
  T sink[12];
  double flop = 0;
  for (auto _ : state) {
    for (int i = 0; i < 12; ++i) sink[i] = T(0.5) + T(i) / 100;
    flop = loop(20'000, sink);
    benchmark::DoNotOptimize(sink);
  }
  count_flop(state, flop, type);
}
BENCHMARK_CAPTURE(multiply_adds, float32, DType::Float32, peak_loops().multiply_adds_f32);
BENCHMARK_CAPTURE(multiply_adds, float64, DType::Float64, peak_loops().multiply_adds_f64);

// KiB in all, in each cache and past them.
void sizes(benchmark::internal::Benchmark* b) {
  b->ArgName("KiB")->Arg(16)->Arg(512)->Arg(8 << 10)->Arg(128 << 10);
}

int64_t floats(const benchmark::State& state) { return state.range(0) * 256; }

void read(benchmark::State& state) {
  const Tensor from = random(Dims{floats(state)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(peak_loops().read(from.data<float>(), from.numel()));
  }
  count_bytes(state, static_cast<double>(from.bytes()), 0);
}
BENCHMARK(read)->Apply(sizes);

void write(benchmark::State& state, void (*loop)(float*, int64_t)) {
  const Tensor to = random(Dims{floats(state)});
  for (auto _ : state) loop(to.data<float>(), to.numel());
  count_bytes(state, 0, static_cast<double>(to.bytes()));
}
BENCHMARK_CAPTURE(write, plain, peak_loops().write)->Apply(sizes);
BENCHMARK_CAPTURE(write, streaming, peak_loops().write_streaming)->Apply(sizes);

void copy(benchmark::State& state, void (*loop)(float*, const float*, int64_t)) {
  const Tensor from = random(Dims{floats(state) / 2}), to = random(Dims{floats(state) / 2});
  for (auto _ : state) loop(to.data<float>(), from.data<float>(), to.numel());
  count_bytes(state, static_cast<double>(from.bytes()), static_cast<double>(to.bytes()));
}
void with_memcpy(float* to, const float* from, int64_t n) {
  std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
  benchmark::ClobberMemory();
}
BENCHMARK_CAPTURE(copy, plain, peak_loops().copy)->Apply(sizes);
BENCHMARK_CAPTURE(copy, streaming, peak_loops().copy_streaming)->Apply(sizes);
BENCHMARK_CAPTURE(copy, memcpy, with_memcpy)->Apply(sizes);

}  // namespace
}  // namespace taut::bench

#include "measure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#define TAUT_DECLARE_PEAK(isa)                   \
  namespace taut::isa {                          \
  template <class T>                             \
  double multiply_adds(int64_t rounds, T* sink); \
  }
TAUT_DECLARE_PEAK(baseline)
TAUT_DECLARE_PEAK(avx2)
TAUT_DECLARE_PEAK(avx512)

namespace taut::bench {
namespace {

double seconds_of(auto&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class T>
double multiply_adds(int64_t rounds, T* sink) {
#if defined(TAUT_X86_KERNELS)
  if (selected_isa() == Isa::Avx512) return avx512::multiply_adds(rounds, sink);
  if (selected_isa() == Isa::Avx2) return avx2::multiply_adds(rounds, sink);
#endif
  return baseline::multiply_adds(rounds, sink);
}

template <class T>
double measure_flop_peak() {
  std::array<T, 12> sink;
  double best = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    for (std::size_t i = 0; i < sink.size(); ++i) sink[i] = T(0.5) + T(i) / 100;
    double flop = 0;
    const double seconds = seconds_of([&] { flop = multiply_adds<T>(20'000, sink.data()); });
    benchmark::DoNotOptimize(sink);
    best = std::max(best, flop / seconds);
  }
  return best;
}

double measure_copy_peak() {
  const Tensor from = random(Dims{16 << 20}), to = random(Dims{16 << 20});
  double best = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const double seconds = seconds_of([&] { std::memcpy(to.raw(), from.raw(), from.bytes()); });
    best = std::max(best, 2.0 * static_cast<double>(from.bytes()) / seconds);
  }
  return best;
}

benchmark::Counter rate(double amount) {
  return {amount, benchmark::Counter::kIsIterationInvariantRate};
}

}  // namespace

double flop_peak(DType type) {
  static const double of_float = measure_flop_peak<float>();
  static const double of_double = measure_flop_peak<double>();
  return type == DType::Float64 ? of_double : of_float;
}

double copy_peak() {
  static const double peak = measure_copy_peak();
  return peak;
}

Tensor random(DimSpan sizes, DType type) {
  static Generator generator(0);
  return rand(sizes, type, &generator);
}

Tensor random_leaf(DimSpan sizes, DType type) {
  Tensor t = random(sizes, type);
  t.impl()->requires_grad = true;
  return t;
}

void run_backward(const Tensor& t) {
  backward(std::array{sum(t, {}, false, {})}, {}, {}, false, false);
}

void count_flop(benchmark::State& state, double flop, DType type) {
  state.counters["GFLOP"] = rate(flop * 1e-9);
  state.counters["of_peak"] = rate(flop / flop_peak(type));
}

void count_bytes(benchmark::State& state, double bytes) {
  state.counters["GB"] = rate(bytes * 1e-9);
  state.counters["of_peak"] = rate(bytes / copy_peak());
}

}  // namespace taut::bench

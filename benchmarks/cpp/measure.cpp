#include "measure.h"

#include <array>

#include "peak.h"

namespace taut::bench {
namespace {

benchmark::Counter rate(double amount) {
  return {amount, benchmark::Counter::kIsIterationInvariantRate};
}

}  // namespace

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
  backward(std::array{t.numel() == 1 ? t : sum(t, {}, false, {})}, {}, {}, false, false);
}

void run_backward(const Tensor& t, const Tensor& grad) {
  backward(std::array{t}, std::array{grad}, {}, false, false);
}

void count_flop(benchmark::State& state, double flop, DType type) {
  state.counters["GFLOP"] = rate(flop * 1e-9);
  state.counters["of_peak"] = rate(flop / flop_peak(type));
}

void count_bytes(benchmark::State& state, double read, double written) {
  state.counters["GB"] = rate((read + written) * 1e-9);
  state.counters["of_peak"] = rate(least_seconds(read, written));
}

}  // namespace taut::bench

// What the benchmarks share: inputs, and counters beside the machine's measured peak.
#pragma once

#include <benchmark/benchmark.h>

#include "taut.h"

namespace taut::bench {

// Uniform in [0, 1), the same each run.
Tensor random(DimSpan sizes, DType type = DType::Float32);
Tensor random_leaf(DimSpan sizes, DType type = DType::Float32);

// Gradients of t (a sum of it where it has more than one element), into the leaves' .grad.
void run_backward(const Tensor& t);
// The same from a gradient of t that is given.
void run_backward(const Tensor& t, const Tensor& grad);

// Rates of one iteration, and as a fraction of the peak (see peak.h).
void count_flop(benchmark::State& state, double flop, DType type = DType::Float32);
void count_bytes(benchmark::State& state, double read, double written);

}  // namespace taut::bench

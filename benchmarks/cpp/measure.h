// What the benchmarks share: inputs, and counters beside the machine's measured peak.
#pragma once

#include <benchmark/benchmark.h>

#include "taut.h"

namespace taut::bench {

// Operations of this thread per second, multiply and add counted apart: a loop of fused
// multiply-adds on registers, with the instructions that the kernels use. Measured once.
double flop_peak(DType type);
// Bytes per second, those read and those written counted together, of a copy between arrays that
// no cache holds. Measured once.
double copy_peak();

// Uniform in [0, 1), the same each run.
Tensor random(DimSpan sizes, DType type = DType::Float32);
Tensor random_leaf(DimSpan sizes, DType type = DType::Float32);

// Gradients of the sum of t.
void run_backward(const Tensor& t);

// Rates of one iteration, and as a fraction of the peak.
void count_flop(benchmark::State& state, double flop, DType type = DType::Float32);
void count_bytes(benchmark::State& state, double bytes);

}  // namespace taut::bench

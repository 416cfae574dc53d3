// Loops at the machine's limits, compiled once per instruction set as the kernels are.
#pragma once

#include <cstdint>

namespace taut {

struct PeakLoops {
  // Multiply-adds on registers; returns the operations done, multiply and add counted apart.
  // `sink`: 12 elements, start values and what keeps the results alive.
  double (*multiply_adds_f32)(std::int64_t rounds, float* sink);
  double (*multiply_adds_f64)(std::int64_t rounds, double* sink);
  // Arrays of n floats, aligned to 64 bytes; n is a multiple of kBlock. The streaming ones write
  // past the caches.
  float (*read)(const float* from, std::int64_t n);
  void (*write)(float* to, std::int64_t n);
  void (*write_streaming)(float* to, std::int64_t n);
  void (*copy)(float* to, const float* from, std::int64_t n);
  void (*copy_streaming)(float* to, const float* from, std::int64_t n);
  static constexpr std::int64_t kBlock = 128;
};

// Of the instruction set that the kernels use.
const PeakLoops& peak_loops();

}  // namespace taut

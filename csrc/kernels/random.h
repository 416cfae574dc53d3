// Words of the generator into samples. Every array is contiguous, none may overlap another, n may
// be 0.
#pragma once

#include <cstdint>

namespace taut {

struct RandomKernels {
  // out[i] = from + width * (low 24 bits of words[i]) / 2^24
  void (*uniform_f32)(const uint32_t* words, int64_t n, float from, float width, float* out);
  // The same from the low 53 bits of (words[2i], words[2i + 1]), the high half first.
  void (*uniform_f64)(const uint32_t* words, int64_t n, double from, double width, double* out);
  // out[i] = 1 where the low 24 (53) bits are below threshold, else 0.
  void (*below_24)(const uint32_t* words, int64_t n, uint32_t threshold, uint8_t* out);
  void (*below_53)(const uint32_t* words, int64_t n, uint64_t threshold, uint8_t* out);
  // Box-Muller: in each block of 16 uniforms, u[j] and u[j + 8] give out[j] and out[j + 8] as
  // mean + std * sqrt(-2 log(1 - u[j])) * (cos, sin)(2 pi u[j + 8]). At most kNormalBlocks blocks.
  void (*normal_f32)(const uint32_t* words, int64_t blocks, float mean, float std, float* out);
  void (*normal_f64)(const uint32_t* words, int64_t blocks, double mean, double std, double* out);
  // out[i] = scale * log(1 - uniform_f64), the exponential distribution of rate -1 / scale.
  void (*exponential)(const uint32_t* words, int64_t n, double scale, double* out);
  // out[i] = x[i] * scale + on where mask[i] is 1, x[i] * 0 + off where it is 0. x may be out.
  void (*dropout_f32)(const uint8_t* mask, const float* x, int64_t n, float scale, float on,
                      float off, float* out);
  void (*dropout_f64)(const uint8_t* mask, const double* x, int64_t n, double scale, double on,
                      double off, double* out);
  // out[i] = beta * out[i] + grad[i] * (mask[i] ? scale : 0); beta 0 does not read out.
  void (*dropout_backward_f32)(const uint8_t* mask, const float* grad, int64_t n, float scale,
                               float beta, float* out);
  void (*dropout_backward_f64)(const uint8_t* mask, const double* grad, int64_t n, double scale,
                               double beta, double* out);
};

inline constexpr int64_t kNormalBlocks = 32;

const RandomKernels& random_kernels();

}  // namespace taut

// Losses of a difference d = x - t, element by element: value, sum and gradient.
//
// All arrays are contiguous, of one floating type, [n]; nothing needs alignment; n may be 0.
// Formulas and their parameter:
//   Square  d^2
//   Abs     |d|
//   SmoothL1(b)  d^2 / (2 b) for |d| < b, else |d| - b / 2
//   Huber(c)     d^2 / 2 for |d| < c, else c (|d| - c / 2)
#pragma once

#include <cstdint>

namespace taut {

enum class DifferenceLoss : uint8_t { Square, Abs, SmoothL1, Huber };
inline constexpr int kDifferenceLosses = 4;

template <class T>
struct LossKernelsOf {
  // out may be x or t.
  void (*value)(const T* x, const T* t, int64_t n, double param, T* out);
  // Summed in double.
  double (*sum)(const T* x, const T* t, int64_t n, double param);
  // dx = beta dx + scale g f'(x - t), where g is grad[i * grad_stride], grad_stride 0 or 1; beta is
  // 0 or 1, and with 0 dx is never read. dx overlaps no input.
  void (*grad)(const T* x, const T* t, const T* grad, int64_t grad_stride, int64_t n, double param,
               double scale, T* dx, T beta);
};

struct LossKernels {
  LossKernelsOf<float> f32[kDifferenceLosses];
  LossKernelsOf<double> f64[kDifferenceLosses];

  template <class T>
  const LossKernelsOf<T>& of(DifferenceLoss loss) const {
    if constexpr (sizeof(T) == 4)
      return f32[static_cast<int>(loss)];
    else
      return f64[static_cast<int>(loss)];
  }
};
const LossKernels& loss_kernels();

}  // namespace taut

// Normalisation of channels: an array of planes of s elements each, contiguous, in the order
// [sample][channel].
//
// Kernels work on planes begin to end - 1 of the whole array, of one floating type; nothing needs
// alignment and nothing overlaps. s > 0. Parameters of planes are vectors: `period` elements that
// plane i reads at i % period.
#pragma once

#include <cstdint>

namespace taut {

// y = (x - center) scale + shift. center and shift may be null: 0. The period of shift is
// `channels`, which divides that of the others.
template <class T>
struct PlaneMap {
  const T *center, *scale;
  int64_t period;
  const T* shift;
  int64_t channels;
};

// dx = a dy + b (x - center) + d, all of one period.
template <class T>
struct PlaneGradient {
  const T *center, *a, *b, *d;
  int64_t period;
};

template <class T>
struct PlaneKernelsOf {
  // The mean of each plane, and the sum of (x - mean)^2.
  void (*moments)(const T* x, int64_t begin, int64_t end, int64_t s, T* mean, T* squares);
  // y = beta y + the map; with beta 0 y is never read.
  void (*map)(const T* x, int64_t begin, int64_t end, int64_t s, const PlaneMap<T>& map, T* y,
              T beta);
  // The sum of dy over each plane, and that of dy (x - center).
  void (*sums)(const T* dy, const T* x, int64_t begin, int64_t end, int64_t s, const T* center,
               int64_t period, T* sum, T* product);
  // dx = beta dx + the gradient; with beta 0 dx is never read.
  void (*gradient)(const T* dy, const T* x, int64_t begin, int64_t end, int64_t s,
                   const PlaneGradient<T>& g, T* dx, T beta);
};

struct PlaneKernels {
  PlaneKernelsOf<float> f32;
  PlaneKernelsOf<double> f64;

  template <class T>
  const PlaneKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const PlaneKernels& plane_kernels();

}  // namespace taut

// Gates of recurrent cells, one time step at a time, between the matrix products.
//
// Arrays over the whole sequence hold gates of a step (4n, 3n or n elements each) or values before
// it (n); the rows of one step lie `step` such rows apart. States and products of one step, h, c,
// dh, dc and product, have their rows one after another, and are updated in place. Nothing needs
// alignment, nothing overlaps; rows and n may be 0.
#pragma once

#include <cstdint>

namespace taut {

template <class T>
struct RecurrentKernelsOf {
  // gates: pre-activations of i, f, g, o, overwritten by their activations. c = f c + i g,
  // h = o tanh(c).
  void (*lstm)(int64_t rows, int64_t n, int64_t step, T* gates, T* c, T* h);
  // gates as lstm() left them, c as it was before. dh is the gradient of h; dc goes from the
  // gradient of the new c to that of the old; dgates are before activation.
  void (*lstm_backward)(int64_t rows, int64_t n, int64_t step, const T* gates, const T* c,
                        const T* dh, T* dc, T* dgates);

  // gates: the input's share of r, z, n, overwritten by their activations; product: the state's.
  // r = sigmoid(gates_r + product_r), z alike, n = tanh(gates_n + r product_n),
  // h = (1 - z) n + z h. kept, over the sequence or null, gets product_n.
  void (*gru)(int64_t rows, int64_t n, int64_t step, T* gates, const T* product, T* h, T* kept);
  // h as it was before. dh goes from the gradient of the new h to what reaches the old one past the
  // gates; dgates and dproduct are the gradients of both shares.
  void (*gru_backward)(int64_t rows, int64_t n, int64_t step, const T* gates, const T* kept,
                       const T* h, T* dh, T* dgates, T* dproduct);

  // gates = h = f(gates) with f = tanh or relu.
  void (*elman)(bool relu, int64_t rows, int64_t n, int64_t step, T* gates, T* h);
  void (*elman_backward)(bool relu, int64_t rows, int64_t n, int64_t step, const T* gates,
                         const T* dh, T* dgates);

  // A step's rows of a sequence, `stride` elements apart, added to a state.
  void (*add_rows)(int64_t rows, int64_t n, int64_t stride, const T* from, T* to);
};

struct RecurrentKernels {
  RecurrentKernelsOf<float> f32;
  RecurrentKernelsOf<double> f64;

  template <class T>
  const RecurrentKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const RecurrentKernels& recurrent_kernels();

}  // namespace taut

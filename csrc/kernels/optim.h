// Optimiser steps: one pass over a run of n parameters, in the order of PyTorch's arithmetic.
//
// All arrays are contiguous, of one floating type, [n] but for sparse_adam, and do not overlap;
// nothing needs alignment; n may be 0. Arithmetic is in that type, with the scalars rounded to it.
#pragma once

#include <cstdint>

namespace taut {

struct SgdArgs {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first;  // no momentum yet: the buffer becomes the gradient, and is not read
};

struct AdamArgs {
  double beta1, beta2, eps;
  double weight_decay;  // added to the gradient; 0 when decoupled
  double shrink;        // 1 - lr * weight_decay when decoupled, else 1
  double step_size;     // lr / (1 - beta1^step)
  double denom_scale;   // 1 / sqrt(1 - beta2^step)
  bool maximize;
};

struct SparseAdamArgs {
  double beta1, beta2, eps;
  double step_size;  // lr sqrt(1 - beta2^step) / (1 - beta1^step)
  bool maximize;
};

template <class T>
struct OptimKernelsOf {
  // momentum_buffer: null exactly when momentum is 0.
  void (*sgd)(T* param, const T* grad, T* momentum_buffer, int64_t n, const SgdArgs& args);
  // max_exp_avg_sq: null without amsgrad.
  void (*adam)(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n,
               const AdamArgs& args);
  // grad: [rows, width]; the others are whole tables of that width, of which row at[r] is stepped.
  // No row twice. at: null where the tables are [rows, width], too.
  void (*sparse_adam)(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, const int64_t* at,
                      int64_t rows, int64_t width, const SparseAdamArgs& args);
};

struct OptimKernels {
  OptimKernelsOf<float> f32;
  OptimKernelsOf<double> f64;

  template <class T>
  const OptimKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const OptimKernels& optim_kernels();

}  // namespace taut

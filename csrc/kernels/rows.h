// Fused functions of rows: softmax and its kin, normalisation over the last dimension,
// cross-entropy.
//
// x, out, dy, dx, ... are row-major [rows][n], contiguous, of one floating type; nothing needs
// alignment. out may be x; nothing else overlaps. rows may be 0; n may be 0 where said so.
// beta is 0 or 1: dx = beta * dx + (the gradient); with 0 dx is never read. Sums run in double.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace taut {

// Per-row results of cross_entropy and what its backward needs.
template <class T>
struct CrossEntropy {
  const int64_t* target;  // [rows], each in [0, n) or ignore_index
  const T* weight;        // [n], or null: 1
  double weight_sum;      // of all n classes
  int64_t ignore_index;
  double smoothing;  // in [0, 1]
};

template <class T>
struct RowKernelsOf {
  void (*softmax)(const T* x, int64_t rows, int64_t n, T* out, Stores stores);
  void (*log_softmax)(const T* x, int64_t rows, int64_t n, T* out, Stores stores);
  // y is the function's result. dx = y (dy - sum(dy y)), dx = dy - exp(y) sum(dy).
  void (*softmax_backward)(const T* dy, const T* y, int64_t rows, int64_t n, T* dx, T beta);
  void (*log_softmax_backward)(const T* dy, const T* y, int64_t rows, int64_t n, T* dx, T beta);
  // out: [rows]. -inf for n = 0; out must not be x.
  void (*logsumexp)(const T* x, int64_t rows, int64_t n, T* out);

  // out = (x - mean) * rstd * gamma + shift, rstd = 1 / sqrt(var + eps); gamma and shift are [n]
  // or null, mean and rstd [rows]. n > 0.
  void (*layer_norm)(const T* x, const T* gamma, const T* shift, int64_t rows, int64_t n,
                     double eps, T* out, T* mean, T* rstd, Stores stores);
  // dgamma and dshift: [n], added to; dx, dgamma, dshift may be null.
  void (*layer_norm_backward)(const T* dy, const T* x, const T* gamma, const T* mean, const T* rstd,
                              int64_t rows, int64_t n, T* dx, T beta, T* dgamma, T* dshift);
  // The same without mean and shift: rstd = 1 / sqrt(mean(x^2) + eps).
  void (*rms_norm)(const T* x, const T* gamma, int64_t rows, int64_t n, double eps, T* out, T* rstd,
                   Stores stores);
  void (*rms_norm_backward)(const T* dy, const T* x, const T* gamma, const T* rstd, int64_t rows,
                            int64_t n, T* dx, T beta, T* dgamma);

  // With w the weight of a row's target t and lse its logsumexp (kept for backward),
  //   loss = (1 - s) w (lse - x[t]) + s / n * sum_c weight[c] (lse - x[c]);
  // 0 for an ignored row. loss, lse: [rows]. n > 0.
  void (*cross_entropy)(const T* x, const CrossEntropy<T>& args, int64_t rows, int64_t n, T* loss,
                        T* lse);
  // dx for the gradient grad[r * grad_stride] * scale of row r's loss.
  void (*cross_entropy_backward)(const T* x, const CrossEntropy<T>& args, const T* lse,
                                 const T* grad, int64_t grad_stride, double scale, int64_t rows,
                                 int64_t n, T* dx, T beta);
};

struct RowKernels {
  RowKernelsOf<float> f32;
  RowKernelsOf<double> f64;

  template <class T>
  const RowKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const RowKernels& row_kernels();

}  // namespace taut

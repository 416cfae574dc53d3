// Decompositions of matrices, and triangular systems.
#pragma once

#include <utility>

#include "tensor/tensor.h"

namespace taut {

// A = Q R for every matrix of a batch (..., m, n). mode "reduced": Q (..., m, k), R (..., k, n)
// with k = min(m, n); "complete": Q (..., m, m), R (..., m, n); "r": Q is empty. Signs as LAPACK's.
// Differentiable where Q is unique: not for "r", nor for "complete" with m > n. Source: Golub and
// Van Loan, "Matrix computations", 5.2.
std::pair<Tensor, Tensor> qr(const Tensor& a, const char* mode);

struct Triangle {
  bool transposed = false;
  bool unit = false;  // ones for the diagonal, which is not read
};
// B R^-1, or B R^-T, for every matrix of a batch: R (..., n, n) is an upper triangle, whose lower
// part is not read, and B (..., m, n). Infinite or NaN where R is singular.
Tensor solve_upper(const Tensor& b, const Tensor& r, Triangle form);
// X with A X = B, or X A = B. A and B are batches that broadcast, of one type, float32 or float64.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left, bool unit);

}  // namespace taut

// Decompositions of matrices.
#pragma once

#include <utility>

#include "tensor/tensor.h"

namespace taut {

// A = Q R for every matrix of a batch (..., m, n). mode "reduced": Q (..., m, k), R (..., k, n)
// with k = min(m, n); "complete": Q (..., m, m), R (..., m, n); "r": Q is empty. Signs as LAPACK's.
// Differentiable where Q is unique: not for "r", nor for "complete" with m > n. Source: Golub and
// Van Loan, "Matrix computations", 5.2.
std::pair<Tensor, Tensor> qr(const Tensor& a, const char* mode);

}  // namespace taut

// Matrix products on tensors' memory: threads and workspace around the kernels. Not recorded.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// c = alpha a b + beta c (+ bias). a: (m, k), b: (k, n), c: (m, n), any strides; bias: contiguous
// (n) or undefined. One dtype. Memory of c overlaps no other operand.
void gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
          const Tensor& bias = Tensor());
// The same for every matrix of a batch: (batch, m, k), (batch, k, n), (batch, m, n).
void batched_gemm(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta);

}  // namespace taut

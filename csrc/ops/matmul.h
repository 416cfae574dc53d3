// Products of matrices and vectors.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// PyTorch's matmul: vectors, matrices, and batches that broadcast.
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor mm(const Tensor& a, const Tensor& b);   // (m, k) (k, n) -> (m, n)
Tensor bmm(const Tensor& a, const Tensor& b);  // (batch, m, k) (batch, k, n) -> (batch, m, n)
Tensor mv(const Tensor& a, const Tensor& x);   // (m, k) (k) -> (m)
Tensor dot(const Tensor& x, const Tensor& y);  // (k) (k) -> ()
Tensor outer(const Tensor& x, const Tensor& y);

// beta c + alpha a b, c broadcasting to the product's shape.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha);
Tensor addr(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha);
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);

// x W^T + bias. x: (..., in), weight: (out, in), bias: (out) or undefined; result: (..., out).
// Fused: the gradients of weight and bias go straight into their destinations.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace taut

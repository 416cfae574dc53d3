// Products of matrices and vectors.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// PyTorch's matmul: vectors, matrices, and batches that broadcast.
Tensor matmul(const Tensor& a, const Tensor& b);
// Those with out write there when it is defined, straight from the kernel where that may be.
Tensor mm(const Tensor& a, const Tensor& b,  // (m, k) (k, n) -> (m, n)
          const Tensor& out = {});
Tensor bmm(const Tensor& a, const Tensor& b,  // (batch, m, k) (batch, k, n) -> (batch, m, n)
           const Tensor& out = {});
Tensor mv(const Tensor& a, const Tensor& x,  // (m, k) (k) -> (m)
          const Tensor& out = {});
Tensor dot(const Tensor& x, const Tensor& y,  // (k) (k) -> ()
           const Tensor& out = {});
Tensor outer(const Tensor& x, const Tensor& y,  // (m) (n) -> (m, n)
             const Tensor& out = {});

// beta c + alpha a b, c broadcasting to the product's shape: one product over a copy of c. Names
// ending in _ write over c itself.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
             const Tensor& out = {});
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha,
             const Tensor& out = {});
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
               const Tensor& out = {});
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha,
              const Tensor& out = {});
Tensor addr(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha);
Tensor addmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);
Tensor addmv_(const Tensor& c, const Tensor& a, const Tensor& x, Scalar beta, Scalar alpha);
Tensor baddbmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);
Tensor addbmm_(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha);
Tensor addr_(const Tensor& c, const Tensor& x, const Tensor& y, Scalar beta, Scalar alpha);

// x W^T + bias. x: (..., in), weight: (out, in), bias: (out) or undefined; result: (..., out).
// Fused: the gradients of weight and bias go straight into their destinations.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace taut

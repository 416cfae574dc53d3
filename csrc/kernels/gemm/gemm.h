// Matrix products: C = alpha A B + beta C (+ bias along the columns).
//
// A is m x k, B is k x n, C is m x n. Each has a row stride (rs) and a column stride (cs) in
// elements, any values: every transpose is a pair of strides, none needs a copy. C overlaps
// neither A nor B, and distinct (i, j) are distinct memory. Any of m, n, k may be 0; k == 0 gives
// beta C + bias. beta == 0 never reads C. bias has n elements, or is null.
//
// The sum over k is taken in an order that depends on k and on the shape of the problem only, so a
// caller that cuts C into fixed blocks gets the same result on any number of threads.
// Source of the scheme: Goto and van de Geijn, "Anatomy of high-performance matrix
// multiplication", 2008; Van Zee and van de Geijn, "BLIS", 2015.
#pragma once

#include <cstdint>

namespace taut {

template <class T>
struct GemmArgs {
  int64_t m, n, k;
  const T* a;
  int64_t a_rs, a_cs;
  const T* b;
  int64_t b_rs, b_cs;
  T* c;
  int64_t c_rs, c_cs;
  T alpha = 1;
  T beta = 0;
  const T* bias = nullptr;
  void* workspace = nullptr;  // gemm_workspace() bytes, 64-byte aligned
};

// Enough for any product of this ISA; small products touch the start of it only.
struct GemmKernels {
  int64_t workspace_f32, workspace_f64;  // bytes
  int64_t rows_f32, rows_f64;            // rows of a micro-tile: cut C at multiples of it
  void (*f32)(const GemmArgs<float>&);
  void (*f64)(const GemmArgs<double>&);
};
const GemmKernels& gemm_kernels();

}  // namespace taut

// Tensors as rows for the row kernels: the dimensions that a function works along come last.
#pragma once

#include "core/parallel.h"
#include "tensor/tensor.h"

namespace taut {

// t with `dim` moved to the end, contiguous: t itself where it is so already. Not recorded.
Tensor to_rows(const Tensor& t, int64_t dim);
// The inverse: rows, which have the shape to_rows gave, in the order of t's dimensions. Contiguous.
Tensor from_rows(const Tensor& rows, int64_t dim);
// Whether to_rows moves nothing.
bool is_last(const Tensor& t, int64_t dim);

// f.operator()<T>() for the two floating types.
template <class F>
decltype(auto) visit_floating(DType t, F&& f) {
  if (is_narrow(t)) raise_not_implemented(t);
  if (t == DType::Float32) return f.template operator()<float>();
  return f.template operator()<double>();
}

// f(first, last) over rows of n elements, in parallel, cut at fixed places. cost: rough cycles per
// element with vectors.
template <class F>
void for_rows(int64_t rows, int64_t n, int cost, F&& f) {
  if (rows == 0 || n == 0) return;
  const int64_t grain = (1 << 15) / (n * cost) + 1;
  if (rows <= grain) return f(int64_t{0}, rows);
  LongWork section(rows * n * cost);
  parallel_for(0, rows, grain, f);
}

}  // namespace taut

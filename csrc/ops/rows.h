// Tensors as rows for the row kernels: the dimensions that a function works along come last.
#pragma once

#include "core/parallel.h"
#include "kernels/stream.h"
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

// How kernels store `out`, contiguous rows of n elements: past the caches where those could not
// hold it and the rows are long enough to be lines but for their ends.
inline Stores stores_of(const Tensor& out, int64_t n, int cost) {
  constexpr int64_t kLong = 512;
  const auto width = static_cast<int64_t>(out.element_size());
  const bool aligned = reinterpret_cast<uintptr_t>(out.raw()) % out.element_size() == 0;
  const bool past = aligned && n * width >= kLong && streams(out.numel() * width, cost);
  return past ? Stores::Streamed : Stores::Cached;
}

}  // namespace taut

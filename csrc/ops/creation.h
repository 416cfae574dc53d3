// New tensors from numbers: constants, ranges, index grids.
#pragma once

#include <cstdint>
#include <optional>

#include "tensor/tensor.h"

namespace taut {

Tensor full(DimSpan sizes, Scalar value, DType dtype);
inline Tensor zeros(DimSpan sizes, DType dtype) { return full(sizes, 0, dtype); }
// On the device of t.
Tensor full_beside(const Tensor& t, DimSpan sizes, Scalar value, DType dtype);
inline Tensor zeros_beside(const Tensor& t, DimSpan sizes, DType dtype) {
  return full_beside(t, sizes, 0, dtype);
}
inline Tensor ones(DimSpan sizes, DType dtype) { return full(sizes, 1, dtype); }

// Of the shape of t, and of its memory layout where t has no gaps.
Tensor full_like(const Tensor& t, Scalar value, DType dtype);
inline Tensor full_like(const Tensor& t, Scalar value) { return full_like(t, value, t.dtype()); }
inline Tensor zeros_like(const Tensor& t) { return full_like(t, 0); }
inline Tensor ones_like(const Tensor& t) { return full_like(t, 1); }

// Writes value into every element, without a word to autograd.
void fill_raw(const Tensor& t, Scalar value);
// In-place operations; a tensor as value has no dimensions and gets a gradient.
Tensor fill_(const Tensor& t, Scalar value);
Tensor fill_(const Tensor& t, const Tensor& value);
Tensor zero_(const Tensor& t);

// RuntimeError unless the value fits the dtype. Unsigned types take negative integers modulo their
// range, floating types infinities and NaN.
void check_fits(Scalar value, DType dtype);

// The n x m matrix with ones on its main diagonal.
Tensor eye(int64_t n, int64_t m, DType dtype);

// start, start + step, ... up to, not including, end. Without a dtype: int64 for integers, else the
// default one.
Tensor arange(Scalar start, Scalar end, Scalar step, std::optional<DType> dtype);
// end included.
Tensor range(Scalar start, Scalar end, Scalar step, DType dtype);
// `steps` evenly spaced values from start to end, both included; logspace raises base to them.
Tensor linspace(Scalar start, Scalar end, int64_t steps, DType dtype);
Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, DType dtype);

// The part of each matrix in the last two dimensions on and below (above) diagonal `diagonal`,
// zeros elsewhere.
Tensor tril(const Tensor& t, int64_t diagonal);
Tensor triu(const Tensor& t, int64_t diagonal);
Tensor tril_(const Tensor& t, int64_t diagonal);
Tensor triu_(const Tensor& t, int64_t diagonal);
// Row and column indices of that part of a row x column matrix, as a 2 x n tensor.
Tensor tril_indices(int64_t row, int64_t column, int64_t offset, DType dtype);
Tensor triu_indices(int64_t row, int64_t column, int64_t offset, DType dtype);

}  // namespace taut

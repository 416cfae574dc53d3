// What operations ask of their arguments, with PyTorch's kinds of exception.
#pragma once

#include "core/error.h"
#include "tensor/tensor.h"

namespace taut {

[[noreturn, gnu::cold]] inline void raise_not_implemented(const char* op, DType type) {
  raise<NotImplementedError>('"', op, "\" not implemented for '", scalar_type_name(type), "'");
}

inline void check_floating(const char* op, const Tensor& t) {
  if (!is_floating(t.dtype())) raise_not_implemented(op, t.dtype());
}

inline void check_not_bool(const char* op, const Tensor& t) {
  if (is_bool(t.dtype())) raise_not_implemented(op, t.dtype());
}

// Operations that read the size of `dim` do not take a 0-d tensor, though it wraps 0 and -1.
inline void check_has_dims(const char* op, const Tensor& t, int64_t dim) {
  TAUT_CHECK(t.dim() > 0, IndexError, op, ": Dimension specified as ", dim,
             " but tensor has no dimensions");
}

// Where slices are written or read by index, there must be some. op names the caller.
inline void check_has_slices(const char* op, const Tensor& t, int64_t dim, const Tensor& index) {
  TAUT_CHECK(index.numel() == 0 || t.dim() == 0 || t.size(dim) > 0, RuntimeError, op,
             ": there is nothing to index in dimension ", dim, " of shape ", ShapeText{t.sizes()});
}

}  // namespace taut

#include "ops/memory_format.h"

#include <algorithm>

#include "core/error.h"
#include "core/shape.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"

namespace taut {

Dims strides_in(MemoryFormat format, DimSpan sizes) {
  if (format == MemoryFormat::Contiguous) return contiguous_strides(sizes);
  const int64_t rank = format == MemoryFormat::ChannelsLast ? 4 : 5;
  TAUT_CHECK(std::ssize(sizes) == rank, RuntimeError, "required rank ", rank,
             " tensor to use channels_last", rank == 5 ? "_3d" : "", " format, got shape ",
             ShapeText{sizes});
  Dims strides(rank);
  int64_t next = 1;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t d = i == 0 ? 1 : i == rank - 1 ? 0 : rank - i;
    strides[d] = next;
    next *= std::max<int64_t>(sizes[d], 1);
  }
  return strides;
}

bool is_contiguous_in(MemoryFormat format, const Tensor& t) {
  if (format == MemoryFormat::Contiguous) return t.is_contiguous();
  const int64_t rank = format == MemoryFormat::ChannelsLast ? 4 : 5;
  if (t.dim() != rank) return false;
  const Dims wanted = strides_in(format, t.sizes());
  for (int64_t d = 0; d < rank; ++d) {
    if (t.size(d) != 1 && t.strides()[d] != wanted[d]) return false;
  }
  return true;
}

Tensor clone_in(MemoryFormat format, const Tensor& t) {
  if (format == MemoryFormat::Preserve) return clone(t);
  if (format == MemoryFormat::Contiguous) return clone_contiguous(t);
  const Dims strides = strides_in(format, t.sizes());
  const Tensor out = empty_beside(t, t.sizes(), strides, t.dtype());
  copy_raw(out, t);
  record(out, "CloneBackward0", {t}, {},
         [](GradFrame& frame, TensorSpan) { frame.give(0, frame.grad()); });
  return out;
}

MemoryFormat format_of(const Tensor& t) {
  if ((t.dim() != 4 && t.dim() != 5) || t.is_contiguous()) return MemoryFormat::Contiguous;
  const auto format = t.dim() == 4 ? MemoryFormat::ChannelsLast : MemoryFormat::ChannelsLast3d;
  return is_contiguous_in(format, t) ? format : MemoryFormat::Contiguous;
}

Tensor contiguous_in(MemoryFormat format, const Tensor& t) {
  TAUT_CHECK(format != MemoryFormat::Preserve, RuntimeError,
             "preserve memory format is unsupported by the contiguous operator");
  return is_contiguous_in(format, t) ? t : clone_in(format, t);
}

}  // namespace taut

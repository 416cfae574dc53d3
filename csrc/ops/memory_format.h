// The orders in which a tensor's dimensions may lie in memory.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// Preserve: as the input lies. ChannelsLast: (N, C, H, W) in the order N, H, W, C; ChannelsLast3d:
// (N, C, D, H, W) in the order N, D, H, W, C.
enum class MemoryFormat : int8_t { Preserve, Contiguous, ChannelsLast, ChannelsLast3d };

// The strides of a dense tensor in a format that orders all dimensions: not Preserve. RuntimeError
// where the format is of another number of dimensions.
Dims strides_in(MemoryFormat format, DimSpan sizes);
// Whether elements lie so; a dimension of size 1 may have any stride, an empty tensor any layout.
bool is_contiguous_in(MemoryFormat format, const Tensor& t);

// A copy with memory of its own, in the format.
Tensor clone_in(MemoryFormat format, const Tensor& t);
// t itself where it lies so already. RuntimeError for Preserve.
Tensor contiguous_in(MemoryFormat format, const Tensor& t);

// The format of images or volumes with channels last; Contiguous for everything else.
MemoryFormat format_of(const Tensor& t);
// The result of an operation in the format of its input, which PyTorch keeps; a kernel's own layout
// is contiguous.
inline Tensor in_format_of(const Tensor& input, const Tensor& result) {
  const MemoryFormat format = format_of(input);
  return format == MemoryFormat::Contiguous ? result : contiguous_in(format, result);
}

}  // namespace taut

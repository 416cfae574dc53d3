// Convolutions (cross-correlations, as networks mean the word) over 1, 2 or 3 dimensions.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace taut {

// One number for each spatial dimension, or one for all of them.
struct ConvOptions {
  Dims stride{1}, padding{0}, dilation{1}, output_padding{0};
  std::string_view mode;  // "same" or "valid" instead of padding
  int64_t groups = 1;
};

// input (N, C, *) or (C, *), weight (out, C / groups, *kernel), bias (out) or undefined.
// out = (in + 2 padding - dilation (kernel - 1) - 1) / stride + 1.
Tensor convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t dims,
                   const ConvOptions& options);
// The transpose of a convolution of that stride and padding: weight (C, out / groups, *kernel).
// out = (in - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
Tensor transposed_convolution(const Tensor& input, const Tensor& weight, const Tensor& bias,
                              int64_t dims, const ConvOptions& options);

}  // namespace taut

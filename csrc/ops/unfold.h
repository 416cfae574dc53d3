// Windows of images as columns, and back.
#pragma once

#include "tensor/tensor.h"

namespace taut {

// Two numbers each (height, width), or one for both.
struct WindowOptions {
  Dims kernel, dilation{1}, padding{0}, stride{1};
};

// (N, C, H, W) to (N, C * KH * KW, L): column l is the l-th window, row by row of windows.
Tensor unfold_windows(const Tensor& x, const WindowOptions& options);
// The transpose of that: columns added up into images of the given size.
Tensor fold_windows(const Tensor& columns, DimSpan size, const WindowOptions& options);

}  // namespace taut

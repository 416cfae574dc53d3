// Elements moved to other places, and padding around them.
#pragma once

#include <string_view>

#include "core/scalar.h"
#include "tensor/tensor.h"

namespace taut {

// Reversed along each of dims.
Tensor flip(const Tensor& t, DimSpan dims);
// Moved by shifts[i] along dims[i], what leaves at the end coming back at the start. No dims: over
// the flattened t.
Tensor roll(const Tensor& t, DimSpan shifts, DimSpan dims);

// padding: (before, after) of the last dimension, then of the one before it, and so on. Negative
// padding removes.
Tensor constant_pad_nd(const Tensor& t, DimSpan padding, Scalar value);
// Padding with t's own values: "reflect" (without repeating the edge), "replicate" (the edge) or
// "circular". Of the last 1, 2 or 3 dimensions behind one or two of batch and channels.
Tensor pad_nd(const Tensor& t, DimSpan padding, std::string_view mode);

}  // namespace taut

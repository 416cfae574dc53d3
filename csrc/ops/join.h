// Tensors put together, and repeated.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace taut {

// One after the other along dim; dtypes are promoted. A 1-d tensor without elements is skipped.
Tensor cat(std::span<const Tensor> tensors, int64_t dim);
// Along a new dimension.
Tensor stack(std::span<const Tensor> tensors, int64_t dim);

// `times` copies along each dimension, new ones in front.
Tensor repeat(const Tensor& t, DimSpan times);
// Each slice along dim as often as repeats says (a vector of one entry per slice).
Tensor repeat_interleave(const Tensor& t, const Tensor& repeats, int64_t dim);
// The indices that does it with: i as often as repeats[i].
Tensor repeat_interleave_indices(const Tensor& repeats);

}  // namespace taut

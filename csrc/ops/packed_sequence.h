// Sequences of several lengths: padded to one, or packed step by step.
#pragma once

#include <span>

#include "tensor/tensor.h"

namespace taut {

struct Padded {
  Tensor data;
  Tensor lengths;  // int64 [batch]
};

// How many of the sequences, whose lengths (int64) never rise, have a step t: int64 [steps].
Tensor batch_sizes_of(const Tensor& lengths, int64_t batch, int64_t steps);

// The rows (t, b) of x that sequence b has, in the order of t. x: (steps, batch, ...), or (batch,
// steps, ...) when batch_first.
Tensor pack_padded(const Tensor& x, const Tensor& batch_sizes, bool batch_first);
// The inverse: `value` where a sequence has no row; at least total_length steps.
Padded pad_packed(const Tensor& data, const Tensor& batch_sizes, bool batch_first, Scalar value,
                  int64_t total_length);

// Tensors of the same sizes but the first: (longest, count, ...) or (count, longest, ...), with
// `value` behind the shorter ones, or before them.
Tensor pad_sequence(std::span<const Tensor> sequences, bool batch_first, Scalar value, bool left);

}  // namespace taut

// Losses.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace taut {

enum class Mean : std::uint8_t { None, Mean, Sum };
// "none", "mean" or "sum"; ValueError for anything else.
Mean reduction_from(std::string_view name);
// The losses of single elements as `reduction` wants them.
Tensor reduced(const Tensor& losses, Mean reduction);

// Of the difference x - target; shapes broadcast.
Tensor mse_loss(const Tensor& x, const Tensor& target, Mean reduction);
Tensor l1_loss(const Tensor& x, const Tensor& target, Mean reduction);
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Mean reduction, double beta);
Tensor huber_loss(const Tensor& x, const Tensor& target, Mean reduction, double delta);

// Of log-probabilities [N, C, ...] or [C] and class indices. Mean divides by the sum of weights.
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const Tensor& weight, Mean reduction,
                int64_t ignore_index);
// nll_loss of log_softmax; target: class indices, or probabilities of the shape of x.
Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Mean reduction,
                     int64_t ignore_index, double label_smoothing);

// Of probabilities, and of logits.
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                            Mean reduction);
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Mean reduction);

}  // namespace taut

// Losses.
#pragma once

#include <span>
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

// Minus the log-likelihood [N] that log-probabilities [T, N, C] spell the targets, with blanks
// between them: int targets [N, S], or all in one row. zero_infinity: 0 where that is impossible.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, std::span<const int64_t> steps,
                std::span<const int64_t> labels, int64_t blank, bool zero_infinity);

// The mean over classes of max(0, 1 - (x[target] - x[other])), for x [N, C] or [C] and as many
// classes in target, those from the first negative one on not being there.
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Mean reduction);

// Of probabilities, and of logits.
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                            Mean reduction);
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Mean reduction);

}  // namespace taut

// Attention without the matrix of all scores: blocks of queries, each against the keys it sees.
#pragma once

#include "tensor/tensor.h"

namespace taut {

struct AttentionProblem {
  // [..., L, E], [..., S, E], [..., S, Ev], one shape of leading dimensions; any strides.
  Tensor q, k, v;
  Tensor mask;  // added to the scores; undefined or expanded to [..., L, S], any strides
  bool causal;
  double scale;
};

struct AttentionResult {
  Tensor out;  // [..., L, Ev], in memory as q is
  Tensor lse;  // [lines, L]: the logarithm of each row's sum of exponentials
};
AttentionResult attention_forward(const AttentionProblem& p);

// Gradients of q, k and v, overwritten; memory of any strides, apart from each other. Not recorded.
struct AttentionGrads {
  Tensor q, k, v;
};
void attention_backward(const AttentionProblem& p, const Tensor& lse, const Tensor& grad,
                        const AttentionGrads& out);
// Dense, of some sizes, its dimensions in memory in the order of those of t.
Tensor empty_in_order(const Tensor& t, const Dims& sizes);

}  // namespace taut

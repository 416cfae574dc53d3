// Scaled dot-product attention.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace taut {

struct AttentionOptions {
  Tensor mask;  // undefined, bool (true: attend) or added to the scores; broadcasts to [..., L, S]
  double dropout = 0;
  bool causal = false;          // position i attends to positions up to i
  std::optional<double> scale;  // 1 / sqrt(E) when absent
  bool grouped = false;         // fewer key heads than query heads, each shared by a run of them
};

// softmax(q k^T scale + mask) v for q [..., L, E], k [..., S, E], v [..., S, Ev].
// Vaswani et al., 2017.
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options);

}  // namespace taut

// Scores of attention, a block of queries at a time, in place between the matrix products.
//
// Row r of a block begins at s + r * stride and holds n scores; the block owns all of stride.
// Causal: the key j counts for row r when j <= first + r. The mask, when not null, is added:
// element (r, j) is mask[r * mask_rs + j * mask_cs]. A row for which nothing counts, or all of
// whose scores are -infinity, has weights 0. Nothing needs alignment; rows and n may be 0.
#pragma once

#include <cstdint>

namespace taut {

template <class T>
struct ScoreBlock {
  int64_t rows, n, stride;
  bool causal;
  int64_t first;
  const T* mask;
  int64_t mask_rs, mask_cs;
};

template <class T>
struct AttentionKernelsOf {
  // Scores become weights, exp(score - lse), 0 where a key does not count. lse: [rows].
  void (*weights)(const ScoreBlock<T>& block, T* s, T* lse);
  // The same with lse known.
  void (*weights_again)(const ScoreBlock<T>& block, T* s, const T* lse);
  // For weights w and their gradient dw, the gradient of the scores times scale, written over dw:
  // scale w (dw - sum(w dw)). dw has the stride of w.
  void (*score_grad)(const ScoreBlock<T>& block, const T* w, T* dw, T scale);
};

struct AttentionKernels {
  AttentionKernelsOf<float> f32;
  AttentionKernelsOf<double> f64;

  template <class T>
  const AttentionKernelsOf<T>& of() const {
    if constexpr (sizeof(T) == 4)
      return f32;
    else
      return f64;
  }
};
const AttentionKernels& attention_kernels();

}  // namespace taut

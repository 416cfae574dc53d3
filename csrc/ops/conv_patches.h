// What the products of a convolution share: where its patches lie, and the kernels.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/conv.h"
#include "ops/conv_products.h"
#include "ops/gemm_table.h"

namespace taut {

template <class T>
const ConvTable<T>& conv_kernels_of() {
  return conv_kernels().of<T>();
}

inline int64_t blocks_of(int64_t n, int64_t block) { return (n + block - 1) / block; }
// n cut into as few parts of at most `most` as possible, of a like size.
inline int64_t even_part(int64_t n, int64_t most) {
  return n == 0 ? 1 : blocks_of(n, blocks_of(n, most));
}

// The patches that outputs see of a group's image: taps are [channel][kernel], grid is of one
// sample (its stride from sample to sample is for the user to set).
struct Patches {
  ConvStage stage;
  std::vector<int64_t> taps;
  PixelGrid grid;
};
Patches patches_of(const ConvSizes& sizes);

// Whether the image has to be copied; where not, `stage` is made to describe the image itself.
bool needs_stage(ConvStage& stage);

// Consecutive channels, staged. Shared by all threads of the caller.
template <class T>
void stage_channels(const T* image, int64_t channels, const ConvStage& stage, T* to);

}  // namespace taut

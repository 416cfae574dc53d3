// Convolutions and their transposes as products of weights with patches of an image.
#pragma once

#include <algorithm>
#include <vector>

#include "ops/conv_patches.h"

namespace taut {

// Lines of outputs near an edge see patches that lie in the padding with some of their rows.
// Along one dimension, for each coordinate of an output: the first tap of a channel that is inside,
// and how many are.
struct TapCuts {
  struct Cut {
    int64_t first, count;
    bool operator==(const Cut&) const = default;
  };
  int64_t taps;   // of a channel
  int64_t lines;  // of a grid that have the same coordinate
  std::vector<Cut> cuts;

  const Cut& of_line(int64_t line) const {
    return cuts[static_cast<std::size_t>(line / lines % static_cast<int64_t>(cuts.size()))];
  }
};

// Outputs that see patches of one form: all of a convolution's; of its transpose those whose
// distance to the first is a multiple of the stride.
template <class T>
struct Phase {
  std::vector<int64_t> taps;
  TapCuts cuts;
  std::vector<T> own;  // the weights, where they had to be rearranged
  const T* weights;    // [groups][rows][taps]
  PixelGrid grid;
  int64_t first[3], step[3];  // in the output

  int64_t count() const { return static_cast<int64_t>(taps.size()); }
};

// `rows` outputs per pixel from `channels` of an image.
template <class T>
struct Product {
  int64_t batch, groups, channels, rows;
  ConvStage stage;
  std::vector<Phase<T>> phases;
  const T* image;
  const T* bias;
  T* out;
  int64_t out_size[3];
  T beta;

  int64_t out_plane() const { return out_size[0] * out_size[1] * out_size[2]; }
  bool in_place(const Phase<T>& p) const {
    return std::equal(out_size, out_size + 3, p.grid.size + 1);
  }
};

template <class T>
void run_product(const Product<T>& product);

}  // namespace taut

// self[...] and self[...] = value, as Python writes them.
//
// Note [Advanced indexing]
// Integers, slices, None and Ellipsis make views. Index tensors then replace the dimensions they
// stand at by the dimensions of their broadcast shape: in place of the first of them when they are
// adjacent, at the front otherwise. A mask stands for the coordinates of its true elements. The
// tensors are turned into one tensor of byte offsets, so that any number of them costs one lookup.
#pragma once

#include <span>

#include "core/scalar.h"
#include "tensor/tensor.h"

namespace taut {

// One item between the brackets.
struct IndexItem {
  enum class Kind { Integer, Slice, NewAxis, Ellipsis, Flag, Tensor };
  Kind kind;
  int64_t start = 0, stop = 0, step = 1;  // start: the value of an Integer or Flag
  taut::Tensor tensor;
};
using IndexItems = SmallVec<IndexItem, 4>;
// One tensor per dimension from the first on; an undefined one means the whole dimension.
using IndexTensors = SmallVec<Tensor, 4>;

Tensor get_item(const Tensor& self, std::span<const IndexItem> items);
// value: any tensor that broadcasts to self[items], leading dimensions of size 1 apart.
void set_item(const Tensor& self, std::span<const IndexItem> items, const Tensor& value);

// Advanced indexing alone.
Tensor index(const Tensor& self, const IndexTensors& indices);
Tensor index_put(const Tensor& self, const IndexTensors& indices, const Tensor& values,
                 bool accumulate);
Tensor index_put_(const Tensor& self, const IndexTensors& indices, const Tensor& values,
                  bool accumulate);

}  // namespace taut

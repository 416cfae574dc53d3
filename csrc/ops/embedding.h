// Rows of a table by index, and what belongs to that: embedding, embedding_bag, one_hot.
#pragma once

#include <optional>

#include "core/scalar.h"
#include "tensor/tensor.h"

namespace taut {

// weight[index]: any shape of index, weight rows x width. Row `padding_idx` gets no gradient (-1:
// none is special). scale_grad_by_freq divides a row's gradient by how often it was picked.
//
// With `sparse` the gradient is a sparse tensor of the rows as they were picked, but for those of
// padding_idx; its RuntimeError under scale_grad_by_freq comes with the backward, as in PyTorch.
// Otherwise the backward adds rows straight into the gradient's destination: into weight.grad when
// weight is a leaf, the same buffer that a tied output layer writes to.
Tensor embedding(const Tensor& weight, const Tensor& index, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false, bool sparse = false);

// Scales the rows of weight that index names to norm at most max_norm, in place.
void embedding_renorm_(const Tensor& weight, const Tensor& index, double max_norm,
                       double norm_type);

enum class BagMode : uint8_t { Sum, Mean, Max };
// Row b is the sum (mean, maximum) of weight[index[i]], i in [offsets[b], offsets[b + 1]).
// index and offsets are vectors; the last bag ends with index. An empty bag is zero. weights, one
// per index and for Sum only, scale the terms.
Tensor embedding_bag(const Tensor& weight, const Tensor& index, const Tensor& offsets, BagMode mode,
                     const Tensor& weights, int64_t padding_idx, bool scale_grad_by_freq,
                     bool sparse);

// int64 zeros with a one at each class of index, in a new last dimension. num_classes -1: what the
// largest index needs.
Tensor one_hot(const Tensor& index, int64_t num_classes);

}  // namespace taut

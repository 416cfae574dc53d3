// embedding_bag as rows gathered and summed by bag.
#include "core/error.h"
#include "graph/grad_mode.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/embedding.h"
#include "ops/gather.h"
#include "ops/masked.h"
#include "ops/pointwise.h"
#include "ops/views.h"

namespace taut {
namespace {

struct Bags {
  Tensor of;     // bag of each index
  Tensor sizes;  // indices per bag, padding left out
};

Bags bags_of(const Tensor& index, const Tensor& offsets, int64_t padding_idx) {
  const auto n = index.numel(), count = offsets.numel();
  const auto* start = offsets.data<int64_t>();
  Bags bags{empty(Dims{n}, DType::Int64), zeros(Dims{count}, DType::Int64)};
  TAUT_CHECK(
      count == 0 || start[0] == 0, RuntimeError,
      "embedding_bag: offsets[0] has to be 0, i.e., the first sequence in the mini-batch has "
      "to start from position 0. However, got ",
      count ? start[0] : 0);
  TAUT_CHECK(count == 0 || start[count - 1] <= n, RuntimeError,
             "embedding_bag: offsets[-1] can not be greater than input's length ", n, " but got ",
             count ? start[count - 1] : 0);
  for (int64_t b = 0; b < count; ++b) {
    const auto end = b + 1 < count ? start[b + 1] : n;
    for (auto i = start[b]; i < end; ++i) {
      bags.of.data<int64_t>()[i] = b;
      bags.sizes.data<int64_t>()[b] += index.data<int64_t>()[i] != padding_idx;
    }
  }
  return bags;
}

Tensor per_row(const Tensor& v, DType dtype) { return unsqueeze(cast(v, dtype), 1); }

}  // namespace

Tensor embedding_bag(const Tensor& weight, const Tensor& given, const Tensor& given_offsets,
                     BagMode mode, const Tensor& weights, int64_t padding_idx,
                     bool scale_grad_by_freq, bool sparse) {
  TAUT_CHECK(given.dim() == 1 && given_offsets.dim() == 1, ValueError,
             "embedding_bag: input and offsets have to be 1D tensors, got ", given.dim(), " and ",
             given_offsets.dim(), " dimensions");
  TAUT_CHECK(!weights.defined() || mode == BagMode::Sum, NotImplementedError,
             "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
             "for mode='sum'");
  Tensor index, offsets;
  {
    NoGrad guard;
    index = contiguous(cast(given, DType::Int64));
    offsets = contiguous(cast(given_offsets, DType::Int64));
  }
  const Bags bags = bags_of(index, offsets, padding_idx);
  const DType t = weight.dtype();
  Tensor rows = embedding(weight, index, padding_idx, scale_grad_by_freq, sparse);
  if (weights.defined()) rows = mul(rows, unsqueeze(weights, 1));
  const Tensor padding = unsqueeze(eq(index, wrapped(padding_idx)), 1);
  if (padding_idx >= 0 && mode != BagMode::Max) rows = masked_fill(rows, padding, wrapped(0));
  const Tensor out = zeros(Dims{offsets.numel(), weight.size(1)}, t);
  if (mode == BagMode::Max) {
    if (padding_idx < 0) return index_reduce(out, 0, bags.of, rows, "amax", false);
    const Tensor kept = reshape(nonzero(ne(index, wrapped(padding_idx))), Dims{-1});
    return index_reduce(out, 0, index_select(bags.of, 0, kept), index_select(rows, 0, kept), "amax",
                        false);
  }
  const Tensor sums = index_add(out, 0, bags.of, rows);
  if (mode == BagMode::Sum) return sums;
  const Tensor n = masked_fill(bags.sizes, eq(bags.sizes, wrapped(0)), wrapped(1));
  return div(sums, per_row(n, t));
}

}  // namespace taut

// Order: sort, selection, binary search, distinct values, counting.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "tensor/tensor.h"

namespace taut {

struct Sorted {
  Tensor values, indices;
};

// Along dim. Always stable; NaN counts as greatest.
Sorted sort(const Tensor& self, int64_t dim, bool descending);
Tensor argsort(const Tensor& self, int64_t dim, bool descending);
// The k greatest (smallest) along dim; of equal elements the earlier ones.
Sorted topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted);
// The k-th smallest along dim, k from 1.
Sorted kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim);

struct Unique {
  Tensor values, inverse, counts;
};
// Distinct values, ascending. With dim, distinct slices in lexicographic order.
// `inverse` is made when asked for: it costs a random write per element.
Unique unique(const Tensor& self, std::optional<int64_t> dim, bool inverse);
// The first of every run of equal neighbours.
Unique unique_consecutive(const Tensor& self, std::optional<int64_t> dim, bool inverse);

// Where values would be inserted into the sorted sequence (last dimension; leading dimensions as
// those of values, or one sequence for all). right: after equal elements. sorter orders a
// sequence that is not sorted itself; may be undefined.
Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool right, const Tensor& sorter);

// How often each of 0 ... max occurs; with weights, the sum of theirs.
Tensor bincount(const Tensor& self, const Tensor& weights, int64_t minlength);

// For each element, whether it is one of test_elements.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert);

}  // namespace taut

// Distinct values and counts: unique, unique_consecutive, bincount, isin.
#include <algorithm>

#include "core/error.h"
#include "graph/record.h"
#include "kernels/indexing.h"
#include "kernels/sort.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/sort.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Groups of equal rows in a table whose rows stand in `order` (as they are when undefined).
Unique group(const Tensor& rows, int64_t length, const Tensor& order, bool inverse) {
  const Tensor sorted = order.defined() ? index_select(rows, 0, order) : rows;
  const auto n = rows.size(0);
  const Tensor starts = empty(Dims{n}, DType::Int64);
  auto* start = starts.data<int64_t>();
  const auto groups = kernels::row_run_starts(rows.dtype(), sorted.raw(), n, length, start);
  Unique out{index_select(sorted, 0, slice(starts, 0, 0, groups, 1)), empty(Dims{n}, DType::Int64),
             empty(Dims{groups}, DType::Int64)};
  for (int64_t g = 0; g < groups; ++g) {
    const auto end = g + 1 < groups ? start[g + 1] : n;
    out.counts.data<int64_t>()[g] = end - start[g];
    for (auto i = start[g]; inverse && i < end; ++i) {
      const auto at = order.defined() ? order.data<int64_t>()[i] : i;
      out.inverse.data<int64_t>()[at] = g;
    }
  }
  return out;
}

Unique flat_unique(const Tensor& self, bool sorting, bool inverse) {
  const Tensor flat = contiguous(reshape(self, Dims{-1}));
  Unique out = group(flat, 1, sorting ? argsort(flat, 0, false) : Tensor(), inverse);
  if (inverse) out.inverse = reshape(out.inverse, self.sizes());
  return out;
}

Unique slice_unique(const Tensor& self, int64_t dim, bool sorting, bool inverse) {
  dim = wrap_dim(dim, self.dim(), "unique");
  // The dimension first, the others in their order: slices are compared element by element.
  Dims order_of, back(self.dim());
  order_of.push_back(dim);
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d != dim) order_of.push_back(d);
  }
  for (int64_t d = 0; d < self.dim(); ++d) back[order_of[d]] = d;
  const Tensor front = contiguous(permute(self, order_of));
  const auto n = front.size(0);
  const auto length = n == 0 ? 0 : front.numel() / n;
  TAUT_CHECK(self.numel() > 0 || n == 0, RuntimeError,
             "unique: There are 0 sized dimensions, and they aren't selected by `dim`, so unique "
             "cannot be applied");
  Tensor order;
  if (sorting) {
    order = empty(Dims{n}, DType::Int64);
    kernels::sort_rows(front.dtype(), front.raw(), n, length, order.data<int64_t>());
  }
  Unique out = group(reshape(front, Dims{n, length}), length, order, inverse);
  Dims sizes = front.sizes();
  sizes[0] = out.counts.numel();
  out.values = permute(reshape(out.values, sizes), back);
  return out;
}

}  // namespace

Unique unique(const Tensor& self, std::optional<int64_t> dim, bool inverse) {
  NoGrad guard;
  if (is_narrow(self.dtype())) return rounded(unique(widened(self), dim, inverse), self.dtype());
  return dim ? slice_unique(self, *dim, true, inverse) : flat_unique(self, true, inverse);
}

Unique unique_consecutive(const Tensor& self, std::optional<int64_t> dim, bool inverse) {
  NoGrad guard;
  if (is_narrow(self.dtype())) {
    return rounded(unique_consecutive(widened(self), dim, inverse), self.dtype());
  }
  return dim ? slice_unique(self, *dim, false, inverse) : flat_unique(self, false, inverse);
}

Tensor bincount(const Tensor& self, const Tensor& weights, int64_t minlength) {
  NoGrad guard;
  TAUT_CHECK(!is_floating(self.dtype()) && !is_bool(self.dtype()), NotImplementedError,
             "bincount: not implemented for '", scalar_type_name(self.dtype()), "'");
  TAUT_CHECK(minlength >= 0, RuntimeError, "bincount: minlength should be >= 0, got ", minlength);
  const Tensor index = contiguous(cast(self, DType::Int64));
  const auto* at = index.data<int64_t>();
  const auto n = index.numel();
  const auto [low, high] = std::minmax_element(at, at + n);
  TAUT_CHECK(index.dim() == 1 && (n == 0 || *low >= 0), RuntimeError,
             "bincount only supports 1-d non-negative integral inputs, got shape ",
             ShapeText{index.sizes()}, n && index.dim() == 1 ? str(", smallest ", *low) : "");
  TAUT_CHECK(!weights.defined() || (weights.dim() == 1 && weights.numel() == n), RuntimeError,
             "bincount: weights should be 1-d and have the same length as input");
  const Dims sizes{std::max(minlength, n == 0 ? 0 : *high + 1)};
  if (!weights.defined()) {
    const Tensor counts = zeros(sizes, DType::Int64);
    kernels::count_indices(counts.data<int64_t>(), at, n);
    return counts;
  }
  const Tensor sums = zeros(sizes, DType::Float64);
  kernels::sum_indices(sums.data<double>(), at,
                       contiguous(cast(weights, DType::Float64)).data<double>(), n);
  return weights.dtype() == DType::Float32 ? cast(sums, DType::Float32) : sums;
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert) {
  TAUT_CHECK(!is_bool(elements.dtype()) && !is_bool(test_elements.dtype()), RuntimeError,
             "isin: Unsupported input type encountered for isin(): Bool");
  NoGrad guard;
  const DType t = widened(promote(elements.dtype(), test_elements.dtype()));
  const Tensor values = contiguous(cast(elements, t));
  const Tensor known = sort(reshape(cast(test_elements, t), Dims{-1}), 0, false).values;
  const Tensor left = searchsorted(known, values, false, {});
  const Tensor right = searchsorted(known, values, true, {});
  const Tensor out = empty(elements.sizes(), DType::Bool);
  // A run of equal elements is not empty; NaN equals nothing.
  visit(t, [&]<class T>() {
    const T* v = values.data<T>();
    for (int64_t i = 0; i < out.numel(); ++i) {
      const bool found = left.data<int64_t>()[i] < right.data<int64_t>()[i] && v[i] == v[i];
      out.data<bool>()[i] = found != invert;
    }
  });
  return out;
}

}  // namespace taut

#include "ops/rows.h"

#include "graph/grad_mode.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/views.h"

namespace taut {
namespace {

Dims dim_last(int64_t ndim, int64_t dim) {
  Dims order;
  for (int64_t d = 0; d < ndim; ++d) {
    if (d != dim) order.push_back(d);
  }
  order.push_back(dim);
  return order;
}

}  // namespace

bool is_last(const Tensor& t, int64_t dim) {
  for (int64_t d = dim + 1; d < t.dim(); ++d) {
    if (t.size(d) != 1) return false;
  }
  return true;
}

Tensor to_rows(const Tensor& t, int64_t dim) {
  NoGrad guard;
  return is_last(t, dim) ? contiguous(t) : copy_contiguous(permute(t, dim_last(t.dim(), dim)));
}

Tensor from_rows(const Tensor& rows, int64_t dim) {
  NoGrad guard;
  Dims order;
  for (int64_t d = 0; d < rows.dim(); ++d) {
    order.push_back(d < dim ? d : d == dim ? rows.dim() - 1 : d - 1);
  }
  return copy_contiguous(permute(rows, order));
}

}  // namespace taut

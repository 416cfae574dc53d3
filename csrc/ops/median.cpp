#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/record.h"
#include "kernels/sort.h"
#include "ops/accumulate.h"
#include "ops/checks.h"
#include "ops/creation.h"
#include "ops/extremes.h"
#include "ops/gather.h"
#include "ops/select_along.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

template <class T>
bool is_nan(T x) {
  return x != x;
}

// Where the median of a line stands: at the first NaN if NaN counts and there is one, else the
// lower middle of the elements that are not NaN.
template <class T>
int64_t median_place(const T* line, int64_t n, bool skip_nan, void* scratch) {
  int64_t nans = 0, first = -1;
  for (int64_t i = n - 1; i >= 0; --i) {
    if (!is_nan(line[i])) continue;
    ++nans;
    first = i;
  }
  if (nans > 0 && (!skip_nan || nans == n)) return first;
  const int64_t k = (n - nans - 1) / 2;
  return kernels::kth_line(dtype_of<T>::value, line, sizeof(T), n, k, scratch);
}

// Lines: [rows][n], contiguous.
void find_medians(const Tensor& lines, int64_t rows, int64_t n, bool skip_nan, const Tensor& values,
                  const Tensor& indices) {
  if (values.is_meta()) return;
  const Tensor scratch = empty(Dims{static_cast<int64_t>(kernels::sort_scratch(n))}, DType::UInt8);
  visit(lines.dtype(), [&]<class T>() {
    for (int64_t r = 0; r < rows; ++r) {
      const T* line = lines.data<T>() + r * n;
      const int64_t at = median_place(line, n, skip_nan, scratch.raw());
      values.data<T>()[r] = line[at];
      if (indices.defined()) indices.data<int64_t>()[r] = at;
    }
  });
}

struct MedianBackward final : Node {
  const char* label;
  Dims sizes;
  int64_t place;
  MedianBackward(const char* label, Dims sizes, int64_t place)
      : label(label), sizes(std::move(sizes)), place(place) {}
  const char* name() const override { return label; }
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    const Tensor flat = zeros_beside(g, Dims{numel(sizes)}, g.dtype());
    const Tensor index = full(Dims{1}, place, DType::Int64);
    frame.give(0, reshape(scatter(flat, 0, index, reshape(g, Dims{1})), sizes));
  }
};

Tensor median_of_all(const Tensor& t, bool skip_nan) {
  check_not_bool("median_cpu", t);
  if (is_narrow(t.dtype())) return rounded(median_of_all(widened(t), skip_nan), t.dtype());
  const Tensor values = empty_beside(t, {}, t.dtype()), place = zeros({}, DType::Int64);
  if (t.numel() == 0) {
    return full_beside(t, {}, is_floating(t.dtype()) ? Scalar(std::nan("")) : Scalar(0), t.dtype());
  }
  find_medians(copy_contiguous(t), 1, t.numel(), skip_nan, values, place);
  if (is_floating(t.dtype()) && needs_grad(t)) {
    auto node = make<MedianBackward>(skip_nan ? "NanmedianBackward0" : "MedianBackward0", t.sizes(),
                                     *place.data<int64_t>());
    set_edges(*node, {t});
    set_history(values, node);
  }
  return values;
}

Extreme median_along(const Tensor& t, int64_t dim, bool keepdim, bool skip_nan) {
  const char* op = skip_nan ? "nanmedian" : "median";
  check_not_bool("median_out", t);
  if (is_narrow(t.dtype())) {
    return rounded(median_along(widened(t), dim, keepdim, skip_nan), t.dtype());
  }
  dim = wrap_dim(dim, t.dim(), op);
  Dims sizes = t.sizes();
  const int64_t n = t.dim() == 0 ? 1 : t.size(dim);
  if (t.dim() > 0) {
    TAUT_CHECK(n > 0, IndexError, op, "(): Expected reduction dim ", dim,
               " to have non-zero size.");
    if (keepdim)
      sizes[dim] = 1;
    else
      sizes.erase(dim);
  }
  const Extreme out{empty_beside(t, sizes, t.dtype()), empty_beside(t, sizes, DType::Int64)};
  {
    NoGrad guard;
    Dims order;
    for (int64_t d = 0; d < t.dim(); ++d) {
      if (d != dim) order.push_back(d);
    }
    if (t.dim() > 0) order.push_back(dim);
    const Tensor lines = copy_contiguous(permute(t, order));
    find_medians(lines, t.numel() / n, n, skip_nan, out.values, out.indices);
  }
  record_selection(skip_nan ? "NanmedianBackward1" : "MedianBackward1", out.values, out.indices, t,
                   dim, keepdim);
  return out;
}

}  // namespace

Tensor median(const Tensor& t) { return median_of_all(t, false); }
Tensor nanmedian(const Tensor& t) { return median_of_all(t, true); }
Extreme median(const Tensor& t, int64_t dim, bool keepdim) {
  return median_along(t, dim, keepdim, false);
}
Extreme nanmedian(const Tensor& t, int64_t dim, bool keepdim) {
  return median_along(t, dim, keepdim, true);
}

}  // namespace taut

// Pooling, windows and interpolation: what taut.nn.functional calls after sorting out arguments.
#include "ops/pool.h"
#include "bindings/convert.h"
#include "bindings/topics.h"
#include "ops/resample.h"
#include "ops/unfold.h"

namespace taut {
namespace {

Tensor max_pool_of(const Tensor& x, int64_t dims, const Dims& kernel, const Dims& stride,
                   const Dims& padding, const Dims& dilation, bool ceil_mode) {
  return max_pool(x, dims, {kernel, stride, padding, dilation, ceil_mode}, false).first;
}
std::pair<Tensor, Tensor> max_pool_indices_of(const Tensor& x, int64_t dims, const Dims& kernel,
                                              const Dims& stride, const Dims& padding,
                                              const Dims& dilation, bool ceil_mode) {
  return max_pool(x, dims, {kernel, stride, padding, dilation, ceil_mode}, true);
}
Tensor avg_pool_of(const Tensor& x, int64_t dims, const Dims& kernel, const Dims& stride,
                   const Dims& padding, bool ceil_mode, bool include_pad,
                   std::optional<int64_t> divisor) {
  return avg_pool(x, dims, {kernel, stride, padding, Dims{1}, ceil_mode}, include_pad, divisor);
}
Tensor unfold_of(const Tensor& x, const Dims& kernel, const Dims& dilation, const Dims& padding,
                 const Dims& stride) {
  return unfold_windows(x, {kernel, dilation, padding, stride});
}
Tensor fold_of(const Tensor& columns, const Dims& size, const Dims& kernel, const Dims& dilation,
               const Dims& padding, const Dims& stride) {
  return fold_windows(columns, size, {kernel, dilation, padding, stride});
}
Tensor interpolate_of(const Tensor& x, const Dims& size, const std::vector<double>& scales,
                      const std::string& mode, bool align_corners, bool antialias) {
  return interpolate(x, size, scales, mode, align_corners, antialias);
}

}  // namespace

void bind_pool(py::module_& m) {
  m.def("_max_pool", &max_pool_of);
  m.def("_max_pool_with_indices", &max_pool_indices_of);
  m.def("_adaptive_max_pool",
        [](const Tensor& x, const Dims& size) { return adaptive_max_pool(x, size); });
  m.def("_max_unpool", [](const Tensor& x, const Tensor& index, const Dims& size) {
    return max_unpool(x, index, size);
  });
  m.def("_avg_pool", &avg_pool_of);
  m.def("_adaptive_avg_pool",
        [](const Tensor& x, const Dims& size) { return adaptive_avg_pool(x, size); });
  m.def("_unfold", &unfold_of);
  m.def("_fold", &fold_of);
  m.def("_interpolate", &interpolate_of);
}

}  // namespace taut

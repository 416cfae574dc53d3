// scatter, scatter_reduce, index_add, index_copy, index_fill and put: writing through an index.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/in_place.h"
#include "ops/index_loops.h"
#include "ops/pointwise.h"
#include "ops/rearrange.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

using kernels::IndexLoop;
using kernels::Reduce;

// ---- elements: index has the shape of the part of src that is used ----

void check_same_dtype(const Tensor& self, const Tensor& src, const char* op) {
  TAUT_CHECK(self.dtype() == src.dtype(), RuntimeError, op,
             ": Expected self.dtype to be equal to src.dtype, got ", self.dtype(), " and ",
             src.dtype());
}

void scatter_raw(IndexLoop loop, const Tensor& target, int64_t dim, const Tensor& index,
                 const Tensor& src) {
  const Tensor out = at_least_1d(target), where = at_least_1d(index), from = at_least_1d(src);
  const Tensor part = alias(out, where.sizes(), out.strides(), out.offset());
  run_put(loop, held(part, dim, 1, Dims{where.size(dim)}), where,
          alias(from, where.sizes(), from.strides(), from.offset()), byte_stride(out, dim));
}

// g in the leading corner of zeros of shape `sizes`: the gradient of a source that was read in
// part.
Tensor in_corner(const Tensor& g, const Dims& sizes) {
  if (same(g.sizes(), sizes)) return g;
  Dims padding;
  for (int64_t d = g.dim() - 1; d >= 0; --d) {
    padding.push_back(0);
    padding.push_back(sizes[d] - g.size(d));
  }
  return constant_pad_nd(g, padding, 0);
}

Tensor scatter_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given,
                    const Tensor& src, const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  check_same_dtype(self, src, op);
  const Tensor index = long_index(given, op);
  if (index.numel() > 0) check_scatter(self, dim, index, src.sizes(), op);
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("ScatterBackward0", {self, src}, {index},
                           [dim, sizes = src.sizes()](GradFrame& frame, TensorSpan saved) {
                             const Tensor& g = frame.grad();
                             if (frame.needs(0)) frame.give(0, scatter(g, dim, saved[0], 0));
                             if (frame.needs(1)) {
                               frame.give(1, in_corner(gather(g, dim, saved[0]), sizes));
                             }
                           });
      },
      [&](const Tensor& out) {
        if (index.numel() > 0) {
          scatter_raw(kernels::put_loop(out.element_size()), out, dim, index, src);
        }
      });
}

Tensor scatter_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given, Scalar value,
                    const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  const Tensor index = long_index(given, op);
  if (index.numel() > 0) check_scatter(self, dim, index, index.sizes(), op);
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("ScatterBackward1", {self}, {index},
                           [dim](GradFrame& frame, TensorSpan saved) {
                             frame.give(0, scatter(frame.grad(), dim, saved[0], 0));
                           });
      },
      [&](const Tensor& out) {
        if (index.numel() == 0) return;
        const Tensor one = full(Dims{}, value, out.dtype());
        const Tensor src = alias(one, index.sizes(), Dims(index.dim(), 0), 0);
        scatter_raw(kernels::put_loop(out.element_size()), out, dim, index, src);
      });
}

Tensor scatter_add_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given,
                        const Tensor& src, const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  check_same_dtype(self, src, op);
  const Tensor index = long_index(given, op);
  if (index.numel() > 0) check_scatter(self, dim, index, src.sizes(), op);
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("ScatterAddBackward0", {self, src}, {index},
                           [dim, sizes = src.sizes()](GradFrame& frame, TensorSpan saved) {
                             const Tensor& g = frame.grad();
                             if (frame.needs(0)) frame.give(0, g);
                             if (frame.needs(1)) {
                               frame.give(1, in_corner(gather(g, dim, saved[0]), sizes));
                             }
                           });
      },
      [&](const Tensor& out) {
        if (index.numel() == 0) return;
        const auto add = [&](const Tensor& to, const Tensor& from) {
          scatter_raw(kernels::reduce_loop(to.dtype(), Reduce::Add), to, dim, index, from);
        };
        if (!is_narrow(out.dtype())) return add(out, src);
        through_float32(out, true, [&](const Tensor& wide) { add(wide, widened(detach(src))); });
      });
}

}  // namespace

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_impl(Where::Copy, self, dim, index, src, "scatter");
}
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_impl(Where::InPlace, self, dim, index, src, "scatter_");
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, Scalar value) {
  return scatter_impl(Where::Copy, self, dim, index, value, "scatter");
}
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value) {
  return scatter_impl(Where::InPlace, self, dim, index, value, "scatter_");
}
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_add_impl(Where::Copy, self, dim, index, src, "scatter_add");
}
Tensor scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_add_impl(Where::InPlace, self, dim, index, src, "scatter_add_");
}

}  // namespace taut

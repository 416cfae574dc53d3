// gather, take, index_select and take_along_dim: reading through an index.
#include "ops/gather.h"

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/index_loops.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// out[index[i], j, ...] += g[i, j, ...] for dim 0.
void add_scattered(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& g) {
  if (is_narrow(out.dtype())) {
    return through_float32(out, true, [&](const Tensor& wide) {
      add_scattered(wide, dim, index, widened(detach(g)));
    });
  }
  const Tensor part = alias(out, index.sizes(), out.strides(), out.offset());
  run_put(kernels::reduce_loop(g.dtype(), kernels::Reduce::Add),
          held(part, dim, 1, Dims{index.size(dim)}), index, g, byte_stride(out, dim));
}

// Adds g into the gradient of the input at the places that were read.
void gather_backward(GradFrame& frame, const Dims& sizes, int64_t dim, const Tensor& index) {
  const Tensor& g = frame.grad();
  if (frame.create_graph()) {
    return frame.give(0, scatter_add(zeros_beside(g, sizes, g.dtype()), dim, index, g));
  }
  if (index.numel() == 0) return frame.give(0, zeros_beside(g, sizes, g.dtype()));
  if (sizes.empty()) return frame.give(0, reshape(sum(g, {}, false, {}), sizes));
  const auto [out, beta] = frame.dest(0, sizes, g.dtype());
  if (beta == 0) fill_raw(out, 0);
  add_scattered(out, dim, index, g);
}

void index_select_backward(GradFrame& frame, const Dims& sizes, int64_t dim, const Tensor& index) {
  const Tensor& g = frame.grad();
  if (frame.create_graph() || sizes.empty()) {
    return frame.give(0, index_add(zeros_beside(g, sizes, g.dtype()), dim, index, g));
  }
  const auto [out, beta] = frame.dest(0, sizes, g.dtype());
  if (beta == 0) fill_raw(out, 0);
  add_along(out, dim, index, g);
}

void gather_raw(const Tensor& out, const Tensor& self, int64_t dim, const Tensor& index) {
  const Tensor source = at_least_1d(self), where = at_least_1d(index);
  const Tensor part = alias(source, where.sizes(), source.strides(), source.offset());
  run_take(at_least_1d(out), where, held(part, dim, 1, Dims{where.size(dim)}),
           byte_stride(source, dim));
}

void check_gather(const Tensor& self, int64_t dim, const Tensor& index) {
  TAUT_CHECK(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(self.dim(), 1), RuntimeError,
             "gather: Index tensor must have the same number of dimensions as input tensor, got ",
             index.dim(), " and ", self.dim());
  for (int64_t d = 0; d < std::min(self.dim(), index.dim()); ++d) {
    TAUT_CHECK(d == dim || index.size(d) <= self.size(d), RuntimeError,
               "gather: Size does not match at dimension ", d, " expected index ",
               ShapeText{index.sizes()}, " to be no larger than self ", ShapeText{self.sizes()},
               " apart from dimension ", dim);
  }
  int64_t bad = 0;
  const auto size = self.dim() == 0 ? 1 : self.size(dim);
  TAUT_CHECK(!find_outside(index, 0, size, bad), RuntimeError, "gather: index ", bad,
             " is out of bounds for dimension ", dim, " with size ", size);
}

}  // namespace

Tensor gather(const Tensor& self, int64_t dim, const Tensor& given) {
  dim = wrap_dim(dim, self.dim(), "gather");
  const Tensor index = long_index(given, "gather");
  if (index.numel() > 0) check_gather(self, dim, index);
  const Tensor out = empty_beside(self, index.sizes(), self.dtype());
  if (out.numel() > 0) gather_raw(out, self, dim, index);
  record(out, "GatherBackward0", {self}, {index},
         [sizes = self.sizes(), dim](GradFrame& frame, TensorSpan saved) {
           gather_backward(frame, sizes, dim, saved[0]);
         });
  return out;
}

namespace {

// Negative indices counted from the end.
Tensor wrapped_index(const Tensor& given, int64_t size) {
  int64_t bad = 0;
  const Tensor index = long_index(given, "take_along_dim");
  if (!find_outside(index, 0, size, bad) || bad < -size || bad >= size) return index;
  NoGrad guard;
  return where(lt(index, Scalar(0)), add(index, Scalar(size)), index);
}

}  // namespace

Tensor take_along_dim(const Tensor& self, const Tensor& given, std::optional<int64_t> dim) {
  const auto size = !dim || self.dim() == 0
                        ? self.numel()
                        : self.size(wrap_dim(*dim, self.dim(), "take_along_dim"));
  const Tensor index = wrapped_index(given, size);
  if (!dim) return gather(reshape(self, Dims{-1}), 0, reshape(index, Dims{-1}));
  TAUT_CHECK(
      self.dim() == index.dim(), RuntimeError,
      "take_along_dim: input and indices should have the same number of dimensions, but got ",
      self.dim(), " dimensions for input, and ", index.dim(), " dimensions for indices");
  const auto d = wrap_dim(*dim, self.dim(), "take_along_dim");
  Dims without = self.sizes(), index_sizes = index.sizes();
  if (self.dim() > 0) without[d] = index_sizes[d] = 1;
  Dims common = broadcast_shapes(without, index_sizes, "take_along_dim");
  Dims self_sizes = common;
  if (self.dim() > 0) {
    self_sizes[d] = self.size(d);
    common[d] = index.size(d);
  }
  return gather(expand(self, self_sizes), d, expand(index, common));
}

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& given) {
  dim = wrap_dim(dim, self.dim(), "index_select");
  TAUT_CHECK(given.dim() <= 1, IndexError, "index_select: Index is supposed to be a vector, got ",
             given.dim(), " dimensions");
  TAUT_CHECK(self.dim() > 0 || given.numel() == 1, RuntimeError,
             "index_select: Index to scalar can have only 1 value, got ", given.numel(),
             " value(s)");
  const Tensor index = at_least_1d(contiguous(long_index(given, "index_select")));
  if (self.dim() > 1) check_has_slices("index_select", self, dim, index);
  const auto size = self.dim() == 0 ? 1 : self.size(dim);
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, 0, size, bad), IndexError,
             "index_select: index out of range in self: ", bad, " for dimension ", dim,
             " with size ", size);
  Dims sizes = self.sizes();
  if (self.dim() > 0) sizes[dim] = index.numel();
  Tensor out = empty_beside(self, sizes, self.dtype());
  take_into(at_least_1d(out), at_least_1d(detach(self)), dim, 1, index, byte_stride(self, dim));
  record(out, "IndexSelectBackward0", {self}, {index},
         [in = self.sizes(), dim](GradFrame& frame, TensorSpan saved) {
           index_select_backward(frame, in, dim, saved[0]);
         });
  return out;
}

Tensor take(const Tensor& self, const Tensor& index) {
  TAUT_CHECK(index.dtype() == DType::Int64, RuntimeError,
             "take: Expected a long tensor for index, but got ", scalar_type_name(index.dtype()));
  const auto n = self.numel();
  TAUT_CHECK(n > 0 || index.numel() == 0, IndexError, "take: tried to take from an empty tensor");
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, -n, n, bad), IndexError,
             "take: out of range: tried to access index ", bad, " on a tensor of ", n,
             " elements.");
  Tensor out = empty_beside(self, index.sizes(), self.dtype());
  const Tensor offsets = flat_offsets(self, index);
  run_take(out, offsets, held(alias(self, {}, {}, self.offset()), 0, 0, index.sizes()), 1);
  record(out, "TakeBackward0", {self}, {index},
         [sizes = self.sizes()](GradFrame& frame, TensorSpan saved) {
           const Tensor& g = frame.grad();
           frame.give(0, put(zeros_beside(g, sizes, g.dtype()), saved[0], g, /*accumulate=*/true));
         });
  return out;
}

}  // namespace taut

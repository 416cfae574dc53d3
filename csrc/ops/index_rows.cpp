// index_add, index_copy, index_fill and put: writing whole slices through a vector of indices.
#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/autocast.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/in_place.h"
#include "ops/index_loops.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/sort.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// A vector of checked, contiguous, non-negative indices.
template <class E = IndexError>
Tensor vector_index(const Tensor& index, const char* op) {
  TAUT_CHECK(index.dim() <= 1, E, op, ": Index is supposed to be a vector, got ", index.dim(),
             " dimensions");
  NoGrad guard;
  return at_least_1d(contiguous(index));
}

template <class E>
void check_in_range(const Tensor& self, int64_t dim, const Tensor& index, const char* op) {
  const auto size = self.dim() == 0 ? 1 : self.size(dim);
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, 0, size, bad), E, op, ": index ", bad,
             " is out of bounds for dimension ", dim, " with size ", size);
}

// source as slices of self: its shape apart from dim, and one slice per index.
template <class E>
void check_source(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                  const char* op) {
  const auto count = source.dim() == 0 ? 1 : source.size(dim);
  TAUT_CHECK(index.numel() == count, E, op, ": Number of indices (", index.numel(),
             ") should be equal to source.size(dim): (", count, "), for dim: ", dim);
  Dims a = self.sizes(), b = source.sizes();
  if (!a.empty()) a.erase(dim);
  if (!b.empty()) b.erase(dim);
  TAUT_CHECK(same(a, b), RuntimeError, op,
             ": source tensor shape must match self tensor shape, excluding the specified "
             "dimension. Got self.shape = ",
             ShapeText{self.sizes()}, " source.shape = ", ShapeText{source.sizes()});
  TAUT_CHECK(self.dtype() == source.dtype(), RuntimeError, op, ": self (",
             scalar_type_name(self.dtype()), ") and source (", scalar_type_name(source.dtype()),
             ") must have the same scalar type");
}

// A number is no vector of one here.
void check_same_dims(const Tensor& self, const Tensor& source, const char* op) {
  TAUT_CHECK(self.dim() == source.dim(), RuntimeError, op,
             ": source tensor must have as many dimensions as self, got shapes ",
             ShapeText{source.sizes()}, " and ", ShapeText{self.sizes()});
}

Tensor index_add_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given,
                      const Tensor& source, Scalar alpha, const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  const Tensor index = vector_index(long_index(given, op), op);
  if (index.numel() != 1) check_has_dims(op, source, dim);
  check_source<RuntimeError>(self, dim, index, source, op);
  check_same_dims(self, source, op);
  if (self.dim() > 1) {
    check_in_range<RuntimeError>(self, dim, index, op);
  } else {
    check_in_range<IndexError>(self, dim, index, op);
  }
  const bool scaled = alpha.to_double() != 1;
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("IndexAddBackward0", {self, source}, {index},
                           [=, sizes = source.sizes()](GradFrame& frame, TensorSpan saved) {
                             if (frame.needs(0)) frame.give(0, frame.grad());
                             if (!frame.needs(1)) return;
                             Tensor g = index_select(frame.grad(), dim, saved[0]);
                             if (scaled) g = mul(g, alpha);
                             frame.give(1, reshape(g, sizes));
                           });
      },
      [&](const Tensor& out) {
        NoGrad guard;
        const Tensor terms = scaled ? mul(source, full({}, alpha, source.dtype())) : source;
        add_along(out, dim, index, terms);
      });
}

Tensor index_copy_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given,
                       const Tensor& source, const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  TAUT_CHECK(given.dtype() == DType::Int64, RuntimeError, op,
             ": Expected a long tensor for index, but got ", scalar_type_name(given.dtype()));
  const Tensor index = vector_index(given, op);
  check_source<IndexError>(self, dim, index, source, op);
  check_has_slices(op, self, dim, index);
  check_in_range<IndexError>(self, dim, index, op);
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("IndexCopyBackward0", {self, source}, {index},
                           [dim, sizes = source.sizes()](GradFrame& frame, TensorSpan saved) {
                             const Tensor& g = frame.grad();
                             if (frame.needs(0)) {
                               frame.give(0, index_fill(g, dim, saved[0], zeros({}, g.dtype())));
                             }
                             if (frame.needs(1)) {
                               frame.give(1, reshape(index_select(g, dim, saved[0]), sizes));
                             }
                           });
      },
      [&](const Tensor& out) {
        put_into(kernels::put_loop(out.element_size()), at_least_1d(out), dim, 1, index,
                 byte_stride(out, dim), at_least_1d(source));
      });
}

Tensor index_fill_impl(Where where, const Tensor& self, int64_t dim, const Tensor& given,
                       const Tensor& value, const char* op) {
  dim = wrap_dim(dim, self.dim(), op);
  TAUT_CHECK(given.dtype() == DType::Int64, IndexError, op, ": Expected dtype int64 for index.");
  TAUT_CHECK(value.dim() == 0, RuntimeError, op,
             " only supports a 0-dimensional value tensor, but got tensor with ", value.dim(),
             " dimension(s).");
  const Tensor index = vector_index<RuntimeError>(given, op);
  check_has_slices(op, self, dim, index);
  const auto size = self.dim() == 0 ? 1 : self.size(dim);
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, -size, size, bad), IndexError, op, ": index ", bad,
             " is out of bounds for dimension ", dim, " with size ", size);
  const Tensor offsets = zeros_beside(index, index.sizes(), DType::Int64);
  if (!offsets.is_meta()) {
    kernels::add_offsets(offsets.data<int64_t>(), index.data<int64_t>(), index.numel(), size, 1);
  }
  return on_target(
      where, self, op,
      [&] {
        return lambda_node("IndexFillBackward0", {self, value}, {offsets},
                           [dim](GradFrame& frame, TensorSpan saved) {
                             const Tensor& g = frame.grad();
                             if (frame.needs(0)) {
                               frame.give(0, index_fill(g, dim, saved[0], zeros({}, g.dtype())));
                             }
                             if (frame.needs(1)) {
                               const Tensor once = unique(saved[0], {}, false).values;
                               frame.give(1, sum(index_select(g, dim, once), {}, false, {}));
                             }
                           });
      },
      [&](const Tensor& out) {
        NoGrad guard;
        put_into(kernels::put_loop(out.element_size()), at_least_1d(out), dim, 1, offsets,
                 byte_stride(out, dim), cast(value, out.dtype()));
      });
}

void put_raw(const Tensor& out, const Tensor& index, const Tensor& source, bool accumulate) {
  const Tensor offsets = flat_offsets(out, index);
  const auto loop = accumulate ? kernels::reduce_loop(out.dtype(), kernels::Reduce::Add)
                               : kernels::put_loop(out.element_size());
  run_put(loop, held(alias(out, {}, {}, out.offset()), 0, 0, index.sizes()), offsets,
          reshape(source, index.sizes()), 1);
}

Tensor put_impl(Where where, const Tensor& self, const Tensor& index, const Tensor& source,
                bool accumulate, const char* op) {
  TAUT_CHECK(index.dtype() == DType::Int64, RuntimeError, op,
             ": Expected a long tensor for index, but got ", scalar_type_name(index.dtype()));
  TAUT_CHECK(index.numel() == source.numel(), IndexError, op,
             ": Expected source and index to have the same number of elements, but got "
             "source.numel() = ",
             source.numel(), ", index.numel() = ", index.numel());
  TAUT_CHECK(self.dtype() == source.dtype(), RuntimeError, op,
             ": self and source expected to have the same dtype, but got self.dtype = ",
             scalar_type_name(self.dtype()),
             " and source.dtype = ", scalar_type_name(source.dtype()));
  const auto n = self.numel();
  int64_t bad = 0;
  TAUT_CHECK(!find_outside(index, -n, n, bad), IndexError, op,
             ": out of range: tried to access index ", bad, " on a tensor of ", n, " elements.");
  return on_target(
      where, self, op,
      [&] {
        return lambda_node(
            "PutBackward0", {self, source}, {index},
            [accumulate, sizes = source.sizes()](GradFrame& frame, TensorSpan saved) {
              const Tensor& g = frame.grad();
              const Tensor& at = saved[0];
              if (frame.needs(0)) {
                const Tensor none = zeros_beside(g, at.sizes(), g.dtype());
                frame.give(0, accumulate ? g : put(g, at, none, false));
              }
              if (frame.needs(1)) frame.give(1, reshape(take(g, at), sizes));
            });
      },
      [&](const Tensor& out) {
        NoGrad guard;
        if (!accumulate || !is_narrow(out.dtype())) return put_raw(out, index, source, accumulate);
        through_float32(out, true, [&](const Tensor& wide) {
          put_raw(wide, index, widened(source), accumulate);
        });
      });
}

}  // namespace

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha) {
  return index_add_impl(Where::Copy, self, dim, index, source, alpha, "index_add");
}
Tensor index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                  Scalar alpha) {
  return index_add_impl(Where::InPlace, self, dim, index, source, alpha, "index_add_");
}
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  if (autocast::on() && self.dtype() != source.dtype()) {
    const DType widest = result_type(self, source);
    return index_copy(cast(self, widest), dim, index, cast(source, widest));
  }
  return index_copy_impl(Where::Copy, self, dim, index, source, "index_copy");
}
Tensor index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  return index_copy_impl(Where::InPlace, self, dim, index, source, "index_copy_");
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  return index_fill_impl(Where::CopyKeepingLayout, self, dim, index, value, "index_fill");
}
Tensor index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  return index_fill_impl(Where::InPlace, self, dim, index, value, "index_fill_");
}
Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  return put_impl(Where::CopyKeepingLayout, self, index, source, accumulate, "put");
}
Tensor put_(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  return put_impl(Where::InPlace, self, index, source, accumulate, "put_");
}

}  // namespace taut

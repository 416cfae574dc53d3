// scatter_reduce and index_reduce: combining what an index sends to the same place.
//
// Both are one operation: an index vector is an index tensor that repeats along the slices.
#include <cmath>
#include <limits>

#include "core/error.h"
#include "graph/lambda_node.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/in_place.h"
#include "ops/index_loops.h"
#include "ops/masked.h"
#include "ops/pointwise.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

using kernels::Reduce;

enum class Kind { Sum, Prod, Mean, AMax, AMin };

Kind kind_of(std::string_view reduce, const char* op) {
  if (reduce == "sum") return Kind::Sum;
  if (reduce == "prod") return Kind::Prod;
  if (reduce == "mean") return Kind::Mean;
  if (reduce == "amax") return Kind::AMax;
  TAUT_CHECK(reduce == "amin", RuntimeError, op,
             ": reduce argument must be either sum, prod, mean, amax or amin, got ", reduce);
  return Kind::AMin;
}

Reduce loop_kind(Kind kind) {
  switch (kind) {
    case Kind::Prod:
      return Reduce::Mul;
    case Kind::AMax:
      return Reduce::Max;
    case Kind::AMin:
      return Reduce::Min;
    default:
      return Reduce::Add;
  }
}

// What leaves every value as it is when combined with it.
Scalar neutral(Kind kind, DType t) {
  if (kind == Kind::Prod) return 1;
  if (kind == Kind::Sum || kind == Kind::Mean) return 0;
  const bool low = kind == Kind::AMax;
  if (is_floating(t)) return low ? -INFINITY : INFINITY;
  return visit(t, [low]<class T>() {
    using Limits = std::numeric_limits<T>;
    return Scalar(static_cast<int64_t>(low ? Limits::lowest() : Limits::max()));
  });
}

// How many values meet at each place, at least 1.
Tensor counts(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
              bool include_self) {
  const Tensor start = full_beside(self, self.sizes(), include_self ? 1 : 0, self.dtype());
  const Tensor n = scatter_add(start, dim, index, full_beside(src, src.sizes(), 1, src.dtype()));
  return masked_fill(n, eq(n, wrapped(0)), wrapped(1));
}

void divide_by_counts(const Tensor& out, const Tensor& n) {
  copy_raw(out, is_floating(out.dtype()) ? div(out, n) : floor_divide(out, n));
}

struct Args {
  Kind kind;
  int64_t dim;
  bool include_self;
};

void give_mean(GradFrame& frame, const Args& a, TensorSpan saved) {
  const Tensor& index = saved[0];
  const Tensor share = div(frame.grad(), counts(saved[1], a.dim, index, saved[2], a.include_self));
  if (frame.needs(0)) frame.give(0, a.include_self ? share : scatter(share, a.dim, index, 0));
  if (frame.needs(1)) frame.give(1, gather(share, a.dim, index));
}

// Each value's gradient is the product of the others at its place, so a place with one zero sends
// its gradient to that zero, and a place with more sends none.
void give_prod(GradFrame& frame, const Args& a, TensorSpan saved) {
  const Tensor &index = saved[0], &self = saved[1], &src = saved[2];
  const Tensor& g = frame.grad();
  const auto product = [&](const Tensor& x, const Tensor& y) {
    return scatter_reduce(x, a.dim, index, y, "prod", a.include_self);
  };
  const Tensor one = wrapped(1.0), zero = wrapped(0);
  if (frame.needs(0)) {
    const Tensor safe = masked_fill(self, eq(self, zero), one);
    const Tensor grad = div(mul(g, product(safe, src)), safe);
    frame.give(0, a.include_self ? grad : scatter(grad, a.dim, index, 0));
  }
  if (!frame.needs(1)) return;
  const Tensor is_zero = eq(src, zero);
  const Tensor start = zeros_beside(self, self.sizes(), src.dtype());
  const Tensor zeros_there =
      gather(scatter_add(start, a.dim, index, cast(is_zero, src.dtype())), a.dim, index);
  const Tensor only_zero = mul(is_zero, eq(zeros_there, wrapped(1)));
  const Tensor others =
      gather(mul(g, product(self, masked_fill(src, only_zero, one))), a.dim, index);
  const Tensor rest =
      div(gather(mul(g, product(self, src)), a.dim, index), masked_fill(src, is_zero, one));
  frame.give(1, where(only_zero, others, rest));
}

// Ties share the gradient equally.
void give_extreme(GradFrame& frame, const Args& a, TensorSpan saved) {
  const Tensor &index = saved[0], &self = saved[1], &src = saved[2], &result = saved[3];
  const DType t = self.dtype();
  Tensor self_wins = cast(eq(self, result), t);
  if (!a.include_self) self_wins = scatter(self_wins, a.dim, index, 0);
  const Tensor src_wins = cast(eq(src, gather(result, a.dim, index)), t);
  const Tensor winners = scatter_add(self_wins, a.dim, index, src_wins);
  const Tensor share = div(frame.grad(), masked_fill(winners, eq(winners, wrapped(0)), wrapped(1)));
  if (frame.needs(0)) frame.give(0, mul(share, self_wins));
  if (frame.needs(1)) frame.give(1, mul(gather(share, a.dim, index), src_wins));
}

// src has the shape of index.
Ref<Node> reduce_node(const char* name, const Args& a, const Tensor& self, const Tensor& index,
                      const Tensor& src, const Tensor& result) {
  if (a.kind == Kind::Mean) {
    return lambda_node(name, {self, src}, {index, self, src},
                       [a](GradFrame& f, TensorSpan saved) { give_mean(f, a, saved); });
  }
  if (a.kind == Kind::Prod) {
    return lambda_node(name, {self, src}, {index, self, src},
                       [a](GradFrame& f, TensorSpan saved) { give_prod(f, a, saved); });
  }
  if (a.kind != Kind::Sum) {
    return lambda_node(name, {self, src}, {index, self, src, result},
                       [a](GradFrame& f, TensorSpan saved) { give_extreme(f, a, saved); });
  }
  return lambda_node(name, {self, src}, {index}, [a](GradFrame& f, TensorSpan saved) {
    const Tensor& g = f.grad();
    if (f.needs(0)) f.give(0, a.include_self ? g : scatter(g, a.dim, saved[0], 0));
    if (f.needs(1)) f.give(1, gather(g, a.dim, saved[0]));
  });
}

// The result, not recorded. src has the shape of index.
Tensor reduced(const Args& a, const Tensor& self, const Tensor& index, const Tensor& src) {
  NoGrad guard;
  Tensor out = clone_contiguous(self);
  if (!a.include_self) scatter_(out, a.dim, index, neutral(a.kind, self.dtype()));
  const Tensor target = self.dim() == 0 ? alias(out, Dims{1}, Dims{1}, 0) : out;
  const Tensor at = self.dim() == 0 ? reshape(index, Dims{-1}) : index;
  const Tensor from = self.dim() == 0 ? reshape(src, Dims{-1}) : src;
  const auto width = static_cast<int64_t>(out.element_size());
  run_put(kernels::reduce_loop(out.dtype(), loop_kind(a.kind)),
          held(alias(target, at.sizes(), target.strides(), 0), a.dim, 1, Dims{at.size(a.dim)}), at,
          from, target.stride(a.dim) * width);
  if (a.kind == Kind::Mean) {
    divide_by_counts(out, counts(self, a.dim, index, src, a.include_self));
  }
  return out;
}

Tensor reduce_impl(bool in_place, const char* name, const Args& a, const Tensor& self,
                   const Tensor& index, const Tensor& src, const char* op) {
  if (in_place) check_inplace(self, op);
  const Tensor before = in_place && needs_grad(self, src) ? clone(self) : self;
  const Tensor out = reduced(a, detach(self), index, detach(src));
  const Tensor result = in_place ? clone(out) : out;
  const auto node = reduce_node(name, a, before, index, src, result);
  if (!in_place) {
    if (node) set_history(out, node);
    return out;
  }
  copy_raw(self, out);
  finish_inplace(self, node);
  return self;
}

Tensor scatter_reduce_impl(bool in_place, const Tensor& self, int64_t dim, const Tensor& given,
                           const Tensor& src, std::string_view reduce, bool include_self,
                           const char* op) {
  const Kind kind = kind_of(reduce, op);
  // The checks of scatter, on an index that may be a part of src.
  const Tensor index = long_index(given, op);
  dim = wrap_dim(dim, self.dim(), op);
  TAUT_CHECK(self.dtype() == src.dtype(), RuntimeError, op,
             ": Expected self.dtype to be equal to src.dtype, got ", self.dtype(), " and ",
             src.dtype());
  if (index.numel() == 0) return in_place ? self : clone(self);
  if (is_narrow(self.dtype())) {
    const Tensor result =
        rounded(scatter_reduce(widened(self), dim, index, widened(src), reduce, include_self),
                self.dtype());
    return in_place ? copy_(self, result) : result;
  }
  check_scatter(self, dim, index, src.sizes(), op);
  Tensor part = src;
  for (int64_t d = 0; d < src.dim(); ++d) {
    if (src.size(d) != index.size(d)) part = slice(part, d, 0, index.size(d), 1);
  }
  return reduce_impl(in_place, "ScatterReduceBackward0", {kind, dim, include_self}, self, index,
                     part, op);
}

Tensor index_reduce_impl(bool in_place, const Tensor& self, int64_t dim, const Tensor& given,
                         const Tensor& source, std::string_view reduce, bool include_self,
                         const char* op) {
  const Kind kind = kind_of(reduce, op);
  TAUT_CHECK(kind != Kind::Sum, RuntimeError, op,
             ": reduce argument must be either prod, mean, amax or amin, got sum");
  dim = wrap_dim(dim, self.dim(), op);
  const Tensor index = long_index(given, op);
  TAUT_CHECK(index.dim() <= 1, IndexError, op, ": Index is supposed to be a vector");
  const auto count = source.dim() == 0 ? 1 : source.size(dim);
  TAUT_CHECK(index.numel() == count, RuntimeError, op, ": Number of indices (", index.numel(),
             ") should be equal to source.size(dim): (", count, "), for dim: ", dim);
  Dims shape(source.dim(), 1);
  if (source.dim() > 0) shape[dim] = count;
  const Tensor everywhere = expand(reshape(index, shape), source.sizes());
  return scatter_reduce_impl(in_place, self, dim, everywhere, source, reduce, include_self, op);
}

}  // namespace

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self) {
  return scatter_reduce_impl(false, self, dim, index, src, reduce, include_self, "scatter_reduce");
}
Tensor scatter_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                       std::string_view reduce, bool include_self) {
  return scatter_reduce_impl(true, self, dim, index, src, reduce, include_self, "scatter_reduce_");
}
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self) {
  return index_reduce_impl(false, self, dim, index, source, reduce, include_self, "index_reduce");
}
Tensor index_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                     std::string_view reduce, bool include_self) {
  return index_reduce_impl(true, self, dim, index, source, reduce, include_self, "index_reduce_");
}

}  // namespace taut

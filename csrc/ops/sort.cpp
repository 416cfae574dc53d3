#include "ops/sort.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/lambda_node.h"
#include "kernels/sort.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/index_loops.h"
#include "ops/views.h"
#include "ops/widened.h"

namespace taut {
namespace {

// Elements one task sorts, at least.
constexpr int64_t kGrain = 1 << 13;

Tensor scratch_for(int64_t n) {
  return empty(Dims{static_cast<int64_t>(kernels::sort_scratch(n))}, DType::UInt8);
}

// The lines of t along dim: where each begins, and the step within.
struct Lines {
  explicit Lines(const Tensor& t, int64_t dim) : t(t), dim(dim) {
    for (int64_t d = 0; d < t.dim(); ++d) {
      if (d != dim) count *= t.size(d);
    }
    step = byte_stride(t, dim);
    length = t.dim() == 0 ? 1 : t.size(dim);
  }
  std::byte* at(int64_t line) const {
    int64_t offset = 0;
    for (int64_t d = t.dim() - 1; d >= 0; --d) {
      if (d == dim) continue;
      offset += line % t.size(d) * t.stride(d);
      line /= t.size(d);
    }
    return t.raw() + offset * static_cast<int64_t>(t.element_size());
  }

  Tensor t;
  int64_t dim, count = 1, step, length;
};

// f(line, scratch) for each line in parallel; scratch serves lines of `length` elements.
template <class F>
void for_lines(int64_t lines, int64_t length, F f) {
  LongWork section(lines * length * 8);
  const auto grain = std::max<int64_t>(kGrain / std::max<int64_t>(length, 1), 1);
  parallel_for(0, lines, grain, [&](auto b, auto e) {
    const Tensor scratch = scratch_for(length);
    for (; b < e; ++b) f(b, scratch.raw());
  });
}

Dims with_size(const Tensor& t, int64_t dim, int64_t size) {
  Dims sizes = t.sizes();
  if (!sizes.empty()) sizes[dim] = size;
  return sizes;
}

// Positions along dim that pick(values, step, length, order, scratch) chooses from each line, k of
// them. dim becomes the last dimension in memory while lines are worked on.
template <class Pick>
Tensor chosen(const Tensor& self, int64_t dim, int64_t k, Pick pick) {
  const Tensor out = empty_beside(self, with_size(self, dim, k), DType::Int64);
  if (out.is_meta()) return out;
  const Lines in(widened(detach(self)), dim);
  const Lines to(out, dim);
  if (out.numel() == 0) return out;
  const bool adjacent = to.step == static_cast<int64_t>(sizeof(int64_t)) || k == 1;
  for_lines(in.count, in.length, [&](int64_t line, void* scratch) {
    std::vector<int64_t> order(adjacent ? 0 : static_cast<size_t>(k));
    auto* target = adjacent ? reinterpret_cast<int64_t*>(to.at(line)) : order.data();
    pick(in.at(line), in.step, in.length, target, scratch);
    for (int64_t i = 0; !adjacent && i < k; ++i) {
      *reinterpret_cast<int64_t*>(to.at(line) + i * to.step) = target[i];
    }
  });
  return out;
}

// The values at those positions, with the history of self.
// dropped: without dim, of which there is one position.
Tensor values_at(const Tensor& self, int64_t dim, const Tensor& indices, const char* name,
                 bool dropped = false) {
  Tensor values;
  {
    NoGrad guard;
    values = gather(self, dim, indices);
    if (dropped) values = reshape(values, squeeze(indices, dim).sizes());
  }
  record(values, name, {self}, {indices},
         [sizes = self.sizes(), dim](GradFrame& frame, TensorSpan saved) {
           const Tensor g = reshape(frame.grad(), saved[0].sizes());
           frame.give(0, scatter(zeros_beside(g, sizes, g.dtype()), dim, saved[0], g));
         });
  return values;
}

// indices laid out as self is.
Tensor in_layout_of(const Tensor& self, const Tensor& indices) {
  const Tensor out = empty_like(self, DType::Int64);
  if (same(out.strides(), indices.strides())) return indices;
  copy_raw(out, indices);
  return out;
}

}  // namespace

Sorted sort(const Tensor& self, int64_t dim, bool descending) {
  dim = wrap_dim(dim, self.dim(), "sort");
  const auto n = self.dim() == 0 ? 1 : self.size(dim);
  Tensor indices =
      chosen(self, dim, n, [&](auto* v, auto step, auto length, auto* order, auto* tmp) {
        kernels::sort_line(widened(self.dtype()), v, step, length, descending, order, tmp);
      });
  indices = in_layout_of(self, indices);
  Tensor values = values_at(self, dim, indices, "SortBackward0");
  if (!same(values.strides(), indices.strides())) {
    const Tensor laid_out = empty_like(self);
    copy_raw(laid_out, values);
    if (auto* node = grad_fn_of(values)) set_history(laid_out, Ref<Node>(node));
    values = laid_out;
  }
  return {values, indices};
}

Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  NoGrad guard;
  return sort(self, dim, descending).indices;
}

Sorted topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted) {
  TAUT_CHECK(!is_bool(self.dtype()), RuntimeError, "topk: bool dtypes are not supported");
  dim = wrap_dim(dim, self.dim(), "topk");
  TAUT_CHECK(k >= 0 && k <= (self.dim() == 0 ? 1 : self.size(dim)), RuntimeError,
             "topk: selected index k out of range, got k = ", k, " for size ",
             self.dim() == 0 ? 1 : self.size(dim));
  const Tensor indices =
      chosen(self, dim, k, [&](auto* v, auto step, auto length, auto* order, auto* tmp) {
        kernels::top_line(widened(self.dtype()), v, step, length, k, largest, sorted, order, tmp);
      });
  return {values_at(self, dim, indices, "TopkBackward0"), indices};
}

Sorted kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  dim = wrap_dim(dim, self.dim(), "kthvalue");
  const auto n = self.dim() == 0 ? 1 : self.size(dim);
  TAUT_CHECK(k >= 1 && k <= n, RuntimeError,
             "kthvalue: selected number k out of range for dimension ", dim, ", got k = ", k,
             " for size ", n);
  const Tensor kept =
      chosen(self, dim, 1, [&](auto* v, auto step, auto length, auto* order, auto* tmp) {
        *order = kernels::kth_line(widened(self.dtype()), v, step, length, k - 1, tmp);
      });
  const bool dropped = !keepdim && self.dim() > 0;
  const Tensor values = values_at(self, dim, kept, "KthvalueBackward0", dropped);
  return {values, dropped ? squeeze(kept, dim) : kept};
}

Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool right,
                    const Tensor& sorter) {
  const char* op = "searchsorted";
  TAUT_CHECK(sequence.dim() > 0, RuntimeError, op,
             ": boundaries tensor should have positive dimension, but got 0 dimension");
  bool matches = sequence.dim() == 1 || sequence.dim() == values.dim();
  for (int64_t d = 0; matches && sequence.dim() > 1 && d + 1 < sequence.dim(); ++d) {
    matches = sequence.size(d) == values.size(d);
  }
  TAUT_CHECK(matches, RuntimeError, op,
             ": boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
             "tensor and input value tensor must match, but we got boundaries tensor ",
             ShapeText{sequence.sizes()}, " and input value tensor ", ShapeText{values.sizes()});
  TAUT_CHECK(!sorter.defined() || same(sorter.sizes(), sequence.sizes()), RuntimeError, op,
             ": boundary and sorter must have the same size, but got boundary tensor ",
             ShapeText{sequence.sizes()});
  NoGrad guard;
  const DType t = widened(promote(sequence.dtype(), values.dtype()));
  const Tensor s = contiguous(cast(sequence, t)), v = contiguous(cast(values, t));
  const Tensor order = sorter.defined() ? contiguous(sorter) : Tensor();
  const Tensor out = empty(values.sizes(), DType::Int64);
  const auto length = s.size(-1);
  int64_t bad = 0;
  TAUT_CHECK(!order.defined() || !find_outside(order, 0, length, bad), RuntimeError, op,
             ": sorter index out of range: ", bad);
  const auto lines = s.dim() == 1 ? 1 : s.numel() / std::max<int64_t>(length, 1);
  const auto per_line = lines == 0 ? 0 : v.numel() / lines;
  const auto width = static_cast<int64_t>(v.element_size());
  // Values of one line in blocks: each costs a walk down the sequence.
  constexpr int64_t kBlock = 1 << 11;
  const auto blocks = (per_line + kBlock - 1) / kBlock;
  LongWork section(v.numel() * 32);
  parallel_for(0, lines * blocks, 1, [&](auto b, auto e) {
    for (; b < e; ++b) {
      const auto line = b / blocks, first = b % blocks * kBlock;
      const auto at = line * per_line + first;
      kernels::search_line(t, s.raw() + line * length * width, length,
                           order.defined() ? order.data<int64_t>() + line * length : nullptr,
                           v.raw() + at * width, std::min(kBlock, per_line - first), right,
                           out.data<int64_t>() + at);
    }
  });
  return out;
}

}  // namespace taut

#include "ops/masked.h"

#include <array>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/lambda_node.h"
#include "kernels/indexing.h"
#include "kernels/pointwise.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/in_place.h"
#include "ops/join.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "ops/widened.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Elements that one task counts or collects.
constexpr int64_t kChunk = 1 << 15;

Tensor check_mask(const Tensor& mask, const char* op) {
  TAUT_CHECK(mask.dtype() == DType::Bool, RuntimeError, op,
             ": only supports boolean masks, but got mask with dtype ", mask.dtype());
  return mask;
}

// out = mask ? a : b; all of the shape of out, and of one dtype.
void choose(const Tensor& out, const Tensor& mask, const Tensor& a, const Tensor& b) {
  if (out.is_meta()) return;
  Plan(out.sizes(), std::array{out, mask, a, b})
      .run(ternary_kernels().where[static_cast<int>(out.dtype())], nullptr, 2, Effect::Write);
}

Tensor zero_like_scalar(const Tensor& t) { return zeros({}, t.dtype()); }

template <class F>
void for_chunks(int64_t n, F f) {
  LongWork section(n);
  parallel_for(0, (n + kChunk - 1) / kChunk, 1, [&](auto b, auto e) {
    for (; b < e; ++b) f(b, b * kChunk, std::min(n, (b + 1) * kChunk));
  });
}

// Where each chunk's non-zero elements begin among all; the last entry is their number.
std::vector<int64_t> chunk_starts(const Tensor& flat) {
  const auto n = flat.numel();
  std::vector<int64_t> starts(static_cast<size_t>((n + kChunk - 1) / kChunk + 1), 0);
  const auto* data = flat.raw();
  const auto width = static_cast<int64_t>(flat.element_size());
  for_chunks(n, [&](int64_t c, int64_t b, int64_t e) {
    starts[c + 1] = kernels::count_nonzero(flat.dtype(), data + b * width, e - b);
  });
  for (size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  return starts;
}

// Flat positions of the non-zero elements of a contiguous tensor.
Tensor nonzero_flat(const Tensor& flat) {
  const auto starts = chunk_starts(flat);
  Tensor out = empty(Dims{starts.back()}, DType::Int64);
  const auto width = static_cast<int64_t>(flat.element_size());
  for_chunks(flat.numel(), [&](int64_t c, int64_t b, int64_t e) {
    kernels::nonzero_positions(flat.dtype(), flat.raw() + b * width, e - b, b,
                               out.data<int64_t>() + starts[c]);
  });
  return out;
}

Tensor masked_fill_impl(Where how, const Tensor& self, const Tensor& given, const Tensor& value,
                        const char* op, const char* name = nullptr) {
  const Tensor mask = check_mask(given, op);
  TAUT_CHECK(value.dim() == 0, RuntimeError, op,
             ": only supports a 0-dimensional value tensor, but got tensor with ", value.dim(),
             " dimension(s).");
  if (!value.is_meta()) check_fits(number_of(value), self.dtype());
  if (how == Where::InPlace) {
    TAUT_CHECK(is_broadcastable_to(mask.sizes(), self.sizes()), RuntimeError, op,
               ": mask of shape ", ShapeText{mask.sizes()}, " cannot be broadcast to ",
               ShapeText{self.sizes()});
    check_writable(self, op);
  }
  if (name == nullptr) {
    name = value.impl()->wrapped_number ? "MaskedFillBackward0" : "MaskedFillBackward1";
  }
  const auto node =
      lambda_node(name, {self, value}, {mask},
                  [sizes = self.sizes(), type = value.dtype()](GradFrame& frame, TensorSpan saved) {
                    const Tensor& g = frame.grad();
                    if (frame.needs(0)) {
                      const Tensor kept = masked_fill(g, saved[0], zero_like_scalar(g));
                      frame.give(0, sum_to_size(kept, sizes));
                    }
                    if (frame.needs(1)) {
                      const Tensor filled = where(saved[0], g, zero_like_scalar(g));
                      frame.give(1, cast(sum(filled, {}, false, {}), type));
                    }
                  });
  const Tensor in = detach(self);
  const Tensor fill = cast(detach(value), self.dtype());
  const Dims sizes = broadcast_shapes(self.sizes(), mask.sizes(), op);
  const Tensor& where = self.is_meta() ? self : mask;
  const Tensor out = how == Where::InPlace ? self : empty_beside(where, sizes, self.dtype());
  choose(out, mask, fill, in);
  if (how == Where::InPlace) {
    finish_inplace(self, node);
  } else if (node) {
    set_history(out, node);
  }
  return out;
}

Tensor masked_scatter_impl(Where how, const Tensor& self, const Tensor& given, const Tensor& source,
                           const char* op) {
  TAUT_CHECK(given.dtype() == DType::Bool, RuntimeError, op, ": expected BoolTensor for mask, got ",
             given.dtype());
  TAUT_CHECK(self.dtype() == source.dtype(), RuntimeError, op,
             ": expected self and source to have same dtypes but got ", self.dtype(), " and ",
             source.dtype());
  const Dims sizes =
      how == Where::InPlace ? self.sizes() : broadcast_shapes(self.sizes(), given.sizes(), op);
  const Tensor base = same(sizes, self.sizes()) ? self : expand(self, sizes);
  const Tensor mask = contiguous(expand(given, sizes));
  const auto count = kernels::count_nonzero(DType::Bool, mask.raw(), mask.numel());
  TAUT_CHECK(source.numel() >= count, RuntimeError, op,
             ": Number of elements of source < number of ones in mask, got ", source.numel(),
             " and ", count);
  return on_target(
      how, base, op,
      [&] {
        return lambda_node(
            "MaskedScatterBackward0", {base, source}, {mask},
            [n = source.numel(), shape = source.sizes()](GradFrame& frame, TensorSpan saved) {
              const Tensor& g = frame.grad();
              if (frame.needs(0)) frame.give(0, masked_fill(g, saved[0], zero_like_scalar(g)));
              if (!frame.needs(1)) return;
              const Tensor part = masked_select(g, saved[0]);
              const Tensor rest = zeros(Dims{n - part.numel()}, g.dtype());
              frame.give(1, reshape(cat(std::array{part, rest}, 0), shape));
            });
      },
      [&](const Tensor& out) {
        NoGrad guard;
        const Tensor from = contiguous(source);
        const Tensor flat = contiguous(out);
        kernels::distribute(flat.element_size(), flat.raw(), from.raw(), mask.data<bool>(),
                            mask.numel());
        if (!flat.is(out)) copy_raw(out, flat);
      });
}

}  // namespace

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  return masked_fill_impl(Where::Copy, self, mask, value, "masked_fill");
}
Tensor masked_fill_(const Tensor& self, const Tensor& mask, const Tensor& value, const char* node) {
  return masked_fill_impl(Where::InPlace, self, mask, value, "masked_fill_", node);
}

Tensor masked_select(const Tensor& self, const Tensor& given, const char* node) {
  TAUT_CHECK(given.dtype() == DType::Bool, RuntimeError,
             "masked_select: expected BoolTensor for mask, got ", given.dtype());
  const Dims sizes = broadcast_shapes(self.sizes(), given.sizes(), "masked_select");
  Tensor out, mask;
  {
    NoGrad guard;
    mask = contiguous(expand(given, sizes));
    const Tensor from = contiguous(expand(self, sizes));
    const auto starts = chunk_starts(mask);
    out = empty(Dims{starts.back()}, self.dtype());
    const auto width = static_cast<int64_t>(out.element_size());
    for_chunks(mask.numel(), [&](int64_t c, int64_t b, int64_t e) {
      kernels::compact(out.element_size(), out.raw() + starts[c] * width, from.raw() + b * width,
                       mask.data<bool>() + b, e - b);
    });
  }
  record(out, node, {self}, {mask}, [shape = self.sizes()](GradFrame& frame, TensorSpan saved) {
    const Tensor& g = frame.grad();
    const Tensor none = zeros(saved[0].sizes(), g.dtype());
    frame.give(0, sum_to_size(masked_scatter(none, saved[0], g), shape));
  });
  return out;
}

Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  return masked_scatter_impl(Where::Copy, self, mask, source, "masked_scatter");
}
Tensor masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& source) {
  return masked_scatter_impl(Where::InPlace, self, mask, source, "masked_scatter_");
}

Tensor nonzero(const Tensor& self) {
  NoGrad guard;
  const Tensor positions = nonzero_flat(contiguous(widened(self)));
  const auto n = positions.numel();
  // One row per dimension in memory, as the columns of the result.
  const Tensor rows = zeros(Dims{self.dim(), n}, DType::Int64);
  int64_t divisor = 1;
  for (int64_t d = self.dim() - 1; d >= 0; divisor *= self.size(d--)) {
    kernels::add_coordinates(rows.data<int64_t>() + d * n, positions.data<int64_t>(), n, divisor,
                             self.size(d), 1);
  }
  return transpose(rows, 0, 1);
}

std::vector<Tensor> nonzero_tuple(const Tensor& self) {
  NoGrad guard;
  const Tensor table = nonzero(self.dim() == 0 ? reshape(self, Dims{1}) : self);
  std::vector<Tensor> out;
  for (int64_t d = 0; d < table.size(1); ++d) out.push_back(select(table, 1, d));
  return out;
}

}  // namespace taut

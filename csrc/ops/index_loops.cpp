#include "ops/index_loops.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/grad_mode.h"
#include "kernels/stream.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/widened.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Elements a thread handles at a time; reaching through an index costs a few cycles each.
constexpr std::int64_t kGrain = 1 << 13;
constexpr int kTakeCost = 4;

char* bytes_of(const Tensor& t) { return reinterpret_cast<char*>(t.raw()); }

// Along which dimension a put may be cut: each position of out is written by one thread. Of the
// dimensions along which out moves, the one with the largest stride; -1 when there is none.
std::int64_t cut_dim(const Tensor& out) {
  std::int64_t best = -1;
  for (std::int64_t d = 0; d < out.dim(); ++d) {
    if (out.size(d) > 1 && out.stride(d) != 0 && (best < 0 || out.stride(d) > out.stride(best))) {
      best = d;
    }
  }
  return best;
}

Tensor window(const Tensor& t, std::int64_t dim, std::int64_t begin, std::int64_t end) {
  Dims sizes = t.sizes();
  sizes[dim] = end - begin;
  return alias(t, std::move(sizes), t.strides(), t.offset() + begin * t.stride(dim));
}

// Geometry of source around an index: blocks of `rows` repeated `outer` times. rows is true when
// everything after the index is one contiguous run, and everything before it steps evenly.
struct RowLayout {
  std::int64_t outer = 1, outer_step = 0;  // bytes
  std::int64_t row = 1;                    // elements
  bool regular = true;

  RowLayout(const Tensor& t, std::int64_t dim, std::int64_t span) {
    for (std::int64_t d = t.dim() - 1; d >= dim + span; --d) {
      regular = regular && (t.size(d) == 1 || t.stride(d) == row);
      row *= t.size(d);
    }
    for (std::int64_t d = dim - 1; d >= 0; --d) {
      if (t.size(d) == 1) continue;
      const auto step = t.stride(d) * static_cast<std::int64_t>(t.element_size());
      if (outer == 1) outer_step = step;
      regular = regular && step == outer * outer_step;
      outer *= t.size(d);
    }
  }
};

// Calls f(outer begin, outer end, index begin, index end), in parallel over one of the two.
template <class F>
void for_row_blocks(const RowLayout& layout, std::int64_t picks, F f) {
  LongWork section(layout.outer * picks * (layout.row + kTakeCost));
  const auto cost = std::max<std::int64_t>(layout.row, 1);
  if (layout.outer == 1) {
    parallel_for(0, picks, std::max<std::int64_t>(kGrain / cost, 1),
                 [&](auto b, auto e) { f(0, 1, b, e); });
  } else {
    const auto grain =
        std::max<std::int64_t>(kGrain / (cost * std::max<std::int64_t>(picks, 1)), 1);
    parallel_for(0, layout.outer, grain, [&](auto b, auto e) { f(b, e, 0, picks); });
  }
}

}  // namespace

Tensor long_index(const Tensor& index, const char* op) {
  // An empty index may have any type: tensor([]) is floating.
  TAUT_CHECK(index.dtype() == DType::Int64 || index.dtype() == DType::Int32 || index.numel() == 0,
             RuntimeError, op, "(): Expected dtype int32 or int64 for index, got ", index.dtype());
  return cast(index, DType::Int64);
}

bool find_outside(const Tensor& index, std::int64_t low, std::int64_t high, std::int64_t& value) {
  if (index.numel() == 0 || index.is_meta()) return false;
  // An expanded index is looked at once.
  Dims sizes = index.sizes();
  for (std::int64_t d = 0; d < index.dim(); ++d) {
    if (index.stride(d) == 0) sizes[d] = 1;
  }
  NoGrad guard;
  const Tensor once = contiguous(alias(index, sizes, index.strides(), index.offset()));
  const auto* data = once.data<std::int64_t>();
  const auto at = kernels::first_outside(data, sizeof(std::int64_t), once.numel(), low, high);
  if (at >= 0) value = data[at];
  return at >= 0;
}

Tensor at_least_1d(const Tensor& t) {
  return t.dim() == 0 ? alias(t, Dims{1}, Dims{1}, t.offset()) : alias(t);
}

void check_scatter(const Tensor& self, std::int64_t dim, const Tensor& index, DimSpan src,
                   const char* op) {
  TAUT_CHECK(at_least_1d(index).dim() == at_least_1d(self).dim(), RuntimeError, op,
             ": Index tensor must have the same number of dimensions as self tensor, got ",
             index.dim(), " and ", self.dim());
  TAUT_CHECK(!src.empty() || index.dim() <= 1, RuntimeError, op,
             ": Index tensor must have the same number of dimensions as src tensor, got ",
             index.dim(), " and 0");
  for (std::int64_t d = 0; d < std::min(index.dim(), self.dim()); ++d) {
    const auto given = src.empty() ? 1 : src[wrap_dim(d, std::ssize(src), op)];
    TAUT_CHECK((d == dim || index.size(d) <= self.size(d)) && index.size(d) <= given, RuntimeError,
               op, ": Expected index ", ShapeText{index.sizes()}, " to be no larger than self ",
               ShapeText{self.sizes()}, " apart from dimension ", dim,
               " and to be no larger size than src ", ShapeText{src});
  }
  std::int64_t bad = 0;
  const auto size = self.dim() == 0 ? 1 : self.size(dim);
  TAUT_CHECK(!find_outside(index, 0, size, bad), RuntimeError, op, ": index ", bad,
             " is out of bounds for dimension ", dim, " with size ", size);
}

Tensor flat_offsets(const Tensor& t, const Tensor& index) {
  NoGrad guard;
  if (index.is_meta()) return empty_beside(index, index.sizes(), DType::Int64);
  const Tensor positions = zeros(index.sizes(), DType::Int64);
  const auto n = index.numel(), width = static_cast<std::int64_t>(t.element_size());
  kernels::add_offsets(positions.data<std::int64_t>(), contiguous(index).data<std::int64_t>(), n,
                       t.numel(), t.is_contiguous() ? width : 1);
  if (t.is_contiguous()) return positions;
  const Tensor offsets = zeros(index.sizes(), DType::Int64);
  std::int64_t divisor = 1;
  for (std::int64_t d = t.dim() - 1; d >= 0; divisor *= t.size(d--)) {
    kernels::add_coordinates(offsets.data<std::int64_t>(), positions.data<std::int64_t>(), n,
                             divisor, t.size(d), t.stride(d) * width);
  }
  return offsets;
}

Tensor held(const Tensor& t, std::int64_t dim, std::int64_t span, DimSpan sizes) {
  Dims out_sizes, strides;
  for (std::int64_t d = 0; d < dim; ++d) {
    out_sizes.push_back(t.size(d));
    strides.push_back(t.stride(d));
  }
  for (auto size : sizes) {
    out_sizes.push_back(size);
    strides.push_back(0);
  }
  for (std::int64_t d = dim + span; d < t.dim(); ++d) {
    out_sizes.push_back(t.size(d));
    strides.push_back(t.stride(d));
  }
  return alias(t, std::move(out_sizes), std::move(strides), t.offset());
}

Tensor spread(const Tensor& index, const Tensor& t, std::int64_t dim, std::int64_t span) {
  Dims sizes, strides;
  for (std::int64_t d = 0; d < dim; ++d) sizes.push_back(t.size(d));
  for (auto size : index.sizes()) sizes.push_back(size);
  for (std::int64_t d = dim + span; d < t.dim(); ++d) sizes.push_back(t.size(d));
  strides.resize(dim, 0);
  for (auto stride : index.strides()) strides.push_back(stride);
  strides.resize(sizes.size(), 0);
  return alias(index, std::move(sizes), std::move(strides), index.offset());
}

void run_take(const Tensor& out, const Tensor& index, const Tensor& source, std::int64_t step) {
  if (out.numel() == 0 || out.is_meta()) return;
  const double params[] = {static_cast<double>(step)};
  Plan(out.sizes(), std::array{out, index, source})
      .run(kernels::take_loop(out.element_size()), params, kTakeCost);
}

void run_put(kernels::IndexLoop loop, const Tensor& out, const Tensor& index, const Tensor& source,
             std::int64_t step) {
  if (out.numel() == 0 || out.is_meta()) return;
  const double params[] = {static_cast<double>(step)};
  LongWork section(out.numel() * kTakeCost);
  const auto dim = cut_dim(out);
  if (dim < 0) {
    Plan(out.sizes(), std::array{out, index, source}).run_serial(loop, params);
    return;
  }
  // Threads share no cache line of out: a cut along its innermost dimension is at least 64 long.
  const auto least = out.stride(dim) == 1 ? 64 : 1;
  const auto grain = std::max<std::int64_t>(kGrain * out.size(dim) / out.numel(), least);
  parallel_for(0, out.size(dim), grain, [&](auto b, auto e) {
    const std::array part{window(out, dim, b, e), window(index, dim, b, e),
                          window(source, dim, b, e)};
    Plan(part[0].sizes(), part).run_serial(loop, params);
  });
}

void take_into(const Tensor& out, const Tensor& source, std::int64_t dim, std::int64_t span,
               const Tensor& index, std::int64_t step) {
  if (out.numel() == 0 || out.is_meta()) return;
  const RowLayout layout(source, dim, span);
  if (!layout.regular || !out.is_contiguous() || !index.is_contiguous()) {
    return run_take(out, spread(index, source, dim, span), held(source, dim, span, index.sizes()),
                    step);
  }
  const auto row_bytes = layout.row * static_cast<std::int64_t>(out.element_size());
  const auto picks = index.numel();
  const bool past_caches = streams(out.numel() * static_cast<std::int64_t>(out.element_size()));
  const auto* positions = index.data<std::int64_t>();
  for_row_blocks(layout, picks, [&](auto outer, auto outer_end, auto first, auto last) {
    for (; outer < outer_end; ++outer) {
      kernels::take_rows(bytes_of(out) + (outer * picks + first) * row_bytes, row_bytes,
                         bytes_of(source) + outer * layout.outer_step, step, positions + first,
                         last - first, static_cast<std::size_t>(row_bytes), past_caches);
    }
  });
}

void put_into(kernels::IndexLoop loop, const Tensor& out, std::int64_t dim, std::int64_t span,
              const Tensor& index, std::int64_t step, const Tensor& values) {
  const Tensor where = spread(index, out, dim, span);
  const Tensor source =
      alias(values, where.sizes(), broadcast_strides(values, where.sizes()), values.offset());
  run_put(loop, held(out, dim, span, index.sizes()), where, source, step);
}

void add_along(const Tensor& out, std::int64_t dim, const Tensor& index, const Tensor& values) {
  if (is_narrow(out.dtype())) {
    return through_float32(out, true, [&](const Tensor& wide) {
      add_along(wide, dim, index, widened(detach(values)));
    });
  }
  add_into(at_least_1d(out), dim, 1, index, byte_stride(out, dim), at_least_1d(values));
}

void add_into(const Tensor& out, std::int64_t dim, std::int64_t span, const Tensor& index,
              std::int64_t step, const Tensor& values) {
  if (out.is_meta()) return;
  const RowLayout layout(out, dim, span);
  const bool rows = layout.regular && layout.outer == 1 && is_floating(out.dtype()) &&
                    index.is_contiguous() && values.is_contiguous() &&
                    values.numel() == index.numel() * layout.row;
  if (!rows) {
    return put_into(kernels::reduce_loop(out.dtype(), kernels::Reduce::Add), out, dim, span, index,
                    step, values);
  }
  const auto width = static_cast<std::int64_t>(out.element_size());
  LongWork section(values.numel());
  // Every thread walks the whole index over its own columns, so each sum has one order.
  const auto grain = std::max<std::int64_t>(kGrain / std::max<std::int64_t>(index.numel(), 1), 64);
  parallel_for(0, layout.row, grain, [&](auto b, auto e) {
    kernels::add_rows(out.dtype(), bytes_of(out) + b * width, step, bytes_of(values) + b * width,
                      layout.row * width, index.data<std::int64_t>(), index.numel(), e - b, nullptr,
                      -1);
  });
}

}  // namespace taut

#include "ops/reduce_plan.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "core/work.h"
#include "graph/grad_mode.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/views.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Columns of one piece: a run of 4 KiB of floats in each row suits the prefetcher.
constexpr int64_t kPieceColumns = 1024;

// Neighbouring dimensions of one kind that step as one.
struct Group {
  int64_t size, stride;
  bool reduced;
};
using Groups = SmallVec<Group, 6>;

void append(Groups& groups, Group g) {
  if (g.size == 1) return;
  if (!groups.empty()) {
    Group& last = groups.back();
    if (last.reduced == g.reduced && last.stride == g.size * g.stride) {
      last.size *= g.size;
      last.stride = g.stride;
      return;
    }
  }
  groups.push_back(g);
}

// The tensor's dimensions, outermost in memory first.
Dims outermost_first(const Tensor& t) {
  Dims order = memory_order(t.sizes(), std::array{t.strides()});
  std::reverse(order.begin(), order.end());
  return order;
}

Groups groups_of(const Tensor& t, const Axes& axes, const Dims& order) {
  Groups groups;
  for (auto d : order) append(groups, {t.sizes()[d], t.strides()[d], axes.has(d)});
  return groups;
}

// A copy whose memory is dense in the given order of dimensions.
Tensor compact(const Tensor& t, const Dims& order) {
  Dims sizes, strides(t.dim());
  for (auto d : order) sizes.push_back(t.sizes()[d]);
  const Dims dense = contiguous_strides(sizes);
  for (int64_t i = 0; i < order.size(); ++i) strides[order[i]] = dense[i];
  const Tensor out = empty_strided(t.sizes(), strides, t.dtype());
  NoGrad guard;
  copy_raw(out, t);
  return out;
}

struct Step {
  ReduceLoop loop;
  const std::byte* x;
  int64_t x_size;  // bytes of an element
  std::byte* out;
  int64_t out_size;
  double param;
  Groups heads;  // the outer dimensions that the kernel does not walk itself
  ReduceShape shape;
  int64_t row_chunk, column_chunk;

  int64_t row_chunks() const { return (shape.n + row_chunk - 1) / row_chunk; }
  int64_t column_chunks() const { return (shape.inner + column_chunk - 1) / column_chunk; }
  int64_t lines() const {
    int64_t n = shape.outer;
    for (const auto& g : heads) n *= g.size;
    return n;
  }

  // Where line number `line` of the outer dimensions starts, in elements.
  int64_t start(int64_t line) const {
    int64_t offset = line % shape.outer * shape.outer_stride;
    line /= shape.outer;
    for (int64_t i = heads.size() - 1; i >= 0; --i) {
      offset += line % heads[i].size * heads[i].stride;
      line /= heads[i].size;
    }
    return offset;
  }

  void call(int64_t line, int64_t lines, int64_t row, int64_t column, int64_t columns) const {
    const int64_t rows = std::min(row_chunk, shape.n - row);
    const ReduceShape piece{lines, shape.outer_stride, rows, shape.stride, columns};
    const int64_t part = line * row_chunks() + row / row_chunk;
    loop(x + (start(line) + row * shape.stride + column) * x_size, piece,
         out + (part * shape.inner + column) * out_size, param);
  }

  // Whole lines, some at a time.
  void run_lines() const {
    const int64_t grain = std::max<int64_t>(kReduceChunk / (shape.n * shape.inner), 1);
    parallel_for(0, lines(), grain, [&](int64_t b, int64_t e) {
      while (b < e) {
        const int64_t end = std::min(e, b - b % shape.outer + shape.outer);
        call(b, end - b, 0, 0, shape.inner);
        b = end;
      }
    });
  }
  // Pieces of lines.
  void run_pieces() const {
    const int64_t rows = row_chunks(), columns = column_chunks();
    parallel_for(0, lines() * rows * columns, 1, [&](int64_t b, int64_t e) {
      for (; b < e; ++b) {
        const int64_t column = b % columns * column_chunk, row = b / columns % rows * row_chunk;
        const int64_t width = std::min(column_chunk, shape.inner - column);
        call(b / columns / rows, 1, row, column, width);
      }
    });
  }
  void run() const { row_chunks() == 1 && column_chunks() == 1 ? run_lines() : run_pieces(); }
};

// The last reduced group of `groups` taken as n; what is before it is outer, after it inner.
Step make_step(const Groups& groups, int64_t at) {
  Step step{};
  ReduceShape& s = step.shape;
  s = {1, 0, groups[at].size, groups[at].stride, 1};
  for (int64_t i = at + 1; i < groups.size(); ++i) s.inner *= groups[i].size;
  for (int64_t i = 0; i + 1 < at; ++i) step.heads.push_back(groups[i]);
  if (at > 0) {
    s.outer = groups[at - 1].size;
    s.outer_stride = groups[at - 1].stride;
  }
  step.column_chunk = s.n * s.inner <= kReduceChunk ? s.inner : std::min(s.inner, kPieceColumns);
  step.row_chunk = std::min(s.n, std::max<int64_t>(kReduceChunk / step.column_chunk, 16));
  return step;
}

int64_t last_reduced(const Groups& groups) {
  int64_t at = groups.size() - 1;
  while (at >= 0 && !groups[at].reduced) --at;
  return at;
}

// What the next step sees: the result of a step over groups[at], cut into `parts`.
Groups after(const Groups& groups, int64_t at, int64_t parts) {
  Groups out;
  int64_t stride = 1;
  for (const auto& g : groups) stride *= g.size;
  stride = stride / groups[at].size * parts;
  for (int64_t i = 0; i < groups.size(); ++i) {
    const int64_t size = i == at ? parts : groups[i].size;
    stride /= size;
    append(out, {size, stride, groups[i].reduced});
  }
  return out;
}

// On the device of t.
Tensor empty_kept(const Tensor& t, const Axes& axes, bool keepdim, const Dims& order, DType dtype) {
  const Dims sizes = axes.sizes(keepdim);
  Dims kept;
  for (auto d : order) {
    if (!axes.has(d)) kept.push_back(d);
  }
  if (std::is_sorted(kept.begin(), kept.end())) return empty_beside(t, sizes, dtype);
  Dims strides(sizes.size(), 1);
  int64_t next = 1;
  for (int64_t i = kept.size() - 1; i >= 0; --i) {
    int64_t at = kept[i];
    if (!keepdim) at = std::count_if(kept.begin(), kept.end(), [&](auto d) { return d < kept[i]; });
    strides[at] = next;
    next *= sizes[at];
  }
  return empty_beside(t, sizes, strides, dtype);
}

}  // namespace

Axes::Axes(const Tensor& t, std::optional<DimSpan> dims, const char* op) : input_(t.sizes()) {
  const auto n = t.dim();
  all_ = !dims || dims->empty();
  TAUT_CHECK(n <= kMaxDims, RuntimeError, op, ": only tensors with up to ", kMaxDims,
             " dims are supported, got ", n);
  if (!all_) {
    for (auto d : wrap_dims(*dims, n, op)) mask_ |= std::uint64_t{1} << d;
  }
  const std::uint64_t every = n == kMaxDims ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
  if (all_) mask_ = every;
  all_ = (mask_ & every) == every;
  for (int64_t d = 0; d < n; ++d) count_ *= has(d) ? input_[d] : 1;
}

Dims Axes::dims() const {
  Dims out;
  for (int64_t d = 0; d < input_.size(); ++d) {
    if (has(d)) out.push_back(d);
  }
  return out;
}

Dims Axes::sizes(bool keepdim) const {
  Dims out;
  for (int64_t d = 0; d < input_.size(); ++d) {
    if (!has(d))
      out.push_back(input_[d]);
    else if (keepdim)
      out.push_back(1);
  }
  return out;
}

Tensor fold(const Tensor& input, const Axes& axes, bool keepdim, const Fold& f) {
  if (is_floating(input.dtype())) count_element_operations(input.numel());
  Tensor t = input;
  const Dims order = outermost_first(t);
  const Tensor result = empty_kept(t, axes, keepdim, order, f.result);
  if (result.is_meta()) return result;
  Groups groups = groups_of(t, axes, order);
  if (!groups.empty() && !groups.back().reduced && groups.back().stride != 1) {
    t = compact(t, order);
    groups = groups_of(t, axes, order);
  }
  if (last_reduced(groups) < 0) groups.push_back({1, 1, true});
  LongWork section(t.numel());
  // The steps' intermediate results: each lives until the next one has read it.
  Tensor held = t;
  for (bool first = true;; first = false) {
    const int64_t at = last_reduced(groups);
    Step step = make_step(groups, at);
    const bool all_done =
        std::none_of(groups.begin(), groups.begin() + at, [](const Group& g) { return g.reduced; });
    const bool final = all_done && step.row_chunks() == 1 && !(first && f.only == nullptr);
    step.loop = first ? (final ? f.only : f.first) : (final ? f.last : f.middle);
    step.param = final ? f.last_param : first ? f.first_param : 1;
    step.x = held.raw();
    step.x_size = static_cast<int64_t>(held.element_size());
    const Tensor out =
        final ? result : empty(Dims{step.lines() * step.row_chunks() * step.shape.inner}, f.wide);
    step.out = out.raw();
    step.out_size = static_cast<int64_t>(out.element_size());
    step.run();
    if (final) return result;
    groups = after(groups, at, step.row_chunks());
    if (last_reduced(groups) < 0) groups.push_back({1, 1, true});
    held = out;
  }
}

Block as_block(const Tensor& t, const Axes& axes) {
  Dims kept, gone;
  for (int64_t d = 0; d < t.dim(); ++d) (axes.has(d) ? gone : kept).push_back(d);
  const bool adjacent = gone.empty() || gone.back() - gone[0] + 1 == gone.size();
  NoGrad guard;
  if (adjacent) {
    Block block{t.is_contiguous() ? t : copy_contiguous(t), 1, 1, 1};
    for (int64_t d = 0; d < t.dim(); ++d) {
      (axes.has(d)                    ? block.n
       : !gone.empty() && d > gone[0] ? block.inner
                                      : block.outer) *= t.sizes()[d];
    }
    return block;
  }
  const int64_t n = axes.count();
  for (auto d : gone) kept.push_back(d);
  const Tensor moved = copy_contiguous(permute(t, kept));
  return {moved, n == 0 ? 0 : t.numel() / n, n, 1};
}

Tensor restore_dims(const Tensor& t, const Axes& axes) {
  const Dims kept = axes.sizes(true);
  return same(t.sizes(), kept) ? t : reshape(t, kept);
}

}  // namespace taut

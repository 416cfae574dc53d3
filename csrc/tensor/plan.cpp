#include "tensor/plan.h"

#include <algorithm>
#include <array>

#include "core/parallel.h"

namespace taut {
namespace {

// A chunk is at least this many cycles of work: waking a thread costs a few microseconds.
constexpr std::int64_t kChunkCost = 1 << 15;

// < 0 when dimension a is the inner one of (a, b), > 0 when b is, 0 when strides do not say.
int compare_dims(DimSpan sizes, std::span<const Dims> strides, std::int64_t a, std::int64_t b) {
  for (const auto& s : strides) {
    if (s[a] == 0 || s[b] == 0) continue;
    if (s[a] != s[b]) return s[a] < s[b] ? -1 : 1;
    if (sizes[a] > sizes[b]) return 1;
  }
  return 0;
}

// Strides of dense memory whose dimensions lie in this order, innermost first.
Dims dense_in_order(DimSpan sizes, const Dims& order) {
  Dims out(order.size());
  std::int64_t next = 1;
  for (auto d : order) {
    out[d] = next;
    next *= std::max<std::int64_t>(sizes[d], 1);
  }
  return out;
}

}  // namespace

Dims memory_order(DimSpan sizes, std::span<const Dims> strides) {
  const auto n = static_cast<std::int64_t>(sizes.size());
  Dims order(n);
  for (std::int64_t i = 0; i < n; ++i) order[i] = n - 1 - i;
  // Insertion sort: the relation is partial, so a general sort could not be given it.
  for (std::int64_t i = 1; i < n; ++i) {
    for (std::int64_t moving = i, at = i - 1; at >= 0; --at) {
      const int c = compare_dims(sizes, strides, order[at], order[moving]);
      if (c < 0) break;
      if (c > 0) {
        std::swap(order[at], order[moving]);
        moving = at;
      }
    }
  }
  return order;
}

Dims strides_in_order(DimSpan sizes, const Dims& strides) {
  return dense_in_order(sizes, memory_order(sizes, std::array{strides}));
}

Dims broadcast_strides(const Tensor& t, DimSpan sizes) {
  const auto n = static_cast<std::int64_t>(sizes.size());
  Dims out(n, 0);
  const auto lead = n - t.dim();
  for (std::int64_t d = 0; d < t.dim(); ++d) {
    out[lead + d] = t.sizes()[d] == 1 ? 0 : t.strides()[d];
  }
  return out;
}

Tensor empty_result(DimSpan sizes, std::span<const Tensor> inputs, DType dtype) {
  const bool plain = std::all_of(inputs.begin(), inputs.end(), [&](const Tensor& t) {
    return t.is_contiguous() && (t.numel() == 1 || same(t.sizes(), sizes));
  });
  const bool meta =
      std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_meta(); });
  if (plain && !meta) return empty(sizes, dtype);
  for (const auto& t : inputs) t.check_strided();
  SmallVec<Dims, 4> strides;
  for (const auto& t : inputs) strides.push_back(broadcast_strides(t, sizes));
  const Dims out = dense_in_order(
      sizes, memory_order(sizes, {strides.data(), static_cast<std::size_t>(strides.size())}));
  return meta ? empty_meta(sizes, out, dtype) : empty_strided(sizes, out, dtype);
}

Plan::Plan(DimSpan sizes, std::span<const Tensor> operands) : numel_(taut::numel(sizes)) {
  SmallVec<Dims, 4> strides;
  for (const auto& t : operands) {
    Dims s = broadcast_strides(t, sizes);
    for (auto& v : s) v *= static_cast<std::int64_t>(t.element_size());
    strides.push_back(std::move(s));
    operands_.push_back({reinterpret_cast<char*>(t.raw()), {}});
  }
  const std::span<const Dims> all(strides.data(), static_cast<std::size_t>(strides.size()));
  for (auto d : memory_order(sizes, all)) {
    if (sizes[d] != 1) add_dim(sizes[d], all, d);
  }
  if (sizes_.empty()) {
    sizes_.push_back(1);
    for (auto& op : operands_) op.strides.push_back(0);
  }
}

// Appends dimension d, or merges it into the last when each operand steps over the last one's
// whole run.
void Plan::add_dim(std::int64_t size, std::span<const Dims> strides, std::int64_t d) {
  const auto last = sizes_.size() - 1;
  bool merges = last >= 0;
  for (std::size_t i = 0; merges && i < strides.size(); ++i) {
    merges = strides[i][d] == operands_[static_cast<std::int64_t>(i)].strides[last] * sizes_[last];
  }
  if (merges) {
    sizes_[last] *= size;
    return;
  }
  sizes_.push_back(size);
  for (std::size_t i = 0; i < strides.size(); ++i) {
    operands_[static_cast<std::int64_t>(i)].strides.push_back(strides[i][d]);
  }
}

void Plan::run(Loop loop, const double* params, int cost) const {
  if (numel_ == 0) return;
  LongWork section(numel_ * cost);
  const std::int64_t grain = std::max<std::int64_t>(kChunkCost / cost, 1);
  parallel_for(0, numel_, grain, [&](auto b, auto e) { run_range(loop, params, b, e); });
}

void Plan::run_range(Loop loop, const double* params, std::int64_t begin, std::int64_t end) const {
  const auto dims = sizes_.size();
  const auto count = operands_.size();
  Dims index(dims);
  std::int64_t rest = begin;
  for (std::int64_t d = 0; d < dims; ++d) {
    index[d] = rest % sizes_[d];
    rest /= sizes_[d];
  }
  char* ptr[kMaxOperands];
  std::int64_t inner[kMaxOperands];
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& op = operands_[i];
    inner[i] = op.strides[0];
    ptr[i] = op.data;
    for (std::int64_t d = 0; d < dims; ++d) ptr[i] += index[d] * op.strides[d];
  }
  while (true) {
    const auto n = std::min(sizes_[0] - index[0], end - begin);
    loop(ptr, inner, n, params);
    begin += n;
    if (begin == end) return;
    // To the next run: back to the start of this one, then a step along the first dimension that
    // has one left, those before it starting over.
    for (std::int64_t i = 0; i < count; ++i) ptr[i] -= index[0] * inner[i];
    index[0] = 0;
    for (std::int64_t d = 1; d < dims; ++d) {
      const bool more = ++index[d] < sizes_[d];
      for (std::int64_t i = 0; i < count; ++i) {
        ptr[i] += more ? operands_[i].strides[d] : -(sizes_[d] - 1) * operands_[i].strides[d];
      }
      if (more) break;
      index[d] = 0;
    }
  }
}

void run_flat(Loop loop, std::span<char* const> ptr, std::span<const std::int64_t> strides,
              std::int64_t n, const double* params, int cost) {
  const std::int64_t grain = kChunkCost / cost;
  if (n <= grain) return loop(ptr.data(), strides.data(), n, params);
  LongWork section(n * cost);
  parallel_for(0, n, grain, [&](auto b, auto e) {
    char* at[kMaxOperands];
    for (std::size_t i = 0; i < ptr.size(); ++i) at[i] = ptr[i] + b * strides[i];
    loop(at, strides.data(), e - b, params);
  });
}

}  // namespace taut

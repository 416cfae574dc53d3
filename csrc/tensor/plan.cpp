#include "tensor/plan.h"

#include <algorithm>
#include <array>

#include "core/parallel.h"
#include "kernels/stream.h"

namespace taut {
namespace {

// A chunk is at least this many cycles of work: waking a thread costs a few microseconds.
constexpr std::int64_t kChunkCost = 1 << 15;
// A chunk that goes past the caches ends with a wait for its last lines: it is long.
constexpr std::int64_t kStreamedChunk = 1 << 15;

std::int64_t grain_of(int cost, bool past_caches) {
  return past_caches ? kStreamedChunk : std::max<std::int64_t>(kChunkCost / cost, 1);
}

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

// The loop over n elements of a contiguous output that goes past the caches: blocks of it are
// written in L1 and streamed. Small blocks, so that memory is read and written by turns that its
// queues can hold.
void run_past_caches(Loop loop, char* const* ptr, const std::int64_t* stride, std::size_t count,
                     std::int64_t n, const double* params) {
  constexpr std::int64_t kLine = 64, kBlock = 16 * kLine;
  alignas(kLine) char block[kBlock];
  const auto stream = stream_kernels().stream;
  char* at[kMaxOperands];
  std::copy_n(ptr, count, at);
  for (char* out = ptr[0]; n > 0;) {
    // As far into its line as the output is, so that both are cut by lines.
    const auto into_line = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(out) % kLine);
    const auto m = std::min(n, (kBlock - into_line) / stride[0]);
    at[0] = block + into_line;
    loop(at, stride, m, params);
    stream(out, at[0], static_cast<std::size_t>(m * stride[0]), nullptr);
    out += m * stride[0];
    for (std::size_t i = 1; i < count; ++i) at[i] += m * stride[i];
    n -= m;
  }
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
  out_bytes_ = static_cast<std::int64_t>(operands[0].element_size());
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

bool Plan::writes_long_runs() const {
  constexpr std::int64_t kLongRun = 512;
  const auto& out = operands_[0];
  const bool in_place = std::any_of(operands_.begin() + 1, operands_.end(),
                                    [&](const Operand& in) { return in.data == out.data; });
  return out.strides[0] == out_bytes_ && sizes_[0] * out_bytes_ >= kLongRun && !in_place;
}

void Plan::run(Loop loop, const double* params, int cost, Effect effect) const {
  if (numel_ == 0) return;
  LongWork section(numel_ * cost);
  const bool past_caches =
      effect == Effect::Write && streams(numel_ * out_bytes_, cost) && writes_long_runs();
  parallel_for(0, numel_, grain_of(cost, past_caches), [&](auto b, auto e) {
    run_range(loop, params, b, e, past_caches);
    if (past_caches) stream_kernels().fence();
  });
}

void Plan::run_range(Loop loop, const double* params, std::int64_t begin, std::int64_t end,
                     bool past_caches) const {
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
    if (past_caches) {
      run_past_caches(loop, ptr, inner, static_cast<std::size_t>(count), n, params);
    } else {
      loop(ptr, inner, n, params);
    }
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
              std::int64_t n, const double* params, int cost, Effect effect) {
  if (n <= grain_of(cost, false)) return loop(ptr.data(), strides.data(), n, params);
  LongWork section(n * cost);
  const bool past_caches = effect == Effect::Write && streams(n * strides[0], cost) &&
                           std::find(ptr.begin() + 1, ptr.end(), ptr[0]) == ptr.end();
  parallel_for(0, n, grain_of(cost, past_caches), [&](auto b, auto e) {
    char* at[kMaxOperands];
    for (std::size_t i = 0; i < ptr.size(); ++i) at[i] = ptr[i] + b * strides[i];
    if (!past_caches) return loop(at, strides.data(), e - b, params);
    run_past_caches(loop, at, strides.data(), ptr.size(), e - b, params);
    stream_kernels().fence();
  });
}

}  // namespace taut

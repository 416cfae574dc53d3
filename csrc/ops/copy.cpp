#include "ops/copy.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/parallel.h"
#include "graph/record.h"
#include "kernels/copy.h"
#include "kernels/pointwise.h"
#include "kernels/stream.h"
#include "ops/creation.h"
#include "ops/sparse_arithmetic.h"
#include "ops/views.h"
#include "tensor/plan.h"

namespace taut {
namespace {

Loop converter(DType from, DType to) {
  return ternary_kernels().convert[static_cast<int>(to)][static_cast<int>(from)];
}

struct ToCopyBackward final : Node {
  DType from;
  explicit ToCopyBackward(DType t) : from(t) {}
  const char* name() const override { return "ToCopyBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, cast(frame.grad(), from)); }
};

struct CloneBackward final : Node {
  const char* name() const override { return "CloneBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, frame.grad()); }
};

// Inputs: the old value of dst (its gradient ends here), then src.
struct CopyBackwards final : Node {
  Dims sizes;
  DType src_type;
  explicit CopyBackwards(const Tensor& src) : sizes(src.sizes()), src_type(src.dtype()) {}
  const char* name() const override { return "CopyBackwards"; }
  void backward(GradFrame& frame) override {
    if (frame.needs(0)) frame.give(0, zeros_like(frame.grad()));
    if (frame.needs(1)) frame.give(1, cast(sum_to_size(frame.grad(), sizes), src_type));
  }
};

struct AliasBackward final : Node {
  const char* name() const override { return "AliasBackward0"; }
  void backward(GradFrame& frame) override { frame.give(0, frame.grad()); }
};

template <class N, class... Args>
Tensor recorded(Tensor out, const Tensor& t, Args&&... args) {
  if (needs_grad(t)) {
    auto node = make<N>(std::forward<Args>(args)...);
    set_edges(*node, {t});
    set_history(out, node);
  }
  return out;
}

// Who has all values of another has what is known of how they were made.
void take_origin(const Tensor& dst, const Tensor& src) {
  if (!is_whole(dst)) return;
  const bool known = same(dst.sizes(), src.sizes()) && is_floating(dst.dtype()) && is_whole(src);
  dst.storage()->set_origin(known ? src.storage()->origin() : 0);
}

// The dimension along which t's elements are adjacent, or -1.
std::int64_t adjacent_dim(const Tensor& t) {
  for (std::int64_t d = t.dim() - 1; d >= 0; --d) {
    if (t.size(d) > 1 && t.stride(d) == 1) return d;
  }
  return -1;
}

// Below this the ordinary loop is as fast.
constexpr std::int64_t kLeastTransposed = 16;

// Copies where dst lies across src, in tiles; false where it does not.
bool copy_transposed(const Tensor& dst, const Tensor& src) {
  if (dst.dtype() != src.dtype() || !lies_across(dst, src)) return false;
  const auto col = adjacent_dim(dst), row = adjacent_dim(src);
  const auto width = static_cast<std::int64_t>(dst.element_size());
  const auto rows = dst.size(row), cols = dst.size(col);
  const auto out_step = dst.stride(row) * width, in_step = src.stride(col) * width;
  // Matrices, cut into bands of rows.
  const std::int64_t band = std::max<std::int64_t>((1 << 15) / (cols * 64) * 64, 64);
  const auto bands = (rows + band - 1) / band;
  LongWork section(dst.numel());
  parallel_for(0, dst.numel() / (rows * cols) * bands, 1, [&](auto b, auto e) {
    for (; b < e; ++b) {
      auto *out = reinterpret_cast<char*>(dst.raw()), *in = reinterpret_cast<char*>(src.raw());
      for (std::int64_t d = dst.dim() - 1, rest = b / bands; d >= 0; --d) {
        if (d == row || d == col) continue;
        out += rest % dst.size(d) * dst.stride(d) * width;
        in += rest % dst.size(d) * src.stride(d) * width;
        rest /= dst.size(d);
      }
      const auto first = b % bands * band;
      kernels::transpose(static_cast<std::size_t>(width), out + first * out_step, out_step,
                         in + first * width, in_step, std::min(band, rows - first), cols);
    }
  });
  return true;
}

}  // namespace

bool is_whole(const Tensor& t) {
  return static_cast<std::size_t>(t.numel()) * t.element_size() == t.storage()->bytes();
}

bool lies_across(const Tensor& a, const Tensor& b) {
  if (!same(a.sizes(), b.sizes())) return false;
  const auto col = adjacent_dim(a), row = adjacent_dim(b);
  return col >= 0 && row >= 0 && col != row && a.size(col) >= kLeastTransposed &&
         a.size(row) >= kLeastTransposed;
}

void copy_blocks(char* to, std::int64_t to_step, const char* from, std::int64_t from_step,
                 std::int64_t bytes, std::int64_t n, bool past_caches) {
  constexpr std::int64_t kGrain = 1 << 16, kLongRun = 512;
  if (bytes == 0) return;
  const bool past = past_caches && bytes >= kLongRun;
  LongWork section(bytes * n / 4);
  if (bytes <= kGrain) {
    return parallel_for(0, n, kGrain / bytes, [&](auto b, auto e) {
      kernels::copy_blocks(to + b * to_step, to_step, from + b * from_step, from_step,
                           static_cast<std::size_t>(bytes), e - b, past);
    });
  }
  const auto pieces = (bytes + kGrain - 1) / kGrain;
  parallel_for(0, n * pieces, 1, [&](auto b, auto e) {
    for (; b < e; ++b) {
      const auto at = b % pieces * kGrain, block = b / pieces;
      const auto length = static_cast<std::size_t>(std::min(kGrain, bytes - at));
      kernels::copy_blocks(to + block * to_step + at, 0, from + block * from_step + at, 0, length,
                           1, past);
    }
  });
}

void copy_raw(const Tensor& dst, const Tensor& src) {
  TAUT_CHECK(is_broadcastable_to(src.sizes(), dst.sizes()), RuntimeError,
             "copy_: The expanded size of the tensor ", ShapeText{dst.sizes()},
             " must match the existing size ", ShapeText{src.sizes()});
  if (dst.is_meta()) return;
  src.check_has_memory();
  const bool same_type = dst.dtype() == src.dtype();
  const Loop loop =
      same_type ? kernels::copy_loop(dst.element_size()) : converter(src.dtype(), dst.dtype());
  if (dst.is_contiguous() && src.is_contiguous() && dst.numel() == src.numel()) {
    const auto bytes = dst.numel() * static_cast<std::int64_t>(dst.element_size());
    if (same_type) {
      return copy_blocks(reinterpret_cast<char*>(dst.raw()), 0,
                         reinterpret_cast<const char*>(src.raw()), 0, bytes, 1, streams(bytes));
    }
    run_flat(loop,
             std::array{reinterpret_cast<char*>(dst.raw()), reinterpret_cast<char*>(src.raw())},
             std::array{static_cast<std::int64_t>(dst.element_size()),
                        static_cast<std::int64_t>(src.element_size())},
             dst.numel(), nullptr, 1, Effect::Write);
    return;
  }
  if (copy_transposed(dst, src)) return;
  Plan(dst.sizes(), std::array{dst, src}).run(loop, nullptr, 1, Effect::Write);
}

Tensor copy_(const Tensor& dst, const Tensor& src) {
  check_inplace(dst, "copy_");
  if (dst.is(src)) return dst;
  const bool records = needs_grad(dst, src) && is_floating(dst.dtype());
  Ref<Node> node;
  if (records) {
    node = make<CopyBackwards>(src);
    set_edges(*node, {dst, src});
  }
  if (dst.is_sparse() || src.is_sparse()) [[unlikely]] {
    copy_sparse(dst, src);
  } else {
    copy_raw(dst, src);
    take_origin(dst, src);
  }
  finish_inplace(dst, node);
  return dst;
}

Tensor clone(const Tensor& t) {
  if (t.is_sparse()) [[unlikely]]
    return recorded<CloneBackward>(clone_sparse(t), t);
  Tensor out = empty_like(t);
  copy_raw(out, t);
  take_origin(out, t);
  return recorded<CloneBackward>(std::move(out), t);
}

Tensor clone_contiguous(const Tensor& t) {
  Tensor out = empty_beside(t, t.sizes(), t.dtype());
  copy_raw(out, t);
  return recorded<CloneBackward>(std::move(out), t);
}

Tensor contiguous(const Tensor& t) { return t.is_contiguous() ? t : clone_contiguous(t); }

Tensor cast(const Tensor& t, DType dtype) {
  if (t.dtype() == dtype) return t;
  Tensor out;
  if (t.is_sparse()) [[unlikely]] {
    out = cast_sparse(t, dtype);
  } else {
    out = empty_like(t, dtype);
    copy_raw(out, t);
    take_origin(out, t);
  }
  if (!is_floating(dtype) || !is_floating(t.dtype())) return out;
  return recorded<ToCopyBackward>(std::move(out), t, t.dtype());
}

Scalar number_of(const Tensor& t) {
  return visit_stored(t.dtype(), [&]<class T>() {
    // Memory that came from outside may hold other bytes than 0 and 1.
    if constexpr (std::is_same_v<T, bool>)
      return Scalar(*reinterpret_cast<const std::uint8_t*>(t.raw()) != 0);
    else if constexpr (std::is_integral_v<T>)
      return Scalar(static_cast<std::int64_t>(*t.data<T>()));
    else
      return Scalar(static_cast<double>(*t.data<T>()));
  });
}

Tensor detach(const Tensor& t) { return alias(t); }

Tensor identity(const Tensor& t) {
  Tensor out = alias(t);
  mark_view(out, t);
  return recorded<AliasBackward>(std::move(out), t);
}

}  // namespace taut

#include "ops/copy.h"

#include <array>

#include "core/error.h"
#include "graph/record.h"
#include "kernels/pointwise.h"
#include "ops/creation.h"
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

}  // namespace

void copy_raw(const Tensor& dst, const Tensor& src) {
  TAUT_CHECK(is_broadcastable_to(src.sizes(), dst.sizes()), RuntimeError,
             "copy_: The expanded size of the tensor ", ShapeText{dst.sizes()},
             " must match the existing size ", ShapeText{src.sizes()});
  const Loop loop = converter(src.dtype(), dst.dtype());
  if (dst.is_contiguous() && src.is_contiguous() && dst.numel() == src.numel()) {
    run_flat(loop, std::array{reinterpret_cast<char*>(dst.raw()), reinterpret_cast<char*>(src.raw())},
             std::array{static_cast<std::int64_t>(dst.element_size()),
                        static_cast<std::int64_t>(src.element_size())},
             dst.numel(), nullptr);
    return;
  }
  Plan(dst.sizes(), std::array{dst, src}).run(loop, nullptr);
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
  copy_raw(dst, src);
  finish_inplace(dst, node);
  return dst;
}

Tensor clone(const Tensor& t) {
  Tensor out = empty_like(t);
  copy_raw(out, t);
  return recorded<CloneBackward>(std::move(out), t);
}

Tensor clone_contiguous(const Tensor& t) {
  Tensor out = empty(t.sizes(), t.dtype());
  copy_raw(out, t);
  return recorded<CloneBackward>(std::move(out), t);
}

Tensor contiguous(const Tensor& t) { return t.is_contiguous() ? t : clone_contiguous(t); }

Tensor cast(const Tensor& t, DType dtype) {
  if (t.dtype() == dtype) return t;
  Tensor out = empty_like(t, dtype);
  copy_raw(out, t);
  if (!is_floating(dtype) || !is_floating(t.dtype())) return out;
  return recorded<ToCopyBackward>(std::move(out), t, t.dtype());
}

Tensor detach(const Tensor& t) { return alias(t); }

Tensor identity(const Tensor& t) {
  Tensor out = alias(t);
  mark_view(out, t);
  return recorded<AliasBackward>(std::move(out), t);
}

}  // namespace taut
